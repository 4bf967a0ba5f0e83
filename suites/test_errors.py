"""Errors, as a user of the provider meets them."""

import pytest

from grokgate.judgement.expect import NotApplicable, answering, caller, error, leaving, wire
from grokgate.values.chat import MODES
from grokgate.values.rollout import Trouble

ONCE = Trouble(name="503 once", fault="unavailable-once", leaves="bounded")


def cases(troubles, every_mode):
    """Each trouble by chat, and the one of that name by every mode."""
    by_chat = {trouble.name: (trouble, "chat") for trouble in troubles}
    return {**by_chat, **{f"{every_mode} by {mode}": (by_chat[every_mode][0], mode) for mode in MODES[1:]}}


def errors(rollout):
    return cases(rollout.troubles, "400 argument")


def retries(rollout):
    return cases([*(trouble for trouble in rollout.troubles if trouble.leaves), ONCE], "503")


def occasions(rollout):
    """Calls in which a key may show."""
    by_mode = {f"wrong-key by {mode}": {"scenario": "wrong-key", "mode": mode} for mode in MODES[1:]}
    calls = {
        "success": {},
        "wrong-key": {"scenario": "wrong-key"},
        "no-credits": {"scenario": "no-credits"},
        "reset": {"fault": "reset"},
        "unknown-name": {"model": rollout.unknown},
        **by_mode,
    }
    return {name: {"model": rollout.model, **call} for name, call in calls.items()}


def met(provider, trouble, mode):
    """A call that meets a trouble; where the provider really waits, it is one that soon gives up."""
    if mode not in provider.modes:
        raise NotApplicable(f"the provider has no face for {mode}")
    waiting = provider.impatient if trouble.fault == "timeout" else provider
    return waiting.chat(provider.rollout.model, mode=mode, scenario=trouble.scenario, fault=trouble.fault)


@pytest.mark.requirement("POST-7.1")
@pytest.mark.each(("trouble", "mode"), errors)
def test_an_error_arrives_as_its_kind_with_xais_sentence(provider, trouble, mode):
    call = met(provider, trouble, mode)
    with answering(provider, provider.rollout.model, provider.rollout.target, mode):
        error(call).is_no_crash()
        error(call).tells(trouble)
        error(call).has_xais_sentence()
    caller(call).never_sees(provider.key, log="")


@pytest.mark.requirement("POST-7.2")
@pytest.mark.each(("trouble", "mode"), retries)
def test_a_request_leaves_as_often_as_it_can_help(provider, rollout, trouble, mode):
    call = met(provider, trouble, mode)
    with leaving(provider, rollout.model, rollout.target, mode):
        wire(call).leaves_at_most(1 if trouble.leaves == "once" else rollout.attempts, trouble.name)
    caller(call).gets_no_other_answer()


@pytest.mark.requirement("POST-7.3")
@pytest.mark.each("occasion", occasions)
def test_the_key_shows_nowhere(provider, occasion):
    if occasion.get("mode", "chat") not in provider.modes:
        raise NotApplicable(f"the provider has no face for {occasion['mode']}")
    call = provider.chat(**occasion)
    caller(call).never_sees(provider.key, log=provider.log)
