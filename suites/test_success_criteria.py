"""Success criteria: complete transition to grok-4 as the default."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import deployment, wire

ROLLOUT = read_rollout()
FLAG = ROLLOUT.flag


@pytest.mark.requirement("SC-3.1")
@pytest.mark.parametrize("name", [*ROLLOUT.models[FLAG.on].names, FLAG.moves])
def test_with_no_variable_set_every_name_of_grok_4_reaches_it(provider, rollout, name):
    deployment(provider).leaves_unset(FLAG.variable)
    call = provider.chat(name)
    wire(call).reaches(rollout.models[FLAG.on])
