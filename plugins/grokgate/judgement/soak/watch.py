"""Looks at a soak while it runs: the first answer holds, and the run may stop at it."""

from __future__ import annotations

from collections.abc import Iterable

from grokgate.judgement.soak.tally import Tally
from grokgate.judgement.statistics.looks import Looks
from grokgate.judgement.statistics.rate import Rate
from grokgate.judgement.statistics.rule import Ruled, below, below_so_far
from grokgate.judgement.trial import Outcome
from grokgate.values.evidence import Status


class Watch:
    """Counts calls in the order of their numbers, and looks after each. Calls that do not count are passed over."""

    def __init__(self, limit: float) -> None:
        self._looks, self._rate = Looks(limit=limit), Rate(failed=0, calls=0)
        self.ruled: Ruled | None = None
        """What was shown first, below the limit or above it."""

    def see(self, outcomes: Iterable[str]) -> None:
        """Further calls, in order."""
        for outcome in outcomes:
            if outcome in (Outcome.KEPT, Outcome.FAILED) and self.ruled is None:
                self._rate = Rate(failed=self._rate.failed + (outcome == Outcome.FAILED), calls=self._rate.calls + 1)
                ruled = below_so_far(self._rate, self._looks)
                self.ruled = None if ruled[0] is Status.UNPROVEN else ruled

    def end(self, tally: Tally, *, looked: bool) -> Ruled:
        """What all of it shows. A run that ``looked`` is judged by its looks, and so is one that ended before its last call; one
        whose number of calls was set before and reached, by the exact interval."""
        if looked and self.ruled:
            return self.ruled
        if looked or tally.decided < tally.calls:
            return below_so_far(tally.rate, self._looks)
        return below(tally.rate, self._looks.limit)
