"""Errors, as a user of the provider meets them."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import caller

ROLLOUT = read_rollout()
OCCASIONS = {
    "success": {"model": ROLLOUT.model},
    "wrong-key": {"model": ROLLOUT.model, "scenario": "wrong-key"},
    "no-credits": {"model": ROLLOUT.model, "scenario": "no-credits"},
    "disconnect": {"model": ROLLOUT.model, "fault": "disconnect"},
    "unknown-name": {"model": ROLLOUT.unknown},
}


@pytest.mark.requirement("POST-7.3")
@pytest.mark.parametrize("occasion", OCCASIONS.values(), ids=OCCASIONS)
def test_the_key_shows_nowhere(provider, occasion):
    call = provider.chat(**occasion)
    caller(call).never_sees(provider.key)
