"""One promise of the rollout plan, as a row of ``suites/requirements/*.toml``.

There a row speaks of roles: its sentences have words in braces (``{target}``), and its live traffic counts requests by role. A
rollout makes both plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from grokgate.values.roles import strays, told, words
from grokgate.values.rollout import Rollout

OFFERS = ("flag", "restrictions", "models", "docs", "logs", "own-tests")
"""Claims of a deployment that a library need not make; where one does, it is judged by them."""
CAPABILITIES = ("json", "tools", "thinking", "streaming", "images")
"""Claims that a listing can make, too."""
JUDGES = {
    "any": "any provider",
    "converting": "converting providers, and others that claim it",
    "conversion": "what a provider says that it converts",
}
"""Whom a row judges, in words."""
USERS_PROSE = ("kept", "unkept", "question", "answer")
"""The sentences of ``Users``."""


@dataclass(frozen=True, kw_only=True)
class Users:
    """What end users notice of a row, in sentences for drafts: where it is kept, and where it is not.

    ``question`` is one that users ask about it and ``answer`` what is so at xAI, whoever the provider is. ``common`` marks a
    question of everybody; any other is raised by a failure. ``about`` names what the row proves of the rollout and its world.
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

    def filled(self, words: Mapping[str, str]) -> Self:
        """The same, with the words of a rollout in its sentences."""
        plain: dict[str, Any] = {name: told(getattr(self, name), words) for name in USERS_PROSE}
        return replace(self, **plain)


LIVE_LIMIT = 256
"""Output tokens that a live request asks for where its test states no limit, so that the most it can cost is small."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What a row asks of the real xAI, where the provider behaves.

    ``requests`` are those of the whole row, all its cases; of one trial, where the row has ``trials``, of which it is decided by
    so many or more. In the contract they are counted by role (``target``, ``old``, ``others`` for each of those), and ``long``
    says whether a long prompt is just ``under`` or ``over`` the target's window; resolved, they are counted by model id, and
    ``prompt`` is the tokens of it. ``limit`` is the most output tokens that a request asks for. A row that is ``opt_in`` is asked
    only where somebody says so.
    """

    requests: Mapping[str, int]
    long: str = ""
    prompt: int = 0
    limit: int = LIVE_LIMIT
    opt_in: bool = False
    trials: int = 0

    @classmethod
    def from_toml(cls, table: Mapping[str, Any]) -> Self:
        return cls(**{{"prompt": "long"}.get(key, key): value for key, value in table.items()})

    def resolved(self, rollout: Rollout) -> Self:
        """The same by model id, and with the tokens of its long prompt."""
        roles = {"target": (rollout.target,), "old": (rollout.old,), "others": rollout.others}
        requests = {model.id: number for role, number in self.requests.items() for model in roles[role]}
        tokens = {"": 0, "under": rollout.under, "over": rollout.over}
        return replace(self, requests=requests, prompt=tokens[self.long])


PROSE = ("title", "promise", "plan", "duty", "section", "topic")
"""The sentences of a requirement, in which a word in braces is one of the vocabulary."""
EXPLAINED = ("why", "right", "wrong", "mend")
"""Its other texts; what is quoted there may have braces of its own."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A numbered promise. The texts of ``explain`` (why, right, wrong, mend, seen) are empty where nobody wrote them yet.

    As it is read from the contract it speaks of roles; ``filled`` makes it speak of the models of a rollout.
    """

    id: str
    title: str
    promise: str
    plan: str
    section: str
    prefix: str
    severity: str
    phases: tuple[str, ...]
    modes: tuple[str, ...]
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
        listed = {"phases", "modes", "sources", "seen", "sums"}
        values: dict[str, Any] = {key: tuple(value) if key in listed else value for key, value in row.items()}
        values["users"] = Users.from_toml(row["users"]) if "users" in row else None
        values["live"] = Traffic.from_toml(row["live"]) if "live" in row else None
        return cls(section=section, prefix=prefix, topic=topic, **values)

    def filled(self, rollout: Rollout) -> Self:
        """The row as it is for a rollout in its world."""
        vocabulary = words(rollout)
        plain: dict[str, Any] = {name: told(getattr(self, name), vocabulary) for name in (*PROSE, *EXPLAINED)}
        return replace(
            self,
            **plain,
            seen=tuple(told(sighting, vocabulary) for sighting in self.seen),
            users=self.users and self.users.filled(vocabulary),
            live=self.live and self.live.resolved(rollout),
        )

    def strays(self) -> Iterator[tuple[str, str]]:
        """Words in braces that are not of the vocabulary, each with the field that has it; snippets may have any."""
        yield from ((name, stray) for name in PROSE for stray in strays(getattr(self, name)))
        if self.users:
            yield from ((f"users.{name}", stray) for name in USERS_PROSE for stray in strays(getattr(self.users, name)))
