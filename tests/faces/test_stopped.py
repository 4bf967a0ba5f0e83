"""A live run that is asked to stop leaves sealed evidence that says so, with the bill so far."""

import json
import signal

import pytest

from grokgate.formats.evidence_file import read_evidence
from grokgate.intercept.stand_in import StandIn
from grokgate.upstream.price import dollars

WORDS = ("live", "--phase", "2", "--only", "P1.4", "--only", "SC-2.1", "--budget", "500", "--reports", "reports")
ENOUGH = 60
"""Requests after which the run is stopped: P1.4 is decided by then, and SC-2.1 is not."""


@pytest.fixture(scope="module", params=[signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def stopped(request, tmp_path_factory, started, operators_key):
    """The exit code, what was said, the folder, and the requests that left."""
    folder, seen = tmp_path_factory.mktemp("stopped"), []

    def see(one):
        seen.append(one)
        if len(seen) == ENOUGH:
            process.send_signal(request.param)

    with StandIn(tls=True, key=operators_key, tell=see) as xai:
        address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file)}
        process = started(*WORDS, cwd=folder, **address)
        said, _ = process.communicate(timeout=120)
    return process.returncode, said, folder / "reports", seen


def test_it_is_never_a_go_and_says_why(stopped):
    code, said, _, _ = stopped
    assert code == 10
    assert "the run was stopped; what it found by then is sealed, and is never a go" in said


def test_the_evidence_is_sealed_and_marked_with_the_bill_so_far(stopped):
    _, said, reports, seen = stopped
    footer = read_evidence(reports / "evidence.jsonl").footer
    assert footer["stopped"] is True
    assert 0 < footer["spent_ticks"] == sum(entry["spent_ticks"] for entry in footer["bill"])
    assert len(seen) < ENOUGH + 40, "449 would follow"
    assert f"{dollars(footer['spent_ticks'])} of $500.00 spent" in said


def test_rows_that_were_decided_stay_so_and_the_others_are_not_run(stopped):
    rows = {row["id"]: row for row in json.loads((stopped[2] / "verdict.json").read_bytes())["rows"]}
    assert rows["P1.4"]["status"] == "passed"
    assert (rows["SC-2.1"]["status"], rows["SC-2.1"]["because"]) == ("not_run", "the run was stopped before it was decided")


def test_it_verifies_as_incomplete(stopped, grokgate):
    ran = grokgate("verify", str(stopped[2] / "evidence.jsonl"))
    assert ran.code == 10
    assert "incomplete: the run was stopped before its end, so that it is never a go" in ran.said
