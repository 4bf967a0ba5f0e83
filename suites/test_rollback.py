"""Rollback procedures: the flag back to false, builds without grok-4, and the emergency allow-list."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.formats.request_shapes import request_shapes
from grokgate.judgement.expect import NotApplicable, caller, listing, log_text, wire

ROLLOUT = read_rollout()
FLAG, ALLOW_LIST = ROLLOUT.flag, ROLLOUT.allow_list
EXAMPLES = 60
"""Spellings that the search tries where none gets out."""
BLANKS = ["", " ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff"]
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


def refuses_grok_4(disabled, rollout):
    for name in rollout.target.names:
        call = disabled.chat(name)
        wire(call).nothing_left()
        caller(call).is_told(name)


def takes_grok_back(disabled, rollout):
    call = disabled.chat(FLAG.moves)
    if call.left:
        wire(call).reaches(rollout.models[FLAG.off])
    else:
        wire(call).nothing_left()
        caller(call).is_told(FLAG.moves)


def answers_for_all_others(disabled, rollout):
    for id in rollout.baseline:
        for name in rollout.models[id].names:
            call = disabled.chat(name)
            wire(call).reaches(rollout.models[id])
            caller(call).gets_text()


@pytest.mark.requirement("RB.2")
@pytest.mark.parametrize("flag", ["unset", "false", "true"])
@pytest.mark.parametrize(
    "statement", [refuses_grok_4, takes_grok_back, answers_for_all_others], ids=["grok-4", FLAG.moves, "others"]
)
def test_a_build_with_grok_4_disabled_refuses_it_and_serves_the_rest(provider, rollout, statement, flag):
    disabled = provider.built("disabled")
    if flag == "true" and "flag" not in provider.claims:
        raise NotApplicable("the provider offers no flag")
    statement(disabled.flag(flag), rollout)


def as_before(shape):
    """What leaves, and what the caller gets, is what it was with the build before the rollout."""

    def holds(provider, _):
        before, reverted = provider.built("before"), provider.built("reverted")
        if shape.mode not in provider.modes:
            raise NotApplicable(f"the provider has no face for {shape.mode}")
        recorded = before.ask(shape.of(FLAG.off), mode=shape.mode)
        replayed = reverted.ask(shape.of(FLAG.off), mode=shape.mode)
        wire(replayed).left_as(recorded, "before the rollout")
        caller(replayed).gets_the_same_as(recorded, "before the rollout")

    return holds


def knows_the_old_names(provider, rollout):
    reverted = provider.built("reverted").flag("true")
    for id in rollout.baseline:
        for name in rollout.models[id].names:
            wire(reverted.chat(name)).reaches(rollout.models[id])
    wire(reverted.chat(FLAG.moves)).reaches(rollout.models[FLAG.off])


def knows_no_grok_4(provider, rollout):
    refuses_grok_4(provider.built("reverted"), rollout)


def lists_what_was_there(provider, rollout):
    shown = listing(provider.built("reverted").models())
    for id in rollout.baseline:
        shown.registers(id)
    shown.hides_or_marks(rollout.model)


REVERTED = {
    **{f"as before: {name}": as_before(shape) for name, shape in request_shapes().items()},
    "old names": knows_the_old_names,
    "no grok-4": knows_no_grok_4,
    "listing": lists_what_was_there,
}


@pytest.mark.requirement("RB.3")
@pytest.mark.parametrize("statement", REVERTED.values(), ids=REVERTED)
def test_the_reverted_build_is_as_before_the_rollout(provider, rollout, statement):
    statement(provider, rollout)


def blocks(name, flag):
    def holds(provider):
        if flag == "true" and "flag" not in provider.claims:
            raise NotApplicable(f"the provider offers no flag, so {name} never means grok-4")
        call = provider.with_fallbacks().allowing(ALLOW_LIST.block).flag(flag).chat(name)
        wire(call).is_stopped(ALLOW_LIST.variable)

    return holds


def blocks_whatever_is_made_of_the_names(provider):
    """A generated space of spellings, shrunk to the smallest that gets out."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as some

    deployments = [provider.allowing(ALLOW_LIST.block), provider.with_fallbacks().allowing(ALLOW_LIST.block)]
    flags = ["unset", "true"] if "flag" in provider.claims else ["unset"]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        deployment=some.sampled_from(deployments),
        flag=some.sampled_from(flags),
        name=some.sampled_from([*ROLLOUT.target.names, *sorted(ROLLOUT.target.wire), FLAG.moves]),
        spelt=some.sampled_from([str, str.upper, str.title, str.swapcase, full_width]),
        blanks=some.tuples(some.sampled_from(BLANKS), some.sampled_from(BLANKS)),
        prefix=some.sampled_from(["", *ALLOW_LIST.prefixes, "x-ai:", "grok:", "openrouter/x-ai/"]),
        suffix=some.sampled_from(["", ":free", ":latest", "-latest", "@latest", "-20250709"]),
    )
    def nothing_gets_out(deployment, flag, name, spelt, blanks, prefix, suffix):
        if name == FLAG.moves and (flag, suffix) != ("true", ""):
            name = ROLLOUT.model  # else the name means a model that is allowed
        asked = f"{blanks[0]}{prefix}{spelt(name + suffix)}{blanks[1]}"
        wire(deployment.flag(flag).chat(asked)).is_stopped(ALLOW_LIST.variable)

    nothing_gets_out()


def full_width(name):
    """The letters of East Asian typography, which compatibility forms fold to the plain ones."""
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isalnum() else letter for letter in name)


OCCASIONS = {
    **{spelling: blocks(name, "unset") for spelling, name in SPELLINGS.items()},
    "flagged": blocks(FLAG.moves, "true"),
    "search": blocks_whatever_is_made_of_the_names,
}


@pytest.mark.requirement("RB.4")
@pytest.mark.parametrize("holds", OCCASIONS.values(), ids=OCCASIONS)
def test_blocked_by_the_allow_list_no_spelling_of_grok_4_leaves(provider, holds):
    holds(provider)


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


@pytest.mark.requirement("RB.6")
@pytest.mark.parametrize(
    ("alias", "flag", "id"),
    [
        (FLAG.moves, "false", FLAG.off),
        (FLAG.moves, "true", FLAG.on),
        ("grok4", "unset", "grok-4"),
        ("grokfast", "unset", "grok-3-fast"),
    ],
)
def test_an_alias_in_the_allow_list_admits_every_name_of_its_model(provider, rollout, alias, flag, id):
    if flag == "true" and "flag" not in provider.claims:
        raise NotApplicable(f"the provider offers no flag, so {alias} never means {id}")
    allowed, model = provider.flag(flag).allowing(alias), rollout.models[id]
    for name in dict.fromkeys([alias, *model.names]):
        call = allowed.chat(name)
        wire(call).reaches(model)
        caller(call).gets_text()
    listing(allowed.models()).offers(id)
    other = next(other for other in rollout.baseline if other != id)
    listing(allowed.models()).hides_or_marks(other)
    wire(allowed.chat(other)).nothing_left()


@pytest.mark.requirement("RB.7")
def test_a_name_in_the_allow_list_that_no_model_has_is_reported_at_the_start(provider, rollout):
    known, plain = rollout.baseline[-1], rollout.baseline[1]
    said = provider.allowing(f"{plain},{rollout.unknown}").log
    otherwise = provider.allowing(f"{plain},{known}").log
    log_text(said).has_a_line_that(otherwise, of=rollout.unknown, has_not_of=known)
