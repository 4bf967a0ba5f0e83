"""The journal of a worker of a soak: a line where a call begins and one where it ended, which outlive the worker.

A line is written in one piece before its call goes on, so whatever kills the process leaves all lines but the last one whole. The
schema is ``journal.schema.json``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, check, read
from grokgate.formats.home import SCHEMAS
from grokgate.values.redaction import mask

LARGEST = 1 << 30
"""Bytes of a journal; a call has some 500."""


class Journal:
    """Appends to a file; ``secrets`` are masked in every line."""

    def __init__(self, path: Path, secrets: Iterable[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._secrets = tuple(secrets)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def begun(self, number: int) -> None:
        """The call of this number follows."""
        self._write({"begun": number})

    def ended(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """A call that ended; it is given as it was written, without secrets."""
        written: dict[str, Any] = self._write({"ended": dict(call)})["ended"]
        return written

    def left(self, egress: Iterable[Mapping[str, Any]]) -> None:
        """Blocked attempts to reach other hosts that belong to no call that ended."""
        self._write({"left": list(egress)})

    def _write(self, event: Mapping[str, Any]) -> dict[str, Any]:
        line = mask(json.dumps(event, separators=(",", ":")), self._secrets)
        os.write(self._file, line.encode() + b"\n")
        kept: dict[str, Any] = json.loads(line)
        return kept


@dataclass(frozen=True)
class Kept:
    """What a journal tells: the numbers that were begun, the calls that ended, and blocked attempts that belong to none."""

    begun: frozenset[int] = frozenset()
    ended: tuple[Mapping[str, Any], ...] = ()
    left: tuple[Mapping[str, Any], ...] = ()


def read_journal(path: Path, known: Collection[int] = ()) -> Kept:
    """What a worker did beside the calls that are ``known``. Raises ``BadDocument``.

    Of one that was killed a last line that is cut off was not written.
    """
    whole = read(path, LARGEST).rpartition(b"\n")[0]
    events = [_event(path, number, line) for number, line in enumerate(whole.splitlines(), start=1)]
    events = [event for event in events if _number(event) not in known]
    check(events, json.loads((SCHEMAS / "journal.schema.json").read_bytes()), path)
    return Kept(
        begun=frozenset(event["begun"] for event in events if "begun" in event),
        ended=tuple(event["ended"] for event in events if "ended" in event),
        left=tuple(attempt for event in events for attempt in event.get("left", ())),
    )


def _event(path: Path, number: int, line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadDocument(path, f"line {number}", f"not JSON ({error})") from None


def _number(event: Any) -> int | None:
    """The call that a line is about, where it is about one."""
    if not isinstance(event, dict):
        return None
    ended = event.get("ended")
    number = ended.get("number") if isinstance(ended, dict) else event.get("begun")
    return number if isinstance(number, int) else None
