"""Success criteria: complete transition to grok-4 as the default."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import wire

ROLLOUT = read_rollout(phase="3")


@pytest.mark.requirement("SC-3.1")
@pytest.mark.parametrize("name", [*ROLLOUT.target.names, ROLLOUT.flag.moves])
def test_every_name_of_grok_4_reaches_it_with_no_variable_set(provider, rollout, name):
    call = provider.chat(name)
    wire(call).reaches(rollout.target)
