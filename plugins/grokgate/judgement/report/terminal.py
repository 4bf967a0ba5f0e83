"""The end of a run in a terminal of 80 columns: a line per section, each red row with its cause, the verdict last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grokgate.judgement.report.basis import share
from grokgate.judgement.report.words import COLOURS, DECISION_COLOURS, OPEN, RED, SIGNS, name_of
from grokgate.judgement.verdict import WORST_FIRST, Verdict
from grokgate.values.evidence import Row, Status

Write = Callable[[str, str | None], None]
"""Writes one line in a colour, or without."""
MOST_RED, WIDTH = 24, 80


def write(say: Write, header: Mapping[str, Any], verdict: Verdict, *, seconds: float, folder: str) -> None:
    """Say the verdict."""
    provider = header["provider"]
    say("", None)
    say(
        f"grokgate {header['grokgate']} · {provider['title']} · phase {header['phase']} · {header['scope']} · world {header['world']}",
        None,
    )
    say(f"{share(verdict.rows)} (cassettes {header['digests']['world'][:6]}) · evidence {folder}/", None)
    say("", None)
    for section, rows in _sections(verdict.rows).items():
        say(_section_line(section, rows), None)
    say("", None)
    _say_red(say, verdict, folder)
    _say_open(say, verdict)
    for target in sorted(set(verdict.violations)):
        say(f"! undeclared attempt to reach {target}", "red")
    if header["only"]:
        say(f"some rows alone (--only {' '.join(header['only'])}) are never a go", None)
    say(_verdict_line(verdict, seconds), DECISION_COLOURS[verdict.decision])
    say(_next(verdict, provider["spec"], header["phase"]), None)


def _sections(rows: Sequence[Row]) -> Mapping[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.asked.section, row.asked.prefix), []).append(row)
    return found


def _section_line(section: tuple[str, str], rows: Sequence[Row]) -> str:
    title, prefix = section
    counted = {status: sum(row.status is status for row in rows) for status in Status}
    order = sorted((s for s in Status if counted[s]), key=lambda s: s is not Status.PASSED)
    counts = "  ".join(f"{SIGNS[status]} {counted[status]:<2}" for status in order)
    return f"{_cut(title, 46):<46}  {prefix:<7} {counts}".rstrip()


def _say_red(say: Write, verdict: Verdict, folder: str) -> None:
    red = _red(verdict)
    for row in red[:MOST_RED]:
        room = WIDTH - 14 - len(str(row.blame))
        say(f"{SIGNS[row.status]} {row.asked.id:<9} {_cut(row.because, room):<{room}} {row.blame}", COLOURS[row.status])
    if len(red) > MOST_RED:
        say(f"  … {len(red) - MOST_RED} more: {folder}/summary.md", None)
    if red:
        say("", None)


def _red(verdict: Verdict) -> list[Row]:
    """The red rows, the worst status first."""
    return sorted((row for row in verdict.rows if row.status in RED), key=lambda row: WORST_FIRST.index(row.status))


def _say_open(say: Write, verdict: Verdict) -> None:
    """Open rows share few causes, so they are told by cause."""
    causes: dict[str, list[str]] = {}
    for row in verdict.rows:
        if row.status in OPEN:
            causes.setdefault(f"{SIGNS[row.status]} {name_of(row.status)}: {row.because}", []).append(row.asked.id)
    for cause, ids in causes.items():
        say(cause, "yellow")
        for line in _wrapped(ids):
            say(f"    {line}", None)
    if causes:
        say("", None)


def _wrapped(words: Sequence[str]) -> list[str]:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) + 5 > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _verdict_line(verdict: Verdict, seconds: float) -> str:
    counts = ", ".join(f"{verdict.counts[s]} {name_of(s)}" for s in (*WORST_FIRST,) if verdict.counts.get(s))
    return f"{verdict.decision.value.upper()}  {len(verdict.rows)} rows: {counts} · {seconds:.1f} s · exit {verdict.exit_code}"


def _next(verdict: Verdict, provider: str, phase: str) -> str:
    red = _red(verdict)
    if not red:
        return f"next: grokgate check --provider {provider} --phase {phase} --scope signoff"
    worst = red[0].asked.id
    return f"next: grokgate explain {worst} · grokgate check --provider {provider} --phase {phase} --only {worst}"


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
