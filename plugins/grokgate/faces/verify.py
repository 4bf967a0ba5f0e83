"""``grokgate verify``: the verdict of an evidence file, computed again."""

from __future__ import annotations

from pathlib import Path

from grokgate.formats.contract import contract_digest
from grokgate.formats.evidence_file import EvidenceRefused, read_evidence
from grokgate.judgement.report.basis import share
from grokgate.judgement.report.words import SIGNS, name_of
from grokgate.judgement.verdict import WORST_FIRST, judge


def recomputed(path: Path) -> tuple[str, int]:
    """What the file proves, for people, and the exit code of its verdict. Raises ``EvidenceRefused``."""
    evidence = read_evidence(path)
    header, footer = evidence.header, evidence.footer
    verdict = judge(
        evidence.asked, evidence.cases, strict=header["strict"], partial=bool(header["only"]), violations=evidence.violations
    )
    if verdict.decision.value != footer["verdict"]:
        raise EvidenceRefused(f"{path}: says {footer['verdict']}, but its cases amount to {verdict.decision.value}")
    counts = ", ".join(f"{SIGNS[s]} {verdict.counts[s]} {name_of(s)}" for s in WORST_FIRST if verdict.counts.get(s))
    mine = header["digests"]["contract"] == contract_digest()
    contract = "the contract of this grokgate" if mine else "another version of the contract"
    asked = f"{header['provider']['title']}, phase {header['phase']}, {header['scope']}, {header['started']}"
    lines = [
        f"{verdict.decision.value.upper()}  {asked}",
        f"{len(verdict.rows)} rows: {counts}",
        f"{share(verdict.rows)}; {contract} ({header['digests']['contract'][:12]})",
        f"the seal fits: {footer['events']} events, undamaged since the run",
    ]
    return "\n".join(lines), verdict.exit_code
