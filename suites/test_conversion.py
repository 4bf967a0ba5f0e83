"""Parameter conversion, counted over every cell of the conversion table, and the laws of it."""

import pytest

from grokgate.judgement.expect import NotApplicable, NotOffered, Unkept, Unproven, camel, had, leaving, understood, wire
from grokgate.providers.subject import NoBuild
from grokgate.values.chat import MODES
from grokgate.values.world import EFFORT


def cells(rollout, model, modes, *, alone=True):
    """What is asked of a model, as mode, spelling and parameters: each alone with each value, then all together in each mode.

    ``None`` is the plain mode.
    """
    for name, values in rollout.parameters.items() if alone else ():
        for value in values:
            yield None, str, {name: value}
            if not model.takes(name):
                yield None, camel, {name: value}
    for mode in (mode for mode in MODES if mode in modes):
        for choice in (0, -1):
            yield mode, str, together(rollout, choice)
            yield mode, camel, together(rollout, choice)


def together(rollout, choice=0):
    """All parameters, the first or the last value of each."""
    return {name: values[choice] for name, values in rollout.parameters.items()}


def refused(model, given):
    """Of what is given, what xAI refuses for the model, the value or the whole parameter."""
    return {name: value for name, value in given.items() if not model.takes(name, value)}


def each_leaves_converted(provider, name, model, *, judged=lambda _, given: given):
    """Every call leaves as the table says. How many did is reported, and decides where it is live traffic."""
    rollout, left, calls = provider.rollout, [], []
    alone = not provider.launcher.live or name not in model.aliases  # live traffic is dear: by short names all together
    about = (cell for cell in cells(rollout, model, provider.modes, alone=alone) if provider.is_about(*cell[2]))
    made = [(mode, spelt, provider.askable(given)) for mode, spelt, given in about]
    asked = [(cell, "limit" in cell[2] or bool(refused(model, cell[2]))) for cell in made]
    if provider.face.takes is not None and not any(convertible for _, convertible in asked):
        raise NotOffered(f"its users can set nothing that is converted for {model.id}")
    asked *= rounds(provider, sum(convertible for _, convertible in asked)) if alone else 1
    for cell, convertible in asked:
        calls.append(call := ask(provider, name, model, *cell))
        try:
            for parameter, value in judged(model, cell[2]).items():
                wire(call).converts(parameter, value, model)
        except Unkept as unkept:
            left.append((cell, convertible, unkept))
    number = sum(convertible for _, convertible in asked)
    provider.note(f"{number} calls of {name} with a convertible parameter, {sum(c for _, c, _ in left)} of them unconverted")
    if left:
        cell, _, first = left[0]
        ask(provider, name, model, *cell)  # once more, so that the last call is the one that shows it
        because = f"{len(left)} calls of {name} left otherwise than the table says; the first: {first.because}"
        with leaving(provider, name, model, cell[0]):
            raise Unkept(because, expected=first.expected, saw=first.saw, at=first.at)
    understood(provider, *calls)
    if provider.launcher.live and alone and number < rollout.calls:
        raise Unproven(f"{number} calls had a convertible parameter; {rollout.calls} are needed")


def ask(provider, name, model, mode, spelt, given):
    """A call of the model under this name, with refused parameters spelt in this way."""
    return provider.chat(
        name,
        mode=mode,
        **{parameter if model.takes(parameter) else spelt(parameter): value for parameter, value in given.items()},
    )


def rounds(provider, counted):
    """How often the cells are asked: of live traffic, until there are enough calls; a replay answers each time alike."""
    return -(-provider.rollout.calls // counted) if provider.launcher.live and counted else 1


def by_every_cell(name):
    return lambda provider: each_leaves_converted(provider, name, provider.rollout.target)


def with_the_flag_on(provider):
    flag, target = provider.rollout.flag, provider.rollout.target
    if "flag" not in provider.claims:
        raise NotApplicable(f"the provider offers no flag, so {flag.moves} never means {target.id}")
    each_leaves_converted(provider.flag(flag.on[0]), flag.moves, target)


def all_of_it(provider, mode=None):
    """A call of the target with all parameters."""
    target = provider.rollout.target
    return provider.chat(target.id, mode=mode, **provider.askable(together(provider.rollout)))


def in_any_order(provider):
    one, target = all_of_it(provider), provider.rollout.target
    given = provider.askable(together(provider.rollout))
    other = provider.chat(target.id, **dict(reversed(given.items())))
    wire(other).is_same_as(one, "the same parameters in another order", target, provider.again(other))


def converted_twice(provider):
    once = all_of_it(provider)
    twice = provider.chat(provider.rollout.model, **as_a_caller_says(wire(once), provider.rollout))
    wire(twice).is_same_as(once, "what had left, asked again,", provider.rollout.target, provider.again(twice))


def as_a_caller_says(left, rollout):
    """What left in the words in which it was asked: the limit has a name of its own on the wire."""
    return {"limit": left.limit, **{name: left.parameters[name] for name in rollout.parameters if name in left.parameters}}


def streamed_or_not(provider):
    alike(provider, [("stream", "chat"), ("astream", "achat")])


def sync_or_async(provider):
    alike(provider, [("achat", "chat"), ("astream", "stream")])


def alike(provider, pairs):
    offered = [pair for pair in pairs if provider.own_modes.issuperset(pair)]
    if not offered:
        raise NotApplicable(f"the provider does not offer both of {' or of '.join(' and '.join(pair) for pair in pairs)}")
    for one, other in offered:
        first, second = all_of_it(provider, other), all_of_it(provider, one)
        asked = provider, provider.rollout.model, provider.rollout.target
        with leaving(*asked, one), leaving(*asked, other):
            wire(second).is_same_as(first, f"{one} and {other}", provider.rollout.target, provider.again(second))


LAWS = {
    "flag on": with_the_flag_on,
    "law order": in_any_order,
    "law twice": converted_twice,
    "law stream": streamed_or_not,
    "law async": sync_or_async,
}


@pytest.mark.requirement("MON.2")
@pytest.mark.each("holds", lambda rollout: {**{name: by_every_cell(name) for name in rollout.target.names}, **LAWS})
def test_each_call_leaves_converted(provider, holds):
    holds(provider)


@pytest.mark.requirement("SC-2.2")
def test_each_live_call_leaves_converted_with_the_flag_on(provider):
    with_the_flag_on(provider)


# --- the models that were there before


def leaves_as_given_or_before(provider, model, given, mode=None):
    """Each parameter leaves as the caller gave it, or as the build before the rollout sent it."""
    call = provider.chat(model.id, mode=mode, **given)
    for name, value in given.items():
        try:
            with leaving(provider, model.id, model, mode):
                wire(call).converts(name, value, model)
        except Unkept:
            then = asked_before(provider, model, given, mode)
            if then is None or not wire(call).sends_as(then, name):
                raise
            provider.note(f"{name} leaves for {model.id} as it did before the rollout, and not as it was given")


def asked_before(provider, model, given, mode):
    """The same, asked of the build before the rollout; ``None`` where there is none, or it has no face for it."""
    try:
        before = provider.built("before")
    except NoBuild:
        return None
    return before.chat(model.id, mode=mode, **given) if mode is None or mode in before.modes else None


def leaves(name):
    def holds(provider, old):
        values = [value for value in provider.rollout.parameters[name] if old.takes(name, value)]
        if not values:
            raise NotApplicable(f"xAI refuses {name} for {old.id} in the world {provider.rollout.world}; see POST-2.14")
        for value in values:
            leaves_as_given_or_before(provider, old, {name: value})

    return holds


def leave_together(mode):
    def holds(provider, old):
        if mode not in provider.modes:
            raise NotApplicable(f"the provider has no face for {mode}")
        for choice in (0, -1):
            given = together(provider.rollout, choice)
            taken = {name: value for name, value in given.items() if name != EFFORT and old.takes(name)}
            leaves_as_given_or_before(provider, old, provider.askable(taken), mode)

    return holds


def of_the_old(rollout):
    """Each parameter but the effort, which POST-2.5 judges for every model; then what xAI takes of them, by each mode."""
    alone = {name: leaves(name) for name in rollout.parameters if name != EFFORT}
    return {**alone, **{f"together by {mode}": leave_together(mode) for mode in MODES}}


@pytest.mark.requirement("POST-2.10")
@pytest.mark.each("holds", of_the_old)
def test_for_the_old_model_parameters_leave_as_given(provider, rollout, holds):
    holds(provider, rollout.old)


@pytest.mark.requirement("POST-2.14")
@pytest.mark.each("id", lambda rollout: [model.id for model in rollout.before])
def test_for_the_models_of_before_what_xai_refuses_does_not_leave(provider, rollout, id):
    model = had(provider, id)
    if not any(refused(model, given) for *_, given in cells(rollout, model, provider.modes)):
        raise NotApplicable(f"xAI refuses nothing of what callers give for {id} in the world {rollout.world}")
    each_leaves_converted(provider, id, model, judged=refused)
