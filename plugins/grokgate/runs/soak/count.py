"""The count of a soak: leases numbers that can be paid, counts each call once, and says when to wait and when to stop."""

from __future__ import annotations

import time
from collections.abc import Collection

from grokgate.formats.journal import Kept
from grokgate.judgement.soak.finished import Finished
from grokgate.judgement.soak.patience import Patience
from grokgate.judgement.soak.tally import CUT_OFF, Tally
from grokgate.judgement.soak.watch import Watch
from grokgate.runs.soak.metrics import Metrics
from grokgate.runs.soak.purse import Purse
from grokgate.runs.soak.seen import Seen
from grokgate.upstream.price import dollars
from grokgate.values.evidence import Blame

BLOCK = 20
"""Numbers that a worker is given at once."""


class Count:
    """The calls 1 to ``calls``, each paid and counted once; workers are known by name.

    ``limit`` is the error rate that is allowed. With ``until_decided`` it ends as soon as the rate shows.
    """

    def __init__(self, calls: int, limit: float, purse: Purse, metrics: Metrics, *, until_decided: bool) -> None:
        self.tally, self.watch, self.patience, self.seen = Tally(calls), Watch(limit), Patience(), Seen()
        self.purse, self.limit, self.until_decided = purse, limit, until_decided
        self.ended = ""
        """Why nothing more is asked, where that is not the number of calls."""
        self._metrics = metrics
        self._blame = Blame.CONFIGURATION
        self._held_until = 0.0

    def lease(self, worker: str) -> list[int]:
        """Numbers for a worker, with what their calls may cost set aside; none where nothing more is asked, or is left."""
        numbers = [] if self.ended else self.tally.lease(worker, min(BLOCK, self.purse.affords))
        for number in numbers:
            self.purse.set_aside(number)
        return numbers

    def take(self, worker: str, call: Finished) -> float:
        """Count a call that a worker ended, once; gives the seconds for which nobody asks from now."""
        if not self.tally.end(worker, call.number, call.outcome):
            return 0.0
        self.purse.book(call.number, call.asked, len(call.statuses), call.ticks)
        self._metrics.see(call)
        self.seen.keep(call)
        self.watch.see(self.tally.in_order())
        if self.until_decided and self.watch.ruled:
            self.end("it is decided")
        if self.purse.budget.overrun:
            self.end("a call cost more than the most that grokgate had reckoned; look at the prices of the world")
        if call.is_hopeless:
            self.end(call.because)
            self._blame = call.blame or self._blame
        return self._wait(call)

    def cut(self, worker: str, number: int, because: str = "") -> None:
        """A call that its worker cannot end: nobody knows what became of it, so it is billed at what was set aside."""
        if self.tally.end(worker, number, CUT_OFF):
            self._bill(number)
            self.seen.because.update([because] if because else [])

    def back(self, worker: str, numbers: Collection[int]) -> None:
        """Numbers that a worker did not begin."""
        for number in self.tally.give_back(worker, numbers):
            self.purse.give_back(number)

    def bury(self, worker: str, kept: Kept | None) -> tuple[int, int]:
        """A worker is gone, and this is what its journal tells; ``None`` where nobody can read it. How many of its calls are cut
        off, and how many come back."""
        for call in kept.ended if kept else ():
            self.take(worker, Finished.from_json(call))
        cut, back = self.tally.bury(worker, kept.begun if kept else None)
        for number in cut:
            self._bill(number)
        for number in back:
            self.purse.give_back(number)
        return len(cut), len(back)

    def end(self, because: str) -> None:
        """Nothing more is leased."""
        self.ended = self.ended or because

    @property
    def is_over(self) -> bool:
        """Whether no call is under way, and none follows."""
        if self.tally.out:
            return False
        if self.tally.open and not self.purse.affords:
            self.end(f"the next call may cost {dollars(self.purse.most)}, and {self.purse.bill}")
        return bool(self.ended) or not self.tally.open

    @property
    def who(self) -> Blame:
        """Who must act where too little was seen."""
        return Blame.XAI if self.patience.over else self._blame

    @property
    def notes(self) -> list[str]:
        """Figures for the report."""
        held = [str(self.patience)] if self.patience.waits else []
        ended = [f"nothing more was asked since {self.ended}"] if self.ended else []
        return [*held, self.purse.bill, *ended]

    def _wait(self, call: Finished) -> float:
        now = time.monotonic()
        wait = self.patience.see(call, held=now < self._held_until)
        if wait:
            self._held_until = now + wait
            self._metrics.waits(wait)
        if self.patience.over:
            self.end(f"xAI stayed busy: {call.because}")
        return wait

    def _bill(self, number: int) -> None:
        self._metrics.cut_off(self.purse.book(number, "", 1, None))
