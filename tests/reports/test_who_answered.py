"""Every report says who answered, those for machines too: xAI itself, the tape, grokgate's own server, or somebody else."""

import html
import json
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from grokgate.formats.contract import requirements
from grokgate.formats.home import SCHEMAS
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.verdict import judge
from grokgate.reports import allure, files, github, terminal
from grokgate.reports.basis import who_answered
from grokgate.reports.change import Run, compare
from grokgate.reports.change_json import as_json
from grokgate.reports.change_text import text
from grokgate.reports.page import page

AT = "http://127.0.0.1:4711/v1"
TAPE, STAND_IN, OTHER = {"who": "tape"}, {"who": "stand-in", "at": AT}, {"who": "other", "at": AT}
REAL = {"who": "xAI", "at": "https://api.x.ai/v1"}
SAID = {
    "tape": ([TAPE], "answered by the tape; the real xAI was not asked"),
    "xAI": ([TAPE, REAL], "answered by the tape and by xAI itself (https://api.x.ai/v1)"),
    "stand-in": (
        [TAPE, STAND_IN],
        f"answered by the tape and by grokgate's own server at {AT}, which stands in for xAI; the real xAI was not asked",
    ),
    "other": ([OTHER], f"answered by somebody at {AT}, which stands in for xAI; the real xAI was not asked"),
    "both": ([REAL, OTHER], f"answered by xAI itself (https://api.x.ai/v1) and by somebody at {AT}, which stands in for xAI"),
}
HELD = "nobody asked xAI: say what to do"


@pytest.fixture
def verdict(asked, case):
    return judge([asked()], [case("passed")], strict=False, reservations=[HELD])


@pytest.mark.parametrize("kind", SAID)
def test_each_report_says_it_and_what_keeps_the_verdict_from_a_go(kind, verdict, header, tmp_path):
    told, said = SAID[kind]
    header |= {"answered_by": told}
    lines = []
    files.write(tmp_path, header, verdict)
    github.append_summary(tmp_path / "step", header, verdict, "reports/mine")
    terminal.write(lambda line, _: lines.append(line), header, verdict, seconds=1.0, folder="reports/mine")
    pages = {
        "summary.md": html.unescape((tmp_path / "summary.md").read_text()),
        "the step's summary": html.unescape((tmp_path / "step").read_text()),
        "the annotation": github.annotated(header, verdict, "reports/mine")[-1],
        "signoff.html": html.unescape(page(header, verdict, rollout("grok-4", None, "2"), [], requirements())),
        "the terminal": " ".join(lines),
    }
    for name, written in pages.items():
        assert said in written.replace("Answered by", "answered by"), name
        assert HELD in written.replace("Nobody", "nobody"), name
    allure.write_environment(tmp_path, header, verdict.decision.value)
    assert f"answers={said}\n" in (tmp_path / "environment.properties").read_text()


@pytest.mark.parametrize("kind", SAID)
def test_machines_read_it(kind, verdict, header, tmp_path):
    told, said = SAID[kind]
    files.write(tmp_path, header | {"answered_by": told}, verdict)
    written = json.loads((tmp_path / "verdict.json").read_bytes())
    jsonschema.validate(written, json.loads((SCHEMAS / "verdict.schema.json").read_bytes()))
    assert (written["answered_by"], written["who_answered"], written["reservations"]) == (told, said, [HELD])
    properties = {entry.get("name"): entry.get("value") for entry in ET.parse(tmp_path / "junit.xml").iter("property")}
    assert (properties["verdict"], properties["answers"], properties["reservation"]) == ("inconclusive", said, HELD)


def test_a_sign_off_that_was_told_to_count_it_says_so(header):
    assert who_answered(header | {"answered_by": [STAND_IN], "stand_in_counts": True}).endswith(
        "; the real xAI was not asked; --stand-in-counts was said"
    )


def test_a_comparison_tells_who_answered_either_run_and_no_port(verdict, header):
    before, after = (Run(header=header | {"answered_by": told}, verdict=verdict) for told in ([TAPE, REAL], [TAPE, STAND_IN]))
    found = compare(before, after)
    [fact] = found.header
    assert (fact.name, fact.before) == ("who answered", SAID["xAI"][1])
    assert "grokgate's own server at http://127.0.0.1:#/v1" in fact.after
    said = " ".join(text(found).split())
    assert SAID["xAI"][1] in said
    assert SAID["stand-in"][1] in said
    assert [as_json(found, [before, after], [])[run]["answered_by"] for run in ("before", "after")] == [
        [TAPE, REAL],
        [TAPE, STAND_IN],
    ]
