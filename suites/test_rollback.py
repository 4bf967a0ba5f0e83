"""Rollback procedures: the flag back to false, and the emergency allow-list."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import NotApplicable, caller, listing, wire

ROLLOUT = read_rollout()
FLAG, ALLOW_LIST = ROLLOUT.flag, ROLLOUT.allow_list
SPELLINGS = {
    **{name: name for name in ROLLOUT.target.names},
    "upper": "GROK-4",
    "blanks": " grok-4\t\n",
    **{f"prefix {prefix}": f"{prefix}{ROLLOUT.model}" for prefix in ALLOW_LIST.prefixes},
}


@pytest.mark.requirement("RB.1")
def test_switching_the_flag_off_takes_grok_back(provider, rollout):
    pilot = provider.with_env_file(**{FLAG.variable: "true"}) if provider.switch.file else provider.flag("true")
    wire(pilot.chat(FLAG.moves)).reaches(rollout.models[FLAG.on])
    back = pilot.switched(**{FLAG.variable: "false"})
    wire(back.chat(FLAG.moves)).reaches(rollout.models[FLAG.off])
    provider.note_which_overrules(FLAG)


@pytest.mark.requirement("RB.4")
@pytest.mark.parametrize(
    ("name", "flag"),
    [*((name, "unset") for name in SPELLINGS.values()), (FLAG.moves, "true")],
    ids=[*SPELLINGS, "flagged"],
)
def test_blocked_by_the_allow_list_no_spelling_of_grok_4_leaves(provider, name, flag):
    if flag == "true" and "flag" not in provider.claims:
        raise NotApplicable(f"the provider offers no flag, so {name} never means grok-4")
    call = provider.allowing(ALLOW_LIST.block).flag(flag).chat(name)
    wire(call).nothing_left()


@pytest.mark.requirement("RB.5")
@pytest.mark.parametrize("value", [ALLOW_LIST.block, ALLOW_LIST.block.replace(",", " , ")], ids=["as-planned", "with-blanks"])
@pytest.mark.parametrize("name", ALLOW_LIST.kept)
def test_what_is_still_allowed_works_and_the_listing_hides_the_rest(provider, rollout, name, value):
    blocked = provider.allowing(value)
    call = blocked.chat(name)
    wire(call).reaches(rollout.models[name])
    caller(call).gets_text()
    listing(blocked.models()).offers(name)
    listing(blocked.models()).hides_or_marks(rollout.model)
