"""Post-rollout validation 4: JSON mode and tool use, and honest claims about both."""

import pytest

from grokgate.formats.fixtures import PIXEL, schema, tool
from grokgate.judgement.expect import Unkept, caller, undeclared, wire

PERSON, WEATHER = schema("person"), tool("get_weather")
CHOICES = {
    "auto": "auto",
    "none": "none",
    "required": "required",
    "named": {"type": "function", "function": {"name": "get_weather"}},
}


@pytest.mark.requirement("POST-4.1")
def test_json_mode_is_on_the_wire_and_gives_what_parses(provider, rollout):
    call = provider.chat(rollout.model, "ada", response_format={"type": "json_object"})
    wire(call).carries("response_format", {"type": "json_object"})
    caller(call).gets_json()


@pytest.mark.requirement("POST-4.2")
def test_a_json_schema_leaves_unchanged_and_the_answer_validates(provider, rollout):
    call = provider.chat(rollout.model, "ada", response_format=PERSON)
    wire(call).carries("response_format", PERSON)
    caller(call).gets_json(PERSON["json_schema"]["schema"])


@pytest.mark.requirement("POST-4.4")
@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
def test_tools_and_tool_choice_leave_unchanged(provider, rollout, choice):
    call = provider.chat(rollout.model, "weather", tools=[WEATHER], tool_choice=choice)
    wire(call).carries("tools", [WEATHER])
    wire(call).carries("tool_choice", choice)


@pytest.mark.requirement("POST-4.5")
@pytest.mark.parametrize(("prompt", "count"), [("weather", 1), ("two-cities", 2)], ids=["one", "several"])
def test_tool_calls_reach_the_caller_in_order(provider, rollout, prompt, count):
    call = provider.chat(rollout.model, prompt, tools=[WEATHER])
    wire(call).carries("tools", [WEATHER])
    caller(call).gets_tool_calls(count)


def shows_json(provider, model):
    wire(provider.chat(model, "ada", response_format={"type": "json_object"})).carries("response_format", {"type": "json_object"})


def shows_tools(provider, model):
    wire(provider.chat(model, "weather", tools=[WEATHER])).carries("tools", [WEATHER])


def shows_thinking(provider, model):
    caller(provider.chat(model, "puzzle")).gets_reasoning_tokens()


def shows_streaming(provider, model):
    if "stream" not in provider.modes:
        raise Unkept("streaming is declared, but the provider has no face for it")
    wire(provider.chat(model, mode="stream")).carries("stream", True)


def shows_images(provider, model):
    wire(provider.chat(model, images=[PIXEL])).carries_image(PIXEL)


PROBES = [shows_json, shows_tools, shows_thinking, shows_streaming, shows_images]


@pytest.mark.requirement("POST-4.8")
@pytest.mark.parametrize("probe", PROBES, ids=[probe.__name__.removeprefix("shows_") for probe in PROBES])
def test_a_declared_capability_shows_on_the_wire(provider, rollout, probe):
    capability = probe.__name__.removeprefix("shows_")
    if not provider.declares(capability, rollout.model):
        raise undeclared(capability, rollout.target)
    probe(provider, rollout.model)
