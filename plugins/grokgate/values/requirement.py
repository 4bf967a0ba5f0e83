"""One promise of the rollout plan, as a row of ``suites/requirements/*.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Users:
    """What end users notice of a row, in sentences for drafts: where it is kept, and where it is not.

    ``question`` is one that users ask about it and ``answer`` what is so at xAI, whoever the provider is. ``common`` marks a
    question of everybody; any other is raised by a failure. ``about`` names what the row proves of the rollout file.
    """

    kept: str
    unkept: str
    question: str = ""
    answer: str = ""
    common: bool = False
    about: tuple[str, ...] = ()

    @classmethod
    def from_toml(cls, table: Mapping[str, Any]) -> Users:
        return cls(**{**table, "about": tuple(table.get("about", ()))})


LIVE_LIMIT = 256
"""Output tokens that a live request asks for where its test states no limit, so that the most it can cost is small."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What a row asks of the real xAI, where the provider behaves.

    ``requests`` are those of the whole row by model, all its cases; of one trial, where the row has ``trials``, of which it is
    decided by so many or more. ``prompt`` is the tokens of a long prompt, ``limit`` the most output tokens that a request asks
    for. A row that is ``opt_in`` is asked only where somebody says so.
    """

    requests: Mapping[str, int]
    prompt: int = 0
    limit: int = LIVE_LIMIT
    opt_in: bool = False
    trials: int = 0


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
    topic: str = ""
    """The section as end users call it; empty where they notice nothing of it."""
    users: Users | None = None
    live: Traffic | None = None
    """What live traffic asks for; ``None`` where it does not decide the row."""

    @classmethod
    def from_toml(cls, row: Mapping[str, Any], *, section: str, prefix: str, topic: str = "") -> Requirement:
        listed = {"phases", "modes", "worlds", "sources", "seen", "sums"}
        values: dict[str, Any] = {key: tuple(value) if key in listed else value for key, value in row.items()}
        values["users"] = Users.from_toml(row["users"]) if "users" in row else None
        values["live"] = Traffic(**row["live"]) if "live" in row else None
        return cls(section=section, prefix=prefix, topic=topic, **values)
