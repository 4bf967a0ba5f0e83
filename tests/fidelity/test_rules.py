"""The rules and the bundled answers beside real traffic: each real exchange finds a rule, and its answer is of the same shape.

The recordings are not part of the project; where their folder is absent these tests are skipped.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from grokgate.formats.recordings.reader import read_recordings
from grokgate.upstream.drift import ENUMERATIONS, walk
from grokgate.upstream.fidelity.reply import Reply, captured
from grokgate.upstream.library import sorted_in, tapes
from grokgate.values.script import Called, Scripted

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the real recordings are not beside this checkout")

BY_ERA = ("service_tier", "usage.cost_in_usd_ticks")
"""Keys that came during an era: cost_in_usd_ticks by January 2026, service_tier in June 2026. The bundled answers of a world
show one day of it."""
CHOSE = "the model chose to call, or not to call, where the tape guesses otherwise"
"""The one reason that a test takes away: it tells the tape what the model does."""
EXCEPTIONS = {
    CHOSE: 14,
    "the stream was cut by whoever recorded it": 22,
    "the limit left no text": 2,
    "a placeholder stands for the prompt that was too long": 2,
    "it thought and did not show it": 1,
}
"""Why the answer on tape has another shape, and how many exchanges each reason is true of."""
PLACEHOLDER = b"<MASSIVE_TEXT>"
"""What two recordings have in place of a prompt that was over the window."""
TAPES = tapes()
AGREE = 0.95
"""The least share of the real exchanges that find a rule and agree with it in status and shape."""


@pytest.fixture(scope="module")
def chats():
    """Each real chat exchange with its place."""
    files = ("xai-http.jsonl.gz", "xai-http-2.jsonl.gz")
    captures = [capture for file in files for capture in read_recordings(RECORDINGS / file).captures]
    return sorted_in([capture for capture in captures if capture.request.path.endswith("/chat/completions")], TAPES)


def played(one):
    """The answer on tape, as if it had been recorded too."""
    return captured(one.capture.request, one.placement.answer)


def pairs(capture):
    return [found for message in Reply(capture).messages for found in walk(message)]


def shape(capture):
    """The paths of an answer and the types there, without keys that depend on the day."""
    found = {(path, type(value).__name__) for path, value in pairs(capture)}
    return {(path, kind) for path, kind in found if path not in BY_ERA}


def told(one):
    """The answer where the tape is told what the model really did, by a script."""
    real = Reply(one.capture)
    parts = [choice.get("message") or choice.get("delta") or {} for answer in real.answers for choice in answer["choices"]]
    calls = tuple(Called(name=call["name"], arguments=call["arguments"]) for call in real.tool_calls)
    thinking, text = ("".join(part.get(key) or "" for part in parts) for key in ("reasoning_content", "content"))
    says = Scripted(text=text, thinking=thinking, calls=calls)
    tape = TAPES[one.world.name]
    request = replace(one.capture.request, headers={"authorization": f"Bearer {tape.key}"})
    return captured(request, tape.answer(request, says=says))


def reason(one):
    """Why the answer on tape has another shape than the real one."""
    body, real, tape = one.capture.body, Reply(one.capture), Reply(played(one))
    if not body or (body.startswith(b"data:") and b"[DONE]" not in body):
        return "the stream was cut by whoever recorded it"
    if PLACEHOLDER in one.capture.request.body:
        return "a placeholder stands for the prompt that was too long"
    if bool(real.tool_calls) != bool(tape.tool_calls):
        return CHOSE
    differing = shape(one.capture) ^ shape(played(one))
    if differing == {("choices[].message.reasoning_content", "str")} and b'"reasoning_content"' not in body:
        return "it thought and did not show it"
    if differing == {("choices[].delta.content", "str")} and b'"finish_reason":"length"' in body.replace(b": ", b":"):
        return "the limit left no text"
    return f"unexplained: {sorted(differing)}"


def test_each_real_chat_exchange_finds_a_rule(chats):
    assert len(chats) == 1293
    assert [one.placement.reason for one in chats if one.placement.answer is None] == []


def test_the_answer_on_tape_has_the_status_of_the_real_one(chats):
    others = [one for one in chats if one.placement.answer.status != one.capture.status]
    assert [one.capture.origin for one in others if PLACEHOLDER not in one.capture.request.body] == []


def test_the_answer_on_tape_has_the_shape_of_the_real_one_but_for_these(chats):
    others = [one for one in chats if shape(one.capture) != shape(played(one))]
    assert Counter(reason(one) for one in others) == EXCEPTIONS
    assert 1 - len(others) / len(chats) >= AGREE


def test_where_the_tape_is_told_what_the_model_did_no_choice_of_its_is_an_exception(chats):
    chose = [one for one in chats if shape(one.capture) != shape(played(one)) and reason(one) == CHOSE]
    assert [one.capture.origin for one in chose if shape(one.capture) != shape(told(one))] == []


def test_the_answer_on_tape_is_of_the_model_that_really_answered(chats):
    def served(capture):
        return {value for path, value in pairs(capture) if path == "model"}

    answers = [one for one in chats if one.capture.body and one.capture.status == 200]
    others = [one for one in answers if served(one.capture) != served(played(one))]
    assert [(one.capture.origin, served(one.capture)) for one in others] == []


def test_enumerated_values_are_known_to_the_tape(chats):
    def values(captures):
        found = (pair for capture in captures for pair in pairs(capture))
        names = set(ENUMERATIONS) - {"model"}
        return {(path, value) for path, value in found if path.rpartition(".")[2] in names and isinstance(value, str)}

    recordings = [recording for tape in tapes().values() for recording in tape.world.recordings]
    known = values(captured(recording.request, recording.with_body(recording.body)) for recording in recordings)
    assert values(one.capture for one in chats) - known - values(map(played, chats)) == set()
