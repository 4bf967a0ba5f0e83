"""Monitoring checklist: parameter conversion success, counted over every cell of the conversion table, and the laws of it."""

import pytest

from grokgate.judgement.expect import NotApplicable, Unkept, Unproven, camel, had, wire
from grokgate.values.chat import MODES


def cells(rollout, model, modes):
    """What is asked of a model: each parameter alone, with each value and spelling; then all together, in each mode."""
    for name, values in rollout.parameters.items():
        for value in values:
            yield "chat", {name: value}
            if name in model.refuses:
                yield "chat", {camel(name): value}
    for mode in (mode for mode in MODES if mode in modes):
        for choice in (0, -1):
            yield mode, together(rollout, model, choice, str)
            yield mode, together(rollout, model, choice, camel)


def together(rollout, model, choice, spelt):
    """All parameters, the first or the last value of each; refused ones are spelt in this way."""
    given = {name: values[choice] for name, values in rollout.parameters.items()}
    return {spelt(name) if name in model.refuses else name: value for name, value in given.items()}


def counts(model, given, snake_case):
    """Whether a call has a parameter that does not leave as it is given."""
    return any(snake_case[name] == "limit" or snake_case[name] in model.refuses for name in given)


def each_leaves_converted(provider, name, model):
    """Every call leaves as the table says; how many did is reported."""
    rollout, convertible, left = provider.rollout, 0, []
    snake_case = {spelt(name): name for name in rollout.parameters for spelt in (str, camel)}
    asked = [(mode, given, counts(model, given, snake_case)) for mode, given in cells(rollout, model, provider.modes)]
    once = sum(counted for *_, counted in asked)
    rounds = -(-rollout.calls // once) if once else 1  # of a model that refuses little there are few such calls
    for mode, given, counted in asked * rounds:
        call = provider.chat(name, mode=mode, **given)
        snake = {snake_case[parameter]: value for parameter, value in given.items()}
        convertible += counted
        try:
            for parameter, value in snake.items():
                wire(call).converts(parameter, value, model)
        except Unkept as unkept:
            left.append((counted, mode, given, unkept))
    provider.note(f"{convertible} calls of {name} with a convertible parameter, {sum(c for c, *_ in left)} of them unconverted")
    if left:
        _, mode, given, first = left[0]
        provider.chat(name, mode=mode, **given)  # once more, so that the last call is the one that shows it
        because = f"{len(left)} calls of {name} left otherwise than the table says; the first: {first.because}"
        raise Unkept(because, expected=first.expected, saw=first.saw, at=first.at)
    if convertible < rollout.calls:
        raise Unproven(f"{convertible} calls had a convertible parameter; {rollout.calls} are needed")


def by_every_cell(id):
    return lambda provider: each_leaves_converted(provider, id, had(provider, id))


def with_the_flag_on(provider):
    flag, target = provider.rollout.flag, provider.rollout.target
    if "flag" not in provider.claims:
        raise NotApplicable(f"the provider offers no flag, so {flag.moves} never means {target.id}")
    each_leaves_converted(provider.flag(flag.on[0]), flag.moves, target)


def all_models(provider):
    """The target, the old model, and the others that the provider had."""
    return (provider.rollout.target, provider.rollout.old, *provider.others)


def in_any_order(provider):
    for model in all_models(provider):
        given = together(provider.rollout, model, 0, str)
        one = provider.chat(model.id, **given)
        other = provider.chat(model.id, **dict(reversed(given.items())))
        wire(other).is_same_as(one, "the same parameters in another order")


def converted_twice(provider):
    for model in all_models(provider):
        once = provider.chat(model.id, **together(provider.rollout, model, 0, str))
        again = provider.chat(model.id, **wire(once).parameters)
        wire(again).is_same_as(once, "what had left, asked again,")


def streamed_or_not(provider):
    alike(provider, [("stream", "chat"), ("astream", "achat")])


def sync_or_async(provider):
    alike(provider, [("achat", "chat"), ("astream", "stream")])


def alike(provider, pairs):
    offered = [pair for pair in pairs if provider.modes.issuperset(pair)]
    if not offered:
        raise NotApplicable(f"the provider does not offer both of {' or of '.join(' and '.join(pair) for pair in pairs)}")
    for one, other in offered:
        for model in all_models(provider):
            given = together(provider.rollout, model, 0, str)
            first, second = (provider.chat(model.id, mode=mode, **given) for mode in (other, one))
            wire(second).is_same_as(first, f"{one} and {other}")


LAWS = {
    "flag on": with_the_flag_on,
    "law order": in_any_order,
    "law twice": converted_twice,
    "law stream": streamed_or_not,
    "law async": sync_or_async,
}


@pytest.mark.requirement("MON.2")
@pytest.mark.each("holds", lambda rollout: {**{id: by_every_cell(id) for id in rollout.models}, **LAWS})
def test_each_call_leaves_converted(provider, holds):
    holds(provider)


@pytest.mark.requirement("SC-2.2")
def test_each_live_call_leaves_converted_with_the_flag_on(provider):
    with_the_flag_on(provider)
