"""The page that people sign: it shows each row, tells the plan's lines by their worst row, and holds all that it shows."""

import re
from dataclasses import replace
from datetime import date

import pytest

from grokgate.formats.contract import requirements
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.acceptance import Accepted, signature
from grokgate.judgement.verdict import judge, row_of
from grokgate.reports.change import Run, compare
from grokgate.reports.page import checklist, page, worst
from grokgate.values.acceptance import Waiver
from grokgate.values.evidence import Asked, Blame, Case, Status

HEADER = {
    "schema": "grokgate/evidence/1",
    "grokgate": "0.1.0",
    "started": "2026-11-25T08:00:00+00:00",
    "provider": {
        "name": "pal",
        "spec": "pal",
        "title": "pal <script>alert(1)</script>",
        "kind": "converting",
        "vehicle": "host",
        "face": "class",
        "build": "current",
        "requirements": ["pal-mcp-server==11.8.2"],
        "claims": ["chat"],
    },
    "phase": "1",
    "scope": "signoff",
    "world": "grok-4-0709",
    "rollout": "grok-4",
    "mode": "replay",
    "strict": False,
    "only": [],
    "outside": [],
    "evidence": "signoff.jsonl",
    "digests": {
        name: letter * 64 for name, letter in zip(("contract", "rollout", "world", "provider", "suites"), "abcde", strict=True)
    },
}


def asked_of(id: str, **more) -> Asked:
    row = requirements()[id]
    facts = {"title": row.title, "plan": row.plan, "section": row.section, "prefix": row.prefix, "severity": row.severity}
    return Asked(id=id, **facts, **more)


def case_of(id: str, status: str, because: str = "") -> Case:
    return Case(id=id, requirement=id, status=Status(status), because=because)


ASKED = [asked_of("POST-2.1"), asked_of("POST-2.2"), asked_of("P1.6"), asked_of("SC-1.1", settled=Status.NOT_RUN, because="live")]
CASES = [
    case_of("POST-2.1", "passed"),
    case_of("POST-2.2", "failed", "<img src=x> left for grok-4"),
    case_of("P1.6", "passed"),
]


@pytest.fixture
def made():
    def make(cases=CASES, **more):
        verdict = judge(ASKED, cases, strict=False, **more)
        return page(HEADER, verdict, rollout("grok-4", "grok-4-0709", "1"), [], requirements())

    return make


def test_the_first_line_is_the_decision(made):
    assert re.search(r"<h1><b>NO-GO</b> for pal", made())
    assert "<b>INCONCLUSIVE</b>" in made(
        [case_of("POST-2.1", "passed"), case_of("POST-2.2", "passed"), case_of("P1.6", "passed")]
    )


def test_what_a_provider_wrote_is_text_and_never_markup(made):
    assert "<script" not in made()
    assert "<img" not in made()
    assert "&lt;img src=x&gt; left for grok-4" in made()


def test_it_asks_nobody_for_anything(made):
    assert not re.search(r"""(src|href)=["'](?!#)|url\(|@import|<link|<script""", made())


def test_each_row_stands_on_it_and_each_link_leads_to_one(made):
    said = made()
    assert all(f'<tr id="{row.id}">' in said for row in ASKED)
    assert set(re.findall(r'href="#([^"]+)"', said)) <= set(re.findall(r'id="([^"]+)"', said))


def test_a_red_row_is_told_with_its_cause_what_it_means_and_who_must_act(made):
    said = made([*CASES[:1], replace(CASES[1], blame=Blame.PROVIDER), CASES[2]])
    part = said[said.index("What is broken") : said.index("What is open")]
    for text in ("POST-2.2", "presence_penalty does not leave", "left for grok-4", "For users: ", "provider"):
        assert text in part
    assert "POST-2.1" not in part


def test_below_it_stands_the_failure_for_those_who_mend_it(made):
    said = made()
    part = said[said.index("Each failure, for those who mend it") : said.index("What it rests on")]
    assert "grokgate check --provider pal --phase 1 --only POST-2.2" in part
    assert part.count("<pre>") == 1


def test_a_line_of_the_plan_is_as_good_as_its_worst_row():
    verdict = judge(ASKED, CASES, strict=False)
    [line] = checklist(verdict.rows)["Post-Rollout Validation"]
    assert (line.text, line.status) == ("Verify parameter conversion for reasoning models", Status.FAILED)
    [implied] = checklist(verdict.rows)["Phase 1, Initial Deployment"]
    assert (implied.implied, implied.status) == (True, Status.PASSED)


def test_of_no_row_the_worst_is_that_nothing_was_asked():
    assert worst([]) is Status.NOT_APPLICABLE


def test_each_risk_of_the_plan_has_its_rows(made):
    said = made()
    for risk in rollout().risks:
        assert risk.name in said
    assert "none in this phase" in said


def test_a_waiver_is_told_with_its_owner_and_its_end(made):
    failed = row_of(ASKED[1], [CASES[1]])
    waiver = Waiver(
        row="POST-2.2", provider="pal", failure=signature(failed), owner="Ana", reason="known", until=date(2026, 12, 1)
    )
    said = made(accepted=Accepted(provider="pal", on=date(2026, 11, 25), waivers=[waiver]))
    assert "Ana accepts it until 2026-12-01: known" in said
    assert "The waiver for POST-2.2 is in no commit." in said
    stale = made(accepted=Accepted(provider="pal", on=date(2027, 1, 1), waivers=[waiver]))
    assert "Stale: the waiver of Ana for POST-2.2 ended on 2026-12-01." in stale


def test_what_changed_since_an_earlier_run_is_told():
    before = judge(ASKED, [case_of(id, "passed") for id in ("POST-2.1", "POST-2.2", "P1.6")], strict=False)
    now = judge(ASKED, CASES, strict=False)
    changes = compare(Run(header=HEADER, verdict=before), Run(header=HEADER, verdict=now))
    said = page(HEADER, now, rollout("grok-4", "grok-4-0709", "1"), [], requirements(), changes)
    part = said[said.index("What changed since 2026-11-25") : said.index("<h2>All rows")]
    assert "POST-2.2" in part
    assert "POST-2.1" not in part
    same = compare(Run(header=HEADER, verdict=now), Run(header=HEADER, verdict=now))
    assert "No row is otherwise than it was." in page(
        HEADER, now, rollout("grok-4", "grok-4-0709", "1"), [], requirements(), same
    )
