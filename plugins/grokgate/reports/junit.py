"""``junit.xml``: one test case per case of a requirement, for CI servers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from grokgate.judgement.verdict import Verdict
from grokgate.reports.basis import of_xai, who_answered
from grokgate.reports.failure import failure_text
from grokgate.reports.words import OPEN, RED, name_of
from grokgate.values.evidence import Asked, Case, Row, Status

_ERRORS = (Status.HARNESS_ERROR,)
_FAILURES = (Status.FAILED, Status.NOT_OFFERED)
_ACCEPTED = (Status.ATTESTED, Status.WAIVED)
_FINE = (Status.PASSED, *_ACCEPTED)


def write(path: Path, header: Mapping[str, Any], verdict: Verdict) -> None:
    name = f"grokgate {header['provider']['name']} phase {header['phase']}"
    entries = [entry for row in verdict.rows for entry in _entries(row, header)]
    suite = ET.Element("testsuite", name=name, tests=str(len(entries)), timestamp=str(header["started"]))
    for tag in ("failure", "error", "skipped"):
        suite.set(
            {"failure": "failures", "error": "errors", "skipped": "skipped"}[tag],
            str(sum(e.find(tag) is not None for e in entries)),
        )
    suite.append(_properties(header, verdict))
    suite.extend(entries)
    root = ET.Element("testsuites", name=name)
    root.append(suite)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _properties(header: Mapping[str, Any], verdict: Verdict) -> ET.Element:
    """What the whole says: the verdict, who answered, and what keeps it from a go."""
    told = {"verdict": verdict.decision.value, "answers": who_answered(header), "xAI": of_xai(header)}
    told |= {"scope": header["scope"], "rollout": header["rollout"], "provider build": header["digests"]["provider"]}
    entries = [*told.items(), *(("reservation", reservation) for reservation in verdict.reservations)]
    properties = ET.Element("properties")
    for name, value in entries:
        ET.SubElement(properties, "property", name=name, value=_legal(value))
    return properties


def _entries(row: Row, header: Mapping[str, Any]) -> list[ET.Element]:
    if not row.cases:
        entry = _entry(row.asked, row.asked.id, row.status, row.because, 0.0, None, header)
        return [_told(entry, row) if row.status in _ACCEPTED else entry]
    return [
        _accepted(row, case, header)
        if row.status in _ACCEPTED and case.status in (*RED, *OPEN)
        else _entry(row.asked, case.id, case.status, case.because, case.seconds, case, header)
        for case in row.cases
    ]


def _accepted(row: Row, case: Case, header: Mapping[str, Any]) -> ET.Element:
    """A case that people accept with its row: it passes, and what it found is told all the same."""
    entry = _entry(row.asked, case.id, row.status, row.because, case.seconds, case, header)
    return _told(entry, row, failure_text(row.asked, case, header) if case.status in RED else case.because)


def _told(entry: ET.Element, row: Row, found: str = "") -> ET.Element:
    told = f"{name_of(row.status)}: {row.because}"
    ET.SubElement(entry, "system-out").text = _legal(f"{told}\n{found}" if found else told)
    return entry


def _entry(
    asked: Asked, name: str, status: Status, because: str, seconds: float, case: Case | None, header: Mapping[str, Any]
) -> ET.Element:
    entry = ET.Element("testcase", classname=f"grokgate.{asked.prefix}", name=f"{name} {asked.title}", time=f"{seconds:.3f}")
    if status in _FINE:
        return entry
    tag = "error" if status in _ERRORS else "failure" if status in _FAILURES else "skipped"
    told = ET.SubElement(entry, tag, message=_legal(because), type=status.value)
    if case and tag != "skipped":
        told.text = _legal(failure_text(asked, case, header))
    return entry


def _legal(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000" else "\ufffd" for c in text
    )
