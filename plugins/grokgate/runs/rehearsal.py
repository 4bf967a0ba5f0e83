"""``grokgate rehearse``: the plan's four rollbacks in their order, there and back, each timed and proven by what leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from textwrap import wrap

from grokgate.formats.fixtures import prompts
from grokgate.judgement.expect import NotRun, Unkept, caller, wire
from grokgate.judgement.outcome import undeclared
from grokgate.providers.description import Description
from grokgate.providers.launcher import Launcher, make_ready, new_key
from grokgate.providers.subject import DidNotStart, NoBuild, Subject, Transcript
from grokgate.reports.words import SIGNS
from grokgate.runs.check import OPERATORS, forget
from grokgate.upstream.world import load_world
from grokgate.values.call import Call
from grokgate.values.evidence import Status
from grokgate.values.line import one_line
from grokgate.values.rollout import REFUSED, Rollout

EITHER = "old or refused"
"""What a name may mean where the plan leaves it open: the model before the rollout, or nothing."""
WIDTH = 80
Say = Callable[[str], None]
Switch = Callable[[Subject], Subject]
Expected = Mapping[str, str]
"""What names mean: a model's id, ``refused``, or ``EITHER``."""


@dataclass(frozen=True, kw_only=True)
class Drill:
    """One rollback: how it is switched out and back, and what names mean before and after."""

    title: str
    plan: str
    begin: Switch
    out: Switch
    back: Switch
    before: Expected
    after: Expected


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What came of a drill: its status, one sentence, the seconds until the first request was as it should be, out and back."""

    drill: Drill
    status: Status
    because: str = ""
    seconds: tuple[float, ...] = ()
    seen: tuple[str, ...] = ()


def rehearse(description: Description, rollout: Rollout, say: Say) -> int:
    """Rehearse and say what was seen; 0 where all is as the plan says, 1 where it is not, 10 where some could not be tried."""
    description = description.in_rollout(rollout.id)
    # A provider in this process has the variables of the deployment, and never the operator's.
    forget(*OPERATORS, rollout.flag.variable, rollout.allow_list.variable)
    make_ready(description, "current", say)
    launcher = Launcher(
        description, load_world(rollout.facts.folders[0]), prompts(), key=new_key(), say=say, rollout=rollout.path
    )
    subject = Subject(launcher=launcher, transcript=Transcript(), rollout=rollout, prompts=prompts()).with_fallbacks()
    say(f"Rollbacks rehearsed: {description.title} · rollout {rollout.id} · world {rollout.world}")
    done = []
    try:
        for number, drill in enumerate(_drills(rollout, subject), start=1):
            say(f"\n{number}. {drill.title}\n   {drill.plan}")
            done.append(_rehearsed(drill, replace(subject, transcript=Transcript())))
            for line in _told(done[-1], subject):
                say(line)
    finally:
        launcher.close()
    statuses = [result.status for result in done]
    bad, open_ = statuses.count(Status.FAILED), len(statuses) - statuses.count(Status.FAILED) - statuses.count(Status.PASSED)
    say(
        f"\n{len(done)} rollbacks: {statuses.count(Status.PASSED)} kept, {bad} broken, {open_} not tried · {_exit(bad, open_)[1]}"
    )
    return _exit(bad, open_)[0]


def _exit(bad: int, open_: int) -> tuple[int, str]:
    code = 1 if bad else 10 if open_ else 0
    return code, f"exit {code}"


def _drills(rollout: Rollout, subject: Subject) -> Iterator[Drill]:
    flag, listed, target = rollout.flag, rollout.allow_list, rollout.target
    old = {model.id: model.id for model in (rollout.old, *subject.others)}
    new, gone = {target.id: target.id}, dict.fromkeys(target.names, REFUSED)
    on, off = {flag.variable: flag.on[0]}, {flag.variable: flag.off[0]}
    yield Drill(
        title=f"The flag: {flag.variable} from {flag.on[0]} to {flag.off[0]}",
        plan="Quick Rollback (Environment Variable)",
        begin=lambda subject: _pilot(subject, on),
        out=lambda subject: subject.switched(**off),
        back=lambda subject: subject.switched(**on),
        before={flag.moves: target.id},
        after={flag.moves: rollout.old.id, **new, **old},
    )
    yield Drill(
        title=f"Option A: the entry of {target.id} is disabled",
        plan=f"Code-Level Rollback: comment out {target.id} from SUPPORTED_MODELS",
        begin=lambda subject: subject,
        out=lambda subject: subject.built("disabled"),
        back=lambda subject: subject.built_as_before().restarted(),
        before=new,
        after={**gone, flag.moves: EITHER, **old},
    )
    yield Drill(
        title="Option B: the rollout's commit is reverted",
        plan="Code-Level Rollback: git revert",
        begin=lambda subject: subject,
        out=lambda subject: subject.built("reverted"),
        back=lambda subject: subject.built_as_before().restarted(),
        before=new,
        after={**gone, flag.moves: rollout.old.id, **old},
    )
    yield Drill(
        title=f"The allow-list: {listed.variable}={listed.block}",
        plan=f"Emergency Mitigation: Block {rollout.called[0]} via restrictions",
        begin=lambda subject: _pilot(subject, on) if "flag" in subject.claims else subject,
        out=lambda subject: subject.switched(**_kept(subject, on), **{listed.variable: listed.block}),
        back=lambda subject: subject.switched(**_kept(subject, on), **{listed.variable: ""}),
        before=new,
        after={**gone, flag.moves: REFUSED, **{name: name for name in listed.keeps if name in old}},
    )


def _pilot(subject: Subject, on: Mapping[str, str]) -> Subject:
    """The deployment of pilot users, with the flag on."""
    if "flag" not in subject.claims:
        raise NotRun("the provider offers no flag to switch")
    return subject.with_env_file(**on) if subject.switch.file else subject.under(**on)


def _kept(subject: Subject, on: Mapping[str, str]) -> Mapping[str, str]:
    """What stays in the file of variables while another one is switched."""
    return on if subject.switch.file and "flag" in subject.claims else {}


def _rehearsed(drill: Drill, subject: Subject) -> Rehearsed:
    seconds: list[float] = []
    seen: list[str] = []
    try:
        deployment = drill.begin(subject)
        _hold(deployment, drill.before, subject, seen, "before")
        for switch, expected, when in ((drill.out, drill.after, "out"), (drill.back, drill.before, "back")):
            begun = time.perf_counter()
            deployment = switch(deployment)
            first = next(iter(expected))
            _hold(deployment, {first: expected[first]}, subject, [], when)
            seconds.append(time.perf_counter() - begun)
            _hold(deployment, expected, subject, seen, when)
    except (Unkept, DidNotStart) as broken:
        return Rehearsed(drill=drill, status=Status.FAILED, because=str(broken), seconds=tuple(seconds), seen=tuple(seen))
    except (NotRun, NoBuild) as hindered:
        return Rehearsed(drill=drill, status=Status.NOT_RUN, because=str(hindered), seconds=tuple(seconds), seen=tuple(seen))
    return Rehearsed(drill=drill, status=Status.PASSED, seconds=tuple(seconds), seen=tuple(seen))


def _hold(deployment: Subject, expected: Expected, subject: Subject, seen: list[str], when: str) -> None:
    """Ask for each name and hold what left against what it should mean. Raises ``Unkept``."""
    rollout = subject.rollout
    shown = []
    for name, meaning in expected.items():
        if name == rollout.flag.moves and meaning == rollout.model and "flag" not in subject.claims:
            continue
        call = deployment.chat(name)
        shown.append(f"{name} {_seen(call)}")
        if call.misses:
            raise NotRun(f"nothing on tape fits: {call.misses[0]}")
        if call.failure and call.failure.end:  # no refusal that a caller could catch
            raise Unkept(f"{when}: {name}: {call.failure.kind}: {one_line(call.failure.message)}", call=call)
        if escaped := undeclared(call.egress, subject.launcher.description.egress):
            raise Unkept(f"{when}: {name} tried to leave for {escaped[0].target}")
        _means(call, meaning, rollout, name)
    seen.append(f"{when:<6} {', '.join(shown)}")


def _means(call: Call, meaning: str, rollout: Rollout, name: str) -> None:
    if meaning == EITHER:
        meaning = rollout.old.id if call.left else REFUSED
    wire(call).resolves_to(meaning, rollout)
    if meaning == REFUSED:
        caller(call).is_told(name)
    else:
        caller(call).gets_text()


def _seen(call: Call) -> str:
    return f"left as {call.left[0].field('model')}" if call.left else "refused"


def _told(result: Rehearsed, subject: Subject) -> Iterator[str]:
    for line in result.seen:
        yield from wrap(line, WIDTH, initial_indent="   ", subsequent_indent=" " * 10, break_on_hyphens=False)
    kept = result.status is Status.PASSED
    verdict = "kept, both ways" if kept else "broken" if result.status is Status.FAILED else "not tried"
    restart = "after a restart" if subject.switch.restart else "without a restart"
    how = (
        f", {restart}" if "flag" in result.drill.title or "allow-list" in result.drill.title else ", by starting the other build"
    )
    timed = "; ".join(f"{way} in {second:.2f} s" for way, second in zip(("out", "back"), result.seconds, strict=False))
    yield f"   {SIGNS[result.status]} {verdict}{': ' + result.because if result.because else ''}"
    if timed:
        yield f"     {timed}{how}"
