"""Rollback procedures: the flag back to false, builds without grok-4, and the emergency allow-list."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.formats.request_shapes import ALL, request_shapes
from grokgate.judgement.expect import NotApplicable, NotRun, caller, listing, log_text, pair, wire
from grokgate.judgement.spellings import Space, Way, search

ROLLOUT = read_rollout()
FLAG, ALLOW_LIST = ROLLOUT.flag, ROLLOUT.allow_list
FLAGS = ["unset", "false", "true"]
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


def at(provider, flag):
    """The provider with the flag at this value, where it means something."""
    if flag == "true" and "flag" not in provider.claims:
        raise NotApplicable(f"the provider offers no flag, so {FLAG.moves} never means {FLAG.on}")
    return provider.flag(flag)


def refuses_grok_4(build, rollout):
    for name in rollout.target.names:
        call = build.chat(name)
        wire(call).nothing_left()
        caller(call).is_told(name)


def takes_grok_back_or_refuses_it(build, rollout):
    call = build.chat(FLAG.moves)
    if call.left:
        wire(call).reaches(rollout.models[FLAG.off])
    else:
        caller(call).is_told(FLAG.moves)


def serves_all_others(build, rollout):
    for id in rollout.baseline:
        for name in rollout.models[id].names:
            call = build.chat(name)
            wire(call).reaches(rollout.models[id])
            caller(call).gets_text()


DISABLED = {"grok-4": refuses_grok_4, FLAG.moves: takes_grok_back_or_refuses_it, "others": serves_all_others}


@pytest.mark.requirement("RB.2")
@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("statement", DISABLED.values(), ids=DISABLED)
def test_a_build_with_grok_4_disabled_refuses_it_and_serves_the_rest(provider, rollout, statement, flag):
    statement(at(provider.built("disabled"), flag), rollout)


def replays(name, shape):
    """What left before the rollout leaves again, and the caller gets what he got."""

    def statement(provider, _):
        then, now = pair(provider.built("before"), provider.built("reverted"), name, request_shapes()[shape])
        wire(now).left_as(then, "before the rollout")
        caller(now).gets_the_same_as(then, "before the rollout")

    return statement


def under(flag, statement):
    return lambda provider, rollout: statement(at(provider.built("reverted"), flag), rollout)


def takes_grok_back(build, rollout):
    wire(build.chat(FLAG.moves)).reaches(rollout.models[FLAG.off])


def lists_what_was_there(provider, rollout):
    if "models" not in provider.claims:
        raise NotApplicable("the provider claims no listing")
    cards = provider.built("reverted").models()
    for id in rollout.baseline:
        listing(cards).registers(id)
    for name in rollout.target.names:
        listing(cards).lacks(name)
    listing(cards).shows_the_same_as(provider.built("before").models(), "before the rollout")


REVERTED = {
    **{f"replay {shape}": replays(FLAG.off, shape) for shape in request_shapes()},
    **{f"replay {id} {ALL}": replays(id, ALL) for id in ROLLOUT.baseline if id != FLAG.off},
    **{f"names flag={flag}": under(flag, serves_all_others) for flag in ("unset", "true")},
    **{f"{FLAG.moves} flag={flag}": under(flag, takes_grok_back) for flag in ("unset", "true")},
    **{f"grok-4 flag={flag}": under(flag, refuses_grok_4) for flag in ("unset", "true")},
    "listing": lists_what_was_there,
}


@pytest.mark.requirement("RB.3")
@pytest.mark.parametrize("statement", REVERTED.values(), ids=REVERTED)
def test_the_reverted_build_is_as_before_the_rollout(provider, rollout, statement):
    statement(provider, rollout)


def is_stopped(provider, way):
    """Nothing leaves, but for what leaves with an allowed model too, to hosts that the description declares."""
    configured = provider.with_fallbacks() if way.fallbacks else provider
    blocked = at(configured.allowing(ALLOW_LIST.block), way.flag)
    declares = provider.launcher.description.egress
    usual = [attempt.target for attempt in blocked.chat(ALLOW_LIST.kept[0]).egress] if declares else []
    wire(blocked.chat(way.name)).is_stopped(by=ALLOW_LIST.variable, usual=usual)


def stops(name, flag="unset"):
    return lambda provider: is_stopped(provider, Way(name, flag, fallbacks=False))


def stops_all_that_a_search_tries(provider):
    flags = ["unset", "true"] if "flag" in provider.claims else ["unset"]
    fallbacks = [False, True] if provider.launcher.description.fallbacks else [False]
    search(Space(rollout=ROLLOUT, flags=flags, fallbacks=fallbacks), lambda way: is_stopped(provider, way))


WAYS = {
    **{spelling: stops(name) for spelling, name in SPELLINGS.items()},
    "flagged": stops(FLAG.moves, "true"),
    "search": stops_all_that_a_search_tries,
}


@pytest.mark.requirement("RB.4")
@pytest.mark.parametrize("statement", WAYS.values(), ids=WAYS)
def test_blocked_by_the_allow_list_no_spelling_of_grok_4_leaves(provider, statement):
    statement(provider)


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


ALIASES = {
    f"{alias} flag={flag}": (alias, flag, id)
    for alias, flag, id in [
        (FLAG.moves, "false", FLAG.off),
        (FLAG.moves, "true", FLAG.on),
        (ROLLOUT.models[FLAG.on].names[1], "unset", FLAG.on),
        (ROLLOUT.models[FLAG.on].names[1], "true", FLAG.on),
        (ROLLOUT.models[ALLOW_LIST.kept[1]].names[-1], "unset", ALLOW_LIST.kept[1]),
    ]
}


def names_under(flag):
    """What each model is called while the flag has this value."""
    meant = FLAG.on if flag == "true" else FLAG.off
    return {id: (*model.names, *([FLAG.moves] if id == meant else [])) for id, model in ROLLOUT.models.items()}


def generates(provider, alias, flag, id):
    for name in names_under(flag)[id]:
        call = at(provider, flag).allowing(alias).chat(name)
        wire(call).reaches(ROLLOUT.models[id])
        caller(call).gets_text()


def validates(provider, alias, flag, id):
    for name in [name for other, names in names_under(flag).items() if other != id for name in names]:
        call = at(provider, flag).allowing(alias).chat(name)
        wire(call).nothing_left()
        caller(call).is_refused()


def lists(provider, alias, flag, id):
    free, restricted = at(provider, flag).models(), at(provider, flag).allowing(alias).models()
    listing(restricted).offers_as_in(free, id)
    for other in ROLLOUT.models.keys() - {id}:
        listing(restricted).hides_or_marks(other)


@pytest.mark.requirement("RB.6")
@pytest.mark.parametrize(("alias", "flag", "id"), ALIASES.values(), ids=ALIASES)
@pytest.mark.parametrize("agrees", [generates, validates, lists])
def test_an_alias_in_the_allow_list_admits_every_name_of_what_it_means(provider, agrees, alias, flag, id):
    agrees(provider, alias, flag, id)


def written_at_start(provider, allowed):
    restricted = provider.allowing(allowed)
    if restricted.started.logged() is None and provider.launcher.in_process:
        raise NotRun('in this process a log alone can be read, and the description names none; say log = "…"')
    return restricted.log


@pytest.mark.requirement("RB.7")
@pytest.mark.parametrize("known", [ROLLOUT.baseline[-1], ROLLOUT.models[ROLLOUT.baseline[-1]].names[-1], FLAG.moves])
def test_an_entry_of_the_allow_list_that_no_model_has_is_reported_at_start(provider, rollout, known):
    said, otherwise = (written_at_start(provider, f"{rollout.baseline[0]},{entry}") for entry in (rollout.unknown, known))
    log_text(said).reports(rollout.unknown, known=known, otherwise=otherwise)
