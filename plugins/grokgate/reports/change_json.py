"""A comparison of runs for machines. Its shape is ``diff.schema.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grokgate.reports.basis import answered_by
from grokgate.reports.change import Comparison, Run, Trend
from grokgate.reports.change.answers import Basis
from grokgate.reports.change.rows import RowChange, Turn
from grokgate.values.evidence import Row

SCHEMA = "grokgate/diff/1"


def as_json(comparison: Comparison, runs: Sequence[Run], rows: Sequence[Trend]) -> dict[str, Any]:
    """The comparison of the last two of several runs, and the rows that were not the same in all of them."""
    found = comparison
    return {
        "schema": SCHEMA,
        "before": _run(found.before),
        "after": _run(found.after),
        "one_provider": found.is_of_one_provider,
        "differs": found.differs,
        "worse": list(found.worse),
        "header": [{"key": fact.key, "before": fact.before, "after": fact.after} for fact in found.header],
        "violations": {"came": list(found.new_violations), "went": list(found.ended_violations)},
        "rows": {turn.value: [_change(change) for change in found.turned(turn)] for turn in Turn},
        "wire": [
            {"place": change.place, "before": change.before, "after": change.after, "cases": list(change.cases)}
            for change in found.wire
        ],
        "answers": [
            {"id": change.id, "before": _basis(change.before), "after": _basis(change.after)} for change in found.answers
        ],
        "trend": {
            "runs": [_run(run) for run in runs],
            "rows": [{"id": row.id, "statuses": [each.value if each else None for each in row.statuses]} for row in rows],
        },
    }


def _run(run: Run) -> dict[str, Any]:
    header = run.header
    return {
        "provider": run.provider,
        "build": header["digests"]["provider"],
        "phase": header["phase"],
        "scope": header["scope"],
        "world": header["world"],
        "started": header["started"],
        "verdict": run.verdict.decision.value,
        "answered_by": answered_by(header),
        "answers": _basis(run.basis),
    }


def _basis(basis: Basis) -> dict[str, Any]:
    return {
        "recorded": basis.recorded,
        "derived": basis.derived,
        "live": basis.live,
        "oldest": basis.oldest.isoformat() if basis.oldest else None,
        "days": basis.days,
    }


def _change(change: RowChange) -> dict[str, Any]:
    return {
        "id": change.row.asked.id,
        "severity": change.row.asked.severity,
        "before": _state(change.before),
        "after": _state(change.after),
        "red_now": list(change.began),
        "red_no_longer": list(change.ended),
        "other_cause": list(change.recast),
    }


def _state(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"status": row.status.value, "because": row.because, "blame": row.blame.value if row.blame else None}
