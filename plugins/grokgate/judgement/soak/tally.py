"""Which call is whose, and how each ended: numbers are leased to workers, and each is decided once, whoever dies.

A number that a worker was given is *out* until it is decided or comes back. What a dead worker had begun and not ended is *cut
off*: nobody knows what became of it, so it is neither kept nor failed, and is not asked again. What it had not begun comes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from heapq import heappop, heappush

from grokgate.judgement.statistics.rate import Rate
from grokgate.judgement.trial import Outcome

CUT_OFF = "cut off"
"""How a call ended whose worker died."""


class Tally:
    """The calls 1 to ``calls``. A worker is known by any name."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self._fresh = 1
        self._back: list[int] = []
        self._out: dict[int, str] = {}
        self._decided: dict[int, str] = {}
        self._counts: Counter[str] = Counter()
        self._told = 0

    def lease(self, worker: str, most: int) -> list[int]:
        """Up to so many numbers that nobody has, the lowest first; fewer where fewer are left."""
        given: list[int] = []
        while len(given) < most and self.open:
            if self._back:
                number = heappop(self._back)
            else:
                number, self._fresh = self._fresh, self._fresh + 1
            self._out[number] = worker
            given.append(number)
        return given

    def end(self, worker: str, number: int, outcome: Outcome | str) -> bool:
        """Decide a number that this worker has. False where it has it not, or no more: then nothing is counted."""
        if self._out.get(number) != worker:
            return False
        del self._out[number]
        self._decided[number] = str(outcome)
        self._counts[str(outcome)] += 1
        return True

    def give_back(self, worker: str, numbers: Collection[int]) -> list[int]:
        """Numbers that this worker has and has not begun; those that come back."""
        mine = [number for number in numbers if self._out.get(number) == worker]
        for number in mine:
            del self._out[number]
            heappush(self._back, number)
        return mine

    def bury(self, worker: str, begun: Collection[int] | None) -> tuple[list[int], list[int]]:
        """A worker is gone: what is cut off, and what comes back. What it had ended must have been told before.

        ``begun`` are the numbers that it had begun; ``None`` where nobody knows, and then all that it had is cut off.
        """
        held = self.held(worker)
        cut = [number for number in held if begun is None or number in begun]
        for number in cut:
            self.end(worker, number, CUT_OFF)
        return cut, self.give_back(worker, held)

    def held(self, worker: str) -> list[int]:
        """The numbers that this worker has, in order."""
        return sorted(number for number, whose in self._out.items() if whose == worker)

    @property
    def open(self) -> int:
        """Numbers that nobody has."""
        return self.calls - self._fresh + 1 + len(self._back)

    @property
    def out(self) -> int:
        """Numbers that workers have."""
        return len(self._out)

    @property
    def decided(self) -> int:
        return len(self._decided)

    @property
    def numbers(self) -> Collection[int]:
        """The numbers that are decided."""
        return self._decided.keys()

    def count(self, outcome: Outcome | str) -> int:
        """How many calls ended so."""
        return self._counts[str(outcome)]

    @property
    def rate(self) -> Rate:
        """Failed calls of those that count."""
        failed = self.count(Outcome.FAILED)
        return Rate(failed=failed, calls=failed + self.count(Outcome.KEPT))

    def in_order(self) -> Iterator[str]:
        """How further calls ended, in the order of their numbers and without a gap, so that slow calls are not seen later."""
        while self._told + 1 in self._decided:
            self._told += 1
            yield self._decided[self._told]

    def __str__(self) -> str:
        parts = [f"{self.count(outcome):,} {outcome}" for outcome in (*Outcome, CUT_OFF)]
        return f"{self.decided:,} asked = {' + '.join(parts)}"
