"""What tests report beside the verdict, kept or not: how long a switch took, what a call would cost, who answered."""

from __future__ import annotations

from collections.abc import Sequence

from grokgate.values.evidence import Row
from grokgate.values.line import one_line

MOST = 4
"""Figures of a row that are told; many cases of a row say the same, and the evidence has all."""
WIDTH = 200


def figures(rows: Sequence[Row]) -> dict[str, list[str]]:
    """What each row reports, by its identifier; rows that report nothing are left out."""
    told = {
        row.asked.id: _told(dict.fromkeys(one_line(note, WIDTH) for case in row.cases for note in case.notes)) for row in rows
    }
    return {id: notes for id, notes in told.items() if notes}


def _told(notes: dict[str, None]) -> list[str]:
    kept = [*notes][:MOST]
    return kept + ([f"and {len(notes) - len(kept)} more, in the evidence"] if len(notes) > len(kept) else [])
