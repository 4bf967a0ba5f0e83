"""A rollout that is nobody's, from end to end: where the plan's models show, somebody wrote them down instead of asking."""

import json
import re

import pytest

from grokgate.formats.rollout_file import rollout
from grokgate.runs.gates import red_rows_of
from grokgate.runs.mutants import mutants

PHASES = ("1", "2", "3", "rollback")
DRAFTS = ("release-notes", "limitations", "migration", "faq")
BROKEN = (
    *("lists-another-model-no-more", "keeps-the-flag", "blocks-the-name-as-typed"),
    "logs-the-prompts-of-the-old-model",
)
STRANGER = re.compile(r"grok-?[34](?!\d)[\w.-]*|GROK4\w*", re.IGNORECASE)
"""What the plan's own rollout is made of."""


@pytest.fixture
def judged(gate, renamed):
    """Judges the reference in a phase of the rollout."""
    return lambda phase: gate("--rollout", str(renamed), "--phase", phase)


def strangers(text):
    return sorted(set(STRANGER.findall(text)))


@pytest.mark.parametrize("phase", PHASES)
def test_a_right_provider_is_go_in_each_phase(phase, judged):
    ran = judged(phase)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said


@pytest.mark.parametrize("mutant", BROKEN)
def test_a_broken_provider_is_red_where_it_says(mutant, renamed):
    mutant = next(one for one in mutants() if one.name == mutant)
    assert red_rows_of(mutant, str(renamed)) == mutant.breaks, mutant.doc


@pytest.mark.parametrize("phase", PHASES)
def test_no_report_speaks_of_another_rollout(phase, judged):
    ran = judged(phase)
    assert not strangers(ran.said)
    written = [path for path in ran.reports.rglob("*") if path.suffix in (".md", ".html", ".xml", ".json", ".txt", ".properties")]
    found = {str(path.relative_to(ran.reports)): strangers(path.read_text("utf-8")) for path in written}
    assert {path: names for path, names in found.items() if names} == {}
    assert {"summary.md", "verdict.json", "junit.xml"} <= {path.name for path in written}


def test_no_page_of_a_sign_off_speaks_of_another_rollout(judged, grokgate, renamed, tmp_path):
    evidence = [str(judged(phase).reports / "evidence.jsonl") for phase in ("1",)]
    signed = grokgate("signoff", *evidence, "--rollout", str(renamed), "--reports", "signed")
    assert signed.code in (0, 10), signed.complained
    assert not strangers(signed.said)
    assert not strangers((tmp_path / "signed" / "signoff.html").read_text("utf-8"))


@pytest.mark.parametrize("kind", DRAFTS)
def test_no_draft_speaks_of_another_rollout(kind, judged, grokgate, renamed):
    ran = grokgate("draft", kind, str(judged("3").reports / "evidence.jsonl"), "--rollout", str(renamed))
    assert (ran.code, strangers(ran.said)) == (0, []), ran.complained
    assert "zork-9" in ran.said


def test_a_log_is_read_in_the_words_of_the_rollout(judged, grokgate, renamed, tmp_path):
    calls = [json.loads(line) for line in (judged("1").reports / "evidence.jsonl").read_text("utf-8").splitlines()]
    said = "".join(log for entry in calls for log in logs_in(entry))
    (tmp_path / "server.log").write_text(said, "utf-8")
    assert "zork-9" in said
    ran = grokgate("logs", "server.log", "--rollout", str(renamed))
    assert (ran.code, strangers(ran.said)) == (0, []), ran.complained
    assert rollout(str(renamed)).target.id in ran.said


def logs_in(entry):
    """What the provider logged meanwhile, by a line of the evidence."""
    if isinstance(entry, dict):
        yield from ([entry["log"]] if isinstance(entry.get("log"), str) else [])
        for value in entry.values():
            yield from logs_in(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from logs_in(value)
