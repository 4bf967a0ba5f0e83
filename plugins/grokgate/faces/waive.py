"""``grokgate waive``: the entry with which somebody accepts a failure that a run has shown."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from grokgate.judgement.acceptance import WAIVABLE, signature
from grokgate.runs.verify import judged
from grokgate.values.line import one_line

DAYS = 30
"""For how long an entry is proposed; its owner may write another day."""


class NothingToWaive(Exception):
    """The row did not fail in that run, and why there is nothing to accept."""


def entry(path: Path, id: str, today: date) -> str:
    """The entry in TOML, for its owner to complete. Raises ``EvidenceRefused`` and ``NothingToWaive``."""
    evidence, verdict = judged(path)
    row = next((row for row in verdict.rows if row.asked.id == id.upper()), None)
    if row is None:
        raise NothingToWaive(f"{path} was not asked for a row {id!r}")
    if row.asked.sums:
        red = [other.asked.id for other in verdict.rows if other.status in WAIVABLE and other.asked.id in row.asked.sums]
        raise NothingToWaive(f"{row.asked.id} rests on other rows; waive those: {', '.join(red) or 'none of them failed'}")
    if row.status not in WAIVABLE:
        raise NothingToWaive(
            f"{row.asked.id} is {row.status.value.replace('_', ' ')}; only what failed or is not offered is waived"
        )
    lines = {
        "row": row.asked.id,
        "provider": evidence.header["provider"]["name"],
        "failure": signature(row),
        "owner": "",
        "reason": "",
    }
    because = "".join(sign for sign in row.because if sign.isprintable() or sign.isspace())  # TOML refuses the others
    told = {"failure": one_line(because, 80), "owner": "who accepts it, and answers for it", "reason": "why, in a sentence"}
    written = [f"{key} = {json.dumps(value)}{f'  # {told[key]}' if key in told else ''}" for key, value in lines.items()]
    return "\n".join(["[[waiver]]", *written, f"until = {today + timedelta(DAYS)}  # the last day on which it holds"])
