"""What a rate or a latency amounts to: kept, broken, or unproven and how many calls are missing. One sentence each."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grokgate.judgement.statistics import CONFIDENCE
from grokgate.judgement.statistics.latency import QUANTILE, ratio_interval
from grokgate.judgement.statistics.looks import Looks, Seen
from grokgate.judgement.statistics.rate import Rate, calls_needed, chance_of_no_increase
from grokgate.values.evidence import Status

Ruled = tuple[Status, str]
"""``PASSED``, ``FAILED`` or ``UNPROVEN``, and why."""


def below(rate: Rate, limit: float, confidence: float = CONFIDENCE) -> Ruled:
    """Whether a number of calls that was set before shows a rate below the limit."""
    if rate.at_most(confidence) < limit:
        return Status.PASSED, f"{rate}; that is below {_percent(limit)}"
    if rate.at_least(confidence) > limit:
        return Status.FAILED, f"{rate}; that is above {_percent(limit)}"
    return Status.UNPROVEN, f"{rate}; {_missing(rate, calls_needed(rate.failed, limit, confidence), limit)}"


def below_so_far(rate: Rate, looks: Looks) -> Ruled:
    """The same of a run that looks after every call, and may stop at the first answer."""
    seen = looks.look(rate)
    if seen is Seen.BELOW:
        return Status.PASSED, f"{rate}; that is below {_percent(looks.limit)}, whenever one looks"
    if seen is Seen.ABOVE:
        return Status.FAILED, f"{rate}; that is above {_percent(looks.limit)}, whenever one looks"
    return Status.UNPROVEN, f"{rate}; {_missing(rate, looks.calls_needed(rate.failed), looks.limit)}"


def no_increase(now: Rate, before: Rate, margin: float, confidence: float = CONFIDENCE) -> Ruled:
    """Whether calls fail no more often than before: shown where an increase by the ``margin`` is ruled out.

    The increase lies within the exact intervals of both rates, each at half of what may be missed.
    """
    told = f"now {now}; before {before}"
    if chance_of_no_increase(now, before) <= 1 - confidence:
        return (
            Status.FAILED,
            f"{told}; so many more by chance are seen in less than {100 * (1 - confidence):.3g} of 100 such runs",
        )
    each = 1 - (1 - confidence) / 2
    most = now.at_most(each) - before.at_least(each)
    if not now.calls or not before.calls or most >= margin:
        return Status.UNPROVEN, f"{told}; too few to rule out an increase by {_percent(margin)}"
    return Status.PASSED, f"{told}; an increase by {_percent(margin)} is ruled out"


def no_slower(
    now: Sequence[float], before: Sequence[float], factor: float, quantile: float = QUANTILE, confidence: float = CONFIDENCE
) -> Ruled:
    """Whether the quantile of the latency is at most ``factor`` times that of before."""
    low, high = ratio_interval(now, before, quantile, confidence)
    upper = "any" if math.isinf(high) else f"{high:.3g}"
    told = f"{100 * quantile:.0f} % of calls now take {low:.3g} to {upper} times as long ({len(now)} and {len(before)} calls)"
    if high <= factor:
        return Status.PASSED, f"{told}; at most {factor:g} times is allowed"
    if low > factor:
        return Status.FAILED, f"{told}; at most {factor:g} times is allowed"
    return Status.UNPROVEN, f"{told}; too few to tell whether it is more than {factor:g}"


def no_worse(lost: int, won: int, pairs: int, margin: float, confidence: float = CONFIDENCE) -> Ruled:
    """Whether no more than the ``margin`` of right answers is lost; ``lost`` were right before alone, ``won`` are now alone.

    The share that is lost lies within the exact intervals of both, each at half of what may be missed.
    """
    each = 1 - (1 - confidence) / 2
    fell, rose = Rate(failed=lost, calls=pairs), Rate(failed=won, calls=pairs)
    most, least = fell.at_most(each) - rose.at_least(each), fell.at_least(each) - rose.at_most(each)
    told = f"of {pairs} answers in pairs {lost} were right before alone and {won} now alone"
    if not pairs:
        return Status.UNPROVEN, "no pair of answers"
    if most < margin:
        return Status.PASSED, f"{told}; at most {100 * most:.3g} points are lost, and {100 * margin:.3g} may be"
    if least > margin:
        return Status.FAILED, f"{told}; at least {100 * least:.3g} points are lost, and {100 * margin:.3g} may be"
    return (
        Status.UNPROVEN,
        f"{told}; up to {100 * most:.3g} points may be lost: too few to tell whether it is more than {100 * margin:.3g}",
    )


def _missing(rate: Rate, needed: int | None, limit: float) -> str:
    if needed is None:
        return f"no number of calls would show it below {_percent(limit)} with so many failures"
    return f"{needed - rate.calls:,} more without a failure would show it below {_percent(limit)}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
