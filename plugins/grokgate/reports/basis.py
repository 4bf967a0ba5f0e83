"""What the evidence rests on: which xAI, how many answers were recorded, derived and live, and who gave the live ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from grokgate.values.answerer import Answerer, Who, answerers
from grokgate.values.evidence import Row


def answers(rows: Iterable[Row]) -> Mapping[str, int]:
    """How many answers of each provenance the provider was given."""
    return Counter(
        exchange["provenance"]
        for row in rows
        for case in row.cases
        for call in case.observations
        for exchange in call["wire"]
        if exchange["provenance"]
    )


def share(rows: Iterable[Row]) -> str:
    """``143 answers: 0 recorded, 143 derived``, and how many were live where any was."""
    given = answers(rows)
    live = f", {given['live']} live" if given.get("live") else ""
    return f"{sum(given.values())} answers: {given.get('recorded', 0)} recorded, {given.get('derived', 0)} derived{live}"


def who_answered(header: Mapping[str, Any]) -> str:
    """One sentence: whether xAI itself answered, the tape, or somebody in xAI's place, and where."""
    found = answerers([header])
    told = f"answered by {' and by '.join(_called(one) for one in found)}"
    asked = "" if any(one.who is Who.XAI for one in found) else "; the real xAI was not asked"
    counts = "; --stand-in-counts was said" if header.get("stand_in_counts") else ""
    return f"{told}{asked}{counts}"


def answered_by(header: Mapping[str, Any]) -> list[dict[str, str]]:
    """The same for machines: ``who`` of ``tape``, ``xAI``, ``stand-in`` and ``other``, and ``at`` which address."""
    return [one.to_json() for one in answerers([header])]


def stands_in(header: Mapping[str, Any]) -> bool:
    """Whether what counts as live traffic came from somebody in xAI's place."""
    return any(one.is_in_place_of_xai for one in answerers([header]))


def _called(one: Answerer) -> str:
    called = {
        Who.TAPE: "the tape",
        Who.XAI: f"xAI itself ({one.at})",
        Who.STAND_IN: f"grokgate's own server at {one.at}, which stands in for xAI",
        Who.OTHER: f"somebody at {one.at}, which stands in for xAI",
    }
    return called[one.who]


NOT_YOURS = "this proves grokgate, and no provider of yours; --provider names yours"
"""What is said where nobody named a provider."""


def whose(header: Mapping[str, Any]) -> str:
    """Where nobody named a provider, that the reference was judged, and so nothing of the reader's; else nothing."""
    return "" if header["provider"].get("named", True) else NOT_YOURS


def which_xai(header: Mapping[str, Any]) -> str:
    """Which xAI was judged: ``xAI as it answered from 9 July 2025 to 15 May 2026``."""
    said = header.get("xai")
    return f"xAI as it answered {said['days']}" if said else f"xAI as in world {header['world']}"


def newer_xai(header: Mapping[str, Any]) -> str:
    """That grokgate has a newer world than the one that was judged, where it has; else nothing."""
    said = header.get("xai", {})
    return f"a newer world is bundled: {said['newer']}, {said['newer_days']}" if "newer" in said else ""


def of_xai(header: Mapping[str, Any]) -> str:
    """Both in a sentence, with the world's name."""
    newer = newer_xai(header)
    return f"{which_xai(header)} (world {header['world']}{f'; {newer}' if newer else ''})"


def selected(header: Mapping[str, Any]) -> list[str]:
    """The options that choose rollout and world as they were chosen, for a command that asks again."""
    given = header.get("selection", {})
    return [word for name in ("rollout", "world") if name in given for word in (f"--{name}", given[name])]
