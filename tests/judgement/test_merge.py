"""Runs of one build are one; others are refused with what differs; what one shard left out another may have run."""

import copy

import pytest

from grokgate.judgement.merge import Mismatch, Run, asked_of, cases_of, gaps, of_one_build
from grokgate.judgement.outcome import left_out
from grokgate.values.evidence import Status

HEADER = {
    "provider": {"name": "pal"},
    "phase": "1",
    "world": "grok-4-0709",
    "mode": "replay",
    "digests": {"provider": "a" * 64, "rollout": "b" * 64, "contract": "c" * 64, "suites": "d" * 64, "world": "e" * 64},
}


def run(*cases, file="b.jsonl", header=HEADER):
    return Run(file=file, header=header, cases=cases)


def test_runs_of_one_build_are_one():
    of_one_build([run(file="a.jsonl"), run(header=copy.deepcopy(HEADER))])


DIFFERENT = {
    "provider": (("provider", "name"), "another provider than a.jsonl: x, and not pal"),
    "build": (("digests", "provider"), "another build of the provider than a.jsonl: x, and not aaaa"),
    "phase": (("phase",), "another phase than a.jsonl: x, and not 1"),
    "world": (("world",), "another world than a.jsonl: x, and not grok-4-0709"),
    "rollout": (("digests", "rollout"), "another version of the rollout file than a.jsonl"),
    "contract": (("digests", "contract"), "another version of the contract than a.jsonl"),
    "suites": (("digests", "suites"), "another version of the suites than a.jsonl"),
    "cassettes": (("digests", "world"), "another set of cassettes than a.jsonl"),
}


@pytest.mark.parametrize(("place", "because"), DIFFERENT.values(), ids=DIFFERENT)
def test_runs_that_are_not_are_refused_with_what_differs(place, because):
    other = copy.deepcopy(HEADER)
    holder = other
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = "x"
    with pytest.raises(Mismatch) as refused:
        of_one_build([run(file="a.jsonl"), run(header=other)])
    assert str(refused.value).startswith(f"b.jsonl is about {because}")


def test_what_one_shard_left_out_another_one_ran(case):
    gaps = [left_out(requirement="POST-2.2", missing=1, cases=2) for _ in range(2)]
    ids = [found.id for found in cases_of([run(case("passed", "half"), gaps[0]), run(case("passed", "zero"), gaps[1])])]
    assert ids == ["POST-2.2[half]", "POST-2.2[zero]"]


def test_what_no_shard_ran_stays_a_gap(case):
    gap = left_out(requirement="POST-2.2", missing=2, cases=3)
    found = cases_of([run(case("passed", "half"), gap), run(case("passed", "half"), gap)])
    assert [entry.status for entry in found] == [Status.PASSED, Status.NOT_RUN, Status.PASSED, Status.NOT_RUN]


def test_what_live_traffic_left_out_no_replay_has_run(case):
    gap = left_out(requirement="POST-2.2", missing=1, cases=1, stopped=True)
    live = {**HEADER, "mode": "live"}
    found = cases_of([run(case("passed")), run(gap, header=live)])
    assert [entry.status for entry in found] == [Status.PASSED, Status.NOT_RUN]
    found = cases_of([run(case("passed")), run(gap, header=live), run(case("passed"), header=live)])
    assert [entry.status for entry in found] == [Status.PASSED, Status.PASSED]


def test_what_a_busy_xai_hindered_a_later_run_of_the_mode_decides(case):
    live = {**HEADER, "mode": "live"}
    hindered, later = run(case("not_run"), header=live), run(case("passed"), header=live)
    assert [entry.status for entry in cases_of([hindered, later])] == [Status.PASSED]
    assert [entry.status for entry in cases_of([hindered, run(case("passed"))])] == [Status.NOT_RUN, Status.PASSED]
    assert [entry.status for entry in cases_of([hindered, run(case("failed"), header=live)])] == [Status.FAILED]


def test_too_little_that_was_seen_stays_so_however_often_somebody_asks_again(case):
    live = {**HEADER, "mode": "live"}
    found = cases_of([run(case("unproven"), header=live), run(case("passed"), header=live)])
    assert [entry.status for entry in found] == [Status.UNPROVEN, Status.PASSED]


def test_a_row_that_waits_for_live_traffic_is_decided_by_its_cases(asked, case):
    waits = asked(settled=Status.NOT_RUN, because="decided by live traffic")
    assert asked_of([waits], [])[0].settled is Status.NOT_RUN
    assert asked_of([waits], [case("failed")])[0].settled is None


def test_a_row_that_is_not_offered_stays_so(asked, case):
    assert asked_of([asked(settled=Status.NOT_OFFERED)], [case("passed")])[0].settled is Status.NOT_OFFERED


@pytest.mark.parametrize(
    ("mode", "part", "because"),
    [
        ("replay", "live", "replay has decided it, and live traffic (grokgate live) has not"),
        ("live", "replay", "live traffic has decided it, and replay has not"),
    ],
)
def test_a_row_that_both_decide_stays_open_until_both_have(mode, part, because, asked, case):
    one = run(case("passed"), header={**HEADER, "mode": mode})
    [gap] = gaps([asked()], [one], {"POST-2.2": ("replay", "live")})
    assert (gap.id, gap.status, gap.because) == (f"POST-2.2[{part}]", Status.NOT_RUN, because)
    both = [run(case("passed"), header={**HEADER, "mode": other}) for other in ("replay", "live")]
    assert gaps([asked()], both, {"POST-2.2": ("replay", "live")}) == []


def test_a_row_that_replay_alone_decides_has_no_gap(asked, case):
    one = run(case("passed"), header={**HEADER, "mode": "replay"})
    assert gaps([asked()], [one], {"POST-2.2": ("replay",)}) == []
