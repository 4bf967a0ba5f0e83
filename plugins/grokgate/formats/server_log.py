"""What a server's log says of a rollout: errors of a model, removed parameters, resolutions, and what could not be read.

It works on bytes, block by block. What all lines share is found by expressions over a whole block; only a line that an operator's
``grep`` would find, or that has no time stamp, is looked at by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from grokgate.formats.log_line import (
    HEADED,
    KEPT,
    TRACE,
    UNHEADED,
    decoded,
    masked_figures,
    message_of,
    removal,
    resolution,
    stamp_of,
    to_the_end,
)
from grokgate.values.rollout import LogPatterns

MOST = 1000
"""Different causes, parameters or names that are told apart; what comes later is counted together."""
SAMPLE = 1 << 16
"""Bytes of a block in which it is seen how often a pattern occurs."""
OTHERS = "(others)"
_SURROGATE = re.compile("[\udc80-\udcff]")

Names = tuple[str, str]


@dataclass(frozen=True)
class Place:
    """A line: its number from 1, its time stamp as it is written (empty where it has none), and its text."""

    number: int
    stamp: str
    text: str


@dataclass
class Seen:
    """Lines of a kind: how many, and the first and the last of them."""

    count: int = 0
    first: Place | None = None
    last: Place | None = None


@dataclass
class Cause:
    """Error lines that say the same but for their figures: how many, and what the first says."""

    text: str
    count: int = 0


@dataclass
class Survey:
    """What was found in a log so far. ``errors`` are the patterns that a line of an error matches, all of them."""

    errors: Sequence[str]
    removed_pattern: str
    resolved_pattern: str
    lines: int = 0
    first_stamp: str = ""
    last_stamp: str = ""
    failed: Seen = field(default_factory=Seen)
    causes: dict[str, Cause] = field(default_factory=dict)
    removed: Counter[Names] = field(default_factory=Counter)
    """By model and parameter."""
    resolutions: Counter[Names] = field(default_factory=Counter)
    """By asked and resolved name."""
    nameless: Seen = field(default_factory=Seen)
    """Lines of resolutions and removals whose names could not be read."""
    traceback_lines: int = 0
    blank_lines: int = 0
    unheaded: Seen = field(default_factory=Seen)
    """Lines without time stamp or level that are neither blank nor of a traceback."""
    undecodable: int = 0
    """Bytes that are no UTF-8."""
    _in_block: int = 0
    _in_traceback: bool = False
    _ends_unheaded: bool = False

    @classmethod
    def of(cls, patterns: LogPatterns, rolled_out: str, model: str) -> Survey:
        """A survey by the patterns of a rollout, of the errors of this model; the rollout's are those of ``rolled_out``."""
        named = re.escape(model).replace("\\-", "-")
        errors = [named if pattern == rolled_out else pattern for pattern in patterns.errors]
        return cls(errors, patterns.removed, patterns.resolved)

    def add(self, text: bytes) -> None:
        """Count a block of whole lines, with a line feed before each line and none behind the last."""
        self._in_block = text.count(b"\n")
        self._add_period(text)
        self._add_unheaded(text)
        self._add_failed(text)
        self._add_names(self.resolutions, text, self.resolved_pattern, resolution)
        self._add_names(self.removed, text, self.removed_pattern, removal)
        self.undecodable += 0 if text.isascii() else _undecodable(text)
        self.lines += self._in_block

    def _add_period(self, text: bytes) -> None:
        if not self.first_stamp and (first := HEADED.search(text)):
            self.first_stamp = stamp_of(_line_at(text, first.start()))
        end = len(text)
        while (start := text.rfind(b"\n", 0, end)) >= 0:
            if HEADED.match(text, start):
                self.last_stamp = stamp_of(_line_at(text, start))
                return
            end = start

    def _add_unheaded(self, text: bytes) -> None:
        """Lines that go on with what a line before them said; those behind the head of a traceback belong to it."""
        before = 0 if self._ends_unheaded else -1
        last = -1
        for found in UNHEADED.finditer(text):
            start, end = found.span()
            self._in_traceback = (self._in_traceback and start == before) or bool(
                TRACE.search(text[start + 1 : min(end, start + KEPT)])
            )
            before = end
            if self._in_traceback:
                self.traceback_lines += 1
            elif end - start <= 2 and not found[0].strip():
                self.blank_lines += 1
            else:
                self.unheaded.count += 1
                self.unheaded.first = self.unheaded.first or self._place(text, start)
                last = start
        if last >= 0:
            self.unheaded.last = self._place(text, last)
        self._ends_unheaded = before == len(text)

    def _add_failed(self, text: bytes) -> None:
        last = -1
        for last in _matching(text, self.errors):
            self.failed.count += 1
            self.failed.first = self.failed.first or self._place(text, last)
            said = message_of(decoded(_line_at(text, last)))
            cause = masked_figures(said)
            if cause not in self.causes and len(self.causes) >= MOST:
                cause = said = OTHERS
            self.causes.setdefault(cause, Cause(said)).count += 1
        if last >= 0:
            self.failed.last = self._place(text, last)

    def _add_names(self, counted: Counter[Names], text: bytes, pattern: str, read: Callable[[bytes, str], Names | None]) -> None:
        for tail, times in Counter(to_the_end(pattern).findall(text)).items():
            names = read(tail, pattern)
            if names == ("", ""):
                self.nameless.count += times
                self.nameless.last = self._place(text, text.rfind(b"\n", 0, text.find(tail)))
                self.nameless.first = self.nameless.first or self.nameless.last
            elif names:
                counted[names if names in counted or len(counted) < MOST else (OTHERS, OTHERS)] += times

    def _place(self, text: bytes, start: int) -> Place:
        """The line behind the line feed at ``start``."""
        line, near = _line_at(text, start), start < len(text) // 2
        before = text.count(b"\n", 0, start) if near else self._in_block - text.count(b"\n", start)
        return Place(self.lines + before + 1, stamp_of(line), decoded(line))


def _matching(text: bytes, patterns: Sequence[str]) -> Iterator[int]:
    """Where the lines begin that match all the patterns; the rarest is looked for first."""
    rarest, *others = sorted(map(_compiled, patterns), key=lambda pattern: len(pattern.findall(text, 0, SAMPLE)))
    position = 0
    while found := rarest.search(text, position):
        start = text.rfind(b"\n", 0, found.start() + 1)
        end = text.find(b"\n", found.start() + 1)
        position = len(text) if end < 0 else end
        if all(other.search(text, start + 1, position) for other in others):
            yield start


@cache
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())


def _line_at(text: bytes, start: int) -> bytes:
    end = text.find(b"\n", start + 1)
    return text[start + 1 : len(text) if end < 0 else end]


def _undecodable(text: bytes) -> int:
    try:
        text.decode()
    except UnicodeDecodeError:
        return len(_SURROGATE.findall(text.decode(errors="surrogateescape")))
    return 0
