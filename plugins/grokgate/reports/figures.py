"""What tests report beside the verdict, kept or not: how long a switch took, what a call would cost, who answered."""

from __future__ import annotations

from collections.abc import Sequence

from grokgate.values.evidence import Row
from grokgate.values.line import one_line
from grokgate.values.volatile import steady

MOST = 3
"""Figures of a row that are told; rows of many cases report one for each, and the evidence has all."""
WIDTH = 160


def figures(rows: Sequence[Row]) -> dict[str, list[str]]:
    """What each row reports, by its identifier; rows that report nothing are left out."""
    return {row.asked.id: told for row in rows if (told := _told([note for case in row.cases for note in case.notes]))}


def _told(notes: Sequence[str]) -> list[str]:
    """Each once, whatever its seconds: two runs of a sign-off report the same."""
    once: dict[str, str] = {}
    for note in notes:
        once.setdefault(steady(note), one_line(note, WIDTH))
    told = [*once.values()]
    return told[:MOST] + ([f"and {len(told) - MOST} more, in the evidence"] if len(told) > MOST else [])
