"""A line of a server's log: where its time stamp and its level stand, what it says, and which names are in it.

A line is as Python's logging writes it, or begins otherwise with a time stamp (ISO 8601) and a level, in either order; or it is
JSON with a key for each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

KEPT = 4096
"""Bytes of a line that are looked at where one is looked at by itself."""
STAMPS = ("timestamp", "asctime", "time", "@timestamp", "ts")
LEVELS = ("level", "levelname", "severity")
MESSAGES = ("message", "msg", "event")
"""Keys of a line of JSON, the likelier first."""


def _key(names: tuple[str, ...]) -> bytes:
    return rb'"(?:' + "|".join(names).encode() + rb')"\s*:'


_COLOUR = rb"(?:\x1b\[[\d;]*m)*+"
_STAMP = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
_LEVEL = rb"(?<![A-Z_])(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|NOTICE|TRACE)(?![A-Za-z_])"
_USUAL = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,:+Z-]*+[^A-Z\n]*+(?:INFO|DEBUG|WARN(?:ING)?|ERROR|CRITICAL)(?![A-Za-z_])"
_STAMP_FIRST = rb"[\[(]?" + _STAMP + rb"[^\n]{0,200}?" + _LEVEL
_LEVEL_FIRST = rb"[\[(]?" + _LEVEL + rb"[^\n]{0,80}?" + _STAMP
_JSON = rb"\{(?=[^\n]*?" + _key(LEVELS) + rb")(?=[^\n]*?" + _key(STAMPS) + rb")"
_HEAD = _USUAL + rb"|" + _COLOUR + rb"(?:" + rb"|".join((_STAMP_FIRST, _LEVEL_FIRST, _JSON)) + rb")"
"""How a line begins that has a time stamp and a level; what nearly all begin with comes first, in a form that is fast."""
HEADED = re.compile(rb"\n(?:" + _HEAD + rb")")
UNHEADED = re.compile(rb"\n(?!" + _HEAD + rb")[^\n]*")
TRACE = re.compile(rb"Traceback \(most recent call last\)|^\s+File \"")

_STAMPED = re.compile(_STAMP.decode())
_LEVELLED = re.compile(_LEVEL.decode() + r"(?:\x1b\[[\d;]*m)*[\s\])>:|-]*")
_NAME = r"(?:'([^']{0,200})'|\"([^\"]{0,200})\"|(\w[\w./:@-]{0,200}))"
_NAMED = re.compile(_NAME)
_GROK = re.compile(r"[\w./:-]{0,64}grok[\w.-]{0,64}", re.IGNORECASE)
_ARROW = re.compile(rf"{_NAME}[\s)\]]*(?:->|=>|→|\bresolved to\b|\bto\b|\bas\b|\bis\b)\s*{_NAME}")
_PAIR = re.compile(rf"(?:asked|alias|requested|name|from)\s*[=:]\s*{_NAME}[\s,;]+(?:resolved|model|to)\s*[=:]\s*{_NAME}")
_FIGURES = re.compile(
    r"(?P<kept>grok[\w.-]{0,64}|\b(?:200|[45]\d\d)\b)|\b(?=[a-f-]{0,32}\d)[\da-f]{8}[\da-f-]{0,56}\b|\d+(?:[.,:]\d+)*",
    re.IGNORECASE,
)


def decoded(line: bytes) -> str:
    """A line as text, as far as it is looked at."""
    return line[:KEPT].decode("utf-8", "replace").rstrip("\r")


def stamp_of(line: bytes) -> str:
    """The time stamp of a line, as it is written; empty where it has none."""
    said = decoded(line)
    given = _given(said, STAMPS)
    found = None if given else _STAMPED.search(said, 0, 200)
    return given or (found[0] if found else "")


def message_of(line: str) -> str:
    """What a line says behind its level."""
    head = _LEVELLED.search(line, 0, 400)
    return " ".join((_given(line, MESSAGES) or line[head.end() if head else 0 :]).split())


def masked_figures(text: str) -> str:
    """A text with its figures and identifiers masked, but for statuses and models' names: what differs from call to call."""
    return _FIGURES.sub(lambda found: found[0] if found["kept"] else "#", text)


@cache
def to_the_end(pattern: str) -> re.Pattern[bytes]:
    """What begins as a pattern does, to the end of its line: one match for a line, however often the beginning stands in it."""
    opening = re.match(r"[\w -]*", pattern)
    return re.compile((opening[0] if opening and opening[0] else pattern).encode() + rb"[^\n]*")


def resolution(tail: bytes, pattern: str) -> tuple[str, str] | None:
    """Asked and resolved name in the end of a line; empty where they cannot be read, ``None`` where it is no resolution."""
    said = _unescaped(tail)
    if not re.search(pattern, said):
        return None
    if (found := _ARROW.search(said) or _PAIR.search(said)) is None:
        return "", ""
    asked, resolved = (next(filter(None, names), "") for names in (found.groups()[:3], found.groups()[3:]))
    return (asked, resolved) if _GROK.search(resolved) else ("", "")


def removal(tail: bytes, pattern: str) -> tuple[str, str] | None:
    """The model, empty where none is named, and the removed parameter; as ``resolution`` otherwise."""
    said = _unescaped(tail)
    if (opening := re.search(pattern, said)) is None:
        return None
    if (parameter := _NAMED.search(said, opening.end())) is None:
        return "", ""
    model = _GROK.search(said, parameter.end())
    return (model[0] if model else ""), next(filter(None, parameter.groups()), "")


def _given(line: str, keys: tuple[str, ...]) -> str:
    """The value of the first key that a line of JSON has; empty for any other line."""
    if not line.startswith("{"):
        return ""
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    fields: Mapping[str, Any] = said if isinstance(said, dict) else {}
    return next((str(fields[key]) for key in keys if fields.get(key)), "")


def _unescaped(tail: bytes) -> str:
    """The end of a line; in a line of JSON quotes and arrows may be escaped."""
    return decoded(tail).replace('\\"', '"').replace("\\u2192", "→")
