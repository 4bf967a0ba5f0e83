"""Allure: what allure-pytest writes of a test, enriched with what a release manager looks for; and rows without a test.

Labels for phase, section, severity, provider, world, outcome and who must act; a link per requirement; a step per call with the
wire request, the answer, the difference and a curl line; the reason of each status that is not a pass. ``report/allurerc.mjs``
sorts by these labels.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from grokgate.formats.home import home
from grokgate.reports.basis import of_xai, which_xai, who_answered, whose
from grokgate.reports.failure import curl, difference, failure_text
from grokgate.reports.words import name_of
from grokgate.values.evidence import Asked, Case, Row, Status

DOCUMENTS = "GROKGATE_DOCS"
"""The variable that says where readers of the report find ``requirements.md``; without it, the copy of this installation."""

STATUSES = {
    Status.PASSED: "passed",
    Status.ATTESTED: "passed",
    Status.WAIVED: "passed",
    Status.FAILED: "failed",
    Status.NOT_OFFERED: "failed",
}
STATUSES |= {Status.HARNESS_ERROR: "broken"}
"""How Allure calls a status; the others are skipped."""
_SEVERITY = {"must": "critical", "should": "normal"}


def enrich(header: Mapping[str, Any], asked: Asked, case: Case) -> None:
    """Say to the Allure result of the running test what it is evidence of. Does nothing where Allure is not asked for."""
    import allure

    dynamic: Any = allure.dynamic  # not typed
    dynamic.title(f"{case.id} {asked.title}")
    dynamic.description("\n\n".join([case.because or "The promise is kept.", *case.notes]))
    for name, value in labels(header, asked, case).items():
        dynamic.label(name, value)
    dynamic.link(_link(asked.id), link_type="requirement", name=asked.id)
    for number, call in enumerate(case.observations, start=1):
        with allure.step(f"{number}. {call['said']}"):
            _attach("wire, caller and log", "\n\n".join(_told(call)))  # one for all: each attachment is a file
    if case.status is not Status.PASSED:
        _attach("what to know", failure_text(asked, case, header))
        _attach("difference", difference(case))
        _attach("curl", curl(case))


def clear(folder: Path) -> None:
    """Take the results of an earlier run out of a folder, and nothing else that lies there."""
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("*-result.json", "*-container.json", "*-attachment.*", "environment.properties"):
        for path in folder.glob(pattern):
            path.unlink()


def write_untested(folder: Path, header: Mapping[str, Any], rows: Mapping[str, Asked], untold: Sequence[Row | Case]) -> None:
    """Results that no test could produce: of rows that were settled before, and of cases that were left out or lost."""
    for entry in untold:
        asked, id = (entry.asked, entry.asked.id) if isinstance(entry, Row) else (rows[entry.requirement], entry.id)
        uuid = str(uuid4())
        result = {
            "uuid": uuid,
            "historyId": f"{header['provider']['name']}:{id}",
            "fullName": f"requirements#{id}",
            "name": f"{id} {asked.title}",
            "status": STATUSES.get(entry.status, "skipped"),
            "statusDetails": {"message": entry.because},
            "description": f"{name_of(entry.status)}: {entry.because}",
            "stage": "finished",
            "start": header["started_ms"],
            "stop": header["started_ms"],
            "labels": [{"name": name, "value": value} for name, value in labels(header, asked, entry).items()],
            "links": [{"type": "requirement", "name": asked.id, "url": _link(asked.id)}],
        }
        (folder / f"{uuid}-result.json").write_text(json.dumps(result, ensure_ascii=False), "utf-8")


def write_environment(folder: Path, header: Mapping[str, Any], verdict: str) -> None:
    """The table of facts on the report's first page."""
    facts = {
        "verdict": verdict,
        "provider": header["provider"]["title"],
        "phase": header["phase"],
        "scope": header["scope"],
        "xAI": of_xai(header),
        "answers": who_answered(header),
        **({"provider of yours": f"no: {said}"} if (said := whose(header)) else {}),
        "rollout": header["rollout"],
        "provider build": header["digests"]["provider"][:12],
        "cassettes": header["digests"]["world"][:12],
        "grokgate": header["grokgate"],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "environment.properties").write_text(
        "".join(f"{name.replace(' ', '_')}={value}\n" for name, value in facts.items()), "utf-8"
    )


def labels(header: Mapping[str, Any], asked: Asked, decided: Case | Row) -> dict[str, str]:
    """What a result is sorted by: where it stands in the plan, whose it is, and what became of it."""
    acts = {"acts": decided.blame.value} if decided.blame else {}
    return {
        "parentSuite": asked.section,
        "suite": f"{asked.id} {asked.title}",
        "epic": f"{which_xai(header)}, rollout {header['rollout']}, phase {header['phase']}: {header['scope']}",
        "feature": asked.section,
        "story": f"{asked.id} {asked.title}",
        "severity": _SEVERITY[asked.severity],
        "phase": header["phase"],
        "section": asked.prefix,
        "provider": header["provider"]["name"],
        "world": header["world"],
        "requirement": asked.id,
        "outcome": name_of(decided.status),
        **acts,
    }


def _link(id: str) -> str:
    folder = os.environ.get(DOCUMENTS) or (home() / "docs").as_uri()
    return f"{folder.rstrip('/')}/requirements.md#{id.lower()}"


def _attach(name: str, text: str) -> None:
    import allure

    if text:
        allure.attach(text, name=name, attachment_type=allure.attachment_type.TEXT)


def _told(call: Mapping[str, Any]) -> Iterator[str]:
    """A call from the request to the log, each part under a heading."""
    for exchange in call["wire"]:
        yield f"# request {exchange['method']} {exchange['url']}\n{_pretty(exchange['body'])}"
        yield f"# answer {exchange['status']} ({exchange['provenance'] or 'no recording'})\n{_pretty(exchange['answer'] or '')}"
    yield f"# what the caller got\n{_pretty(json.dumps(call['failure'] or call['result'], ensure_ascii=False))}"
    if call["log"]:
        yield f"# log\n{call['log']}"


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
