"""What the rows rest on: recorded answers, which age, derived ones, which have no age, and live ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from grokgate.values.evidence import Row


@dataclass(frozen=True, kw_only=True)
class Basis:
    """The answers that a row, or a run, was given. ``oldest`` is the day of the oldest that was not made, where it is known."""

    recorded: int = 0
    derived: int = 0
    live: int = 0
    oldest: date | None = None
    on: date | None = None
    """The day of the run."""

    @property
    def days(self) -> int | None:
        """How old the oldest recording was on the day of the run."""
        return (self.on - self.oldest).days if self.on and self.oldest else None

    @property
    def kind(self) -> str:
        """``recorded``, ``derived``, ``live``, several of them, or ``none``."""
        told = [name for name in ("recorded", "derived", "live") if getattr(self, name)]
        return " and ".join(told) or "none"


@dataclass(frozen=True, kw_only=True)
class BasisChange:
    """A row that rests on answers of another kind, or on recordings that are older than they were."""

    id: str
    before: Basis
    after: Basis

    @property
    def is_of_kind(self) -> bool:
        """Whether the kind of answers differs, not their age alone."""
        return self.before.kind != self.after.kind


def basis_of(rows: Sequence[Row], header: Mapping[str, Any]) -> Basis:
    """What rows rest on together."""
    given = [
        exchange
        for row in rows
        for case in row.cases
        for call in case.observations
        for exchange in call["wire"]
        if exchange["provenance"]
    ]
    dates = sorted(exchange["recorded_at"][:10] for exchange in given if exchange["recorded_at"])
    count = Counter(exchange["provenance"] for exchange in given)
    return Basis(
        recorded=count["recorded"],
        derived=count["derived"],
        live=count["live"],
        oldest=date.fromisoformat(dates[0]) if dates else None,
        on=date.fromisoformat(header["started"][:10]),
    )


def basis_changes(
    before: Sequence[Row], after: Sequence[Row], old_header: Mapping[str, Any], new_header: Mapping[str, Any]
) -> Iterator[BasisChange]:
    """The rows of both runs whose answers are of another kind or older. A row without any answer rests on none."""
    old = {row.asked.id: row for row in before}
    for row in (row for row in after if row.asked.id in old):
        was, now = basis_of([old[row.asked.id]], old_header), basis_of([row], new_header)
        grew = was.days is not None and now.days is not None and now.days > was.days
        if grew or ("none" not in (was.kind, now.kind) and was.kind != now.kind):
            yield BasisChange(id=row.asked.id, before=was, after=now)
