"""Each invariant finds what only it can find, and none finds anything in an answer that is whole."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grokgate.upstream.fidelity.invariants import INVARIANTS, broken_invariants
from grokgate.upstream.fidelity.reply import Reply
from grokgate.upstream.fidelity.shape import faults_of
from grokgate.upstream.price import Price

PRICES = {"grok-4.3": Price(prompt=12500, cached=2000, completion=25000, long_from=200000)}


def usage(kind, **counts):
    def change(answer):
        found = answer["body"]["usage"] if "body" in answer else answer["events"][-1]["usage"]
        for path, value in counts.items():
            *before, last = path.split("__")
            inner = found
            for step in before:
                inner = inner[step]
            inner[last] = value

    return kind, change


def choice(kind, **values):
    return kind, lambda answer: answer["body"]["choices"][0].update(values)


def chunk(number, **values):
    return "chat/stream", lambda answer: answer["events"][number]["choices"][0].update(values)


def event(kind, number, **values):
    return kind, lambda answer: answer["events"][number].update(values)


def twice(answer):
    call = answer["events"][3]
    answer["events"].insert(4, call)


def arguments(answer):
    answer["body"]["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] = '{"colour":"bl'


def arguments_of_an_item(answer):
    answer["body"]["output"][4]["arguments"] = ""


IN_JSON = {"format": {"type": "json_object"}}
BROKEN = [
    ("tokens-add-up", *usage("chat/text", total_tokens=132)),
    ("tokens-add-up", *usage("chat/stream", total_tokens=720)),
    ("tokens-add-up", *usage("responses/answer", total_tokens=580)),
    ("reasoning-within-output", *usage("responses/answer", output_tokens_details__reasoning_tokens=101)),
    ("prompt-parts-add-up", *usage("chat/text", prompt_tokens_details__image_tokens=0)),
    ("cost-is-the-price", *usage("chat/text", cost_in_usd_ticks=1003000)),
    ("cost-is-the-price", *usage("responses/answer", cost_in_usd_ticks=1)),
    ("cost-is-the-price", "chat/text", lambda answer: answer["body"].update(service_tier="priority")),
    ("finish-is-known", *choice("chat/text", finish_reason="end_turn")),
    ("finish-is-known", *choice("chat/text", finish_reason=None)),
    ("finish-tells-of-calls", *choice("chat/text", finish_reason="tool_calls")),
    ("finish-tells-of-calls", *choice("chat/tool-calls", finish_reason="stop")),
    ("finish-tells-of-calls", *chunk(4, finish_reason="stop")),
    ("arguments-are-json", "chat/tool-calls", arguments),
    ("arguments-are-json", "responses/answer", arguments_of_an_item),
    ("stream-where-asked", "chat/text", lambda answer: answer["asked"].update(stream=True)),
    ("stream-where-asked", "responses/stream", lambda answer: answer["asked"].update(stream=False)),
    ("refusal-says-code-and-error", "error/old", lambda answer: answer["body"].update(error={"message": "No."})),
    ("refusal-says-code-and-error", "error/old", lambda answer: answer["body"].update(type="invalid_request_error")),
    ("refusal-says-code-and-error", "error/gone", lambda answer: answer["body"].update(code="gone")),
    ("refusal-says-code-and-error", "error/text", lambda answer: answer.update(text="{}")),
    ("refusal-gives-no-hint", "error/new", lambda answer: answer.update(headers={"retry-after": "3"})),
    ("refusal-gives-no-hint", "error/new", lambda answer: answer.update(headers={"x-ratelimit-limit-requests": "3"})),
    ("one-answer", *event("chat/stream", 2, model="grok-3")),
    ("one-answer", *event("chat/stream", 2, id="0a1b2c3d-0a1b-2c3d-4e5f-ffffffffffff")),
    ("one-answer", "responses/stream", lambda answer: answer["events"][-1]["response"].update(id="another")),
    ("created-never-falls", *event("chat/stream", 2, created=1)),
    ("chat-stream-ends-with-done", "chat/stream", lambda answer: answer.update(done=False)),
    ("role-comes-first", *chunk(1, delta={"role": "assistant"})),
    ("role-comes-first", *chunk(0, delta={})),
    ("finish-comes-last", *chunk(1, finish_reason="tool_calls")),
    ("finish-says-nothing-else", *chunk(4, delta={"content": "."})),
    ("calls-come-whole", "chat/stream", twice),
    ("usage-where-asked", "chat/stream", lambda answer: answer["asked"].pop("stream_options")),
    ("usage-where-asked", "chat/stream", lambda answer: answer["events"].pop()),
    ("numbers-rise-from-0", *event("responses/stream", 3, sequence_number=4)),
    ("created-first-completed-last", *event("responses/stream", 0, type="response.in_progress")),
    ("items-open-and-close", *event("responses/stream", 2, output_index=7)),
    ("items-open-and-close", "responses/stream", lambda answer: answer["events"][-1]["response"].update(output=[])),
    ("response-repeats-the-request", "responses/answer", lambda answer: answer["asked"].update(instructions="Be brief")),
    ("response-repeats-the-request", "responses/answer", lambda answer: answer["body"].update(tools=[])),
    (
        "response-repeats-the-request",
        "responses/stream",
        lambda answer: answer["asked"].update(text={"format": {"type": "json_object"}}),
    ),
    ("pieces-make-the-whole", *event("responses/stream", 5, delta=" tone.")),
]
"""What is broken, in which specimen, and how."""

REWRITTEN = [
    ("chat-stream-is-data-lines", "chat/stream", "data: {", "event: chunk\ndata: {"),
    ("chat-stream-is-data-lines", "chat/stream", "[DONE]\n\n", "[DONE]\n"),
    ("events-bear-their-type", "responses/stream", "event: response.created\n", ""),
    ("events-bear-their-type", "responses/stream", "event: response.created", "event: message"),
    ("responses-stream-has-no-done", "responses/stream", "", "data: [DONE]\n\n"),
]
"""What is broken, in which specimen, and which piece of the wire is replaced; nothing stands for its end."""


def names(capture):
    return {broken.name for broken in broken_invariants(capture, PRICES)}


def test_an_answer_of_each_kind_keeps_all(kind, specimen, capture):
    assert broken_invariants(capture(specimen(kind)), PRICES) == ()


@pytest.mark.parametrize(("name", "kind", "change"), BROKEN, ids=[f"{name}-{kind}" for name, kind, _ in BROKEN])
def test_what_is_broken_is_found_by_its_invariant_alone(specimen, capture, name, kind, change):
    answer = specimen(kind)
    change(answer)
    assert names(capture(answer)) == {name}


@pytest.mark.parametrize(("name", "kind", "old", "new"), REWRITTEN)
def test_what_is_broken_on_the_wire_is_found_by_its_invariant_alone(specimen, capture, name, kind, old, new):
    whole = capture(specimen(kind))
    body = whole.body.replace(old.encode(), new.encode(), 1) if old else whole.body + new.encode()
    assert names(replace(whole, body=body)) == {name}


def test_every_invariant_is_shown_to_find_something():
    assert {row[0] for row in (*BROKEN, *REWRITTEN)} == {*INVARIANTS, "cost-is-the-price"}


def test_the_second_of_a_chunk_may_rise(specimen, capture):
    answer = specimen("chat/stream")
    assert len({one["created"] for one in answer["events"]}) == 2
    assert names(capture(answer)) == set()


def test_grok_2_finishes_with_its_call(specimen, capture):
    answer = specimen("chat/stream")
    for one in answer["events"]:
        one["model"] = "grok-2-1212"
    answer["events"][3]["choices"][0]["finish_reason"] = "tool_calls"
    del answer["events"][4]
    assert names(capture(answer)) == set()


def test_two_calls_in_chunks_of_their_own_are_whole(specimen, capture):
    answer = specimen("chat/stream")
    second = json.loads(json.dumps(answer["events"][3]))
    second["choices"][0]["delta"]["tool_calls"][0]["index"] = 1
    answer["events"].insert(4, second)
    assert names(capture(answer)) == set()


def test_a_long_prompt_costs_twice(specimen, capture):
    answer = specimen("chat/text")
    counts = answer["body"]["usage"]
    counts.update(prompt_tokens=200000, total_tokens=200042, cost_in_usd_ticks=2 * (200000 * 12500 + 42 * 25000))
    counts["prompt_tokens_details"].update(text_tokens=200000, image_tokens=0, cached_tokens=0)
    assert names(capture(answer)) == set()


def test_grpc_counts_like_chat(specimen, capture):
    counts = {
        "prompt_tokens": 130,
        "prompt_text_tokens": 100,
        "prompt_image_tokens": 30,
        "completion_tokens": 2,
        "total_tokens": 172,
    }
    body = {"model": "grok-4.3", "usage": {**counts, "reasoning_tokens": 40, "cost_in_usd_ticks": "2675000"}}
    answer = {**specimen("chat/text"), "path": "/xai_api.Chat/GetCompletion", "body": body}
    assert names(capture(answer)) == set()
    body["usage"]["total_tokens"] = 132
    assert names(capture(answer)) == {"tokens-add-up"}


@pytest.mark.parametrize(
    ("tool", "cost", "kept"),
    [
        ("WEB_SEARCH", 52675000, True),
        ("ATTACHMENT_SEARCH", 52675000, True),
        ("X_SEARCH", 2675000, False),
        ("WEB_SEARCH", 52675001, False),
        ("CODE_EXECUTION", 2675000, True),  # its fee is not known
        ("CODE_EXECUTION", 2674999, False),
    ],
)
def test_tools_of_xais_own_cost_on_top_over_grpc_too(specimen, capture, tool, cost, kept):
    counts = {
        "prompt_tokens": 130,
        "prompt_text_tokens": 130,
        "completion_tokens": 2,
        "reasoning_tokens": 40,
        "total_tokens": 172,
    }
    used = {"cost_in_usd_ticks": str(cost), "server_side_tools_used": [f"SERVER_SIDE_TOOL_{tool}"]}
    answer = {**specimen("chat/text"), "path": "/xai_api.Chat/GetCompletion"}
    answer["body"] = {"model": "grok-4.3", "usage": {**counts, **used}}
    assert names(capture(answer)) == (set() if kept else {"cost-is-the-price"})


@pytest.mark.parametrize("opening", [": keepalive\n" * 7 + "\n", ": keepalive\n\n" * 7, ":\n"])
@pytest.mark.parametrize("kind", ["chat/stream", "responses/stream"])
def test_comments_in_a_stream_are_no_events(specimen, capture, kind, opening):
    whole = capture(specimen(kind))
    told = replace(whole, body=opening.encode() + whole.body.replace(b"}\n\n", b"}\n\n" + opening.encode(), 3))
    assert names(told) == set()
    assert faults_of(told) == ()
    assert Reply(told).messages == Reply(whole).messages


def test_more_may_be_counted_as_cached_than_the_prompt_has(specimen, capture):
    answer = specimen("chat/text")
    counts = answer["body"]["usage"]
    counts["prompt_tokens_details"]["cached_tokens"] = 200
    counts["cost_in_usd_ticks"] = 200 * 2000 + 42 * 25000
    assert names(capture(answer)) == set()


def test_the_priority_tier_costs_twice_as_much(specimen, capture):
    answer = specimen("chat/text")
    answer["body"]["service_tier"] = "priority"
    answer["body"]["usage"]["cost_in_usd_ticks"] *= 2
    assert names(capture(answer)) == set()


@pytest.mark.parametrize(("model", "kept"), [("grok-code-fast-1", True), ("grok-3-mini", True), ("grok-4.3", False)])
def test_the_last_thought_of_some_comes_with_the_finish(specimen, capture, model, kept):
    answer = specimen("chat/stream")
    for one in answer["events"]:
        one["model"] = model
    answer["events"][4]["choices"][0]["delta"] = {"reasoning_content": "."}
    assert names(capture(answer)) == (set() if kept else {"finish-says-nothing-else"})


def test_what_is_broken_is_said_in_a_sentence(specimen, capture):
    answer = specimen("chat/text")
    answer["body"]["usage"]["total_tokens"] = 132
    [broken] = broken_invariants(capture(answer))
    assert str(broken) == "tokens-add-up: 130 + 2 + 40 is 172, total_tokens is 132"


KEYS = ["id", "model", "choices", "delta", "message", "tool_calls", "function", "index", "usage", "type", "response", "output"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=JSON)
@pytest.mark.parametrize("named", ["chat/text", "chat/stream", "responses/answer", "responses/stream", "error/old"])
def test_anything_at_all_is_looked_at(specimen, capture, named, content):
    answer = specimen(named)
    found = broken_invariants(capture({**answer, "events": [content]} if "events" in answer else {**answer, "body": content}))
    assert all(broken.sentence for broken in found)
