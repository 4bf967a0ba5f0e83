"""Post-rollout validation 4: JSON mode and tool use, and honest claims about both."""

import pytest

from grokgate.formats.fixtures import PIXEL, prompt, schema, tool
from grokgate.judgement.expect import NotApplicable, NotRun, Unkept, caller, undeclared, wire
from grokgate.values.chat import ChatRequest, Message, ToolCall

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


@pytest.mark.requirement("POST-4.3")
@pytest.mark.parametrize(("scenario", "limit"), [("json-blank", None), ("json-cut", 6)], ids=["blank", "cut"])
def test_json_with_a_blank_before_it_or_cut_off_is_handled(provider, rollout, scenario, limit):
    asked = {"response_format": {"type": "json_object"}}
    try:
        wire(provider.chat(rollout.model, "ada", **asked)).carries("response_format", asked["response_format"])
    except Unkept as unkept:
        raise NotRun(f"POST-4.1 fails ({unkept.because}), so no answer in JSON can be asked for") from None
    call = provider.chat(rollout.model, "ada", scenario=scenario, limit=limit, **asked)
    caller(call).gets_json_or_is_told()


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


def conversation(*cities, content=""):
    """A question, the model's call for each city, and the result of each call."""
    calls = [ToolCall(id=f"call_{number}", name="get_weather", arguments={"city": city}) for number, city in enumerate(cities, 1)]
    results = [Message(role="tool", content=f'{{"celsius": {10 + n}}}', tool_call_id=call.id) for n, call in enumerate(calls)]
    question = Message(role="user", content=prompt("weather" if len(cities) == 1 else "two-cities"))
    return question, Message(role="assistant", content=content, tool_calls=tuple(calls)), *results


CONVERSATIONS = {
    "one call": conversation("Paris"),
    "without text": conversation("Paris", content=None),
    "two calls": conversation("Paris", "Oslo"),
}


@pytest.mark.requirement("POST-4.6")
@pytest.mark.parametrize("turns", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_tool_result_goes_back_and_the_final_text_comes_out(provider, rollout, turns):
    call = provider.ask(ChatRequest(model=rollout.model, messages=turns, tools=(WEATHER,)))
    wire(call).carries_the_turns()
    wire(call).carries("tools", [WEATHER])
    caller(call).gets_answered("text")
    caller(call).gets_text()


@pytest.mark.requirement("POST-4.7")
@pytest.mark.parametrize(
    ("scenario", "tool_name"),
    [("tool-arguments-cut", "get_weather"), ("tool-arguments-empty", "get_weather"), ("tool-unknown", "get_forecast")],
    ids=["cut", "empty", "unknown"],
)
def test_a_bad_tool_call_gives_a_clear_error(provider, rollout, scenario, tool_name):
    call = provider.chat(rollout.model, "weather", tools=[WEATHER], scenario=scenario)
    try:
        wire(call).carries("tools", [WEATHER])
    except Unkept as unkept:
        raise NotRun(f"POST-4.4 fails ({unkept.because}), so no tool can be called") from None
    if provider.passes_on:
        raise NotApplicable("a raw SDK hands calls on as they came; its caller must check name and arguments")
    caller(call).is_told_of_a_bad_call(tool_name)


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
