"""The bundled adapter for the openai SDK hands on what the library gives its caller, however odd, and falls over nothing."""

from importlib import import_module

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from grokgate.providers import given
from grokgate.providers.openai import OpenAI, _Fragments, _result
from grokgate.providers.protocol import Setting
from grokgate.values.chat import ChatRequest, Message, joined

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
    result = given.answer(_result(ChatCompletion.construct(**answer)))
    assert not result.text
    fragments = _Fragments()
    streamed = [fragments.delta(ChatCompletionChunk.construct(**answer)), fragments.last()]
    assert not given.answer(joined(streamed)).text


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
