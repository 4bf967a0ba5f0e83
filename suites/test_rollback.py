"""Rollback procedures: the flag back off, builds without the target, and the emergency allow-list."""

import pytest

from grokgate.formats.request_shapes import ALL, request_shapes
from grokgate.judgement.expect import NotApplicable, NotRun, caller, had, listing, log_text, pair, wire
from grokgate.judgement.spellings import Space, Way, search
from grokgate.values.rollout import UNSET


def spellings(rollout):
    """What people and gateways write for the target."""
    target = rollout.target
    return {
        **{name: name for name in target.names},
        "upper": target.id.upper(),
        "blanks": f" {target.id}\t\n",
        **{f"prefix {prefix}": f"{prefix}{target.id}" for prefix in rollout.allow_list.prefixes},
    }


def flags(rollout):
    """The values of the flag that a build is asked under."""
    return [UNSET, rollout.flag.off[0], rollout.flag.on[0]]


@pytest.mark.requirement("RB.1")
def test_switching_the_flag_off_takes_its_name_back(provider, rollout):
    flag = rollout.flag
    on, off = {flag.variable: flag.on[0]}, {flag.variable: flag.off[0]}
    pilot = provider.with_env_file(**on) if provider.switch.file else provider.under(**on)
    wire(pilot.chat(flag.moves)).reaches(rollout.target)
    back = pilot.switched(**off)
    wire(back.chat(flag.moves)).reaches(rollout.old)
    provider.note_which_overrules(flag)


def at(provider, value):
    """The provider with the flag at this value, where it means something."""
    flag = provider.rollout.flag
    if value in flag.on and "flag" not in provider.claims:
        raise NotApplicable(f"the provider offers no flag, so {flag.moves} never means {provider.rollout.model}")
    return provider.flag(value)


def refuses_the_target(build, rollout):
    for name in rollout.target.names:
        call = build.chat(name)
        wire(call).nothing_left()
        caller(call).is_told(name)


def takes_the_name_back_or_refuses_it(build, rollout):
    call = build.chat(rollout.flag.moves)
    if call.left:
        wire(call).reaches(rollout.old)
    else:
        caller(call).is_told(rollout.flag.moves)


def serves_all_others(build, rollout):
    for model in (rollout.old, *build.others):
        for name in model.names:
            call = build.chat(name)
            wire(call).reaches(model)
            caller(call).gets_text()


def disabled(rollout):
    """What holds in a build whose entry of the target is disabled."""
    return {
        rollout.model: refuses_the_target,
        rollout.flag.moves: takes_the_name_back_or_refuses_it,
        "others": serves_all_others,
    }


@pytest.mark.requirement("RB.2")
@pytest.mark.modes
@pytest.mark.each("flag", flags)
@pytest.mark.each("statement", disabled)
def test_a_build_with_the_target_disabled_refuses_it_and_serves_the_rest(provider, rollout, statement, flag):
    statement(at(provider.built("disabled"), flag), rollout)


def replays(name, shape):
    """What left before the rollout leaves again, and the caller gets what he got."""

    def statement(provider, _):
        had(provider, name)
        reverted = provider.built("reverted")
        then, now = pair(provider.built("before"), reverted, name, request_shapes(provider.rollout)[shape])
        wire(now).left_as(then, "before the rollout", again=reverted.again(now))
        caller(now).gets_the_same_as(then, "before the rollout")

    return statement


def under(flag, statement):
    return lambda provider, rollout: statement(at(provider.built("reverted"), flag), rollout)


def takes_the_name_back(build, rollout):
    wire(build.chat(rollout.flag.moves)).reaches(rollout.old)


def lists_what_was_there(provider, rollout):
    if "models" not in provider.claims:
        raise NotApplicable("the provider claims no listing")
    cards = provider.built("reverted").models()
    for model in (rollout.old, *provider.others):
        listing(cards).registers(model.id)
    for name in rollout.target.names:
        listing(cards).lacks(name)
    listing(cards).shows_the_same_as(provider.built("before").models(), "before the rollout")


def reverted(rollout):
    """What holds in a build without the rollout's commit."""
    old, moves = rollout.old, rollout.flag.moves
    values = (UNSET, rollout.flag.on[0])
    return {
        **{f"replay {shape}": replays(old.id, shape) for shape in request_shapes(rollout)},
        **{f"replay {model.id} {ALL}": replays(model.id, ALL) for model in rollout.others},
        **{f"names flag={value}": under(value, serves_all_others) for value in values},
        **{f"{moves} flag={value}": under(value, takes_the_name_back) for value in values},
        **{f"{rollout.model} flag={value}": under(value, refuses_the_target) for value in values},
        "listing": lists_what_was_there,
    }


@pytest.mark.requirement("RB.3")
@pytest.mark.each("statement", reverted)
def test_the_reverted_build_is_as_before_the_rollout(provider, rollout, statement):
    statement(provider, rollout)


def is_stopped(provider, way):
    """Nothing leaves, but for what leaves with an allowed model too, to hosts that the description declares."""
    allow_list = provider.rollout.allow_list
    configured = provider.with_fallbacks() if way.fallbacks else provider
    blocked = at(configured.allowing(allow_list.block), way.flag)
    declares = provider.launcher.description.egress
    usual = [attempt.target for attempt in blocked.chat(allow_list.keeps[0]).egress] if declares else []
    wire(blocked.chat(way.name)).is_stopped(by=allow_list.variable, usual=usual)


def stops(name, flag=UNSET):
    return lambda provider: is_stopped(provider, Way(name, flag, fallbacks=False))


def stops_all_that_a_search_tries(provider):
    values = [UNSET, provider.rollout.flag.on[0]] if "flag" in provider.claims else [UNSET]
    fallbacks = [False, True] if provider.launcher.description.fallbacks else [False]
    space = Space(rollout=provider.rollout, flags=values, fallbacks=fallbacks, called=provider.names)
    search(space, lambda way: is_stopped(provider, way))


def ways(rollout):
    """The ways out that an allow-list must stop."""
    return {
        **{spelling: stops(name) for spelling, name in spellings(rollout).items()},
        "flagged": stops(rollout.flag.moves, rollout.flag.on[0]),
        "search": stops_all_that_a_search_tries,
    }


@pytest.mark.requirement("RB.4")
@pytest.mark.modes(of=lambda case: case != "search")
@pytest.mark.each("statement", ways)
def test_blocked_by_the_allow_list_no_spelling_of_the_target_leaves(provider, statement):
    statement(provider)
    if not provider.launcher.description.fallbacks:
        provider.show("no fallback was tried: the description names none under [fallbacks]")


def values_of_the_list(rollout):
    block = rollout.allow_list.block
    return {"as-planned": block, "with-blanks": block.replace(",", " , ")}


@pytest.mark.requirement("RB.5")
@pytest.mark.modes
@pytest.mark.each("value", values_of_the_list)
@pytest.mark.each("name", lambda rollout: rollout.allow_list.keeps)
def test_what_is_still_allowed_works_and_the_listing_hides_the_rest(provider, rollout, name, value):
    model = had(provider, name)
    blocked = provider.allowing(value)
    call = blocked.chat(name)
    wire(call).reaches(model)
    caller(call).gets_text()
    if "models" in provider.claims:  # who promises no listing shows nobody what is blocked
        listing(blocked.models()).offers(name)
        listing(blocked.models()).hides_or_marks(rollout.model)


def aliases(rollout):
    """Names for the allow-list that are no ids: with the value of the flag, and the model that they mean."""
    on, off = rollout.flag.on[0], rollout.flag.off[0]
    short = [(name, value, rollout.target) for name in rollout.target.aliases[:1] for value in (UNSET, on)]
    kept = rollout.models.get(rollout.allow_list.keeps[-1])
    shorts = [(name, UNSET, kept) for name in (kept.aliases[-1:] if kept else ())]
    moved = [(rollout.flag.moves, off, rollout.old), (rollout.flag.moves, on, rollout.target)]
    return {f"{alias} flag={flag}": (alias, flag, model.id) for alias, flag, model in [*moved, *short, *shorts]}


def names_under(provider, flag):
    """What each model is called while the flag has this value."""
    rollout = provider.rollout
    meant = rollout.meaning(rollout.flag.moves, flag)
    models = (rollout.target, rollout.old, *provider.others)
    return {model: (*model.names, *([rollout.flag.moves] if model.id == meant else [])) for model in models}


def generates(provider, alias, flag, model):
    for name in names_under(provider, flag)[model]:
        call = at(provider, flag).allowing(alias).chat(name)
        wire(call).reaches(model)
        caller(call).gets_text()


def validates(provider, alias, flag, model):
    for name in [name for other, names in names_under(provider, flag).items() if other != model for name in names]:
        call = at(provider, flag).allowing(alias).chat(name)
        wire(call).nothing_left()
        caller(call).is_refused()


def lists(provider, alias, flag, model):
    if "models" not in provider.claims:
        raise NotApplicable("the provider claims no listing")
    free, restricted = at(provider, flag).models(), at(provider, flag).allowing(alias).models()
    listing(restricted).offers_as_in(free, model.id)
    for other in names_under(provider, flag):
        if other != model:
            listing(restricted).hides_or_marks(other.id)


@pytest.mark.requirement("RB.6")
@pytest.mark.each(("alias", "flag", "id"), aliases)
@pytest.mark.parametrize("agrees", [generates, validates, lists])
def test_an_alias_in_the_allow_list_admits_every_name_of_what_it_means(provider, agrees, alias, flag, id):
    agrees(provider, alias, flag, had(provider, id))


def written_at_start(provider, allowed):
    restricted = provider.allowing(allowed)
    if restricted.started.logged() is None and provider.launcher.in_process:
        raise NotRun('in this process a log alone can be read, and the description names none; say log = "…"')
    return restricted.log


def known(rollout):
    """Entries that are names of a model: an id, an alias, and the name that the flag moves."""
    last, old = rollout.before[-1], rollout.old
    return {
        last.id: (last.id, last.id),
        **{name: (last.id, name) for name in last.aliases[-1:]},
        rollout.flag.moves: (old.id, rollout.flag.moves),
    }


@pytest.mark.requirement("RB.7")
@pytest.mark.each(("id", "known"), known)
def test_an_entry_of_the_allow_list_that_no_model_has_is_reported_at_start(provider, rollout, id, known):
    had(provider, id)
    said, otherwise = (written_at_start(provider, f"{rollout.old.id},{entry}") for entry in (rollout.unknown, known))
    log_text(said).reports(rollout.unknown, known=known, otherwise=otherwise)
