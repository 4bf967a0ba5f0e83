"""A rule says kept, broken or unproven, and how many calls are missing; wrongly kept in at most 5 of 100 simulated gates."""

import numpy as np
import pytest

from grokgate.judgement.statistics.looks import Looks
from grokgate.judgement.statistics.rate import Rate
from grokgate.judgement.statistics.rule import below, below_so_far, no_increase, no_slower, no_worse
from grokgate.values.evidence import Status

RANDOM, GATES = 20261125, 10_000


def rate(failed, calls):
    return Rate(failed=failed, calls=calls)


@pytest.mark.parametrize(
    ("failed", "calls", "status", "end"),
    [
        (0, 299, Status.PASSED, "that is below 1 %"),
        (0, 200, Status.UNPROVEN, "99 more without a failure would show it below 1 %"),
        (0, 0, Status.UNPROVEN, "no call; 299 more without a failure would show it below 1 %"),
        (2, 400, Status.UNPROVEN, "228 more without a failure would show it below 1 %"),
        (20, 400, Status.FAILED, "that is above 1 %"),
    ],
)
def test_a_rate_is_below_a_limit_or_not_or_nobody_knows(failed, calls, status, end):
    ruled, because = below(rate(failed, calls), 0.01)
    assert ruled is status
    assert because.endswith(end)


@pytest.mark.parametrize(
    ("failed", "calls", "status", "end"),
    [
        (0, 449, Status.PASSED, "that is below 1 %, whenever one looks"),
        (0, 299, Status.UNPROVEN, "150 more without a failure would show it below 1 %"),
        (12, 200, Status.FAILED, "that is above 1 %, whenever one looks"),
    ],
)
def test_so_it_is_where_one_looks_after_every_call(failed, calls, status, end):
    ruled, because = below_so_far(rate(failed, calls), Looks(limit=0.01))
    assert (ruled, because.endswith(end)) == (status, True)


@pytest.mark.parametrize(
    ("now", "before", "status"),
    [
        ((4, 400), (3, 400), Status.PASSED),
        ((30, 400), (4, 400), Status.FAILED),
        ((0, 20), (0, 20), Status.UNPROVEN),
        ((0, 0), (0, 400), Status.UNPROVEN),
        ((0, 400), (0, 0), Status.UNPROVEN),
        ((3, 60), (0, 60), Status.UNPROVEN),
    ],
)
def test_calls_fail_no_more_often_than_before(now, before, status):
    assert no_increase(rate(*now), rate(*before), margin=0.05)[0] is status


@pytest.mark.parametrize(("factor", "status"), [(2.0, Status.PASSED), (0.5, Status.FAILED), (1.01, Status.UNPROVEN)])
def test_latency_is_held_against_a_factor(factor, status):
    random = np.random.default_rng(RANDOM)
    now, before = (random.lognormal(0, 0.3, 200).tolist() for _ in range(2))
    assert no_slower(now, before, factor)[0] is status


def test_of_nothing_nothing_is_said():
    ruled, because = no_slower([], [], 2.0)
    assert (ruled, "0 to any times as long (0 and 0 calls)" in because) == (Status.UNPROVEN, True)


def test_a_rate_of_one_and_a_half_percent_passes_in_at_most_five_of_a_hundred_gates():
    failures = np.random.default_rng(RANDOM).binomial(600, 0.015, GATES)
    passes = {failed: below(rate(failed, 600), 0.01)[0] is Status.PASSED for failed in set(failures.tolist())}
    assert np.mean([passes[failed] for failed in failures.tolist()]) <= 0.05


@pytest.mark.parametrize(
    ("lost", "won", "pairs", "status"),
    [
        (0, 0, 60, Status.PASSED),
        (1, 1, 60, Status.PASSED),
        (3, 0, 60, Status.UNPROVEN),
        (0, 0, 20, Status.UNPROVEN),
        (24, 0, 60, Status.FAILED),
        (24, 24, 60, Status.UNPROVEN),
        (0, 0, 0, Status.UNPROVEN),
    ],
)
def test_no_more_right_answers_are_lost_than_the_margin(lost, won, pairs, status):
    assert no_worse(lost, won, pairs, 0.1)[0] is status


@pytest.mark.parametrize("won", [0.0, 0.05])
def test_a_loss_by_the_margin_is_wrongly_passed_in_few_of_many_gates(won):
    random = np.random.default_rng(RANDOM)
    seen = random.multinomial(60, [0.1 + won, won, 0.9 - 2 * won], size=GATES)
    pairs, times = np.unique(seen[:, :2], axis=0, return_counts=True)
    passed = sum(n for (lost, gained), n in zip(pairs, times, strict=True) if no_worse(lost, gained, 60, 0.1)[0] is Status.PASSED)
    assert passed <= 0.05 * GATES


@pytest.mark.parametrize("before", [0.0, 0.02, 0.1])
def test_an_increase_by_the_margin_is_wrongly_ruled_out_in_few_of_many_gates(before):
    random = np.random.default_rng(RANDOM)
    pairs = np.stack([random.binomial(60, before + 0.1, GATES), random.binomial(60, before, GATES)], axis=1)
    seen, times = np.unique(pairs, axis=0, return_counts=True)
    passed = sum(
        n for (a, b), n in zip(seen, times, strict=True) if no_increase(rate(a, 60), rate(b, 60), 0.1)[0] is Status.PASSED
    )
    assert passed <= 0.05 * GATES
