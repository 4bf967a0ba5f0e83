"""What a model says is known beforehand: on either endpoint, streamed or not, in the shape that this world gives its answers."""

import json
from dataclasses import replace
from itertools import product

import pytest

from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home, worlds
from grokgate.upstream.fidelity.invariants import broken_invariants
from grokgate.upstream.fidelity.reply import captured
from grokgate.upstream.fidelity.shape import day_of_world, faults_of
from grokgate.upstream.script.written import RULE, SOURCE
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world
from grokgate.values.script import Called, Scripted, calls, says
from grokgate.values.wire import Miss, WireRequest

PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
QUESTION = [{"role": "user", "content": "Is it mild in the north?"}]
BOTH = Scripted(text="I look it up.", calls=(Called(name="get_weather", arguments={"city": "Oslo"}), Called(name="now")))
PAIR = Scripted(calls=BOTH.calls)
SAID = {
    "text": says("It is mild, isn't it?  Ja: «ja»!\n"),
    "empty": says(""),
    "call": calls("now"),
    "calls": PAIR,
    "both": BOTH,
    "thinking": Scripted(text="It is.", thinking="Norway; June."),
}
STREAMED = ({}, {"stream": True}, {"stream": True, "stream_options": {"include_usage": True}})


@pytest.fixture(scope="module")
def tapes():
    """A tape of each world."""
    return {name: Tape(load_world(home() / "cassettes" / name), prompts(), key="good") for name in worlds()}


def request(on="chat", *, tools=("get_weather", "now"), turns=QUESTION, **more):
    """A request that offers these tools."""
    offered = [{"name": name, "parameters": CITY} for name in tools]
    wrapped = [{"type": "function", **({"function": one} if on == "chat" else one)} for one in offered]
    body = {"model": "grok-4", "messages" if on == "chat" else "input": turns, **({"tools": wrapped} if tools else {}), **more}
    return WireRequest("POST", f"https://api.x.ai{PATHS[on]}", {"authorization": "Bearer good"}, json.dumps(body).encode())


def events_of(answer):
    """The events of a stream, without their end."""
    lines = answer.body.decode().splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]


def told(answer, on):
    """Text, calls as name and arguments, and how it ended."""
    if on == "responses":
        body = events_of(answer)[-1]["response"] if answer.chunks else json.loads(answer.body)
        parts = [part["text"] for item in body["output"] if item["type"] == "message" for part in item["content"]]
        made = [(item["name"], item["arguments"]) for item in body["output"] if item["type"] == "function_call"]
        return "".join(parts), made, body["status"]
    if not answer.chunks:
        choice = json.loads(answer.body)["choices"][0]
        return choice["message"]["content"], named(choice["message"].get("tool_calls", ())), choice["finish_reason"]
    choices = [choice for event in events_of(answer) for choice in event["choices"]]
    text = "".join(choice["delta"].get("content") or "" for choice in choices)
    return text, named(call for choice in choices for call in choice["delta"].get("tool_calls", ())), choices[-1]["finish_reason"]


def named(made):
    return [(call["function"]["name"], call["function"]["arguments"]) for call in made]


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
@pytest.mark.parametrize("on", PATHS)
@pytest.mark.parametrize("world", worlds())
def test_what_is_said_comes_in_the_shape_of_this_world(tapes, world, on, said):
    """Of each model, streamed with and without usage or in one piece; as true as what the tape says by itself."""
    tape, wanted = tapes[world], [call.name for call in said.calls]
    here = [model.id for model in tape.world.models if on in model.endpoints and model.id in tape.world.served]
    true = 0
    for model, more in product(here, STREAMED):
        asked = request(on, model=model, **more)
        answer = tape.answer(asked, "plain", said)
        text, made, end = told(answer, on)
        assert (text, [name for name, _ in made]) == (said.text, wanted)
        assert end == {"chat": "tool_calls" if said.calls else "stop", "responses": "completed"}[on]
        plain = request(on, tools=(), model=model, **more)
        if not untrue(plain, tape.answer(plain), tape.world):
            assert untrue(asked, answer, tape.world) == []
            true += 1
    assert true > len(here)


def untrue(asked, answer, world):
    """What is not as xAI gives it."""
    capture = captured(asked, answer)
    return [*map(str, faults_of(capture, day=day_of_world(world.name))), *map(str, broken_invariants(capture, world.prices))]


def test_arguments_are_those_that_were_said_or_what_the_parameters_describe(tapes):
    tape = tapes["grok-4.3"]
    said = Scripted(calls=(Called(name="now"), Called(name="now", arguments='{"cut'), Called(name="now", arguments={"ö": 1})))
    for on in PATHS:
        _, made, _ = told(tape.answer(request(on), "plain", said), on)
        assert [arguments for _, arguments in made] == ['{"city": "example"}', '{"cut', '{"ö": 1}']


def test_a_call_of_what_is_not_offered_is_a_miss_that_says_so(tapes):
    for on in PATHS:
        missed = tapes["grok-4.3"].answer(request(on), "plain", calls("book_table"))
        assert missed.reason == "the script calls book_table, and the request offers get_weather, now"
        missed = tapes["grok-4.3"].answer(request(on, tools=()), "plain", calls("book_table"))
        assert missed.reason == "the script calls book_table, and the request offers no function"


REFUSED = {
    "parameter": {"model": "grok-4.3", "stop": ["END"]},
    "model": {"model": "grok-99"},
    "key": {"key": "Bearer bad"},
    "scenario": {"scenario": "no-credits"},
    "empty turn": {"turns": [{"role": "user", "content": None}]},
}


@pytest.mark.parametrize("on", PATHS)
@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
def test_what_xai_refuses_stays_refused(tapes, on, wrong):
    wrong = dict(wrong)
    key, scenario = wrong.pop("key", "Bearer good"), wrong.pop("scenario", "plain")
    asked = replace(request(on, **wrong), headers={"authorization": key})
    tape = tapes["grok-4.7"]
    refused, plain = tape.answer(asked, scenario, SAID["text"]), tape.answer(asked, scenario)
    assert not isinstance(plain, Miss), plain.reason
    assert refused == plain
    assert refused.status >= 400


def test_lists_of_models_say_what_they_always_say(tapes):
    listing = WireRequest("GET", "https://api.x.ai/v1/models", {"authorization": "Bearer good"})
    assert tapes["grok-4.3"].answer(listing, "plain", SAID["text"]) == tapes["grok-4.3"].answer(listing)


OF_ANY_KIND = {
    "schema": {"response_format": {"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": CITY}}},
    "object": {"response_format": {"type": "json_object"}},
    "limit": {"max_tokens": 3},
    "choice": {"tool_choice": "required"},
    "one at a time": {"parallel_tool_calls": False},
    "after a result": {
        "turns": [
            *QUESTION,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "now", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "noon"},
        ]
    },
    "image": {
        "model": "grok-4.3",
        "turns": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}],
    },
}


@pytest.mark.parametrize("more", OF_ANY_KIND.values(), ids=OF_ANY_KIND)
@pytest.mark.parametrize("streamed", [False, True])
def test_it_is_said_whatever_the_request_is_like(tapes, more, streamed):
    for tape, said in product(tapes.values(), (SAID["text"], PAIR)):
        answer = tape.answer(request("chat", stream=streamed, **more), "plain", said)
        assert told(answer, "chat")[0] == said.text


@pytest.mark.parametrize("on", PATHS)
def test_every_turn_of_a_conversation_has_ids_of_its_own_and_the_same_turn_the_same(tapes, on):
    tape, later = tapes["grok-4.3"], [*QUESTION, {"role": "assistant", "content": "It is."}, *QUESTION]
    first, again, streamed, next_ = (
        ids_of(tape.answer(request(on, **more), "plain", PAIR), on) for more in ({}, {}, {"stream": True}, {"turns": later})
    )
    assert first == again
    assert (streamed == first) == (on == "chat")  # a response is stored by its id, so another request has another
    assert not set(first) & set(next_)
    assert len(set(first)) == len(first) == 3


def ids_of(answer, on):
    """The id of an answer, and those of its calls."""
    if on == "responses":
        body = events_of(answer)[-1]["response"] if answer.chunks else json.loads(answer.body)
        return body["id"], *(item["call_id"] for item in body["output"] if item["type"] == "function_call")
    if not answer.chunks:
        body = json.loads(answer.body)
        return body["id"], *(call["id"] for call in body["choices"][0]["message"]["tool_calls"])
    events = events_of(answer)
    made = [call for event in events for choice in event["choices"] for call in choice["delta"].get("tool_calls", ())]
    return events[0]["id"], *(call["id"] for call in made)


def test_thinking_is_heard_of_a_model_that_shows_it(tapes):
    said = Scripted(text="Yes.", thinking="North is cold, but it is June.")
    for on, more in product(PATHS, STREAMED):
        shown, silent = (tapes["grok-4.3"].answer(request(on, **more), "plain", one).body for one in (said, says("Yes.")))
        hidden = tapes["grok-4-0709"].answer(request(on, **more), "plain", said).body
        assert b"June" in shown
        assert b"June" not in hidden
        assert b"reasoning_content" not in silent.replace(b'"reasoning_content":""', b"")
        assert b"summary_text" not in silent


def test_an_answer_of_the_script_is_told_from_one_on_tape(tapes):
    answer = tapes["grok-4.3"].answer(request(), "plain", SAID["text"])
    assert (answer.rule, answer.provenance, answer.recorded_at) == (RULE, "derived", "")
    assert answer.sources[-1] == SOURCE
