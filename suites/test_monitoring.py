"""Monitoring checklist: what the plan counts in log and traffic, and the lines that its grep commands look for."""

from dataclasses import replace

import pytest

from grokgate.formats.fixtures import SHORTEST, long_name, prompts, questions, schema, tool
from grokgate.formats.request_shapes import REFUSABLE, refused
from grokgate.intercept.fault import Fault
from grokgate.judgement.expect import NotApplicable, NotOffered, answering, bill, failures, had, leaving, log, trials, wire
from grokgate.values.chat import MODES, ChatRequest, Message, ToolCall

PERSON, WEATHER = schema("person"), tool("get_weather")
SYSTEM = "Answer as the harbour master of Trondheim would."
TOOL_RESULT = (
    Message(role="user", content=prompts()["weather"]),
    Message(
        role="assistant",
        content="",
        tool_calls=(ToolCall(id="call_71107303", name="get_weather", arguments={"city": "Paris", "unit": "celsius"}),),
    ),
    Message(role="tool", tool_call_id="call_71107303", content='{"celsius":18,"sky":"dry"}'),
)
QUOTED = f': invalid type: string "{prompts()["greeting"]}", expected a sequence'.encode()
"""How serde goes on where a field has another type: it quotes what stands there."""
QUOTING = Fault(
    name="quoting-422",
    does="Status 422, with the prompt in its text.",
    scenario="unreadable",
    change=lambda answer: replace(answer, body=answer.body + QUOTED, provenance="", recorded_at=""),
)


def calls(rollout):
    """Calls that succeed and fail, of which the log tells."""
    aliases = rollout.target.aliases
    return {
        "answered": {},
        **{f"answered as {name}": {"model": name} for name in aliases},
        **{f"no-credits by {mode}": {"scenario": "no-credits", "mode": mode} for mode in MODES},
        **{f"no-credits as {name}": {"model": name, "scenario": "no-credits"} for name in aliases},
        "wrong-key": {"scenario": "wrong-key"},
        "rate-limit": {"scenario": "rate-limit"},
        "reset": {"fault": "reset"},
        "not-json": {"fault": "html-page"},
        "stream-cut": {"fault": "stream-cut", "mode": "stream"},
        "503 once": {"fault": "unavailable-once"},
        "no-credits for the baseline": {"model": rollout.old.id, "scenario": "no-credits"},
        "unknown-name": {"model": rollout.unknown},
    }


def logged(rollout):
    """Each of those calls alone, then all of them."""
    made = calls(rollout)
    return {**{name: [call] for name, call in made.items()}, "all": list(made.values())}


def billed(rollout):
    """Calls that are billed otherwise than the plain one: by tier, by what is cached or thought, by who answered."""
    tier = rollout.prices[rollout.target.answered_by].long_from
    tiers = (
        {tokens for tokens in (tier - MARGIN, tier + MARGIN, rollout.under) if SHORTEST <= tokens <= rollout.under}
        if tier
        else set()
    )
    return {
        **{f"cached by {mode}": {"scenario": "billed", "mode": mode} for mode in MODES},
        "reasoning": {"prompt": "puzzle"},
        **{f"{tokens:,} tokens": {"prompt": long_name(tokens), "scenario": "billed-long"} for tokens in sorted(tiers)},
        "redirected": {"scenario": "redirected"},
        **{f"of {model.id}": {"model": model.id, "prompt": "puzzle"} for model in rollout.before},
    }


NOBODY = "nobody"
"""Who shows thinking where no model does."""
MARGIN = 1_900
"""Tokens beside the threshold of a price tier; xAI's hidden prompt has fewer."""


def said(rollout):
    """Calls in which something is said that no log may hold; thinking is asked of a model that shows it."""
    thinker = next((model.id for model in rollout.models.values() if model.thinking == "shown"), NOBODY)
    return {
        **{f"answered by {mode}": {"mode": mode} for mode in MODES},
        **{f"answered by {model.id}": {"model": model.id} for model in rollout.before},
        "system": {"system": SYSTEM},
        "non-ascii": {"prompt": "non-ascii"},
        "thinking": {"model": thinker, "prompt": "puzzle"},
        "json": {"prompt": "ada", "response_format": {"type": "json_object"}},
        "schema": {"prompt": "ada", "response_format": PERSON},
        **{f"tool by {mode}": {"prompt": "weather", "tools": [WEATHER], "mode": mode} for mode in MODES[:2]},
        "tool-result": {"request": ChatRequest(model=rollout.model, messages=TOOL_RESULT, tools=(WEATHER,))},
        "removed": REFUSABLE,
        "unreadable": {"scenario": "unreadable"},
        "quoting-422": {"fault": QUOTING},
        "wrong-key": {"scenario": "wrong-key"},
        "503 once": {"fault": "unavailable-once"},
        "not-json": {"fault": "html-page"},
        "truncated": {"fault": "truncated-json"},
        "stream-cut": {"fault": "stream-cut", "mode": "stream"},
    }


def ask(provider, *, model=None, request=None, **asked):
    """One call; of the target, where it names no other model."""
    if model in provider.rollout.models:
        had(provider, model)
    return provider.ask(request, **asked) if request else provider.chat(model or provider.rollout.model, **asked)


def asked(provider, calls):
    """Each call that the provider has a face for, in order."""
    made = [ask(provider, **call) for call in calls if "mode" not in call or call["mode"] in provider.modes]
    if not made:
        raise NotApplicable(f"the provider has no face for {calls[0]['mode']}")
    return made


@pytest.mark.requirement("MON.1")
@pytest.mark.each("calls", logged)
def test_failed_calls_are_logged_once_each(provider, rollout, calls):
    seen = failures(asked(provider, calls), rollout.target, rollout.logs.errors)
    provider.note(str(seen))
    seen.are_logged_once_each()


@pytest.mark.requirement("MON.3")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.each("id", lambda rollout: list(rollout.models))
def test_usage_told_is_usage_counted(provider, rollout, id, mode):
    (call,) = asked(provider, [{"model": id, "prompt": "puzzle", "mode": mode}])
    with answering(provider, id, had(provider, id), mode):
        provider.note(bill(call).share(rollout.models[id]))
        bill(call).is_told()


def question_of(id):
    """A trial of a model: the question that is next."""

    def ask(provider, number):
        text = questions()[number % len(questions())].text
        return provider.ask(ChatRequest(model=id, messages=(Message(role="user", content=text),)))

    return ask


@pytest.mark.requirement("MON.4")
def test_answers_are_no_worse_than_before(provider, rollout):
    now, before = question_of(rollout.model), question_of(rollout.old.id)
    answered = trials(provider, now, before=provider.built("before"), ask_before=before)
    answered.answer_no_worse(questions(), rollout.trials.worse, rounds=rollout.trials.rounds)


@pytest.mark.requirement("MON.5")
@pytest.mark.each("billed", billed)
def test_the_cost_adds_up_to_the_tick(provider, rollout, billed):
    (call,) = asked(provider, [billed])
    with answering(provider, call.asked.model, rollout.models[call.asked.model], call.mode):
        provider.note(bill(call).price(rollout))
        bill(call).adds_up(rollout)


@pytest.mark.requirement("MON.6")
@pytest.mark.modes
@pytest.mark.each("name", lambda rollout: rollout.target.names)
def test_a_failed_call_of_the_target_leaves_an_error_line(provider, rollout, name):
    call = provider.chat(name, scenario="no-credits")
    with leaving(provider, name, rollout.target):
        log(call).has_line(*rollout.logs.errors)


@pytest.mark.requirement("MON.7")
@pytest.mark.modes(of=lambda case: case == "all")
@pytest.mark.each("names", refused)
def test_each_removed_parameter_leaves_a_line(provider, rollout, names):
    if not names:
        raise NotApplicable(f"{rollout.model} refuses no parameter in the world {rollout.world}")
    call = provider.chat(rollout.model, **{name: REFUSABLE[name] for name in names})
    wire(call).removed(*names)
    log(call).has_a_line_for_each(names, rollout.logs.removed)


def resolutions(rollout):
    """Names that are no ids while the flag is off, each with its model."""
    return [*((name, rollout.model) for name in rollout.target.aliases[:1]), (rollout.flag.moves, rollout.old.id)]


@pytest.mark.requirement("MON.8")
@pytest.mark.modes
@pytest.mark.each(("name", "id"), resolutions)
def test_a_resolution_leaves_a_line_with_both_names(provider, rollout, name, id):
    call = provider.flag(rollout.flag.off[0]).chat(name)
    log(call).has_line(rollout.logs.resolved, naming=[name, id])


@pytest.mark.requirement("MON.9")
@pytest.mark.each("said", said)
def test_the_log_holds_no_key_and_nothing_that_was_said(provider, rollout, said):
    if said.get("model") == NOBODY:
        raise NotApplicable(f"none of {', '.join(rollout.models)} shows its thinking")
    try:
        (call,) = asked(provider, [said])
    except NotOffered as missing:
        raise NotApplicable(f"{missing}, so it is in no log") from None
    log(call).hides_the_key(provider.key, provider.log)
    log(call).holds_nothing_said()
