"""A rate that is looked at after every call keeps its level, and finds what is good or bad early: 10,000 simulated gates."""

import numpy as np
import pytest

from grokgate.judgement.statistics.looks import Looks, Seen
from grokgate.judgement.statistics.rate import Rate, calls_needed

GATES, CALLS = 10_000, 2_000
RANDOM = 20261125
LOOKS = Looks(limit=0.01)


@pytest.fixture(scope="module")
def bounds():
    """After each number of calls, the most failures that show the rate below the limit, and the fewest that show it above."""
    below, above = np.full(CALLS + 1, -1), np.full(CALLS + 1, CALLS + 1)
    most, fewest = -1, 1
    for calls in range(1, CALLS + 1):
        while LOOKS.look(Rate(failed=most + 1, calls=calls)) is Seen.BELOW:
            most += 1
        while fewest <= calls and LOOKS.look(Rate(failed=fewest, calls=calls)) is not Seen.ABOVE:
            fewest += 1
        below[calls], above[calls] = most, fewest
    return below, above


@pytest.fixture(scope="module")
def gates(bounds):
    """Simulates gates that look after every call; for each, the call that ended it below, and above, 0 where none did."""

    def simulate(true):
        random, (below, above) = np.random.default_rng(RANDOM), bounds
        ended = []
        for part in range(20):  # 500 gates at a time, to keep memory small
            failed = np.cumsum(random.random((GATES // 20, CALLS)) < true, axis=1, dtype=np.int32)
            good, bad = failed <= below[1:], failed >= above[1:]
            first_good, first_bad = (np.where(side.any(1), side.argmax(1) + 1, CALLS + part + 2) for side in (good, bad))
            ended.append(
                np.stack([np.where(first_good < first_bad, first_good, 0), np.where(first_bad < first_good, first_bad, 0)])
            )
        return [np.where(side > CALLS, 0, side) for side in np.concatenate(ended, axis=1)]

    return simulate


@pytest.mark.parametrize("true", [0.01, 0.015])
def test_a_rate_that_is_not_below_is_called_below_in_at_most_five_of_a_hundred_gates(true, gates):
    below, _ = gates(true)
    assert (below > 0).mean() <= 0.05


@pytest.mark.parametrize("true", [0.01, 0.007])
def test_a_rate_that_is_not_above_is_called_above_in_at_most_five_of_a_hundred_gates(true, gates):
    _, above = gates(true)
    assert (above > 0).mean() <= 0.05


@pytest.mark.parametrize(("true", "power"), [(0.001, 0.99), (0.003, 0.85)])
def test_a_rate_well_below_is_mostly_found_so_within_2000_calls(true, power, gates):
    below, _ = gates(true)
    assert (below > 0).mean() >= power


def test_a_rate_of_three_percent_is_mostly_found_above_within_600_calls(gates):
    _, above = gates(0.03)
    assert (above > 0).mean() >= 0.99
    assert np.median(above[above > 0]) <= 300


def test_without_a_failure_more_calls_are_needed_than_with_one_look():
    assert calls_needed(0, 0.01) == 299
    assert LOOKS.calls_needed() == 449
    assert LOOKS.look(Rate(failed=0, calls=449)) is Seen.BELOW
    assert LOOKS.look(Rate(failed=0, calls=448)) is Seen.TOO_LITTLE


def test_no_number_of_calls_shows_what_is_not_so():
    assert LOOKS.calls_needed(failed=100, most=5000) is None


@pytest.mark.parametrize("limit", [0, 1, 1.5])
def test_a_limit_that_is_no_rate_is_refused(limit):
    with pytest.raises(ValueError, match="is no rate between 0 and 1"):
        Looks(limit=limit)


@pytest.mark.parametrize(
    ("failed", "calls", "limit"), [(500, 500, 0.01), (5000, 10_000, 0.01), (300, 1000, 0.001), (90, 100, 0.2)]
)
def test_a_rate_far_above_is_found_at_the_first_look(failed, calls, limit):
    assert Looks(limit=limit).look(Rate(failed=failed, calls=calls)) is Seen.ABOVE
