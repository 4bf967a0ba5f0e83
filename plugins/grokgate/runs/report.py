"""``grokgate report``: one page for people who sign, made by Allure 3 from the folders that gates have written.

Reads the sealed evidence, ``verdict.json`` and ``allure-results`` of each folder, puts the verdict in front as a result of its
own, and hands all of it to ``page.mjs``. The decision is made here, in Python; Allure's quality gate mirrors it, and a page on
which the two differ is refused.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grokgate.formats.document import cache_folder, digest
from grokgate.formats.evidence_file import Evidence
from grokgate.formats.home import PACKAGE
from grokgate.judgement.verdict import WORST_FIRST, Verdict
from grokgate.reports.allure import STATUSES, labels
from grokgate.reports.basis import answers, of_xai, who_answered
from grokgate.reports.failure import failure_text
from grokgate.reports.figures import figures
from grokgate.reports.files import CAPSULE
from grokgate.reports.page import says
from grokgate.reports.words import OPEN, RED, SIGNS, name_of
from grokgate.runs.verify import judged, verdict_of
from grokgate.values.evidence import Blame, Case, Decision, Row, Status
from grokgate.values.line import one_line

SCRIPTS = PACKAGE / "reports" / "allure_page"
"""How Allure shows it: the configuration, the script that calls Allure, and the lock file that names it."""
GATE = "evidence.jsonl"
"""What a gate seals."""
LIMIT = 10
"""Pages that the history keeps; each takes about a megabyte per provider, and a page shows the last six."""
LONGEST_NAME = 64
"""Of an environment, as Allure allows it."""
FEW = 4
"""Providers that the title names."""
FRONT = "The verdict"
"""The first group of the page."""

SCOPES = {
    "predeploy": "before the deployment, with replayed answers of xAI",
    "postdeploy": "after the deployment, with live traffic",
    "signoff": "for the sign-off: replayed answers, live traffic, and what people attest",
}
DECISIONS = {
    Decision.NO_GO: "A required promise is broken. This step of the rollout should not be taken with this build.",
    Decision.INCONCLUSIVE: "Nothing required is broken, but something required is not decided yet. This is no permission.",
}
WHO = {
    Blame.PROVIDER: "the provider must act",
    Blame.HOST: "whoever wrote its host or adapter must act",
    Blame.CONFIGURATION: "whoever deploys it must act",
    Blame.XAI: "xAI behaves otherwise than the plan assumes",
    Blame.CASSETTES: "grokgate must act",
    Blame.HARNESS: "it waits for live traffic, for a person, or for grokgate",
}
OUTCOMES = {Decision.GO: "passed", Decision.NO_GO: "failed", Decision.INCONCLUSIVE: "broken"}
"""How Allure shows a decision."""


class NotMade(Exception):
    """There is no page, for the reason that is told."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One gate as its folder tells it."""

    folder: Path
    file: Path
    """What seals it: the evidence of a gate, or the sign-off that was made of several."""
    evidence: Evidence
    told: Mapping[str, Any]
    """``verdict.json``."""

    @cached_property
    def verdict(self) -> Verdict:
        """Made again from the evidence."""
        return verdict_of(self.evidence)

    @property
    def header(self) -> Mapping[str, Any]:
        return self.evidence.header

    @property
    def id(self) -> str:
        return re.sub(r"[^A-Za-z0-9_-]", "-", f"{self.header['provider']['name']}-{self.header['phase']}")[:LONGEST_NAME]

    @property
    def name(self) -> str:
        """What Allure calls an environment."""
        end = f", phase {self.header['phase']}" if self.header["phase"] != "rollback" else ", rollback"
        title = re.sub(r"[/\\\x00-\x1f]", " ", self.header["provider"]["title"])
        return one_line(title, LONGEST_NAME - len(end)) + end

    @property
    def decision(self) -> str:
        return self.verdict.decision.value.upper()

    def requires(self, row: Row) -> bool:
        """Whether the row decides the verdict."""
        return row.asked.severity == "must" or self.header["strict"]

    def accepted(self, kind: str) -> list[Mapping[str, str]]:
        """The waivers or attestations that the gate was given."""
        return list(self.told.get(kind, []))


def found(reports: Path) -> list[Path]:
    """The folders that hold results, but for those of rows that were asked for alone."""
    folders = sorted(path.parent for path in reports.rglob("allure-results") if path.parent.name != "only")
    if not folders:
        raise NotMade(f"no results below {reports}/; run a gate first: grokgate check --provider NAME")
    return folders


def make(folders: Sequence[Path], reports: Path) -> Path:
    """The page. Raises ``NotMade`` and ``EvidenceRefused``."""
    runs = [read(folder) for folder in folders]
    if twice := [run for run in runs if [other.id for other in runs].count(run.id) > 1]:
        raise NotMade(f"{twice[0].folder} and {twice[1].folder} hold the same provider and phase; one page shows one of them")
    if alike := [run for run in runs if [other.name for other in runs].count(run.name) > 1]:
        raise NotMade(f"{alike[0].folder} and {alike[1].folder} are both called {alike[0].name}; give one another title")
    scripts = installed()
    reports.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="grokgate-report-") as made:
        stage = Path(made)
        for run in runs:
            put_down(run, stage / "results" / run.id)
        order = {
            "name": title(runs),
            "results": str(stage / "results"),
            "output": str(stage / "page"),
            "history": str((reports / "allure-history.jsonl").absolute()),
            "limit": LIMIT,
            "front": FRONT,
            "runs": [told(run) for run in runs],
        }
        (stage / "order.json").write_text(json.dumps(order, ensure_ascii=False), "utf-8")
        run_there(scripts, "node", "page.mjs", str(stage / "order.json"))
        if not (stage / "page" / "index.html").exists():
            raise NotMade("Allure made no page; it said above why")
        hold_against(json.loads((stage / "rules.json").read_bytes()), runs)
        page = reports / "allure.html"
        page.write_text(without_analytics((stage / "page" / "index.html").read_text("utf-8")), "utf-8")
    return page


def read(folder: Path) -> Run:
    """What a gate or a sign-off wrote, whole and of one run."""
    sealed = [folder / name for name in (GATE, CAPSULE) if (folder / name).exists()]
    needed = ("verdict.json",) if sealed and sealed[0].name == CAPSULE else ("verdict.json", "allure-results")
    for name in needed if sealed else (GATE,):
        if not (folder / name).exists():
            raise NotMade(f"{folder} has no {name}: name a folder that a gate has written, such as reports/reference")
    evidence, _ = judged(sealed[0])
    run = Run(folder=folder, file=sealed[0], evidence=evidence, told=json.loads((folder / "verdict.json").read_bytes()))
    if not run.verdict.decision.value == run.evidence.footer["verdict"] == run.told["verdict"]:
        raise NotMade(f"{folder}: {run.file.name} and verdict.json do not say the same; run the gate again")
    return run


# --- what Allure reads


def put_down(run: Run, stage: Path) -> None:
    """The results of a run as the page shows them: the verdict first, then the rows in the order of the plan."""
    stage.mkdir(parents=True)
    results = {result["name"]: result for result in map(_json, sorted((run.folder / "allure-results").glob("*-result.json")))}
    write(stage, 0, front(run))
    entries = [(row, entry) for row in run.verdict.rows for entry in (row.cases or (row,))]
    met: Counter[str] = Counter()
    for number, (row, entry) in enumerate(entries, start=1):
        id = id_of(entry)
        met[id] += 1
        if run.file.name == CAPSULE:
            result = told_alone(run, row, entry, stage / f"{run.id}-{number:05}-attachment.txt")
        elif f"{id} {row.asked.title}" in results:
            result = results[f"{id} {row.asked.title}"]
        else:
            raise NotMade(f"{run.folder}: the evidence has {id} and allure-results has not; run the gate again")
        same = id if met[id] == 1 else f"{id} ({met[id]})"  # of several runs; none of them is a retry
        write(stage, number, shown(run, row, entry, result) | identity(run, same) | placed(run, number, result))
        for source in set(sources(result)):
            if not (stage / source).exists():
                shutil.copy2(run.folder / "allure-results" / source, stage / source)


def id_of(entry: Case | Row) -> str:
    return entry.asked.id if isinstance(entry, Row) else entry.id


def told_alone(run: Run, row: Row, entry: Case | Row, attachment: Path) -> dict[str, Any]:
    """A result from the evidence alone: a sign-off is made of several runs, and has no results of tests."""
    seconds = 0.0 if isinstance(entry, Row) else entry.seconds
    name = f"{id_of(entry)} {row.asked.title}"
    result = {"uuid": attachment.name, "name": name, "stage": "finished", "start": 0, "stop": int(seconds * 1000)}
    if isinstance(entry, Row) or entry.status is Status.PASSED:
        return result
    attachment.write_text(failure_text(row.asked, entry, run.header), "utf-8")
    return result | {"attachments": [{"name": "what to know", "source": attachment.name, "type": "text/plain"}]}


def shown(run: Run, row: Row, entry: Case | Row, result: Mapping[str, Any]) -> dict[str, Any]:
    """A result with what the row became in the end: a failure that was accepted is waived, and no failure any more."""
    settled = row.status in (Status.WAIVED, Status.ATTESTED) and entry.status in (*RED, *OPEN)
    status = row.status if settled else entry.status
    because = row.because if settled else entry.because
    told = labels(run.header, row.asked, entry) | {"outcome": name_of(status)}
    found = [f"**The plan says:** {plain(row.asked.plan)}", f"**What was found:** {name_of(status)}. {plain(because)}"]
    found += [f"**Reported:** {plain(note)}" for note in ([] if isinstance(entry, Row) else entry.notes)]
    if len(row.cases) > 1:
        told["promise"] = f"{row.asked.id} {row.asked.title}"
    if settled:
        told.pop("acts", None)
    return {
        **{key: result[key] for key in ("uuid", "name", "steps", "attachments", "stage") if key in result},
        "links": [link for link in result.get("links", []) if link["url"].startswith("http")],  # a path is no use to others
        "status": STATUSES.get(status, "skipped"),
        "statusDetails": {"message": because} if because else {},
        "description": "\n\n".join(found),
        "labels": [{"name": name, "value": value} for name, value in told.items()],
        "titlePath": [row.asked.section],
    }


def placed(run: Run, number: int, result: Mapping[str, Any]) -> dict[str, int]:
    """Allure orders by time of start: a place in the plan in its stead, with the true duration."""
    start = run.header["started_ms"] + number
    return {"start": start, "stop": start + result["stop"] - result["start"]}


def identity(run: Run, id: str) -> dict[str, Any]:
    """What Allure tells results apart by: a case is the same in each provider, its history is the provider's and the phase's."""
    parameters = {"provider": run.header["provider"]["name"], "phase": run.header["phase"]}
    return {
        "fullName": id,
        "testCaseId": id,
        "parameters": [{"name": name, "value": value, "mode": "hidden"} for name, value in parameters.items()],
    }


def front(run: Run) -> dict[str, Any]:
    """The verdict as the first result of the page."""
    told = {"provider": run.header["provider"]["name"], "phase": run.header["phase"], "feature": FRONT, "severity": "critical"}
    return identity(run, FRONT) | {
        "uuid": f"{run.id}-verdict",
        "name": f"{run.decision}: {run.name}, {run.header['scope']}",
        "status": OUTCOMES[run.verdict.decision],
        "description": "\n".join(told_front(run)),
        "stage": "finished",
        "start": run.header["started_ms"],
        "stop": run.header["started_ms"] + int(run.evidence.footer["seconds"] * 1000),
        "labels": [{"name": name, "value": value} for name, value in told.items()],
        "titlePath": [FRONT],
    }


def phase(header: Mapping[str, Any]) -> str:
    """The phase in words."""
    roles = {"target": "the new model", "old": "the old one", "flag": "its flag", **header.get("roles", {})}
    said = {
        "1": "phase 1, {target} beside {old}",
        "2": "phase 2, {target} behind {flag}",
        "3": "phase 3, {target} as the default",
        "rollback": "rollback, the way back to {old}",
    }
    return said[header["phase"]].format(**roles)


def facts(run: Run) -> dict[str, str]:
    """The table at the head of the page."""
    header = run.header
    given = answers(run.verdict.rows)
    counts = ", ".join(f"{run.verdict.counts[s]} {name_of(s)}" for s in WORST_FIRST if run.verdict.counts.get(s))
    build = ", ".join(header["provider"]["requirements"]) or "in the process of grokgate"
    return {
        "verdict": run.decision,
        "phase": phase(header),
        "provider": header["provider"]["title"],
        "provider build": f"{header['digests']['provider'][:12]} ({build})",
        "xAI": of_xai(header),
        "evidence": evidence(given),
        "answers": who_answered(header),
        "waivers": str(len(run.accepted("waivers"))),
        "attestations": str(len(run.accepted("attestations"))),
        "promises": f"{len(run.verdict.rows)}: {counts}",
        "asked": SCOPES[header["scope"]],
        "judged": f"{header['started'][:16].replace('T', ' ')} UTC",
        "cassettes": header["digests"]["world"][:12],
        "seal": run.evidence.footer["seal"][:12],
        "grokgate": header["grokgate"],
    }


def told_front(run: Run) -> Iterator[str]:
    """The verdict in Markdown, for a reader who has never seen a test."""
    yield DECISIONS.get(run.verdict.decision) or says(run.verdict)  # a go tells what was accepted, and what is red all the same
    yield ""
    (first, decision), *others = facts(run).items()
    yield f"| {first} | {decision} |"
    yield "|---|---|"
    yield from (f"| {plain(name)} | {plain(value)} |" for name, value in others)
    yield ""
    yield from against(run)
    yield from people(run)
    yield from section("Reported", [f"{id}: {plain('; '.join(notes))}" for id, notes in figures(run.verdict.rows).items()])
    yield from guide(run)


def against(run: Run) -> Iterator[str]:
    """What speaks against the step, and who must act. Lists, since Allure cuts a table that is wider than the page."""
    if hosts := sorted(set(run.verdict.violations)):
        yield from section("The provider tried to reach hosts other than xAI", [plain(host) for host in hosts])
    for heading, statuses, required in (
        ("What is broken", RED, True),
        ("What is not decided yet", OPEN, True),
        ("What is broken or not decided, and not required for this step", (*RED, *OPEN), False),
    ):
        rows = [row for status in statuses for row in run.verdict.rows if row.status is status]
        yield from section(heading, [promise(row) for row in rows if run.requires(row) is required])


def promise(row: Row) -> str:
    """One row on one line, with what was found and who must act."""
    acts = f"; {WHO[row.blame]}" if row.blame else ""
    title, because = plain(f"{row.asked.id} {row.asked.title}"), plain(one_line(row.because, 240))
    return f"{SIGNS[row.status]} **{title}**: {because} ({name_of(row.status)}{acts})"


def people(run: Run) -> Iterator[str]:
    """What people accepted and vouched for, and what of it is stale."""
    waivers = [
        f"**{plain(entry['row'])}**: {plain(entry['owner'])} accepts it until {plain(entry['until'])}: {plain(entry['reason'])}"
        for entry in run.accepted("waivers")
    ]
    attestations = [
        f"**{plain(entry['row'])}**: {plain(entry['by'])} vouches for it from {plain(entry['on'])} "
        f"until {plain(entry['until'])}: {plain(entry['link'])}"
        for entry in run.accepted("attestations")
    ]
    yield from section("Failures that somebody accepts (waivers)", waivers)
    yield from section("Promises that somebody vouches for (attestations)", attestations)
    yield from section("What of it no longer holds", [plain(finding) for finding in run.told.get("findings", [])])


def section(heading: str, lines: Sequence[str]) -> Iterator[str]:
    """A heading with a list; nothing where there is nothing to say."""
    if lines:
        yield f"### {heading}"
        yield ""
        yield from (f"- {line}" for line in lines)
        yield ""


def guide(run: Run) -> Iterator[str]:
    """How to read the page."""
    checks = sum(len(row.cases) or 1 for row in run.verdict.rows)
    lines = (
        f"Each section of the rollout plan is a group. {len(run.verdict.rows)} promises were judged by {checks} checks.",
        "*Passed* is kept, *failed* is broken or not offered, *broken* means that grokgate or its answers failed, and *skipped* "
        "that it is not decided or does not apply. Each check says what was found.",
        "The verdict itself is *passed* for GO, *failed* for NO-GO and *broken* for INCONCLUSIVE.",
        "*Critical* is required for this step, *normal* is not.",
        "*Categories* sorts by who must act. *Quality Gates* asks each question of the verdict, also those with a good answer.",
        "The ring at the top counts checks and decides nothing: one required promise that is broken makes a NO-GO.",
        "A derived answer of xAI was made from documented facts; a recorded one is real traffic.",
        f"Anyone can make the verdict again, offline: `grokgate verify {run.file}`",
    )
    yield from section("How to read this page", lines)


def told(run: Run) -> dict[str, Any]:
    """What the configuration of Allure needs to know of a run."""
    return {
        "id": run.id,
        "name": run.name,
        "provider": run.header["provider"]["name"],
        "phase": run.header["phase"],
        "verdict": run.decision,
        "strict": run.header["strict"],
        "reservations": list(run.verdict.reservations),
        "violations": sorted(set(run.verdict.violations)),
        "facts": facts(run),
    }


def title(runs: Sequence[Run]) -> str:
    """What stands at the head of the page; few verdicts each, many by their number."""
    if len(runs) == 1:
        said = f"{runs[0].decision}, {runs[0].name}"
    elif len(runs) <= FEW:
        said = ", ".join(f"{run.header['provider']['name']} {run.decision}" for run in runs)
    else:
        said = ", ".join(f"{count} {decision}" for decision, count in sorted(Counter(run.decision for run in runs).items()))
    return f"Rollout of {runs[0].header['rollout']}: {said}"


def hold_against(rules: Mapping[str, str], runs: Sequence[Run]) -> None:
    """Refuse a page whose rules say another thing than the verdict."""
    for run in runs:
        if rules[run.id] != run.decision:
            raise NotMade(f"the rules of the page say {rules[run.id]} for {run.folder}, and the verdict is {run.decision}")


# --- small things


def write(stage: Path, number: int, result: Mapping[str, Any]) -> None:
    """Allure reads by name, so a number keeps the order."""
    (stage / f"{number:05}-result.json").write_text(json.dumps(result, ensure_ascii=False), "utf-8")


def sources(result: Mapping[str, Any]) -> Iterator[str]:
    """The files that a result and its steps attach."""
    yield from (entry["source"] for entry in result.get("attachments", []))
    for step in result.get("steps", []):
        yield from sources(step)


def evidence(given: Mapping[str, int]) -> str:
    """The share of answers that were recorded, of those that were derived, and of live ones where there are any."""
    whole = sum(given.values())
    kinds = ["recorded", "derived", *(["live"] if given.get("live") else [])]
    return (
        f"{', '.join(f'{given.get(kind, 0) / whole:.0%} {kind}' for kind in kinds)} ({whole} answers)" if whole else "no answers"
    )


def plain(text: str) -> str:
    """Text in Markdown of which nothing is taken for Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]|~])", r"\\\1", " ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;")


def without_analytics(page: str) -> str:
    """The page without the script that would tell Google that somebody opens it. Allure has no option for that."""
    kept, scripts = re.subn(
        r'<script async src="https://www\.googletagmanager\.com/.*?</script>\s*<script>.*?</script>', "", page, flags=re.S
    )
    if scripts != 1 or "googletagmanager.com" in kept[: kept.find("reportData")]:
        raise NotMade("this version of Allure calls home in another way than the one that is known; see without_analytics")
    return kept


def installed() -> Path:
    """The folder that has the scripts, and Allure as the lock file names it; made once."""
    scripts = sorted(path for path in SCRIPTS.iterdir() if path.is_file())
    folder = cache_folder() / "allure" / digest(*(path.read_bytes() for path in scripts))[:16]
    if not (folder / "node_modules" / ".package-lock.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for path in scripts:
            shutil.copy2(path, folder / path.name)
        run_there(folder, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    return folder


def run_there(folder: Path, *words: str) -> None:
    program = shutil.which(words[0])
    if program is None:
        raise NotMade(f"there is no {words[0]}: use tox -e report, which brings it")
    if done := subprocess.run([program, *words[1:]], cwd=folder, check=False).returncode:  # noqa: S603
        raise NotMade(f"{' '.join(words[:2])} ended with {done}")


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_bytes()))
