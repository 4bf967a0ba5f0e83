"""``grokgate cassettes refresh``: asks xAI again, and shows what differs before anything is replaced.

Nothing is written before somebody says so. Then each new answer takes the place of the old one, and the file is kept as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from fnmatch import filter as fitting
from pathlib import Path
from textwrap import wrap

import httpx

from grokgate import __version__
from grokgate.formats.home import home
from grokgate.intercept.asking import Asking, NoUse
from grokgate.intercept.live import OVERLOADED
from grokgate.intercept.recorder import TIMEOUT
from grokgate.reports.basis import who_answered
from grokgate.runs.cassettes import losing
from grokgate.runs.ledger import Ledger
from grokgate.runs.live_asked import LiveAsked
from grokgate.runs.run import BUNDLED
from grokgate.upstream.cost import Unbounded, ceiling
from grokgate.upstream.fidelity.reply import Reply
from grokgate.upstream.library import put_in_place, recordings_in, tapes
from grokgate.upstream.price import dollars, rounded
from grokgate.upstream.refresh import OTHER, SAME, Chosen, Fresh, before, chosen, held_back, judged
from grokgate.upstream.tape import Tape
from grokgate.values.capture import Capture
from grokgate.values.rollout import Rollout

WIDTH = 80
STOPPED = 130
"""The exit code of what Ctrl-C ended."""
NO_ANSWER = "no answer"

Say = Callable[[str], None]


class NotRefreshed(Exception):
    """Nothing was asked, answered or written: why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for again: of which rules, for which rollout in its world, below which folder.

    Without ``patterns`` it is what was recorded there. ``accepted`` are models that may answer in place of the world's;
    ``evidence`` is that of a gate.
    """

    folder: Path
    rollout: Rollout
    patterns: Sequence[str]
    accepted: Collection[str]
    evidence: Path | None


def refresh(wanted: Wanted, live: LiveAsked, say: Say, agreed: Callable[[str], bool], now: Callable[[], datetime]) -> int:
    """Ask again, show what differs, and put it in place where that is ``agreed`` to. Gives the exit code.

    0: in place, or nothing differs. 10: something differs and nothing was replaced, or something stays as it was. 130: stopped,
    and nothing written. Raises ``NotRefreshed`` and ``BadDocument``.
    """
    plan = wanted.rollout
    tape = tapes([plan.facts.folders[0]])[plan.world]
    place = wanted.folder / plan.world
    there = [_affordable(one, plan) for one in _chosen(wanted, place, tape)]
    todo = [one for one in there if not one.reason]
    say("\n".join(_announced(there, todo, plan, live)))
    ledger = Ledger(live.budget, plan, {}, {})
    asking = Asking(live.upstream, key=live.key, pay=ledger.pay, trust=live.trust)
    answers: list[tuple[Chosen, Fresh | str]] = []
    try:
        for one, came in _answers(todo, asking, tape, wanted.accepted):
            answers.append((one, came))
            say(f"{len(answers):>4}/{len(todo)} {one.rule:<36} {NO_ANSWER if isinstance(came, str) else came.state}")
    except NoUse as refused:
        if not answers:
            raise NotRefreshed(f"{refused}. Nothing is written; {ledger.bill}") from None
        say("\n".join(_wrapped(f"{refused}; nothing more was asked")))
    except KeyboardInterrupt:
        ledger.close()
        say(f"\nstopped after {_many(len(answers), 'answer')}; nothing is written\n{ledger.bill}")
        return STOPPED
    finally:
        asking.close()
        ledger.close()
    found = held_back([came for _, came in answers if isinstance(came, Fresh)])
    unanswered = [(one, came) for one, came in answers if isinstance(came, str)]
    if lines := list(_told(found, unanswered, wanted.evidence)):
        say("\n".join(["", *lines]))
    say("\n".join(["", *_table(there, found, unanswered), ledger.bill, ""]))
    ready = [one for one in found if not one.because]
    whole = len(ready) == len(todo)
    if ready and agreed(f"Put {_many(len(ready), 'new answer')} in place in {place}?"):
        try:
            say("\n".join(_written(ready, place, f"{now():%Y-%m-%d}")))
        except OSError as error:
            raise NotRefreshed(f"nothing is written: {error}; make {place} a folder that can be written to") from None
        return 0 if whole else 10
    say("nothing is written" + ("; --replace puts the new answers in place" if ready else ""))
    return 0 if whole and all(one.state == SAME for one in ready) else 10


def _chosen(wanted: Wanted, place: Path, tape: Tape) -> list[Chosen]:
    """What was recorded there; where rules are named also the examples of those of which nothing was."""
    if place.resolve().is_relative_to((home() / "cassettes").resolve()):
        raise NotRefreshed("the bundled library is not refreshed in its place; name a folder of yours")
    known = [rule.id for rule in tape.world.rules]
    for pattern in wanted.patterns:
        if not fitting(known, pattern):
            near = f" (near: {', '.join(found)})" if (found := get_close_matches(pattern, known)) else ""
            raise NotRefreshed(f"world {tape.world.name} has no rule {pattern!r}{near}; its rules.toml has all. Nothing was sent")
    recorded = [one for _, one in recordings_in(place)] if place.is_dir() else []
    if wanted.patterns:
        there = {one.rule for one in recorded}
        return chosen([*recorded, *(one for one in tape.world.recordings if one.rule not in there)], wanted.patterns, tape)
    if not recorded:
        raise NotRefreshed(
            f"nothing is recorded in {place} yet; name what to ask for, such as --rule 'plain/*'. Nothing was sent"
        )
    return chosen(recorded, ["*"], tape)


def _affordable(one: Chosen, plan: Rollout) -> Chosen:
    """With the reason, where nobody can say what it costs."""
    try:
        _most(one, plan)
    except Unbounded as why:
        return one if one.reason else replace(one, reason=str(why))
    return one


def _most(one: Chosen, plan: Rollout) -> int:
    return ceiling(one.request, plan.prices, plan.models.values())


def _announced(there: Sequence[Chosen], todo: Sequence[Chosen], plan: Rollout, live: LiveAsked) -> Iterator[str]:
    """What is asked and what is not, of whom, and for how much. Raises ``NotRefreshed`` where nothing is."""
    reasons = dict.fromkeys(one.reason for one in there if one.reason)
    for reason in reasons:
        rules = dict.fromkeys(one.rule or "no rule" for one in there if one.reason == reason)
        yield from _wrapped(f"left out, since {reason}: {', '.join(rules)}", "", "  ")
    if not todo:
        raise NotRefreshed(f"nothing can be asked for, since {' or '.join(reasons)}; nothing was sent")
    most = rounded(sum(_most(one, plan) for one in todo))
    yield f"{_many(len(todo), 'request')} for at most {most}; the budget is {dollars(live.budget.limit)}"
    yield from _wrapped(who_answered({"upstream": live.upstream}))
    yield ""


def _answers(
    todo: Sequence[Chosen], asking: Asking, tape: Tape, accepted: Collection[str]
) -> Iterator[tuple[Chosen, Fresh | str]]:
    """What came for each, or why nothing did that can be used. Raises ``NoUse``."""
    with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
        for one in todo:
            came = asking.ask(client, one.request)
            if isinstance(came, str):
                yield one, came
            else:
                yield one, _unusable(came, before(one, tape)) or judged(one, came, tape, accepted)


def _unusable(came: Capture, old: Capture) -> str:
    """Why an answer says nothing of what xAI answers to this; empty where it does. Raises ``NoUse``."""
    fine, as_before = 200 <= came.status < 300, came.status == old.status
    if b"Incorrect API key" in came.body or (came.status in (401, 402, 403) and not as_before):
        raise NoUse(f"xAI refuses the key or the account with {came.status}; look at XAI_API_KEY, its rights and its credits")
    if came.status in OVERLOADED and not as_before:
        return f"xAI is busy, and answered {came.status}; ask again later"
    if fine and Reply(old).messages and not Reply(came).messages:
        return "what came is no JSON; look who answers at XAI_BASE_URL"
    return ""


def _told(found: Sequence[Fresh], unanswered: Sequence[tuple[Chosen, str]], evidence: Path | None) -> Iterator[str]:
    """What differs, exchange by exchange, and which requirements rest on it; why the old one stays where it does."""
    for one in found:
        if one.differences or one.because:
            yield f"{_named(one.chosen)}, beside what was {_since(one.chosen)}"
            told = [f"{difference.what}: {difference.before} → {difference.after}" for difference in one.differences]
            for text in [*told, *([f"the old stays: {one.because}"] if one.because else [])]:
                yield from _wrapped(text, "  ", "    ")
    for asked, why in unanswered:
        yield f"{_named(asked)}: {NO_ANSWER}"
        yield from _wrapped(why, "  ", "    ")
    if others := [one for one in found if one.state == OTHER]:
        names, swapped = _joined(Reply(one.kept.capture).served for one in others), _joined(one.chosen.model for one in others)
        acts = f"{names} answered in the place of {swapped}; who acts: xAI. --world NAME keeps that where it belongs"
        yield from _wrapped(f"{acts}, --served {names} takes it here")
    for line in losing({one.chosen.rule for one in found if one.differences}, evidence):
        yield from _wrapped(line)


def _wrapped(text: str, first: str = "", further: str = "") -> list[str]:
    """Lines for a terminal, without what steers one: an answer's words are in them."""
    fit = "".join(sign if sign.isprintable() else "?" for sign in text)
    return wrap(fit, WIDTH, initial_indent=first, subsequent_indent=further, break_on_hyphens=False)


def _named(one: Chosen) -> str:
    return f"{one.rule} of {one.model}" if one.model else one.rule


def _joined(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names) - {""}))


def _since(one: Chosen) -> str:
    return f"{one.recording.provenance} {one.recording.recorded_at[:10]}".rstrip()


def _table(there: Sequence[Chosen], found: Sequence[Fresh], unanswered: Sequence[tuple[Chosen, str]]) -> Iterator[str]:
    counts = Counter(one.state for one in found)
    left_out = sum(bool(one.reason) for one in there)
    counts |= {NO_ANSWER: len(unanswered), "left out": left_out}
    counts["not asked"] = len(there) - sum(counts.values())
    yield from (f"{state:<18} {many:>4}" for state, many in counts.items() if many)


def _written(ready: Sequence[Fresh], place: Path, day: str) -> Iterator[str]:
    fresh = [(one.kept, one.chosen.doubles) for one in ready]
    for file, old in put_in_place(fresh, place, day, versions={"grokgate": __version__}).items():
        yield f"{'written' if file.exists() else 'empty, and gone'}: {file}"
        if old:
            yield f"  as it was before: {old}"
    yield f"next: grokgate check --provider NAME --cassettes {place.parent} --cassettes {BUNDLED}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
