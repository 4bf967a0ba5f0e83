"""A live run pays row by row: no row starts that cannot be paid, nothing is spent beyond the budget, and the bill adds up."""

import json
import random
from dataclasses import dataclass, field, replace

import pytest

from grokgate.formats.contract import contract
from grokgate.formats.rollout_file import rollout
from grokgate.intercept.live import CannotPay
from grokgate.runs.ledger import Ledger
from grokgate.upstream.budget import DOLLAR, Budget
from grokgate.upstream.cost import HIDDEN, THOUGHT
from grokgate.upstream.estimate import BODY
from grokgate.values.evidence import Blame
from grokgate.values.requirement import Traffic
from grokgate.values.wire import Answer, WireRequest
from grokgate.values.world import Price

URL = "https://api.x.ai/v1/chat/completions"
ROLLOUT = rollout()
ROW = contract(ROLLOUT)["POST-2.2"]
TEN_CENTS = DOLLAR // 10
SCHEDULES = range(200)


def rows(**traffic):
    """Requirements by identifier, with what each asks for."""
    return {id: replace(ROW, id=id, live=live) for id, live in traffic.items()}


def ledger(limit, prices=ROLLOUT.prices, make=Budget, **traffic):
    made = Ledger(make(limit), ROLLOUT, rows(**traffic), {"grok-4": "grok-4-0709"})
    made.prices = prices
    return made


def asking(model="grok-4", limit=256, size=200, **more):
    body = {"model": model, "max_tokens": limit, "messages": [{"role": "user", "content": ""}], **more}
    body["messages"][0]["content"] = "x" * max(0, size - len(json.dumps(body)))
    return WireRequest("POST", URL, {}, json.dumps(body).encode())


def telling(ticks, model="grok-4-0709"):
    return Answer(status=200, headers={}, body=json.dumps({"model": model, "usage": {"cost_in_usd_ticks": ticks}}).encode())


# --- rows


def test_what_a_row_may_cost_is_set_aside_until_its_end():
    kept = ledger(DOLLAR, a=Traffic(requests={"grok-4": 2}))
    kept.begin("a")
    assert kept.refuses() is None
    assert kept.budget.reserved == kept.estimate("a").most
    kept.pay(asking())(telling(5))
    assert kept.budget.spent + kept.budget.reserved == kept.estimate("a").most
    kept.end()
    assert (kept.budget.spent, kept.budget.reserved) == (5, 0)


def test_a_row_that_cannot_be_paid_does_not_start_and_says_what_budget_would():
    kept = ledger(TEN_CENTS, a=Traffic(requests={"grok-4": 3}), b=Traffic(requests={"grok-4": 1}))
    kept.begin("a")
    because = "--budget 0.14 pays it: it may cost $0.14, and $0.10 of $0.10 is left"
    assert (kept.refuses().because, kept.refuses().blame) == (because, Blame.CONFIGURATION)
    assert kept.budget.reserved == 0
    kept.begin("b")
    assert kept.refuses() is None


def test_the_budget_that_is_named_pays_the_row():
    traffic = {"a": Traffic(requests={"grok-4": 3})}
    short = ledger(TEN_CENTS, **traffic)
    short.begin("a")
    named = float(short.refuses().because.split()[1])
    enough = ledger(round(named * DOLLAR), **traffic)
    enough.begin("a")
    assert enough.refuses() is None
    before = ledger(round((named - 0.01) * DOLLAR), **traffic)
    before.begin("a")
    assert before.refuses()


def test_a_provider_that_asks_again_is_paid_from_what_is_left_and_not_beyond():
    kept = ledger(TEN_CENTS, a=Traffic(requests={"grok-4": 1}))
    kept.begin("a")
    for _ in range(2):
        kept.pay(asking(size=BODY))
    with pytest.raises(
        CannotPay, match=r"a request may cost \$0\.045312, and .* of a is left.*; a larger --budget pays it"
    ) as raised:
        kept.pay(asking(size=BODY))
    assert raised.value.blame is Blame.CONFIGURATION
    assert kept.budget.reserved <= TEN_CENTS


def test_a_row_of_trials_starts_with_what_its_fewest_trials_are_likely_to_cost():
    trials = Traffic(requests={"grok-4": 1}, trials=25)
    kept = ledger(TEN_CENTS, a=trials)
    assert kept.estimate("a").most > TEN_CENTS > kept.estimate("a").about
    kept.begin("a")
    assert (kept.refuses(), kept.budget.reserved) == (None, 0)
    kept.pay(asking())(telling(TEN_CENTS // 4))
    kept.begin("a")
    assert kept.refuses().because == "--budget 0.11 pays it: its 25 trials cost about $0.085, and $0.075 of $0.10 is left"


def test_an_answer_that_costs_more_than_was_reckoned_ends_all():
    kept = ledger(DOLLAR, a=Traffic(requests={"grok-4": 1}), b=Traffic(requests={"grok-4": 1}))
    kept.begin("a")
    kept.pay(asking())(telling(DOLLAR // 2))
    with pytest.raises(CannotPay, match="more than the most that grokgate had reckoned, so nothing more is asked") as raised:
        kept.pay(asking())
    kept.begin("b")
    assert (raised.value.blame, kept.refuses().blame) == (Blame.HARNESS, Blame.HARNESS)
    assert str(raised.value) == kept.refuses().because


def test_what_nobody_can_bound_is_not_sent():
    with pytest.raises(CannotPay, match="nobody can say what it costs at most; it was not sent"):
        ledger(DOLLAR).pay(asking(service_tier="priority"))


# --- the bill


def test_the_bill_names_rows_models_and_ticks():
    kept = ledger(DOLLAR, a=Traffic(requests={"grok-4": 1}))
    kept.pay(asking())(telling(1))
    kept.begin("a")
    kept.pay(asking("grok-4-0709"))(telling(2))
    kept.pay(asking("grok-3"))(telling(4, "grok-3"))
    kept.pay(WireRequest("GET", "https://api.x.ai/v1/models", {}))(telling(8))
    kept.end()
    kept.close()
    assert kept.to_json() == {
        "spent_ticks": 7,
        "bill": [
            {"row": None, "requests": {"grok-4": 1}, "spent_ticks": 1},
            {"row": "a", "requests": {"grok-4": 1, "grok-3": 1}, "spent_ticks": 6},
        ],
    }
    assert kept.bill == "$0.0000000007 of $1.00 spent"


def test_what_is_under_way_at_the_end_is_billed_at_what_was_set_aside_and_once():
    kept = ledger(DOLLAR, a=Traffic(requests={"grok-4": 1}))
    kept.begin("a")
    settle = kept.pay(asking(size=BODY))
    kept.close()
    billed = kept.to_json()
    assert billed["spent_ticks"] == billed["bill"][0]["spent_ticks"] == kept.estimate("a").most
    settle(telling(1))
    assert (kept.to_json(), kept.budget.reserved) == (billed, 0)
    with pytest.raises(CannotPay, match="the run was over"):
        kept.pay(asking())


# --- before a run


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (15, "$0.15 pays for all of them"),
        (10, "$0.10 is likely to pay for all of them"),
        (9, "$0.090 is likely to pay for 1 of them, and not for b: --budget 0.10 is likely to pay for all"),
        (4, "$0.040 pays for none of them: --budget 0.10 is likely to pay for all"),
    ],
)
def test_before_the_first_row_it_says_what_the_rows_cost_and_what_the_budget_pays(cents, said):
    kept = ledger(cents * DOLLAR // 100, a=Traffic(requests={"grok-4": 1}), b=Traffic(requests={"grok-4": 2}))
    assert kept.forecast(["a", "b"]) == f"2 rows, about $0.011, at most $0.14; {said}"


def test_what_the_preflight_spent_is_left_out():
    kept = ledger(DOLLAR, a=Traffic(requests={}))
    kept.pay(asking())(telling(DOLLAR // 2))
    assert kept.forecast(["a"]) == "1 row, about $0.000, at most $0.000; $0.50 is left and pays for all of them"


# --- 200 schedules with ten cents


@dataclass
class Went:
    """A run as it went: what each row sent, what xAI took, and the most that was ever spent and set aside."""

    ledger: Ledger
    sent: dict = field(default_factory=dict)
    refused: list = field(default_factory=list)
    taken: int = 0
    peak: int = 0


def any_prices(rng):
    """From five cents to five dollars for a million tokens of prompt, up to five times as much for output."""
    prompts = {name: int(500 * 100 ** rng.random()) for name in ROLLOUT.prices}
    return {
        name: Price(prompt=prompt, cached=rng.randint(0, prompt), completion=prompt * rng.randint(1, 5))
        for name, prompt in prompts.items()
    }


def any_traffic(rng):
    models = rng.sample(["grok-4", "grok-3", "grok-3-mini"], rng.randint(1, 2))
    return Traffic(
        requests={model: rng.randint(1, 4) for model in models},
        limit=rng.choice([1, 256, 1000]),
        trials=rng.choice([0, 0, 0, rng.randint(2, 10)]),
    )


def answered(rng, request, prices, kinds):
    """An answer of xAI as dear as it may be, or less, with what it truly cost."""
    model = ROLLOUT.models[request.field("model")]
    served = {"grok-4": "grok-4-0709"}.get(model.id, model.id)
    most = {
        "prompt": len(request.body) + HIDDEN,
        "completion": request.field("max_tokens"),
        "reasoning": THOUGHT if model.reasoning else 0,
    }
    tokens = {name: rng.choice([bound, rng.randint(0, bound)]) for name, bound in most.items()}
    cost = prices[served].ticks(**tokens, cached=0)
    usage = {
        "prompt_tokens": tokens["prompt"],
        "completion_tokens": tokens["completion"],
        "total_tokens": sum(tokens.values()),
        "prompt_tokens_details": {"cached_tokens": 0, "text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": tokens["reasoning"]},
    }
    kind = rng.choice(kinds)
    if kind == "busy":
        return Answer(status=503, headers={}, body=b"{}"), 0
    if kind == "lost":
        return None, cost
    stated = {"cost_in_usd_ticks": cost} if kind == "stated" else {}
    return Answer(status=200, headers={}, body=json.dumps({"model": served, "usage": {**usage, **stated}}).encode()), cost


def run(seed, make=Budget, kinds=("stated", "usage", "busy", "lost")):
    """Rows one after the other as the gate begins and ends them; some providers ask more often than their row declares."""
    rng = random.Random(seed)
    prices = any_prices(rng)
    traffic = {f"row-{number}": any_traffic(rng) for number in range(rng.randint(3, 30))}
    went = Went(ledger(TEN_CENTS, prices, make, **traffic))
    for row, asks in traffic.items():
        went.ledger.begin(row)
        if went.ledger.refuses():
            went.refused.append(row)
            continue
        times = (asks.trials or 1) + rng.choice([0, 0, 0, 2])
        wanted = [model for _ in range(times) for model, number in asks.requests.items() for _ in range(number)]
        went.sent[row] = 0
        for model in wanted:
            request = asking(model, asks.limit, rng.randint(200, BODY))
            try:
                settle = went.ledger.pay(request)
            except CannotPay:
                break
            went.sent[row] += 1
            went.peak = max(went.peak, went.ledger.budget.spent + went.ledger.budget.reserved)
            answer, cost = answered(rng, request, prices, kinds)
            went.taken += cost
            settle(answer)
        went.ledger.end()
        went.peak = max(went.peak, went.taken, went.ledger.budget.spent)
    went.ledger.close()
    return went


def half_paid(went):
    """Rows that started, and did not get what they declare."""
    declared = {row: requirement.live for row, requirement in went.ledger._requirements.items()}
    return [row for row, sent in went.sent.items() if not declared[row].trials and sent < sum(declared[row].requests.values())]


@pytest.mark.parametrize("seed", SCHEDULES)
def test_with_ten_cents_no_run_crosses_them_and_no_row_is_half_paid(seed):
    went = run(seed)
    assert went.taken <= went.ledger.budget.spent <= went.peak <= TEN_CENTS
    assert went.ledger.budget.overrun == 0
    assert half_paid(went) == []


@pytest.mark.parametrize("seed", SCHEDULES)
def test_the_bill_is_what_xai_took_to_the_tick_where_all_answers_tell(seed):
    went = run(seed, kinds=("stated", "usage", "busy"))
    bill = went.ledger.to_json()
    assert bill["spent_ticks"] == sum(row["spent_ticks"] for row in bill["bill"]) == went.taken
    assert {row["row"]: sum(row["requests"].values()) for row in bill["bill"]} == {row: n for row, n in went.sent.items() if n}


def test_the_schedules_are_worth_something():
    runs = [run(seed) for seed in SCHEDULES]
    assert sum(bool(went.sent) for went in runs) > 150
    assert sum(bool(went.refused) for went in runs) > 150


class Open(Budget):
    """Lets everything through."""

    left = 10**18


def test_without_the_limit_runs_cross_it():
    assert sum(run(seed, Open).peak > TEN_CENTS for seed in SCHEDULES) > 100


class ByRequest(Ledger):
    """Sets nothing aside for a row."""

    def begin(self, row):
        self.end()
        self._row = row


def test_without_setting_aside_rows_are_half_paid(monkeypatch):
    monkeypatch.setitem(globals(), "Ledger", ByRequest)
    assert sum(bool(half_paid(run(seed))) for seed in SCHEDULES) > 100
