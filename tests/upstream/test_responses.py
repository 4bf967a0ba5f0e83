"""Responses: what they repeat of their request, what they store, and what they give encrypted."""

import json

import pytest

from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.upstream.sealed import is_sealed, sealed
from grokgate.upstream.stored import MOST
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world
from grokgate.values.wire import Miss, WireRequest

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SCHEMA = {"type": "object", "properties": {"to": {"type": "string"}}, "required": ["to"]}
ASKED = [
    {"tools": [{**WEATHER, "strict": True}], "tool_choice": "required"},
    {"tools": [WEATHER], "tool_choice": {"type": "function", "name": "get_weather"}},
    {"tools": [WEATHER], "tool_choice": "none", "parallel_tool_calls": False},
    {"text": {"format": {"type": "json_object"}}},
    {"max_output_tokens": 500, "instructions": "Be brief.", "store": False},
    {"metadata": {"of": "a test"}, "user": "u1", "safety_identifier": "s1", "prompt_cache_key": "k1"},
    {"truncation": "auto", "max_tool_calls": 3, "top_logprobs": 2},
    {"reasoning": {"effort": "high", "summary": "auto"}},
]
"""What is asked, of which each comes back as it is."""


@pytest.fixture(scope="module")
def newest():
    """The world in which grok-4.7 is there."""
    return Tape(load_world(home() / "cassettes" / "grok-4.7"), prompts(), key="example-key")


@pytest.fixture
def ask(later_tape):
    """What a request on responses gets: the response, or the miss."""

    def of(tape=later_tape, **asked):
        body = json.dumps({"model": "grok-4", "input": "Hi", **asked}).encode()
        headers = {"authorization": f"Bearer {tape.key}"}
        answer = tape.answer(WireRequest("POST", "https://api.x.ai/v1/responses", headers, body))
        if isinstance(answer, Miss):
            return answer
        if not answer.chunks:
            return json.loads(answer.body)
        events = [json.loads(data.partition(b"data: ")[2]) for _, data in answer.chunks]
        assert [event["response"]["status"] for event in events[:2]] == ["in_progress", "in_progress"]
        told = [{**event["response"], **dict.fromkeys(OWN)} for event in (*events[:2], events[-1])]
        assert told[0] == told[1] == told[2]  # what is repeated is there from the first event on
        return events[-1]["response"]

    return of


OWN = ("status", "output", "usage", "completed_at", "incomplete_details")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_a_response_repeats_what_was_asked(asked, stream, ask):
    response = ask(stream=stream, **asked)
    said = {key: response[key] for key in asked}
    if "metadata" in said:
        said["metadata"] = {key: value for key, value in said["metadata"].items() if key != "system_fingerprint"}
    if "tools" in said:
        said["tools"] = [{key: tool[key] for key in of} for tool, of in zip(said["tools"], asked["tools"], strict=True)]
    assert said == asked


def test_of_a_schema_the_name_is_not_repeated(ask):
    wanted = {"type": "json_schema", "name": "train", "strict": True, "schema": SCHEMA}
    assert ask(text={"format": wanted})["text"] == {"format": {"type": "json_schema", "schema": SCHEMA}}


def test_in_one_piece_it_tells_what_the_model_does_of_itself_and_in_a_stream_what_was_asked(ask, newest):
    nothing = {"effort": None, "summary": None}
    assert ask()["reasoning"] == {"effort": "low", "summary": "detailed"}
    assert ask(tape=newest, model="grok-4.7")["reasoning"] == {"effort": "high", "summary": "detailed"}
    assert ask(model="grok-4.20")["reasoning"] == ask(stream=True)["reasoning"] == nothing
    assert ask(reasoning={})["reasoning"] == {"effort": "low", "summary": "detailed"}
    assert ask(stream=True, reasoning={"effort": "low"})["reasoning"] == {"effort": "low", "summary": "detailed"}


def test_a_stream_gives_figures_with_the_digits_of_single_precision_and_leaves_strictness_open(ask):
    whole, stream = ask(tools=[WEATHER], top_p=0.2), ask(tools=[WEATHER], top_p=0.2, stream=True)
    assert (whole["temperature"], whole["top_p"], whole["tools"][0]["strict"]) == (0.7, 0.2, False)
    assert (stream["temperature"], stream["top_p"], stream["tools"][0]["strict"]) == (0.699999988079071, 0.200000002980232, None)


def test_what_is_of_the_other_endpoint_changes_nothing(ask):
    asked = {"reasoning_effort": "none", "max_tokens": 1, "response_format": {"type": "json_object"}, "messages": []}
    plain, other = ask(), ask(**asked)
    assert {**other, "id": 0, "output": 0} == {**plain, "id": 0, "output": 0}


def test_an_answer_of_2025_says_little(ask, tape):
    brief = ask(tape=tape, stream=True, instructions="Be brief.")
    assert not {"instructions", "truncation", "service_tier", "completed_at"} & brief.keys()
    assert (brief["temperature"], brief["metadata"]) == (None, {})
    assert not {"cost_in_usd_ticks", "context_details"} & brief["usage"].keys()


# --- what is stored -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_goes_on_from_what_was_stored(stream, ask):
    first = ask(stream=stream, input="What is the weather in Paris?", tools=[WEATHER])
    [call] = [item for item in first["output"] if item["type"] == "function_call"]
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "18 degrees"}
    second = ask(stream=stream, previous_response_id=first["id"], input=[result], tools=[WEATHER])
    assert [item["type"] for item in second["output"]] == ["reasoning", "message"]
    assert second["previous_response_id"] == first["id"] != second["id"]
    third = ask(previous_response_id=second["id"], input="Thanks")
    assert third["previous_response_id"] == second["id"]


def test_what_was_not_stored_is_a_miss_that_says_so(ask):
    for unknown in ("never-given", ask(store=False)["id"]):
        missed = ask(previous_response_id=unknown)
        assert "previous_response_id names no response of this run" in missed.reason


def test_the_oldest_of_very_many_is_forgotten(ask):
    first = ask()["id"]
    for number in range(MOST):
        ask(input=f"Hi {number}")
    assert isinstance(ask(previous_response_id=first), Miss)


def test_tools_that_xai_runs_are_a_miss_that_says_so(ask):
    for kind in ("web_search", "x_search", "code_interpreter", "file_search", "mcp"):
        assert "tools that xAI itself runs" in ask(tools=[{"type": kind}, WEATHER]).reason


# --- what is encrypted --------------------------------------------------------------------------------------------------


def test_thinking_is_encrypted_where_it_was_asked_for_and_where_the_model_always_does(ask, tape, newest):
    def encrypted(**asked):
        return [is_sealed(item.get("encrypted_content", "")) for item in ask(**asked)["output"] if item["type"] == "reasoning"]

    wanted = {"include": ["reasoning.encrypted_content"]}
    for stream in (False, True):
        assert encrypted(stream=stream) == [False]
        assert encrypted(stream=stream, **wanted) == [True]
        assert encrypted(tape=newest, model="grok-4.7", stream=stream) == [True]
        assert encrypted(tape=tape, stream=stream) == []
        assert encrypted(tape=tape, stream=stream, **wanted) == [True]
        assert encrypted(model="grok-4.20-non-reasoning", stream=stream, **wanted) == []


def test_what_is_sealed_tells_whether_it_was_changed():
    whole = sealed("an answer")
    assert is_sealed(whole)
    assert not any(is_sealed(text) for text in ("", whole[:-4], whole[4:], whole.replace(whole[9], "x", 1), "no base64!", "AAAA"))


# --- what is sent back --------------------------------------------------------------------------------------------------

THOUGHT = {"type": "reasoning", "id": "rs_1", "status": "completed", "summary": [], "encrypted_content": sealed("an answer")}
CALL = {"type": "function_call", "call_id": "c1", "name": "f"}
DECRYPT, DECODE = "Could not decrypt the provided encrypted_content.", "Could not decode the compaction blob."
EMPTY = "Each message must have at least one content element."
SENT_BACK = {
    "as it came": (THOUGHT, None),
    "without its encrypted part": ({**THOUGHT, "encrypted_content": None}, None),
    "with an empty content": ({**THOUGHT, "content": []}, None),
    "changed": (
        {**THOUGHT, "encrypted_content": "A" + sealed("an answer")[1:]},
        DECRYPT,
    ),
    "cut": ({**THOUGHT, "encrypted_content": sealed("an answer")[:-8]}, DECRYPT),
    "of another vendor": ({**THOUGHT, "encrypted_content": "gAAAAAB"}, DECRYPT),
    "without a summary": ({"type": "reasoning", "id": "rs_1"}, DECODE),
    "with content null": ({**THOUGHT, "content": None}, DECODE),
    "a message": ({"role": "assistant", "content": "Yes"}, None),
    "an empty message": ({"role": "assistant", "content": ""}, EMPTY),
    "a message without parts": ({"role": "assistant", "content": []}, EMPTY),
    "a message of empty parts": (
        {"role": "assistant", "content": [{"type": "output_text", "text": ""}]},
        EMPTY,
    ),
    "a call without arguments": (
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": ""},
        "not a valid JSON string",
    ),
}


@pytest.mark.parametrize("where", ["tape", "later_tape", "newest"])
@pytest.mark.parametrize(("item", "refused"), SENT_BACK.values(), ids=SENT_BACK)
def test_what_is_sent_back_is_taken_as_it_came_and_refused_where_it_was_changed(item, refused, where, ask, request):
    items = [{"role": "user", "content": "Hi"}, item, {"role": "user", "content": "And?"}]
    response = ask(tape=request.getfixturevalue(where), input=items)
    assert refused in response["error"] if refused else response["object"] == "response"


def test_instructions_go_with_no_previous_response(ask):
    first = ask()["id"]
    assert "output" in ask(previous_response_id=first)
    for previous in (first, "never-given"):
        refused = ask(previous_response_id=previous, instructions="Be brief.")
        assert refused == {"code": "400", "error": "Argument not supported: instructions and previous_response_id together"}


EFFORTS = {
    ("grok-4.3", "none"): None,
    ("grok-4.3", "xhigh"): None,
    ("grok-4.6", "none"): "This model does not support `reasoning_effort` value `none`.",
    ("grok-build-0.1", "low"): "does not support parameter reasoningEffort",
    ("grok-4.20", "low"): "does not support parameter reasoningEffort",
}


@pytest.mark.parametrize(("model", "effort"), EFFORTS, ids=" ".join)
def test_an_effort_that_a_model_has_not_is_refused(model, effort, ask):
    response = ask(model=model, reasoning={"effort": effort})
    refused = EFFORTS[model, effort]
    assert refused in response["error"] if refused else response["reasoning"]["effort"] == effort


@pytest.mark.parametrize("stream", [False, True])
def test_the_tier_is_the_one_that_was_asked_for_and_costs_what_it_does(stream, ask):
    plain, priority = ask(stream=stream), ask(stream=stream, service_tier="priority")
    assert (plain["service_tier"], priority["service_tier"]) == ("default", "priority")
    assert priority["usage"]["cost_in_usd_ticks"] == 2 * plain["usage"]["cost_in_usd_ticks"]
