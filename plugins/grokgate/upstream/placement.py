"""Which rule a captured exchange plays for, if any.

A capture may stand for a rule where its answer says what the rule's does. A refusal does where status, code and sentence are the
same, up to names, numbers and ids; any other answer where it is by the same model, of the same sort, ends alike, and calls a tool
where the rule's does. What was cut by its limit, or a model that chose to answer in words, is true and stands for another case
than the rule's. All that stands for none is kept without a rule, and the placement says why.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from grokgate.upstream.cassette import Recording
from grokgate.upstream.fidelity.reply import Reply, captured
from grokgate.upstream.fill import FILLS, Asked
from grokgate.upstream.refusal import difference, likeness
from grokgate.upstream.semantics import Meaning
from grokgate.upstream.tape import Tape
from grokgate.values.capture import Capture
from grokgate.values.wire import Answer, Miss, WireRequest

NARROWED = {
    **dict.fromkeys(("asked", "served", "window", "retired_on", "instead"), "asked"),
    **dict.fromkeys(("strange_tool", "strange_root"), "tools"),
    "effort": "effort",
    "complaint": "complaint",
}
"""What a refusal tells that is true of some requests alone, and the dimension that tells which."""
VARYING = frozenset({"window", "tokens", "offered", "most_tools", "retired_on", "instead", "masked_key", "call_id"})
"""What is filled in and may be another than the tape's: counts, days, ids. All else must be what was sent."""
UNSET = "unset"
FREE = (UNSET, "auto")
"""Choices that leave it to the model whether it calls a function, which is what it does where nothing is said."""
NO_KEY = "no-key"
"""What stands among scenarios for a request that came without a key."""
_THINKING = re.compile(r"/(none|hidden|shown)$")
_FINISH = re.compile(r'"finish_reason"\s*:\s*"(\w+)"')
_STATUS = re.compile(r'"status"\s*:\s*"(completed|incomplete)"')
_PARTS = frozenset({"choices", "output", "data", "models"})
"""The keys of a body that tell what sort of answer it is."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The recording whose place a capture can take and what narrows it; or why there is none.

    ``answer`` is what the tape says to the same request, in the scenario in which it says the most alike. ``accepted`` is a model
    that answered in place of the world's, and was taken on purpose.
    """

    means: Meaning
    recording: Recording | None = None
    answer: Answer | None = None
    when: Mapping[str, tuple[str, ...]] | None = None
    reason: str = ""
    accepted: str = ""

    @property
    def rule(self) -> str:
        return self.recording.rule if self.recording else ""


def placed(capture: Capture, tape: Tape, accepted: Collection[str] = ()) -> Placement:
    """Where a capture belongs in the tape's world; ``accepted`` are models that may answer in place of the world's."""
    request = _with_key(capture, tape.key)
    means, answer = tape.meaning(request), tape.answer(request)
    if capture.status >= 400:
        return _of_a_refusal(capture, request, answer, tape)
    if isinstance(answer, Miss):
        return Placement(means=means, reason=f"the answer is {capture.status}; {answer.reason}")
    recording = tape.found(means)
    assert recording is not None, "the tape answers with what it finds"
    if answer.status != capture.status:
        reason = f"the answer is {capture.status}; rule {answer.rule} answers {answer.status}"
    elif "answer" in recording.fill:
        reason = f"rule {recording.rule}: one question's answer is no other's"
    elif (other := substitute(capture, tape)) and other not in accepted:
        reason = f"rule {recording.rule}: {other} answered, which is not who does in world {tape.world.name}"
    elif differing := _differs(Reply(capture), Reply(captured(request, answer))):
        reason = f"rule {recording.rule}: {differing}"
    else:
        when = _narrowed(capture, means, tape)
        return Placement(means=means, recording=recording, answer=answer, when=when, accepted=substitute(capture, tape))
    return Placement(means=means, answer=answer, reason=reason)


def form_of(rule: str) -> str:
    """What a rule is about, whichever model answers: ``plain`` of ``plain/hidden``."""
    return _THINKING.sub("", rule)


def substitute(capture: Capture, tape: Tape) -> str:
    """The model that answered in place of the one that does in the tape's world; empty where it is that one, or none is told."""
    served, model = Reply(capture).served, tape.world.served.get(str(capture.request.field("model")))
    if model is None or served in {model.named(effort) for effort in (None, *model.efforts)}:
        return ""
    return "" if served in model.names and not model.redirected else served


def _with_key(capture: Capture, key: str) -> WireRequest:
    """The request as if it had come with the good key: keys are never kept."""
    return replace(capture.request, headers={**capture.request.headers, "authorization": f"Bearer {key}"})


def _of_a_refusal(capture: Capture, request: WireRequest, answer: Answer | Miss, tape: Tape) -> Placement:
    """The place of a refusal: what xAI says to this request, else what it says where a test asks for a refusal."""
    body = capture.body.decode("utf-8", "replace")
    agreeing = []
    for scenario, recording, means in _refusing(request, tape):
        if recording.status == capture.status and not _difference(body, recording, Asked(request, means, tape.world)):
            narrow = len(tape.when(recording))
            agreeing.append((scenario == "plain", likeness(body, recording.body), narrow, recording, means))
    if agreeing:
        *_, recording, means = max(agreeing, key=lambda one: one[:3])
        said = tape.played(request, means, recording)
        return Placement(means=means, recording=recording, answer=said, when=_named(recording, means))
    plain = answer if isinstance(answer, Answer) else None
    answered = f"; rule {plain.rule} answers {plain.status}" if plain and plain.status != capture.status else ""
    reason = f"the answer is {capture.status}{answered}; {_nearest(capture, request, tape)}"
    return Placement(means=tape.meaning(request), answer=plain, reason=reason)


def _refusing(request: WireRequest, tape: Tape) -> Iterator[tuple[str, Recording, Meaning]]:
    """The exchanges that this request can get as a refusal, each with its scenario; it may have come without a key."""
    bare = replace(request, headers={name: value for name, value in request.headers.items() if name != "authorization"})
    meant = [(scenario, tape.meaning(request, scenario)) for scenario in tape.world.scenarios]
    meant += [(NO_KEY, tape.meaning(bare)), ("plain", tape.meaning(request, given=()))]  # its thinking may have been changed
    for scenario, means in meant:
        if (recording := tape.found(means)) and recording.status >= 400:
            yield scenario, recording, means


def _difference(body: str, recording: Recording, asked: Asked) -> str:
    values = {name: {FILLS[name](asked)} for name in recording.fill if name not in VARYING}
    if model := asked.world.served.get(asked.name):
        values |= {name: values[name] | model.names | model.served for name in values.keys() & {"asked", "served"}}
    return difference(body, recording.body, values)


def _nearest(capture: Capture, request: WireRequest, tape: Tape) -> str:
    """The refusal of the world that says the most alike, and in what it differs or why it is not said to this request."""
    body, means = capture.body.decode("utf-8", "replace"), tape.meaning(request)
    refusals = [recording for recording in tape.world.recordings if recording.rule and recording.status >= 400]
    if not refusals:
        return "no rule of this world refuses"
    near = max(
        refusals, key=lambda one: (not _apart(body, capture, one), *likeness(body, one.body), one.status == capture.status)
    )
    if differing := _apart(body, capture, near):
        return f"no rule refuses so; nearest is rule {near.rule}, but {differing}"
    others = "; ".join(
        f"{name} is {means[name]}, the rule wants {' or '.join(wanted)}"
        for name, wanted in tape.when(near).items()
        if means[name] not in wanted
    )
    return f"it says what rule {near.rule} says, but {others or 'of another model or parameter than was sent'}"


def _apart(body: str, capture: Capture, recording: Recording) -> str:
    """In what a refusal differs from an exchange, whatever was asked."""
    if recording.status != capture.status:
        return f"its status is {recording.status}"
    return difference(body, recording.body, {})


def _named(recording: Recording, means: Meaning) -> dict[str, tuple[str, ...]]:
    """What a request must mean to be refused in these very words."""
    when = {NARROWED[name]: (means[NARROWED[name]],) for name in recording.fill if name in NARROWED}
    return {**when, **recording.when}


def _differs(mine: Reply, theirs: Reply) -> str:
    """In what an answer is of another sort than that of its rule."""
    if not mine.messages:
        return "its answer is no JSON" if mine.text.strip() else "it was recorded without its body"
    if mine.is_stream != theirs.is_stream:
        return f"its answer {'is in one piece' if mine.is_stream else 'is a stream'}, this one not"
    if lacking := _sort(theirs) - _sort(mine):
        return f"its answer has {', '.join(sorted(lacking))}, this one not"
    if mine.is_stream and not mine.ended:
        return "the stream was cut before its end by whoever recorded it"
    for what, shape in (("finish reason", _FINISH), ("status", _STATUS)):
        said = (found[-1] if (found := shape.findall(reply.text)) else "none" for reply in (mine, theirs))
        if (one := next(said)) != (other := next(said)):
            return f"its answer ends with {what} {other}, this one with {one}"
    if bool(mine.tool_calls) != bool(theirs.tool_calls):
        return "its answer calls a tool, this one none" if theirs.tool_calls else "its answer calls no tool, this one one"
    return ""


def _sort(reply: Reply) -> set[str]:
    return {key for answer in reply.answers for key in _PARTS.intersection(answer)}


def _narrowed(capture: Capture, means: Meaning, tape: Tape) -> dict[str, tuple[str, ...]]:
    """What a request must mean to get this very answer.

    The same model, under the name that it answers by; the same tools, called as freely; the same schema; usage only where it was
    sent.
    """
    if capture.status != 200 or means["route"] == "models":
        return {}
    when: dict[str, tuple[str, ...]] = {"served": (means["served"],)}
    if (model := tape.world.served.get(means["asked"])) and model.suffixed:
        efforts = {UNSET: None, **{effort: effort for effort in model.efforts}}
        name = model.named(efforts.get(means["effort"]))
        when["effort"] = tuple(effort for effort, asked in efforts.items() if model.named(asked) == name)
    if means["offered"] != "none":
        choice = means["choice"]
        when["tools"] = (means["tools"],)
        when["choice"] = FREE if choice in FREE else (choice,)
        if means["demanded"] != "none":
            when["demanded"] = (means["demanded"],)
        if len(Reply(capture).tool_calls) > 1:
            when["parallel"] = (means["parallel"],)
    if means["format"] == "json_schema":
        when["schema"] = (means["schema"],)
    if means["stream"] != "no" and means["route"] == "chat":
        when["stream"] = ("yes", "with-usage") if b'"usage"' in capture.body else ("yes",)
    return when
