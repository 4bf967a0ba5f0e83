"""The published table, cell by cell, and the page that publishes it."""

from itertools import permutations, product
from pathlib import Path

import pytest

from grokgate.faces.refusal import EvidenceIsRefused
from grokgate.judgement.scope import SCOPES
from grokgate.judgement.verdict import EXIT_CODES, decide, judge, row_of
from grokgate.runs.check import HARNESS_FAILED, WRONG_USE
from grokgate.values.evidence import Blame, Decision, Row, Status

NOTHING = "–"
ASKS = {
    "failed": "no-go",
    "not_offered": "no-go",
    "harness_error": "inconclusive",
    "unproven": "inconclusive",
    "not_run": "inconclusive",
    "waived": "go",
    "attested": "go",
    "passed": "go",
    "not_applicable": NOTHING,
}
"""What a required row of each status asks for, the worst status first."""
WORST = ["no-go", "inconclusive", "go"]


def verdict(*asked: str, partial: bool = False, violated: bool = False) -> str:
    """The verdict over what the required rows ask for, as the page tells it."""
    worst = next((wanted for wanted in WORST if wanted in asked), "inconclusive")
    if violated:
        return "no-go"
    return "inconclusive" if partial and worst == "go" else worst


@pytest.fixture
def row(asked):
    return lambda status, severity="must": Row(asked=asked(severity=severity), status=Status(status), because="", blame=None)


@pytest.mark.parametrize("violated", [False, True], ids=["", "violated"])
@pytest.mark.parametrize("partial", [False, True], ids=["", "partial"])
@pytest.mark.parametrize("strict", [False, True], ids=["", "strict"])
@pytest.mark.parametrize("severity", ["must", "should"])
@pytest.mark.parametrize("status", ASKS)
def test_a_cell(status, severity, strict, partial, violated, row):
    asks = ASKS[status] if strict or severity == "must" else NOTHING
    decision = decide([row(status, severity)], strict=strict, partial=partial, violated=violated)
    assert decision.value == verdict(asks, partial=partial, violated=violated)


@pytest.mark.parametrize(("first", "second"), list(product(ASKS, repeat=2)))
def test_the_worst_of_two_rows_decides(first, second, row):
    assert decide([row(first), row(second)], strict=False).value == verdict(ASKS[first], ASKS[second])


@pytest.mark.parametrize("status", ASKS)
def test_a_should_decides_nothing_beside_a_must_that_passed(status, row):
    assert decide([row("passed"), row(status, "should")], strict=False) is Decision.GO


@pytest.mark.parametrize("strict", [False, True])
def test_no_rows_prove_nothing(strict):
    assert decide([], strict=strict) is Decision.INCONCLUSIVE
    assert judge([], [], strict=strict).exit_code == 10


def test_an_undeclared_attempt_is_a_no_go_of_its_own(asked, case):
    judged = judge([asked()], [case("passed")], strict=False, violations=["GET http://elsewhere/"])
    assert (judged.decision, judged.violations) == (Decision.NO_GO, ("GET http://elsewhere/",))


@pytest.mark.parametrize("statuses", list(permutations(ASKS, 2)), ids="-".join)
def test_a_row_is_as_bad_as_its_worst_case(statuses, asked, case):
    worst = min(statuses, key=list(ASKS).index)
    row = row_of(asked(), [case(status, status, blame=Blame.PROVIDER) for status in statuses])
    assert (row.status, row.because, row.blame) == (Status(worst), f"it is {worst}", Blame.PROVIDER)


def test_of_equally_bad_cases_the_first_by_name_speaks_whoever_finished_first(asked, case):
    cases = [case("failed", part, because=part) for part in ("zero", "half")]
    for finished in permutations(cases):
        assert row_of(asked(), finished).because == "half"
        assert [entry.id for entry in row_of(asked(), finished).cases] == ["POST-2.2[half]", "POST-2.2[zero]"]


def test_cases_that_do_not_apply_say_nothing_unless_all_of_them_do_not(asked, case):
    silent = [case("not_applicable", "a"), case("not_applicable", "b")]
    assert row_of(asked(), [*silent, case("passed", "c")]).status is Status.PASSED
    assert row_of(asked(), silent).status is Status.NOT_APPLICABLE


def test_a_row_without_cases_was_not_run(asked):
    row = row_of(asked(), [])
    assert (row.status, row.blame) == (Status.NOT_RUN, Blame.HARNESS)
    assert "was left out, the run was stopped, or a worker died" in row.because


def test_what_is_settled_before_stays_settled(asked, case):
    settled = asked(settled=Status.NOT_OFFERED, because="no flag", blame=Blame.PROVIDER)
    row = row_of(settled, [case("passed")])
    assert (row.status, row.because, row.blame) == (Status.NOT_OFFERED, "no flag", Blame.PROVIDER)


def test_cases_reach_their_own_row_alone(asked, case):
    judged = judge([asked("POST-2.2"), asked("POST-2.3")], [case("failed"), case("passed", "x")], strict=False)
    assert [(row.asked.id, row.status.value) for row in judged.rows] == [("POST-2.2", "failed"), ("POST-2.3", "not_run")]
    assert dict(judged.counts) == {Status.FAILED: 1, Status.NOT_RUN: 1}


# --- the page

PAGE = (Path(__file__).parents[2] / "docs" / "verdict.md").read_text("utf-8")


def table(first: str) -> list[list[str]]:
    """The rows of the table whose first column has this head, without code marks."""
    lines = PAGE.splitlines()
    [start] = [number for number, line in enumerate(lines) if line.startswith(f"| {first} |")]
    end = lines.index("", start)
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines[start + 2 : end]]


def test_the_page_publishes_the_table():
    assert table("status | a `must` asks for") == [[status, asks, NOTHING, asks] for status, asks in ASKS.items()]
    assert set(ASKS) == {status.value for status in Status}


def test_the_page_tells_what_stands_above_the_rows():
    *reserved, violated = table("what happened")
    assert [row[1:] for row in reserved] == [[verdict(asks, partial=True) for asks in reversed(WORST)]] * len(reserved)
    assert violated[1:] == [verdict(asks, violated=True) for asks in reversed(WORST)]


def test_the_page_names_each_status_blame_and_scope():
    assert [cells[0] for cells in table("status | what it means")] == list(ASKS)
    assert [cells[0] for cells in table("blame")] == [blame.value for blame in Blame]
    assert {scope: tuple(modes.split(", ")) for scope, modes in table("scope")} == SCOPES


def test_the_page_names_each_exit_code():
    codes = {int(code): meaning for code, meaning in table("code")}
    assert {codes[code] for code in EXIT_CODES.values()} == {decision.value for decision in Decision}
    assert all(codes[code] == decision.value for decision, code in EXIT_CODES.items())
    others = {WRONG_USE: "wrong use", HARNESS_FAILED: "the harness", EvidenceIsRefused.exit_code: "evidence refused"}
    assert all(codes[code].startswith(meaning) for code, meaning in others.items())
    assert len(codes) == len(EXIT_CODES) + len(others)
