"""From cases to rows, and from rows to a verdict: the published table.

===================================================  ===============
a required row is                                     the verdict is
===================================================  ===============
``failed`` or ``not_offered``                         ``no-go``
else ``unproven``, ``not_run`` or ``harness_error``   ``inconclusive``
else (all others decide nothing, or well)             ``go``
===================================================  ===============

Required is a ``must``, and with ``--strict`` also a ``should``. An undeclared attempt to reach another host is a ``no-go`` of
its own. A gate that was asked for nothing never says ``go``, and neither does one with a reservation, such as ``--only``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grokgate.judgement.acceptance import Accepted
from grokgate.judgement.cause import speaks
from grokgate.values.evidence import Asked, Blame, Case, Decision, Row, Status

EFFECT: Mapping[Status, Decision | None] = {
    Status.FAILED: Decision.NO_GO,
    Status.NOT_OFFERED: Decision.NO_GO,
    Status.UNPROVEN: Decision.INCONCLUSIVE,
    Status.NOT_RUN: Decision.INCONCLUSIVE,
    Status.HARNESS_ERROR: Decision.INCONCLUSIVE,
    Status.PASSED: Decision.GO,
    Status.ATTESTED: Decision.GO,
    Status.WAIVED: Decision.GO,
    Status.NOT_APPLICABLE: None,
}
"""What a required row of each status asks of the verdict; ``None`` decides nothing."""

WORST_FIRST = (
    Status.FAILED,
    Status.NOT_OFFERED,
    Status.HARNESS_ERROR,
    Status.UNPROVEN,
    Status.NOT_RUN,
    Status.WAIVED,
    Status.ATTESTED,
    Status.PASSED,
    Status.NOT_APPLICABLE,
)
"""A row is as bad as its worst case; cases that do not apply say nothing unless all of them do not."""

EXIT_CODES: Mapping[Decision, int] = {Decision.GO: 0, Decision.NO_GO: 1, Decision.INCONCLUSIVE: 10}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The decision and the rows that it follows from."""

    decision: Decision
    rows: tuple[Row, ...]
    violations: tuple[str, ...] = ()
    """Undeclared attempts to reach another host."""
    reservations: tuple[str, ...] = ()
    """What keeps it from a go whatever the rows say, a sentence each."""
    accepted: Accepted | None = None
    findings: tuple[str, ...] = ()
    """What is stale among waivers and attestations, a sentence each; they decide nothing by themselves."""

    @property
    def counts(self) -> Mapping[Status, int]:
        return Counter(row.status for row in self.rows)

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.decision]


def judge(
    asked: Sequence[Asked],
    cases: Iterable[Case],
    *,
    strict: bool,
    reservations: Sequence[str] = (),
    violations: Sequence[str] = (),
    accepted: Accepted | None = None,
) -> Verdict:
    """The verdict over the rows that were asked for; ``reservations`` are what keeps it from a go whatever they say."""
    by_row: dict[str, list[Case]] = {}
    for case in cases:
        by_row.setdefault(case.requirement, []).append(case)
    found = {entry.id: row_of(entry, by_row.get(entry.id, [])) for entry in asked if not entry.sums}
    findings = accepted.findings(tuple(found.values())) if accepted else ()
    found = {id: accepted.row(row) if accepted else row for id, row in found.items()}
    rows = tuple(found[entry.id] if entry.id in found else sum_of(entry, found) for entry in asked)
    decision = decide(rows, strict=strict, partial=bool(reservations), violated=bool(violations))
    return Verdict(
        decision=decision,
        rows=rows,
        violations=tuple(violations),
        reservations=tuple(reservations),
        accepted=accepted,
        findings=findings,
    )


def decide(rows: Iterable[Row], *, strict: bool, partial: bool = False, violated: bool = False) -> Decision:
    """The published table."""
    effects = {EFFECT[row.status] for row in rows if strict or row.asked.severity == "must"}
    if violated or Decision.NO_GO in effects:
        return Decision.NO_GO
    if Decision.INCONCLUSIVE in effects or Decision.GO not in effects or partial:
        return Decision.INCONCLUSIVE
    return Decision.GO


def sum_of(asked: Asked, found: Mapping[str, Row]) -> Row:
    """A requirement that other rows decide: it is as bad as the worst of them."""
    if asked.settled is not None:
        return row_of(asked, ())
    if missing := [id for id in asked.sums if id not in found]:
        because = f"rests on {len(asked.sums)} rows, and {len(missing)} of them were not asked for ({missing[0]}, for one)"
        return Row(asked=asked, status=Status.NOT_RUN, because=because, blame=Blame.HARNESS)
    rows = [found[id] for id in asked.sums]
    worst = min(rows, key=lambda row: WORST_FIRST.index(row.status))
    if worst.status is Status.NOT_APPLICABLE:
        return Row(asked=asked, status=worst.status, because="none of the rows that it rests on applies", blame=None)
    if worst.status is Status.WAIVED:
        waived = [row.asked.id for row in rows if row.status is Status.WAIVED]
        because = f"it rests on {len(rows)} rows, and the failure of {', '.join(waived)} is accepted"
        return Row(asked=asked, status=Status.WAIVED, because=because, blame=worst.blame)
    if EFFECT[worst.status] in (None, Decision.GO):
        return Row(asked=asked, status=Status.PASSED, because=f"all {len(rows)} rows that it rests on are kept", blame=None)
    alike = [row.asked.id for row in rows if row.status is worst.status]
    status = Status.FAILED if EFFECT[worst.status] is Decision.NO_GO else worst.status
    because = f"{len(alike)} of the {len(rows)} rows that it rests on: {', '.join(alike[:4])}{' …' if len(alike) > 4 else ''}"
    return Row(asked=asked, status=status, because=because, blame=worst.blame)


def row_of(asked: Asked, cases: Sequence[Case]) -> Row:
    """A requirement decided from its cases, or as it was settled before any test."""
    if asked.settled is not None:
        return Row(asked=asked, status=asked.settled, because=asked.because, blame=asked.blame, cases=tuple(cases))
    if not cases:
        because = "its test did not run to its end: it was left out, the run was stopped, or a worker died"
        return Row(asked=asked, status=Status.NOT_RUN, because=because, blame=Blame.HARNESS)
    cases = sorted(cases, key=lambda case: case.id)  # workers finish in any order; the row reads the same
    worst = min((case.status for case in cases), key=WORST_FIRST.index)
    telling = speaks([case for case in cases if case.status is worst])
    return Row(asked=asked, status=worst, because=telling.because, blame=telling.blame, cases=tuple(cases))
