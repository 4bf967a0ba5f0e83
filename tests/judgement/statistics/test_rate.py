"""Exact intervals of a rate and the exact comparison of two, held against published figures and simulated gates."""

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact

from grokgate.judgement.statistics.rate import Rate, calls_needed, chance_of_no_increase

GATES = 10_000
RANDOM = 20261125


@pytest.mark.parametrize(("failed", "calls"), [(0, 1), (0, 299), (1, 1), (3, 1000), (20, 20), (17, 43)])
def test_the_interval_is_that_of_clopper_and_pearson(failed, calls):
    ours, theirs = Rate(failed=failed, calls=calls).interval(), binomtest(failed, calls).proportion_ci(0.95, method="exact")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_of_no_call_everything_is_possible():
    assert Rate(failed=0, calls=0).at_least() == 0
    assert str(Rate(failed=0, calls=0)) == "no call"


@pytest.mark.parametrize(("failed", "calls"), [(2, 1), (-1, 1)])
def test_more_failures_than_calls_are_no_rate(failed, calls):
    with pytest.raises(ValueError, match=f"{failed} failed calls of {calls}"):
        Rate(failed=failed, calls=calls)


@pytest.mark.parametrize(("failed", "needed"), [(0, 299), (1, 473), (2, 628)])
def test_so_many_calls_show_a_rate_below_one_percent(failed, needed):
    assert calls_needed(failed, 0.01) == needed
    assert Rate(failed=failed, calls=needed).at_most() < 0.01 <= Rate(failed=failed, calls=needed - 1).at_most()


def test_no_number_of_calls_shows_what_is_not_so():
    assert calls_needed(2_000_000, 0.01) is None


def test_a_rate_reads_as_a_sentence():
    assert str(Rate(failed=3, calls=1000)) == "3 of 1,000 calls failed: 0.3 % (0.0619 to 0.874 % at 95 %)"


@pytest.mark.parametrize("true", [0.01, 0.015])
def test_of_simulated_gates_at_most_five_in_a_hundred_call_a_rate_below_one_percent(true):
    failures = np.random.default_rng(RANDOM).binomial(1000, true, GATES)
    called_below = np.array([Rate(failed=failed, calls=1000).at_most() < 0.01 for failed in range(failures.max() + 1)])
    assert called_below[failures].mean() <= 0.05


def test_the_comparison_is_fishers():
    now, before = Rate(failed=9, calls=200), Rate(failed=2, calls=180)
    [_, theirs] = fisher_exact([[9, 191], [2, 178]], alternative="greater")
    assert chance_of_no_increase(now, before) == pytest.approx(theirs)
    assert chance_of_no_increase(Rate(failed=0, calls=0), Rate(failed=0, calls=0)) == 1


def test_of_simulated_comparisons_at_most_five_in_a_hundred_see_an_increase_that_is_none():
    random = np.random.default_rng(RANDOM)
    now, before = (random.binomial(400, 0.02, GATES) for _ in range(2))
    pairs, times = np.unique(np.stack([now, before]), axis=1, return_counts=True)
    seen = [chance_of_no_increase(Rate(failed=a, calls=400), Rate(failed=b, calls=400)) <= 0.05 for a, b in pairs.T.tolist()]
    assert times[seen].sum() / GATES <= 0.05


def test_an_increase_of_three_percent_is_seen_in_most_comparisons_of_a_thousand_calls():
    random = np.random.default_rng(RANDOM)
    now, before = random.binomial(1000, 0.04, 1000), random.binomial(1000, 0.01, 1000)
    pairs = zip(now.tolist(), before.tolist(), strict=True)
    seen = [chance_of_no_increase(Rate(failed=a, calls=1000), Rate(failed=b, calls=1000)) <= 0.05 for a, b in pairs]
    assert np.mean(seen) > 0.95
