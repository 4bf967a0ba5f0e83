"""What keeps a run or a sign-off from a go whatever its rows say, each with what to do about it."""

import pytest

from grokgate.judgement.reservation import reservations
from grokgate.judgement.verdict import judge
from grokgate.values.evidence import Decision

RUN = {"only": [], "scope": "predeploy", "answered_by": [{"who": "tape"}]}
SIGNED = RUN | {"scope": "signoff"}
AT = "http://127.0.0.1:4711/v1"


def live(who):
    return RUN | {"scope": "postdeploy", "answered_by": [{"who": who, "at": AT}]}


def test_a_whole_run_has_none():
    assert reservations(RUN) == reservations(live("stand-in")) == ()
    assert reservations(SIGNED, runs=[RUN, live("xAI")]) == ()


@pytest.mark.parametrize("who", ["stand-in", "other"])
def test_no_sign_off_rests_on_who_stood_in_for_xai_unless_that_is_said_to_count(who, asked, case):
    runs = [RUN, live("xAI"), live(who)]
    [because] = reservations(SIGNED, runs=runs)
    assert because.startswith(f"{AT} stood in for xAI")
    assert "run grokgate live against https://api.x.ai/v1, or, for a rehearsal, say --stand-in-counts" in because
    assert reservations(SIGNED | {"stand_in_counts": True}, runs=runs) == ()
    verdict = judge([asked()], [case("passed")], strict=False, reservations=[because])
    assert (verdict.decision, verdict.reservations) == (Decision.INCONCLUSIVE, (because,))
    assert judge([asked()], [case("failed")], strict=False, reservations=[because]).decision is Decision.NO_GO


def test_a_part_is_not_the_whole():
    assert reservations(RUN, stopped=True) == ("incomplete: the run was stopped before its end, so that it is never a go",)
    assert reservations(RUN | {"only": ["P1.1", "P1.2"]}) == ("some rows alone are never a go (--only P1.1 P1.2)",)
    [one] = reservations(SIGNED)
    assert one.startswith("one run is never a sign-off")
