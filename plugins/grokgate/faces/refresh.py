"""``grokgate cassettes refresh``: asks xAI again for what recordings stand for, and shows what differs before it is put in place.

Nothing is written over. What was asked anew goes into a file of its own, and plays because it is newer; the old stays beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from grokgate import __version__
from grokgate.faces.cassettes import differences, refuse_secrets
from grokgate.faces.ledger import Ledger
from grokgate.formats.contract import rollout
from grokgate.intercept.live import CannotPay
from grokgate.intercept.recorder import TIMEOUT, Recorder
from grokgate.upstream.budget import Budget
from grokgate.upstream.cost import Unbounded, ceiling
from grokgate.upstream.fidelity.reply import captured
from grokgate.upstream.library import Kept, recordings_in, sorted_in, tapes, write
from grokgate.upstream.price import dollars
from grokgate.upstream.refresh import Chosen, chosen, substitute
from grokgate.upstream.tape import Tape
from grokgate.values.capture import Capture
from grokgate.values.redaction import redacted
from grokgate.values.rollout import Rollout
from grokgate.values.wire import Answer, WireRequest

Say = Callable[[str], None]
ALL = "*"
"""The pattern of all that was recorded."""
KEPT_OUTSIDE = ".fresh"
"""What is added to a folder's name where answers wait that were not put in place."""


class NothingChosen(LookupError):
    """No recording is there that can be asked for; what to do."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who is asked, with which key, trusting whom, and for how much money at most, in ticks."""

    upstream: str
    key: str = field(repr=False)
    trust: str | None
    budget: int


class Asking(Recorder):
    """A recorder that sends with the real key what can be paid."""

    def __init__(self, asked: Asked, ledger: Ledger) -> None:
        super().__init__(asked.upstream, trust=asked.trust)
        self._key, self._ledger = asked.key, ledger
        self._settle: dict[int, Callable[[Answer | None], None]] = {}
        self.unpaid = ""
        """Why the last request was not sent."""

    def leaving(self, request: WireRequest) -> WireRequest | Answer:
        try:
            self._settle[id(request)] = self._ledger.pay(request)
        except CannotPay as refused:
            self.unpaid = str(refused)
            return Answer(status=599, headers={}, body=b"")
        headers = {**request.headers, "authorization": f"Bearer {self._key}"}
        return WireRequest(request.method, request.url, headers, request.body)

    def arrived(self, capture: Capture) -> None:
        super().arrived(capture)
        answer = Answer(status=capture.status, headers=capture.headers, body=capture.body)
        self._settle.pop(id(capture.request))(answer)

    def lost(self, request: WireRequest, error: httpx.TransportError) -> None:  # noqa: ARG002  the name is said where it is asked
        self._settle.pop(id(request))(None)


def refresh(
    folder: Path,
    patterns: Sequence[str],
    asked: Asked,
    say: Say,
    *,
    world: str | None,
    replace: Callable[[], bool],
    evidence: Path | None = None,
    moment: datetime | None = None,
) -> int:
    """Ask again, show what differs, and put it in place where ``replace`` says so. Gives the exit code.

    0: it is in place, or nothing differs; 10: something differs, is not paid or not answered, and nothing was put in place.
    Raises ``NothingChosen``, ``SecretFound``, ``BadDocument``.
    """
    plan = rollout("grok-4", world)
    tape = tapes([plan.world])[plan.world]
    there = list(_chosen(folder / plan.world, patterns, tape))
    for reason, many in _left_out(there):
        say(f"left out, since {reason}: {many}")
    todo = [one for one in there if not one.reason]
    if not todo:
        raise NothingChosen(f"nothing to ask: no recording of {folder / plan.world} has a rule that fits {' or '.join(patterns)}")
    ledger = Ledger(Budget(asked.budget), plan, {}, {})
    say(f"{len(todo)} requests to {asked.upstream}, at most {_most(todo, plan)}; the budget is {dollars(asked.budget)}")
    fresh, whole = _ask_all(todo, asked, ledger, say)
    say(ledger.bill)
    captures = [redacted(capture) for _, capture in fresh]
    refuse_secrets(captures, "it stayed after redaction; nothing is written")
    if not captures:
        return 10
    others = sorted({found for capture in captures if (found := substitute(capture, tape))})
    kept = sorted_in(captures, {plan.world: tape}, plan.world)
    old = [_before(one, tape) for one, _ in fresh]
    same = _told(old, captures, tape, evidence, say)
    moment = moment or datetime.now(UTC)
    if others:
        say(f"xAI answered by {', '.join(others)}, which is not world {plan.world}: nothing is put in place; who acts: xAI,")
        say("or you, with the world that it is: --world")
    if others or not whole or not replace():
        outside = folder.with_name(folder.name + KEPT_OUTSIDE)
        for file in _write(kept, outside, moment):
            say(f"kept apart: {file}")
            if not others:
                say(f"put it in place: mv {file} {folder / plan.world}/")
        return 0 if same and whole and not others else 10
    for file in _write(kept, folder, moment):
        say(f"in place: {file}; the recordings from before stay beside it, and play no more")
    return 0


def _chosen(place: Path, patterns: Sequence[str], tape: Tape) -> Iterator[Chosen]:
    """What was recorded there; of rules of which nothing was, the bundled examples."""
    recorded = chosen((one for _, one in recordings_in(place)), patterns, tape) if place.is_dir() else []
    rules = {one.recording.rule for one in recorded}
    yield from recorded
    if list(patterns) != [ALL] or not recorded:
        bundled = (one for one in tape.world.recordings if one.rule not in rules)
        yield from chosen(bundled, patterns, tape)


def _left_out(there: Sequence[Chosen]) -> Iterator[tuple[str, int]]:
    reasons = [one.reason for one in there if one.reason]
    yield from ((reason, reasons.count(reason)) for reason in dict.fromkeys(reasons))


def _most(todo: Sequence[Chosen], plan: Rollout) -> str:
    """What all of them cost at most, as far as it can be said."""
    ticks = 0
    for one in todo:
        with suppress(Unbounded):
            ticks += ceiling(one.request, plan.prices, plan.models.values())
    return dollars(ticks)


def _ask_all(todo: Sequence[Chosen], asked: Asked, ledger: Ledger, say: Say) -> tuple[list[tuple[Chosen, Capture]], bool]:
    """Each that was answered, with its answer; and whether all were."""
    fresh: list[tuple[Chosen, Capture]] = []
    recorder = Asking(asked, ledger)
    try:
        with httpx.Client(timeout=TIMEOUT) as client:
            for number, one in enumerate(todo, start=1):
                recorder.unpaid = ""
                url = recorder.base_url + one.request.path.removeprefix("/v1")
                with suppress(httpx.TransportError):
                    client.request(one.request.method, url, headers=dict(one.request.headers), content=one.request.body)
                answered = recorder.captures[len(fresh) :]
                fresh += [(one, capture) for capture in answered]
                status = str(answered[0].status) if answered else recorder.unpaid or "no answer; look at the network"
                say(f"{number:>4}/{len(todo)} {one.recording.rule:<34} {status}")
                if _is_refused(answered):
                    say("xAI refuses the key or the account: look at XAI_API_KEY and the credits; nothing more is asked")
                    break
    except KeyboardInterrupt:
        say("stopped; what was answered by now is kept")
    finally:
        recorder.close()
        ledger.close()
    return fresh, len(fresh) == len(todo) and not any(_is_refused([capture]) for _, capture in fresh)


def _is_refused(captures: Sequence[Capture]) -> bool:
    """Whether xAI takes the key or the account for none."""
    return any(one.status in (401, 403) or b"Incorrect API key" in one.body for one in captures)


def _before(one: Chosen, tape: Tape) -> Capture:
    """What stands there now; of a bundled example what the tape makes of it."""
    answer = one.recording.with_body(one.recording.body)
    if one.recording.fill:
        request = WireRequest(one.request.method, one.request.url, {"authorization": f"Bearer {tape.key}"}, one.request.body)
        made = tape.answer(request)
        answer = made if isinstance(made, Answer) else answer
    return captured(one.request, answer)


def _told(old: Sequence[Capture], new: Sequence[Capture], tape: Tape, evidence: Path | None, say: Say) -> bool:
    """Say what differs in meaning; whether nothing does."""
    known = {tape.world.name: tape}
    before, after = (sorted_in(several, known, tape.world.name) for several in (old, new))
    text, same = differences(before, after, evidence)
    for line in text:
        say(line)
    return same


def _write(kept: Sequence[Kept], into: Path, moment: datetime) -> list[Path]:
    """Write them under the first name of the day that is free."""
    stem, world = f"{moment:%Y-%m-%d}", kept[0].world.name
    number = next(n for n in range(1, 1000) if not (into / world / f"{stem}-{n}.yaml").exists())
    return write(kept, into, f"{stem}-{number}", versions={"grokgate": __version__})
