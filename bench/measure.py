"""How the benches measure and print: medians with their spread, and ratios beside a peer of the same run.

Subjects take turns, round by round, so that what else the machine does falls on all of them alike. Times are in seconds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Clock = Callable[[], float]
Name = TypeVar("Name")
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


@dataclass(frozen=True)
class Times:
    """What one thing took, several times over."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def beside(self, peer: Times) -> float:
        """How many times the peer's time: the median over the rounds, in each of which both had their turn."""
        return statistics.median(mine / other for mine, other in zip(self.seconds, peer.seconds, strict=True))

    def __str__(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        unit, name = next(((unit, name) for unit, name in UNITS if self.median >= unit), UNITS[-1])
        return f"{self.median / unit:7.2f} {name:<2} ({low / unit:.2f}-{high / unit:.2f})"


def taking_turns(
    subjects: Mapping[Name, Callable[[], object]], *, rounds: int, times: int = 1, clock: Clock = time.process_time
) -> dict[Name, Times]:
    """What one call of each subject takes: every round calls each of them ``times`` times; a first round is not counted.

    The clock is that of this process' own work, which other programs on the machine disturb least; what waits for another
    process is measured with ``time.perf_counter``.
    """
    taken: dict[Name, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds + 1):
        for name, subject in subjects.items():
            begun = clock()
            for _ in range(times):
                subject()
            taken[name].append((clock() - begun) / times)
    return {name: Times(tuple(seconds[1:])) for name, seconds in taken.items()}


def say(title: str, rows: Sequence[Sequence[object]], *, columns: Sequence[str]) -> None:
    """Print a table; a number is a ratio."""
    table = [list(columns), *[[f"x {cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in table) for column in range(len(columns))]
    print(f"\n{title}")
    for row in table:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def bar(promise: str, value: float, most: float) -> None:
    """Say whether a promise of the design is kept."""
    print(f"  {'kept  ' if value <= most else 'BROKEN'}  {promise}: {value:.2f}, at most {most:g}", flush=True)
