"""Which rule a captured exchange plays for, if any.

A capture may stand for a rule where its answer is of the rule's kind: the same status, an ending of the same sort, tool calls
where the rule has them. An answer that was cut by its limit, or a model that chose to answer in words, is true and stands for
another case than the rule's; it is kept without one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from grokgate.upstream.cassette import Recording
from grokgate.upstream.semantics import Meaning
from grokgate.upstream.tape import Tape
from grokgate.values.capture import Capture
from grokgate.values.wire import Answer, Miss, WireRequest

_THINKING = re.compile(r"/(none|hidden|shown)$")
_FINISH = re.compile(r'"finish_reason"\s*:\s*"(\w+)"')
_STATUS = re.compile(r'"status"\s*:\s*"(completed|incomplete)"')


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The recording whose place a capture can take and what narrows it; or why there is none."""

    means: Meaning
    recording: Recording | None = None
    answer: Answer | None = None
    when: Mapping[str, tuple[str, ...]] | None = None
    reason: str = ""

    @property
    def rule(self) -> str:
        return self.recording.rule if self.recording else ""


def placed(capture: Capture, tape: Tape) -> Placement:
    """Where a capture belongs in the tape's world."""
    request = _with_key(capture, tape.key)
    faults = [rule.when["scenario"] for rule in tape.world.rules if rule.stage == "fault"]
    scenarios = ["plain", *dict.fromkeys(name for names in faults for name in names)] if capture.status >= 400 else ["plain"]
    fitting = []
    for scenario in scenarios:
        means = tape.meaning(request, scenario)
        recording, answer = tape.found(means), tape.answer(request, scenario)
        if recording and isinstance(answer, Answer) and answer.status == capture.status:
            fitting.append((scenario == "plain", _likeness(answer.body, capture.body), recording, answer, means))
    if not fitting:
        means = tape.meaning(request)
        answered = tape.answer(request)
        if isinstance(answered, Miss):
            return Placement(means=means, reason=f"the answer is {capture.status}; {answered.reason}")
        reason = f"the answer is {capture.status}; rule {answered.rule} answers {answered.status}"
        return Placement(means=means, answer=answered, reason=reason)
    _, _, recording, answer, means = max(fitting, key=lambda fit: fit[:2])
    if "answer" in recording.fill:
        return Placement(means=means, answer=answer, reason=f"rule {recording.rule}: one question's answer is no other's")
    if differing := _differs(capture.body.decode("utf-8", "replace"), answer.body.decode()):
        return Placement(means=means, answer=answer, reason=f"rule {recording.rule}: {differing}")
    return Placement(means=means, recording=recording, answer=answer, when=_narrowed(capture, means))


def form_of(rule: str) -> str:
    """What a rule is about, whichever model answers: ``plain`` of ``plain/hidden``."""
    return _THINKING.sub("", rule)


def _with_key(capture: Capture, key: str) -> WireRequest:
    """The request as if it had come with the good key, unless its answer tells that it did not: keys are never kept."""
    wrong = capture.status == 401 or b"Incorrect API key" in capture.body
    return replace(capture.request, headers={**capture.request.headers, "authorization": f"Bearer {'no' if wrong else key}"})


def _likeness(one: bytes, other: bytes) -> float:
    """How alike two refusals are."""
    return difflib.SequenceMatcher(None, one[:500], other[:500]).ratio() if len(other) < 5000 else 0.0


def _differs(body: str, answered: str) -> str:
    for what, shape in (("finish reason", _FINISH), ("status", _STATUS)):
        mine, theirs = (found[-1] if (found := shape.findall(text)) else "none" for text in (body, answered))
        if mine != theirs:
            return f"its answer ends with {what} {theirs}, this one with {mine}"
    if ('"tool_calls"' in body) != ('"tool_calls"' in answered):
        return "one of the two answers calls a tool"
    if body.startswith("data:") and "data: [DONE]" not in body:
        return "the stream was cut before its end by whoever recorded it"
    return ""


def _narrowed(capture: Capture, means: Meaning) -> dict[str, tuple[str, ...]]:
    """What a request must mean to get this very answer: the same model, tools and schema; usage only where it was sent."""
    if capture.status != 200 or means["route"] == "models":
        return {}
    when: dict[str, tuple[str, ...]] = {"served": (means["served"],)}
    if means["offered"] != "none":
        when["tools"] = (means["tools"],)
    if means["format"] == "json_schema":
        when["schema"] = (means["schema"],)
    if means["stream"] != "no" and means["route"] == "chat":
        when["stream"] = ("yes", "with-usage") if b'"usage"' in capture.body else ("yes",)
    return when
