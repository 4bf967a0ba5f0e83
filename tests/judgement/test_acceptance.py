"""A waiver excuses the failure that it names, and no other; a person vouches for what no test decides; both end."""

from dataclasses import replace
from datetime import date

import pytest

from grokgate.judgement.acceptance import Accepted, signature
from grokgate.judgement.verdict import judge, row_of
from grokgate.values.acceptance import Attestation, Waiver
from grokgate.values.evidence import Decision, Status

TODAY = date(2026, 11, 25)


@pytest.fixture
def failed(asked, case):
    return row_of(asked(), [case("failed", "half", because="stop left"), case("passed", "zero")])


@pytest.fixture
def waiver(failed):
    return Waiver(row="POST-2.2", provider="pal", failure=signature(failed), owner="Ana", reason="known", until=date(2026, 12, 1))


def accepted(*waivers, provider="pal", on=TODAY, attestations=()):
    return Accepted(provider=provider, on=on, waivers=waivers, attestations=attestations)


def test_a_waiver_excuses_the_failure_that_it_names(failed, waiver):
    row = accepted(waiver).row(failed)
    assert (row.status, row.because) == (Status.WAIVED, "Ana accepts it until 2026-12-01: known (stop left)")
    assert accepted(waiver).findings([failed]) == ()


def test_it_decides_the_verdict(asked, case, waiver):
    cases = [case("failed", "half", because="stop left"), case("passed", "zero")]
    assert judge([asked()], cases, strict=False).decision is Decision.NO_GO
    assert judge([asked()], cases, strict=False, accepted=accepted(waiver)).decision is Decision.GO


@pytest.mark.parametrize(
    "other",
    [("failed", "half", "stop and user left"), ("failed", "list", "stop left"), ("not_offered", "half", "stop left")],
    ids=["other-cause", "other-case", "other-status"],
)
def test_another_failure_of_the_same_row_is_not_excused_and_the_waiver_is_stale(other, asked, case, waiver):
    status, part, because = other
    row = row_of(asked(), [case(status, part, because=because)])
    assert accepted(waiver).row(row).status is Status(status)
    [finding] = accepted(waiver).findings([row])
    assert (
        finding
        == f"the waiver of Ana for POST-2.2 covers another failure ({waiver.failure}); now it is {signature(row)}: {because}"
    )


def test_a_second_failing_case_is_another_failure(asked, case, waiver):
    row = row_of(asked(), [case("failed", "half", because="stop left"), case("failed", "zero", because="stop left")])
    assert accepted(waiver).row(row).status is Status.FAILED


def test_a_fix_turns_it_off_and_that_is_a_finding(asked, case, waiver):
    row = row_of(asked(), [case("passed", "half"), case("passed", "zero")])
    assert accepted(waiver).row(row).status is Status.PASSED
    assert accepted(waiver).findings([row]) == ("the waiver of Ana for POST-2.2 is not needed: the row is passed",)


@pytest.mark.parametrize(("on", "holds"), [(date(2026, 12, 1), True), (date(2026, 12, 2), False)], ids=["last-day", "day-after"])
def test_it_ends_with_its_last_day(on, holds, failed, waiver):
    assert (accepted(waiver, on=on).row(failed).status is Status.WAIVED) == holds
    findings = accepted(waiver, on=on).findings([failed])
    assert findings == (() if holds else ("the waiver of Ana for POST-2.2 ended on 2026-12-01",))


def test_another_provider_is_not_excused_and_that_is_said(failed, waiver):
    assert accepted(waiver, provider="openai").row(failed).status is Status.FAILED
    said = "there are waivers for other providers, which excuse nothing here: pal"
    assert accepted(waiver, provider="openai").findings([failed]) == (said,)


@pytest.mark.parametrize("status", ["unproven", "not_run", "harness_error"])
def test_what_proved_nothing_cannot_be_waived_and_does_not_make_a_waiver_stale(status, asked, case, waiver):
    row = row_of(asked(), [case(status, "half")])
    given = accepted(replace(waiver, failure=signature(row)))
    assert given.row(row) == row
    assert given.findings([row]) == ()


@pytest.mark.parametrize("status", ["harness_error", "unproven", "not_run"])
def test_a_waiver_covers_the_red_cases_and_what_proved_nothing_stays_open(status, asked, case, waiver):
    cases = [case("failed", "half", because="stop left"), case(status, "zero", because="nobody knows")]
    row = accepted(waiver).row(row_of(asked(), cases))
    assert (row.status, row.because) == (Status(status), "nobody knows")


def test_a_run_that_is_merged_twice_has_the_same_failure(asked, case, waiver):
    twice = [case("failed", "half", because="stop left"), case("failed", "half", because="stop left")]
    assert accepted(waiver).row(row_of(asked(), twice)).status is Status.WAIVED


def test_a_row_over_waived_rows_is_waived_and_says_so(asked, case, waiver):
    rows = [asked(), asked("SC-3.2", sums=("POST-2.2",))]
    cases = [case("failed", "half", because="stop left"), case("passed", "zero")]
    summed = judge(rows, cases, strict=False, accepted=accepted(waiver)).rows[1]
    assert (summed.status, summed.because) == (Status.WAIVED, "it rests on 1 rows, and the failure of POST-2.2 is accepted")


def test_a_signature_does_not_change_with_the_port(asked, case):
    rows = [row_of(asked(), [case("failed", because=f"left for http://127.0.0.1:{port}/v1")]) for port in (40001, 40002)]
    assert signature(rows[0]) == signature(rows[1])


VOUCHED = Attestation(row="POST-2.2", by="Ana", on=date(2026, 11, 20), link="https://wiki.example.org/x", until=date(2026, 12, 1))


@pytest.fixture
def open_row(asked):
    return row_of(asked(settled=Status.NOT_RUN, because="waits", attestable=True), [])


def test_a_person_vouches_for_what_no_test_decides(open_row):
    row = accepted(attestations=[VOUCHED]).row(open_row)
    assert row.status is Status.ATTESTED
    assert row.because == "Ana vouches for it since 2026-11-20, until 2026-12-01: https://wiki.example.org/x"


@pytest.mark.parametrize(
    ("on", "finding"),
    [
        (date(2026, 12, 2), "the attestation of Ana for POST-2.2 ended on 2026-12-01"),
        (date(2026, 11, 19), "the attestation of Ana for POST-2.2 begins on 2026-11-20"),
    ],
    ids=["too-late", "too-early"],
)
def test_an_attestation_holds_between_its_days(on, finding, open_row):
    given = accepted(on=on, attestations=[VOUCHED])
    assert given.row(open_row).status is Status.NOT_RUN
    assert given.findings([open_row]) == (finding,)


def test_nobody_vouches_for_what_a_test_decides(asked, case):
    failed = row_of(asked(attestable=True), [case("failed")])
    waits = row_of(asked(settled=Status.NOT_RUN, because="decided by live traffic"), [])
    left_out = row_of(asked(attestable=True), [])
    given = accepted(attestations=[VOUCHED])
    assert [given.row(row).status for row in (failed, waits, left_out)] == [Status.FAILED, Status.NOT_RUN, Status.NOT_RUN]
