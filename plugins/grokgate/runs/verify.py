"""``grokgate verify``: the verdict of an evidence file, computed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from grokgate.formats.contract import contract_digest
from grokgate.formats.evidence_file import Evidence, EvidenceRefused, read_evidence
from grokgate.judgement.acceptance import Accepted
from grokgate.judgement.reservation import reservations
from grokgate.judgement.verdict import WORST_FIRST, Verdict, judge
from grokgate.reports.basis import share, who_answered
from grokgate.reports.words import SIGNS, name_of
from grokgate.runs.wholeness import is_checkable, missing
from grokgate.upstream.price import dollars
from grokgate.values.acceptance import Attestation, Waiver

UNCHECKED = ": this could not be checked, since contract or suites are of another version; verify with that grokgate"


def verdict_of(evidence: Evidence) -> Verdict:
    """The verdict that sealed evidence amounts to, with what was accepted on the day of the run."""
    header = evidence.header
    return judge(
        evidence.asked,
        evidence.cases,
        strict=header["strict"],
        reservations=reservations(
            header, stopped=bool(evidence.footer.get("stopped")), runs=[source["header"] for source in evidence.sources]
        ),
        violations=evidence.violations,
        accepted=Accepted.in_run(header, evidence.waivers, evidence.attestations),
    )


def judged(path: Path) -> tuple[Evidence, Verdict]:
    """The evidence of a file, whole as far as that is known, and the verdict that it amounts to. Raises ``EvidenceRefused``."""
    evidence = read_evidence(path)
    of_one_rollout(str(path), [evidence.header, *(source["header"] for source in evidence.sources)])
    if fault := missing(evidence):
        raise EvidenceRefused(f"{path}: it is not what was asked: {fault}; it was changed after the run")
    verdict = verdict_of(evidence)
    if verdict.decision.value != evidence.footer["verdict"]:
        raise EvidenceRefused(f"{path}: says {evidence.footer['verdict']}, but its cases amount to {verdict.decision.value}")
    return evidence, verdict


def of_one_rollout(what: str, headers: Sequence[Mapping[str, Any]]) -> None:
    """Runs of two rollouts prove nothing about either. Raises ``EvidenceRefused``."""
    told = {header["digests"]["rollout"]: header["rollout"] for header in headers}
    if len(told) > 1:
        names = " and ".join(f"{name} ({digest[:12]})" for digest, name in told.items())
        raise EvidenceRefused(f"{what}: the runs were judged by two rollouts, {names}")


def recomputed(path: Path) -> tuple[str, int]:
    """What the file proves, for people, and the exit code of its verdict. Raises ``EvidenceRefused``."""
    evidence, verdict = judged(path)
    header, footer = evidence.header, evidence.footer
    counts = ", ".join(f"{SIGNS[s]} {verdict.counts[s]} {name_of(s)}" for s in WORST_FIRST if verdict.counts.get(s))
    mine = header["digests"]["contract"] == contract_digest()
    contract = "the contract of this grokgate" if mine else "another version of the contract"
    asked = f"{header['provider']['title']}, phase {header['phase']}, {header['scope']}, {header['started']}"

    def told(what: str) -> str:
        return f"{what} {header[what]} ({header['digests'][what][:12]})"

    lines = [
        f"{verdict.decision.value.upper()}  {asked}",
        f"{len(verdict.rows)} rows: {counts}",
        f"{told('rollout')}, {told('world')}",
        f"{share(verdict.rows)}; {contract} ({header['digests']['contract'][:12]})",
        f"intact: the seal fits {footer['events']} events; it has no key, so anybody can seal",
        f"each row that phase and scope ask for is there, once{'' if is_checkable(header) else UNCHECKED}",
    ]
    lines += [who_answered(header), *verdict.reservations]
    lines += [f"{dollars(footer['spent_ticks'])} spent"] if "spent_ticks" in footer else []
    lines += _ended(evidence, datetime.now(UTC).date())
    return "\n".join(lines), verdict.exit_code


def _ended(evidence: Evidence, today: date) -> list[str]:
    """What was accepted on the day of the run, and is no longer."""
    given: list[Waiver | Attestation] = [*evidence.waivers, *evidence.attestations]
    on = evidence.header["started"][:10]
    return [f"what was accepted for {e.row} ended on {e.until}; the verdict is that of {on}" for e in given if today > e.until]
