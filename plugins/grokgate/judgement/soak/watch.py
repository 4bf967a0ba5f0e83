"""Looks at a soak while it runs: the first answer holds, and the run may stop at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from grokgate.judgement.soak.tally import CUT_OFF, Tally
from grokgate.judgement.statistics.looks import Looks
from grokgate.judgement.statistics.rate import Rate
from grokgate.judgement.statistics.rule import Ruled, below, below_so_far
from grokgate.judgement.trial import Outcome
from grokgate.values.evidence import Status


class Watch:
    """Counts calls in the order of their numbers, and looks after each. Hindered calls are passed over.

    Nobody knows what became of a call that was cut off, so a rate is below the limit only where it is so with all of these
    failed, and above it only where it is so without them.
    """

    def __init__(self, limit: float) -> None:
        self._looks, self._rate, self._cut = Looks(limit=limit), Rate(failed=0, calls=0), 0
        self.ruled: Ruled | None = None
        """What was shown first, below the limit or above it."""

    def see(self, outcomes: Iterable[str]) -> None:
        """Further calls, in order."""
        for outcome in outcomes:
            if outcome == Outcome.HINDERED or self.ruled is not None:
                continue
            if outcome == CUT_OFF:
                self._cut += 1
            else:
                self._rate = Rate(failed=self._rate.failed + (outcome == Outcome.FAILED), calls=self._rate.calls + 1)
            ruled = self._with_cut_off(lambda rate: below_so_far(rate, self._looks), self._rate, self._cut)
            self.ruled = None if ruled[0] is Status.UNPROVEN else ruled

    def end(self, tally: Tally, *, looked: bool) -> Ruled:
        """What all of it shows. A run that ``looked`` is judged by its looks, and so is one that ended before its last call; one
        whose number of calls was set before and reached, by the exact interval."""
        if looked and self.ruled:
            return self.ruled
        cut = tally.count(CUT_OFF)
        if looked or tally.decided < tally.calls:
            return self._with_cut_off(lambda rate: below_so_far(rate, self._looks), tally.rate, cut)
        return self._with_cut_off(lambda rate: below(rate, self._looks.limit), tally.rate, cut)

    @staticmethod
    def _with_cut_off(rule: Callable[[Rate], Ruled], rate: Rate, cut: int) -> Ruled:
        """What a rule says of a rate beside which so many calls were cut off."""
        ruled = rule(rate)
        if not cut or ruled[0] is not Status.PASSED:
            return ruled
        if rule(Rate(failed=rate.failed + cut, calls=rate.calls + cut))[0] is Status.PASSED:
            return ruled[0], f"{ruled[1]}, also if the {cut:,} that were cut off failed"
        return Status.UNPROVEN, f"{rate}; {cut:,} more were cut off, and if these failed it would not show"
