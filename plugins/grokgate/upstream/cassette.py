"""The cassette format: YAML that vcrpy reads, with one ``grokgate`` block per exchange.

The block holds the exchange's identifier, the rule that it plays for, and its provenance: ``recorded`` with its date, or
``derived`` (written from documented facts) with its sources. ``when`` narrows the rule for this exchange. ``fill`` names what
is put in place of ``${name}`` in the body; ``at`` gives the second at which each event of a stream was sent; ``repeat`` says
that an event came many times, so that it need not be written as often.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, load
from grokgate.values.wire import Answer, WireRequest

_EVENT = re.compile(r"\n*[^\n]+(?:\n[^\n]+)*\n*")
_PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}
USAGE_EVENT = '"choices":[]'
"""What the one event of a chat stream holds that is sent only when it was asked for."""


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """The event at ``event`` (from 0) came ``times`` times, ``every`` so many seconds."""

    event: int
    times: int
    every: float


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One answer of xAI as a cassette keeps it. ``rule`` is empty where no rule fits what was recorded."""

    id: str
    rule: str
    status: int
    headers: Mapping[str, str]
    body: str
    provenance: str
    sources: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fill: tuple[str, ...] = ()
    at: tuple[float, ...] = ()
    repeat: Repeat | None = None
    recorded_at: str = ""
    origin: str = ""
    reason: str = ""
    """Why it plays nothing, where it was recorded and no rule fits."""
    accepted: str = ""
    """The model that answered in place of the world's, where that was taken on purpose."""
    request: WireRequest | None = None
    """The request that it stands beside: what was sent, or for a derived one an example."""
    answers: dict[tuple[Any, ...], Answer] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Those made so far, by what was filled in: most requests get one that is there."""

    @property
    def is_stream(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def endpoint(self) -> str:
        """Where it plays as it stands here, ``chat`` or ``responses``; empty for any other."""
        path = self.request.path.rstrip("/") if self.request else ""
        return next((name for name, end in _PATHS.items() if path.endswith(end)), "")

    def with_body(self, body: str, *, usage: bool = True) -> Answer:
        """The answer with its body filled in; ``usage`` tells whether a stream's usage was asked for."""
        if not self.is_stream:
            return self._answer(body.encode(), ())
        events = events_of(body)
        timed = list(zip(self.at or (0.0,) * len(events), events, strict=True))
        if self.repeat:
            timed = _repeated(timed, self.repeat)
        if not usage:
            timed = [(second, event) for second, event in timed if USAGE_EVENT.encode() not in event]
        return self._answer(b"".join(event for _, event in timed), tuple(timed))

    def _answer(self, body: bytes, chunks: tuple[tuple[float, bytes], ...]) -> Answer:
        return Answer(
            status=self.status,
            headers=self.headers,
            body=body,
            chunks=chunks,
            rule=self.rule,
            exchange=self.id,
            provenance=self.provenance,
            sources=self.sources,
            recorded_at=self.recorded_at,
        )


def load_cassette(path: Path) -> tuple[Recording, ...]:
    """The exchanges of a cassette file. Raises ``BadDocument``."""
    recordings = tuple(_recording(row) for row in load(path, "cassette")["interactions"])
    for recording in recordings:
        events = len(events_of(recording.body)) if recording.at or recording.repeat else 0
        if recording.at and len(recording.at) != events:
            raise BadDocument(path, recording.id, f"{len(recording.at)} times for {events} events of the stream")
        if recording.repeat and recording.repeat.event >= events:
            raise BadDocument(path, recording.id, f"event {recording.repeat.event} is repeated, but there are {events}")
    return recordings


def listed(when: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Conditions as they are written, one value or a list of them, in one shape."""
    return {name: tuple(value) if isinstance(value, list) else (value,) for name, value in when.items()}


def events_of(body: str) -> list[bytes]:
    """The events of a server-sent stream as it was sent, each with the blank line that ends it; comments among them count.

    A whole one at the end has that line, too, though many a recorder takes it for space to strip; one that was cut has not. What
    YAML keeps of blank lines behind it is none of the stream.
    """
    whole = body[: len(body.rstrip("\n")) + 2]
    events = _EVENT.findall(whole)
    if events and not events[-1].endswith("\n\n") and _is_whole(events[-1]):
        events[-1] = events[-1].rstrip("\n") + "\n\n"
    return [event.encode() for event in events]


def _is_whole(event: str) -> bool:
    """Whether the data of an event came to its end."""
    data = "".join(line.removeprefix("data:") for line in event.splitlines() if line.startswith("data:")).strip()
    if data == "[DONE]":
        return True
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _repeated(timed: list[tuple[float, bytes]], repeat: Repeat) -> list[tuple[float, bytes]]:
    first, event = timed[repeat.event]
    again = [(round(first + number * repeat.every, 4), event) for number in range(repeat.times)]
    return [*timed[: repeat.event], *again, *timed[repeat.event + 1 :]]


def _recording(row: Mapping[str, Any]) -> Recording:
    block, response = row["grokgate"], row["response"]
    headers = {name.lower(): values[0] for name, values in response["headers"].items()}
    return Recording(
        id=block["id"],
        rule=block.get("rule", ""),
        status=response["status"]["code"],
        headers=headers,
        body=response["body"]["string"],
        provenance=block["provenance"],
        sources=tuple(block.get("sources") or ()),
        when=listed(block.get("when") or {}),
        fill=tuple(block.get("fill") or ()),
        at=tuple(block.get("at") or ()),
        repeat=Repeat(**block["repeat"]) if block.get("repeat") else None,
        recorded_at=block.get("recorded_at", ""),
        origin=block.get("origin", ""),
        reason=block.get("reason", ""),
        accepted=block.get("accepted", ""),
        request=_request(row["request"]),
    )


def _request(row: Mapping[str, Any]) -> WireRequest:
    headers = {name.lower(): values[0] for name, values in row["headers"].items()}
    return WireRequest(row["method"], row["uri"], headers, (row["body"] or "").encode())
