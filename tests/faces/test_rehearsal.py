"""``grokgate rehearse``: the four rollbacks, there and back."""

from __future__ import annotations

import pytest

from grokgate.formats.rollout_file import rollout
from grokgate.providers.description import find_provider
from grokgate.runs.rehearsal import rehearse


@pytest.fixture
def rehearsed():
    def run(provider):
        said = []
        return rehearse(find_provider(provider), rollout(phase="rollback"), said.append), "\n".join(said)

    return run


def test_the_reference_goes_all_four_ways_and_back(rehearsed):
    code, said = rehearsed("reference")
    assert code == 0
    assert [line.partition(".")[0] for line in said.splitlines() if line[:1].isdigit()] == [
        "1",
        "2",
        "3",
        "4",
        "4 rollbacks: 4 kept, 0 broken, 0 not tried · exit 0",
    ]
    assert said.count("✔ kept, both ways") == 4
    assert said.count("; back in ") == 4


@pytest.mark.parametrize(
    ("mutant", "number", "because"),
    [
        ("mutant:reads-the-flag-once", 1, "grok left as grok-4, not as grok-3"),
        ("mutant:blocks-ids-alone", 4, "a request for grok4 left, as grok-4"),
    ],
)
def test_a_rollback_that_does_not_hold_is_named(rehearsed, mutant, number, because):
    code, said = rehearsed(mutant)
    assert code == 1
    drills = said.split("\n\n")
    assert because in drills[number]
    assert "✘ broken" in drills[number]


def test_a_rollback_that_cannot_be_tried_leaves_it_open(rehearsed):
    code, said = rehearsed("openai")
    assert code in (1, 10)
    assert "○ not tried: the provider offers no flag to switch" in said


def test_one_that_ends_where_it_should_refuse_has_refused_nothing(rehearsed, misbehaving):
    code, said = rehearsed(misbehaving("LeavesWhereItShouldRefuse"))
    assert code == 1
    assert "4 rollbacks: 1 kept, 3 broken" in said
    assert "out: grok-4: SystemExit: grok-4: " in said
