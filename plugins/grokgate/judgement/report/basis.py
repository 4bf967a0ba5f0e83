"""What the evidence rests on: how many answers were recorded and how many derived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

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
    """``143 answers: 0 recorded, 143 derived``."""
    given = answers(rows)
    return f"{sum(given.values())} answers: {given.get('recorded', 0)} recorded, {given.get('derived', 0)} derived"
