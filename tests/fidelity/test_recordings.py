"""Real traffic has the committed shapes and keeps the invariants, by the same code that judges the bundled answers.

The recordings are not part of the project; where their folder is absent these tests are skipped.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from grokgate.formats.home import home
from grokgate.formats.recordings.reader import read_recordings
from grokgate.formats.world_file import world_facts
from grokgate.upstream.cost import Unbounded, ceiling, cost_of
from grokgate.upstream.fidelity.invariants import broken_invariants
from grokgate.upstream.fidelity.reply import Reply
from grokgate.upstream.fidelity.shape import faults_of
from grokgate.values.wire import Answer
from grokgate.values.world import Price

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the real recordings are not beside this checkout")

NO_SHAPE = {
    ("2025-10-03", "events: expected an event, found nothing (shapes.toml)"): 1,  # recorded without a body
}
"""Why a recording has another shape: the day, the fault, and how many exchanges have it."""
REPLACED = "REDACTED"
"""What stands in place of identifiers that a recorder replaced."""

NOT_KEPT = {
    ("2025-10-03", ("chat-stream-ends-with-done",)): 1,  # recorded without a body
    ("2026-05-29", ("chat-stream-ends-with-done", "usage-where-asked")): 21,  # the recorder stopped at the finish reason
    (
        "2026-07-08",
        ("cost-is-the-price",),
    ): 2,  # grok-4.5 over gRPC: in its first weeks what is cached cost $0.50, by August $0.30
}
"""What a recording does not keep: the day, the invariants, and how many exchanges break just these."""

WORLDS = ("grok-4-0709", "grok-4.3", "grok-4.7")
"""In the order of their eras."""
PRICED = "2026-05-23"
"""The first list of models with prices; six days before the first answers with a cost."""


@pytest.fixture(scope="module")
def lists():
    return read_recordings(RECORDINGS / "v1-models-by-date.json").captures


@pytest.fixture(scope="module")
def over_http():
    return read_recordings(RECORDINGS / "xai-http.jsonl.gz").captures


@pytest.fixture(scope="module")
def later():
    return read_recordings(RECORDINGS / "xai-http-2.jsonl.gz").captures


@pytest.fixture(scope="module")
def over_grpc():
    return read_recordings(RECORDINGS / "xai-grpc.jsonl.gz").captures


@pytest.fixture(scope="module")
def prices(lists):
    """What xAI itself named as its prices."""
    [listed] = [Reply(capture).json["data"] for capture in lists if capture.recorded_at.startswith(PRICED)]
    return {
        row["id"]: Price(
            prompt=row["prompt_text_token_price"],
            cached=row["cached_prompt_text_token_price"],
            completion=row["completion_text_token_price"],
            long_from=row["long_context_threshold"],
        )
        for row in listed
        if "prompt_text_token_price" in row
    }


def test_all_recordings_are_there(over_http, later, over_grpc, lists):
    assert (len(over_http), len(later), len(over_grpc), len(lists)) == (961, 412, 49, 21)
    assert Counter(Reply(capture).endpoint for capture in over_http) == {"chat": 955, "responses": 6}
    assert Counter(Reply(capture).endpoint for capture in later) == {"chat": 338, "responses": 74}


def test_every_recording_has_its_shape(over_http, later, lists):
    captures = (*over_http, *later, *lists)
    faults = Counter((capture.recorded_at[:10], str(fault)) for capture in captures for fault in faults_of(capture))
    assert {one: count for one, count in faults.items() if REPLACED not in one[1]} == NO_SHAPE


def test_every_recording_keeps_the_invariants(over_http, later, over_grpc, lists):
    """At the prices of the world of its day; what has no day is held against the newest."""
    worlds = [world_facts(home() / "cassettes" / name) for name in WORLDS]
    captures = (*over_http, *later, *over_grpc, *lists)

    def price_list(capture):
        return next(one.prices for one in worlds if not one.era[1] or "" < capture.recorded_at[:10] < one.era[1])

    broken = [(capture.recorded_at[:10], broken_invariants(capture, price_list(capture))) for capture in captures]
    assert Counter((day, tuple(sorted({one.name for one in found}))) for day, found in broken if found) == NOT_KEPT


def test_the_cost_of_a_hundred_recordings_is_the_listed_price(over_http, prices):
    replies = [Reply(capture) for capture in over_http]
    billed = [reply for reply in replies if reply.endpoint == "chat" and "cost_in_usd_ticks" in reply.usage]
    assert len(billed) == 101
    assert {reply.served for reply in billed} <= prices.keys()
    dearer = {name: replace(price, completion=price.completion + 1) for name, price in prices.items()}
    assert [reply for reply in billed if not broken_invariants(reply.capture, dearer)] == []


@pytest.mark.parametrize("part", [{"prompt": 1, "completion": 0}, {"prompt": 0, "completion": 1}])
def test_no_recording_cost_more_than_its_ceiling(over_http, part):
    """Of the prompt, and of the output; what xAI's own tools cost is not bounded."""
    prices = {"any": Price(cached=part["prompt"], **part)}
    seen = Counter()
    for capture in over_http:
        answer = Answer(status=capture.status, headers=capture.headers, body=capture.body)
        try:
            most = ceiling(capture.request, prices)
        except Unbounded:
            seen["unbounded"] += 1
            continue
        unstated = replace(answer, body=answer.body.replace(b"cost_in_usd_ticks", b"_"))
        cost = cost_of(unstated, capture.request, prices, reserved=most)
        seen[cost.basis] += 1
        assert cost.ticks <= most, capture.origin
    assert seen == {"unbounded": 6, "reckoned": 882, "reserved": 65, "free": 8}


def test_what_a_recording_cost_is_what_it_states(over_http):
    stated = [capture for capture in over_http if capture.status == 200 and "cost_in_usd_ticks" in Reply(capture).usage]
    answers = [Answer(status=200, headers=capture.headers, body=capture.body) for capture in stated]
    costs = [cost_of(answer, capture.request, {}, reserved=0) for answer, capture in zip(answers, stated, strict=True)]
    assert [cost.ticks for cost in costs] == [Reply(capture).usage["cost_in_usd_ticks"] for capture in stated]
    assert {cost.basis for cost in costs} == {"stated"}


def test_an_answer_of_another_era_does_not_fit(over_http):
    """What tells the eras apart is seen: of all these, none would do for an answer of August 2026."""
    answers = [capture for capture in over_http if capture.status == 200 and Reply(capture).kind == "application/json"]
    chats = [capture for capture in answers if Reply(capture).endpoint == "chat"]
    assert len(chats) == 738
    assert [one.origin for one in chats if not faults_of(replace(one, recorded_at="2026-08-10T00:00:00Z"))] == []
