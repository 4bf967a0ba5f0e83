"""What a server's log says of a rollout: errors of a model, removed parameters, resolutions, and what could not be read.

It works on bytes, block by block: what all lines share is counted by expressions over a whole block, and only a line that an
operator's ``grep`` would find is looked at by itself.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from grokgate.values.rollout import LogPatterns

MOST = 1000
"""Different causes, parameters or names that are told apart; more of them are counted together."""
KEPT = 4096
"""Bytes of a line that are kept as an example."""
OTHER = "(others)"
STAMPS = ("timestamp", "asctime", "time", "@timestamp", "ts")
MESSAGES = ("message", "msg", "event")
"""Keys of a line of JSON."""

_COLOUR = rb"(?:\x1b\[[\d;]*m)*+"
_STAMP = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
_LEVEL = rb"(?<![A-Z_])(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|NOTICE|TRACE)(?![A-Za-z_])"
_JSON_LEVEL, _JSON_STAMP = rb'"(?:level|levelname|severity)"\s*:', rb'"(?:' + "|".join(STAMPS).encode() + rb')"\s*:'
_TEXT_HEAD = rb"[\[(]?" + _STAMP + rb"(?:[^A-Z\n]*+" + _LEVEL + rb"|[^\n]{0,200}?" + _LEVEL + rb")"
_LEVEL_HEAD = rb"[\[(]?" + _LEVEL + rb"[^\n]{0,80}?" + _STAMP
_JSON_HEAD = rb"\{(?=[^\n]*?" + _JSON_LEVEL + rb")(?=[^\n]*?" + _JSON_STAMP + rb")"
_HEAD = _COLOUR + rb"(?:" + rb"|".join((_TEXT_HEAD, _LEVEL_HEAD, _JSON_HEAD)) + rb")"
"""How a line begins that has a time stamp and a level."""
HEADED = re.compile(rb"\n" + _HEAD + rb"()")
UNHEADED = re.compile(rb"\n(?!" + _HEAD + rb")[^\n]*")
TRACE = re.compile(rb"Traceback \(most recent call last\)|^\s+File \"")
_STAMPED = re.compile(_STAMP.decode())
_LEVELLED = re.compile(_LEVEL.decode() + r"(?:\x1b\[[\d;]*m)*[\s\])>:|-]*")
_SURROGATE = re.compile("[\udc80-\udcff]")

_NAME = r"(?:'([^']*)'|\"([^\"]*)\"|([\w./:@-]+))"
_ARROW = re.compile(rf"{_NAME}\s*(?:->|=>|→|\bresolved to\b|\bto\b|\bas\b|\bis\b)\s*{_NAME}")
_PAIR = re.compile(rf"(?:asked|alias|requested|name|from)\s*[=:]\s*{_NAME}[\s,;]+(?:resolved|model|to)\s*[=:]\s*{_NAME}")
_NAMED = re.compile(_NAME)
_FIGURES = re.compile(
    r"(?P<kept>[\w./:-]*grok[\w.-]*|\b[45]\d\d\b)|\b(?=[\da-f-]*\d)[\da-f]{8}(?:[\da-f-]{0,56})\b|\d+(?:[.,:]\d+)*", re.IGNORECASE
)
_GROK = re.compile(r"[\w./:-]*grok[\w.-]*", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A line: its number from 1, its time stamp as it is written (empty where it has none), and how it begins."""

    number: int
    stamp: str
    text: str


@dataclass
class Seen:
    """Lines of a kind: how many, and the first and the last."""

    count: int = 0
    first: Place | None = None
    last: Place | None = None

    def add(self, place: Place) -> None:
        self.count += 1
        self.first = self.first or place
        self.last = place


@dataclass
class Cause:
    """Error lines that say the same but for their figures: how many, and the text of the first."""

    text: str
    count: int = 0


@dataclass
class Survey:
    """What was found in a log so far. ``errors`` are the patterns that an error line of the model matches, all of them."""

    patterns: LogPatterns
    errors: Sequence[str]
    lines: int = 0
    first_stamp: str = ""
    last_stamp: str = ""
    failed: Seen = field(default_factory=Seen)
    causes: dict[str, Cause] = field(default_factory=dict)
    removed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By model and parameter."""
    resolutions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By asked and resolved name."""
    nameless: Seen = field(default_factory=Seen)
    """Lines of resolutions or removals whose names could not be read."""
    traceback_lines: int = 0
    blank_lines: int = 0
    unheaded: Seen = field(default_factory=Seen)
    """Lines without time stamp or level that are neither blank nor of a traceback."""
    undecodable: int = 0
    """Bytes that are no UTF-8."""
    _in_traceback: bool = False
    _ends_unheaded: bool = False

    def add(self, block: bytes) -> None:
        """Count a block of whole lines, each ended by a line feed."""
        text = b"\n" + block[:-1]
        lines = text.count(b"\n")
        headed = len(HEADED.findall(text))
        if headed:
            self._period(text)
        if headed < lines:
            self._without_head(text)
        else:
            self._ends_unheaded = False
        if not text.isascii():
            self.undecodable += _undecodable(text)
        for start in _matching(text, self.errors):
            self._failed(self._place(text, start))
        self._count_names(text)
        self.lines += lines

    def _period(self, text: bytes) -> None:
        if not self.first_stamp and (first := HEADED.search(text)):
            self.first_stamp = _stamp_of(_line_at(text, first.start()))
        end = len(text)
        while (start := text.rfind(b"\n", 0, end)) >= 0:
            if HEADED.match(text, start):
                self.last_stamp = _stamp_of(_line_at(text, start))
                return
            end = start

    def _without_head(self, text: bytes) -> None:
        """Lines that no time stamp begins: they go on with what the line before them said."""
        before = 0 if self._ends_unheaded else -1
        last: re.Match[bytes] | None = None
        for found in UNHEADED.finditer(text):
            line = found[0][1:]
            if found.start() != before:
                self._in_traceback = False
            before = found.end()
            self._in_traceback = self._in_traceback or bool(TRACE.search(line, 0, KEPT))
            if self._in_traceback:
                self.traceback_lines += 1
            elif not line.strip():
                self.blank_lines += 1
            else:
                self.unheaded.count += 1
                self.unheaded.first = self.unheaded.first or self._place(text, found.start())
                last = found
        if last:
            self.unheaded.last = self._place(text, last.start())
        self._ends_unheaded = before == len(text)

    def _failed(self, place: Place) -> None:
        self.failed.add(place)
        said = _message_of(place.text)
        key = masked_figures(said)
        if key not in self.causes and len(self.causes) >= MOST:
            key = said = OTHER
        self.causes.setdefault(key, Cause(said)).count += 1

    def _count_names(self, text: bytes) -> None:
        for tail, times in Counter(_tails(self.patterns.resolved).findall(text)).items():
            self._count(self.resolutions, _resolution(tail), times, text, tail)
        for tail, times in Counter(_tails(self.patterns.removed).findall(text)).items():
            self._count(self.removed, _removal(tail, self.patterns.removed), times, text, tail)

    def _count(
        self, counter: Counter[tuple[str, str]], names: tuple[str, str] | None, times: int, text: bytes, tail: bytes
    ) -> None:
        if names is None:
            self.nameless.add(self._place(text, text.rfind(b"\n", 0, text.find(tail))))
            self.nameless.count += times - 1
        elif names in counter or len(counter) < MOST:
            counter[names] += times
        else:
            counter[OTHER, OTHER] += times

    def _place(self, text: bytes, start: int) -> Place:
        """The line that begins after the line feed at ``start``."""
        line = _line_at(text, start)
        number = self.lines + text.count(b"\n", 0, start) + 1
        return Place(number, _stamp_of(line), line[:KEPT].decode("utf-8", "replace").rstrip("\r"))


def error_patterns(patterns: LogPatterns, rolled_out: str, model: str) -> tuple[str, ...]:
    """The rollout's patterns of an error line, for another model than the one that is rolled out."""
    return tuple(re.escape(model) if pattern == rolled_out != model else pattern for pattern in patterns.errors)


def masked_figures(text: str) -> str:
    """A text with its figures and identifiers masked, but for statuses and models' names: what differs from call to call."""
    return _FIGURES.sub(lambda found: found[0] if found["kept"] else "#", text)


def _matching(text: bytes, patterns: Sequence[str]) -> Iterator[int]:
    """Where the lines begin that match all the patterns; the rarest is looked for first."""
    rarest, *others = sorted((_compiled(pattern) for pattern in patterns), key=lambda one: len(one.findall(text)))
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


@cache
def _tails(pattern: str) -> re.Pattern[bytes]:
    """What a pattern finds, to the end of its line."""
    return re.compile(pattern.encode() + rb"[^\n]*")


def _line_at(text: bytes, start: int) -> bytes:
    end = text.find(b"\n", start + 1)
    return text[start + 1 : len(text) if end < 0 else end]


def _undecodable(text: bytes) -> int:
    try:
        text.decode()
    except UnicodeDecodeError:
        return len(_SURROGATE.findall(text.decode(errors="surrogateescape")))
    return 0


def _fields(line: str) -> Mapping[str, Any]:
    """The fields of a line of JSON; none where it is none."""
    if not line.startswith("{"):
        return {}
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _stamp_of(line: bytes) -> str:
    said = line[:KEPT].decode("utf-8", "replace")
    fields = _fields(said)
    if given := next((fields[key] for key in STAMPS if fields.get(key)), None):
        return str(given)
    found = _STAMPED.search(said, 0, 200)
    return found[0] if found else ""


def _message_of(line: str) -> str:
    """What a line says behind its level."""
    fields = _fields(line)
    if given := next((fields[key] for key in MESSAGES if fields.get(key)), None):
        return " ".join(str(given).split())
    head = _LEVELLED.search(line, 0, 400)
    return " ".join(line[head.end() if head else 0 :].split())


def _unescaped(tail: bytes) -> str:
    """The end of a line; in a line of JSON quotes and arrows may be escaped."""
    return tail[:KEPT].decode("utf-8", "replace").replace('\\"', '"').replace("\\u2192", "→")


def _resolution(tail: bytes) -> tuple[str, str] | None:
    """The asked and the resolved name in the line of a resolution; ``None`` where they cannot be read."""
    said = _unescaped(tail)
    if (found := _ARROW.search(said) or _PAIR.search(said)) is None:
        return None
    asked, resolved = (next(filter(None, names), "") for names in (found.groups()[:3], found.groups()[3:]))
    return (asked, resolved) if "grok" in resolved.lower() else None


def _removal(tail: bytes, pattern: str) -> tuple[str, str] | None:
    """The model and the parameter in the line of a removal; ``None`` where no parameter is named."""
    said = _unescaped(tail)
    opening = re.search(pattern, said)
    parameter = _NAMED.search(said, opening.end() if opening else 0)
    if parameter is None:
        return None
    model = _GROK.search(said, parameter.end())
    return (model[0] if model else ""), next(filter(None, parameter.groups()), "")
