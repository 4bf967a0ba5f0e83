"""A rate of failed calls, and what it shows: exact, whatever the number of calls.

Intervals are those of Clopper and Pearson (1934), the comparison is Fisher's exact test; both from scipy, which is imported
where a rate is judged and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from grokgate.judgement.statistics import CONFIDENCE

MOST = 10_000_000
"""Calls beyond which no number is told."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Failed calls of calls. Raises ``ValueError`` where there are more failed calls than calls."""

    failed: int
    calls: int

    def __post_init__(self) -> None:
        if not 0 <= self.failed <= self.calls:
            raise ValueError(f"{self.failed} failed calls of {self.calls}")

    def __str__(self) -> str:
        if not self.calls:
            return "no call"
        low, high = self.interval()
        share, many = 100 * self.failed / self.calls, "call" if self.calls == 1 else "calls"
        told = f"{self.failed:,} of {self.calls:,} {many} failed: {share:.3g} %"
        return f"{told} ({100 * low:.3g} to {100 * high:.3g} % at {100 * CONFIDENCE:.0f} %)"

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Both ends of the interval in which the true rate lies."""
        each = 1 - (1 - confidence) / 2
        return self.at_least(each), self.at_most(each)

    def at_least(self, confidence: float = CONFIDENCE) -> float:
        """The true rate is no smaller, at this confidence."""
        from scipy.special import betaincinv

        return float(betaincinv(self.failed, self.calls - self.failed + 1, 1 - confidence)) if self.failed else 0.0

    def at_most(self, confidence: float = CONFIDENCE) -> float:
        """The true rate is no larger, at this confidence."""
        from scipy.special import betaincinv

        return float(betaincinv(self.failed + 1, self.calls - self.failed, confidence)) if self.failed < self.calls else 1.0


def calls_needed(failed: int, limit: float, confidence: float = CONFIDENCE) -> int | None:
    """The fewest calls that show a rate below the limit, with so many of them failed; ``None`` beyond ``MOST``."""
    few, many = max(failed, 1), MOST
    if Rate(failed=failed, calls=many).at_most(confidence) >= limit:
        return None
    while few < many:
        middle = (few + many) // 2
        if Rate(failed=failed, calls=middle).at_most(confidence) < limit:
            many = middle
        else:
            few = middle + 1
    return few


def chance_of_no_increase(now: Rate, before: Rate) -> float:
    """The p-value of Fisher's one-sided test: how likely so many failures are now, if the rate is no higher than before."""
    from scipy.stats import hypergeom

    failed, calls = now.failed + before.failed, now.calls + before.calls
    return float(hypergeom.sf(now.failed - 1, calls, failed, now.calls)) if calls else 1.0
