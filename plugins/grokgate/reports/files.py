"""The reports of a verdict that every run writes beside its evidence, as files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grokgate.judgement.verdict import Verdict
from grokgate.reports import junit, markdown, verdict_json

WRITERS = {"verdict.json": verdict_json.write, "summary.md": markdown.write, "junit.xml": junit.write}
"""What writes each of them."""
CAPSULE = "signoff.jsonl"
"""The sealed file of a sign-off, which holds all that its verdict rests on."""


def clear(folder: Path) -> None:
    """Take away those of the run before, which would belie one that is stopped."""
    for name in WRITERS:
        (folder / name).unlink(missing_ok=True)


def write(folder: Path, header: Mapping[str, Any], verdict: Verdict) -> None:
    """Write them into a folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, writer in WRITERS.items():
        writer(folder / name, header, verdict)
