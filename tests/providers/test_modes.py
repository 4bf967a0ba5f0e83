"""Each row that names no mode is asked by each that the provider has a face for."""

from pathlib import Path

import pytest

from grokgate.values.chat import MODES

OTHERWISE = Path(__file__).parent / "made_differently.py"
ROWS = ("POST-1.1", "POST-1.3", "POST-4.1", "POST-7.2")


def asked(gate, provider, *rows):
    return gate("--provider", provider, *(word for row in rows for word in ("--only", row)))


def cases(ran, row):
    """The status of each case of a row, by what tells it from the others."""
    found = {case.id.partition("[")[2].removesuffix("]"): case for case in ran.evidence.cases}
    return {part: case.status.value for part, case in found.items() if case.requirement == row}


def test_cases_are_asked_plainly_under_their_old_names_and_by_each_further_mode(gate):
    ran = asked(gate, "reference", *ROWS)
    assert set(ran.rows.values()) == {"passed"}
    further = {"", *(f" by {mode}" for mode in MODES[1:])}
    assert cases(ran, "POST-1.1").keys() == {f"{part}{mode}" for part in ("plain", "redirected") for mode in further}
    assert cases(ran, "POST-4.1").keys() == {mode.strip() for mode in further}
    assert {"403", "503", "503 by stream"} <= cases(ran, "POST-7.2").keys()
    assert "403 by stream" not in cases(ran, "POST-7.2")


def test_each_call_of_such_a_case_is_by_its_mode(gate):
    found = {case.id: case for case in asked(gate, "reference", *ROWS).evidence.cases}
    assert {call["mode"] for call in found["POST-1.3[greeting by astream]"].observations} == {"astream"}
    assert {call["mode"] for call in found["POST-1.3[greeting]"].observations} == {"chat"}


@pytest.mark.parametrize(("name", "lacks"), [("WithoutAsync", ("achat", "astream")), ("NeverWaits", ("chat", "stream"))])
def test_a_mode_without_a_face_does_not_apply(name, lacks, gate):
    ran = asked(gate, f"{OTHERWISE}:{name}", *ROWS)
    assert set(ran.rows.values()) == {"passed"}, ran.said
    status = cases(ran, "POST-1.1")
    silent = {part for part, found in status.items() if found == "not_applicable"}
    assert silent == {f"{part} by {mode}" for part in ("plain", "redirected") for mode in lacks if mode != "chat"}


def test_what_differs_by_one_mode_alone_fails_the_row_that_speaks_of_it(gate):
    ran = asked(gate, "mutant:tells-the-asked-model-in-streams", *ROWS, "POST-6.1")
    assert {row for row, status in ran.rows.items() if status == "failed"} == {"POST-1.1", "POST-6.1"}
    red = {part for part, found in cases(ran, "POST-1.1").items() if found == "failed"}
    assert red == {"redirected by stream", "redirected by astream"}


def test_a_crash_by_one_mode_fails_the_row_that_judges_it_and_no_other(gate):
    ran = asked(gate, "mutant:crashes-by-achat", *ROWS, "POST-1.2")
    assert ran.rows == {"POST-1.2": "failed", **dict.fromkeys(ROWS, "not_run")}
