"""Phase 2 of the reference provider from the replay before the deploy to the signature after it."""

import json

import pytest

PHASE = "2"


@pytest.fixture
def before(gate):
    """The evidence of the replay before the deploy."""
    return gate("--provider", "reference", "--phase", PHASE).reports / "evidence.jsonl"


def test_replay_live_traffic_and_attestations_are_a_go_and_every_page_says_who_stood_in(
    before, attested, live, grokgate, tmp_path
):
    ran, _ = live("--long-prompts", "--budget", "500", phase=PHASE)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said
    after = ran.reports / "evidence.jsonl"

    both = ("signoff", before, after, "--accept", attested[0])
    signed = grokgate(*both, "--stand-in-counts", "--reports", tmp_path / "signed")
    assert signed.code == 0, signed.said
    said = "which stands in for xAI; the real xAI was not asked; --stand-in-counts was said"
    assert said in signed.said.replace("\n", " ")
    for page in ("signoff.html", "summary.md"):
        assert said in (tmp_path / "signed" / page).read_text()
    assert grokgate("verify", tmp_path / "signed/signoff.jsonl").code == 0

    held = grokgate(*both, "--reports", tmp_path / "held")
    assert held.code == 10, held.said
    verdict = json.loads((tmp_path / "held/verdict.json").read_bytes())
    assert {row["status"] for row in verdict["rows"]} <= {"passed", "attested", "not_applicable"}
    [because] = verdict["reservations"]
    assert "stood in for xAI, so no sign-off rests on it: run grokgate live against https://api.x.ai/v1" in because
    assert [one["who"] for one in verdict["answered_by"]] == ["tape", "stand-in"]
    verified = grokgate("verify", tmp_path / "held/signoff.jsonl")
    assert (verified.code, because in verified.said) == (10, True)

    unsigned = grokgate("signoff", before, "--accept", attested[0], "--reports", tmp_path / "unsigned")
    verdict = json.loads((tmp_path / "unsigned/verdict.json").read_bytes())
    assert (unsigned.code, verdict["verdict"]) == (10, "inconclusive")
    assert "replay has decided it, and live traffic (grokgate live) has not" in {row["because"] for row in verdict["rows"]}
