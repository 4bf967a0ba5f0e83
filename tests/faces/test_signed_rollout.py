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

    signed = grokgate("signoff", before, after, "--accept", attested[0], "--reports", tmp_path / "signed")
    assert signed.code == 0, signed.said
    said = "which stands in for xAI; the real xAI was not asked"
    assert said in signed.said.replace("\n", " ")
    for page in ("signoff.html", "summary.md"):
        assert said in (tmp_path / "signed" / page).read_text()
    assert grokgate("verify", tmp_path / "signed/signoff.jsonl").code == 0

    unsigned = grokgate("signoff", before, "--accept", attested[0], "--reports", tmp_path / "unsigned")
    verdict = json.loads((tmp_path / "unsigned/verdict.json").read_bytes())
    assert (unsigned.code, verdict["verdict"]) == (10, "inconclusive")
    assert "replay has decided it, and live traffic (grokgate live) has not" in {row["because"] for row in verdict["rows"]}
