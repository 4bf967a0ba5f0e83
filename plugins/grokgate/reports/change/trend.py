"""Rows over many runs: those that were not the same in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grokgate.reports.change.comparison import Run
from grokgate.values.evidence import Status


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A row's status in each run, in order; ``None`` where a run was not asked for it."""

    id: str
    statuses: tuple[Status | None, ...]


def trend(runs: Sequence[Run]) -> tuple[Trend, ...]:
    """The rows that were not the same in all runs, in the order of the last run; those that it was not asked for come last."""
    found = [{row.asked.id: row.status for row in run.verdict.rows} for run in runs]
    ids = dict.fromkeys(id for rows in reversed(found) for id in rows)
    every = [Trend(id=id, statuses=tuple(rows.get(id) for rows in found)) for id in ids]
    return tuple(entry for entry in every if len(set(entry.statuses)) > 1)
