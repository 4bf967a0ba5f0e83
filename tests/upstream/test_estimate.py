"""What a row will cost: about, and at most."""

import json

import pytest

from grokgate.formats.contract import contract
from grokgate.formats.fixtures import long_prompt
from grokgate.formats.rollout_file import rollout
from grokgate.upstream.cost import ceiling
from grokgate.upstream.estimate import BODY, BYTES, PLAIN, REASONING, Estimate, asked, estimated
from grokgate.upstream.price import rounded
from grokgate.values.requirement import LIVE_LIMIT, Traffic
from grokgate.values.wire import WireRequest

ROLLOUT = rollout()
MODELS = ROLLOUT.models.values()
URL = "https://api.x.ai/v1/chat/completions"
LENGTHS = (129_900, 200_000, 255_000, 1_000_001)


def priced(answering=None, **traffic):
    return estimated(Traffic(**traffic), ROLLOUT.prices, MODELS, answering or {"grok-4": "grok-4-0709"})


def test_a_typical_request_costs_what_its_medians_cost():
    thought = ROLLOUT.prices["grok-4-0709"].ticks(
        prompt=REASONING.prompt, cached=REASONING.cached, completion=REASONING.shown, reasoning=REASONING.thought
    )
    plain = ROLLOUT.prices["grok-3"].ticks(prompt=PLAIN.prompt, cached=PLAIN.cached, completion=PLAIN.shown, reasoning=0)
    assert priced(requests={"grok-4": 1}).about == thought == 33_817_500
    assert priced(requests={"grok-3": 1}).about == plain
    assert priced(requests={"grok-4": 2, "grok-3": 3}).about == 2 * thought + 3 * plain


def test_who_answers_is_paid():
    assert priced({"grok-4": "grok-4.3"}, requests={"grok-4": 1}).about < priced(requests={"grok-4": 1}).about
    dearest = priced({"grok-4": "grok-3-fast"}, requests={"grok-4": 1})
    assert priced({"grok-4": "grok-9"}, requests={"grok-4": 1}) == dearest, "a model without a price is paid as the dearest"


@pytest.mark.parametrize("model", ROLLOUT.models)
def test_at_most_is_the_ceiling_of_the_largest_request(model):
    head = json.dumps({"model": model, "max_tokens": LIVE_LIMIT, "messages": [""]}).encode()
    request = WireRequest("POST", URL, {}, head.replace(b'""', b'"' + b"x" * (BODY - len(head)) + b'"'))
    assert len(request.body) == BODY
    assert priced(requests={model: 1}).most == ceiling(request, ROLLOUT.prices, MODELS)


def test_a_stated_limit_makes_it_dearer():
    assert priced(requests={"grok-4": 1}, limit=1000).most - priced(requests={"grok-4": 1}).most == 744 * 150_000


def test_a_long_prompt_is_paid_at_its_price():
    under = priced(requests={"grok-4": 1}, prompt=255_000)
    assert under.about > 255_000 * 60_000
    assert under.most > under.about


def test_a_prompt_beyond_the_window_is_refused_and_costs_nothing_though_it_may():
    over = priced(requests={"grok-4": 1}, prompt=256_001)
    assert over.about == 0
    assert over.most > 256_000 * 60_000


def test_trials_cost_what_the_fewest_of_them_cost():
    one = priced(requests={"grok-4": 1, "grok-3": 1})
    many = priced(requests={"grok-4": 1, "grok-3": 1}, trials=60)
    assert many == Estimate(60 * one.about, 60 * one.most)


def test_what_asks_for_no_answer_costs_nothing():
    assert priced(requests={}) == Estimate()


@pytest.mark.parametrize("prompt", [long_prompt(tokens) for tokens in LENGTHS], ids=lambda long: long.name)
def test_a_token_of_a_long_prompt_has_no_more_bytes_than_are_set_aside(prompt):
    assert len(prompt.text.encode()) <= BYTES * prompt.tokens


DEAR = [row for row in contract(ROLLOUT).values() if row.live and row.live.opt_in]


@pytest.mark.parametrize("row", DEAR, ids=lambda row: row.id)
def test_what_is_asked_only_on_demand_is_a_long_prompt(row):
    assert row.live.prompt > 200_000


@pytest.mark.parametrize(
    ("traffic", "said"),
    [
        (Traffic(requests={}), "nothing"),
        (Traffic(requests={"grok-4": 2, "grok-3": 1}), "2 grok-4, 1 grok-3"),
        (Traffic(requests={"grok-4": 2}, prompt=255_000), "2 grok-4 with 255,000 tokens"),
        (Traffic(requests={"grok-4": 1}, trials=449), "449 times 1 grok-4"),
    ],
)
def test_what_a_row_asks_for_is_said_in_a_few_words(traffic, said):
    assert asked(traffic) == said


@pytest.mark.parametrize(
    ("ticks", "said"),
    [(0, "$0.000"), (1, "$0.001"), (999_999_999, "$0.100"), (10**9, "$0.10"), (10**9 + 1, "$0.11"), (10**14, "$10,000.00")],
)
def test_money_that_is_planned_is_rounded_up(ticks, said):
    assert rounded(ticks) == said
