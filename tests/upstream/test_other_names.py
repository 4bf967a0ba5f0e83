"""A world of other models, zork-9 and zork-8, based on a bundled one: on tape it works for all, and names no model of xAI's."""

import json
from itertools import product

import pytest

from grokgate.formats.fixtures import prompt, prompts
from grokgate.formats.world_file import bundled_worlds
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world
from grokgate.values.wire import WireRequest

FACTS = """
name = "zork"
title = "zork-9 came"
based_on = "{base}"
gone = [{gone}]
era = {{ from = "2026-10-01" }}
substitute = "zork-8"

[[model]]
id = "zork-9"
aliases = ["zork", "zork-latest"]
window = 300000
thinking = "{thinking}"
traits = [{traits}]
efforts = ["low", "high"]
refuses = ["stop"]
price = {{ prompt = 70000, cached = 3000, completion = 110000, long_from = 128000 }}
sources = ["made up"]

[[model]]
id = "zork-8"
aliases = ["zork-old"]
window = 131072
thinking = "{other}"
refuses = ["presence_penalty", "reasoning_effort"]
price = {{ prompt = 20000, cached = 1000, completion = 50000 }}
sources = ["made up"]
"""
BUNDLED = {facts.name: facts for facts in bundled_worlds()}
KINDS = ("none", "hidden", "shown")
"""What models may do with their thinking, in every world that a world of other names can be based on."""
EACH = list(product(BUNDLED, KINDS, KINDS))
HEADERS = {"authorization": "Bearer example-key"}
PERSON = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": False}


@pytest.fixture(scope="module", params=EACH, ids="-".join)
def zork(request, tmp_path_factory):
    """A tape of such a world."""
    base, thinking, other = request.param
    folder = tmp_path_factory.mktemp(base) / "zork"
    folder.mkdir()
    gone = ", ".join(json.dumps(model.id) for model in BUNDLED[base].models)
    traits = '"limit-counted-thinking", "showed-thinking"' if base == "grok-4-0709" else ""
    facts = FACTS.format(base=base, gone=gone, thinking=thinking, other=other, traits=traits)
    (folder / "world.toml").write_text(facts)
    return Tape(load_world(folder), prompts(), key="example-key")


def function(name, on):
    told = {"name": name, "description": "A look", "parameters": PERSON}
    return {"type": "function", "function": told} if on == "chat/completions" else {"type": "function", **told}


def asked(on="chat/completions", text="Hello.", **more):
    said = [{"role": "user", "content": text}]
    body = {"model": "zork-9", ("input" if on == "responses" else "messages"): said, **more}
    return WireRequest("POST", f"https://api.x.ai/v1/{on}", HEADERS, json.dumps(body).encode())


def answered(tape, request, scenario="plain"):
    answer = tape.answer(request, scenario)
    assert not hasattr(answer, "nearest"), answer.reason
    assert b"grok-" not in answer.body
    return answer


STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
TOOLS = {"tools": [function("get_person", "chat/completions")], "tool_choice": "required"}
SCHEMA = {"response_format": {"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": PERSON}}}
CHATS = {
    "plain": {},
    "tools": TOOLS,
    "no-call": {"tools": TOOLS["tools"]},
    "json": {"response_format": {"type": "json_object"}},
    "schema": SCHEMA,
    "limit": {"max_tokens": 3},
    "effort": {"reasoning_effort": "high"},
    "puzzle": {"text": prompts()["puzzle"]},
    "long": {"text": prompt("long-129900")},
}


@pytest.mark.parametrize("scenario", ["plain", "redirected", "billed", "billed-long"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("more", CHATS.values(), ids=CHATS)
def test_each_kind_of_answer_is_there_and_is_of_the_model_that_answers(more, stream, scenario, zork):
    answer = answered(zork, asked(**more, **(STREAMED if stream else {})), scenario)
    if more is CHATS["effort"] and scenario == "redirected":
        assert answer.status == 400  # zork-8 takes none
        return
    assert answer.status == 200
    assert (b'"model":"zork-8"' in answer.body) is (scenario == "redirected")
    assert (b'"model":"zork-9"' in answer.body) is (scenario != "redirected")
    if scenario != "plain":
        assert b'"cost_in_usd_ticks":' in answer.body


def test_what_another_model_answers_costs_what_that_model_does(zork):
    usage = json.loads(answered(zork, asked(), "redirected").body)["usage"]
    price = zork.world.served["zork-8"].price
    counts = {
        "prompt": usage["prompt_tokens"],
        "cached": usage["prompt_tokens_details"]["cached_tokens"],
        "completion": usage["completion_tokens"],
        "reasoning": usage["completion_tokens_details"]["reasoning_tokens"],
    }
    assert usage["cost_in_usd_ticks"] == price.ticks(**counts)


ON_RESPONSES = {
    "plain": {},
    "streamed": {"stream": True},
    "tools": {"tools": [function("get_person", "responses")], "tool_choice": "required"},
    "schema": {"text": {"format": {"type": "json_schema", "name": "person", "schema": PERSON}}},
}


@pytest.mark.parametrize("more", ON_RESPONSES.values(), ids=ON_RESPONSES)
@pytest.mark.parametrize("scenario", ["plain", "redirected"])
def test_on_responses_too(more, scenario, zork):
    answer = answered(zork, asked("responses", **more), scenario)
    assert (answer.status, b'"model":"zork-9"' in answer.body) == (200, scenario == "plain")


@pytest.mark.parametrize("scenario", ["thinking-shown", "limit-counts-thinking"])
def test_what_a_model_once_did_is_played_where_it_has_the_habit(scenario, zork):
    there = "grok-4-0709" in [folder.name for folder in zork.world.folders]
    if not there:
        assert hasattr(zork.answer(asked(), scenario), "nearest")
        return
    answer = answered(zork, asked(max_tokens=20), scenario)
    assert (answer.status, answer.rule) == (200, scenario)
    assert hasattr(zork.answer(asked(model="zork-8", max_tokens=20), scenario), "nearest")


FAULTS = ("retired", "no-such-model", "rate-limit", "credits-spent", "capacity", "access-denied", "live-search", "unreadable")


@pytest.mark.parametrize("on", ["chat/completions", "responses"])
@pytest.mark.parametrize("scenario", FAULTS)
def test_what_is_asked_for_by_scenario_names_no_other_model(scenario, on, zork):
    answer = answered(zork, asked(on), scenario)
    assert answer.status >= 400
    if scenario == "retired" and on != "responses":
        assert b"zork-9 was deprecated on 2026-10-01" in answer.body
        assert b"Please use zork-8 instead." in answer.body


REFUSED = [{"stop": []}, {"reasoning_effort": "none"}, {"model": "zork-7"}, {"text": prompt("long-300001")}]


@pytest.mark.parametrize("more", REFUSED, ids=lambda more: next(iter(more)))
def test_what_is_refused_names_no_other_model(more, zork):
    assert answered(zork, asked(**more)).status in (400, 404)


@pytest.mark.parametrize("path", ["models", "language-models"])
def test_the_lists_of_models_are_its_own(path, zork):
    answer = answered(zork, WireRequest("GET", f"https://api.x.ai/v1/{path}", HEADERS))
    listed = json.loads(answer.body)["models" if path == "language-models" else "data"]
    assert [row["id"] for row in listed] == ["zork-8", "zork-9"]
    if "prompt_text_token_price" in listed[1]:
        assert (listed[1]["prompt_text_token_price"], listed[1]["aliases"]) == (70000, ["zork", "zork-latest"])
