"""The bundled adapter for the openai SDK hands on what the library gives its caller, however odd, and falls over nothing."""

import asyncio
from importlib import import_module
from types import SimpleNamespace

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response

from grokgate.formats.fixtures import schema, tool
from grokgate.providers import given
from grokgate.providers.openai import OpenAI
from grokgate.providers.openai_chat import Chat
from grokgate.providers.openai_responses import Responses
from grokgate.providers.protocol import Setting
from grokgate.values.chat import ChatRequest, Message, ToolCall, joined

XAI = "https://api.x.ai/v1"
REQUEST = ChatRequest(model="grok-4", messages=(Message(role="user", content="Hello."),))
NONE = {"finish_reason": "stop", "index": 0}
ODD = {
    "nothing": {},
    "no choices": {"choices": None, "model": "grok-4-0709"},
    "empty choices": {"choices": []},
    "no message": {"choices": [NONE]},
    "null message": {"choices": [NONE | {"message": None, "delta": None}]},
    "null content": {"choices": [NONE | {"message": {"content": None}, "delta": {"content": None}}]},
    "no function": {
        "choices": [NONE | {part: {"tool_calls": [{"id": None, "type": "function"}]} for part in ("message", "delta")}]
    },
    "null function": {"choices": [NONE | {part: {"tool_calls": [{"function": None}]} for part in ("message", "delta")}]},
    "null arguments": {
        "choices": [NONE | {part: {"tool_calls": [{"function": {"arguments": None}}]} for part in ("message", "delta")}]
    },
    "empty usage": {"choices": [], "usage": {}},
    "null details": {"usage": {"prompt_tokens": 1, "completion_tokens_details": None, "prompt_tokens_details": None}},
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_an_odd_answer_is_handed_on(answer):
    result = given.answer(Chat().result(ChatCompletion.construct(**answer)))
    assert not result.text
    stream = Chat().stream()
    streamed = [stream.delta(ChatCompletionChunk.construct(**answer)), stream.last()]
    assert not given.answer(joined(streamed)).text


EVENTS = ("response.output_text.delta", "response.output_item.done", "response.completed", "a.new.one")
ODD_RESPONSES = {
    "nothing": {},
    "no output": {"output": None, "model": "grok-4.3"},
    "odd items": {
        "output": [{"type": "message"}, {"type": "reasoning", "summary": None}, {"type": "function_call"}, {"type": None}]
    },
    "no parts": {"output": [{"type": "message", "content": [{"type": "output_text", "text": None}, {"type": "refusal"}]}]},
    "null details": {"usage": {"input_tokens": 1, "output_tokens_details": None}, "incomplete_details": None},
}


@pytest.mark.parametrize("answer", ODD_RESPONSES.values(), ids=ODD_RESPONSES)
def test_an_odd_response_is_handed_on(answer):
    response = Response.construct(**answer)
    assert not given.answer(Responses().result(response)).text
    stream = Responses().stream()
    items = response.output or [None] if "output" in answer else [None]
    streamed = [stream.delta(SimpleNamespace(type=kind, response=response, item=item)) for kind in EVENTS for item in items]
    assert not given.answer(joined([*streamed, stream.last()])).text


BODIES = {"<!doctype html>": "<!doctype html>", "null": None, "[]": None, "{}": None, '"Hello."': "Hello."}


@pytest.mark.parametrize(("body", "text"), BODIES.items(), ids=BODIES)
def test_what_is_no_completion_is_what_the_librarys_caller_has(body, text, tmp_path, monkeypatch):
    setting = Setting(environment={}, base_url=XAI, api_key="key", workdir=tmp_path, options={"max_retries": 0})
    adapter = OpenAI(setting)
    assert adapter._client.max_retries == 0
    kind = "text/html" if body.startswith("<") else "application/json"
    monkeypatch.setattr(adapter, "_client", openai.OpenAI(api_key="key", http_client=answering(body, kind)))
    assert given.answer(adapter.chat(REQUEST)).text == text


def answering(body, kind):
    """A client, of the fork of httpx that the library speaks, that gets this answer."""
    library = import_module(openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])
    answer = {"status_code": 200, "headers": {"content-type": kind}, "content": body.encode()}
    return library.Client(transport=library.MockTransport(lambda _: library.Response(**answer)))


def everything(adapter, request):
    """What is answered in each of the four ways."""

    async def asynchronously():
        return [await adapter.achat(request), joined([delta async for delta in adapter.astream(request)])]

    return [adapter.chat(request), joined(list(adapter.stream(request))), *asyncio.run(asynchronously())]


CONVERSATION = (
    Message(role="system", content="Be short."),
    Message(role="user", content="What is the weather in Paris?"),
    Message(role="assistant", content=None, tool_calls=(ToolCall(id="c1", name="get_weather", arguments={"city": "Paris"}),)),
    Message(role="tool", content="sunny", tool_call_id="c1"),
)
PERSON = {"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": schema("person")}}
IMAGE = "data:image/png;base64,AAAA"
ASKED = {
    "a question": ChatRequest(model="grok-4.3", messages=CONVERSATION[:2], limit=900, parameters={"reasoning_effort": "low"}),
    "JSON": ChatRequest(model="grok-4.3", messages=CONVERSATION[:2], response_format=PERSON, parameters={"temperature": 0.5}),
    "an image": ChatRequest(model="grok-4.3", messages=CONVERSATION[:2], images=(IMAGE,)),
    "a tool": ChatRequest(model="grok-4.3", messages=CONVERSATION[:2], tools=(tool("get_weather"),), tool_choice="required"),
    "its result": ChatRequest(model="grok-4.3", messages=CONVERSATION, tools=(tool("get_weather"),)),
    "what it does not know": ChatRequest(model="grok-4.3", messages=CONVERSATION[:2], parameters={"seed": 7}),
}
"""Each with what stands on the wire of responses beside model and input."""
LEAVES = {
    "a question": {"max_output_tokens": 900, "reasoning": {"effort": "low"}},
    "JSON": {"text": {"format": {"type": "json_schema", **PERSON["json_schema"]}}, "temperature": 0.5},
    "an image": {},
    "a tool": {"tools": [{"type": "function", **tool("get_weather")["function"]}], "tool_choice": "required"},
    "its result": {"tools": [{"type": "function", **tool("get_weather")["function"]}]},
    "what it does not know": {"seed": 7},
}


@pytest.mark.parametrize("asked", ASKED)
def test_the_library_asks_responses_in_each_way(asked, xai, tmp_path):
    options = {"max_retries": 0, "api": "responses"}
    adapter = OpenAI(Setting(environment={}, base_url=xai[1].base_url, api_key="example-key", workdir=tmp_path, options=options))
    with xai[0].call() as log:
        results = everything(adapter, ASKED[asked])
    left = [exchange.request for exchange in log.exchanges]
    assert {request.path for request in left} == {"/v1/responses"}
    assert [request.json.get("stream") for request in left] == [None, True, None, True]
    for request in left:
        assert {name: value for name, value in request.json.items() if name not in ("model", "input", "stream")} == LEAVES[asked]
    for result in results:
        assert given.answer(result) == result
        assert (result.told_model, result.finish_reason) == ("grok-4.3", "completed")
        assert result.usage.total_tokens == result.usage.prompt_tokens + result.usage.completion_tokens, "as the library counts"
        assert result.usage.reasoning_tokens
        assert bool(result.text) != (asked == "a tool")
        assert [call.name for call in result.tool_calls] == (["get_weather"] if asked == "a tool" else [])
    assert len({result.text for result in results}) == 1


def test_the_turns_are_items_of_responses():
    assert Responses().asked(ASKED["its result"])["input"] == [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "What is the weather in Paris?"},
        {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": '{"city": "Paris"}'},
        {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
    ]
    assert Responses().asked(ASKED["an image"])["input"][-1]["content"][1] == {"type": "input_image", "image_url": IMAGE}
