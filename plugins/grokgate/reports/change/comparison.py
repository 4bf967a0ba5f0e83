"""Two runs, the earlier and the later, held against one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grokgate.judgement.verdict import Verdict
from grokgate.reports.change.answers import Basis, BasisChange, basis_changes, basis_of
from grokgate.reports.change.header import HeaderChange, header_changes
from grokgate.reports.change.rows import RowChange, Turn, row_changes
from grokgate.reports.change.wire import WireChange, wire_changes
from grokgate.values.volatile import steady


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as it was sealed: its header, and the verdict that its cases amount to."""

    header: Mapping[str, Any]
    verdict: Verdict

    @property
    def provider(self) -> str:
        """The name of the provider under test."""
        return str(self.header["provider"]["name"])

    @cached_property
    def basis(self) -> Basis:
        """What the run rests on."""
        return basis_of(self.verdict.rows, self.header)

    @property
    def violations(self) -> frozenset[str]:
        """Undeclared attempts to reach another host, without what differs from run to run."""
        return frozenset(map(steady, self.verdict.violations))


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What differs between two runs. The age of recordings is told, and is no difference."""

    before: Run
    after: Run
    header: tuple[HeaderChange, ...]
    rows: tuple[RowChange, ...]
    wire: tuple[WireChange, ...]
    answers: tuple[BasisChange, ...]

    @property
    def new_violations(self) -> tuple[str, ...]:
        """Hosts that the later run alone tried to reach."""
        return tuple(sorted(self.after.violations - self.before.violations))

    @property
    def ended_violations(self) -> tuple[str, ...]:
        """Hosts that the earlier run alone tried to reach."""
        return tuple(sorted(self.before.violations - self.after.violations))

    @property
    def is_of_one_provider(self) -> bool:
        return self.before.provider == self.after.provider

    @property
    def worse(self) -> tuple[str, ...]:
        """The rows that were kept, and are red or open."""
        return tuple(change.row.asked.id for change in self.rows if change.is_worse)

    @property
    def is_worse(self) -> bool:
        """Whether a row is worse that was kept, or the provider tried to reach a host that it left alone before."""
        return bool(self.worse or self.new_violations)

    @property
    def differs(self) -> bool:
        """Whether anything differs but the age of recordings."""
        of_kind = any(change.is_of_kind for change in self.answers)
        return bool(self.header or self.rows or self.wire or of_kind or self.before.violations != self.after.violations)

    def turned(self, turn: Turn) -> tuple[RowChange, ...]:
        """The rows that changed in one way."""
        return tuple(change for change in self.rows if change.turn is turn)


def compare(before: Run, after: Run) -> Comparison:
    """What differs between an earlier and a later run; of the same or of different providers."""
    old, new = before.verdict.rows, after.verdict.rows
    return Comparison(
        before=before,
        after=after,
        header=tuple(header_changes(before.header, after.header)),
        rows=tuple(row_changes(old, new)),
        wire=wire_changes(old, new),
        answers=tuple(basis_changes(old, new, before.header, after.header)),
    )
