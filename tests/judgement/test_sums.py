"""A row that other rows decide is as bad as the worst of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grokgate.judgement.verdict import judge
from grokgate.values.evidence import Status


def summed(asked, case, statuses, *, settled=None):
    rows = [asked(id=f"P1.{number}") for number, _ in enumerate(statuses, start=1)]
    total = asked(id="SC-3.2", sums=tuple(row.id for row in rows), settled=settled)
    cases = [replace(case(status), id=row.id, requirement=row.id) for row, status in zip(rows, statuses, strict=True)]
    return judge([total, *rows], cases, strict=False).rows[0]


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "not_applicable"], "passed"),
        (["passed", "failed"], "failed"),
        (["not_run", "failed"], "failed"),
        (["passed", "not_run"], "not_run"),
        (["passed", "harness_error"], "harness_error"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_it_is_as_bad_as_the_worst(asked, case, statuses, status):
    assert summed(asked, case, statuses).status == status


def test_it_names_the_rows_that_are_to_blame(asked, case):
    row = summed(asked, case, ["passed", "failed", "failed"])
    assert row.because == "2 of the 3 rows that it rests on: P1.2, P1.3"


def test_what_was_settled_before_stays(asked, case):
    assert summed(asked, case, ["passed"], settled=Status.NOT_APPLICABLE).status is Status.NOT_APPLICABLE


def test_a_row_that_was_not_asked_for_leaves_it_open(asked):
    row = judge([asked(id="SC-3.2", sums=("P1.1", "P1.2"))], [], strict=False).rows[0]
    assert row.status is Status.NOT_RUN
    assert "P1.1" in row.because
