"""What is asked and answered survives the way to another process and back, and a stream amounts to its answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.values.chat import ChatRequest, ChatResult, Delta, Failure, Message, ModelCard, ToolCall, Usage, joined

HELLO = (Message(role="user", content="Hello."),)


@pytest.mark.parametrize(
    ("asked", "states"),
    [
        ({"limit": 10}, True),
        *(({"parameters": {name: 10}}, True) for name in ("max_tokens", "maxTokens", "max_completion_tokens", "maxOutputTokens")),
        ({}, False),
        ({"parameters": {"temperature": 0.3, "max_tool_calls": 2}}, False),
    ],
)
def test_a_limit_is_stated_in_any_spelling(asked, states):
    assert ChatRequest(model="grok-4", messages=HELLO, **asked).states_a_limit is states


TEXT = st.text(max_size=8)
COUNT = st.none() | st.integers(0, 10**6)
DATA = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=2), max_size=3)


def several(values):
    return st.lists(values, max_size=2).map(tuple)


CALLS = several(st.builds(ToolCall, id=TEXT, name=TEXT, arguments=DATA))
MESSAGE = st.builds(
    Message,
    role=st.sampled_from(["system", "user", "assistant", "tool"]),
    content=st.none() | TEXT,
    tool_calls=CALLS,
    tool_call_id=st.none() | TEXT,
    name=st.none() | TEXT,
)
USAGE = st.builds(
    Usage, prompt_tokens=COUNT, completion_tokens=COUNT, reasoning_tokens=COUNT, total_tokens=COUNT, cached_tokens=COUNT
)
REQUEST = st.builds(
    ChatRequest,
    model=TEXT,
    messages=several(MESSAGE),
    limit=COUNT,
    parameters=DATA,
    response_format=st.none() | DATA,
    tools=several(DATA),
    tool_choice=st.none() | TEXT | DATA,
    images=several(TEXT),
)
RESULT = st.builds(
    ChatResult,
    text=st.none() | TEXT,
    finish_reason=st.none() | TEXT,
    usage=st.none() | USAGE,
    told_model=st.none() | TEXT,
    tool_calls=CALLS,
    reasoning=st.none() | TEXT,
    notices=several(TEXT),
)
FAILURE = st.builds(Failure, kind=TEXT, message=TEXT, status=st.none() | st.integers(100, 599), trace=TEXT)
CARD = st.builds(
    ModelCard,
    id=TEXT,
    aliases=several(TEXT),
    context_window=COUNT,
    max_output_tokens=COUNT,
    capabilities=st.none() | several(TEXT),
    blocked=st.booleans(),
)


@given(REQUEST | RESULT | FAILURE | CARD)
def test_a_value_survives_the_way_through_json(value):
    assert type(value).from_json(json.loads(json.dumps(value.to_json()))) == value


@pytest.mark.parametrize(
    "value",
    [
        ChatRequest(model="grok-4", messages=()),
        ChatResult(text=None),
        ChatResult(text=""),
        ChatResult(text="", usage=Usage()),
        Failure(kind="", message=""),
        ModelCard(id="grok-4"),
        ModelCard(id="grok-4", capabilities=()),
    ],
    ids=repr,
)
def test_none_and_empty_are_told_apart(value):
    assert type(value).from_json(json.loads(json.dumps(value.to_json()))) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ({"model": "grok-4", "messages": []}, ChatRequest(model="grok-4", messages=())),
        ({"text": "Hi"}, ChatResult(text="Hi")),
        ({"kind": "KeyError", "message": "'x'"}, Failure(kind="KeyError", message="'x'")),
        ({"id": "grok-4"}, ModelCard(id="grok-4")),
    ],
)
def test_what_may_be_left_out_may_be_left_out(data, value):
    assert type(value).from_json(data) == value


def test_a_card_answers_to_its_id_and_its_aliases():
    assert ModelCard(id="grok-4-0709", aliases=("grok-4", "grok4")).names == ("grok-4-0709", "grok-4", "grok4")


def test_a_stream_amounts_to_its_answer():
    call = ToolCall(id="1", name="get_weather", arguments={"city": "Paris"})
    deltas = [
        Delta(told_model="grok-4-0709", reasoning="Hm"),
        Delta(text="Par", reasoning="m.", notices=("slow",)),
        Delta(text="is", tool_calls=(call,), told_model="grok-4.3"),
        Delta(finish_reason="stop"),
        Delta(usage=Usage(total_tokens=7)),
    ]
    assert joined(deltas) == ChatResult(
        text="Paris",
        finish_reason="stop",
        usage=Usage(total_tokens=7),
        told_model="grok-4-0709",
        tool_calls=(call,),
        reasoning="Hmm.",
        notices=("slow",),
    )


def test_a_stream_of_nothing_is_an_empty_answer():
    assert joined([]) == ChatResult(text="")


def test_the_last_word_on_usage_and_finish_counts():
    deltas = [
        Delta(usage=Usage(total_tokens=1), finish_reason="length"),
        Delta(usage=Usage(total_tokens=2), finish_reason="stop"),
    ]
    assert (joined(deltas).usage, joined(deltas).finish_reason) == (Usage(total_tokens=2), "stop")
