"""Live mode, against the recorded xAI in the place of the real one, over TLS: no test of ours calls api.x.ai."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from grokgate.formats.evidence_file import read_evidence

ROWS = ("P1.4", "POST-1.2", "POST-2.4", "POST-6.1", "POST-7.3")


@pytest.fixture
def live(live):
    """A live gate of a few rows."""
    return lambda *words, rows=ROWS, **more: live(*words, rows=rows, **more)


def test_rows_are_decided_by_what_the_stand_in_answers(live):
    ran, seen = live()
    assert ran.rows == dict.fromkeys(ROWS, "passed")
    assert [one["who"] for one in ran.verdict["answered_by"]] == ["stand-in"]
    assert len(seen) > 10
    evidence = ran.evidence
    assert (evidence.header["mode"], evidence.header["upstream"][:18]) == ("live", "https://127.0.0.1:")
    given = {e["provenance"] for case in evidence.cases for call in case.observations for e in call["wire"]}
    assert given == {"live"}


def test_every_report_says_who_stood_in_for_xai(live):
    ran, _ = live(rows=["P1.4"])
    said = "which stands in for xAI; the real xAI was not asked"
    assert said in ran.said.replace("\n", " ")
    assert said in (ran.reports / "summary.md").read_text()


def test_the_key_is_nowhere_but_at_the_stand_in(live, operators_key):
    ran, seen = live()
    assert {request.status for request in seen} <= {200, 400}
    files = [path for path in ran.reports.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path.name for path in files if operators_key[4:20].encode() in path.read_bytes()] == []
    assert operators_key[4:20] not in ran.said + ran.complained


def test_a_provider_that_forwards_stop_is_red_with_the_cause_that_replay_has(live, gate):
    ran, _ = live("--provider", "mutant:forwards-stop", rows=["POST-2.4"])
    replayed = gate("--provider", "mutant:forwards-stop", "--phase", "3", "--only", "POST-2.4")
    [row], [before] = ran.verdict["rows"], replayed.verdict["rows"]
    assert (row["status"], row["because"], row["failure"]) == ("failed", before["because"], before["failure"])


def test_another_model_behind_the_name_leaves_all_open_and_is_named(live):
    ran, seen = live(world="grok-4.3")
    assert (ran.code, set(ran.rows.values())) == (10, {"not_run"})
    because = ran.verdict["rows"][0]["because"]
    assert because.startswith(
        "xAI answers grok-4 by grok-4.3, and the rollout is judged in world grok-4-0709, where grok-4-0709 does; "
        "that is world grok-4.3: say --world grok-4.3"
    )
    assert ran.verdict["rows"][0]["blame"] == "xAI"
    assert len(seen) == 2, "one list and one question"


def test_another_model_in_the_middle_of_the_run_is_told_and_blamed_on_xai(live):
    ran, _ = live(changes=["after 6: world=grok-4.3"], rows=["P1.4", "POST-1.2", "POST-6.1"])
    assert ran.code == 10
    changed = [row for row in ran.verdict["rows"] if row["status"] == "not_run"]
    assert changed
    assert {row["blame"] for row in changed} == {"xAI"}
    assert "xAI answered grok-4 by grok-4.3 in the middle of the run, and by grok-4-0709 before it" in changed[-1]["because"]


def test_a_wrong_key_and_spent_credits_are_told_and_blamed(live):
    ran, _ = live(key="xai-" + "0" * 80)
    assert ran.verdict["rows"][0]["because"].startswith("xAI answers 400 for the list of models")
    ran, _ = live(changes=["after 1: scenario=no-credits"])
    assert ran.verdict["rows"][0]["because"].startswith("xAI answers 403 for grok-4")
    assert ran.verdict["rows"][0]["blame"] == "configuration"


@pytest.mark.parametrize("trouble", ["fault=rate-limit", "scenario=capacity"])
def test_a_busy_xai_is_asked_once_more_and_never_held_against_the_provider(trouble, live):
    ran, _ = live(changes=[f"every 5: {trouble}"], rows=["P1.4", "POST-1.2"])
    assert "passed" in ran.rows.values()
    assert set(ran.rows.values()) <= {"passed", "not_run"}
    assert all(row["blame"] in (None, "xAI") for row in ran.verdict["rows"])


def test_an_address_where_nobody_listens_is_told_in_a_sentence(grokgate):
    ran = grokgate("live", XAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ran.code == 10
    assert "http://127.0.0.1:9/v1 is not reached: ConnectError" in ran.said


@pytest.mark.parametrize("cents", [1, 10, 20])
def test_a_run_stops_before_its_budget_is_crossed(cents, live):
    ran, _ = live("--budget", str(cents / 100), rows=["POST-1.2", "POST-2.4", "POST-6.1", "MON.2"])
    evidence = read_evidence(ran.reports / "evidence.jsonl")
    assert evidence.footer["spent_ticks"] <= cents * 100_000_000
    assert ran.code == 10
    causes = {row["because"] for row in ran.verdict["rows"] if row["status"] == "not_run"}
    assert any("--budget" in because and "pays it" in because for because in causes)


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("--", "-n", "2"), "a live run has one budget, so it runs in one process; nothing was sent"),
        *((("--budget", dollars), "a budget is more than nothing, and below") for dollars in ("0", "nan", "inf", "-1", "1e-12")),
    ],
)
def test_wrong_use_sends_nothing(words, because, live):
    ran, seen = live(*words)
    assert (ran.code, seen) == (2, [])
    assert because in ran.said + ran.complained


@pytest.mark.parametrize(
    ("variables", "because"),
    [
        ({"XAI_BASE_URL": "https://[bad/v1"}, "XAI_BASE_URL is no address"),
        ({"XAI_BASE_URL": "https://somebody:secret@xai.example/v1"}, "without a name and password"),
        ({"SSL_CERT_FILE": "/nonexistent"}, "SSL_CERT_FILE=/nonexistent names no authorities"),
        ({"XAI_API_KEY": "xai-é"}, "XAI_API_KEY has a sign in it that no key has"),
    ],
)
@pytest.mark.parametrize("verb", [("live",), ("soak",), ("cassettes", "refresh", "--rule", "plain/*")], ids=" ".join)
def test_an_environment_that_cannot_be_used_is_told_in_a_sentence(verb, variables, because, grokgate):
    ran = grokgate(*verb, **variables)
    assert ran.code == 2
    assert because in ran.said + ran.complained
    assert "secret" not in ran.said + ran.complained


def test_something_else_than_xai_is_told_in_a_sentence(grokgate):
    class Portal(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Welcome to our network</html>")

        def log_message(self, *_):
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Portal) as portal:
        Thread(target=portal.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{portal.server_port}/v1"
        ran = grokgate("live", "--only", "P1.4", "--reports", "reports", XAI_BASE_URL=address)
        portal.shutdown()
    assert ran.code == 10
    assert f"what {address} answers is none of xAI's answers" in ran.verdict["rows"][0]["because"]


def test_evidence_that_was_paid_for_is_not_written_over(live, grokgate):
    ran, _ = live(rows=["P1.4"])
    first = (ran.reports / "evidence.jsonl").read_bytes()
    again = grokgate("live", "--phase", "3", "--only", "P1.4", "--reports", "reports", XAI_BASE_URL="http://127.0.0.1:9/v1")
    assert again.rows == {"P1.4": "not_run"}
    [aside] = again.reports.glob("evidence.2*.jsonl")
    assert aside.read_bytes() == first


def test_a_sign_off_of_both_runs_says_who_stood_in(live, grokgate, gate, tmp_path):
    ran, _ = live(rows=["P1.4"])
    before = gate("--provider", "reference", "--phase", "3", "--only", "P1.4")
    signed = grokgate(
        "signoff", before.reports / "evidence.jsonl", ran.reports / "evidence.jsonl", "--reports", tmp_path / "signed"
    )
    page = (tmp_path / "signed/signoff.html").read_text()
    assert "which stands in for xAI; the real xAI was not asked" in page
    verdict = json.loads((tmp_path / "signed/verdict.json").read_bytes())
    assert next(row["status"] for row in verdict["rows"] if row["id"] == "P1.4") == "passed"
    assert signed.code == 10
