"""The answers of the responses endpoint beside real traffic of it: status, shape, and what an answer repeats of its request.

The recordings are not part of the project; where their folder is absent these tests are skipped.
"""

from collections import Counter
from pathlib import Path

import pytest

from grokgate.formats.recordings.reader import read_recordings
from grokgate.upstream.drift import walk
from grokgate.upstream.fidelity.invariants import broken_invariants
from grokgate.upstream.fidelity.reply import Reply, captured
from grokgate.upstream.library import sorted_in, tapes

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the real recordings are not beside this checkout")

MISSED = {"it has none with tools that xAI itself runs (web_search, x_search, mcp and the like)": 8}
"""What finds no rule, by the reason that the miss gives."""
OF_EACH_ANSWER = ("id", "created_at", "completed_at", "output", "usage", "metadata.system_fingerprint", "status")
"""What no two answers have alike; all else follows from the request."""


@pytest.fixture(scope="module")
def real():
    """Each real exchange on responses with its place."""
    captures = [one for name in ("", "-2") for one in read_recordings(RECORDINGS / f"xai-http{name}.jsonl.gz").captures]
    return sorted_in([one for one in captures if Reply(one).endpoint == "responses"], tapes())


@pytest.fixture(scope="module")
def played(real):
    """Those that find a rule, each with the answer on tape as if it had been recorded."""
    return [(one, captured(one.capture.request, one.placement.answer)) for one in real if one.placement.answer]


def shape(capture):
    """The paths of an answer, or of its events, with the types there."""
    return {(path, type(value).__name__) for message in Reply(capture).messages for path, value in walk(message)}


def repeated(capture):
    """What follows from the request: the values of the last whole response in an answer."""
    whole = Reply(capture).answers[-1]
    found = {key: value for key, value in whole.items() if key not in OF_EACH_ANSWER}
    return {**found, "metadata": set(whole["metadata"])}


def test_each_real_exchange_on_responses_finds_a_rule_but_for_tools_of_xais_own(real):
    assert len(real) == 80
    missed = [one for one in real if one.placement.answer is None]
    reasons = [one.placement.reason.partition("no answer on tape: ")[2].partition(";")[0] for one in missed]
    assert Counter(reasons) == MISSED
    assert {tool["type"] for one in missed for tool in one.capture.request.json["tools"]} == {"web_search", "x_search"}


def test_the_answer_on_tape_has_the_status_of_the_real_one(played):
    assert [one.capture.origin for one, answer in played if answer.status != one.capture.status] == []


def test_the_answer_on_tape_has_the_shape_of_the_real_one(played):
    others = [(one.capture.origin, shape(one.capture) ^ shape(answer)) for one, answer in played]
    assert [(origin, sorted(differing)) for origin, differing in others if differing] == []


def test_the_answer_on_tape_repeats_of_the_request_what_the_real_one_does(played):
    answers = [(one.capture, answer) for one, answer in played if answer.status == 200]
    assert [real.origin for real, tape in answers if repeated(real) != repeated(tape)] == []


def test_every_real_exchange_on_responses_keeps_the_invariants(real):
    assert [(one.capture.origin, *map(str, broken)) for one in real if (broken := broken_invariants(one.capture))] == []
