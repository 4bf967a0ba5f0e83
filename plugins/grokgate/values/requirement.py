"""One promise of the rollout plan, as a row of ``suites/requirements/*.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A numbered promise. The texts of ``explain`` (why, right, wrong, mend, seen) are empty where nobody wrote them yet."""

    id: str
    title: str
    promise: str
    plan: str
    section: str
    prefix: str
    severity: str
    phases: tuple[str, ...]
    modes: tuple[str, ...]
    worlds: tuple[str, ...]
    judges: str
    claim: str | None = None
    duty: str = ""
    why: str = ""
    right: str = ""
    wrong: str = ""
    mend: str = ""
    sources: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    """The phases whose ``must`` rows decide this one, which has no test of its own."""

    @classmethod
    def from_toml(cls, row: Mapping[str, Any], *, section: str, prefix: str) -> Requirement:
        listed = {"phases", "modes", "worlds", "sources", "seen", "sums"}
        values: dict[str, Any] = {key: tuple(value) if key in listed else value for key, value in row.items()}
        return cls(section=section, prefix=prefix, **values)
