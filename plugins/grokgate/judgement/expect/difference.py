"""Where two JSON values differ: key by key, down to the place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from grokgate.judgement.expect.unkept import NOTHING
from grokgate.values.line import one_line

TOLD = 3
"""Differences that a sentence names; a failure holds both values whole."""
WIDTH = 60
"""Characters of a value in a sentence."""
BEFORE = 12
"""Characters that are shown before the place where two long texts part."""


class Difference(NamedTuple):
    """A place such as ``messages[0].content``, and what stands there; ``NOTHING`` where it has no value."""

    place: str
    mine: Any
    other: Any

    @property
    def top(self) -> str:
        """The key at the top that holds the place."""
        return self.place.partition(".")[0].partition("[")[0]

    def at(self, place: str) -> str:
        """The difference as the middle of a sentence, told of this place."""
        mine, other = _shown(self.mine), _shown(self.other)
        if max(len(mine), len(other)) > WIDTH:
            parting = next((at for at, (a, b) in enumerate(zip(mine, other, strict=False)) if a != b), min(len(mine), len(other)))
            mine, other = (_from(text, parting - BEFORE) for text in (mine, other))
        return f"{place} is {one_line(mine, WIDTH)} and was {one_line(other, WIDTH)}"


def differences(mine: Any, other: Any, place: str = "") -> Iterator[Difference]:
    """Each place where two values are not written the same; 1000 and 1000.0 differ, and ``null`` from nothing at all."""
    if isinstance(mine, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*mine, *other)):
            inner = f"{place}.{key}" if place else str(key)
            if key in mine and key in other:
                yield from differences(mine[key], other[key], inner)
            else:
                yield Difference(inner, mine.get(key, NOTHING), other.get(key, NOTHING))
    elif isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        for number, (one, another) in enumerate(zip(mine, other, strict=True)):
            yield from differences(one, another, f"{place}[{number}]")
    elif json.dumps(mine, sort_keys=True) != json.dumps(other, sort_keys=True):
        yield Difference(place, mine, other)


def told(found: list[Difference], place: Callable[[str], str] = str) -> str:
    """The differences as the middle of a sentence; ``place`` says where on the wire a place of the form is."""
    more = len(found) - TOLD
    return "; ".join([*(one.at(place(one.place)) for one in found[:TOLD]), *([f"and {more} more"] if more > 0 else [])])


def _shown(value: Any) -> str:
    return NOTHING if value == NOTHING else json.dumps(value, ensure_ascii=False)


def _from(text: str, start: int) -> str:
    return text if start <= 0 else f"…{text[start:]}"
