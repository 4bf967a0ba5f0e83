"""What a request can cost at most, and what it did cost."""

import json
from dataclasses import replace

import pytest

from grokgate.formats.rollout_file import rollout
from grokgate.upstream.cost import HIDDEN, IMAGE, THOUGHT, UNLIMITED, VIOLATION, Cost, Unbounded, ceiling, cost_of
from grokgate.upstream.price import TICKS
from grokgate.values.wire import Answer, WireRequest
from grokgate.values.world import Price

CHAT, RESPONSES = "https://api.x.ai/v1/chat/completions", "https://api.x.ai/v1/responses"
ROLLOUT = rollout()
PRICES, MODELS = ROLLOUT.prices, tuple(ROLLOUT.models.values())
FLAT = {"grok-x": Price(prompt=3, cached=1, completion=7)}
DEAR = {"grok-x": Price(prompt=3 * 10**6, cached=10**6, completion=7 * 10**6)}
"""So dear that no fee of xAI's is more than an answer costs."""
HELLO = {"model": "grok-x", "messages": [{"role": "user", "content": "Hello."}]}
STATED = 6_359_000
RECORDED = {
    "prompt_tokens": 232,
    "completion_tokens": 6,
    "total_tokens": 451,
    "prompt_tokens_details": {"cached_tokens": 192, "text_tokens": 232, "audio_tokens": 0, "image_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 213},
}
"""The one figure whose sum is public: 6,359,000 ticks at the prices of grok-4.3."""


def asked(url=CHAT, method="POST", headers=None, **body):
    return WireRequest(method, url, headers or {}, json.dumps({**HELLO, **body}).encode())


def answered(body, status=200, kind="application/json", **more):
    content = body if isinstance(body, str) else json.dumps(body)
    return Answer(status=status, headers={"content-type": kind}, body=content.encode(), **more)


def streamed(*events, done=True, **more):
    lines = [f"data: {json.dumps(event)}\n\n" for event in events] + (["data: [DONE]\n\n"] if done else [])
    return answered("".join(lines), kind="text/event-stream", **more)


def counted(model="grok-4.3", **more):
    return {"model": model, "choices": [], "usage": {**RECORDED, **more}}


def paid(answer, request=None, prices=PRICES, reserved=99):
    return cost_of(answer, request or asked(model="grok-4"), prices, MODELS, reserved=reserved)


# --- at most


def output_of(request, prices=FLAT):
    """The output tokens in a ceiling: what is left of it without the prompt."""
    price = prices["grok-x"]
    return (ceiling(request, prices) - price.prompt * (len(request.body) + HIDDEN)) / price.completion


def test_a_prompt_has_no_more_tokens_than_bytes_and_the_hidden_ones():
    long, short = asked(messages=["é" * 100]), asked(messages=[""])
    assert ceiling(short, FLAT) == 3 * (len(short.body) + HIDDEN) + 7 * (UNLIMITED + THOUGHT)
    assert ceiling(long, FLAT) - ceiling(short, FLAT) == 3 * (len(long.body) - len(short.body)) >= 3 * 200


@pytest.mark.parametrize(
    ("url", "name"), [(CHAT, "max_tokens"), (CHAT, "max_completion_tokens"), (RESPONSES, "max_output_tokens")]
)
def test_a_stated_limit_bounds_what_is_shown_and_thinking_comes_on_top(url, name):
    assert output_of(asked(url, **{name: 10}), DEAR) == 10 + THOUGHT


@pytest.mark.parametrize(
    ("url", "name"), [(CHAT, "max_output_tokens"), (RESPONSES, "max_tokens"), (RESPONSES, "max_completion_tokens")]
)
def test_a_limit_that_the_endpoint_does_not_know_bounds_nothing(url, name):
    assert output_of(asked(url, **{name: 10}), DEAR) == UNLIMITED + THOUGHT


def test_of_two_limits_the_larger_bounds():
    assert output_of(asked(max_tokens=10, max_completion_tokens=20)) == 20 + THOUGHT


@pytest.mark.parametrize("limit", [None, 0, -1, "10", True, 1.5])
def test_a_limit_that_is_none_bounds_nothing(limit):
    assert output_of(asked(max_tokens=limit)) == UNLIMITED + THOUGHT


def test_the_bounds_can_be_given():
    request = asked()
    assert ceiling(request, FLAT) - ceiling(request, FLAT, unlimited=1, thought=2) == 7 * (UNLIMITED + THOUGHT - 3)


def test_several_answers_cost_several_times_as_much():
    three, one = asked(n=3), asked(n=1)
    assert ceiling(three, FLAT) == 3 * ceiling(one, FLAT)


def test_an_image_has_tokens_beside_its_address():
    part = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    shown, told = asked(messages=[{"content": [part]}]), asked(messages=[{"content": [{**part, "type": "image_urx"}]}])
    assert ceiling(shown, FLAT) - ceiling(told, FLAT) == 3 * IMAGE


@pytest.mark.parametrize(("threshold", "times"), [(1, 2), (10_000_000, 1)])
def test_the_long_price_holds_where_its_threshold_may_be_reached(threshold, times):
    tiers = Price(prompt=3, cached=1, completion=7, long_from=threshold, long_prompt=6, long_completion=14)
    assert ceiling(asked(), {"grok-x": tiers}) == times * ceiling(asked(), FLAT)


def test_output_brings_a_prompt_over_the_threshold():
    request = asked()
    threshold = len(request.body) + HIDDEN + UNLIMITED + THOUGHT
    tiers = Price(prompt=3, cached=1, completion=7, long_from=threshold, long_prompt=6, long_completion=14)
    assert ceiling(request, {"grok-x": tiers}) == 2 * ceiling(request, FLAT)


def test_a_look_up_costs_nothing():
    assert ceiling(WireRequest("GET", "https://api.x.ai/v1/models", {}), PRICES, MODELS) == 0


def test_a_model_that_is_not_listed_is_paid_as_the_dearest():
    request = asked(model="grok-nonesuch-9")
    dearest = max(ceiling(request, {name: price}) for name, price in PRICES.items())
    assert ceiling(request, PRICES, MODELS) == dearest == ceiling(request, PRICES)


@pytest.mark.parametrize(
    ("model", "payable"),
    [
        ("grok-4", ["grok-4-0709", "grok-4.3"]),
        ("grok-3-fast", ["grok-3-fast", "grok-3", "grok-4.3"]),
        ("grok-3-mini", ["grok-3-mini", "grok-4.3"]),
    ],
)
def test_a_model_is_paid_as_itself_or_as_what_answers_for_it(model, payable):
    request = asked(model=model, tools=[{"type": "function", "function": {"name": "read"}}])
    assert ceiling(request, PRICES, MODELS) == max(ceiling(request, {name: PRICES[name]}) for name in payable)


def test_a_model_that_does_not_reason_thinks_no_tokens_but_may_call_a_function():
    alone = {"grok-3": PRICES["grok-3"]}
    tools = [{"type": "function", "function": {"name": "read"}}]
    plain, calling = asked(model="grok-3", max_tokens=10), asked(model="grok-3", max_tokens=10, tools=tools)
    output = {key: ceiling(one, alone, MODELS) - 30_000 * (len(one.body) + HIDDEN) for key, one in {0: plain, 1: calling}.items()}
    assert output == {0: 10 * 150_000, 1: (10 + THOUGHT) * 150_000}


def test_a_model_that_may_answer_for_one_without_thinking_thinks():
    request = asked(model="grok-3", max_tokens=10)
    dear = {**PRICES, "grok-4.3": Price(prompt=30_000, cached=7_500, completion=150_000)}
    assert ceiling(request, dear, MODELS) == 30_000 * (len(request.body) + HIDDEN) + 150_000 * (10 + THOUGHT)


def test_a_prompt_beyond_the_window_is_refused_and_not_paid():
    alone = {"grok-4-0709": PRICES["grok-4-0709"]}
    request = asked(model="grok-4", messages=["x" * 2_000_000], max_tokens=1)
    assert ceiling(request, alone, MODELS) == 256_000 * 60_000 + (1 + THOUGHT) * 300_000
    assert ceiling(request, alone) > 2_000_000 * 60_000


def test_a_body_that_is_no_json_is_bounded_by_its_bytes():
    request = WireRequest("POST", CHAT, {}, b"\xff" * 100)
    assert ceiling(request, FLAT) == 3 * (100 + HIDDEN) + 7 * (UNLIMITED + THOUGHT)


@pytest.mark.parametrize(
    ("request_", "because"),
    [
        (asked("https://api.x.ai/v1/images/generations"), "nobody here knows what POST /v1/images/generations costs"),
        (asked(headers={"content-encoding": "gzip"}), "encoded as gzip"),
        (asked(service_tier="priority"), "the service tier 'priority' has a price of its own"),
        (asked(RESPONSES, previous_response_id="r-1"), "previous_response_id brings in tokens"),
        (asked(RESPONSES, input=[{"content": [{"type": "input_file", "file_id": "f"}]}]), "file_id brings in tokens"),
        (asked(search_parameters={"mode": "auto"}), "search_parameters brings in tokens"),
        (asked(RESPONSES, tools=[{"type": "web_search"}]), "xAI runs the tool 'web_search' as often as the model likes"),
    ],
)
def test_what_cannot_be_bounded_says_why(request_, because):
    with pytest.raises(Unbounded, match=because):
        ceiling(request_, FLAT)


def test_without_a_price_list_nothing_is_bounded():
    with pytest.raises(Unbounded, match="there is no price list"):
        ceiling(asked(), {})


def test_names_in_a_schema_of_the_users_are_no_parameters():
    schema = {"type": "object", "properties": {"file_id": {"type": "string"}}}
    tool = {"type": "function", "function": {"name": "read", "parameters": schema}}
    assert ceiling(asked(tools=[tool]), FLAT) > 0


# --- in truth


def test_the_cost_is_what_xai_states():
    assert paid(answered(counted(cost_in_usd_ticks=5))) == Cost(5, "stated")


def test_without_a_stated_cost_it_is_reckoned_to_the_tick():
    assert paid(answered(counted())) == Cost(STATED, "reckoned")


@pytest.mark.parametrize("stated", ["5", 5.0, -5, None, True])
def test_a_stated_cost_that_is_no_number_of_ticks_is_not_believed(stated):
    assert paid(answered(counted(cost_in_usd_ticks=stated))) == Cost(STATED, "reckoned")


def test_an_answer_of_no_listed_model_is_reckoned_as_the_dearest():
    assert paid(answered(counted("grok-9"))).ticks == max(paid(answered(counted(name))).ticks for name in PRICES)


def test_grok_3_fast_answers_as_grok_3_and_has_its_own_price():
    fast = paid(answered(counted("grok-3")), asked(model="grok-3-fast"))
    assert fast.ticks == 40 * 50_000 + 192 * 12_500 + 219 * 250_000


def test_of_the_running_totals_of_a_stream_the_last_counts():
    assert paid(streamed(counted(cost_in_usd_ticks=5), counted(cost_in_usd_ticks=8))) == Cost(8, "stated")
    assert paid(streamed(counted(completion_tokens=1), counted())) == Cost(STATED, "reckoned")


@pytest.mark.parametrize("cut", [{"done": False}, {"ending": "cut"}, {"ending": "stalled"}])
def test_a_stream_that_broke_off_is_billed_at_its_reservation(cut):
    assert paid(streamed(counted(cost_in_usd_ticks=5), **cut)) == Cost(99, "reserved")


def test_a_stream_of_the_responses_endpoint_ends_with_its_last_event():
    event = {"type": "response.completed", "response": {"model": "grok-4.3", "usage": {"cost_in_usd_ticks": 5}}}
    request = asked(RESPONSES, model="grok-4")
    assert paid(streamed(event, done=False), request) == Cost(5, "stated")
    assert paid(streamed({**event, "type": "response.in_progress"}, done=False), request) == Cost(99, "reserved")


@pytest.mark.parametrize("answer", [None, answered({}), answered("<html>"), answered({"usage": {"prompt_tokens": 1}})])
def test_an_answer_that_tells_no_usage_is_billed_at_its_reservation(answer):
    assert paid(answer) == Cost(99, "reserved")


@pytest.mark.parametrize("status", [400, 403, 404, 410, 422, 429, 500, 503, 599])
def test_an_error_costs_nothing(status):
    assert paid(answered({"code": "x", "error": "y"}, status)) == Cost(0, "free")


@pytest.mark.parametrize("status", [502, 504, 524])
def test_an_error_of_the_edge_does_not_say_that_nothing_was_done(status):
    assert paid(answered("<html>", status)) == Cost(99, "reserved")


def test_a_refusal_by_the_usage_guidelines_costs_a_fee_on_responses():
    refusal = answered({"code": "x", "error": "Content violates usage guidelines."}, 403)
    request = asked(RESPONSES, model="grok-3-mini", max_output_tokens=1)
    assert paid(refusal, request) == Cost(VIOLATION, "fee") == Cost(TICKS // 20, "fee")
    assert paid(refusal) == Cost(0, "free")
    assert ceiling(request, PRICES, MODELS) >= VIOLATION


def test_what_a_look_up_tells_of_usage_is_paid_already():
    request = replace(asked(), method="GET")
    assert paid(answered(counted(cost_in_usd_ticks=5)), request) == Cost(0, "free")
