"""The interval of a quantile and of a ratio of quantiles holds what is true at least as often as it says."""

import math

import numpy as np
import pytest

from grokgate.judgement.statistics.latency import quantile_interval, ratio_interval

RANDOM = 20261125


@pytest.mark.parametrize("quantile", [0.5, 0.95])
def test_the_interval_holds_the_true_quantile_in_95_of_100_samples(quantile):
    samples = np.random.default_rng(RANDOM).exponential(size=(2000, 200))
    true = -math.log(1 - quantile)
    held = [low <= true <= high for low, high in (quantile_interval(sample.tolist(), quantile) for sample in samples)]
    assert np.mean(held) >= 0.95


def test_too_few_values_leave_an_end_open():
    assert quantile_interval([], 0.5) == (0.0, math.inf)
    assert quantile_interval([1.0, 2.0, 3.0], 0.5) == (0.0, math.inf)
    low, high = quantile_interval([float(value) for value in range(1, 41)], 0.95)
    assert 1 < low < 39
    assert high == math.inf


def test_the_interval_of_the_median_is_that_of_the_tables():
    """Of 20 values the 6th and the 15th: 95.9 %."""
    assert quantile_interval([float(value) for value in range(1, 21)]) == (6.0, 15.0)


def test_a_ratio_holds_the_true_one():
    random = np.random.default_rng(RANDOM)
    held = []
    for _ in range(1000):
        low, high = ratio_interval(random.lognormal(1, 1, 150).tolist(), random.lognormal(0, 1, 150).tolist())
        held.append(low <= math.e <= high)
    assert np.mean(held) >= 0.95


def test_a_ratio_of_nothing_is_open():
    assert ratio_interval([], [1.0] * 50) == (0.0, math.inf)
    assert ratio_interval([1.0] * 50, []) == (0.0, math.inf)
    assert ratio_interval([2.0] * 50, [1.0] * 50) == (2.0, 2.0)
