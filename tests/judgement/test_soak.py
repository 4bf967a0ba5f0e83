"""Calls on many workers are counted once each, whoever dies; looks are in the order of numbers; a busy xAI is left alone."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.judgement.soak.finished import Finished, finished
from grokgate.judgement.soak.patience import FIRST, IN_A_ROW, LONGEST, WAITS, Patience
from grokgate.judgement.soak.tally import CUT_OFF, Tally
from grokgate.judgement.soak.watch import Watch
from grokgate.judgement.trial import Outcome
from grokgate.values.evidence import Blame, Status

KEPT, FAILED, HINDERED = Outcome.KEPT, Outcome.FAILED, Outcome.HINDERED
CALL = Finished(number=1, outcome=KEPT, ticks=1, seconds=1.0, asked="grok-4", served="grok-4-0709", statuses=("200",))
BUSY = replace(CALL, outcome=HINDERED, blame=Blame.XAI, statuses=("503",))


def test_each_number_is_leased_once_and_the_lowest_first():
    tally = Tally(5)
    assert (tally.lease("a", 2), tally.lease("b", 9), tally.lease("a", 1)) == ([1, 2], [3, 4, 5], [])
    assert (tally.open, tally.out, tally.decided) == (0, 5, 0)


def test_a_call_counts_once_and_for_who_has_it():
    tally = Tally(2)
    tally.lease("a", 2)
    assert [tally.end("a", 1, KEPT), tally.end("a", 1, FAILED), tally.end("b", 2, KEPT), tally.end("a", 3, KEPT)] == [
        True,
        False,
        False,
        False,
    ]
    assert str(tally) == "1 asked = 1 kept + 0 failed + 0 hindered + 0 cut off"


def test_of_a_dead_worker_what_was_begun_is_cut_off_and_the_rest_comes_back():
    tally = Tally(9)
    tally.lease("a", 5)
    tally.end("a", 1, KEPT)
    assert tally.bury("a", {1, 2, 3}) == ([2, 3], [4, 5])
    assert tally.lease("b", 3) == [4, 5, 6]
    assert not tally.end("a", 4, FAILED), "what a worker says that is thought dead counts no more"
    assert (tally.count(CUT_OFF), tally.rate.calls) == (2, 1)


def test_where_nobody_knows_what_was_begun_all_is_cut_off():
    tally = Tally(4)
    tally.lease("a", 3)
    assert tally.bury("a", None) == ([1, 2, 3], [])
    assert tally.open == 1


@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 2**32))
def test_whatever_dies_when_each_number_is_decided_once(calls, workers, seed):
    luck, tally, born = random.Random(seed), Tally(calls), workers
    hands, ended = {f"worker {number}": [] for number in range(workers)}, Counter()
    while tally.open or tally.out:
        name = luck.choice(list(hands))
        held = tally.held(name)
        chance = luck.random()
        if chance < 0.1:  # it dies; of what it held it had begun some
            begun = set(luck.sample(held, luck.randint(0, len(held))))
            cut, back = tally.bury(name, luck.choice([begun, None]))
            ended.update(cut)
            assert set(cut) | set(back) == set(held)
            del hands[name]
            hands[f"worker {born}"], born = [], born + 1
        elif held and chance < 0.8:
            number = luck.choice(held)
            assert tally.end(name, number, luck.choice(list(Outcome)))
            assert not tally.end(name, number, KEPT)
            ended[number] += 1
        elif held and chance < 0.85:
            tally.give_back(name, held)
        else:
            tally.lease(name, luck.randint(1, 4))
    assert ended == Counter(dict.fromkeys(range(1, calls + 1), 1))
    assert sum(tally.count(outcome) for outcome in (*Outcome, CUT_OFF)) == tally.decided == calls


def test_calls_are_told_in_the_order_of_their_numbers_without_a_gap():
    tally = Tally(4)
    tally.lease("a", 4)
    told = []
    for number in (3, 1, 2, 4):
        tally.end("a", number, FAILED if number == 3 else KEPT)
        told.append(list(tally.in_order()))
    assert told == [[], [KEPT], [KEPT, FAILED], [KEPT]]


def ended(outcomes):
    tally = Tally(len(outcomes))
    tally.lease("a", len(outcomes))
    for number, outcome in enumerate(outcomes, start=1):
        tally.end("a", number, outcome)
    return tally


def test_the_first_answer_of_a_look_holds_and_what_does_not_count_is_passed_over():
    watch = Watch(0.01)
    watch.see([KEPT, HINDERED] * 448)
    assert watch.ruled is None
    watch.see([KEPT])
    assert watch.ruled[0] is Status.PASSED
    watch.see([FAILED] * 50)
    assert watch.ruled[1].startswith("0 of 449 calls failed")


@pytest.mark.parametrize(
    ("outcomes", "looked", "calls", "status"),
    [
        ([KEPT] * 300, False, 300, Status.PASSED),  # a number that was set before needs 299
        ([KEPT] * 300, True, 300, Status.UNPROVEN),
        ([KEPT] * 300, False, 301, Status.UNPROVEN),  # it ended early, so it is one that looked
        ([KEPT] * 960 + [FAILED] * 40, False, 1000, Status.FAILED),
        ([KEPT] * 449, True, 449, Status.PASSED),
    ],
)
def test_a_number_that_was_set_before_is_judged_by_the_exact_interval(outcomes, looked, calls, status):
    tally, watch = ended(outcomes), Watch(0.01)
    watch.see(tally.in_order())
    tally.calls = calls
    assert watch.end(tally, looked=looked)[0] is status


def test_what_was_cut_off_may_have_failed_and_must_not_matter():
    tally, watch = ended([KEPT] * 449 + [CUT_OFF] * 30), Watch(0.01)
    watch.see([CUT_OFF] * 30 + [KEPT] * 449)
    status, shown = watch.end(tally, looked=True)
    assert (watch.ruled, status) == (None, Status.UNPROVEN)
    assert "30 more were cut off, and if these failed it would not show" in shown
    few = Watch(0.01)
    few.see([CUT_OFF, *[KEPT] * 1000])
    assert few.ruled[0] is Status.PASSED
    assert few.ruled[1].endswith("also if the 1 that were cut off failed")
    many = Watch(0.01)
    many.see([CUT_OFF] * 1000)
    assert many.ruled is None, "what nobody knows breaks nothing either"


def test_a_429_is_heeded_for_as_long_as_it_says_and_else_twice_as_long_each_time():
    patience = Patience()
    assert patience.see(replace(BUSY, wait=7.0), held=False) == 7.0
    assert [patience.see(replace(BUSY, wait=0.0), held=False) for _ in range(6)] == [2.0, 4.0, 8.0, 16.0, 32.0, LONGEST]
    assert str(patience) == "nothing was asked for 129 s in 7 waits, since xAI was busy"


def test_what_was_under_way_when_a_wait_began_adds_none():
    patience = Patience()
    assert patience.see(replace(BUSY, wait=3.0), held=True) == 0.0
    assert patience.waits == 0


def test_many_hindered_calls_in_a_row_are_a_wait_as_well_and_one_that_is_answered_ends_it():
    patience = Patience()
    waits = [patience.see(BUSY, held=False) for _ in range(IN_A_ROW)]
    assert waits == [0.0] * (IN_A_ROW - 1) + [FIRST]
    for _ in range(WAITS):
        patience.see(replace(BUSY, wait=1.0), held=False)
    assert patience.over
    patience.see(CALL, held=False)
    assert not patience.over


ANSWERED = {
    "model": "grok-4-0709",
    "usage": {
        "prompt_tokens": 687,
        "completion_tokens": 7,
        "total_tokens": 813,
        "prompt_tokens_details": {"text_tokens": 687, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 680},
        "completion_tokens_details": {"reasoning_tokens": 119},
    },
}


@pytest.fixture
def told(call, rollout):
    """What is told of a call, of the model that is rolled out."""
    return lambda *words, **facts: finished(7, call(*words, **facts), ticks=5, target=rollout.target, whole=False)


def test_of_a_call_are_told_its_tokens_and_who_answered(told):
    said = told(answer=ANSWERED)
    assert (said.outcome, said.number, said.asked, said.served, said.statuses) == (KEPT, 7, "grok-4", "grok-4-0709", ("200",))
    assert (said.prompt, said.cached, said.completion, said.reasoning) == (687, 680, 7, 119)


@pytest.mark.parametrize(
    ("body", "converted"), [({}, True), ({"max_tokens": 256}, False), ({"max_completion_tokens": 256, "max_tokens": 256}, False)]
)
def test_a_limit_in_another_field_is_no_conversion(body, converted, told):
    assert told(body).converted is converted


def test_where_nothing_left_nothing_was_converted(told):
    assert told(exchanges=[], failure="ValueError: no").converted is None


@pytest.mark.parametrize(
    ("blame", "statuses", "hopeless"),
    [
        (Blame.CONFIGURATION, (), True),
        (Blame.CONFIGURATION, ("403",), True),
        (Blame.XAI, ("200",), True),
        (Blame.XAI, ("503",), False),
        (Blame.XAI, ("lost", "429"), False),
    ],
)
def test_waiting_helps_where_xai_is_busy_and_not_where_it_denies_the_key_or_another_model_answers(blame, statuses, hopeless):
    assert replace(BUSY, blame=blame, statuses=statuses).is_hopeless is hopeless


def test_what_hindered_a_call_is_told_with_who_must_act(call, rollout):
    hindered = replace(call(failure="XAIError: no", status=403), hindrance=("look at XAI_API_KEY", Blame.CONFIGURATION))
    said = finished(7, hindered, ticks=5, target=rollout.target, whole=False)
    assert (said.outcome, said.because, said.blame) == (HINDERED, "look at XAI_API_KEY", Blame.CONFIGURATION)


@pytest.mark.parametrize(("after", "wait"), [("7", 7.0), ("Wed, 25 Nov 2026 08:00:00 GMT", 0.0), (None, 0.0)])
def test_how_long_xai_asks_to_wait_is_told(after, wait, told, exchange):
    busy = exchange(status=429)
    headers = {"retry-after": after} if after else {}
    assert told(exchanges=[replace(busy, answer=replace(busy.answer, headers=headers)), exchange()]).wait == wait
    assert told().wait is None


def test_a_call_travels_as_json():
    call = replace(BUSY, egress=({"target": "example.net:443", "stack": ""},), wait=2.0, converted=False)
    assert Finished.from_json(call.to_json()) == call
