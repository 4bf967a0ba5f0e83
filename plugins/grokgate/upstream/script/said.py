"""What is said in a scripted answer, and what both endpoints make of it: pieces of a stream, tokens, ids of calls."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

STEP = 0.03
"""Seconds between two pieces of a stream."""
_PIECE = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNTIL_MAY_2026 = "call_"
"""How ids of calls begin that are eight digits; since then they are a UUID and a number."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A function that is called, with its arguments as they leave: a text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """The content of one answer."""

    text: str
    thinking: str
    calls: tuple[Call, ...]

    @property
    def tokens(self) -> int:
        """As many as there are words and signs: xAI's tokenizer is not public."""
        return sum(len(pieces(said)) for said in (self.text, *(f"{call.name}{call.arguments}" for call in self.calls)))


def pieces(text: str) -> list[str]:
    """A text as a stream gives it, word by word."""
    return _PIECE.findall(text)


def call_id(like: str, turns: object, number: int) -> str:
    """The id of one of several calls in the answer to a conversation, in the form of another one."""
    if like.startswith(_UNTIL_MAY_2026):
        return f"{_UNTIL_MAY_2026}{int(_digits(turns, number), 16) % 10**8:08}"
    return f"call-{UUID(_digits(turns, number)[:32])}-{number}"


def answer_id(like: str, turns: object) -> str:
    """The id of the answer to a conversation, in the form of another one: clients tell the turns of a loop apart by it."""
    return _UUID.sub(str(UUID(_digits(turns, -1)[:32])), like)


def _digits(turns: object, number: int) -> str:
    return hashlib.sha256(f"{number} {as_json(turns)}".encode("utf-8", "surrogatepass")).hexdigest()


def as_json(value: Any) -> str:
    """As xAI writes it: without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def timed(opening: Sequence[float], events: Iterable[bytes]) -> tuple[tuple[float, bytes], ...]:
    """Events with the second of each: the first ones as in the stream on tape, each later one a step behind."""
    made: list[tuple[float, bytes]] = []
    for number, event in enumerate(events):
        at = opening[number] if number < len(opening) else (made[-1][0] if made else 0.0) + STEP
        made.append((round(at, 4), event))
    return tuple(made)


def data_of(event: bytes) -> Mapping[str, Any] | None:
    """The JSON of an event; ``None`` where it has none, as ``[DONE]`` and comments."""
    _, found, data = event.rpartition(b"data: ")
    return json.loads(data) if found and data.startswith(b"{") else None
