"""Rollout strategy, phases 1 to 3: which model a name reaches, before, behind and after the flag."""

import warnings

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.formats.request_shapes import ALL, request_shapes
from grokgate.judgement.expect import NotApplicable, caller, deployment, documentation, listing, pair, wire

ROLLOUT = read_rollout()
FLAG = ROLLOUT.flag
NAMES = [(name, model.id) for model in ROLLOUT.models.values() for name in model.names]
SHORT_NAMES = [(name, id) for name, id in NAMES if name != id]
OLD_NAMES = [(name, id) for name, id in NAMES if id == FLAG.off]
SHAPES = {
    **{shape: ("unset", FLAG.off, shape) for shape in request_shapes()},
    **{f"{name} {ALL}": ("unset", name, ALL) for name in ROLLOUT.models[FLAG.off].names[1:]},
    **{f"flag on {shape}": ("true", FLAG.off, shape) for shape in ("system", ALL, f"stream {ALL}")},
}
SPELLINGS = {"upper": "GROK-4", "mixed": "GrOk4", "space": " grok-4 ", "tab": "\tgrok-4", "newline": "grok-4\n"}


@pytest.mark.requirement("P1.1")
@pytest.mark.parametrize("id", [ROLLOUT.model, *ROLLOUT.baseline])
def test_the_listing_shows_the_new_model_and_still_the_old_ones(provider, id):
    listing(provider.models()).registers(id)


@pytest.mark.requirement("P1.2")
@pytest.mark.parametrize("value", ["unset", "false"])
def test_with_the_flag_off_grok_is_grok_3(provider, rollout, value):
    call = provider.flag(value).chat(FLAG.moves)
    wire(call).reaches(rollout.models[FLAG.off])


@pytest.mark.requirement("P1.3")
@pytest.mark.parametrize(("flag", "name", "shape"), SHAPES.values(), ids=SHAPES)
def test_requests_for_grok_3_leave_as_before_the_rollout(provider, flag, name, shape):
    if flag == "true" and "flag" not in provider.claims:
        raise NotApplicable("the provider offers no flag")
    then, now = pair(provider.built("before"), provider.flag(flag), name, request_shapes()[shape])
    wire(now).left_as(then, "before the rollout")


@pytest.mark.requirement("P1.4")
@pytest.mark.parametrize("value", ["unset", "false", "true"])
def test_an_explicit_grok_4_is_grok_4(provider, rollout, value):
    call = provider.flag(value).chat(rollout.model)
    wire(call).reaches(rollout.target)


@pytest.mark.requirement("P1.5")
@pytest.mark.parametrize(("name", "id"), SHORT_NAMES)
def test_a_short_or_dated_name_reaches_its_model(provider, rollout, name, id):
    call = provider.chat(name)
    wire(call).reaches(rollout.models[id])


@pytest.mark.requirement("P1.6")
@pytest.mark.parametrize("name", SPELLINGS.values(), ids=SPELLINGS)
def test_case_and_surrounding_blanks_do_not_matter(provider, rollout, name):
    call = provider.chat(name)
    wire(call).reaches(rollout.target)


@pytest.mark.requirement("P1.7")
@pytest.mark.parametrize("name", [ROLLOUT.unknown, "grok-4-turbo", ""], ids=["unknown", "nearly-known", "empty"])
def test_an_unknown_name_is_refused_before_anything_is_sent(provider, name):
    call = provider.chat(name)
    wire(call).nothing_left()
    caller(call).is_told(name)


@pytest.mark.requirement("P2.1")
def test_with_the_flag_on_grok_is_grok_4(provider, rollout):
    call = provider.flag("true").chat(FLAG.moves)
    wire(call).reaches(rollout.models[FLAG.on])


@pytest.mark.requirement("P2.2")
@pytest.mark.parametrize(("name", "id"), OLD_NAMES)
def test_with_the_flag_on_an_explicit_grok_3_is_still_grok_3(provider, rollout, name, id):
    call = provider.flag("true").chat(name)
    wire(call).reaches(rollout.models[id])


@pytest.mark.requirement("P2.3")
@pytest.mark.parametrize(("name", "id"), [pair for pair in NAMES if pair not in OLD_NAMES])
def test_the_flag_moves_no_other_name(provider, rollout, name, id):
    call = provider.flag("true").chat(name)
    wire(call).reaches(rollout.models[id])


@pytest.mark.requirement("P2.4")
@pytest.mark.parametrize(
    ("value", "id"),
    [*((value, FLAG.on) for value in FLAG.true_values), *((value, FLAG.off) for value in FLAG.false_values)],
)
def test_true_means_on_and_all_else_off(provider, rollout, value, id):
    call = provider.flag(value).chat(FLAG.moves)
    wire(call).reaches(rollout.models[id])


@pytest.mark.requirement("P3.1")
def test_with_no_variable_set_grok_is_grok_4(provider, rollout):
    deployment(provider).leaves_unset(FLAG.variable)
    call = provider.chat(FLAG.moves)
    wire(call).reaches(rollout.models[FLAG.on])


def shows_the_default(provider, _):
    shown = listing(provider.models())
    shown.has_names(FLAG.on, [FLAG.moves])
    shown.has_name_once(FLAG.moves)


def documents_the_default(provider, rollout):
    text = documentation(provider.documentation())
    text.names("the default Grok model", rollout.documents.default_model, rollout.models[FLAG.on].wire)


@pytest.mark.requirement("P3.2")
@pytest.mark.parametrize("place", [shows_the_default, documents_the_default], ids=["listing", "documentation"])
def test_listing_and_documentation_name_grok_4_as_the_default(provider, rollout, place):
    place(provider, rollout)


def asked(provider, name):
    """The call, and what was warned meanwhile: here as Python's warnings, from a host as what it printed."""
    talkative = provider.under(PYTHONWARNINGS="always")
    before = len(talkative.started.printed())
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        call = talkative.chat(name)
    printed = talkative.started.printed()[before:]
    return call, "\n".join([printed, *(f"{one.category.__name__}: {one.message}" for one in heard)])


def gives_notice(name):
    def holds(provider, notice):
        call, warned = asked(provider, name)
        caller(call).is_given(notice, FLAG.moves, warned=warned)

    return holds


def gives_none(provider, notice):
    call, warned = asked(provider, ROLLOUT.model)
    caller(call).is_not_given(notice, FLAG.moves, warned=warned)


NOTICES = {**{name: gives_notice(name) for name in ROLLOUT.documents.deprecated_names}, ROLLOUT.model: gives_none}


@pytest.mark.requirement("P3.3")
@pytest.mark.parametrize("holds", NOTICES.values(), ids=NOTICES)
def test_a_deprecated_name_gives_the_notice_and_the_new_one_none(provider, rollout, holds):
    holds(provider, rollout.documents.deprecation)
