"""Monitoring checklist: parameter conversion success, counted over every cell of the conversion table, and the laws of it."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import NotApplicable, Unkept, Unproven, camel, wire
from grokgate.values.chat import MODES

ROLLOUT = read_rollout()
SNAKE = {spelt(name): name for name in ROLLOUT.parameters for spelt in (str, camel)}


def cells(model, modes):
    """What is asked of a model: each parameter alone, with each value and spelling; then all together, in each mode."""
    for name, values in ROLLOUT.parameters.items():
        for value in values:
            yield "chat", {name: value}
            if name in model.refuses:
                yield "chat", {camel(name): value}
    for mode in modes:
        for choice in (0, -1):
            yield mode, together(model, choice, lambda name: name)
            yield mode, together(model, choice, camel)


def together(model, choice, spelt):
    """All parameters, the first or the last value of each; refused ones are spelt in this way."""
    given = {name: values[choice] for name, values in ROLLOUT.parameters.items()}
    return {spelt(name) if name in model.refuses else name: value for name, value in given.items()}


def each_leaves_converted(provider, name, model):
    """Every call leaves as the table says; how many did is reported."""
    convertible, left = 0, []
    for mode, given in cells(model, [mode for mode in MODES if mode in provider.modes]):
        call = provider.chat(name, mode=mode, **given)
        snake = {SNAKE[parameter]: value for parameter, value in given.items()}
        counts = any(parameter == "limit" or parameter in model.refuses for parameter in snake)
        convertible += counts
        try:
            for parameter, value in snake.items():
                wire(call).converts(parameter, value, model)
        except Unkept as unkept:
            left.append((counts, mode, given, unkept))
    provider.note(f"{convertible} calls of {name} with a convertible parameter, {sum(c for c, *_ in left)} of them unconverted")
    if left:
        _, mode, given, first = left[0]
        provider.chat(name, mode=mode, **given)  # once more, so that the last call is the one that shows it
        because = f"{len(left)} calls of {name} left otherwise than the table says; the first: {first.because}"
        raise Unkept(because, expected=first.expected, saw=first.saw, at=first.at)
    if convertible < ROLLOUT.calls:
        raise Unproven(f"{convertible} calls had a convertible parameter; {ROLLOUT.calls} are needed")


def by_every_name_and_cell(id):
    return lambda provider: each_leaves_converted(provider, id, ROLLOUT.models[id])


def with_the_flag_on(provider):
    if "flag" not in provider.claims:
        raise NotApplicable(f"the provider offers no flag, so {ROLLOUT.flag.moves} never means {ROLLOUT.model}")
    each_leaves_converted(provider.flag(ROLLOUT.flag.true_values[0]), ROLLOUT.flag.moves, ROLLOUT.models[ROLLOUT.flag.on])


def in_any_order(provider):
    for model in ROLLOUT.models.values():
        given = together(model, 0, str)
        one = provider.chat(model.id, **given)
        other = provider.chat(model.id, **dict(reversed(given.items())))
        wire(other).is_same_as(one, "the same parameters in another order")


def converted_twice(provider):
    for model in ROLLOUT.models.values():
        once = provider.chat(model.id, **together(model, 0, str))
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
        for model in ROLLOUT.models.values():
            given = together(model, 0, str)
            first, second = (provider.chat(model.id, mode=mode, **given) for mode in (other, one))
            wire(second).is_same_as(first, f"{one} and {other}")


LAWS = {
    **{id: by_every_name_and_cell(id) for id in ROLLOUT.models},
    "flag on": with_the_flag_on,
    "law order": in_any_order,
    "law twice": converted_twice,
    "law stream": streamed_or_not,
    "law async": sync_or_async,
}


@pytest.mark.requirement("MON.2")
@pytest.mark.parametrize("holds", LAWS.values(), ids=LAWS)
def test_each_call_leaves_converted(provider, holds):
    holds(provider)


@pytest.mark.requirement("SC-2.2")
def test_each_live_call_leaves_converted_with_the_flag_on(provider):
    with_the_flag_on(provider)
