"""The shapes fit what they should, and nothing that lacks a key, has one too many, or says a thing in another way."""

import copy
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grokgate.upstream.fidelity.shape import faults_of, shape_of

OPTIONAL = {
    "chat/stream": {"delta.role", "delta.content", "delta.tool_calls", "choices[].finish_reason"},
    "responses/answer": {"output[].encrypted_content", "image_generation_calls"},
    "responses/stream": {"output[].encrypted_content", "item.encrypted_content", "image_generation_calls"},
    "models/full": {"data[].pricing"},
}
"""Keys that xAI may leave out, by the end of their place."""

OPEN = {"tools[]", "text.format"}
"""Objects that repeat what was asked, and so may hold anything."""

FREE = {
    "content", "reasoning_content", "name", "arguments", "text", "url", "title", "query", "input", "item_id", "delta",
    "encrypted_content", "error", "quality", "resolution", "tool_choice", "tools[].type",
}  # fmt: skip
"""Keys whose texts may be any."""

REMOVED = object()
OTHER_ID = "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
SHOWN = "choices[0].message.reasoning_content"
CALL = "choices[0].message.tool_calls[0].id"
DELTA = "events[1].choices[0].delta"
CALL_IN_STREAM = "events[3].choices[0].delta.tool_calls[0].id"
WORDS = "Some requested entity was not found"

ADDED = [
    ("chat/thinking-none", "chat/text", {"body.model": "grok-4.20-0309-non-reasoning"}, SHOWN),
    ("chat/thinking-hidden", "chat/tool-calls", {f"body.{SHOWN}": "Hm."}, SHOWN),
    ("chat/thinking-hidden", "chat/stream", {f"{DELTA}.reasoning_content": "Hm."}, f"{DELTA}.reasoning_content"),
    ("chat/thinking-shown", "chat/text", {f"body.{SHOWN}": REMOVED}, SHOWN),
    ("chat/thinking-shown", "chat/text", {"body.usage.completion_tokens_details.reasoning_tokens": 0}, SHOWN),
    ("chat/fingerprint-of-10", "chat/tool-calls", {"body.system_fingerprint": f"fp_{'0' * 16}"}, "system_fingerprint"),
    ("chat/fingerprint-of-16", "chat/text", {"body.system_fingerprint": f"fp_{'0' * 10}"}, "system_fingerprint"),
    ("chat/id-without-region", "chat/text", {"body.id": f"{OTHER_ID}_us-east-1"}, "id"),
    ("chat/without-cost", "chat/tool-calls", {"body.usage.cost_in_usd_ticks": 7}, "usage.cost_in_usd_ticks"),
    ("chat/with-cost", "chat/text", {"body.usage.cost_in_usd_ticks": REMOVED}, "usage.cost_in_usd_ticks"),
    ("chat/without-tier", "chat/tool-calls", {"body.service_tier": "default"}, "service_tier"),
    ("chat/with-tier", "chat/text", {"body.service_tier": REMOVED}, "service_tier"),
    ("chat/call-ids-of-digits", "chat/tool-calls", {f"body.{CALL}": f"call-{OTHER_ID}-0"}, CALL),
    ("chat/call-ids-of-uuids", "chat/tool-calls", {"day": "2026-08-10"}, CALL),
    ("chat/call-ids-of-digits", "chat/stream", {CALL_IN_STREAM: f"call-{OTHER_ID}-0"}, CALL_IN_STREAM),
    ("chat/tool-calls", "chat/text", {"body.choices[0].finish_reason": "tool_calls"}, "choices[0].message.tool_calls"),
    ("chat/tool-calls", "chat/tool-calls", {"body.choices[0].finish_reason": "stop"}, "choices[0].finish_reason"),
    ("responses/brief", "responses/answer", {"day": "2025-12-01"}, "truncation"),
    ("responses/full", "responses/answer", {"body.truncation": REMOVED}, "truncation"),
    ("responses/full", "responses/stream", {"events[0].response.truncation": REMOVED}, "events[0].response.truncation"),
    ("responses/without-context", "responses/answer", {"day": "2026-01-30"}, "metadata.system_fingerprint"),
    ("responses/with-context", "responses/answer", {"body.usage.context_details": REMOVED}, "usage.context_details"),
    ("responses/call-ids-of-digits", "responses/answer", {"day": "2026-01-30"}, "output[4].call_id"),
    ("responses/call-ids-of-uuids", "responses/answer", {"body.output[4].call_id": "call_12345678"}, "output[4].call_id"),
    ("models/bare", "models/priced", {"day": "2026-05-01"}, "data[0].long_context_threshold"),
    ("models/with-prices", "models/bare", {"day": "2026-06-01"}, "data[0].prompt_text_token_price"),
    ("models/without-aliases", "models/full", {"day": "2026-06-01"}, "data[0].context_length"),
    ("models/with-aliases", "models/priced", {"day": "2026-08-10"}, "data[0].aliases"),
    ("error/code-in-words", "error/old", {"body.code": "invalid-argument"}, "code"),
    ("error/code-as-slug", "error/new", {"body.code": WORDS}, "code"),
    *((f"error/{status}", "error/old", {"status": status, "body.code": "Never heard of"}, "code")
      for status in (400, 401, 403, 404, 429, 503)),
]  # fmt: skip
"""What each narrower definition finds: the definition, a specimen, what is changed in it, and where the fault is."""


def places(value, steps=()):
    """Everything in a value, with the steps to it."""
    yield steps, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from places(each, (*steps, step))


def steps_of(path):
    return [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]


def changed(specimen, steps, value):
    """The specimen with another value at a place, or without it."""
    other = copy.deepcopy(specimen)
    *before, last = steps
    holder = other
    for step in before:
        holder = holder[step]
    if value is REMOVED:
        del holder[last]
    else:
        holder[last] = value
    return other


def path_of(steps):
    """A place as a fault names it: in the body, or in the events."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".").removeprefix("body").removeprefix(".")


def unnoticed(specimen, capture, changes):
    """The places, without their numbers, at which a change makes no fault."""
    found = set()
    for steps, value in changes:
        paths = {fault.path for fault in faults_of(capture(changed(specimen, steps, value)))}
        if path_of(steps) not in paths:
            found.add(re.sub(r"\[\d+\]", "[]", path_of(steps)))
    return found


def said(specimen):
    """What comes back in a specimen, with the steps to it."""
    return [(steps, value) for steps, value in places(specimen) if steps and steps[0] in ("body", "events")]


def ends(found, known):
    """What is known at the end of each place that was found; a place that is not known stands for itself."""
    return {next((end for end in known if place == end or place.endswith((f".{end}", f"]{end}"))), place) for place in found}


def of_another_type(value):
    if isinstance(value, dict | list):
        return [] if isinstance(value, dict) else {}
    return True if value is None else "7" if isinstance(value, int | float) else 7


def test_a_specimen_of_each_kind_fits(kind, specimen, capture):
    assert faults_of(capture(specimen(kind))) == ()


def test_a_key_that_is_missing_is_a_fault_where_it_should_be(kind, specimen, capture):
    answer = specimen(kind)
    keys = [((*steps, key), REMOVED) for steps, value in said(answer) if isinstance(value, dict) for key in value]
    known = OPTIONAL.get(kind, set())
    assert ends(unnoticed(answer, capture, keys), known) == known


def test_a_key_that_nobody_knows_is_a_fault_where_it_stands(kind, specimen, capture):
    answer = specimen(kind)
    objects = [((*steps, "never_seen"), 1) for steps, value in said(answer) if isinstance(value, dict)]
    found = {place.removesuffix(".never_seen") for place in unnoticed(answer, capture, objects)}
    assert ends(found, OPEN) == (OPEN if kind.startswith("responses/") else set())


def test_a_value_of_another_type_is_a_fault_where_it_stands(kind, specimen, capture):
    answer = specimen(kind)
    others = [(steps, of_another_type(value)) for steps, value in said(answer) if len(steps) > 1]
    assert unnoticed(answer, capture, others) == set()


def test_a_text_out_of_an_enumeration_is_a_fault_where_it_stands(kind, specimen, capture):
    answer = specimen(kind)
    others = [(steps, "never seen") for steps, value in said(answer) if isinstance(value, str)]
    assert ends(unnoticed(answer, capture, others), FREE) <= FREE


@pytest.mark.parametrize(
    ("definition", "kind", "changes", "path"), ADDED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_a_model_a_day_or_a_status_adds_can_be_missed(specimen, capture, definition, kind, changes, path):
    answer = specimen(kind)
    for place, value in changes.items():
        answer = changed(answer, steps_of(place), value)
    assert (definition, path) in {(fault.schema, fault.path) for fault in faults_of(capture(answer))}


def test_between_the_last_old_day_and_the_first_new_one_either_fits(specimen, capture):
    with_cost = changed(specimen("chat/text"), ["day"], "2025-12-24")
    with_cost = changed(with_cost, ["body", "service_tier"], REMOVED)
    assert faults_of(capture(with_cost)) == ()
    assert faults_of(capture(changed(with_cost, ["body", "usage", "cost_in_usd_ticks"], REMOVED))) == ()


def test_the_day_that_is_given_counts_for_an_answer_without_one(specimen, capture):
    refusal = {**specimen("error/old"), "day": ""}
    undated = capture(refusal).__class__(**{**vars(capture(refusal)), "recorded_at": ""})
    assert faults_of(undated) == ()
    assert faults_of(undated, day="2025-10-14") == ()
    assert [fault.schema for fault in faults_of(undated, day="2026-08-10")] == ["error/code-as-slug"]


def test_a_model_that_no_family_knows_is_a_fault_and_is_held_against_the_rest(specimen, capture):
    answer = changed(specimen("chat/text"), ["body", "model"], "grok-99")
    [fault] = faults_of(capture(answer))
    assert str(fault) == "model: expected a model that shapes.toml knows, found grok-99 (shapes.toml)"
    assert "choices" in {fault.path for fault in faults_of(capture(changed(answer, ["body", "choices"], REMOVED)))}


def test_an_endpoint_without_a_shape_is_a_fault(specimen, capture):
    [fault] = faults_of(capture({**specimen("chat/text"), "path": "/v1/embeddings"}))
    assert (fault.expected, fault.found) == ("an endpoint whose shape is known", "POST /v1/embeddings")


@pytest.mark.parametrize("kind", ["chat/text", "error/old"])
def test_a_body_that_is_not_json_is_a_fault(specimen, capture, kind):
    [fault] = faults_of(capture({**specimen(kind), "text": "<html>", "as": "application/json"}))
    assert str(fault) == 'the body: expected JSON, found "<html>" (shapes.toml)'


def test_a_refusal_in_json_where_it_should_be_plain_text_is_a_fault(specimen, capture):
    [fault] = faults_of(capture({**specimen("error/text"), "text": '{"code":"invalid-argument","error":"No."}'}))
    assert fault.schema == "error/text"


def test_a_stream_without_events_is_a_fault(specimen, capture):
    [fault] = faults_of(capture({**specimen("chat/stream"), "events": []}))
    assert (fault.path, fault.found) == ("events", "nothing")


def test_a_type_of_event_that_nobody_knows_is_a_fault(specimen, capture):
    [fault] = faults_of(capture(changed(specimen("responses/stream"), ["events", 5, "type"], "response.new")))
    assert (fault.path, fault.found) == ("events[5].type", "response.new")


def test_a_chunk_says_one_thing(specimen, capture):
    both = changed(specimen("chat/stream"), steps_of("events[3].choices[0].delta.content"), "Blue")
    assert {fault.path for fault in faults_of(capture(both))} == {"events[3].choices[0].delta.tool_calls"}


def test_a_fault_shows_no_more_of_an_answer_than_a_glance(specimen, capture):
    long = changed(specimen("chat/text"), ["body", "choices", 0, "message", "refusal"], "no " * 100)
    [fault] = faults_of(capture(long))
    assert len(fault.found) == 60


def test_a_shape_names_its_definitions():
    shape = shape_of("chat", "answer", served="grok-4-0709", day="2025-10-14")
    assert shape.definitions[:3] == ("chat/answer", "chat/thinking-hidden", "chat/fingerprint-of-10")
    assert "chat/without-cost" in shape.definitions


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["choices", "usage", "model", "type", "delta"]), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=JSON)
@pytest.mark.parametrize(
    "named", ["chat/text", "chat/stream", "responses/answer", "responses/stream", "models/full", "error/old"]
)
def test_anything_at_all_is_judged(specimen, capture, named, content):
    answer = specimen(named)
    faults = faults_of(capture({**answer, "events": [content]} if "events" in answer else {**answer, "body": content}))
    assert all(json.dumps(str(fault)) for fault in faults)
    assert faults
