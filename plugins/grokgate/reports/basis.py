"""What the evidence rests on: which xAI, how many answers were recorded, derived and live, and who gave the live ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from grokgate.values.evidence import Row

XAI = ("x.ai",)
"""The domains of xAI; whoever else answers a live run stands in for it."""


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
    """Of a run with live answers one sentence: that they are xAI's, or who stood in for it; else nothing."""
    asked = [upstream for upstream in str(header.get("upstream", "")).split() if upstream]
    others = [upstream for upstream in asked if not _is_of_xai(upstream)]
    if others:
        return f"the live answers are those of {' and '.join(others)}, which stands in for xAI; the real xAI was not asked"
    return f"the live answers are those of {' and '.join(asked)}" if asked else ""


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


def _is_of_xai(upstream: str) -> bool:
    host = urlsplit(upstream).hostname or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in XAI)
