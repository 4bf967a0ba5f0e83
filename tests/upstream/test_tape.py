"""The tape plays the rule that xAI would follow, finds it by index as by reading, and explains what it does not have."""

import json
from dataclasses import replace
from itertools import product

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.formats.fixtures import long_prompt, prompts, questions, schema, tool
from grokgate.upstream.cassette import Recording
from grokgate.upstream.semantics import meaning
from grokgate.upstream.tape import MOST_ANSWERS, NEAREST, Tape
from grokgate.upstream.world import STAGES, Rule
from grokgate.values.wire import WireRequest

KEY = "Bearer example-key"
HI = [{"role": "user", "content": "Hi"}]


def chat(key=KEY, path="/v1/chat/completions", **content):
    body = json.dumps({"model": "grok-4", "messages": HI} | content).encode()
    return WireRequest("POST", f"https://api.x.ai{path}", {"authorization": key}, body)


def said(text, **content):
    return chat(messages=[{"role": "user", "content": text}], **content)


def refusal(answer):
    """The status and text of a refusal."""
    return answer.status, json.loads(answer.body)["error"]


def derived(rule, **more):
    defaults = {"id": rule, "status": 200, "headers": {}, "body": "", "provenance": "derived", "sources": ("a page",)}
    return Recording(**(defaults | {"rule": rule} | more))


def rules(*whens, stages=("content",)):
    named = enumerate(zip(whens, stages * len(whens), strict=False))
    return tuple(Rule(id=f"rule-{n}", stage=stage, when=when, sources=("a page",)) for n, (when, stage) in named)


@pytest.fixture(scope="session")
def taped(world):
    """A tape of the models of the world, with other rules."""

    def tape_of(*listed, recordings=None):
        played = tuple(derived(rule.id) for rule in listed) if recordings is None else recordings
        return Tape(replace(world, rules=listed, recordings=played), {"hi": "Hi"}, key="example-key")

    return tape_of


@pytest.mark.parametrize(
    ("request_", "scenario", "rule"),
    [
        (chat(), "plain", "plain/hidden"),
        (chat(model="grok-3"), "plain", "plain/none"),
        (chat(model="grok-3-mini"), "plain", "plain/shown"),
        (chat(stop=["x"], presence_penalty=0), "plain", "refused/presence-penalty"),
        (chat(model="grok-9", stop=["x"], stream=True), "plain", "unknown-model"),
        (chat(model=None, messages=None), "plain", "unreadable-body"),
        (chat(key="Bearer other", model="grok-9"), "plain", "wrong-key"),
        (chat(key="", model=None), "plain", "missing-key"),
        (chat(key="", path="/v1/chat", model=None), "plain", "no-such-route"),
        (said(long_prompt(256_001).text, stop=["x"]), "plain", "refused/stop"),
        (said(long_prompt(256_001).text, stream=True), "plain", "too-long"),
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


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.name)
@pytest.mark.parametrize("model", ["grok-3", "grok-3-mini", "grok-4"])
@pytest.mark.parametrize("era", ["tape", "later_tape"])
def test_a_committed_question_gets_its_right_answer(question, model, era, request):
    answer = json.loads(request.getfixturevalue(era).answer(said(f"Be brief. {question.text}", model=model)).body)
    assert question.graded(answer["choices"][0]["message"]["content"])


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


def test_a_stream_has_its_usage_where_it_was_asked_for_and_no_event_of_it_elsewhere(tape):
    without, with_usage = (tape.answer(chat(stream=True, stream_options={"include_usage": wanted})) for wanted in (False, True))
    usage = [chunk for chunk in with_usage.chunks if b'"usage"' in chunk[1]]
    assert len(usage) == 1
    assert without.chunks == tuple(chunk for chunk in with_usage.chunks if chunk not in usage)
    assert (without.rule, without.body) == (with_usage.rule, b"".join(event for _, event in without.chunks))


def test_what_is_filled_in_differs_from_request_to_request(tape):
    models = ["grok-3", "grok-2", "grok-3"]
    assert [json.loads(tape.answer(chat(model=model)).body)["model"] for model in models] == ["grok-3", "grok-2-1212", "grok-3"]


def test_the_same_answer_is_made_once_and_no_more_are_kept_than_are_allowed(taped):
    tape = taped(*rules({"route": ("chat",)}), recordings=(derived("rule-0", body='"${asked}"', fill=("asked",)),))
    assert tape.answer(chat(model="m")) is tape.answer(chat(model="m"))
    for number in range(2 * MOST_ANSWERS + 1):
        assert tape.answer(chat(model=f"m{number}")).body == f'"m{number}"'.encode()
    assert len(tape.world.recordings[0].answers) <= MOST_ANSWERS


# --- the windows --------------------------------------------------------------------------------------------------------


def prompted(tokens, model="grok-4"):
    return said(long_prompt(tokens).text, model=model)


@pytest.mark.parametrize(
    ("model", "tokens", "rule"),
    [
        ("grok-4", 129_900, "long/hidden"),
        ("grok-4", 200_000, "long/hidden"),
        ("grok-4", 255_000, "long/hidden"),
        ("grok-4", 256_001, "too-long"),
        ("grok-3", 129_900, "long/none"),
        ("grok-3", 200_000, "too-long"),
        ("grok-3-mini", 129_900, "long/shown"),
        ("grok-3-mini", 200_000, "too-long"),
        ("grok-4-fast", 256_001, "long/hidden"),
    ],
)
def test_a_prompt_is_held_against_the_window_of_its_model(model, tokens, rule, tape):
    assert tape.answer(prompted(tokens, model)).rule == rule


@pytest.mark.parametrize(("tokens", "rule"), [(256_001, "long/shown"), (1_000_001, "too-long")])
def test_grok_4_of_today_has_a_wider_window(tokens, rule, later_tape):
    assert later_tape.answer(prompted(tokens)).rule == rule


@pytest.mark.parametrize("tokens", [256_001, 408_000, 429_000, 500_000, 503_000])
def test_a_refusal_names_the_count_and_the_window(tokens, tape):
    text = f"This model's maximum prompt length is 256000 but the request contains {tokens} tokens."
    assert refusal(tape.answer(prompted(tokens))) == (400, text)


@pytest.mark.parametrize("number", [408, 429, 500, 503])
@pytest.mark.parametrize("words", [0, 1, 300])
def test_the_count_looks_like_a_status_even_with_words_around(number, words, tape):
    around = "word " * words
    _, text = refusal(tape.answer(said(around + long_prompt(number * 1000).text + around)))
    assert f"contains {number}" in text


def test_what_an_accepted_prompt_costs_is_counted_with_the_hidden_one(tape):
    usage = json.loads(tape.answer(prompted(255_000)).body)["usage"]
    assert usage["prompt_tokens"] == 255_000 + 687
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] + 118


def test_a_prompt_that_was_cut_on_the_way_is_neither_long_nor_refused(tape):
    text = long_prompt(256_001).text
    answer = tape.answer(said(text[: len(text) // 2]))
    assert (answer.rule, answer.status) == ("plain/hidden", 200)


def test_a_prompt_of_which_nobody_knows_whether_it_fits_is_a_miss(tape):
    miss = tape.answer(said("antidisestablishmentarianism " * 20_000))
    assert miss.nearest[0].differences == (("length", "fits", "unclear"),)


def test_a_miss_names_the_nearest_rule_and_the_differences(tape):
    miss = tape.answer(chat(n=2))
    assert miss.nearest[0].rule == "plain/hidden"
    assert miss.nearest[0].differences == (("extras", "none", "n"),)
    assert miss.reason.endswith("nearest is rule plain/hidden, but extras is n, the rule wants none")


def test_a_miss_names_first_what_is_looked_at_first_also_where_a_served_name_narrows_the_exchange(taped):
    """What a model does with its thinking follows from which it is."""
    narrow = derived("rule-0", id="a", when={"extras": ("n",), "served": ("grok-3",)})
    miss = taped(*rules({"thinking": ("none",), "stream": ("no",)}), recordings=[narrow]).answer(said("Ho"))
    differences = ("served", "grok-3", "grok-4-0709"), ("thinking", "none", "hidden"), ("extras", "n", "none")
    assert miss.nearest[0].differences == differences


def test_a_rule_is_as_near_as_the_nearest_of_its_exchanges(taped):
    narrow = (
        derived("rule-0", id="a", when={"prompt": ("hi",), "turn": ("tool",)}),
        derived("rule-0", id="b", when={"turn": ("tool",)}),
    )
    miss = taped(*rules({"stream": ("no",)}), recordings=narrow).answer(said("Ho"))
    assert [(near.rule, near.differences) for near in miss.nearest] == [("rule-0", (("turn", "tool", "user"),))]


def test_a_rule_that_fits_and_has_no_exchange_is_named_as_such(taped):
    miss = taped(*rules({"stream": ("no",)}), recordings=()).answer(chat())
    assert miss.reason == "no answer on tape; rule rule-0 covers the request, but no exchange plays for it"


def test_of_rules_as_near_the_one_that_agrees_in_more_is_named_first(taped):
    wide, narrow = {"stream": ("yes",)}, {"route": ("chat",), "stream": ("yes", "with-usage")}
    miss = taped(*rules(wide, narrow, {"route": ("models",), "stream": ("yes",)})).answer(chat())
    assert [near.rule for near in miss.nearest] == ["rule-1", "rule-0", "rule-2"]
    assert miss.nearest[0].differences == (("stream", "yes or with-usage", "no"),)
    assert miss.meaning["stream"] == "no"


def test_no_more_rules_are_named_than_help(tape):
    assert len(tape.answer(chat(path="/v1/tokenize-text")).nearest) == NEAREST


def test_a_tape_without_rules_misses(taped):
    miss = taped().answer(chat())
    assert (miss.nearest, miss.reason) == ((), "no rule of this world covers the request")


# --- several exchanges for a rule ----------------------------------------------------------------------------------------


def test_of_several_exchanges_the_narrower_plays_then_the_recorded_then_the_newer(taped):
    recordings = (
        derived("rule-0", id="wide"),
        derived("rule-0", id="older", provenance="recorded", recorded_at="2025-11-01T00:00:00Z"),
        derived("rule-0", id="newer", provenance="recorded", recorded_at="2025-12-01T00:00:00Z"),
        derived("rule-0", id="narrow", when={"prompt": ("hi",)}),
    )
    tape = taped(*rules({"route": ("chat",)}), recordings=recordings)
    assert [recording.id for recording in tape.world.playing["rule-0"]] == ["narrow", "newer", "older", "wide"]
    assert [tape.answer(said(text)).exchange for text in ("Hi", "Ho")] == ["narrow", "newer"]


def test_an_exchange_plays_only_for_what_both_it_and_its_rule_want(taped):
    recordings = (derived("rule-0", when={"served": ("grok-3", "grok-2-1212")}),)
    tape = taped(*rules({"served": ("grok-4-0709", "grok-3")}), recordings=recordings)
    assert [played(tape.answer(chat(model=model))) for model in ("grok-4", "grok-3", "grok-2")] == [None, "rule-0", None]


def test_an_earlier_rule_wins_over_a_narrower_exchange_of_a_later_one(taped):
    recordings = (derived("rule-0"), derived("rule-1", when={"prompt": ("hi",)}))
    assert taped(*rules({"route": ("chat",)}, {"stream": ("no",)}), recordings=recordings).answer(chat()).rule == "rule-0"


def test_what_no_rule_fits_never_plays(taped):
    assert taped(*rules({"route": ("models",)}), recordings=(derived("rule-0"), derived("", id="kept"))).answer(chat()).nearest


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


@given(REQUEST, st.sampled_from(["plain", "capacity", "redirected", "retired-names-refused"]))
def test_on_the_bundled_tapes_too(tape, later_tape, request_, scenario):
    for one in (tape, later_tape):
        assert played(one.answer(request_, scenario)) == read_through(one, request_, scenario)


def test_an_answer_costs_one_look_up_per_shape_of_rule_however_many_there_are(taped):
    names = [f"prompt-{n}" for n in range(500)]
    listed = rules(*({"prompt": (name,), "stream": ("no",)} for name in names), *({"route": (r,)} for r in VALUES["route"]))
    assert len(taped(*listed)._groups) == 2


def test_a_rule_with_several_values_plays_for_each_combination(taped):
    tape = taped(*rules({"stream": ("no", "yes"), "served": ("grok-4-0709", "grok-3")}))
    requests = [chat(model=model, stream=stream) for model, stream in product(["grok-4", "grok-3"], [False, True])]
    assert {tape.answer(request).rule for request in requests} == {"rule-0"}


def unstrict(definition):
    """A tool without what a library may drop of it."""
    function = {key: value for key, value in definition["function"].items() if key not in ("strict", "description")}
    return {**definition, "function": function}


@pytest.mark.parametrize("names", [("get_weather",), ("get_weather", "book_table"), ("book_table",)], ids=" ".join)
def test_a_tool_is_called_alike_however_much_of_it_is_told(names, tape, later_tape):
    for plays in (tape, later_tape):
        offered = [tool(name) for name in names]
        asked = {"tool_choice": "required", "messages": [{"role": "user", "content": prompts()["weather"]}]}
        answers = [plays.answer(chat(tools=tools, **asked)) for tools in (offered, [unstrict(one) for one in offered])]
        assert answers[0].body == answers[1].body
        function = json.loads(answers[0].body)["choices"][0]["message"]["tool_calls"][0]["function"]
        assert function["name"] == names[0]
        jsonschema.validate(json.loads(function["arguments"]), offered[0]["function"]["parameters"])


@pytest.mark.parametrize("name", ["person", "biography"])
def test_an_answer_by_a_committed_schema_fits_it(name, tape, later_tape):
    for plays in (tape, later_tape):
        wanted = schema(name)
        body = json.loads(plays.answer(said(prompts()["ada"], response_format=wanted)).body)
        jsonschema.validate(json.loads(body["choices"][0]["message"]["content"]), wanted["json_schema"]["schema"])
