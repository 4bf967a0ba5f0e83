"""Which rows a gate asks for, and what is settled about them before any test runs."""

from collections import Counter

import pytest

from grokgate.formats.contract import requirements
from grokgate.formats.suites import owners
from grokgate.judgement.scope import PHASES, SCOPES, Question, asked_for, unknown
from grokgate.values.evidence import Blame, Status
from grokgate.values.requirement import Traffic

CONTRACT = tuple(requirements().values())
CLAIMS = {row.claim for row in CONTRACT if row.claim}


def question(**more) -> Question:
    facts = {"phase": "1", "scope": "predeploy", "kind": "converting", "claims": CLAIMS}
    return Question(**{**facts, **more})


def settled(row, tested=("POST-2.2",), **more):
    """The one row as it is asked for; ``None`` where it is outside."""
    inside, outside = asked_for([row], question(**more), tested)
    assert len(inside) + len(outside) == 1
    return next(iter(inside), None)


def test_a_row_that_a_replayed_test_decides_is_open(requirement):
    row = settled(requirement())
    assert (row.settled, row.because, row.blame) == (None, "", None)
    assert (row.id, row.title, row.plan, row.section, row.prefix) == ("POST-2.2", "a title", "a plan", "a section", "POST-2")


def test_a_dear_row_is_asked_live_only_where_somebody_says_so(requirement):
    dear = requirement(modes=("replay", "live"), live=Traffic(requests={"grok-4": 1}, prompt=255_000, opt_in=True))
    live = {"scope": "postdeploy", "mode": "live"}
    row = settled(dear, **live)
    assert (row.settled, row.blame) == (Status.NOT_RUN, Blame.CONFIGURATION)
    assert row.because == "--long-prompts asks it: it has prompts of 255,000 tokens, which are dear"
    assert settled(dear, **live, long=True).settled is None
    assert settled(dear).settled is None, "replay costs nothing"


@pytest.mark.parametrize("phase", PHASES)
def test_a_row_is_asked_for_in_its_phases(phase, requirement):
    row = requirement(phases=("2", "rollback"))
    assert bool(settled(row, phase=phase)) == (phase in ("2", "rollback"))


@pytest.mark.parametrize(
    ("modes", "scopes"),
    [
        (("replay",), {"predeploy", "signoff"}),
        (("live",), {"postdeploy", "signoff"}),
        (("replay", "live"), {"predeploy", "postdeploy", "signoff"}),
        (("attested",), {"signoff"}),
        (("replay", "attested"), {"predeploy", "signoff"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_a_row_is_asked_for_where_its_evidence_counts(modes, scopes, requirement):
    assert {scope for scope in SCOPES if settled(requirement(modes=modes), scope=scope)} == scopes


@pytest.mark.parametrize(
    ("modes", "scope", "because"),
    [
        (("live",), "signoff", "decided by live traffic (--mode live --scope postdeploy)"),
        (("replay", "live"), "postdeploy", "decided by live traffic (--mode live --scope postdeploy)"),
    ],
)
def test_what_replay_cannot_decide_is_not_run(modes, scope, because, requirement):
    row = settled(requirement(modes=modes), scope=scope)
    assert (row.settled, row.because, row.blame) == (Status.NOT_RUN, because, Blame.CONFIGURATION)


def test_a_live_run_decides_what_live_traffic_can(requirement):
    assert settled(requirement(modes=("replay", "live")), scope="postdeploy", mode="live").settled is None
    assert settled(requirement(modes=("replay",)), scope="signoff", mode="live").because == "decided by replay, before the deploy"


def test_what_a_person_decides_waits_for_one(requirement):
    row = settled(requirement(modes=("attested",)), scope="signoff")
    assert (row.settled, row.because) == (Status.NOT_RUN, "waits for a person who vouches for it (--accept FILE)")
    assert (row.blame, row.attestable) == (Blame.CONFIGURATION, True)


def test_a_row_without_a_test_is_not_run(requirement):
    row = settled(requirement(), tested=())
    assert (row.settled, row.because, row.blame) == (Status.NOT_RUN, "no test yet", Blame.HARNESS)


def test_what_is_not_claimed_is_not_offered(requirement):
    row = settled(requirement(claim="flag"), claims={"chat"}, phase="2")
    because = "the provider does not claim 'flag', and phase 2 asks for it"
    assert (row.settled, row.because, row.blame) == (Status.NOT_OFFERED, because, Blame.PROVIDER)
    assert settled(requirement(claim="flag"), claims={"flag"}).settled is None


RAW = {"kind": "passthrough", "claims": {"chat"}}


@pytest.mark.parametrize("claim", ["flag", "restrictions", "models", "docs", "logs", "own-tests"])
def test_what_a_deployment_offers_a_raw_sdk_need_not_and_is_judged_by_where_it_does(claim, requirement):
    row = requirement(judges="converting", duty="do it yourself", claim=claim)
    because = "a raw SDK sends what it is told; what its caller must do: do it yourself"
    found = settled(row, **RAW)
    assert (found.settled, found.because, found.blame) == (Status.NOT_APPLICABLE, because, None)
    assert settled(row, kind="passthrough", claims={claim}).settled is None
    assert settled(row, kind="converting", claims={"chat"}).settled is Status.NOT_OFFERED


@pytest.mark.parametrize("judges", ["conversion", "converting"])
def test_what_a_raw_sdk_leaves_to_its_caller_is_asked_in_replay_to_tell_what_it_changes(judges, requirement):
    row = requirement(judges=judges, duty="leave stop out", claim="chat", modes=("replay", "live"))
    assert settled(row, **RAW).settled is None
    for paid in ({"scope": "postdeploy", "mode": "live"}, {"scope": "signoff"}):
        assert settled(row, **RAW, **paid).settled is Status.NOT_APPLICABLE
    assert settled(requirement(judges="any"), **RAW, scope="signoff").settled is None


def test_what_it_says_that_it_converts_is_judged_everywhere(requirement):
    row = requirement(judges="conversion", duty="leave stop out", claim="chat", modes=("replay", "live"))
    assert settled(row, **RAW, converts=("stop",), scope="postdeploy", mode="live").settled is None


@pytest.mark.parametrize("claim", ["json", "tools", "thinking", "streaming", "images"])
def test_a_capability_may_be_claimed_by_the_listing_which_is_known_once_the_provider_runs(claim, requirement):
    assert settled(requirement(claim=claim), claims={"chat"}).settled is None


def test_only_leaves_all_others_outside(requirement):
    rows = [requirement("POST-2.2"), requirement("POST-2.3"), requirement("P3.1", phases=("3",))]
    inside, outside = asked_for(rows, question(only=("POST-2.3", "P3.1")), {"POST-2.3"})
    assert [row.id for row in inside] == ["POST-2.3"]
    assert outside == ["POST-2.2", "P3.1"], "a row of another phase stays outside though it is named"


def test_unknown_identifiers_are_told():
    assert unknown(["POST-2.2", "POST-9.9", "post-2.2"], {"POST-2.2"}) == ["POST-9.9", "post-2.2"]


# --- the contract


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("phase", PHASES)
def test_each_row_is_inside_or_outside(phase, scope):
    inside, outside = asked_for(CONTRACT, question(phase=phase, scope=scope), owners())
    assert Counter([*(row.id for row in inside), *outside]) == Counter(row.id for row in CONTRACT)


@pytest.mark.parametrize("phase", PHASES)
def test_each_settled_row_of_the_contract_says_why(phase):
    for kind, claims in [("converting", ()), ("passthrough", CLAIMS), ("converting", CLAIMS)]:
        inside, _ = asked_for(CONTRACT, question(phase=phase, scope="signoff", kind=kind, claims=claims), owners())
        assert all(row.because for row in inside if row.settled)


@pytest.mark.parametrize("row", [row for row in CONTRACT if row.judges != "any"], ids=lambda row: row.id)
def test_each_row_of_conversion_names_the_duty_of_a_raw_sdks_caller(row):
    inside, _ = asked_for([row], question(**RAW, phase=row.phases[0], scope="signoff"), ())
    assert row.duty
    assert inside[0].because.endswith(f"what its caller must do: {row.duty}")
