"""What people add to a verdict: a failure that they accept, and a promise that they vouch for. Both end on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A known failure of a provider in one row, which its owner accepts until a day. ``failure`` is the failure's signature."""

    row: str
    provider: str
    failure: str
    owner: str
    reason: str
    until: date
    commit: str = ""
    """The commit that carries it; empty where it is in none."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"until": self.until.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Waiver:
        return cls(**{**_plain(cls, data), "until": date.fromisoformat(data["until"])})


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """A promise that a person vouches for: who, when, on what ground, and until when it may be relied on."""

    row: str
    by: str
    on: date
    link: str
    until: date
    commit: str = ""
    """The commit that carries it; empty where it is in none."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"on": self.on.isoformat(), "until": self.until.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Attestation:
        dates = {"on": date.fromisoformat(data["on"]), "until": date.fromisoformat(data["until"])}
        return cls(**{**_plain(cls, data), **dates})


def no_day(data: Mapping[str, Any]) -> str:
    """The key of an entry whose date is no day of the calendar, such as 2026-02-31; empty where each is one."""
    for key in ("on", "until"):
        try:
            date.fromisoformat(data.get(key, "2000-01-01"))
        except ValueError:
            return key
    return ""


def _plain(cls: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in cls.__dataclass_fields__ if name in data}
