"""What leaves for ``/v1/responses`` and comes back, read in the one form: the same as the same on chat completions."""

import json

import pytest

from grokgate.upstream.fidelity.reply import Reply
from grokgate.upstream.spelling.endpoints import answered, read
from grokgate.values.capture import Capture
from grokgate.values.wire import WireRequest

CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": '{"city": "Paris"}'}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": '{"celsius": 18}'}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "…"}
SAID = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look it up."}]}
MADE = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}


def request(path="responses", **body):
    return WireRequest("POST", f"https://api.x.ai/v1/{path}", {}, json.dumps({"model": "grok-4.7", **body}).encode())


@pytest.mark.parametrize(
    ("body", "on_chat"),
    [
        ({"reasoning": {"effort": "low"}}, {"reasoning_effort": "low"}),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, {"reasoning_effort": "low", "reasoning": {"summary": "auto"}}),
        ({"reasoning": {}}, {}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {"text": {"format": {"type": "json_schema", "name": "p", "strict": True, "schema": {}}, "verbosity": "low"}},
            {
                "response_format": {"type": "json_schema", "json_schema": {"name": "p", "strict": True, "schema": {}}},
                "text": {"verbosity": "low"},
            },
        ),
        (
            {"tools": [{"type": "function", "name": "f", "parameters": {}}, {"type": "web_search"}]},
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}, {"type": "web_search"}]},
        ),
        ({"tool_choice": {"type": "function", "name": "f"}}, {"tool_choice": {"type": "function", "function": {"name": "f"}}}),
        ({"tool_choice": "required", "parallel_tool_calls": False}, {"tool_choice": "required", "parallel_tool_calls": False}),
        ({"max_output_tokens": 9, "temperature": 0.3, "stream": True}, "the same"),
        ({"max_tokens": 9, "response_format": {}, "messages": [], "reasoning_effort": "low"}, {}),
        ({"tools": "none", "reasoning": "low", "text": None, "tool_choice": 1}, "the same"),
    ],
)
def test_parameters_have_the_names_and_shapes_of_chat(body, on_chat):
    expected = body if on_chat == "the same" else on_chat
    assert read(request(**body)).fields == {"model": "grok-4.7", **expected}


@pytest.mark.parametrize(
    ("given", "turns"),
    [
        ("Hi.", [{"role": "user", "content": "Hi."}]),
        (
            [{"content": [{"type": "input_text", "text": "Hi."}, {"type": "input_image", "image_url": "data:x"}]}],
            [{"content": [{"type": "text", "text": "Hi."}, {"type": "image_url", "image_url": {"url": "data:x"}}]}],
        ),
        (
            [THOUGHT, SAID, CALL, {**CALL, "call_id": "call_2"}, RESULT],
            [
                {
                    "role": "assistant",
                    "reasoning": [THOUGHT],
                    "content": [{"type": "text", "text": "I look it up."}],
                    "tool_calls": [MADE, {**MADE, "id": "call_2"}],
                },
                {"role": "tool", "content": '{"celsius": 18}', "tool_call_id": "call_1"},
            ],
        ),
        ([CALL, RESULT, CALL], [{"role": "assistant", "tool_calls": [MADE]}, {}, {"role": "assistant", "tool_calls": [MADE]}]),
        ([SAID, SAID], [{"role": "assistant"}, {"role": "assistant"}]),
        ([THOUGHT, CALL, RESULT, THOUGHT, SAID], [{"reasoning": [THOUGHT]}, {"role": "tool"}, {"reasoning": [THOUGHT]}]),
    ],
    ids=["text", "parts", "one turn of four items", "two turns", "two texts", "thought twice"],
)
def test_items_are_the_turns_of_a_conversation(given, turns):
    read_ = read(request(input=given)).messages
    assert [{key: turn.get(key) for key in due} for turn, due in zip(read_, turns, strict=True)] == turns


def test_instructions_are_the_system_prompt():
    said = read(request(instructions="Be short.", input="Hi."))
    assert said.messages == [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi."}]
    assert (said.place("messages[0].content"), said.place("messages[1].content")) == ("instructions", "input")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("reasoning_effort", "reasoning.effort"),
        ("response_format.json_schema.schema.type", "text.format.schema.type"),
        ("tool_choice.function.name", "tool_choice.name"),
        ("tools[1].function.parameters", "tools[1].parameters"),
        ("messages", "input"),
        ("messages[1].content", "input[2].content"),
        ("messages[1].tool_calls[0].function.arguments", "input[3].arguments"),
        ("messages[1].tool_calls[0].id", "input[3].call_id"),
        ("messages[2].content", "input[4].output"),
        ("messages[2].tool_call_id", "input[4].call_id"),
        ("temperature", "temperature"),
    ],
)
def test_each_place_is_told_as_it_is_on_the_wire(path, place):
    functions = [{"type": "function", "name": name} for name in "fg"]
    said = read(request(input=[{"role": "user", "content": "Hi."}, THOUGHT, SAID, CALL, RESULT], tools=functions))
    assert said.place(path) == place
    assert read(request("chat/completions", messages=[])).place(path) == path


@pytest.mark.parametrize(
    ("item", "because"),
    [
        ({"type": "reasoning", "id": "rs_1", "summary": []}, "input[0] is a reasoning item with nothing in it"),
        ({"type": "reasoning", "encrypted_content": "…"}, "input[0] is a reasoning item with no summary"),
        ({**THOUGHT, "content": None}, "input[0] is a reasoning item with content: null"),
        ({"role": "assistant", "content": ""}, "input[0] is a message of the assistant with nothing in it"),
        ({"role": "assistant", "content": []}, "input[0] is a message of the assistant with nothing in it"),
        ({**SAID, "content": [{"type": "output_text", "text": ""}]}, "input[0] is a message of the assistant with nothing in it"),
        ({"role": "tool", "content": "18", "tool_call_id": "call_1"}, "input[0] is a message of the role tool"),
        ({"role": "assistant", "content": "Hm.", "tool_calls": [MADE]}, "input[0] is a message with tool_calls"),
    ],
)
def test_what_the_endpoint_does_not_take_is_told_with_its_place(item, because):
    [misspelt] = read(request(input=[item])).misspelt
    assert misspelt.because.startswith(because)
    assert misspelt.place.startswith("input[0]")


@pytest.mark.parametrize("item", [THOUGHT, SAID, CALL, RESULT, {**THOUGHT, "summary": []}, {"role": "user", "content": "Hi."}])
def test_what_it_takes_is_not(item):
    assert read(request(input=[item])).misspelt == ()


USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 3},
    "output_tokens": 22,
    "output_tokens_details": {"reasoning_tokens": 20},
    "total_tokens": 32,
}
FIGURES = {"prompt_tokens": 10, "completion_tokens": 2, "reasoning_tokens": 20, "total_tokens": 32, "cached_tokens": 3}
WHOLE = {"model": "grok-4.7", "status": "completed", "output": [THOUGHT, SAID, CALL], "usage": USAGE}


def came(body, kind="application/json"):
    return answered(Reply(Capture(request=request(), status=200, headers={"content-type": kind}, body=body.encode())))


def streamed(*events):
    return came("".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events), "text/event-stream")


def delta(kind, text):
    return {"type": f"response.{kind}.delta", "delta": text}


def done(item):
    return {"type": "response.output_item.done", "item": item}


CREATED = {"type": "response.created", "response": {"status": "in_progress", "output": [], "usage": None}}
THINKS = [CREATED, delta("reasoning_summary_text", "Hm."), done(THOUGHT)]
SPEAKS = [delta("output_text", "I look "), delta("output_text", "it up."), done(SAID)]
ENDS = [done(CALL), {"type": "response.completed", "response": WHOLE}]


@pytest.mark.parametrize(
    "answer", [lambda: came(json.dumps(WHOLE)), lambda: streamed(*THINKS, *SPEAKS, *ENDS)], ids=["whole", "streamed"]
)
def test_an_answer_is_read_alike_whole_and_streamed(answer):
    said = answer()
    assert (said.came, said.text, said.reasoning, said.usage) == (True, "I look it up.", "Hm.", FIGURES)
    assert said.calls == (("call_1", "get_weather", '{"city": "Paris"}'),)
    assert (said.finish_reason, said.ended_as) == ("tool_calls", ("completed",))


CUT = ("incomplete", "max_output_tokens")


@pytest.mark.parametrize(
    ("ended", "reason", "own"),
    [
        ({"status": "completed"}, "stop", ("completed",)),
        (
            {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
            "length",
            CUT,
        ),
        ({"status": "incomplete", "incomplete_details": None}, None, ("incomplete",)),
        ({"status": "failed"}, None, ("failed",)),
    ],
)
def test_how_it_ended_is_told_in_chats_word_and_its_own(ended, reason, own):
    said = came(json.dumps({"output": [SAID], **ended}))
    assert (said.finish_reason, said.ended_as) == (reason, own)
    event = {"type": f"response.{ended['status']}", "response": {"output": [SAID], **ended}}
    assert streamed(event).finish_reason == reason


def test_of_a_stream_that_broke_there_is_what_came():
    said = streamed(*THINKS, *SPEAKS[:1])
    assert (said.came, said.text, said.finish_reason, said.usage, said.quiet) == (True, "I look ", None, None, 2)


def test_an_error_is_no_answer():
    assert not came('{"code": "x", "error": "y"}').came
    assert not came("<html>").came
