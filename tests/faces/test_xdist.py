"""Workers that die: no row is lost silently, none passes, and the run ends with a verdict."""

import json
import re

import pytest

ROWS = ("POST-2.1", "POST-2.2", "POST-2.9")


@pytest.fixture(scope="module")
def ran(gate, misbehaving):
    """A gate whose provider ends its process at presence_penalty: both cases of POST-2.2, one or two of five of POST-2.9."""
    only = [word for row in ROWS for word in ("--only", row)]
    return gate("--provider", misbehaving("EndsTheProcess"), *only, "--", "-n", "2", "--max-worker-restart", "2")


def cases(ran, row):
    return {case.id: case for case in ran.evidence.cases if case.requirement == row}


def test_the_run_ends_with_a_verdict_and_without_a_traceback(ran):
    assert ran.code == 10
    assert "INTERNALERROR" not in ran.said + ran.complained
    assert "Traceback" not in ran.said + ran.complained


def test_no_row_passes_of_which_a_case_was_lost(ran):
    assert set(ran.rows) == set(ROWS)
    assert (ran.rows["POST-2.2"], ran.rows["POST-2.9"]) == ("harness_error", "harness_error")
    assert ran.rows["POST-2.1"] in ("passed", "not_run"), "not_run where all workers died before"


def test_a_lost_case_says_what_ran_when_the_worker_died(ran):
    lost = [case for row in ROWS for case in cases(ran, row).values() if case.status == "harness_error"]
    assert {case.id for case in lost} <= {"POST-2.2[half]", "POST-2.2[zero]", "POST-2.9[presence_penalty]", "POST-2.9[all]"}
    assert len(lost) >= 2
    for case in lost:
        assert case.blame == "harness"
        assert case.because.startswith(f"the worker died while {case.node} ran")
        assert case.node.startswith("suites/test_parameters.py::test_")


def test_allure_has_a_result_for_each_lost_case(ran):
    results = [json.loads(path.read_bytes()) for path in (ran.reports / "allure-results").glob("*-result.json")]
    broken = {result["name"].partition(" ")[0] for result in results if result["status"] == "broken"}
    assert broken == {case.id for case in ran.evidence.cases if case.status == "harness_error"}


def test_the_reports_are_whole(ran):
    assert ran.evidence.footer["verdict"] == ran.verdict["verdict"] == "inconclusive"
    assert {"summary.md", "junit.xml"} <= {path.name for path in ran.reports.iterdir()}
    assert re.match(r"next: \S*grokgate explain POST-2\.", ran.said.splitlines()[-1])


def test_cases_that_each_worker_runs_stand_for_no_other_case(gate):
    ran = gate("--provider", "reference", "--only", "POST-2.2", "--", "-n", "2", "--dist", "each", "-k", "half")
    assert (ran.rows, ran.code) == ({"POST-2.2": "not_run"}, 10)
