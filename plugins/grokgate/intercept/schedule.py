"""What changes while a stand-in serves: from a request on for good, or for one request in so many.

A change is written ``after 3: world=grok-4.3`` or ``every 5: fault=rate-limit``. ``after 3`` holds from the fourth request
on, until a later change of the same kind; ``every 5`` holds for the fifth, the tenth and so on, whatever holds else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast

When = Literal["after", "every"]
Kind = Literal["world", "scenario", "fault"]

NO_FAULT = "none"
"""The name that ends a fault."""
_CHANGE = re.compile(r"(after|every)\s+([1-9][0-9]{0,8})\s*:\s*(world|scenario|fault)\s*=\s*(\S+)")


class NotAChange(ValueError):
    """A text that is no change, and what one looks like."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """``what`` is ``to`` after ``number`` requests, or for every one of so many."""

    when: When
    number: int
    what: Kind
    to: str

    @classmethod
    def of(cls, text: str) -> Change:
        """The change that a text says. Raises ``NotAChange``."""
        said = _CHANGE.fullmatch(text.strip())
        if said is None:
            raise NotAChange(
                f"{text!r} is no change; one is 'after N:WHAT=NAME' or 'every N:WHAT=NAME', with N from 1 "
                "and WHAT world, scenario or fault, such as 'after 3:world=grok-4.3'"
            )
        when, number, what, to = said.groups()
        return cls(when=cast("When", when), number=int(number), what=cast("Kind", what), to=to)

    def begins(self, number: int) -> bool:
        """Whether it takes hold with this request; the first is 1."""
        return number == self.number + 1 if self.when == "after" else number % self.number == 0

    def __str__(self) -> str:
        return f"{self.when} {self.number}: {self.what}={self.to}"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How one request is answered. ``since`` is the request with which the fault took hold, 0 for one that was there."""

    world: str
    scenario: str = "plain"
    fault: str = NO_FAULT
    since: int = 0

    def changed(self, change: Change, since: int) -> Setting:
        """This setting with a change upon it."""
        match change.what:
            case "world":
                return replace(self, world=change.to)
            case "scenario":
                return replace(self, scenario=change.to)
            case "fault":
                return replace(self, fault=change.to, since=since)


@dataclass(frozen=True)
class Schedule:
    """A setting to begin with, and what changes it. Of two changes for the same request the later written wins."""

    first: Setting
    changes: tuple[Change, ...] = ()

    def at(self, number: int) -> Setting:
        """How the request of this number is answered; the first is 1."""
        setting = self.first
        for change in sorted(self._of("after"), key=lambda change: change.number):
            if change.number < number:
                setting = setting.changed(change, change.number + 1)
        for change in self._of("every"):
            if change.begins(number):
                setting = setting.changed(change, number)
        return setting

    def beginning(self, number: int) -> tuple[Change, ...]:
        """What takes hold with this request."""
        return tuple(change for change in self.changes if change.begins(number))

    def names(self, what: Kind) -> tuple[str, ...]:
        """All that is ever asked for of a kind, the first first."""
        return tuple(dict.fromkeys([getattr(self.first, what), *(c.to for c in self.changes if c.what == what)]))

    def _of(self, when: When) -> Iterable[Change]:
        return (change for change in self.changes if change.when == when)
