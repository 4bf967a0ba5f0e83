"""The end of a run in a terminal of 80 columns: a line per section, each red row with its cause, the verdict last."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap
from typing import Any

from grokgate.judgement.cause import by_cause
from grokgate.judgement.verdict import WORST_FIRST, Verdict
from grokgate.reports.basis import newer_xai, selected, share, stands_in, which_xai, who_answered, whose
from grokgate.reports.files import CAPSULE
from grokgate.reports.words import COLOURS, DECISION_COLOURS, OPEN, RED, SIGNS, name_of
from grokgate.values.evidence import Row, Status
from grokgate.values.line import joined, one_line

Write = Callable[[str, str | None], None]
"""Writes one line in a colour, or without."""
MOST_RED, WIDTH = 24, 80


def write(
    say: Write, header: Mapping[str, Any], verdict: Verdict, *, seconds: float, folder: str, command: str = "grokgate"
) -> None:
    """Say the verdict. ``command`` is how the reader's shell finds grokgate."""
    provider = header["provider"]
    say("", None)
    about = [f"rollout {header['rollout']}, phase {header['phase']}", header["scope"]]
    facts = [f"grokgate {header['grokgate']}", one_line(provider["title"], WIDTH), *about]
    basis = f"{share(verdict.rows)} (cassettes {header['digests']['world'][:6]})"
    world = [f"{which_xai(header)} (world {header['world']})", *([newer_xai(header)] if newer_xai(header) else [])]
    for line in (*joined(facts), *joined(world), *joined([basis, f"evidence {folder}/"])):
        say(line, None)
    for line in wrap(who_answered(header), WIDTH, break_on_hyphens=False):
        say(line, "yellow" if stands_in(header) else None)
    say("", None)
    for section, rows in _sections(verdict.rows).items():
        say(_section_line(section, rows), None)
    say("", None)
    _say_red(say, verdict, folder)
    _say_counted(say, verdict)
    _say_open(say, verdict)
    _say_not_applicable(say, verdict, folder)
    for target in sorted(set(verdict.violations)):
        say(one_line(f"! undeclared attempt to reach {target}", WIDTH), "red")
    for finding in verdict.findings:
        for line in wrap(f"~ {finding}", WIDTH, subsequent_indent="  ", break_on_hyphens=False):
            say(line, "yellow")
    for reservation in verdict.reservations:
        for line in wrap(one_line(reservation, 4 * WIDTH), WIDTH, break_on_hyphens=False):
            say(line, "yellow")
    for line in _verdict_lines(verdict, seconds):
        say(line, DECISION_COLOURS[verdict.decision])
    for line in _next(verdict, header, command, folder):
        say(line, None)
    if said := whose(header):
        say(said, "yellow")


def _sections(rows: Sequence[Row]) -> Mapping[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.asked.section, row.asked.prefix), []).append(row)
    return found


def _section_line(section: tuple[str, str], rows: Sequence[Row]) -> str:
    title, prefix = section
    counted = {status: sum(row.status is status for row in rows) for status in Status}
    order = sorted((s for s in Status if counted[s]), key=lambda s: s is not Status.PASSED)
    counts = "  ".join(f"{SIGNS[status]} {counted[status]:<2}" for status in order).rstrip()
    room = min(46, WIDTH - 10 - len(counts))
    return f"{one_line(title, room):<{room}}  {prefix:<7} {counts}"


def _say_red(say: Write, verdict: Verdict, folder: str) -> None:
    """Each red row with its cause, and below a cause that several rows share the rows."""
    red = by_cause(_red(verdict))
    for cause, rows in red[:MOST_RED]:
        _say_cause(say, cause, rows)
    if left_out := [row for _, rows in red[MOST_RED:] for row in rows]:
        say(f"  … {len(left_out)} more: {folder}/summary.md", None)
    if red:
        say("", None)


def _say_cause(say: Write, cause: str, rows: Sequence[Row]) -> None:
    row, *others = rows
    sign, blame, colour = SIGNS[row.status], str(row.blame), COLOURS[row.status]
    if others:
        room = WIDTH - 3 - len(blame)
        say(f"{sign} {one_line(cause, room):<{room}} {blame}", colour)
        ids = " ".join(row.asked.id if row.asked.severity == "must" else f"{row.asked.id}\u00a0(should)" for row in rows)
        for line in wrap(
            f"{len(rows)} rows: {ids}", WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
        ):
            say(line, colour)
        return
    room = WIDTH - 14 - len(blame)
    because = row.because if row.asked.severity == "must" else f"(should) {row.because}"
    say(f"{sign} {row.asked.id:<9} {one_line(because, room):<{room}} {blame}", colour)


def _red(verdict: Verdict) -> list[Row]:
    """The red rows, the worst status first."""
    return sorted((row for row in verdict.rows if row.status in RED), key=lambda row: WORST_FIRST.index(row.status))


def _say_counted(say: Write, verdict: Verdict) -> None:
    """What many calls show of the rows that are kept, with their number."""
    counted = [row for row in verdict.rows if row.status is Status.PASSED and row.because and not row.asked.sums]
    for row in counted:
        lead = f"{SIGNS[row.status]} {row.asked.id:<9} "
        for line in wrap(lead + row.because, WIDTH, subsequent_indent=" " * len(lead), break_on_hyphens=False):
            say(line, COLOURS[row.status])
    if counted:
        say("", None)


def _say_open(say: Write, verdict: Verdict) -> None:
    """Open rows share few causes, so they are told by cause."""
    causes: dict[str, list[str]] = {}
    for row in verdict.rows:
        if row.status in OPEN:
            causes.setdefault(f"{SIGNS[row.status]} {name_of(row.status)}: {row.because}", []).append(row.asked.id)
    for cause, ids in causes.items():
        say(one_line(cause, WIDTH), "yellow")
        for line in wrap(" ".join(ids), WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False):
            say(line, None)
    if causes:
        say("", None)


def _say_not_applicable(say: Write, verdict: Verdict, folder: str) -> None:
    """Rows about another kind of provider or world; for a raw SDK the summary tells the duties of its caller."""
    if count := verdict.counts.get(Status.NOT_APPLICABLE, 0):
        sign = SIGNS[Status.NOT_APPLICABLE]
        parts = [f"{sign} {count} not applicable", f"why, and what the caller must do himself: {folder}/summary.md"]
        for line in (*joined(parts, indent="  "), ""):
            say(line, None)


def _verdict_lines(verdict: Verdict, seconds: float) -> list[str]:
    counts = ", ".join(f"{verdict.counts[s]} {name_of(s)}" for s in WORST_FIRST if verdict.counts.get(s))
    rows = f"{len(verdict.rows)} row{'' if len(verdict.rows) == 1 else 's'}"
    *before, last = wrap(
        f"{verdict.decision.value.upper()}  {rows}: {counts}", WIDTH, subsequent_indent="  ", break_on_hyphens=False
    )
    return [*before, *joined([last, f"{seconds:.1f} s", f"exit {verdict.exit_code}"], indent="  ")]


def _next(verdict: Verdict, header: Mapping[str, Any], command: str, folder: str) -> list[str]:
    """What to do now; commands are not broken, since they are there to be copied."""
    red, undecided = _red(verdict), [row.asked.id for row in verdict.rows if row.status in OPEN]
    verb = "live" if header["mode"] == "live" else "check"
    chosen = "".join(f" {shlex.quote(word)}" for word in selected(header))
    gate = f"{command} {verb} --provider {header['provider']['spec']}{chosen} --phase {header['phase']}"
    if red:
        again = [] if header["only"] else [f"{gate} --only {red[0].asked.id}"]
        return joined([f"next: {command} explain{chosen} {red[0].asked.id}", *again], indent="      ")
    if undecided:
        return [f"next: {command} explain{chosen} {undecided[0]}"]
    if header["only"]:
        return [f"next: {gate}"]
    verb = "verify" if header["evidence"] == CAPSULE else "signoff"
    return [f"next: {command} {verb} {folder}/{header['evidence']}"]
