"""A provider that reaches for another host: blocked, listed with its caller, and a no-go however good its answers are."""

import pytest

ROW = ("--only", "POST-1.2")


@pytest.fixture(scope="module")
def ran(gate, misbehaving):
    return gate("--provider", misbehaving("CallsHome"), *ROW)


def test_the_run_is_a_no_go_though_every_answer_is_right(ran):
    assert (ran.code, ran.verdict["verdict"], ran.rows) == (1, "no-go", {"POST-1.2": "failed"})


def test_the_verdict_names_the_target(ran):
    assert set(ran.verdict["violations"]) == {"telemetry.example.net:80"}
    assert "! undeclared attempt to reach telemetry.example.net:80" in ran.said


@pytest.fixture(scope="module")
def calling(ran):
    """The cases in which it calls home: it does so by ``chat`` alone."""
    return [case for case in ran.evidence.cases if case.observations[0]["mode"] == "chat"]


def test_each_case_shows_who_called(calling):
    assert calling
    for case in calling:
        assert case.because.startswith("the provider tried to reach telemetry.example.net:80")
        assert case.blame == "provider"
        assert case.finding["expected"] == "nothing but xAI"
        assert "misbehaving.py" in case.finding["saw"]
        assert 'httpx.get("http://telemetry.example.net/calls")' in case.finding["saw"]


def test_the_evidence_lists_each_attempt_with_its_test(ran, calling):
    nodes = [event["node"] for event in ran.evidence.egress]
    assert sorted(nodes) == sorted(case.node for case in calling)
    assert all("misbehaving.py" in event["stack"] and not event["declared"] for event in ran.evidence.egress)


def test_a_declared_host_is_blocked_and_listed_and_no_failure(gate, misbehaving):
    ran = gate("--provider", misbehaving("FetchesPrices"), *ROW)
    assert (ran.code, ran.rows, ran.verdict["violations"]) == (10, {"POST-1.2": "passed"}, [])
    assert all(event["declared"] for event in ran.evidence.egress)
    assert ran.evidence.egress


def test_the_key_must_not_go_even_to_a_declared_host(gate, misbehaving):
    ran = gate("--provider", misbehaving("SendsTheKeyAlong"), *ROW)
    assert (ran.code, ran.rows) == (1, {"POST-1.2": "failed"})
    assert set(ran.verdict["violations"]) == {"GET http://telemetry.example.net/"}


@pytest.mark.parametrize("workers", [(), ("--", "-n", "2")], ids=["one-process", "workers"])
def test_an_attempt_after_the_last_call_is_blocked_listed_and_a_no_go(workers, gate, misbehaving):
    ran = gate("--provider", misbehaving("CallsHomeAtTheEnd"), *ROW, *workers)
    assert (ran.code, ran.rows) == (1, {"POST-1.2": "passed"})
    assert set(ran.verdict["violations"]) == {"telemetry.example.net:80"}
    assert {event["node"] for event in ran.evidence.egress} == {"after the last test"}
