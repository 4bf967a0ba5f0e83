"""The evidence file: one JSON line per event, from a header to a footer that seals it.

A run that was killed leaves no footer; such a file is not evidence. The footer's seal covers every byte before it and the
footer itself, so a change that was not sealed anew is found.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from grokgate.formats.document import BadDocument, check, read
from grokgate.formats.home import SCHEMAS
from grokgate.values.acceptance import Attestation, Waiver, no_day
from grokgate.values.evidence import Asked, Case
from grokgate.values.line import one_line
from grokgate.values.redaction import mask

SCHEMA = "grokgate/evidence/1"
LARGEST = 256 << 20
"""Bytes of a file of evidence; that of a server which logs much has some megabytes."""


class EvidenceRefused(ValueError):
    """A file is not evidence, or was changed since it was sealed."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A sealed run: its header, the rows that it was asked for, their cases, and blocked attempts to get out."""

    header: Mapping[str, Any]
    asked: tuple[Asked, ...]
    cases: tuple[Case, ...]
    egress: tuple[Mapping[str, Any], ...]
    footer: Mapping[str, Any]
    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    """The runs that were merged into this one: their headers, with the seal of each file."""

    @property
    def violations(self) -> tuple[str, ...]:
        """Attempts that the provider's description does not declare, or that carry a secret."""
        return tuple(event["target"] for event in self.egress if not event["declared"])


class EvidenceWriter:
    """Writes events as they happen; ``seal`` ends the file. Secrets are masked in every line.

    The file is one writer's until it ends. Raises ``OSError``, also where another run writes it.
    """

    def __init__(self, path: Path, secrets: tuple[str, ...]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._secrets = secrets
        self._hash = hashlib.sha256()
        self._events = 0
        self._file: TextIO = path.open("a", encoding="utf-8", newline="\n")  # what another run writes stays whole
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            self._file.close()
            raise OSError(busy.errno, "another run writes it; wait for its end, or name another --reports", str(path)) from None
        self._file.truncate(0)

    def begin(
        self,
        header: Mapping[str, Any],
        asked: Iterable[Asked],
        waivers: Iterable[Waiver],
        attestations: Iterable[Attestation],
    ) -> None:
        """What stands before all that is found: the question, and what people added to it."""
        self.write("header", header)
        for event, entries in (("requirement", asked), ("waiver", waivers), ("attestation", attestations)):
            for entry in entries:
                self.write(event, entry.to_json())

    def write(self, event: str, content: Mapping[str, Any]) -> None:
        """One event; the file is whole only once it is sealed."""
        line = mask(_line({"event": event, **content}), self._secrets)
        self._hash.update(line.encode())
        self._events += 1
        self._file.write(line)
        self._file.flush()

    def seal(self, content: Mapping[str, Any]) -> None:
        """The footer; nothing can be written after it."""
        footer = {"event": "footer", "events": self._events, **content}
        self._hash.update(_line(footer).encode())
        self._file.write(_line(footer | {"seal": self._hash.hexdigest()}))
        self._file.close()


def put_aside(path: Path) -> Path | None:
    """Give sealed evidence a name of its own, with the moment of its seal, so that no later run writes over it; the new name."""
    try:
        read_evidence(path)
    except (EvidenceRefused, OSError):
        return None
    sealed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    aside = path.with_name(f"{path.stem}.{sealed:%Y-%m-%dT%H%M%S.%f}{path.suffix}")
    return path.replace(aside)


def read_evidence(path: Path) -> Evidence:
    """The evidence in a file. Raises ``EvidenceRefused`` with the reason."""
    events = _events(path)
    by_kind: dict[str, list[Any]] = {kind: [] for kind in ("requirement", "case", "egress", "waiver", "attestation", "source")}
    for event in events[1:-1]:
        by_kind[event["event"]].append(event)
    return Evidence(
        header=events[0],
        asked=tuple(Asked.from_json(event) for event in by_kind["requirement"]),
        cases=tuple(Case.from_json(event) for event in by_kind["case"]),
        egress=tuple(by_kind["egress"]),
        footer=events[-1],
        waivers=tuple(Waiver.from_json(event) for event in by_kind["waiver"]),
        attestations=tuple(Attestation.from_json(event) for event in by_kind["attestation"]),
        sources=tuple(by_kind["source"]),
    )


def _events(path: Path) -> list[dict[str, Any]]:
    try:
        raw = read(path, LARGEST)
    except BadDocument as refused:
        raise EvidenceRefused(str(refused)) from None
    lines = raw.split(b"\n")
    if lines[-1] != b"":
        raise EvidenceRefused(f"{path}: the last line is cut off; the run did not finish, or the file was damaged")
    events = [_event(path, number, line) for number, line in enumerate(lines[:-1], start=1)]
    if not events or events[0].get("event") != "header":
        raise EvidenceRefused(f"{path}: line 1: the header is missing; this is no evidence of grokgate")
    if events[-1].get("event") != "footer":
        raise EvidenceRefused(f"{path}: the footer is missing; the run was stopped before its end, and decides nothing")
    _unbroken(path, lines, events)
    _valid(path, events)
    return events


def _event(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise EvidenceRefused(f"{path}: line {number}: not JSON ({error})") from None
    if not isinstance(event, dict):
        raise EvidenceRefused(f"{path}: line {number}: not an event")
    return event


def _unbroken(path: Path, lines: list[bytes], events: list[dict[str, Any]]) -> None:
    footer = dict(events[-1])
    seal = footer.pop("seal", None)
    total = hashlib.sha256(b"".join(line + b"\n" for line in lines[:-2]))
    total.update(_line(footer).encode())
    if seal != total.hexdigest() or lines[-2] + b"\n" != _line(footer | {"seal": seal}).encode():
        raise EvidenceRefused(f"{path}: the seal does not fit the content; something was changed after the run")


def _valid(path: Path, events: list[dict[str, Any]]) -> None:
    schema = json.loads((SCHEMAS / "evidence.schema.json").read_bytes())
    try:
        check(events, schema, path)
    except BadDocument as fault:
        raise EvidenceRefused(str(fault)) from None
    if any(event["event"] in ("header", "footer") for event in events[1:-1]):
        raise EvidenceRefused(f"{path}: a header or a footer stands inside; these are several runs, or none")
    for number, event in enumerate(events):
        if wrong := _no_time(event):
            raise EvidenceRefused(f"{path}: [{number}].{wrong}")


def _no_time(event: Mapping[str, Any]) -> str:
    """The field of an event that should be a day or a time and is none, and why; empty where each is one."""
    kind = event["event"]
    if kind in ("waiver", "attestation") and (key := no_day(event)):
        return f"{key}: {one_line(event[key])} is no day"
    if kind in ("header", "source"):
        field, header = ("started", event) if kind == "header" else ("header.started", event["header"])
        started = header["started"]
        try:
            known = datetime.fromisoformat(started).date().isoformat() == started[:10]
        except ValueError:
            known = False
        return "" if known else f"{field}: {one_line(started)} is no time"
    return ""


def _line(event: Mapping[str, Any]) -> str:
    """The event as it is written; a text with half a surrogate pair, as a cut stream may give, is written in ASCII."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    readable = text.encode("utf-8", "ignore").decode() == text
    return (text if readable else json.dumps(event, separators=(",", ":"))) + "\n"
