"""Latencies beside those of a baseline: the ratio of a quantile, with an exact interval, whatever their distribution.

The interval of a quantile is that of two order statistics (Thompson 1936): no larger value is needed than was measured, and where
too few were measured one end is open. The ratio's takes the ends that are worst, each side at half of what may be missed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from grokgate.judgement.statistics import CONFIDENCE

QUANTILE = 0.5


def quantile_interval(
    seconds: Sequence[float], quantile: float = QUANTILE, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Between which values the quantile lies; 0 and infinity where the measured values do not tell."""
    from scipy.stats import binom

    ordered, number, missed = sorted(seconds), len(seconds), (1 - confidence) / 2
    below = int(binom.ppf(missed, number, quantile)) if number else 0
    if number and binom.cdf(below, number, quantile) > missed:
        below -= 1  # the largest number of values with P(that many or fewer lie below the quantile) <= missed
    above = int(binom.ppf(1 - missed, number, quantile)) + 1 if number else 1
    low = ordered[below] if 0 <= below < number else 0.0
    high = ordered[above - 1] if above <= number else math.inf
    return low, high


def ratio_interval(
    now: Sequence[float], before: Sequence[float], quantile: float = QUANTILE, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Between which values the quantile now, by the quantile before, lies."""
    each = 1 - (1 - confidence) / 2
    (now_low, now_high), (before_low, before_high) = (quantile_interval(side, quantile, each) for side in (now, before))
    low = 0.0 if math.isinf(before_high) else now_low / before_high if before_high else 0.0
    return low, now_high / before_low if before_low else math.inf
