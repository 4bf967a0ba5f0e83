"""What became of the rows from one run to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grokgate.judgement.verdict import EFFECT
from grokgate.reports.words import OPEN, RED
from grokgate.values.evidence import Case, Decision, Row, Status
from grokgate.values.volatile import steady

KEPT = (Status.PASSED, Status.ATTESTED)
_GROUPS = {
    **dict.fromkeys(RED, "red"),
    **dict.fromkeys(OPEN, "open"),
    **dict.fromkeys(KEPT, "kept"),
    Status.WAIVED: "waived",
    Status.NOT_APPLICABLE: "not applicable",
}


class Turn(StrEnum):
    """How a row changed."""

    FAILING = "newly_failing"
    OPENED = "newly_open"
    PASSING = "newly_passing"
    CAUSE = "changed_cause"
    OTHERWISE = "otherwise"
    CAME = "came"
    WENT = "went"


@dataclass(frozen=True, kw_only=True)
class RowChange:
    """A row that is not as it was; ``before`` or ``after`` is ``None`` where the run was not asked for it.

    ``began`` are the cases that are red now and were not; ``ended`` those that were red and are no longer; ``recast`` those that
    are not kept, as before, for another cause.
    """

    turn: Turn
    before: Row | None
    after: Row | None
    began: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    recast: tuple[str, ...] = ()

    @property
    def row(self) -> Row:
        """The row as it is now, or as it was where it went."""
        row = self.after or self.before
        assert row is not None, "a change is of a row"
        return row

    @property
    def is_worse(self) -> bool:
        """Whether a row that was kept is red or open."""
        return self.before is not None and self.after is not None and _is_kept(self.before) and _is_bad(self.after)


def row_changes(before: Sequence[Row], after: Sequence[Row]) -> Iterator[RowChange]:
    """The rows that changed, in the order of the later run; those that went come last."""
    old, new = ({row.asked.id: row for row in rows} for rows in (before, after))
    for id, row in new.items():
        was = old.get(id)
        began, ended = _cases(was, row)
        if (turn := _turn(was, row)) is not None:
            recast = _recast(was, row) if was else ()
            yield RowChange(turn=turn, before=was, after=row, began=began, ended=ended, recast=recast)
    yield from (RowChange(turn=Turn.WENT, before=row, after=None) for id, row in old.items() if id not in new)


def _turn(before: Row | None, after: Row) -> Turn | None:
    if before is None:
        return Turn.CAME
    was, now = _GROUPS[before.status], _GROUPS[after.status]
    if was != now:
        return {"red": Turn.FAILING, "open": Turn.OPENED, "kept": Turn.PASSING}.get(now, Turn.OTHERWISE)
    if now in ("kept", "not applicable"):
        return Turn.OTHERWISE if before.status is not after.status else None
    return Turn.CAUSE if _cause(before) != _cause(after) else None


def _cause(row: Row) -> tuple[object, ...]:
    """Why a row is not kept: its own sentence, and those of its cases that are not kept."""
    return row.status, steady(row.because), row.blame, _unkept(row)


def _unkept(row: Row) -> dict[str, tuple[object, ...]]:
    """The cases that are not kept, and why; what does not apply says nothing."""
    unkept = [case for case in row.cases if _GROUPS[case.status] in ("red", "open", "waived")]
    return {case.id: (case.status, steady(case.because), case.blame) for case in unkept}


def _cases(before: Row | None, after: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    was, now = (_red(row.cases) if row else () for row in (before, after))
    return tuple(id for id in now if id not in was), tuple(id for id in was if id not in now)


def _recast(before: Row, after: Row) -> tuple[str, ...]:
    was, now = _unkept(before), _unkept(after)
    return tuple(id for id in now if id in was and now[id] != was[id])


def _red(cases: Sequence[Case]) -> tuple[str, ...]:
    return tuple(case.id for case in cases if case.status in RED)


def _is_kept(row: Row) -> bool:
    return EFFECT[row.status] is Decision.GO


def _is_bad(row: Row) -> bool:
    return EFFECT[row.status] in (Decision.NO_GO, Decision.INCONCLUSIVE)
