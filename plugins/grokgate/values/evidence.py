"""What a run found: statuses, who must act, and the cases and rows that a verdict is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The state of a requirement, or of one of its cases."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_OFFERED = "not_offered"
    NOT_APPLICABLE = "not_applicable"
    UNPROVEN = "unproven"
    NOT_RUN = "not_run"
    WAIVED = "waived"
    ATTESTED = "attested"
    HARNESS_ERROR = "harness_error"


class Blame(StrEnum):
    """Who must act."""

    PROVIDER = "provider"
    HOST = "host"
    CONFIGURATION = "configuration"
    XAI = "xAI"
    CASSETTES = "cassettes"
    HARNESS = "harness"


class Decision(StrEnum):
    """What a gate says."""

    GO = "go"
    NO_GO = "no-go"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case of a requirement as it was decided.

    ``id`` is the requirement's identifier, with the case in brackets where there are several (``POST-2.2[zero]``).
    ``because`` is one sentence. ``observations`` are what decided it: calls with their wire (see ``evidence.schema.json``).
    ``finding`` tells what was expected and what was seen instead, where it failed; ``notes`` are figures worth reporting.
    ``left_out`` counts the calls that are not among the observations, since the case has many alike. ``mode`` is that of the run
    in which it was decided, where a sign-off has it from several.
    """

    id: str
    requirement: str
    status: Status
    because: str = ""
    blame: Blame | None = None
    node: str = ""
    seconds: float = 0.0
    observations: tuple[Mapping[str, Any], ...] = ()
    finding: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    left_out: int = 0
    mode: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)} | {
            "status": self.status.value,
            "blame": self.blame.value if self.blame else None,
            "observations": list(self.observations),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Case:
        return cls(
            id=data["id"],
            requirement=data["requirement"],
            status=Status(data["status"]),
            because=data["because"],
            blame=Blame(data["blame"]) if data.get("blame") else None,
            node=data["node"],
            seconds=data["seconds"],
            observations=tuple(data["observations"]),
            finding=data["finding"],
            notes=tuple(data["notes"]),
            left_out=data.get("left_out", 0),
            mode=data.get("mode"),
        )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A requirement that this run was asked for, with what is settled before any test: not offered, not applicable, not run.

    ``sums`` are the rows that decide it, where it has no test of its own.
    """

    id: str
    title: str
    plan: str
    section: str
    prefix: str
    severity: str
    settled: Status | None = None
    because: str = ""
    blame: Blame | None = None
    sums: tuple[str, ...] = ()
    attestable: bool = False
    """A person may vouch for it where no test decides it."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "sums": list(self.sums),
            "settled": self.settled.value if self.settled else None,
            "blame": self.blame.value if self.blame else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Asked:
        return cls(
            id=data["id"],
            title=data["title"],
            plan=data["plan"],
            section=data["section"],
            prefix=data["prefix"],
            severity=data["severity"],
            settled=Status(data["settled"]) if data.get("settled") else None,
            because=data["because"],
            blame=Blame(data["blame"]) if data.get("blame") else None,
            sums=tuple(data.get("sums", ())),
            attestable=data.get("attestable", False),
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """A requirement asked for, decided from its cases."""

    asked: Asked
    status: Status
    because: str
    blame: Blame | None
    cases: tuple[Case, ...] = ()
