"""Money that cannot run away: nothing is spent beyond the limit, and no row is half paid."""

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from grokgate.upstream.budget import DOLLAR, Budget, Exceeded
from grokgate.upstream.cost import HIDDEN, THOUGHT, UNLIMITED, ceiling, cost_of
from grokgate.values.rollout import Price
from grokgate.values.wire import Answer, WireRequest

URL = "https://api.x.ai/v1/chat/completions"
TEN_CENTS = DOLLAR // 10
SCHEDULES = range(200)
TOLD = ("stated", "usage", "stream", "refused")
"""Answers that tell what they cost."""
UNTOLD = ("lost", "cut")


# --- the purse


def purse(budget):
    return budget.spent, budget.reserved, budget.left


def test_what_is_reserved_is_not_left_and_what_was_not_needed_goes_back():
    budget = Budget(100)
    reservation = budget.reserve(60)
    assert purse(budget) == (0, 60, 40)
    reservation.settle(25)
    assert purse(budget) == (25, 0, 75)


def test_a_dollar_is_what_a_run_has_that_names_no_limit():
    assert Budget().left == 10_000_000_000


def test_what_was_not_sent_is_not_paid():
    budget = Budget(100)
    budget.reserve(60).release()
    assert purse(budget) == (0, 0, 100)


def test_the_last_tick_can_be_reserved_and_no_tick_more():
    budget = Budget(100)
    budget.reserve(100)
    with pytest.raises(Exceeded):
        budget.reserve(1)
    assert purse(budget) == (0, 100, 0)


def test_what_is_beyond_the_limit_says_what_was_asked_for_and_what_is_left():
    budget = Budget(TEN_CENTS)
    budget.reserve(TEN_CENTS // 2).settle(TEN_CENTS // 4)
    budget.reserve(TEN_CENTS // 4)
    with pytest.raises(Exceeded) as raised:
        budget.reserve(DOLLAR)
    assert str(raised.value) == "the request may cost $1.00, and $0.05 of $0.10 is left ($0.025 spent, $0.025 reserved)"
    assert (raised.value.asked, raised.value.left) == (DOLLAR, TEN_CENTS // 2)


def test_a_cost_beyond_its_reservation_is_booked_in_full_and_told():
    budget = Budget(100)
    budget.reserve(60).settle(70)
    assert (*purse(budget), budget.overrun) == (70, 0, 30, 10)
    budget.reserve(30).settle(50)
    assert (*purse(budget), budget.overrun) == (120, 0, 0, 30)


@pytest.mark.parametrize(("first", "then"), [("settle", "settle"), ("settle", "release"), ("release", "settle")])
def test_a_reservation_ends_once(first, then):
    budget = Budget(100)
    reservation = budget.reserve(60)
    ends = {"settle": lambda: reservation.settle(10), "release": reservation.release}
    ends[first]()
    before = purse(budget)
    with pytest.raises(ValueError, match="settled already"):
        ends[then]()
    assert purse(budget) == before


@pytest.mark.parametrize(
    "use", [Budget, Budget(9).reserve, Budget(9).reserve(1).settle, lambda ticks: Budget(9).row(ticks).__enter__()]
)
def test_less_than_nothing_is_no_money(use):
    with pytest.raises(ValueError, match="-1 ticks are no money"):
        use(-1)


# --- rows


def test_a_row_has_its_ceiling_before_its_first_request_and_gives_back_the_rest():
    budget = Budget(100)
    with budget.row(80) as row:
        assert purse(budget) == (0, 80, 20)
        row.reserve(50).settle(30)
        assert (row.spent, row.left) == (30, 50)
        assert purse(budget) == (30, 50, 20)
    assert purse(budget) == (30, 0, 70)


def test_a_row_that_cannot_be_paid_does_not_start():
    budget = Budget(100)
    with (
        pytest.raises(Exceeded, match=r"^POST-3\.2 may cost \$0\.0000000101, and \$0\.00000001 of \$0\.00000001 is left"),
        budget.row(101, "POST-3.2"),
    ):
        pytest.fail("it started")
    assert purse(budget) == (0, 0, 100)


def test_a_cheaper_row_can_still_start():
    budget = Budget(100)
    with pytest.raises(Exceeded), budget.row(101):
        pytest.fail("it started")
    with budget.row(100) as row:
        row.reserve(100).settle(100)
    assert budget.spent == 100


def test_what_a_row_asks_for_beyond_its_ceiling_is_taken_from_what_is_left():
    budget = Budget(100)
    with budget.row(60) as row:
        row.reserve(50).settle(40)
        assert (row.left, budget.left) == (20, 40)
        more = row.reserve(35)
        assert (row.ceiling, row.left, *purse(budget)) == (75, 0, 40, 35, 25)
        more.settle(35)
    assert purse(budget) == (75, 0, 25)


def test_a_row_is_stopped_before_the_request_that_nothing_is_left_for():
    budget = Budget(3 * DOLLAR // 2)
    with budget.row(DOLLAR, "POST-2.2") as row:
        row.reserve(DOLLAR // 2).settle(DOLLAR // 2)
        with pytest.raises(Exceeded) as raised:
            row.reserve(DOLLAR + 1)
        assert row.ceiling == DOLLAR
    rest = "$0.50 of the $1.00 of POST-2.2 is left, and $0.50 beside it"
    assert str(raised.value) == f"a request may cost $1.0000000001, and {rest}"
    assert (budget.spent, budget.overrun) == (DOLLAR // 2, 0)


def test_what_is_set_aside_for_one_row_pays_no_other():
    budget = Budget(100)
    with budget.row(60) as one, budget.row(40) as other:
        with pytest.raises(Exceeded):
            one.reserve(61)
        other.reserve(40)
        one.reserve(60)
    assert purse(budget) == (0, 100, 0)


def test_what_is_under_way_stays_set_aside_when_its_row_ends():
    budget = Budget(100)
    with budget.row(80) as row:
        late = row.reserve(50)
    assert purse(budget) == (0, 50, 50)
    late.settle(20)
    assert purse(budget) == (20, 0, 80)


def test_a_row_that_is_over_sends_nothing_more():
    budget = Budget(DOLLAR)
    with budget.row(DOLLAR, "POST-2.2") as row:
        pass
    with pytest.raises(Exceeded, match=r"and POST-2\.2 is over"):
        row.reserve(1)


def test_a_row_that_breaks_off_gives_back_the_rest():
    budget = Budget(100)
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(KeyError))
        stack.enter_context(budget.row(80)).reserve(10).settle(10)
        raise KeyError
    assert purse(budget) == (10, 0, 90)


def test_an_overrun_does_not_touch_what_is_set_aside_for_another_request():
    budget = Budget(100)
    with budget.row(20) as row:
        one, other = row.reserve(10), row.reserve(10)
        one.settle(18)
        assert (*purse(budget), budget.overrun) == (18, 10, 72, 8)
        other.settle(10)
    assert (*purse(budget), budget.overrun) == (28, 0, 72, 8)


# --- 200 schedules with ten cents


class Xai:
    """An xAI that keeps its own bill, and answers as dearly as it may, or less."""

    def __init__(self, rng, prices, kinds):
        self.rng, self.prices, self.kinds = rng, prices, kinds
        self.bill = 0

    def answer(self, request):
        """An answer that tells its cost, one that tells its tokens, or none; with what it cost in truth."""
        kind = self.rng.choice(self.kinds)
        if kind == "refused":
            return Answer(status=503, headers={}, body=b'{"error": "at capacity"}'), 0
        usage = self.usage(request)
        price = self.prices[request.field("model")]
        details, thought = usage["prompt_tokens_details"], usage["completion_tokens_details"]["reasoning_tokens"]
        tokens = {"prompt": usage["prompt_tokens"], "cached": details["cached_tokens"], "completion": usage["completion_tokens"]}
        cost = price.ticks(**tokens, reasoning=thought)
        self.bill += cost
        whole = {"model": request.field("model"), "usage": usage}
        stated = {**whole, "usage": {**usage, "cost_in_usd_ticks": cost}}
        running = {**whole, "usage": {**usage, "cost_in_usd_ticks": cost // 2}}
        if kind == "lost":
            return None, cost
        if kind in ("stream", "cut"):
            events = [running, stated] if kind == "stream" else [running]
            body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + (
                "data: [DONE]\n\n" if kind == "stream" else ""
            )
            return Answer(status=200, headers={"content-type": "text/event-stream"}, body=body.encode()), cost
        return Answer(status=200, headers={}, body=json.dumps(stated if kind == "stated" else whole).encode()), cost

    def usage(self, request):
        most = {"prompt": len(request.body) + HIDDEN, "shown": request.field("max_tokens") or UNLIMITED, "thought": THOUGHT}
        counts = {name: self.rng.choice([bound, self.rng.randint(1, bound)]) for name, bound in most.items()}
        cached = self.rng.choice([0, self.rng.randint(0, counts["prompt"])])
        return {
            "prompt_tokens": counts["prompt"],
            "completion_tokens": counts["shown"],
            "total_tokens": sum(counts.values()),
            "prompt_tokens_details": {"cached_tokens": cached, "text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": counts["thought"]},
        }


@dataclass
class Ran:
    """A row as it went: how many requests it has, and how many of them were sent."""

    requests: list
    sent: int = 0
    stack: ExitStack = field(default_factory=ExitStack)


@dataclass
class Run:
    """A schedule as it went."""

    budget: Budget
    rows: list
    told: int = 0
    untold: int = 0
    bill: int = 0
    peak: int = 0
    """The most that was billed, or spent and reserved, at any moment."""


def any_price(rng):
    """From a twentieth of a dollar to five dollars for a million tokens of prompt, up to five times as much for output."""
    prompt = int(500 * 100 ** rng.random())
    completion = prompt * rng.randint(1, 5)
    tier = {"long_from": rng.randint(500, 12_000), "long_prompt": 2 * prompt, "long_completion": 2 * completion}
    return Price(prompt=prompt, cached=rng.randint(0, prompt), completion=completion, **(tier if rng.random() < 0.5 else {}))


def any_request(rng, models):
    limit = {"max_tokens": rng.randint(1, 3_000)} if rng.random() < 0.7 else {}
    body = {"model": rng.choice(models), "messages": [{"role": "user", "content": "x" * rng.randint(0, 4_000)}], **limit}
    return WireRequest("POST", URL, {}, json.dumps(body).encode())


def run(seed, make=Budget, kinds=TOLD + UNTOLD):
    """Rows of one to five requests, up to three of them under way at once, in an order that the seed decides."""
    rng = random.Random(seed)
    prices = {name: any_price(rng) for name in ("grok-a", "grok-b", "grok-c")[: rng.randint(1, 3)]}
    waiting = [Ran([any_request(rng, list(prices)) for _ in range(rng.randint(1, 5))]) for _ in range(rng.randint(3, 30))]
    xai, went, under_way = Xai(rng, prices, kinds), Run(make(TEN_CENTS), list(waiting)), []
    purses = {}
    while waiting or under_way:
        if waiting and len(under_way) < 3 and (not under_way or rng.random() < 0.4):
            row = waiting.pop(0)
            most = sum(ceiling(request, prices) for request in row.requests)
            try:
                purses[id(row)] = row.stack.enter_context(went.budget.row(most))
            except Exceeded:
                continue
            under_way.append(row)
            continue
        row = rng.choice(under_way)
        request = row.requests[row.sent]
        try:
            reservation = purses[id(row)].reserve(ceiling(request, prices))
        except Exceeded:
            under_way.remove(row)
            continue
        row.sent += 1
        answer, truly = xai.answer(request)
        cost = cost_of(answer, request, prices, reserved=reservation.ticks)
        assert truly <= reservation.ticks
        if cost.basis == "reserved":
            went.untold += cost.ticks
        else:
            assert cost.ticks == truly
            went.told += cost.ticks
        reservation.settle(cost.ticks)
        went.bill = xai.bill
        went.peak = max(went.peak, xai.bill, went.budget.spent + went.budget.reserved)
        if row.sent == len(row.requests):
            row.stack.close()
            under_way.remove(row)
    return went


def half_paid(went):
    return [row for row in went.rows if 0 < row.sent < len(row.requests)]


@pytest.mark.parametrize("seed", SCHEDULES)
def test_with_ten_cents_a_run_stops_before_it_crosses_them(seed):
    went = run(seed)
    assert went.peak <= TEN_CENTS
    assert went.bill <= went.budget.spent <= TEN_CENTS
    assert went.budget.overrun == 0


@pytest.mark.parametrize("seed", SCHEDULES)
def test_no_row_is_half_paid(seed):
    assert half_paid(run(seed)) == []


@pytest.mark.parametrize("seed", SCHEDULES)
def test_the_bill_is_the_sum_of_the_ticks_and_of_what_answers_did_not_tell(seed):
    went = run(seed)
    assert went.budget.spent == went.told + went.untold
    assert purse(went.budget) == (went.budget.spent, 0, TEN_CENTS - went.budget.spent)


@pytest.mark.parametrize("seed", SCHEDULES)
def test_where_all_answers_tell_the_bill_is_xais_to_the_tick(seed):
    went = run(seed, kinds=TOLD)
    assert (went.budget.spent, went.untold) == (went.bill, 0)


def test_the_schedules_are_worth_something():
    """In most of them rows run, and rows are not started for want of money."""
    runs = [run(seed) for seed in SCHEDULES]
    assert sum(any(row.sent for row in went.rows) for went in runs) > 150
    assert sum(any(not row.sent for row in went.rows) for went in runs) > 150


class Open(Budget):
    """Lets everything through."""

    left = 10**18


class Piecemeal(Budget):
    """Reserves each request by itself, and nothing for its row."""

    @contextmanager
    def row(self, ceiling, name="the row"):
        if name == "the row":
            yield self
        else:
            with super().row(ceiling, name) as row:
                yield row


def test_without_the_limit_schedules_cross_it():
    assert sum(run(seed, Open).peak > TEN_CENTS for seed in SCHEDULES) > 100


def test_without_a_reservation_for_the_row_rows_are_half_paid():
    assert sum(bool(half_paid(run(seed, Piecemeal))) for seed in SCHEDULES) > 100


# --- threads


@pytest.fixture
def eager():
    """Threads take turns after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work):
    with ThreadPoolExecutor(8) as pool:
        return [done for part in pool.map(work, range(8)) for done in part]


@pytest.mark.usefixtures("eager")
def test_eight_threads_lose_nothing():
    budget = Budget(10**9)

    def work(seed):
        rng = random.Random(seed)
        costs = [rng.randint(0, 100) for _ in range(500)]
        for cost in costs:
            budget.reserve(100).settle(cost)
        return costs

    costs = in_threads(work)
    assert (len(costs), budget.spent) == (4_000, sum(costs))
    assert (budget.reserved, budget.overrun) == (0, 0)


@pytest.mark.usefixtures("eager")
def test_eight_threads_together_do_not_cross():
    budget = Budget(10_000)

    def work(_):
        paid = []
        for _ in range(500):
            try:
                reservation = budget.reserve(7)
            except Exceeded:
                continue
            assert budget.spent + budget.reserved <= 10_000
            reservation.settle(7)
            paid.append(7)
        return paid

    assert sum(in_threads(work)) == budget.spent == 9_996


@pytest.mark.usefixtures("eager")
def test_requests_of_one_row_may_come_from_eight_threads():
    budget = Budget(5_000)
    with budget.row(5_000) as row:

        def work(seed):
            rng, costs = random.Random(seed), []
            for _ in range(500):
                try:
                    reservation = row.reserve(9)
                except Exceeded:
                    continue
                costs.append(rng.randint(0, 9))
                reservation.settle(costs[-1])
            return costs

        paid = sum(in_threads(work))
        assert row.spent == budget.spent == paid <= 5_000
    assert budget.reserved == 0
