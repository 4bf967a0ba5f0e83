"""Which function is called where the choice is the model's own: what words tell, on either endpoint."""

import json

import pytest

from grokgate.upstream.choice import called
from grokgate.upstream.wording import content_of
from grokgate.values.wire import WireRequest

PATHS = {"chat": "chat/completions", "responses": "responses"}


def function(name, *parameters):
    return {"name": name, "parameters": {"type": "object", "properties": {one: {"type": "string"} for one in parameters}}}


WEATHER, TIME = function("get_weather", "place"), function("world_clock", "zone")


def asked(*turns, offers=(WEATHER, TIME), on="chat", **more):
    """A conversation that offers functions: pairs of role and text, a call as ``call`` and its name, a result as ``tool``."""
    tools = [{"type": "function", **(one if on == "responses" else {"function": one})} for one in offers]
    said = [turn for pair in turns for turn in worded(*pair, on)]
    body = {"input" if on == "responses" else "messages": said, "tools": tools, **more}
    return content_of(WireRequest("POST", f"https://api.x.ai/v1/{PATHS[on]}", {}, json.dumps(body).encode()))


def worded(role, text, on):
    if role == "call" and on == "responses":
        return [{"type": "function_call", "call_id": "c1", "name": text, "arguments": "{}"}]
    if role == "tool" and on == "responses":
        return [{"type": "function_call_output", "call_id": "c1", "output": text}]
    if role == "call":
        call = {"id": "c1", "type": "function", "function": {"name": text, "arguments": "{}"}}
        return [{"role": "assistant", "content": "", "tool_calls": [call]}]
    return [{"role": role, "content": text}]


BOTH = ("user", "The weather, and what the clock says?")
CALLED = [("call", "get_weather"), ("tool", "18")]
GUESSED = [
    ("a word of its name", [("user", "How is the weather?")], "get_weather"),
    ("a word of its parameter", [("user", "Which zone is Oslo in?")], "world_clock"),
    ("its whole name in the instructions", [("system", "Call world_clock first."), ("user", "Go")], "world_clock"),
    (
        "its whole name in an earlier message",
        [("user", "You have world_clock."), ("assistant", "Yes"), ("user", "Go")],
        "world_clock",
    ),
    ("the instructions want tools", [("system", "Use the tools provided."), ("user", "Go")], "get_weather"),
    ("no word", [("user", "Hello")], None),
    ("a verb is no word", [("user", "Get me something for the road")], None),
    ("a part of a name is not its name", [("system", "my_world_clocks are old"), ("user", "Go")], None),
    ("the question wants none", [("user", "Do not call any tools. The weather is fine.")], None),
    ("without tools", [("user", "Without using tools: how is the weather?")], None),
    ("the first of two", [BOTH], "get_weather"),
    ("the second, after the first one's result", [BOTH, *CALLED], "world_clock"),
    (
        "none, once both were called",
        [BOTH, ("call", "get_weather"), ("tool", "18"), ("call", "world_clock"), ("tool", "9")],
        None,
    ),
    ("none, once that one was called", [("user", "The weather?"), ("call", "get_weather"), ("tool", "18")], None),
    (
        "a new question is asked anew",
        [
            ("user", "The weather?"),
            ("call", "get_weather"),
            ("tool", "18"),
            ("assistant", "18"),
            ("user", "And the weather in Bonn?"),
        ],
        "get_weather",
    ),
    (
        "what a tool fetched is no question",
        [("user", "The weather?"), ("call", "get_weather"), ("tool", "see below"), ("user", "weather.txt: 18")],
        None,
    ),
]


@pytest.mark.parametrize("on", ["chat", "responses"])
@pytest.mark.parametrize(("turns", "name"), [pytest.param(turns, name, id=id) for id, turns, name in GUESSED])
def test_a_model_calls_what_was_spoken_of_and_was_not_called_yet(turns, name, on):
    found = called(asked(*turns, on=on))
    assert (found and found["name"]) == name


@pytest.mark.parametrize("on", ["chat", "responses"])
def test_what_is_demanded_is_called_whatever_was_said(on):
    chosen = {"type": "function", **({"name": "world_clock"} if on == "responses" else {"function": {"name": "world_clock"}})}
    hello = ("user", "Hello")
    for choice, name in {"required": "get_weather", "none": None}.items():
        found = called(asked(hello, on=on, tool_choice=choice))
        assert (found and found["name"]) == name
    assert called(asked(hello, on=on, tool_choice=chosen))["name"] == "world_clock"
    assert called(asked(BOTH, ("call", "get_weather"), ("tool", "18"), on=on, tool_choice="required"))["name"] == "world_clock"


@pytest.mark.parametrize(
    "odd", [{}, {"messages": []}, {"messages": [{}]}, {"tools": [{"type": "function"}]}, {"tools": "all"}], ids=repr
)
def test_a_request_that_says_little_calls_nothing(odd):
    assert called({**asked(), **odd}) is None
