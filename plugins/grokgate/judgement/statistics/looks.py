"""A rate that may be looked at after every call, so that a run can stop early for good or for bad, and keeps its level.

Each side has a betting score: the likelihood of what was seen, averaged over all rates on that side, by its likelihood at the
limit. While the true rate lies on the other side the score is a supermartingale that begins at 1, so it ever reaches 1 / level
with a probability of at most the level (Ville 1939; Robbins 1970), however often and whenever one looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from grokgate.judgement.statistics import CONFIDENCE
from grokgate.judgement.statistics.rate import Rate

FARTHEST = 10
"""How many times the limit the rates above it go that are thought of; higher ones show all the sooner."""


AT_THE_END = 0.1
"""The weight of that farthest rate itself."""


class Seen(StrEnum):
    """What a look shows."""

    BELOW = "below"
    ABOVE = "above"
    TOO_LITTLE = "too little"


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Looks at a rate beside a limit. Raises ``ValueError`` for a limit that is no rate between 0 and 1."""

    limit: float
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if not 0 < self.limit < 1:
            raise ValueError(f"a limit of {self.limit} is no rate between 0 and 1")

    def look(self, rate: Rate) -> Seen:
        """What was shown by now. It may be asked after every call; the first answer but ``TOO_LITTLE`` holds."""
        if self.score_below(rate) >= 1 / (1 - self.confidence):
            return Seen.BELOW
        return Seen.ABOVE if self.score_above(rate) >= 1 / (1 - self.confidence) else Seen.TOO_LITTLE

    def score_below(self, rate: Rate) -> float:
        """How much better rates below the limit explain what was seen than the limit does."""
        return self._score(rate, 0.0, self.limit)

    def score_above(self, rate: Rate) -> float:
        """How much better rates above the limit explain what was seen than the limit does.

        Most of the weight lies on all rates up to ``FARTHEST`` times the limit, and some on that end, for whatever is higher.
        """
        end = min(1.0, FARTHEST * self.limit)
        return (1 - AT_THE_END) * self._score(rate, self.limit, end) + AT_THE_END * self._score_of(rate, end)

    def calls_needed(self, failed: int = 0, most: int = 1_000_000) -> int | None:
        """The fewest calls that show a rate below the limit, with so many of them failed."""
        few, many = max(failed, 1), most
        if self.look(Rate(failed=failed, calls=many)) is not Seen.BELOW:
            return None
        while few < many:
            middle = (few + many) // 2
            shown = self.look(Rate(failed=failed, calls=middle)) is Seen.BELOW
            few, many = (few, middle) if shown else (middle + 1, many)
        return few

    def _score_of(self, rate: Rate, one: float) -> float:
        """How much better one rate explains what was seen."""
        good = rate.calls - rate.failed
        if one >= 1:
            return 0.0 if good else math.exp(min(-rate.failed * math.log(self.limit), 700.0))
        score = rate.failed * math.log(one / self.limit) + good * (math.log1p(-one) - math.log1p(-self.limit))
        return math.exp(min(score, 700.0))

    def _score(self, rate: Rate, low: float, high: float) -> float:
        from scipy.special import betainc, betaln

        failed, good = rate.failed, rate.calls - rate.failed
        mass = betainc(failed + 1, good + 1, high) - betainc(failed + 1, good + 1, low)
        if mass <= 0:
            return 0.0
        averaged = math.log(mass) + betaln(failed + 1, good + 1) - math.log(high - low)
        at_the_limit = failed * math.log(self.limit) + good * math.log1p(-self.limit)
        return math.exp(min(averaged - at_the_limit, 700.0))
