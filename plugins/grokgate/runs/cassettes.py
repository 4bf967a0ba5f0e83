"""What ``grokgate cassettes`` does: list, check, import, age and drift, as text for people and an exit code."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grokgate import __version__
from grokgate.formats.evidence_file import read_evidence
from grokgate.formats.home import home, worlds
from grokgate.upstream.cassette import Recording
from grokgate.upstream.drift import Observed, Signature, drift
from grokgate.upstream.fidelity.invariants import broken_invariants
from grokgate.upstream.fidelity.reply import captured
from grokgate.upstream.fidelity.shape import day_of_world, faults_of
from grokgate.upstream.library import (
    AlreadyThere,
    Kept,
    as_recorded,
    misplaced,
    place_of,
    recordings_in,
    sorted_in,
    tapes,
    too_wide,
    write,
)
from grokgate.upstream.placement import form_of
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world
from grokgate.values.capture import Capture
from grokgate.values.redaction import redacted, secrets_of

if TYPE_CHECKING:
    from grokgate.formats.recordings.reader import Recordings

NAMELESS = dict.fromkeys(("httpmock", "wiremock"), " (which stands for the host that the file does not name)")
SHOWN = 12
"""How many of many things are shown before the rest is counted."""


class SecretFound(Exception):
    """A recording holds what looks like a secret: where, and of which kind."""


class NothingToImport(Exception):
    """A recording holds no exchange with xAI that can be kept: why, and what to do."""


def listed(folders: Sequence[Path]) -> str:
    """Each folder's exchanges by world: how many, of which kind, how old."""
    lines = []
    for folder in folders or [home() / "cassettes" / name for name in worlds()]:
        for place, found in groupby(sorted(recordings_in(folder), key=_place), key=_place):
            recordings = [recording for _, recording in found]
            kinds = Counter(recording.provenance for recording in recordings)
            dates = sorted(recording.recorded_at[:10] for recording in recordings if recording.recorded_at)
            span = f", {dates[0]} to {dates[-1]}" if dates else ""
            rules = {recording.rule for recording in recordings if recording.rule}
            idle = sum(not recording.rule for recording in recordings)
            lines.append(
                f"{place.name:14} {len(recordings):4} exchanges for {len(rules)} rules: "
                f"{kinds['recorded']} recorded{span}, {kinds['derived']} derived" + (f"; {idle} without a rule" if idle else "")
            )
            lines.append(f"{'':14} {place}")
    return "\n".join(lines) or "no cassettes there"


def _place(found: tuple[Path, Recording]) -> Path:
    return found[0].parent


def checked(folder: Path, world: Path | None = None) -> tuple[str, bool]:
    """Whether a folder of cassettes can be believed and played: formats, rules, no secret; and, of what plays, that it says what
    its rule says, has the shape that xAI's answers had and keeps what they all keep. ``world`` is one that is not bundled."""
    known = tapes() | (tapes([world]) if world else {})
    faults, count = [], 0
    idle = Counter[str]()
    for name, tape in known.items():
        place = folder if folder.name == name else folder / name
        if place.is_dir():
            own = tape.world.folders[0]
            load_world(own, None if place.resolve() == own.resolve() else [place])
    for file, recording in recordings_in(folder):
        count += 1
        played = known.get(file.parent.name)
        faults += [f"{file}: {recording.id}: {fault}" for fault in _faults(recording, file, played)]
        if not recording.rule:
            idle[recording.reason or (place_of(recording, played).reason if played else "") or "no rule was found for it"] += 1
    if not count:
        return f"no cassettes in {folder}", False
    fine = f"{count} exchanges in {folder}: formats, rules, what they say, shapes, invariants and secrets are in order"
    return "\n".join([*(faults or [fine]), *_idle(idle, "play nothing")]), not faults


def _faults(recording: Recording, file: Path, tape: Tape | None) -> Iterator[str]:
    capture = as_recorded(recording, f"{file}: {recording.id}")
    for where, secret in secrets_of(capture):
        yield f"{where} holds what looks like a secret: {secret}"
    if tape is None:
        yield f"no world is called {file.parent.name!r}, so it never plays; name one that is not bundled: --world FOLDER"
    elif fault := misplaced(recording, tape) or too_wide(recording, tape):
        yield fault
    if recording.rule and not recording.fill:
        day = day_of_world(file.parent.name) if file.parent.name in worlds() else ""
        yield from map(str, (*faults_of(capture, day=day), *broken_invariants(capture)))


def imported(path: Path, into: Path, *, redact: bool, world: Path | None, hosts: Sequence[str], day: str, replace: bool) -> str:
    """Turn what another tool recorded into cassettes.

    Raises ``BadDocument``, ``SecretFound``, ``NothingToImport``, ``AlreadyThere``, ``NoWorld``; nothing is written then.
    """
    from grokgate.formats.recordings.reader import read_recordings

    found = read_recordings(path, hosts)
    name = f"{path.name}: {found.format}"
    if not found.captures:
        raise NothingToImport(f"{name}; {_elsewhere(found)}")
    texts = [capture for capture in found.captures if _is_text(capture)]
    dated = [capture if capture.recorded_at else dataclasses.replace(capture, recorded_at=day) for capture in texts]
    captures = [redacted(capture) if redact else capture for capture in dated if capture.recorded_at]
    left = [
        *_left_out([one for one in found.captures if not _is_text(one)], "its body is no text, and a cassette keeps texts"),
        *_left_out(
            [one for one in dated if not one.recorded_at],
            "nothing tells when it was recorded; name the day: --recorded-at YYYY-MM-DD",
        ),
    ]
    if not captures:
        raise NothingToImport("\n".join([f"{name}; none of its exchanges with xAI can be kept", *left]))
    _refuse_secrets(captures, "it stayed after redaction; take it out by hand" if redact else "take it out, or say --redact")
    kept = _sorted(captures, world)
    stem = path.name.partition(".")[0]
    files = write(kept, into, stem, versions={"grokgate": __version__, "format": found.format}, replace=replace)
    return "\n".join([*_told(path.name, found.format, found.left_out, kept, files), *left])


def _elsewhere(found: Recordings) -> str:
    """Where all went that is in a file."""
    if not found.elsewhere:
        return "no exchange in it"
    hosts = sorted(found.elsewhere, key=lambda host: -found.elsewhere[host])[:SHOWN]
    told = ", ".join(f"{found.elsewhere[host]} with {host}{NAMELESS.get(host, '')}" for host in hosts)
    return f"no exchange with api.x.ai in it, but {told}; where one stood for xAI, say so: --host NAME"


def _left_out(captures: Sequence[Capture], why: str) -> Iterator[str]:
    if captures:
        yield f"{len(captures)} left out, the first of them {captures[0].origin.partition(': ')[2]}: {why}"


def _is_text(capture: Capture) -> bool:
    try:
        _ = capture.request.body.decode(), capture.body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sorted(captures: Sequence[Capture], world: Path | None) -> list[Kept]:
    """Each capture with its place in this world, or in the bundled one of its date. Raises ``NoWorld``."""
    if world is None:
        return sorted_in(captures, tapes())
    return sorted_in(captures, tapes([world]), world.name)


def _refuse_secrets(captures: Iterable[Capture], mend: str) -> None:
    """Raise ``SecretFound`` for the first capture that holds what looks like a secret; ``mend`` is what to do."""
    for capture in captures:
        for where, secret in secrets_of(capture):
            raise SecretFound(f"{capture.origin}: {where} holds what looks like a secret ({secret}): {mend}")


def record(
    command: Sequence[str], into: Path, *, upstream: str, variables: Sequence[str], name: str, world: Path | None, replace: bool
) -> tuple[str, int]:
    """Run a command with xAI's address pointing at a recorder, and keep what went through, redacted.

    Gives what is to be told, and the command's own exit code. Raises ``SecretFound``, ``AlreadyThere``, ``NoWorld``.
    """
    import os
    import subprocess

    from grokgate.intercept.recorder import Recorder

    if not replace and (there := next((file for file in into.glob(f"*/{name}.yaml")), None)):
        raise AlreadyThere(f"{there} is there; choose another --name, or say --replace")
    recorder = Recorder(upstream)
    try:
        environment = {**os.environ, **dict.fromkeys(variables, recorder.base_url)}
        code = subprocess.run(list(command), env=environment, check=False).returncode  # noqa: S603  the user's own command
    except KeyboardInterrupt:
        code = 130
    finally:
        recorder.close()
    captures = [redacted(capture) for capture in recorder.captures]
    _refuse_secrets(captures, "it stayed after redaction; nothing is written")
    if not captures:
        return f"nothing went through {recorder.base_url}: does the command read {' or '.join(variables)}?", code or 2
    kept = _sorted(captures, world)
    agents = {capture.request.headers.get("user-agent", "") for capture in captures} - {""}
    files = write(kept, into, name, versions={"grokgate": __version__, "client": ", ".join(sorted(agents))}, replace=replace)
    return "\n".join(_told(upstream, "recorded", 0, kept, files)), code


def _told(name: str, form: str, left_out: int, kept: Sequence[Kept], files: Iterable[Path]) -> Iterator[str]:
    playing = [one for one in kept if one.placement.rule]
    yield f"{name}: {form}; {len(kept)} exchange{'' if len(kept) == 1 else 's'} with xAI" + (
        f", {left_out} with others left out" if left_out else ""
    )
    yield f"  {len(playing)} play for {len({one.placement.rule for one in playing})} rules"
    yield from _idle(Counter(one.placement.reason for one in kept if not one.placement.rule), "are kept without a rule")
    yield from (f"  written: {file}" for file in files)
    yield "next: grokgate check --provider NAME --cassettes " + str(next(iter(files)).parent.parent)


def _idle(reasons: Counter[str], what: str) -> Iterator[str]:
    """How many play nothing, and why."""
    if reasons:
        yield f"  {sum(reasons.values())} {what}, because"
        yield from (f"    {count:4}  {reason}" for reason, count in reasons.most_common(SHOWN))
    if len(reasons) > SHOWN:
        yield f"          and {len(reasons) - SHOWN} reasons more"


def aged(evidence: Path, limit: int | None, today: date | None = None) -> tuple[str, bool]:
    """How old and of which kind the evidence of each requirement is; whether all of it is recorded within ``limit`` days."""
    today = today or datetime.now(UTC).date()
    lines, good = [], True
    for requirement, exchanges in _answers_by_requirement(evidence).items():
        kinds = Counter(exchange["provenance"] for exchange in exchanges)
        dates = sorted(exchange["recorded_at"][:10] for exchange in exchanges if exchange.get("recorded_at"))
        oldest = (today - date.fromisoformat(dates[0])).days if dates else None
        within = limit is None or (not kinds["derived"] and oldest is not None and oldest <= limit)
        good &= within
        age = f"oldest {dates[0]}, {oldest} days" if dates else "never recorded"
        mark = " " if within else "!"
        lines.append(f"{mark} {requirement:10} {kinds['recorded']:4} recorded {kinds['derived']:4} derived   {age}")
    if not lines:
        return f"no answer of xAI is in {evidence}", False
    if limit is not None:
        late = sum(line.startswith("!") for line in lines)
        lines.append(f"{late} of {len(lines)} rest on answers that were not recorded in the last {limit} days")
    return "\n".join(lines), good


def drifted(before: Path, after: Path | None, world: Path | None, evidence: Path | None) -> tuple[str, bool]:
    """What differs between two folders of recordings, or between one and what the bundled library answers to the same."""
    kept = _sorted([as_recorded(recording, f"{file}: {recording.id}") for file, recording in recordings_in(before)], world)
    if after is None:
        answered = [(one, one.placement.answer) for one in kept if one.placement.answer]
        old = _observed((one, captured(one.capture.request, answer), answer.rule) for one, answer in answered)
        new = _observed((one, one.capture, answer.rule) for one, answer in answered)
        names = "the bundled library", str(before)
    else:
        others = _sorted([as_recorded(recording, f"{file}: {recording.id}") for file, recording in recordings_in(after)], world)
        old, new = (_observed((one, one.capture, _rule(one)) for one in several) for several in (kept, others))
        names = str(before), str(after)
    found = drift(old, new)
    lines = [f"from {names[0]} to {names[1]}: {len(old.keys() & new.keys())} kinds of request in both, {len(found)} differences"]
    for difference in found:
        form, model = difference.signature
        lines.append(f"  {form} of {model}: {difference.what}: {difference.before} → {difference.after}")
    lines += losing({rule for difference in found for rule in difference.rules}, evidence)
    return "\n".join(lines), not found


def losing(rules: set[str], evidence: Path | None) -> Iterator[str]:
    """The requirements whose evidence rests on these rules."""
    if not rules:
        return
    if evidence is None or not evidence.exists():
        yield "which requirements lose their evidence: name the evidence of a gate (--evidence FILE), or run one: grokgate check"
        return
    answers = _answers_by_requirement(evidence)
    losing = [name for name, exchanges in answers.items() if any(exchange["rule"] in rules for exchange in exchanges)]
    yield f"requirements whose evidence rests on these answers: {', '.join(losing) or 'none'}"


def _answers_by_requirement(evidence: Path) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for case in read_evidence(evidence).cases:
        for call in case.observations:
            for exchange in call.get("wire", ()):
                if exchange["provenance"]:
                    found.setdefault(case.requirement, []).append(exchange)
    return found


def _observed(answers: Iterable[tuple[Kept, Capture, str]]) -> dict[Signature, Observed]:
    found: dict[Signature, Observed] = {}
    for one, answer, rule in answers:
        signature = (form_of(rule), str(one.capture.request.field("model")))
        found.setdefault(signature, Observed()).add(rule, answer)
    return found


def _rule(one: Kept) -> str:
    return one.placement.rule or (one.placement.answer.rule if one.placement.answer else "no rule")
