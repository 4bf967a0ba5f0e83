"""What tokens cost: reasoning as output, what was cached for less, and long prompts twice as much."""

import json

import pytest

from grokgate.upstream.price import Price, price_of

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
    assert PRICE.ticks(chat(232, 6, reasoning=213, cached=192)) == 6_359_000


def test_on_responses_the_output_has_the_reasoning_in_it():
    assert PRICE.ticks(responses(232, 219, reasoning=213, cached=192)) == 6_359_000


@pytest.mark.parametrize("body", [chat, responses])
def test_what_was_cached_costs_what_cached_tokens_do(body):
    assert PRICE.ticks(body(10, 0)) - PRICE.ticks(body(10, 0, cached=10)) == 10 * (12500 - 2000)


@pytest.mark.parametrize(("prompt", "times"), [(199_999, 1), (200_000, 2)])
def test_from_the_threshold_on_everything_costs_twice_as_much(prompt, times):
    assert PRICE.ticks(chat(prompt, 3)) == times * (prompt * 12500 + 3 * 25000)


def test_without_a_threshold_a_long_prompt_costs_no_more_per_token():
    assert Price(prompt=1, cached=1, completion=1).ticks(chat(10**9, 0)) == 10**9


def test_an_answer_without_usage_costs_nothing():
    assert PRICE.ticks('{"output":[]}') == 0


def test_of_the_events_of_a_stream_the_last_usage_counts():
    assert PRICE.ticks(f"data: {chat(1, 1)}\n\ndata: {chat(2, 2)}\n\n") == PRICE.ticks(chat(2, 2))


def test_figures_in_the_words_of_an_answer_are_no_usage():
    said = json.dumps({"content": chat(9, 9)})
    assert PRICE.ticks(said) == 0


def test_a_model_may_have_no_price():
    assert price_of(None) is None
    assert price_of({"prompt": 1, "cached": 2, "completion": 3}) == Price(prompt=1, cached=2, completion=3)
