"""What the evidence rests on: how many answers were recorded, derived and live, and who gave the live ones."""

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


def _is_of_xai(upstream: str) -> bool:
    host = urlsplit(upstream).hostname or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in XAI)
