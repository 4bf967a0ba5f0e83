"""Which recordings can be made anew by asking xAI the same again, why the others cannot, and what a new answer is worth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from grokgate.upstream.cassette import Recording
from grokgate.upstream.drift import Difference, Observed, drift
from grokgate.upstream.fidelity.reply import Reply, captured
from grokgate.upstream.library import Kept
from grokgate.upstream.placement import form_of, placed
from grokgate.upstream.tape import Tape
from grokgate.values.capture import Capture
from grokgate.values.redaction import redacted, secrets_of
from grokgate.values.wire import Answer, Miss, WireRequest

KEYS = frozenset({"authorization", "content-length", "host", "user-agent"})
"""Headers of a recorded request that are not sent again: those of its client, and what stands for its key."""
LONG = b"${prompt}"
"""What stands for a long prompt in an example request."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What stands there now and is asked for again.

    ``doubles`` are the identifiers of all recordings of the same request, its own too; ``reason`` says why it cannot be asked
    for, and is empty where it can.
    """

    recording: Recording
    request: WireRequest
    doubles: frozenset[str]
    reason: str = ""

    @property
    def rule(self) -> str:
        return self.recording.rule


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """A new answer beside what stands there now: what differs in meaning, which other model gave it, and why the old one stays
    there, whatever is said; both are empty where it is as it was."""

    chosen: Chosen
    kept: Kept
    differences: tuple[Difference, ...]
    substitute: str
    stays: str


def chosen(recordings: Iterable[Recording], patterns: Sequence[str], tape: Tape) -> list[Chosen]:
    """The recordings whose rule one of the patterns fits (``plain/*``); of those of one request the newest."""
    found: dict[tuple[str, str, str, bytes], list[Recording]] = {}
    for one in recordings:
        if one.request is not None and any(fnmatchcase(one.rule or "no-rule", pattern) for pattern in patterns):
            found.setdefault((one.rule, one.request.method, one.request.path, one.request.body), []).append(one)
    stages = {rule.id: rule.stage for rule in tape.world.rules}
    return [_chosen(several, stages.get(several[0].rule, "")) for several in found.values()]


def judged(one: Chosen, capture: Capture, tape: Tape, accepted: Collection[str]) -> Fresh:
    """A new answer, redacted and held against what stands there now; ``accepted`` are models whose substitution is taken."""
    clean = redacted(replace(capture, request=replace(one.request, url=capture.request.url)))
    kept = Kept(capture=clean, world=tape.world, placement=placed(clean, tape))
    if secrets := secrets_of(clean):
        place, secret = secrets[0]
        stays = f"its {place} holds what looks like a secret ({secret.kind}), so it is not kept; look who put it there"
        return Fresh(chosen=one, kept=kept, differences=(), substitute="", stays=stays)
    other = substitute(clean, tape)
    stays = "" if kept.placement.rule == one.rule else kept.placement.reason or f"it is an answer of rule {kept.placement.rule}"
    if other and other not in accepted:
        stays = f"answered by {other}, which is not world {tape.world.name}"
    return Fresh(chosen=one, kept=kept, differences=tuple(_differences(one, clean, tape)), substitute=other, stays=stays)


def substitute(capture: Capture, tape: Tape) -> str:
    """The model that answered in place of the one that does in the tape's world; nothing where it is that one."""
    answer = _played(capture.request, tape)
    if isinstance(answer, Miss) or answer.status != capture.status:
        return ""
    served, known = Reply(capture).served, Reply(captured(capture.request, answer)).served
    return served if known and served != known else ""


def before(one: Chosen, tape: Tape) -> Capture:
    """What stands there now; of a bundled example what the tape makes of it."""
    answer = _played(one.request, tape) if one.recording.fill else one.recording.with_body(one.recording.body)
    assert isinstance(answer, Answer), "the example of a rule plays it"
    return captured(one.request, answer)


def _differences(one: Chosen, capture: Capture, tape: Tape) -> list[Difference]:
    """Each answer is held against its own forerunner, so that one that fits its rule no more differs as well."""
    prices = {model.named(None): model.price for model in tape.world.models if model.price}
    signature = (form_of(one.rule), str(one.request.field("model")))
    old, new = Observed(), Observed()
    old.add(one.rule, before(one, tape), prices)
    new.add(one.rule, capture, prices)
    return drift({signature: old}, {signature: new})


def _played(request: WireRequest, tape: Tape) -> Answer | Miss:
    return tape.answer(replace(request, headers={**request.headers, "authorization": f"Bearer {tape.key}"}))


def _chosen(doubles: Sequence[Recording], stage: str) -> Chosen:
    newest = max(doubles, key=lambda one: one.recorded_at)
    assert newest.request is not None, "what was chosen has a request"
    headers = {name: value for name, value in newest.request.headers.items() if name not in KEYS}
    return Chosen(
        recording=newest,
        request=replace(newest.request, headers=headers),
        doubles=frozenset(one.id for one in doubles),
        reason=_reason(newest, newest.request, stage),
    )


def _reason(recording: Recording, request: WireRequest, stage: str) -> str:
    if stage == "fault":
        return "xAI cannot be asked to play it"
    if stage == "key":
        return "it is about another key than yours"
    if LONG in request.body:
        return "its prompt is long; record it by hand: grokgate record"
    if "answer" in recording.fill:
        return "one question's answer plays for no other"
    return "" if recording.rule else "no rule fits it, so it plays nothing"
