"""Which recordings can be made anew by asking xAI the same again, why the others cannot, and what a new answer is worth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from grokgate.upstream.cassette import Recording
from grokgate.upstream.drift import Difference, Observed, drift
from grokgate.upstream.fidelity.reply import captured
from grokgate.upstream.library import Kept
from grokgate.upstream.placement import form_of, placed, substitute
from grokgate.upstream.tape import Tape
from grokgate.values.capture import Capture
from grokgate.values.redaction import redacted, secrets_of
from grokgate.values.secret import PERSONAL
from grokgate.values.wire import Answer, Miss, WireRequest

KEYS = frozenset({"authorization", "content-length", "host", "user-agent"})
"""Headers of a recorded request that are not sent again: those of its client, and what stands for its key."""
LONG = b"${prompt}"
"""What stands for a long prompt in an example request."""
SAME, DIFFERS = "as it was", "differs"
OTHER, ELSE, SECRET = "by another model", "of another kind", "holds a secret"
"""What a new answer amounts to; in the last three cases the old one stays."""


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

    @property
    def model(self) -> str:
        """The name that is asked for; empty where a request names none."""
        return str(self.request.field("model") or "")


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """A new answer beside what stands there now: what differs in meaning, what it amounts to, and why the old one stays, whatever
    is said; ``because`` is empty where the new one may take its place."""

    chosen: Chosen
    kept: Kept
    differences: tuple[Difference, ...]
    state: str
    because: str = ""


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
    came = replace(capture, request=replace(one.request, url=capture.request.url))
    clean = redacted(came)
    kept = Kept(capture=clean, world=tape.world, placement=placed(clean, tape, accepted))
    told = [found for found in secrets_of(came) if found[0] == "body" and found[1].kind not in PERSONAL]
    if secrets := [*told, *secrets_of(clean)]:
        place, secret = secrets[0]
        because = f"its {place} holds what looks like a secret ({secret.kind}); look who put it there"
        return Fresh(chosen=one, kept=kept, differences=(), state=SECRET, because=because)
    old, other = before(one, tape), substitute(clean, tape)
    differences = tuple(_differences(one, old, clean, tape))
    state, because = DIFFERS if differences else SAME, ""
    if clean.status != old.status:
        state, because = ELSE, f"what rule {one.rule} is about is answered with {old.status}"
    elif kept.placement.rule != one.rule:
        state, because = ELSE, kept.placement.reason or f"it is an answer of rule {kept.placement.rule}"
    if other and other not in accepted:
        state, because = OTHER, f"{other} answered, which is not who does in world {tape.world.name}"
    return Fresh(chosen=one, kept=kept, differences=differences, state=state, because=because)


def held_back(found: Sequence[Fresh]) -> list[Fresh]:
    """The same, but that a refusal, which names no model, is taken for one of the substitute where the asked model has one."""
    swapped = {one.chosen.model: one.because for one in found if one.state == OTHER}
    return [
        replace(one, state=OTHER, because=swapped[one.chosen.model])
        if not one.because and one.kept.capture.status >= 400 and one.chosen.model in swapped
        else one
        for one in found
    ]


def before(one: Chosen, tape: Tape) -> Capture:
    """What stands there now; of a bundled example what the tape makes of it."""
    answer = _played(one.request, tape) if one.recording.fill else one.recording.with_body(one.recording.body)
    assert isinstance(answer, Answer), "the example of a rule plays it"
    return captured(one.request, answer)


def _differences(one: Chosen, was: Capture, now: Capture, tape: Tape) -> list[Difference]:
    """Each answer is held against its own forerunner, so that one that fits its rule no more differs as well."""
    prices = tape.world.prices
    signature = (form_of(one.rule), one.model)
    old, new = Observed(), Observed()
    old.add(one.rule, was, prices)
    new.add(one.rule, now, prices)
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
        return "the tape itself fills in the right answer to its question"
    return "" if recording.rule else "no rule fits it, so it plays nothing"
