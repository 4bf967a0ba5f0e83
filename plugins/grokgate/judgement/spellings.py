"""The ways to ask for a model that is blocked, and the search among them for one that gets out.

Each change of the name alone is tried first, then many at once, which hypothesis draws and shrinks; always the same ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from grokgate.judgement.expect import Unkept
from grokgate.values.names import Names
from grokgate.values.rollout import UNSET, Rollout

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")
EXAMPLES = 60
"""Mixed spellings that are tried where none gets out."""
PATIENCE = 1.0
"""Seconds that may go into what gets out; a provider that tries long with another host is not asked for smaller ones."""
BLANKS = (" ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff")
"""The last three are the no-break space, the zero-width space and the byte order mark."""
GATEWAYS = ("x-ai/", "xai/", "X-AI:", "openrouter/x-ai/", "/")
SUFFIXES = (":free", ":latest", "-latest", "@latest")
"""What gateways write behind a model; the endings of the model's own names on the wire come to them."""

Change = Callable[[str], str]


def _as_it_is(name: str) -> str:
    return name


def _before(text: str) -> Change:
    return lambda name: text + name


def _behind(text: str) -> Change:
    return lambda name: name + text


def _full_width(name: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isalnum() else letter for letter in name)


SUPERSCRIPTS = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
FOLDED: tuple[Change, ...] = (
    str.upper,
    str.title,
    _full_width,
    lambda name: name.replace("k", "\N{KELVIN SIGN}"),
    lambda name: name.translate(SUPERSCRIPTS),
    lambda name: name.replace("-", "\N{NON-BREAKING HYPHEN}"),
)
"""What some way of folding case or compatibility forms takes for the plain letters."""


@dataclass(frozen=True)
class Way:
    """One way to ask: the name as it is typed, the flag, and whether other providers are configured beside xAI."""

    name: str
    flag: str
    fallbacks: bool


@dataclass(frozen=True, kw_only=True)
class Space:
    """All ways to ask for the rollout's model under these values of the flag, and with or without other providers."""

    rollout: Rollout
    flags: Sequence[str]
    fallbacks: Sequence[bool]
    called: Names = field(default_factory=Names)
    """What the provider's library calls the models: its word is typed and changed in place of the rollout's."""

    def names(self, flag: str) -> tuple[str, ...]:
        """What means the model under a value of the flag; its identifier first."""
        target, moved = self.rollout.target, self.rollout.flag
        flagged = () if flag == UNSET else (moved.moves,)
        names = (target.id, *flagged, *target.names, *sorted(target.wire))
        return tuple(dict.fromkeys((*map(self.called.model, names), *names)))

    def changes(self) -> tuple[tuple[Change, ...], ...]:
        """What may be done to a name, kind by kind, in the order in which it is done; never what makes it another model's."""
        taken = self._taken()

        def kept(change: Change) -> Change:
            return lambda name: name if change(name).lower() in taken else change(name)

        return tuple(tuple(map(kept, kind)) for kind in self._changes())

    def _taken(self) -> frozenset[str]:
        """The names of all other models: ``grok`` with ``-latest`` behind it may be one."""
        served = self.rollout.facts.served
        names = {*served, *(name for model in self.rollout.before for name in model.names)}
        mine = {*self.rollout.target.names, *self.rollout.target.wire, self.rollout.flag.moves}
        return frozenset(name.lower() for name in names - mine if served.get(name) is not served[self.rollout.model])

    def _changes(self) -> tuple[tuple[Change, ...], ...]:
        prefixes = dict.fromkeys((*self.rollout.allow_list.prefixes, *GATEWAYS))
        target = self.rollout.target
        endings = sorted(name.removeprefix(target.id) for name in target.wire if name.startswith(f"{target.id}-"))
        return (
            tuple(_behind(suffix) for suffix in dict.fromkeys((*SUFFIXES, *endings))),
            (*(_before(prefix) for prefix in prefixes), lambda name: f"x-ai/{name}:free"),
            FOLDED,
            tuple(_before(blank) for blank in BLANKS),
            tuple(_behind(blank) for blank in BLANKS),
        )

    def single(self) -> Iterator[Way]:
        """Each name as it is, and each change of those that people type."""
        for fallbacks in self.fallbacks:
            for flag in self.flags:
                names = self.names(flag)
                typed = names[:1] if flag == UNSET else names[:2]
                changed = (change(name) for kind in self.changes() for change in kind for name in typed)
                for name in dict.fromkeys((*names, *changed)):
                    yield Way(name, flag, fallbacks)

    def mixed(self) -> SearchStrategy[Way]:
        """Several changes at once, of each kind one or none."""
        from hypothesis import strategies

        @strategies.composite
        def way(draw: DrawFn) -> Way:
            flag, fallbacks = draw(_one_of(self.flags)), draw(_one_of(self.fallbacks))
            name = draw(_one_of(self.names(flag)))
            for kind in self.changes():
                name = draw(_one_of((*[_as_it_is] * len(kind), *kind)))(name)
            return Way(name, flag, fallbacks)

        return way()


def search(space: Space, state: Callable[[Way], None]) -> None:
    """Raise what ``state`` raises of the smallest way that breaks it; that way is asked for last. Quiet where none does."""
    held = list(space.single())
    for way in held:
        state(way)
    if smallest := _smallest(space.mixed(), state, held):
        way, unkept = smallest
        state(way)
        raise unkept  # it broke once, and that is enough


def _smallest(ways: SearchStrategy[Way], state: Callable[[Way], None], held: Iterable[Way]) -> tuple[Way, Unkept] | None:
    """The smallest of the ways that breaks the statement, and how; ``held`` are those of which it is known that it holds."""
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.errors import NoSuchExample

    known: dict[Way, Unkept | None] = dict.fromkeys(held)
    spent = 0.0

    def breaks(way: Way) -> bool:
        nonlocal spent
        if way not in known and spent < PATIENCE:
            begun = time.perf_counter()
            known[way] = _unkept(state, way)
            spent += time.perf_counter() - begun if known[way] else 0
        return known.get(way) is not None

    steady = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        way = find(ways, breaks, settings=steady)
    except NoSuchExample:
        return None
    unkept = known[way]
    assert unkept is not None, "what was found breaks"
    return way, unkept


def _unkept(state: Callable[[Way], None], way: Way) -> Unkept | None:
    try:
        state(way)
    except Unkept as unkept:
        return unkept
    return None


def _one_of(values: Sequence[T]) -> SearchStrategy[T]:
    """One of the values, told by coins.

    For numbers hypothesis reads the source of all modules that are loaded: what it draws would depend on where grokgate lies, and
    a folder of its own would stay behind.
    """
    from hypothesis import strategies

    coins = strategies.tuples(*[strategies.booleans()] * (len(values) - 1).bit_length())
    return coins.map(lambda drawn: values[int("".join("01"[coin] for coin in drawn) or "0", 2) % len(values)])
