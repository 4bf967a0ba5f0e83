"""``grokgate diff``: what changed from one run to the next, and over many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from grokgate.reports import change_json, change_text
from grokgate.reports.change import Run, compare, trend
from grokgate.runs.verify import judged, of_one_rollout

WORSE = 1
"""The exit code where a row that was kept is red or open, or another host was newly tried."""


def compared(paths: Sequence[Path], *, as_json: bool = False) -> tuple[str, int]:
    """What differs between the last two runs, and the trend over all where there are more. Raises ``EvidenceRefused``."""
    runs = [_run(path) for path in paths]
    of_one_rollout(" and ".join(map(str, paths)), [run.header for run in runs])
    found, rows = compare(*runs[-2:]), trend(runs)
    code = WORSE if found.is_worse else 0
    if as_json:
        return json.dumps(change_json.as_json(found, runs, rows), ensure_ascii=False, indent=2), code
    parts = [change_text.text(found)]
    parts += [change_text.trend_text(runs, rows)] if len(runs) > 2 else []
    return "\n\n".join([*parts, change_text.conclusion(found)]), code


def _run(path: Path) -> Run:
    evidence, verdict = judged(path)
    return Run(header=evidence.header, verdict=verdict)
