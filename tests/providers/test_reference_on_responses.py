"""The reference provider gives its caller on responses what it gives on chat completions."""

import json

import httpx
import pytest

from grokgate.formats.fixtures import tool
from grokgate.formats.home import home
from grokgate.providers.protocol import Setting
from grokgate.providers.vehicle import load_adapter
from grokgate.values.chat import ChatRequest, Message, Usage, joined

REFERENCE = home() / "fixtures" / "reference"
Reference = load_adapter("provider.py:Reference", REFERENCE)

from grok_reference.errors import BrokenStream, XAIError  # noqa: E402  they can be imported once it is loaded
from grok_reference.responses import Responses  # noqa: E402

USAGE = {
    "input_tokens": 20,
    "input_tokens_details": {"cached_tokens": 8},
    "output_tokens": 30,
    "output_tokens_details": {"reasoning_tokens": 25},
    "total_tokens": 50,
    "cost_in_usd_ticks": 7,
}
THOUGHT = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "x"}
SAID = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Paris."}]}
CALLED = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": '{"city": "Paris"}'}
WHOLE = {"object": "response", "status": "completed", "model": "grok-4.3", "output": [THOUGHT, SAID], "usage": USAGE}


@pytest.fixture
def made(xai, tmp_path):
    def make(api):
        environment = {"GROKGATE_WORLD": "grok-4.3"}
        options = {"api": api, "retry_delay": 0}
        setting = Setting(
            environment=environment, base_url=xai[1].base_url, api_key="example-key", workdir=tmp_path, options=options
        )
        return Reference(setting)

    return make


def asking(text, **more):
    return ChatRequest(model="grok-4", messages=(Message(role="user", content=text),), **more)


WEATHER = asking("What is the weather in Paris?", tools=(tool("get_weather"),))
ASKED = {
    "a question": asking("Name the capital of France in one short sentence."),
    "a tool": WEATHER,
}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("request_", ASKED.values(), ids=ASKED)
def test_the_caller_gets_the_same_parts_as_on_chat(request_, streamed, made, xai):
    got = []
    for api in ("chat", "responses"):
        provider = made(api)
        with xai[0].call() as log:
            got.append(joined(list(provider.stream(request_))) if streamed else provider.chat(request_))
        [exchange] = log.exchanges
        assert exchange.request.path == f"/v1/{provider.endpoint.path}"
    chat, responses = got
    assert responses.text == chat.text
    assert responses.finish_reason == chat.finish_reason
    assert responses.told_model == chat.told_model
    assert [(call.name, call.arguments) for call in responses.tool_calls] == [
        (call.name, call.arguments) for call in chat.tool_calls
    ]
    assert responses.usage.total_tokens == sum(
        (responses.usage.prompt_tokens, responses.usage.completion_tokens, responses.usage.reasoning_tokens)
    )


def read(provider, whole, request=WEATHER):
    return provider.parse(provider.endpoint.answer(whole), request, ())


def test_a_response_is_read(made):
    result = read(made("responses"), WHOLE)
    assert (result.text, result.reasoning, result.finish_reason, result.told_model) == ("Paris.", "Hm.", "stop", "grok-4.3")
    assert result.cost == pytest.approx(7e-10)
    assert result.usage == Usage(prompt_tokens=20, completion_tokens=5, reasoning_tokens=25, total_tokens=50, cached_tokens=8), (
        "the thinking beside the output, as on chat"
    )


@pytest.mark.parametrize(
    ("differs", "finish_reason"),
    [
        ({"output": [THOUGHT, CALLED]}, "tool_calls"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, "content_filter"),
    ],
)
def test_why_it_ended_is_told_in_chats_words(differs, finish_reason, made):
    result = read(made("responses"), WHOLE | differs)
    assert result.finish_reason == finish_reason
    assert [call.id for call in result.tool_calls] == (["call_1"] if finish_reason == "tool_calls" else [])


def streamed(*events):
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


PIECES = (
    {"type": "response.created", "response": WHOLE | {"status": "in_progress", "output": []}},
    {"type": "response.reasoning_summary_text.delta", "delta": "Hm."},
    {"type": "response.output_text.delta", "delta": "Par"},
    {"type": "response.output_text.delta", "delta": "is."},
)


def test_a_stream_is_what_the_whole_answer_is(made):
    provider, arrival = made("responses"), Responses().arrival()
    sent = b": keepalive\n\n" + streamed(*PIECES, {"type": "response.completed", "response": WHOLE})
    handed = [delta for cut in range(0, len(sent), 7) for delta in provider.deltas(arrival, sent[cut : cut + 7])]
    assert joined([*handed, provider.last_delta(arrival, WEATHER, ())]) == read(provider, WHOLE)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ((), "ended before"),
        (({"type": "error", "code": "x", "message": "overloaded"},), "overloaded"),
        (({"type": "error", "code": "x", "error": "at capacity"},), "at capacity"),
        (({"type": "response.failed", "response": {"error": {"code": "x", "message": "lost"}}},), "lost"),
    ],
)
def test_a_stream_without_its_end_is_broken(last, said, made):
    provider, arrival = made("responses"), Responses().arrival()

    def arrives():
        yield from provider.deltas(arrival, streamed(*PIECES, *last))
        yield provider.last_delta(arrival, WEATHER, ())

    with pytest.raises(BrokenStream, match=said):
        list(arrives())


def test_what_is_no_response_is_told(made):

    with pytest.raises(XAIError, match="no response"):
        made("responses").answer(httpx.Response(200, json={"choices": []}))
