"""The cassette format: YAML that vcrpy reads, with one ``grokgate`` block per exchange.

The block holds the exchange's identifier, the rule that it plays for, and its provenance: ``recorded`` with its date, or
``derived`` (written from documented facts) with its sources. ``fill`` names what is put in place of ``${name}`` in the body;
``at`` gives the second at which each event of a stream was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, load
from grokgate.values.wire import Answer


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One answer of xAI as a cassette keeps it."""

    id: str
    rule: str
    status: int
    headers: Mapping[str, str]
    body: str
    provenance: str
    sources: tuple[str, ...]
    fill: tuple[str, ...] = ()
    at: tuple[float, ...] = ()

    def answer(self, values: Mapping[str, str]) -> Answer:
        """The answer to one request; ``values`` gives what ``fill`` asks for."""
        if not self.fill:
            return self._unfilled
        body = self.body
        for name in self.fill:
            body = body.replace(f"${{{name}}}", json.dumps(values[name])[1:-1])
        return self._with(body)

    @cached_property
    def _unfilled(self) -> Answer:
        """Made once: without anything to fill in, every request gets the same."""
        return self._with(self.body)

    def _with(self, body: str) -> Answer:
        return Answer(
            status=self.status,
            headers=self.headers,
            body=body.encode(),
            chunks=tuple(zip(self.at, _events(body), strict=True)) if self.at else (),
            rule=self.rule,
            exchange=self.id,
            provenance=self.provenance,
            sources=self.sources,
        )


def load_cassette(path: Path) -> tuple[Recording, ...]:
    """The exchanges of a cassette file. Raises ``BadDocument``."""
    recordings = tuple(_recording(row) for row in load(path, "cassette")["interactions"])
    for recording in recordings:
        if recording.at and len(recording.at) != len(_events(recording.body)):
            events = len(_events(recording.body))
            raise BadDocument(path, recording.id, f"{len(recording.at)} times for {events} events of the stream")
    return recordings


def _recording(row: Mapping[str, Any]) -> Recording:
    block, response = row["grokgate"], row["response"]
    headers = {name.lower(): values[0] for name, values in response["headers"].items()}
    return Recording(
        id=block["id"],
        rule=block["rule"],
        status=response["status"]["code"],
        headers=headers,
        body=response["body"]["string"],
        provenance=block["provenance"],
        sources=tuple(block.get("sources") or ()),
        fill=tuple(block.get("fill") or ()),
        at=tuple(block.get("at") or ()),
    )


def _events(body: str) -> list[bytes]:
    """The events of a server-sent stream, each with the blank line that ends it."""
    return [f"{event}\n\n".encode() for event in body.split("\n\n") if event.strip()]
