"""Rollout strategy, phases 1 to 3: which model a name reaches, before, behind and after the flag."""

import warnings

import pytest

from grokgate.formats.request_shapes import ALL, request_shapes
from grokgate.judgement.expect import (
    NotApplicable,
    caller,
    deployment,
    documentation,
    had,
    listing,
    pair,
    short_names,
    unnamed,
    wire,
)
from grokgate.values.rollout import UNSET

BESIDE = "beside"
"""The case of models and names that the provider had and the rollout does not name."""


def values(rollout):
    """The flag where nobody set it, and off."""
    return [UNSET, rollout.flag.off[0]]


@pytest.mark.requirement("P1.1")
@pytest.mark.each("id", lambda rollout: [*rollout.models, BESIDE])
def test_the_listing_shows_the_new_model_and_still_the_old_ones(provider, id):
    for model in unnamed(provider) if id == BESIDE else [had(provider, id)]:
        listing(provider.models()).registers(model.id)


@pytest.mark.requirement("P1.2")
@pytest.mark.modes
@pytest.mark.each("value", values)
def test_with_the_flag_off_its_name_is_the_old_model(provider, rollout, value):
    call = provider.flag(value).chat(rollout.flag.moves)
    wire(call).reaches(rollout.old)


def shapes(rollout):
    """What is asked of two builds: every shape plainly, all parameters by every name, and some with the flag on."""
    old, on = rollout.old, rollout.flag.on[0]
    return {
        **{shape: (UNSET, old.id, shape) for shape in request_shapes(rollout)},
        **{f"{name} {ALL}": (UNSET, name, ALL) for name in old.aliases},
        **{f"flag on {shape}": (on, old.id, shape) for shape in ("system", ALL, f"stream {ALL}")},
    }


@pytest.mark.requirement("P1.3")
@pytest.mark.each(("flag", "name", "shape"), shapes)
def test_requests_for_the_old_model_leave_as_before_the_rollout(provider, rollout, flag, name, shape):
    if flag in rollout.flag.on and "flag" not in provider.claims:
        raise NotApplicable("the provider offers no flag")
    flagged = provider.flag(flag)
    then, now = pair(provider.built("before"), flagged, name, request_shapes(rollout)[shape])
    if not then.left and not now.left:
        raise NotApplicable(f"nothing leaves for it, neither now nor before the rollout: {now.failure and now.failure.kind}")
    for told in wire(now).left_as(then, "before the rollout", mended=rollout.old, again=flagged.again(now)):
        provider.note(told)


@pytest.mark.requirement("P1.4")
@pytest.mark.modes
@pytest.mark.each("value", lambda rollout: [*values(rollout), rollout.flag.on[0]])
def test_an_explicit_request_reaches_the_target(provider, rollout, value):
    call = provider.flag(value).chat(rollout.model)
    wire(call).reaches(rollout.target)


def aliases(rollout):
    """Names that are no ids, each with its model."""
    return [(name, model.id) for model in rollout.models.values() for name in model.aliases]


@pytest.mark.requirement("P1.5")
@pytest.mark.modes
@pytest.mark.each(("name", "id"), lambda rollout: [*aliases(rollout), (BESIDE, BESIDE)])
def test_a_short_or_dated_name_reaches_its_model(provider, name, id):
    for asked, model in short_names(provider) if id == BESIDE else [(name, had(provider, id))]:
        wire(provider.chat(asked)).reaches(model)


def spellings(rollout):
    """The target as people type it."""
    id, short = rollout.target.id, rollout.target.names[-1]
    mixed = "".join(letter.upper() if number % 2 == 0 else letter for number, letter in enumerate(short))
    return {"upper": id.upper(), "mixed": mixed, "space": f" {id} ", "tab": f"\t{id}", "newline": f"{id}\n"}


@pytest.mark.requirement("P1.6")
@pytest.mark.modes(of=lambda case: case == "upper")
@pytest.mark.each("name", spellings)
def test_case_and_surrounding_blanks_do_not_matter(provider, rollout, name):
    call = provider.chat(name)
    wire(call).reaches(rollout.target)


def unknown_names(rollout):
    """Names of no model: one far from all, one that begins as the target does, and none at all."""
    nearly = next(name for ending in ("turbo", "turbo-9") if (name := f"{rollout.model}-{ending}") not in rollout.facts.served)
    return {"unknown": rollout.unknown, "nearly-known": nearly, "empty": ""}


@pytest.mark.requirement("P1.7")
@pytest.mark.modes
@pytest.mark.each("name", unknown_names)
def test_an_unknown_name_is_refused_before_anything_is_sent(provider, name):
    call = provider.chat(name)
    wire(call).nothing_left()
    caller(call).is_told(name)


@pytest.mark.requirement("P2.1")
@pytest.mark.modes
def test_with_the_flag_on_its_name_is_the_target(provider, rollout):
    call = provider.flag(rollout.flag.on[0]).chat(rollout.flag.moves)
    wire(call).reaches(rollout.target)


@pytest.mark.requirement("P2.2")
@pytest.mark.modes
@pytest.mark.each("name", lambda rollout: rollout.old.names)
def test_with_the_flag_on_an_explicit_old_name_still_reaches_the_old_model(provider, rollout, name):
    call = provider.flag(rollout.flag.on[0]).chat(name)
    wire(call).reaches(rollout.old)


def other_names(rollout):
    """Names of all models but the old one, each with its model."""
    return [(name, model.id) for model in (rollout.target, *rollout.others) for name in model.names]


@pytest.mark.requirement("P2.3")
@pytest.mark.modes
@pytest.mark.each(("name", "id"), other_names)
def test_the_flag_moves_no_other_name(provider, rollout, name, id):
    model = had(provider, id)
    call = provider.flag(rollout.flag.on[0]).chat(name)
    wire(call).reaches(model)


def meanings(rollout):
    """Each value of the flag, with the model that its name then means."""
    on = [(value, rollout.target.id) for value in rollout.flag.on]
    return [*on, *((value, rollout.old.id) for value in rollout.flag.off)]


@pytest.mark.requirement("P2.4")
@pytest.mark.each(("value", "id"), meanings)
def test_a_value_means_on_and_all_else_off(provider, rollout, value, id):
    call = provider.flag(value).chat(rollout.flag.moves)
    wire(call).reaches(rollout.models[id])


@pytest.mark.requirement("P3.1")
@pytest.mark.modes
def test_with_no_variable_set_the_name_is_the_target(provider, rollout):
    deployment(provider).leaves_unset(rollout.flag.variable)
    call = provider.chat(rollout.flag.moves)
    wire(call).reaches(rollout.target)


def shows_the_default(provider, rollout):
    shown = listing(provider.models())
    shown.has_names(rollout.model, [rollout.flag.moves])
    shown.has_name_once(rollout.flag.moves)


def documents_the_default(provider, rollout):
    text = documentation(provider.documentation())
    text.names("the default model", rollout.documents.default_model, rollout.target.wire)


@pytest.mark.requirement("P3.2")
@pytest.mark.parametrize("place", [shows_the_default, documents_the_default], ids=["listing", "documentation"])
def test_listing_and_documentation_name_the_target_as_the_default(provider, rollout, place):
    place(provider, rollout)


def asked(provider, name):
    """The call, with each warning that is given meanwhile, those for developers too."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        return provider.under(PYTHONWARNINGS="always").chat(name)


def spoken_of(rollout):
    """Names of which a notice has one, so that no warning of another library is taken for it."""
    return (rollout.flag.moves, *rollout.old.names, *rollout.target.names, *rollout.called)


def gives_notice(name):
    def holds(provider, notice):
        caller(asked(provider, name)).is_given(notice, spoken_of(provider.rollout))

    return holds


def gives_none(provider, notice):
    caller(asked(provider, provider.rollout.model)).is_not_given(notice, spoken_of(provider.rollout))


def notices(rollout):
    """Who is told of the end of the old model: whoever asks for it, and nobody else."""
    return {**{name: gives_notice(name) for name in rollout.old.names}, rollout.model: gives_none}


@pytest.mark.requirement("P3.3")
@pytest.mark.modes
@pytest.mark.each("holds", notices)
def test_a_deprecated_name_gives_the_notice_and_the_new_one_none(provider, rollout, holds):
    holds(provider, rollout.documents.deprecation)
