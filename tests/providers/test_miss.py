"""A provider that sends what nothing on tape fits, and covers up that it got no answer: nothing is proved, and it shows."""

import pytest


@pytest.fixture(scope="module")
def ran(gate, misbehaving):
    return gate("--provider", misbehaving("SwallowsTheMiss"), "--only", "POST-1.2", "--only", "POST-2.7")


def asked(ran):
    """The cases that apply: grok-4 takes no effort."""
    return [case for case in ran.evidence.cases if case.status != "not_applicable"]


def test_no_row_passes_on_a_miss(ran):
    assert (ran.code, ran.rows) == (10, {"POST-1.2": "harness_error", "POST-2.7": "harness_error"})


def test_the_library_of_cassettes_is_to_blame_and_not_the_provider(ran):
    assert {case.blame for case in asked(ran)} == {"cassettes"}


def test_the_miss_names_the_nearest_rule_and_what_differs(ran):
    for case in asked(ran):
        rule = "plain-stream/hidden" if "stream" in case.id else "plain/hidden"
        assert case.because == f"no answer on tape; nearest is rule {rule}, but extras is n, the rule wants none"


def test_the_evidence_shows_what_was_answered_instead(ran):
    sent = [sent for case in ran.evidence.cases for call in case.observations for sent in call["wire"]]
    assert {(exchange["status"], bool(exchange["miss"])) for exchange in sent} == {(599, True)}
