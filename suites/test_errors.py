"""Errors, as a user of the provider meets them."""

import pytest

from grokgate.judgement.expect import answering, caller, error, leaving, wire
from grokgate.values.rollout import Trouble

TOLD_BY_EACH_MODE = ("400 argument", "403", "429 rate", "503", "reset")
TRIED_BY_EACH_MODE = ("400 argument", "429 credits", "503", "reset")
"""Troubles of each kind: what a provider does with one of them by a mode it does with its like."""
ONCE = Trouble(name="503 once", fault="unavailable-once", leaves="bounded")


def errors(rollout):
    return {trouble.name: trouble for trouble in rollout.troubles}


def retries(rollout):
    return {trouble.name: trouble for trouble in (*rollout.troubles, ONCE) if trouble.leaves}


def occasions(rollout):
    """Calls in which a key may show."""
    calls = {
        "success": {},
        "wrong-key": {"scenario": "wrong-key"},
        "no-credits": {"scenario": "no-credits"},
        "reset": {"fault": "reset"},
        "unknown-name": {"model": rollout.unknown},
    }
    return {name: {"model": rollout.model, **call} for name, call in calls.items()}


def met(provider, trouble):
    """A call that meets a trouble; where the provider really waits, it is one that soon gives up."""
    waiting = provider.impatient if trouble.fault == "timeout" else provider
    return waiting.chat(provider.rollout.model, scenario=trouble.scenario, fault=trouble.fault)


@pytest.mark.requirement("POST-7.1")
@pytest.mark.modes(of=lambda case: case in TOLD_BY_EACH_MODE)
@pytest.mark.each("trouble", errors)
def test_an_error_arrives_as_its_kind_with_xais_sentence(provider, trouble):
    call = met(provider, trouble)
    with answering(provider, provider.rollout.model, provider.rollout.target):
        error(call).is_no_crash()
        error(call).tells(trouble)
        error(call).has_xais_sentence()
    caller(call).never_sees(provider.key, log="")


@pytest.mark.requirement("POST-7.2")
@pytest.mark.modes(of=lambda case: case in TRIED_BY_EACH_MODE)
@pytest.mark.each("trouble", retries)
def test_a_request_leaves_as_often_as_it_can_help(provider, rollout, trouble):
    call = met(provider, trouble)
    with leaving(provider, rollout.model, rollout.target):
        wire(call).leaves_at_most(1 if trouble.leaves == "once" else rollout.attempts, trouble.name)
    caller(call).gets_no_other_answer()


@pytest.mark.requirement("POST-7.3")
@pytest.mark.modes(of=lambda case: case in ("success", "wrong-key"))
@pytest.mark.each("occasion", occasions)
def test_the_key_shows_nowhere(provider, occasion):
    call = provider.chat(**occasion)
    caller(call).never_sees(provider.key, log=provider.log)
