"""What tokens cost: reasoning as output, what was cached for less, and long prompts more."""

import json

import pytest

from grokgate.upstream.price import billed
from grokgate.values.world import Price

PRICE = Price(prompt=12500, cached=2000, completion=25000, long_from=200_000)


def chat(prompt, completion, *, reasoning=0, cached=0):
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return json.dumps({"usage": usage})


def responses(prompt, output, *, reasoning=0, cached=0):
    usage = {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": reasoning},
    }
    return json.dumps({"usage": usage}, separators=(",", ":"))


def test_a_recorded_cost_is_reckoned_to_the_tick():
    """The one figure whose sum is public: 232 prompt tokens, 192 of them cached, 6 visible, 213 of reasoning."""
    assert billed(chat(232, 6, reasoning=213, cached=192), PRICE) == 6_359_000


def test_on_responses_the_output_has_the_reasoning_in_it():
    assert billed(responses(232, 219, reasoning=213, cached=192), PRICE) == 6_359_000


@pytest.mark.parametrize("body", [chat, responses])
def test_what_was_cached_costs_what_cached_tokens_do(body):
    assert billed(body(10, 0), PRICE) - billed(body(10, 0, cached=10), PRICE) == 10 * (12500 - 2000)


@pytest.mark.parametrize(("prompt", "times"), [(199_999, 1), (200_000, 2)])
def test_from_the_threshold_on_everything_costs_twice_as_much(prompt, times):
    assert billed(chat(prompt, 3), PRICE) == times * (prompt * 12500 + 3 * 25000)


def test_without_a_threshold_a_long_prompt_costs_no_more_per_token():
    assert billed(chat(10**9, 0), Price(prompt=1, cached=1, completion=1)) == 10**9


def test_an_answer_without_usage_costs_nothing():
    assert billed('{"output":[]}', PRICE) == 0


def test_of_the_events_of_a_stream_the_last_usage_counts():
    assert billed(f"data: {chat(1, 1)}\n\ndata: {chat(2, 2)}\n\n", PRICE) == billed(chat(2, 2), PRICE)


def test_figures_in_the_words_of_an_answer_are_no_usage():
    said = json.dumps({"content": chat(9, 9)})
    assert billed(said, PRICE) == 0


def test_the_long_tier_may_have_prices_of_its_own_and_what_is_cached_rises_as_the_prompt_does():
    price = Price(prompt=100, cached=10, completion=500, long_from=1000, long_prompt=300, long_completion=600)
    assert price.long == Price(prompt=300, cached=30, completion=600)
    assert price.ticks(prompt=1000, cached=400, completion=1, reasoning=1) == 600 * 300 + 400 * 30 + 2 * 600
