"""What two answers differ in, and what of it is told."""

import json

from grokgate.upstream.drift import Observed, drift
from grokgate.upstream.price import Price
from grokgate.values.capture import Capture
from grokgate.values.wire import WireRequest

CHAT = WireRequest("POST", "https://api.x.ai/v1/chat/completions", {}, b'{"model": "grok-4"}')
LISTED = WireRequest("GET", "https://api.x.ai/v1/language-models", {})
USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 2,
    "total_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 0, "text_tokens": 10, "audio_tokens": 0, "image_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}


def told(before, after, request=CHAT, prices=None, status=200):
    """The differences between one answer and another."""
    seen = []
    for body in (before, after):
        seen.append(Observed())
        capture = Capture(
            request=request, status=status, headers={"content-type": "application/json"}, body=json.dumps(body).encode()
        )
        seen[-1].add("plain/hidden", capture, prices or {})
    found = drift({("plain", "grok-4"): seen[0]}, {("plain", "grok-4"): seen[1]})
    return {difference.what: (difference.before, difference.after) for difference in found}


def test_what_came_or_went_as_a_whole_is_told_once():
    assert told({"usage": USAGE}, {}) == {"key usage is gone": ("dict", "absent")}
    assert told({}, {"list": [{"inner": 1}]}) == {"key list is new": ("absent", "list")}


def test_what_begins_alike_is_told_for_itself():
    assert told({"usage": {"inner": 1}, "usage_of": 1}, {}).keys() == {"key usage is gone", "key usage_of is gone"}


def test_each_model_of_a_list_is_held_against_itself():
    def model(name, price):
        return {"id": name, "object": "model", "prompt_text_token_price": price}

    before = {"models": [model("grok-3", 30000), model("grok-4-0709", 30000)]}
    after = {"models": [model("grok-3", 30000), model("grok-4-0709", 20000), model("grok-5", 1)]}
    assert told(before, after, LISTED) == {
        "value of models[grok-4-0709]": ("prompt_text_token_price=30000", "prompt_text_token_price=20000"),
        "key models[grok-5] is new": ("absent", "model"),
    }


def test_a_bill_that_is_not_the_price_is_told():
    price = {"grok-4-0709": Price(prompt=3, cached=1, completion=15)}
    right = {"model": "grok-4-0709", "usage": {**USAGE, "cost_in_usd_ticks": 60}}
    dear = {"model": "grok-4-0709", "usage": {**USAGE, "cost_in_usd_ticks": 61}}
    assert told(right, dear, prices=price) == {"invariants broken": ("absent", "cost-is-the-price")}


def test_a_sentence_of_a_refusal_that_says_something_else_is_told():
    was = {"code": "c", "error": "This model's maximum prompt length is 131072 but the request contains 625077 tokens."}
    same = {"code": "c", "error": "This model's maximum prompt length is 256000 but the request contains 295444 tokens."}
    other = {"code": "c", "error": "Grammar is too complex"}
    kind = "This model's maximum prompt length is N but the request contains N tokens."
    assert told(was, same, status=400) == {}
    assert told(was, other, status=400) == {"sentence": (kind, "Grammar is too complex")}
    assert told("Not now", "Never", status=400) == {"sentence": ("Not now", "Never")}
