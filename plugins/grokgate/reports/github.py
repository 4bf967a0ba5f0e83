"""What a run says to GitHub Actions: annotations, which are lines that command the runner, and a summary of the step.

A provider writes part of these texts. The runner obeys a line that begins with ``::``, blanks before it or not, and, from older
days, ``##[`` anywhere in a line (``ActionCommand.cs`` in actions/runner). So an annotation is one line with all else escaped,
and the output of the provider stands between ``stopped`` and ``resumed``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grokgate.judgement.verdict import WORST_FIRST, Verdict
from grokgate.reports.basis import of_xai, share, who_answered, whose
from grokgate.reports.markup import plain
from grokgate.reports.words import OPEN, RED, SIGNS, name_of
from grokgate.values.evidence import Row
from grokgate.values.line import one_line

MOST_ANNOTATIONS, MOST_ROWS = 10, 20
"""GitHub shows ten annotations of a kind per step. The summary has twenty red rows, and says where the others are."""
ANNOTATIONS = "GROKGATE_ANNOTATIONS"
"""The variable that names the file for a run's annotations, where a process around the run tells them to the runner."""
_WIDTH = 300


def is_step(environment: Mapping[str, str]) -> bool:
    """Whether this process runs in a step of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def stopped(token: str) -> str:
    """The line after which the runner obeys nothing until ``resumed``; the token is not to be guessed."""
    return f"::stop-commands::{token}"


def resumed(token: str) -> str:
    return f"::{token}::"


def kept(path: Path) -> list[str]:
    """The annotations in a file that a run wrote; none where it wrote no such file. Any other line is left out."""
    try:
        lines = path.read_text("utf-8", "replace").split("\n")
    except OSError:
        return []
    return [line for line in lines if line.startswith(("::error ", "::warning ", "::notice ")) and "\r" not in line]


def annotated(header: Mapping[str, Any], verdict: Verdict, folder: str) -> list[str]:
    """Lines for the runner: errors, warnings and the verdict, at most ten of each kind. ``folder`` holds the reports."""
    required = [row for row in _red(verdict) if _is_required(row, header)]
    others = [row for row in _red(verdict) if row not in required] + [row for row in verdict.rows if row.status in OPEN]
    errors = [("egress", f"undeclared attempt to reach {target}") for target in sorted(set(verdict.violations))]
    errors += [(row.asked.id, _told(row)) for row in required]
    warnings = [("acceptances", finding) for finding in verdict.findings] + [(row.asked.id, _told(row)) for row in others]
    not_yours = [said] if (said := whose(header)) else []
    return [
        *_commands("error", errors, folder),
        *_commands("warning", warnings, folder),
        _command(
            "notice",
            "grokgate",
            "\n".join([_decision(header, verdict), _counts(verdict), who_answered(header), *verdict.reservations, *not_yours]),
        ),
    ]


def append_summary(path: Path, header: Mapping[str, Any], verdict: Verdict, folder: str) -> None:
    """Append the verdict as Markdown to what the step has said so far. Raises ``OSError``."""
    with path.open("a", encoding="utf-8") as summary:
        summary.write("\n".join(["", *_summary(header, verdict, folder), ""]))


# --- annotations


def _commands(kind: str, told: Sequence[tuple[str, str]], folder: str) -> Iterator[str]:
    shown = told if len(told) <= MOST_ANNOTATIONS else told[: MOST_ANNOTATIONS - 1]
    yield from (_command(kind, title, text) for title, text in shown)
    if more := len(told) - len(shown):
        yield _command(kind, "grokgate", f"{more} more: {folder}/summary.md")


def _command(kind: str, title: str, text: str) -> str:
    return f"::{kind} title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    """The text of a command, on one line; the sign of an escape is escaped first."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _told(row: Row) -> str:
    acts = f"\nwho acts: {row.blame}" if row.blame else ""
    return f"{name_of(row.status)}: {one_line(row.because, _WIDTH)}{acts}"


# --- the summary of the step


def _summary(header: Mapping[str, Any], verdict: Verdict, folder: str) -> Iterator[str]:
    yield f"## {_plain(_decision(header, verdict))}"
    yield ""
    yield f"{_plain(of_xai(header))}."
    yield ""
    if said := whose(header):
        yield from [f"**{_plain(said)}**", ""]
    yield f"{_counts(verdict)}. {share(verdict.rows)}; {_plain(who_answered(header))}."
    yield ""
    for reservation in verdict.reservations:
        yield from [f"**{_plain(reservation)}**", ""]
    if verdict.violations:
        yield f"Undeclared attempts to reach other hosts: {_plain(', '.join(sorted(set(verdict.violations))))}"
        yield ""
    yield from _red_rows(header, verdict, folder)
    yield from _open_rows(verdict)
    if verdict.findings:
        yield from ["Stale among waivers and attestations:", ""]
        yield from (f"- {_plain(finding)}" for finding in verdict.findings)
        yield ""
    yield f"All rows, and each failure with its request: {_plain(folder)}/summary.md, beside the evidence."


def _red_rows(header: Mapping[str, Any], verdict: Verdict, folder: str) -> Iterator[str]:
    red = _red(verdict)
    if not red:
        return
    yield "| row | because | who acts |"
    yield "|---|---|---|"
    for row in red[:MOST_ROWS]:
        because = _plain(row.because) if _is_required(row, header) else f"(should) {_plain(row.because)}"
        yield f"| {SIGNS[row.status]} {row.asked.id} | {because} | {row.blame or ''} |"
    yield ""
    if len(red) > MOST_ROWS:
        yield f"{len(red) - MOST_ROWS} more: {_plain(folder)}/summary.md"
        yield ""


def _open_rows(verdict: Verdict) -> Iterator[str]:
    """Open rows share few causes, so they are told by cause."""
    causes: dict[str, list[str]] = {}
    for row in verdict.rows:
        if row.status in OPEN:
            causes.setdefault(f"{SIGNS[row.status]} {name_of(row.status)}: {_plain(row.because)}", []).append(row.asked.id)
    if causes:
        yield from ["Open:", ""]
        yield from (f"- {cause} ({', '.join(ids)})" for cause, ids in causes.items())
        yield ""


# --- what both say


def _decision(header: Mapping[str, Any], verdict: Verdict) -> str:
    only = f", {' '.join(header['only'])} alone" if header["only"] else ""
    title = one_line(header["provider"]["title"], _WIDTH)
    return f"{verdict.decision.value.upper()}: {title}, phase {header['phase']}, {header['scope']}{only}"


def _counts(verdict: Verdict) -> str:
    counts = ", ".join(f"{verdict.counts[s]} {name_of(s)}" for s in WORST_FIRST if verdict.counts.get(s))
    return f"{len(verdict.rows)} row{'' if len(verdict.rows) == 1 else 's'}: {counts}"


def _red(verdict: Verdict) -> list[Row]:
    """The red rows, the worst status first."""
    return sorted((row for row in verdict.rows if row.status in RED), key=lambda row: WORST_FIRST.index(row.status))


def _is_required(row: Row, header: Mapping[str, Any]) -> bool:
    return bool(row.asked.severity == "must" or header["strict"])


def _plain(text: str) -> str:
    return plain(text, _WIDTH)
