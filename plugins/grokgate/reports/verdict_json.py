"""``verdict.json``: the decision for machines. Its shape is ``verdict.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grokgate.judgement.acceptance import WAIVABLE, signature
from grokgate.judgement.verdict import Verdict
from grokgate.reports.basis import answered_by, of_xai, who_answered
from grokgate.values.evidence import Row, Status

SCHEMA = "grokgate/verdict/1"


def as_json(header: Mapping[str, Any], verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain data; the counts name every status, so that an absent one reads as none."""
    return {
        "schema": SCHEMA,
        "verdict": verdict.decision.value,
        "provider": header["provider"]["name"],
        "named": header["provider"].get("named", True),
        "phase": header["phase"],
        "scope": header["scope"],
        "rollout": header["rollout"],
        "world": header["world"],
        "xai": of_xai(header),
        "answered_by": answered_by(header),
        "who_answered": who_answered(header),
        "reservations": list(verdict.reservations),
        "counts": {status.value: verdict.counts.get(status, 0) for status in Status},
        "violations": list(verdict.violations),
        "waivers": [entry.to_json() for entry in verdict.accepted.waivers] if verdict.accepted else [],
        "attestations": [entry.to_json() for entry in verdict.accepted.attestations] if verdict.accepted else [],
        "findings": list(verdict.findings),
        "rows": [_row(row) for row in verdict.rows],
    }


def write(path: Path, header: Mapping[str, Any], verdict: Verdict) -> None:
    path.write_text(json.dumps(as_json(header, verdict), indent=2, ensure_ascii=False) + "\n", "utf-8")


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.asked.id,
        "severity": row.asked.severity,
        "status": row.status.value,
        "blame": row.blame.value if row.blame else None,
        "because": row.because,
        "failure": signature(row) if row.status in WAIVABLE else None,
        "cases": [{"id": case.id, "status": case.status.value, "because": case.because} for case in row.cases],
        "evidence": [case.id for case in row.cases],
    }
