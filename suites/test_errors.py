"""Errors, as a user of the provider meets them."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import NotApplicable, caller, error, wire
from grokgate.values.chat import MODES
from grokgate.values.rollout import Trouble

ROLLOUT = read_rollout()
OCCASIONS = {
    "success": {"model": ROLLOUT.model},
    "wrong-key": {"model": ROLLOUT.model, "scenario": "wrong-key"},
    "no-credits": {"model": ROLLOUT.model, "scenario": "no-credits"},
    "reset": {"model": ROLLOUT.model, "fault": "reset"},
    "unknown-name": {"model": ROLLOUT.unknown},
    **{f"wrong-key by {mode}": {"model": ROLLOUT.model, "scenario": "wrong-key", "mode": mode} for mode in MODES[1:]},
}
TROUBLES = {trouble.name: trouble for trouble in ROLLOUT.troubles}
ONCE = Trouble(name="503 once", fault="unavailable-once", leaves="bounded")


def cases(troubles, every_mode):
    """Each trouble by chat, and the one of that name by every mode."""
    by_chat = {trouble.name: (trouble, "chat") for trouble in troubles}
    return {**by_chat, **{f"{every_mode} by {mode}": (TROUBLES[every_mode], mode) for mode in MODES[1:]}}


ERRORS = cases(TROUBLES.values(), "400 argument")
RETRIES = cases([*(trouble for trouble in TROUBLES.values() if trouble.leaves), ONCE], "503")


def met(provider, trouble, mode):
    """A call that meets a trouble; where the provider really waits, it is one that soon gives up."""
    if mode not in provider.modes:
        raise NotApplicable(f"the provider has no face for {mode}")
    waiting = provider.impatient if trouble.fault == "timeout" else provider
    return waiting.chat(ROLLOUT.model, mode=mode, scenario=trouble.scenario, fault=trouble.fault)


@pytest.mark.requirement("POST-7.1")
@pytest.mark.parametrize(("trouble", "mode"), ERRORS.values(), ids=ERRORS)
def test_an_error_arrives_as_its_kind_with_xais_sentence(provider, trouble, mode):
    call = met(provider, trouble, mode)
    error(call).is_no_crash()
    error(call).tells(trouble)
    error(call).has_xais_sentence()
    caller(call).never_sees(provider.key, log="")


@pytest.mark.requirement("POST-7.2")
@pytest.mark.parametrize(("trouble", "mode"), RETRIES.values(), ids=RETRIES)
def test_a_request_leaves_as_often_as_it_can_help(provider, rollout, trouble, mode):
    call = met(provider, trouble, mode)
    wire(call).leaves_at_most(1 if trouble.leaves == "once" else rollout.attempts, trouble.name)
    caller(call).gets_no_other_answer()


@pytest.mark.requirement("POST-7.3")
@pytest.mark.parametrize("occasion", OCCASIONS.values(), ids=OCCASIONS)
def test_the_key_shows_nowhere(provider, occasion):
    if occasion.get("mode", "chat") not in provider.modes:
        raise NotApplicable(f"the provider has no face for {occasion['mode']}")
    call = provider.chat(**occasion)
    caller(call).never_sees(provider.key, log=provider.log)
