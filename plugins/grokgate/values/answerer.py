"""Who gave the answers that a run rests on: xAI itself, the tape, or somebody in xAI's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

API = "api.x.ai"
"""The host of xAI's API; those of its regions end so."""


class Who(StrEnum):
    """Who answered."""

    TAPE = "tape"
    XAI = "xAI"
    STAND_IN = "stand-in"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Answerer:
    """Who answered, and at which address; a tape has none."""

    who: Who
    at: str = ""

    @property
    def is_in_place_of_xai(self) -> bool:
        """Whether what counts as live traffic did not come from xAI."""
        return self.who in (Who.STAND_IN, Who.OTHER)

    def to_json(self) -> dict[str, str]:
        return {"who": self.who.value, **({"at": self.at} if self.at else {})}


TAPE = Answerer(who=Who.TAPE)


def answerer_at(upstream: str, *, is_grokgate: bool = False) -> Answerer:
    """Who answers at an address; ``is_grokgate`` where the answers themselves say that they are those of grokgate's server."""
    if is_grokgate:
        return Answerer(who=Who.STAND_IN, at=upstream)
    return Answerer(who=Who.XAI if _is_of_xai(upstream) else Who.OTHER, at=upstream)


def answerers(headers: Iterable[Mapping[str, Any]]) -> tuple[Answerer, ...]:
    """All who answered in runs, each once, as their headers tell; one from before headers told it is known by its address."""
    told = [one for header in headers for one in _told(header)]
    return tuple(dict.fromkeys(sorted(told, key=lambda one: ([*Who].index(one.who), one.at))))


def _told(header: Mapping[str, Any]) -> list[Answerer]:
    if "answered_by" in header:
        return [Answerer(who=Who(one["who"]), at=one.get("at", "")) for one in header["answered_by"]]
    return [answerer_at(upstream) for upstream in str(header.get("upstream", "")).split()] or [TAPE]


def _is_of_xai(upstream: str) -> bool:
    """Whether the address is xAI's own; without TLS nobody knows who answers there."""
    address = urlsplit(upstream)
    host = address.hostname or ""
    return address.scheme == "https" and (host == API or host.endswith(f".{API}"))
