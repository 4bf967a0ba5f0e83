"""Every bundled answer, of every world, has the shape of the real ones and keeps what they keep."""

import json
from dataclasses import replace

import pytest

from grokgate.formats.fixtures import prompt, prompts
from grokgate.formats.home import home, worlds
from grokgate.upstream.fidelity.counts import counts_of
from grokgate.upstream.fidelity.invariants import broken_invariants
from grokgate.upstream.fidelity.reply import Reply, captured
from grokgate.upstream.fidelity.shape import day_of_world, faults_of
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world
from grokgate.values.wire import Miss

ON_PURPOSE = {
    "thinking-shown/derived-1": {"chat/thinking-hidden"},  # grok-4 in the week of its release, July 2025: no recording is as old
}
"""Answers that show what no recording does: the exchange, and the definitions that it does not fit."""
DAYS = {"billed": "2026-03-09", "billed-long": "2026-03-09"}
"""The day of what is asked for by scenario, where it is another than its world's: since January 2026 the usage names the cost."""
BROKEN_ON_PURPOSE = {
    f"{id}{kind}/derived-1": {"arguments-are-json"}
    for id in ("tool-arguments-cut", "tool-arguments-empty")
    for kind in ("", "-stream")
}
"""Answers of a model that makes a mistake which no recording shows: the exchange, and the invariants that it does not keep."""

LONG = "long-129900"
"""The long prompt that stands in an example request; it fits every window."""
TAPES = {name: Tape(load_world(home() / "cassettes" / name), prompts(), key="example-key") for name in worlds()}
BUNDLED = [(name, recording) for name, tape in TAPES.items() for recording in tape.world.recordings]
every = pytest.mark.parametrize(("world", "recording"), BUNDLED, ids=[f"{name}:{one.id}" for name, one in BUNDLED])


def played(world, recording, worded=lambda request: request, **changed):
    """What comes back for its example request, or for that request in other words or with other fields."""
    [rule] = [rule for rule in TAPES[world].world.rules if rule.id == recording.rule]
    request = recording.request
    if rule.when.get("prompt") == ("long",):
        long = json.dumps(prompt(LONG))[1:-1]
        request = replace(request, body=request.body.replace(b"${prompt}", long.encode()))
    if changed:
        request = replace(request, body=json.dumps({**request.json, **changed}).encode())
    request = worded(request)
    answer = TAPES[world].answer(request, rule.when.get("scenario", ("plain",))[0])
    assert not isinstance(answer, Miss), answer.reason
    return captured(request, answer)


def on_responses(request):
    """An example request as the responses endpoint words it."""
    asked = {key: value for key, value in request.json.items() if key != "stream_options"}
    asked["input"] = [item for turn in asked.pop("messages") for item in items(turn)]
    if (limit := asked.pop("max_completion_tokens", None)) is not None:
        asked["max_output_tokens"] = limit
    if (effort := asked.pop("reasoning_effort", None)) is not None:
        asked["reasoning"] = {"effort": effort}
    if wanted := asked.pop("response_format", None):
        asked["text"] = {"format": {**wanted.get("json_schema", {}), "type": wanted["type"]}}
    asked["tools"] = [{**tool["function"], "type": "function"} for tool in asked.get("tools", ())]
    if isinstance(asked.get("tool_choice"), dict):
        asked["tool_choice"] = {"type": "function", "name": asked["tool_choice"]["function"]["name"]}
    return replace(request, url=request.url.replace("chat/completions", "responses"), body=json.dumps(asked).encode())


def items(turn):
    """A message as items of a responses request."""
    if turn["role"] == "tool":
        return [{"type": "function_call_output", "call_id": turn["tool_call_id"], "output": turn["content"]}]
    calls = [{"type": "function_call", "call_id": call["id"], **call["function"]} for call in turn.get("tool_calls", ())]
    parts = [PARTS[part["type"]](part) for part in turn["content"]] if isinstance(turn["content"], list) else turn["content"]
    return [*([{"role": turn["role"], "content": parts}] if parts else []), *calls]


PARTS = {
    "text": lambda part: {"type": "input_text", "text": part["text"]},
    "image_url": lambda part: {"type": "input_image", "image_url": part["image_url"]["url"]},
}


def day_of(world, recording):
    return DAYS.get(recording.rule.removesuffix("-stream"), day_of_world(world))


def prices(world):
    return TAPES[world].world.prices


def test_every_world_bundles_answers():
    assert {name for name, _ in BUNDLED} == set(worlds())


@every
def test_a_bundled_answer_has_its_shape(world, recording):
    faults = faults_of(played(world, recording), day=day_of(world, recording))
    assert [str(fault) for fault in faults if fault.schema not in ON_PURPOSE.get(recording.id, ())] == []
    assert {fault.schema for fault in faults} == ON_PURPOSE.get(recording.id, set())


@every
def test_a_bundled_answer_keeps_the_invariants(world, recording):
    found = broken_invariants(played(world, recording), prices(world))
    assert [str(broken) for broken in found if broken.name not in BROKEN_ON_PURPOSE.get(recording.id, ())] == []
    assert {broken.name for broken in found} == BROKEN_ON_PURPOSE.get(recording.id, set())


CHATS = [(name, one) for name, one in BUNDLED if one.is_stream and one.request.path.endswith("/chat/completions")]


@pytest.mark.parametrize("asked", [True, False], ids=["with usage", "without usage"])
@pytest.mark.parametrize(("world", "recording"), CHATS, ids=[f"{name}:{one.id}" for name, one in CHATS])
def test_a_bundled_stream_gives_its_usage_where_it_was_asked_for(world, recording, asked):
    capture = played(world, recording, stream_options={"include_usage": asked})
    assert (b'"usage":' in capture.body) is asked
    broken = {one.name for one in broken_invariants(capture, prices(world))}
    assert broken == BROKEN_ON_PURPOSE.get(recording.id, set())
    assert {fault.schema for fault in faults_of(capture, day=day_of(world, recording))} == ON_PURPOSE.get(recording.id, set())


# --- each of them on responses ------------------------------------------------------------------------------------------

SPOKEN = [(name, one) for name, one in BUNDLED if one.endpoint == "chat" and one.status == 200]
ENCRYPTED = {"include": ["reasoning.encrypted_content"], "store": False}
in_each_world = pytest.mark.parametrize("world", worlds())
asking = pytest.mark.parametrize("asked", [{}, ENCRYPTED], ids=["", "encrypted"])


@in_each_world
@asking
def test_a_bundled_answer_has_the_shape_of_a_response_where_it_is_asked_for_one(world, asked):
    for name, recording in SPOKEN:
        if name == world:
            capture = played(world, recording, on_responses, **asked)
            assert [str(fault) for fault in faults_of(capture, day=day_of(world, recording))] == [], recording.id


@in_each_world
@asking
def test_a_bundled_answer_keeps_the_invariants_of_a_response(world, asked):
    for name, recording in SPOKEN:
        if name == world:
            found = broken_invariants(played(world, recording, on_responses, **asked), prices(world))
            assert {broken.name for broken in found} == BROKEN_ON_PURPOSE.get(recording.id, set()), recording.id


@in_each_world
def test_a_bundled_answer_says_on_responses_what_it_says_on_chat(world):
    for name, recording in SPOKEN:
        if name == world:
            assert told(played(world, recording, on_responses)) == told(played(world, recording)), recording.id


def told(capture):
    """What was thought, said and called, and the tokens of it; of either endpoint."""
    reply = Reply(capture)
    counts = counts_of(reply)
    calls = [(call["name"], call["arguments"]) for call in reply.tool_calls]
    tokens = (counts.prompt, counts.cached, counts.spoken, counts.reasoning, reply.usage.get("cost_in_usd_ticks"))
    return (*words(reply), calls, reply.served, tokens)


def words(reply):
    """Thinking and text."""
    if reply.endpoint == "responses":
        output = reply.answers[-1]["output"]
        thinking = [part["text"] for item in output if item["type"] == "reasoning" for part in item["summary"]]
        said = [part["text"] for item in output if item["type"] == "message" for part in item["content"]]
        return "".join(thinking), "".join(said)
    choices = [choice for answer in reply.answers for choice in answer["choices"]]
    parts = [choice.get("message", choice.get("delta")) for choice in choices]
    return tuple("".join(part.get(key) or "" for part in parts) for key in ("reasoning_content", "content"))
