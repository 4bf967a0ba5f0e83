"""Statements about tokens and money: told as counted, and reckoned to the tick."""

import json
from dataclasses import replace

import pytest

from grokgate.judgement.expect import NotApplicable, NotRun, Unkept, bill
from grokgate.values.chat import Usage
from grokgate.values.evidence import Blame
from grokgate.values.face import Tells
from grokgate.values.wire import Answer, Exchange, WireRequest

URL = "https://api.x.ai/v1/chat/completions"
RECORDED = {"prompt": 232, "completion": 6, "total": 451, "cached": 192, "reasoning": 213}
"""The one figure whose sum is public: 6,359,000 ticks at the prices of grok-4.3."""
TOLD = Usage(prompt_tokens=232, completion_tokens=6, total_tokens=451, cached_tokens=192, reasoning_tokens=213)


def counted(prompt=232, completion=6, total=451, cached=192, reasoning=213, ticks=None, model="grok-4.3"):
    """An answer that counts these tokens."""
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": total,
        "prompt_tokens_details": {"cached_tokens": cached, "text_tokens": prompt, "audio_tokens": 0, "image_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    stated = {} if ticks is None else {"cost_in_usd_ticks": ticks}
    return {"model": model, "choices": [{"message": {"content": "Paris."}}], "usage": usage | stated}


@pytest.fixture
def streamed():
    """Makes an exchange whose answer is a stream that ends with this usage."""

    def make(answer) -> Exchange:
        begun = {"model": answer["model"], "choices": [{"delta": {"content": "Paris."}}]}
        body = f"data: {json.dumps(begun)}\n\ndata: {json.dumps({**answer, 'choices': []})}\n\ndata: [DONE]\n\n"
        headers = {"content-type": "text/event-stream"}
        return Exchange(
            request=WireRequest("POST", URL, {}, b"{}"), answer=Answer(status=200, headers=headers, body=body.encode())
        )

    return make


def broken(statement, *arguments) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments)
    return raised.value


# --- tokens


def test_usage_told_is_usage_counted(call):
    bill(call(answer=counted(), usage=TOLD)).is_told()


def test_reasoning_and_cached_tokens_need_not_be_told(call):
    bill(call(answer=counted(), usage=Usage(prompt_tokens=232, completion_tokens=6, total_tokens=451))).is_told()


@pytest.mark.parametrize("reasoning", ["", "included"])
def test_usage_told_with_the_reasoning_in_the_completion_is_usage_counted(reasoning, call):
    included = replace(TOLD, completion_tokens=219)
    for usage in (included, replace(included, reasoning_tokens=None)):
        bill(replace(call(answer=counted(), usage=usage), tells=Tells(reasoning=reasoning))).is_told()


@pytest.mark.parametrize(
    ("told", "because"),
    [
        (None, "the caller is told no usage where xAI's answer says 232 (192 cached) + 6 + 213 of reasoning tokens"),
        (Usage(prompt_tokens=12, completion_tokens=6, total_tokens=451), "told 12 prompt tokens; xAI's answer says 232"),
        (Usage(prompt_tokens=232, completion_tokens=7, total_tokens=451), "told 7 completion tokens; xAI's answer says 6"),
        (replace(TOLD, completion_tokens=219, total_tokens=664), "told 219 completion tokens; xAI's answer says 6"),
        (Usage(prompt_tokens=232, completion_tokens=6), "the caller is told no total tokens; xAI's answer says 451"),
        (Usage(prompt_tokens=232, completion_tokens=6, total_tokens=451, cached_tokens=0), "told 0 cached tokens"),
        (Usage(prompt_tokens=232, completion_tokens=6, total_tokens=451, reasoning_tokens=6), "told 6 reasoning tokens"),
    ],
)
def test_usage_is_told_otherwise(call, told, because):
    unkept = broken(bill(call(answer=counted(), usage=told)).is_told)
    assert because in str(unkept)
    assert unkept.at == "usage"


def test_the_usage_of_a_stream_stands_in_its_last_event(call, streamed):
    bill(call(exchanges=[streamed(counted())], usage=TOLD)).is_told()


def test_two_answers_are_paid_twice(call, exchange):
    twice = call(exchanges=[exchange(answer=counted()), exchange(answer=counted())], usage=TOLD)
    assert str(broken(bill(twice).is_told)) == "the caller is told 232 prompt tokens; xAI's answer says 464"


def test_a_refusal_costs_nothing(call, exchange):
    after = call(exchanges=[exchange(status=503, answer={"error": "no"}), exchange(answer=counted())], usage=TOLD)
    bill(after).is_told()


def test_a_stream_that_nobody_asked_for_its_usage_has_none(call):
    with pytest.raises(NotApplicable, match="this provider does not ask"):
        bill(call(answer={"choices": []})).is_told()


@pytest.mark.parametrize("made_up", [{"usage": TOLD}, {"cost": 0.002}], ids=["usage", "cost"])
@pytest.mark.parametrize("exchanges", [(), None], ids=["nothing left", "an answer without usage"])
def test_what_is_told_where_xai_counts_nothing_is_made_up(made_up, exchanges, call):
    assert "made up" in str(broken(bill(call(answer={"choices": []}, exchanges=exchanges, **made_up)).is_told))


def test_where_nothing_left_nothing_is_counted_and_that_is_the_reason(call):
    assert "nothing left for grok-4" in str(broken(bill(call(exchanges=[], usage=Usage(prompt_tokens=0))).is_told))


def test_a_count_that_cannot_be_read_decides_nothing(call):
    odd = counted()
    del odd["usage"]["prompt_tokens_details"]
    with pytest.raises(NotRun, match="in a way that is not known here") as raised:
        bill(call(answer=odd)).is_told()
    assert raised.value.blame == Blame.CASSETTES


def test_a_call_that_failed_says_so(call):
    assert str(broken(bill(call(failure="XAIError: no", answer={"error": "no"})).is_told)) == "the caller got XAIError: no"


def test_the_share_of_the_window_is_that_of_the_prompt(call, rollout):
    said = bill(call(answer=counted(prompt=687, completion=5, total=692, cached=0, reasoning=0))).share(rollout.target)
    assert said == "grok-4: 687 + 5 tokens, 0.27 % of 256,000"


# --- money


def test_a_recorded_price_is_reckoned_to_the_tick(call, rollout):
    paid = bill(call(answer=counted(ticks=6_359_000), cost=0.0006359))
    paid.adds_up(rollout)
    assert paid.price(rollout) == "grok-4.3: 232 (192 cached) + 6 + 213 of reasoning tokens, $0.0006359"


@pytest.mark.parametrize("off", [-1, 1])
def test_a_price_that_is_one_tick_off_is_blamed_on_whose_answer_it_is(call, exchange, rollout, off):
    derived = broken(bill(call(answer=counted(ticks=6_359_000 + off))).adds_up, rollout)
    assert str(derived).startswith(
        f"xAI's answer says {6_359_000 + off:,} ticks; 232 (192 cached) + 6 + 213 of reasoning tokens are 6,359,000"
    )
    assert derived.blame == Blame.CASSETTES
    one = exchange(answer=counted(ticks=6_359_000 + off))
    recorded = Exchange(request=one.request, answer=Answer(status=200, headers={}, body=one.answer.body, provenance="recorded"))
    assert broken(bill(call(exchanges=[recorded])).adds_up, rollout).blame == Blame.XAI


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (0.0, "$0.00"),
        (0.001, "$0.001"),
        (0.0006360, "$0.000636"),
        (0.00063590006, "$0.0006359001"),
        (float("nan"), "$nan"),
        (float("inf"), "$inf"),
        (-1.0, "$-1.0"),
    ],
)
@pytest.mark.parametrize("ticks", [None, 6_359_000])
def test_the_provider_says_another_price(call, rollout, cost, said, ticks):
    unkept = broken(bill(call(answer=counted(ticks=ticks), cost=cost)).adds_up, rollout)
    assert str(unkept).startswith(f"the provider says that the call cost {said}; 232 (192 cached)")
    assert str(unkept).endswith("of grok-4.3 cost $0.0006359")
    assert unkept.blame == Blame.PROVIDER


def test_half_a_tick_is_the_rounding_of_a_float(call, rollout):
    bill(call(answer=counted(), cost=0.00063590004)).adds_up(rollout)


def test_without_any_price_there_is_nothing_to_compare(call, rollout):
    with pytest.raises(NotApplicable, match=r"neither xAI's answer nor the provider names a price; it is \$0\.0006359 by"):
        bill(call(answer=counted())).adds_up(rollout)


def test_a_model_without_a_price_is_not_reckoned(call, rollout):
    with pytest.raises(NotRun, match="the rollout names no price of grok-9"):
        bill(call(answer=counted(model="grok-9"))).adds_up(rollout)


@pytest.mark.parametrize(
    ("model", "served", "paid"),
    [
        ("grok-3-fast", "grok-3", "grok-3-fast"),
        ("grok-3-mini", "grok-3-mini-high", "grok-3-mini"),
        ("grok-4", "grok-4-0709", "grok-4-0709"),
        ("grok-4", "grok-4.3", "grok-4.3"),
        ("grok-3-fast", "grok-4.3", "grok-4.3"),
    ],
)
def test_what_is_paid_is_what_answered_but_for_names_that_have_a_price_of_their_own(call, rollout, model, served, paid):
    said = bill(call({"model": model}, answer=counted(model=served))).price(rollout)
    assert said.startswith(f"{paid}: ")
