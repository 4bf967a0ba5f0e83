"""The tape plays the rule that xAI would follow, finds it by index as by reading, and explains what it does not have."""

import json
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.upstream.cassette import Recording
from grokgate.upstream.semantics import meaning
from grokgate.upstream.tape import NEAREST, Tape, camel_case
from grokgate.upstream.world import STAGES, Rule
from grokgate.values.wire import WireRequest

KEY = "Bearer example-key"
HI = [{"role": "user", "content": "Hi"}]


def chat(key=KEY, path="/v1/chat/completions", **content):
    body = json.dumps({"model": "grok-4", "messages": HI} | content).encode()
    return WireRequest("POST", f"https://api.x.ai{path}", {"authorization": key}, body)


def recorded(rule):
    return Recording(id=rule, rule=rule, status=200, headers={}, body="", provenance="derived", sources=("a page",))


def rules(*whens, stages=("content",)):
    named = enumerate(zip(whens, stages * len(whens), strict=False))
    return tuple(Rule(id=f"rule-{n}", stage=stage, when=when, sources=("a page",)) for n, (when, stage) in named)


@pytest.fixture(scope="session")
def taped(world):
    """A tape of the models of the world, with other rules."""

    def tape_of(*listed):
        recordings = {rule.id: recorded(rule.id) for rule in listed}
        return Tape(replace(world, rules=listed, recordings=recordings), {"hi": "Hi"}, key="example-key")

    return tape_of


@pytest.mark.parametrize(
    ("request_", "scenario", "rule"),
    [
        (chat(), "plain", "plain/grok-4-0709"),
        (chat(model="grok-3"), "plain", "plain/grok-3"),
        (chat(stop=["x"], presence_penalty=0), "plain", "refused/presence-penalty"),
        (chat(model="grok-9", stop=["x"], stream=True), "plain", "unknown-model"),
        (chat(model=None, messages=None), "plain", "no-model"),
        (chat(key="Bearer other", model="grok-9"), "plain", "wrong-key"),
        (chat(key="", model=None), "plain", "missing-key"),
        (chat(key="", path="/v1/chat", model=None), "plain", "no-such-route"),
        (chat(model="grok-9", stop=["x"]), "capacity", "capacity"),
        (chat(key="Bearer other"), "capacity", "wrong-key"),
    ],
    ids=lambda value: getattr(value, "path", value),
)
def test_the_earliest_stage_that_objects_decides(request_, scenario, rule, tape):
    assert tape.answer(request_, scenario).rule == rule


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"model": 'grok-"9"'}, 'The model grok-"9" does not exist'),
        ({"presence_penalty": 0}, "Argument not supported on this model: presencePenalty"),
        (
            {"model": "grok-4-latest", "reasoning_effort": "low"},
            "Model grok-4-latest does not support parameter reasoningEffort.",
        ),
    ],
)
def test_an_answer_names_what_was_asked(content, body, tape):
    assert json.loads(tape.answer(chat(**content)).body)["error"].startswith(body)


@pytest.mark.parametrize(("key", "echoed"), [("xai-wrong-key", "xa***ey"), ("abcd", "***")])
def test_a_wrong_key_is_echoed_masked(key, echoed, tape):
    answer = tape.answer(chat(key=f"Bearer {key}"))
    assert f"Incorrect API key provided: {echoed}. " in json.loads(answer.body)["error"]
    assert key.encode() not in answer.body


def test_a_stream_comes_in_the_pieces_in_which_it_was_sent(tape):
    answer = tape.answer(chat(stream=True))
    times = [second for second, _ in answer.chunks]
    assert b"".join(piece for _, piece in answer.chunks) == answer.body
    assert times == sorted(times)


def test_a_miss_names_the_nearest_rule_and_the_differences(tape):
    miss = tape.answer(chat(tools=[{"type": "function", "function": {"name": "get_time"}}]))
    assert miss.nearest[0].rule == "plain/grok-4-0709"
    assert miss.nearest[0].differences == (("tools", "none", "get_time"),)
    assert miss.reason.endswith("nearest is rule plain/grok-4-0709, but tools is get_time, the rule wants none")


def test_of_rules_as_near_the_one_that_agrees_in_more_is_named_first(taped):
    wide, narrow = {"stream": ("yes",)}, {"route": ("chat",), "stream": ("yes", "with-usage")}
    miss = taped(*rules(wide, narrow, {"route": ("models",), "stream": ("yes",)})).answer(chat())
    assert [near.rule for near in miss.nearest] == ["rule-1", "rule-0", "rule-2"]
    assert miss.nearest[0].differences == (("stream", "yes or with-usage", "no"),)
    assert miss.meaning["stream"] == "no"


def test_no_more_rules_are_named_than_help(tape):
    assert len(tape.answer(chat(path="/v1/responses")).nearest) == NEAREST


def test_a_tape_without_rules_misses(taped):
    miss = taped().answer(chat())
    assert (miss.nearest, miss.reason) == ((), "no rule of this world covers the request")


@pytest.mark.parametrize(
    ("snake", "camel"), [("stop", "stop"), ("presence_penalty", "presencePenalty"), ("a_b_c", "aBC"), ("none", "none")]
)
def test_refusals_name_arguments_in_camel_case(snake, camel):
    assert camel_case(snake) == camel


# --- the index answers as reading the rules from top to bottom does ------------------------------------------------------

VALUES = {
    "scenario": ["plain", "capacity"],
    "route": ["chat", "models", "other"],
    "key": ["good", "wrong", "missing"],
    "served": ["grok-4-0709", "grok-3", "unknown"],
    "refused": ["none", "stop"],
    "stream": ["no", "yes", "with-usage"],
    "turn": ["user", "tool"],
    "prompt": ["hi", "other"],
}
WHEN = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.sampled_from(values), min_size=1, unique=True).map(tuple) for name, values in VALUES.items()}
).filter(bool)
LISTED = st.lists(st.tuples(WHEN, st.sampled_from(STAGES)), min_size=1, max_size=12)
REQUEST = st.builds(
    chat,
    key=st.sampled_from([KEY, "Bearer other", ""]),
    path=st.sampled_from(["/v1/chat/completions", "/v1/models", "/v2"]),
    model=st.sampled_from(["grok-4", "grok-3", "grok-9"]),
    stream=st.booleans(),
    stream_options=st.sampled_from([None, {"include_usage": True}]),
    stop=st.sampled_from([None, ["x"]]),
    messages=st.sampled_from([HI, [{"role": "user", "content": "Ho"}], [*HI, {"role": "tool", "content": ""}]]),
)


def read_through(tape, request, scenario):
    """The rule that a naive reader finds: from top to bottom, each dimension in turn."""
    means = meaning(request, tape.world, {"hi": "Hi"}, key=tape.key, scenario=scenario)
    fitting = (rule for rule in tape.world.rules if all(means[name] in wanted for name, wanted in rule.when.items()))
    return next((rule.id for rule in fitting), None)


def played(answer):
    """The rule that an answer came by; ``None`` for a miss."""
    return getattr(answer, "rule", None)


@given(LISTED, REQUEST, st.sampled_from(VALUES["scenario"]))
def test_the_index_finds_what_reading_finds(taped, listed, request_, scenario):
    ordered = sorted(listed, key=lambda entry: STAGES.index(entry[1]))
    tape = taped(*rules(*(when for when, _ in ordered), stages=tuple(stage for _, stage in ordered)))
    assert played(tape.answer(request_, scenario)) == read_through(tape, request_, scenario)


@given(REQUEST, st.sampled_from(["plain", "capacity", "redirected"]))
def test_on_the_bundled_tape_too(tape, request_, scenario):
    assert played(tape.answer(request_, scenario)) == read_through(tape, request_, scenario)


def test_an_answer_costs_one_look_up_per_shape_of_rule_however_many_there_are(taped):
    names = [f"prompt-{n}" for n in range(500)]
    listed = rules(*({"prompt": (name,), "stream": ("no",)} for name in names), *({"route": (r,)} for r in VALUES["route"]))
    assert len(taped(*listed)._groups) == 2


def test_a_rule_with_several_values_plays_for_each_combination(taped):
    tape = taped(*rules({"stream": ("no", "yes"), "served": ("grok-4-0709", "grok-3")}))
    requests = [chat(model=model, stream=stream) for model, stream in product(["grok-4", "grok-3"], [False, True])]
    assert {tape.answer(request).rule for request in requests} == {"rule-0"}
