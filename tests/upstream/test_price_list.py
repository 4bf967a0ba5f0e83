"""xAI's own list of prices, beside that of a world file."""

import json
from dataclasses import replace

import pytest

from grokgate.formats.rollout_file import rollout
from grokgate.upstream.price_list import NoPrices, dearer, differences, listed_prices
from grokgate.values.wire import Answer, WireRequest
from grokgate.values.world import Price

PRICES = rollout().prices
LISTED = Price(prompt=30_000, cached=7_500, completion=150_000)
ROW = {
    "id": "grok-4-0709",
    "aliases": ["grok-4"],
    "prompt_text_token_price": 30_000,
    "cached_prompt_text_token_price": 7_500,
    "completion_text_token_price": 150_000,
}
LONG = {
    "long_context_threshold": 128_000,
    "prompt_text_token_price_long_context": 60_000,
    "completion_text_token_price_long_context": 300_000,
}


def answered(body, status=200):
    return Answer(status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def test_a_list_gives_a_price_to_each_name():
    assert listed_prices(answered({"models": [ROW]})) == {"grok-4-0709": LISTED, "grok-4": LISTED}


def test_prices_of_long_prompts_are_read_where_they_are_listed():
    long = replace(LISTED, long_from=128_000, long_prompt=60_000, long_completion=300_000)
    assert listed_prices(answered({"models": [{**ROW, **LONG}]}))["grok-4-0709"] == long
    assert (long.long, long.long_from) == (PRICES["grok-4-0709"].long, PRICES["grok-4-0709"].long_from)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        [],
        {"data": [ROW]},
        {"models": [{"id": "grok-4"}]},
        {"models": [{**ROW, "prompt_text_token_price": "3"}]},
        {"models": [{**ROW, "prompt_text_token_price": True}]},
        {"models": [{**ROW, "prompt_text_token_price": -1}]},
        {"models": ["grok-4"]},
    ],
)
def test_another_shape_lists_no_prices(body):
    with pytest.raises(NoPrices, match="another shape than its documentation shows"):
        listed_prices(answered(body))


def test_a_refusal_lists_no_prices():
    with pytest.raises(NoPrices, match="status 404"):
        listed_prices(answered({"models": [ROW]}, 404))


def test_each_difference_is_a_sentence():
    other = {"grok-3": replace(LISTED, prompt=35_000, completion=160_000), "grok-9": LISTED}
    assert differences(PRICES, other) == [
        "xAI lists grok-3 at $3.50 for a million prompt tokens, and the world file says $3.00",
        "xAI lists grok-3 at $16.00 for a million output tokens, and the world file says $15.00",
    ]


def test_what_a_list_does_not_say_of_long_prompts_is_no_difference():
    assert differences(PRICES, {"grok-4-0709": LISTED}) == []


def test_the_dearer_price_is_nowhere_below_either():
    cheap = Price(prompt=1, cached=9, completion=5)
    tiers = Price(prompt=2, cached=8, completion=4, long_from=10, long_prompt=20, long_completion=40)
    both = Price(prompt=2, cached=9, completion=5, long_from=10, long_prompt=20, long_completion=40)
    assert dearer(cheap, tiers) == dearer(tiers, cheap) == both
    assert dearer(tiers, replace(tiers, long_from=7)).long_from == 7


@pytest.mark.parametrize("name", ["tape", "later_tape"])
def test_the_worlds_list_the_prices_of_the_rollout(name, request):
    tape = request.getfixturevalue(name)
    asked = WireRequest("GET", "https://api.x.ai/v1/language-models", {"authorization": "Bearer example-key"})
    listed = listed_prices(tape.answer(asked))
    assert differences(PRICES, listed) == []
    assert PRICES.keys() & listed.keys() >= {"tape": {"grok-4-0709", "grok-3"}, "later_tape": {"grok-4.3"}}[name]
