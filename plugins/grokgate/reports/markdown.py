"""``summary.md``: the verdict for people, section by section, each red row with what shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grokgate.judgement.cause import by_cause
from grokgate.judgement.verdict import WORST_FIRST, Verdict
from grokgate.reports.basis import of_xai, share, stands_in, who_answered, whose
from grokgate.reports.failure import failure_text
from grokgate.reports.figures import figures
from grokgate.reports.markup import code, fence, plain
from grokgate.reports.words import OPEN, RED, SIGNS, name_of
from grokgate.values.evidence import Row, Status


def write(path: Path, header: Mapping[str, Any], verdict: Verdict) -> None:
    path.write_text("\n".join(_lines(header, verdict)) + "\n", "utf-8")


def _lines(header: Mapping[str, Any], verdict: Verdict) -> Iterator[str]:
    provider = header["provider"]
    yield f"# {verdict.decision.value.upper()}: {plain(provider['title'])}, phase {header['phase']}, {header['scope']}"
    yield ""
    yield f"- {plain(of_xai(header))}"
    yield f"- rollout {code(header['rollout'])}, mode {header['mode']}, {header['started']}"
    packages = ", ".join(provider["requirements"]) or provider["vehicle"]
    yield f"- provider build `{header['digests']['provider'][:12]}` ({plain(packages)}), judged at its {plain(provider['face'])}"
    if not_yours := whose(header):
        yield f"- **{plain(not_yours)}**"
    said = plain(who_answered(header))
    yield f"- **{said}**" if stands_in(header) else f"- {said}"
    yield f"- {share(verdict.rows)} (cassettes `{header['digests']['world'][:12]}`)"
    yield f"- verify offline: {code('grokgate verify ' + header['evidence'])}"
    yield from (f"- **{plain(reservation)}**" for reservation in verdict.reservations)
    yield ""
    if verdict.violations:
        yield f"**Undeclared attempts to reach other hosts:** {plain(', '.join(sorted(set(verdict.violations))))}"
        yield ""
    yield from _counts(verdict)
    yield from _accepted(verdict)
    yield from _by_cause(verdict)
    yield from _section("What failed", verdict, RED)
    yield from _section("What is open", verdict, OPEN)
    yield from _section("What does not apply", verdict, (Status.NOT_APPLICABLE,))
    yield from _section("What people accept", verdict, (Status.WAIVED, Status.ATTESTED))
    yield from _section("What passed", verdict, (Status.PASSED,))
    yield from _figures(verdict)
    yield from _details(header, verdict)


def _counts(verdict: Verdict) -> Iterator[str]:
    yield "| status | rows |"
    yield "|---|---:|"
    for status in WORST_FIRST:
        if count := verdict.counts.get(status, 0):
            yield f"| {SIGNS[status]} {name_of(status)} | {count} |"
    yield ""


def _accepted(verdict: Verdict) -> Iterator[str]:
    """What people added, and what of it is stale."""
    given = verdict.accepted
    if given and (given.own_waivers or given.attestations):
        yield "## What people added"
        yield ""
        yield "| row | what | who | until | because | commit |"
        yield "|---|---|---|---|---|---|"
        for waiver in given.own_waivers:
            cells = (waiver.row, f"waiver of {waiver.failure}", waiver.owner, str(waiver.until), waiver.reason, waiver.commit)
            yield "| " + " | ".join(map(plain, cells)) + " |"
        for said in given.attestations:
            cells = (said.row, "attestation", said.by, str(said.until), said.link, said.commit)
            yield "| " + " | ".join(map(plain, cells)) + " |"
        yield ""
    if verdict.findings:
        yield "## What is stale of it"
        yield ""
        yield from (f"- {plain(finding)}" for finding in verdict.findings)
        yield ""


def _by_cause(verdict: Verdict) -> Iterator[str]:
    """What several red rows have in common, with the rows."""
    shared = [(cause, rows) for cause, rows in by_cause(row for row in verdict.rows if row.status in RED) if len(rows) > 1]
    if shared:
        yield "## What several rows have in common"
        yield ""
        for cause, rows in shared:
            yield f"- {SIGNS[rows[0].status]} {plain(cause)} ({rows[0].blame}): {', '.join(row.asked.id for row in rows)}"
        yield ""


def _section(title: str, verdict: Verdict, statuses: tuple[Status, ...]) -> Iterator[str]:
    rows = [row for row in verdict.rows if row.status in statuses]
    if not rows:
        return
    yield f"## {title}"
    yield ""
    yield "| row | sev | promise | status | because | who acts |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        status = f"{SIGNS[row.status]} {name_of(row.status)}"
        told = map(plain, (row.asked.id, row.asked.severity, row.asked.title))
        yield "| " + " | ".join([*told, status, _because(row), row.blame or ""]) + " |"
    yield ""


def _because(row: Row) -> str:
    """The row's cause as text, with how many of its cases share the status."""
    because, alike = plain(row.because), sum(case.status is row.status for case in row.cases)
    return f"{because} ({alike} of {len(row.cases)} cases)" if alike and len(row.cases) > 1 and because else because


def _figures(verdict: Verdict) -> Iterator[str]:
    if reported := figures(verdict.rows):
        yield "## Reported"
        yield ""
        yield from (f"- {id}: {'; '.join(map(plain, notes))}" for id, notes in reported.items())
        yield ""


def _details(header: Mapping[str, Any], verdict: Verdict) -> Iterator[str]:
    red = [(row, case) for row in verdict.rows for case in row.cases if case.status in RED]
    if red:
        yield "## Each failure"
        yield ""
    for row, case in red:
        yield f"### {case.id}"
        yield ""
        told = failure_text(row.asked, case, header)
        yield f"{fence(told)}text"
        yield told
        yield fence(told)
        yield ""
