"""What tests report of rows that are kept reaches the pages that people read: once each, and few of a row."""

import pytest

from grokgate.formats.contract import requirements
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.verdict import judge
from grokgate.reports import markdown
from grokgate.reports.figures import MOST, figures
from grokgate.reports.page import page

SWITCHED = "switched in .env, after a restart, in 1.20 s"


@pytest.fixture
def verdict(asked, case):
    return judge(
        [asked()], [case("passed", "a", notes=(SWITCHED, "twice <b>")), case("passed", "b", notes=("twice <b>",))], strict=False
    )


def test_a_figure_that_several_cases_report_is_told_once(verdict):
    assert figures(verdict.rows) == {"POST-2.2": [SWITCHED, "twice <b>"]}


def test_what_two_runs_report_is_told_once_whatever_the_seconds(asked, case):
    cases = [case("passed", part, notes=(SWITCHED.replace("1.20", seconds),)) for part, seconds in (("a", "1.20"), ("b", "3.40"))]
    assert figures(judge([asked()], cases, strict=False).rows) == {"POST-2.2": [SWITCHED]}


def test_of_many_figures_of_a_row_few_are_told(asked, case):
    rows = judge([asked(), asked("P1.1")], [case("passed", f"{n}", notes=(f"{n} calls",)) for n in range(9)], strict=False).rows
    assert figures(rows) == {"POST-2.2": [f"{n} calls" for n in range(MOST)] + [f"and {9 - MOST} more, in the evidence"]}


def test_the_summary_and_the_page_to_sign_have_them(verdict, header, tmp_path):
    markdown.write(tmp_path / "summary.md", header, verdict)
    assert (
        f"## Reported\n\n- POST-2.2: {SWITCHED.replace('_', '&#95;')}; twice &#60;b&#62;\n"
        in (tmp_path / "summary.md").read_text()
    )
    said = page(header, verdict, rollout("grok-4", None, "2"), [], requirements())
    assert f'<h2>Reported</h2>\n<table>\n<tr><td><a href="#POST-2.2">POST-2.2</a></td><td><div>{SWITCHED}</div>' in said
