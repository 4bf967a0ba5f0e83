"""Errors, as a user of the provider meets them."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import NotApplicable, caller
from grokgate.values.chat import MODES

ROLLOUT = read_rollout()
OCCASIONS = {
    "success": {"model": ROLLOUT.model},
    "wrong-key": {"model": ROLLOUT.model, "scenario": "wrong-key"},
    "no-credits": {"model": ROLLOUT.model, "scenario": "no-credits"},
    "reset": {"model": ROLLOUT.model, "fault": "reset"},
    "unknown-name": {"model": ROLLOUT.unknown},
    **{f"wrong-key by {mode}": {"model": ROLLOUT.model, "scenario": "wrong-key", "mode": mode} for mode in MODES[1:]},
}


@pytest.mark.requirement("POST-7.3")
@pytest.mark.parametrize("occasion", OCCASIONS.values(), ids=OCCASIONS)
def test_the_key_shows_nowhere(provider, occasion):
    if occasion.get("mode", "chat") not in provider.modes:
        raise NotApplicable(f"the provider has no face for {occasion['mode']}")
    call = provider.chat(**occasion)
    caller(call).never_sees(provider.key, log=provider.log)
