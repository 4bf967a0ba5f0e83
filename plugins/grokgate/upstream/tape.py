"""Which recorded answer a request gets.

Rules are grouped by the dimensions that they name; each group is a dictionary. So an answer costs one look-up per group,
however many exchanges the library has, and the earliest rule that fits wins (tuple space search, Srinivasan 1999).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from grokgate.upstream.semantics import Meaning, meaning
from grokgate.upstream.world import World
from grokgate.values.wire import Answer, Miss, Near, WireRequest

NEAREST = 3
"""How many rules an explained miss names."""


class Tape:
    """A world, made ready to answer requests that carry ``key``."""

    def __init__(self, world: World, prompts: Mapping[str, str], *, key: str) -> None:
        self.world = world
        self.key = key
        self.prompts = prompts
        self._recordings = [world.recordings[rule.id] for rule in world.rules]
        self._groups: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
        for order, rule in enumerate(world.rules):
            names = tuple(sorted(rule.when))
            group = self._groups.setdefault(names, {})
            for values in product(*(rule.when[name] for name in names)):
                group.setdefault(values, order)

    def answer(self, request: WireRequest, scenario: str = "plain") -> Answer | Miss:
        """What xAI would answer, or why nothing on tape does."""
        means = meaning(request, self.world, self.prompts, key=self.key, scenario=scenario)
        found = [
            order for names, group in self._groups.items() if (order := group.get(tuple(means[n] for n in names))) is not None
        ]
        if not found:
            return Miss(meaning=means, nearest=self._nearest(means))
        recording = self._recordings[min(found)]
        return recording.answer(self._values(request, means) if recording.fill else {})

    def _values(self, request: WireRequest, means: Meaning) -> Mapping[str, str]:
        """What an exchange may ask to have filled in."""
        return {
            "asked": str(request.field("model")),
            "served": means["served"],
            "argument": camel_case(means["refused"]),
            "masked_key": _masked(request.headers.get("authorization", "").partition(" ")[2]),
        }

    def _nearest(self, means: Meaning) -> tuple[Near, ...]:
        """The rules with the fewest differing dimensions, of these the ones that agree in most; looked for only after a miss."""
        near = [
            Near(
                rule=rule.id,
                differences=tuple(
                    (n, " or ".join(wanted), means[n]) for n, wanted in rule.when.items() if means[n] not in wanted
                ),
            )
            for rule in self.world.rules
        ]
        named = {rule.id: len(rule.when) for rule in self.world.rules}
        return tuple(sorted(near, key=lambda entry: (len(entry.differences), -named[entry.rule]))[:NEAREST])


def camel_case(name: str) -> str:
    """``presence_penalty`` as xAI names it in its errors: ``presencePenalty``."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _masked(key: str) -> str:
    """A key as xAI's older error text echoed it: two characters at either end."""
    return f"{key[:2]}***{key[-2:]}" if len(key) > 4 else "***"
