"""Monitoring checklist: what the plan counts in log and traffic, and the lines that its grep commands look for."""

from dataclasses import replace

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.formats.fixtures import prompts, questions, schema, tool
from grokgate.intercept.fault import Fault
from grokgate.judgement.expect import NotApplicable, bill, failures, log, trials, wire
from grokgate.values.chat import MODES, ChatRequest, Message, ToolCall

ROLLOUT = read_rollout()
REFUSED = {"presence_penalty": 0.5, "frequency_penalty": 0.5, "stop": ["END"], "reasoning_effort": "low"}
PERSON, WEATHER = schema("person"), tool("get_weather")
SYSTEM = "Answer as the harbour master of Trondheim would."
TOOL_RESULT = ChatRequest(
    model=ROLLOUT.model,
    messages=(
        Message(role="user", content=prompts()["weather"]),
        Message(
            role="assistant",
            content="",
            tool_calls=(ToolCall(id="call_71107303", name="get_weather", arguments={"city": "Paris", "unit": "celsius"}),),
        ),
        Message(role="tool", tool_call_id="call_71107303", content='{"celsius":18,"sky":"dry"}'),
    ),
    tools=(WEATHER,),
)
QUOTED = f': invalid type: string "{prompts()["greeting"]}", expected a sequence'.encode()
"""How serde goes on where a field has another type: it quotes what stands there."""
QUOTING = Fault(
    name="quoting-422",
    does="Status 422, with the prompt in its text.",
    scenario="unreadable",
    change=lambda answer: replace(answer, body=answer.body + QUOTED, provenance="", recorded_at=""),
)

CALLS = {
    "answered": {},
    **{f"answered as {name}": {"model": name} for name in ROLLOUT.target.names[1:]},
    **{f"no-credits by {mode}": {"scenario": "no-credits", "mode": mode} for mode in MODES},
    **{f"no-credits as {name}": {"model": name, "scenario": "no-credits"} for name in ROLLOUT.target.names[1:]},
    "wrong-key": {"scenario": "wrong-key"},
    "rate-limit": {"scenario": "rate-limit"},
    "reset": {"fault": "reset"},
    "not-json": {"fault": "html-page"},
    "stream-cut": {"fault": "stream-cut", "mode": "stream"},
    "503 once": {"fault": "unavailable-once"},
    "no-credits for the baseline": {"model": ROLLOUT.flag.off, "scenario": "no-credits"},
    "unknown-name": {"model": ROLLOUT.unknown},
}
BILLED = {
    **{f"cached by {mode}": {"scenario": "billed", "mode": mode} for mode in MODES},
    "reasoning": {"prompt": "puzzle"},
    "200k": {"prompt": "between-the-windows", "scenario": "billed-long"},
    "130k": {"prompt": "under-131072", "scenario": "billed-long"},
    "redirected": {"scenario": "redirected"},
    **{f"of {id}": {"model": id, "prompt": "puzzle"} for id in ROLLOUT.baseline},
}
SAID = {
    **{f"answered by {mode}": {"mode": mode} for mode in MODES},
    "system": {"system": SYSTEM},
    "non-ascii": {"prompt": "non-ascii"},
    "thinking": {"model": "grok-3-mini", "prompt": "puzzle"},
    "json": {"prompt": "ada", "response_format": {"type": "json_object"}},
    "schema": {"prompt": "ada", "response_format": PERSON},
    **{f"tool by {mode}": {"prompt": "weather", "tools": [WEATHER], "mode": mode} for mode in MODES[:2]},
    "tool-result": {"request": TOOL_RESULT},
    "removed": REFUSED,
    "unreadable": {"scenario": "unreadable"},
    "quoting-422": {"fault": QUOTING},
    "wrong-key": {"scenario": "wrong-key"},
    "503 once": {"fault": "unavailable-once"},
    "not-json": {"fault": "html-page"},
    "truncated": {"fault": "truncated-json"},
    "stream-cut": {"fault": "stream-cut", "mode": "stream"},
}


def ask(provider, *, model=ROLLOUT.model, request=None, **asked):
    return provider.ask(request, **asked) if request else provider.chat(model, **asked)


def asked(provider, calls):
    """Each call that the provider has a face for, in order; of grok-4 where it names no other model."""
    made = [ask(provider, **call) for call in calls if call.get("mode", "chat") in provider.modes]
    if not made:
        raise NotApplicable(f"the provider has no face for {calls[0]['mode']}")
    return made


@pytest.mark.requirement("MON.1")
@pytest.mark.parametrize("names", [*((name,) for name in CALLS), tuple(CALLS)], ids=[*CALLS, "all"])
def test_failed_calls_are_logged_once_each(provider, rollout, names):
    seen = failures(asked(provider, [CALLS[name] for name in names]), rollout.target, rollout.logs.errors)
    provider.note(str(seen))
    seen.are_logged_once_each()


@pytest.mark.requirement("MON.3")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("id", [ROLLOUT.model, *ROLLOUT.baseline])
def test_usage_told_is_usage_counted(provider, rollout, id, mode):
    (call,) = asked(provider, [{"model": id, "prompt": "puzzle", "mode": mode}])
    provider.note(bill(call).share(rollout.models[id]))
    bill(call).is_told()


def question_of(id):
    """A trial of a model: the question that is next."""

    def ask(provider, number):
        text = questions()[number % len(questions())].text
        return provider.ask(ChatRequest(model=id, messages=(Message(role="user", content=text),)))

    return ask


@pytest.mark.requirement("MON.4")
def test_answers_are_no_worse_than_before(provider):
    now, before = question_of(ROLLOUT.model), question_of(ROLLOUT.flag.off)
    answered = trials(provider, now, before=provider.built("before"), ask_before=before)
    answered.answer_no_worse(questions(), ROLLOUT.trials.worse, rounds=ROLLOUT.trials.rounds)


@pytest.mark.requirement("MON.5")
@pytest.mark.parametrize("billed", BILLED.values(), ids=BILLED)
def test_the_cost_adds_up_to_the_tick(provider, rollout, billed):
    (call,) = asked(provider, [billed])
    provider.note(bill(call).price(rollout))
    bill(call).adds_up(rollout)


@pytest.mark.requirement("MON.6")
@pytest.mark.parametrize("name", ROLLOUT.target.names)
def test_a_failed_grok_4_call_leaves_an_error_line(provider, rollout, name):
    call = provider.chat(name, scenario="no-credits")
    log(call).has_line(*rollout.logs.errors)


@pytest.mark.requirement("MON.7")
@pytest.mark.parametrize("names", [*((name,) for name in REFUSED), tuple(REFUSED)], ids=[*REFUSED, "all"])
def test_each_removed_parameter_leaves_a_line(provider, rollout, names):
    call = provider.chat(rollout.model, **{name: REFUSED[name] for name in names})
    wire(call).removed(*names)
    log(call).has_a_line_for_each(names, rollout.logs.removed)


@pytest.mark.requirement("MON.8")
@pytest.mark.parametrize(("name", "id"), [("grok4", "grok-4"), ("grok", "grok-3")])
def test_a_resolution_leaves_a_line_with_both_names(provider, rollout, name, id):
    call = provider.flag("false").chat(name)
    log(call).has_line(rollout.logs.resolved, naming=[name, id])


@pytest.mark.requirement("MON.9")
@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_the_log_holds_no_key_and_nothing_that_was_said(provider, said):
    (call,) = asked(provider, [said])
    log(call).hides_the_key(provider.key, provider.log)
    log(call).holds_nothing_said()
