"""Post-rollout validation 4: JSON mode and tool use, and honest claims about both."""

import pytest

from grokgate.formats.fixtures import PIXEL, prompt, schema, tool
from grokgate.judgement.expect import (
    NotApplicable,
    Unkept,
    answering,
    caller,
    declares,
    error,
    gets_xais_text,
    leaving,
    rests_on,
    undeclared,
    wire,
)
from grokgate.values.chat import ChatRequest, Message, ToolCall
from grokgate.values.script import Called, Scripted

PERSON, WEATHER = schema("person"), tool("get_weather")
NESTED = pytest.param(schema("biography"), id="nested", marks=pytest.mark.replay)
TOOLS = [WEATHER, tool("book_table")]
"""Two, of which the second has all that a definition can have."""
ANY_JSON = {"type": "json_object"}
CHOICES = {
    "auto": "auto",
    "none": "none",
    "required": "required",
    "named": {"type": "function", "function": {"name": "get_weather"}},
}


@pytest.mark.requirement("POST-4.1")
@pytest.mark.modes
def test_json_mode_is_on_the_wire_and_gives_what_parses(provider, rollout):
    call = provider.chat(rollout.model, "ada", response_format={"type": "json_object"})
    wire(call).carries("response_format", {"type": "json_object"})
    caller(call).gets_json()


@pytest.mark.requirement("POST-4.2")
@pytest.mark.modes
@pytest.mark.parametrize("wanted", [pytest.param(PERSON, id=pytest.HIDDEN_PARAM), NESTED])
def test_a_json_schema_leaves_unchanged_and_the_answer_validates(provider, rollout, wanted):
    call = provider.chat(rollout.model, "ada", response_format=wanted)
    wire(call).carries("response_format", wanted)
    caller(call).gets_json(wanted["json_schema"]["schema"])


@pytest.mark.requirement("POST-4.3")
@pytest.mark.modes
@pytest.mark.parametrize(("scenario", "limit"), [("json-blank", None), ("json-cut", 6)], ids=["blank", "cut"])
def test_json_with_a_blank_before_it_or_cut_off_is_handled(provider, rollout, scenario, limit):
    with rests_on("POST-4.1", "no answer in JSON can be asked for"), leaving(provider, rollout.model, rollout.target):
        wire(provider.chat(rollout.model, "ada", response_format=ANY_JSON)).carries("response_format", ANY_JSON)
    call = provider.chat(rollout.model, "ada", scenario=scenario, limit=limit, response_format=ANY_JSON)
    with answering(provider, rollout.model, rollout.target):
        caller(call).gets_json_or_is_told()
        if call.failure:
            error(call).is_no_crash()


@pytest.mark.requirement("POST-4.4")
@pytest.mark.modes
@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
def test_tools_and_tool_choice_leave_unchanged(provider, rollout, choice):
    call = provider.chat(rollout.model, "weather", tools=TOOLS, tool_choice=choice)
    wire(call).carries("tools", TOOLS)
    wire(call).carries("tool_choice", choice)


def conversation(*calls, content=""):
    """A question, the model's calls, each as its id and a city, and the result of each."""
    made = [ToolCall(id=id, name="get_weather", arguments={"city": city, "unit": "celsius"}) for id, city in calls]
    results = [Message(role="tool", content=f'{{"celsius": {10 + n}}}', tool_call_id=call.id) for n, call in enumerate(made)]
    question = Message(role="user", content=prompt("weather" if len(calls) == 1 else "two-cities"))
    return question, Message(role="assistant", content=content, tool_calls=tuple(made)), *results


OLD, NEW = "call_71107303", "call-0ce30c5f-57f1-5596-aba1-2f47a5e7581b-{}"
"""Ids of tool calls until May 2026, and since."""
CONVERSATIONS = {
    "one call": conversation((OLD, "Paris")),
    "without content": conversation((OLD, "Paris"), content=None),
    "with text": conversation((OLD, "Paris"), content="I look it up."),
    "two calls": conversation((NEW.format(0), "Paris"), (NEW.format(1), "Oslo")),
}


def calling(*cities):
    """What a model says that calls the tool for each of some cities."""
    return Scripted(calls=tuple(Called(name="get_weather", arguments={"city": city, "unit": "celsius"}) for city in cities))


NEXT = pytest.mark.replay  # nobody can ask xAI's own model to call once more
CALLS = {
    "one": pytest.param([Message(role="user", content=prompt("weather"))], (), 1),
    "several": pytest.param([Message(role="user", content=prompt("two-cities"))], (), 2),
    "after a result": pytest.param(CONVERSATIONS["one call"], (calling("Oslo"),), 1, marks=NEXT),
    "several after results": pytest.param(CONVERSATIONS["two calls"], (calling("Rome", "Lima"),), 2, marks=NEXT),
}
"""What was said so far, what the model says where that is not left to it, and how many tools it calls."""


@pytest.mark.requirement("POST-4.5")
@pytest.mark.modes(also=["achat"])  # POST-6.1 holds the calls of a stream against them
@pytest.mark.parametrize(("turns", "script", "count"), CALLS.values(), ids=CALLS)
def test_tool_calls_reach_the_caller_in_order(provider, rollout, turns, script, count):
    call = provider.ask(ChatRequest(model=rollout.model, messages=tuple(turns), tools=(WEATHER,)), script=script)
    wire(call).offers("get_weather")
    caller(call).gets_tool_calls(count)


@pytest.mark.requirement("POST-4.6")
@pytest.mark.modes
@pytest.mark.parametrize("turns", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_tool_result_goes_back_and_the_final_text_comes_out(provider, rollout, turns):
    call = provider.ask(ChatRequest(model=rollout.model, messages=turns, tools=(WEATHER,)))
    wire(call).carries_the_turns()
    wire(call).offers("get_weather")
    caller(call).gets_answered("text")
    caller(call).gets_text()


BAD_CALLS = {
    "cut": ("tool-arguments-cut", "get_weather"),
    "empty": ("tool-arguments-empty", "get_weather"),
    "unknown": ("tool-unknown", "get_forecast"),
}
"""What xAI answers, and the tool that it calls."""


@pytest.mark.requirement("POST-4.7")
@pytest.mark.modes
@pytest.mark.parametrize(("scenario", "called"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_tool_call_gives_a_clear_error(provider, rollout, scenario, called):
    with rests_on("POST-4.4", "no tool can be called"), leaving(provider, rollout.model, rollout.target):
        wire(provider.chat(rollout.model, "weather", tools=[WEATHER])).offers("get_weather")
    call = provider.chat(rollout.model, "weather", scenario=scenario, tools=[WEATHER])
    with answering(provider, rollout.model, rollout.target):
        caller(call).gets_no_bad_call(passes_on=provider.passes_on)
        error(call).is_no_crash()
        error(call).speaks_of(called, "argument", "tool")


def shows_json(provider, model):
    wire(provider.chat(model, "ada", response_format={"type": "json_object"})).carries("response_format", {"type": "json_object"})


def shows_tools(provider, model):
    wire(provider.chat(model, "weather", tools=[WEATHER])).offers("get_weather")


def shows_thinking(provider, model):
    target = provider.rollout.target
    if not target.reasoning:
        raise NotApplicable(f"{target.answered_by} does not think before it answers; POST-5.1 judges what the listing says")
    caller(provider.chat(model, "puzzle")).gets_reasoning_tokens()


def shows_streaming(provider, model):
    mode = next((mode for mode in ("stream", "astream") if mode in provider.modes), None)
    if mode is None:
        raise Unkept("streaming is declared, but the provider has no face for it")
    call = provider.chat(model, mode=mode)
    wire(call).carries("stream", True)
    gets_xais_text(call)


def shows_images(provider, model):
    wire(provider.chat(model, images=[PIXEL])).carries_image(PIXEL)


PROBES = [shows_json, shows_tools, shows_thinking, shows_streaming, shows_images]


@pytest.mark.requirement("POST-4.8")
@pytest.mark.parametrize("probe", PROBES, ids=[probe.__name__.removeprefix("shows_") for probe in PROBES])
def test_a_declared_capability_shows_on_the_wire(provider, rollout, probe):
    capability = probe.__name__.removeprefix("shows_")
    if not declares(provider, capability, rollout.model):
        raise undeclared(capability, rollout.target)
    probe(provider, rollout.model)
