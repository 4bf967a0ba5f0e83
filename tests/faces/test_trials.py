"""What many live calls decide: each row has a provider that turns it red and nothing else, and one that keeps it."""

import re
from random import Random

import pytest

from grokgate.formats.contract import requirements
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.statistics.looks import Looks, Seen
from grokgate.judgement.statistics.rate import Rate
from grokgate.runs.kill_matrix import counted
from grokgate.runs.mutants import mutants

ROLLOUT = rollout()
ENOUGH = ("--budget", "500")
MUTANTS = [mutant for mutant in mutants() if mutant.live]


def rows_of(phase):
    return [id for id in counted() if phase in requirements()[id].phases]


@pytest.mark.parametrize("row", counted())
def test_each_row_has_a_mutant(row):
    assert any(row in mutant.live for mutant in MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_mutant_turns_its_row_red_and_no_other(mutant, live):
    ran, _ = live("--provider", mutant.provider, *ENOUGH, rows=rows_of(mutant.phase), phase=mutant.phase)
    assert {row for row, status in ran.rows.items() if status in ("failed", "not_offered")} == mutant.live


@pytest.mark.parametrize("phase", ["1", "2"])
@pytest.mark.parametrize("world", ["grok-4-0709", "grok-4.3"])
def test_the_reference_keeps_them_all(phase, world, live):
    ran, _ = live("--world", world, *ENOUGH, world=world, rows=rows_of(phase), phase=phase)
    assert ran.rows == dict.fromkeys(rows_of(phase), "passed")


def fewest(share):
    """The failed calls of the unlucky provider, and all of them, at the first look that tells its rate."""
    luck, looks, rate = Random(7), Looks(limit=ROLLOUT.trials.error_rate), Rate(failed=0, calls=0)
    while looks.look(rate) is Seen.TOO_LITTLE:
        rate = Rate(failed=rate.failed + (luck.random() < share), calls=rate.calls + 1)
    return rate.failed, rate.calls


@pytest.mark.parametrize(("share", "code", "status"), [(0.03, 1, "failed"), (0.002, 10, "passed"), (0.0, 10, "passed")])
def test_a_canary_is_told_by_the_fewest_calls_and_their_number_is_printed(share, code, status, unlucky, live):
    ran, seen = live("--provider", unlucky(share), *ENOUGH, rows=["SC-2.1"], phase="2")
    failed, calls = fewest(share)
    assert (ran.code, ran.rows) == (code, {"SC-2.1": status})
    assert re.search(rf"SC-2\.1 +(with \S+, )?{failed} of {calls:,} calls failed", ran.said)
    assert sum(request.path.endswith("/chat/completions") for request in seen) == calls + 1, "the preflight asks one"


def test_an_xai_that_is_busy_now_and_then_is_no_part_of_the_rate(live):
    ran, _ = live(*ENOUGH, rows=["SC-2.1"], phase="2", changes=["every 9: scenario=capacity"])
    assert ran.rows == {"SC-2.1": "passed"}


@pytest.mark.parametrize("denial", ["no-credits", "credits-spent", "wrong-key"])
def test_a_key_that_xai_denies_in_the_middle_is_not_held_against_the_provider(denial, live):
    ran, seen = live(*ENOUGH, rows=["P1.4", "SC-2.1"], phase="2", changes=[f"after 60: scenario={denial}"])
    [row] = [row for row in ran.verdict["rows"] if row["id"] == "SC-2.1"]
    assert (ran.rows["P1.4"], row["status"], row["blame"]) == ("passed", "unproven", "configuration")
    assert "to the run's own key: look at XAI_API_KEY, its rights and its credits" in row["because"]
    assert len(seen) < 70, "nothing more is asked"
