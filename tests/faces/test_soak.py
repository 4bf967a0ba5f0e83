"""``grokgate soak`` against the recorded xAI in the place of the real one: what it counts is what the stand-in counts."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from grokgate.formats.evidence_file import read_evidence
from grokgate.intercept.stand_in import StandIn

pytestmark = pytest.mark.skipif(
    not (find_spec("locust") and find_spec("prometheus_client")), reason="pip install 'grokgate[soak]'"
)
"""Locust is looked for and not imported, since it changes what sockets and threads are in this process."""

MONITORING = Path(__file__).parents[2] / "monitoring"
FAST = ("--rate", "5000", "--budget", "500")
CALLER = """
name = "caller"
title = "tells another host"
kind = "converting"
adapter = "{file}:{name}"
claims = ["chat", "models", "flag"]
"""
BROKEN = """
class DoesNotStart:
    description = {"kind": "converting", "claims": ["chat", "flag"]}

    def __init__(self, setting):
        raise RuntimeError("no licence")

    def chat(self, request):
        return None
"""
MORTAL = """
import os

from grokgate.formats.home import home
from grokgate.providers.vehicle import load_adapter

class DiesInItsThirdCall(load_adapter("provider.py:Reference", home() / "fixtures" / "reference")):
    description = {"kind": "converting", "claims": ["chat", "flag"]}
    calls = 0

    def chat(self, request):
        self.calls += 1
        if self.calls == 3:
            os._exit(1)
        return super().chat(request)
"""


class Soaked:
    """A soak that ended: its exit code, what it said, its folder, and how many answers the stand-in gave."""

    def __init__(self, code, said, reports, answered):
        self.code, self.said, self.reports, self.answered = code, said, reports, answered
        self.evidence = read_evidence(reports / "evidence.jsonl")
        [self.case] = self.evidence.cases or [None]
        numbers = re.search(r"([\d,]+) asked = ([\d,]+) kept \+ (\d+) failed \+ (\d+) hindered \+ (\d+) cut off", str(self.notes))
        self.counts = [int(number.replace(",", "")) for number in numbers.groups()] if numbers else []

    @property
    def notes(self):
        return self.case.notes if self.case else ()


@pytest.fixture
def soak(started, operators_key, tmp_path):
    """Soaks; ``at`` is what happens after so many answers, with the process ids of the workers."""

    def run(*words, at=None, key=operators_key, **plays):
        answered, then = [0], dict([at] if at else ())

        def tell(request):
            answered[0] += request.path.endswith("/chat/completions")
            if happens := then.pop(answered[0], None):
                happens(workers_of(tmp_path), process)

        with StandIn(tls=True, key=operators_key, tell=tell, **plays) as xai:
            address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file), "XAI_API_KEY": key}
            process = started("soak", "--reports", str(tmp_path / "soaked"), *words, cwd=tmp_path, **address)
            said, _ = process.communicate(timeout=120)
        return Soaked(process.returncode, said, tmp_path / "soaked", answered[0] - 1)  # the preflight asks one

    return run


def workers_of(folder):
    """The process ids of the workers whose journals lie in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if b"grokgate.runs.soak\0worker" in command and str(folder).encode() in command:
            found.append(int(process.name))
    return sorted(found)


def kill_one(workers, _):
    os.kill(workers[0], signal.SIGKILL)


def test_when_a_worker_is_killed_no_call_is_lost_and_none_is_counted_twice(soak, operators_key):
    ran = soak("--calls", "900", "--all-calls", *FAST, at=(200, kill_one))
    asked, kept, failed, hindered, cut = ran.counts
    assert (asked, failed, hindered) == (900, 0, 0)
    assert kept + cut == 900
    assert kept <= ran.answered <= kept + cut, "what was cut off may have been answered, and nothing else"
    assert "worker 1 is gone (signal SIGKILL)" in ran.said
    numbers = [json.loads(line) for path in ran.reports.glob("journal-*") for line in path.read_bytes().splitlines()[:-1]]
    ended = [line["ended"]["number"] for line in numbers if "ended" in line]
    assert len(ended) == len(set(ended))
    assert ran.case.status == "passed"
    assert operators_key[4:] not in ran.said


def test_it_stops_as_soon_as_the_rate_shows(soak):
    ran = soak("--calls", "2000", *FAST)
    assert "that is below 1 %, whenever one looks" in ran.case.because
    assert 449 <= ran.counts[0] < 600
    assert (ran.code, ran.evidence.footer["counts"]) == (10, {"passed": 1})


def test_a_provider_that_loses_three_of_a_hundred_answers_is_a_no_go(soak, unlucky):
    ran = soak("--provider", unlucky(0.03), "--calls", "2000", *FAST)
    assert (ran.code, ran.case.status) == (1, "failed")
    assert "that is above 1 %" in ran.case.because
    assert any("times: RuntimeError: the answer was lost" in note for note in ran.notes)


def test_the_budget_ends_it_and_is_not_crossed(soak):
    ran = soak("--calls", "2000", "--rate", "5000", "--budget", "0.30")
    assert 0 < ran.evidence.footer["spent_ticks"] <= 3_000_000_000
    assert ran.case.status == "unproven"
    assert "the next call may cost" in ran.case.because
    assert ran.counts[0] == ran.counts[1] == ran.answered


def test_a_busy_xai_is_left_alone_and_no_part_of_the_rate(soak):
    ran = soak("--calls", "40", "--all-calls", *FAST, changes=["every 30: scenario=rate-limit"])
    asked, kept, failed, hindered, _ = ran.counts
    assert (asked, failed) == (40, 0)
    assert kept + hindered == 40
    assert any("since xAI was busy" in note for note in ran.notes)


def test_stopped_by_hand_it_seals_what_was_counted(soak):
    ran = soak("--calls", "5000", "--all-calls", *FAST, at=(150, lambda _, process: process.send_signal(signal.SIGINT)))
    assert 100 < ran.counts[0] < 1000
    assert ran.case.status == "unproven"
    assert "it ended since it was stopped by hand" in ran.case.because
    assert ran.counts[0] == ran.counts[1] == ran.answered


def test_another_model_behind_the_name_asks_nothing(soak):
    ran = soak("--calls", "50", world="grok-4.3")
    assert (ran.code, ran.case.status, ran.case.blame, ran.answered) == (10, "not_run", "xAI", 0)


@pytest.mark.parametrize(
    ("change", "blame", "because"),
    [("scenario=no-credits", "configuration", "xAI answered 403"), ("world=grok-4.3", "xAI", "xAI answered grok-4 by grok-4.3")],
)
def test_spent_credits_or_another_model_end_it_and_no_call_of_theirs_counts(change, blame, because, soak):
    ran = soak("--calls", "400", *FAST, changes=[f"after 60: {change}"])
    asked, kept, failed, hindered, _ = ran.counts
    assert (ran.case.status, ran.case.blame, failed) == ("unproven", blame, 0)
    assert f"it ended since {because}" in ran.case.because
    assert kept + hindered == asked == ran.answered < 100


@pytest.mark.parametrize("when", ["CallsHome", "CallsHomeAtTheEnd"])
def test_what_a_provider_tells_another_host_is_a_no_go_whenever_it_does(when, soak, misbehaving, tmp_path):
    file, _, name = misbehaving(when).rpartition(":")
    (tmp_path / "caller.toml").write_text(CALLER.format(file=file, name=name))
    ran = soak("--provider", "caller.toml", "--calls", "20", "--all-calls", *FAST)
    assert (ran.code, ran.case.status) == (1, "failed")
    assert [attempt["declared"] for attempt in ran.evidence.egress] == [False]


def test_stopped_twice_it_cuts_off_what_is_under_way(soak):
    def stop(_, process):  # once none of the four users gets an answer any more
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)

    ran = soak("--calls", "5000", "--all-calls", *FAST, at=(142, stop), changes=["after 140: fault=timeout"])
    asked, kept, failed, _, cut = ran.counts
    assert (asked, failed, ran.evidence.footer["stopped"]) == (kept + cut, 0, True)
    assert cut > 0
    assert len([line for line in ran.notes if "signal SIGKILL" in line]) == 2


def test_of_a_worker_of_another_machine_that_dies_all_that_it_held_is_cut_off(started, operators_key, tmp_path):
    answered, guests = [], []

    def tell(request):
        answered.append(request.path)
        if len(answered) == 400:
            guests[0].kill()

    with StandIn(tls=True, key=operators_key, tell=tell) as xai:
        address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file), "XAI_API_KEY": operators_key}
        words = ("--workers", "0", "--port", "0", "--calls", "1000", "--all-calls", *FAST, "--reports", "soaked")
        master = started("soak", *words, cwd=tmp_path, **address)
        port = next(found[1] for line in master.stdout if (found := re.search(r"--port (\d+)", line)))
        for number, provider in enumerate(("reference", "reference", "mutant:forwards-stop")):
            words = ("--provider", provider, "--master-host", "127.0.0.1", "--port", port, "--reports", f"guest-{number}")
            guests.append(started("soak", *words, cwd=tmp_path, **address))
        said, _ = master.communicate(timeout=120)
        assert [guest.wait(timeout=60) for guest in guests] == [-signal.SIGKILL, 0, 2]
    ran = Soaked(master.returncode, said, tmp_path / "soaked", len(answered))
    asked, kept, failed, _, cut = ran.counts
    assert (asked, kept + cut, failed) == (1000, 1000, 0)
    assert 0 < cut <= 40, "a block that it had, and one that it was given"
    assert "is not taken: it has another provider, another version of the provider than the master" in " ".join(said.split())


def test_a_provider_that_does_not_start_is_told(soak, tmp_path):
    (tmp_path / "broken.py").write_text(BROKEN)
    ran = soak("--provider", "broken.py:DoesNotStart", *FAST)
    assert (ran.code, ran.case.status, ran.answered) == (1, "failed", 0)
    assert "did not start with GROK4_DEFAULT='true'" in ran.case.because
    assert "no licence" in ran.case.because


def test_a_provider_whose_process_ends_has_failed_in_that_call_alone(soak, tmp_path):
    (tmp_path / "mortal.py").write_text(MORTAL)
    alone = ("--users", "1", "--workers", "1")
    ran = soak("--provider", "mortal.py:DiesInItsThirdCall", "--calls", "12", "--all-calls", *alone, *FAST)
    assert ran.counts == [12, 8, 4, 0, 0]
    assert ran.answered == 8
    assert any("4 times: HostDied" in note for note in ran.notes)


@pytest.mark.parametrize("option", ["--port", "--metrics-port"])
def test_a_port_that_is_taken_is_told_and_nothing_is_written_over(option, grokgate, tmp_path):
    (tmp_path / "soaked").mkdir()
    (tmp_path / "soaked" / "evidence.jsonl").write_text("of a run from before")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = grokgate("soak", option, port, "--reports", "soaked", XAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ran.code == 2
    assert f"127.0.0.1:{port}" in ran.complained
    assert "nothing was sent" in ran.complained
    assert (tmp_path / "soaked" / "evidence.jsonl").read_text() == "of a run from before"


def test_it_counts_for_the_row_in_a_sign_off(soak, gate, grokgate, tmp_path):
    ran = soak("--calls", "500", "--all-calls", *FAST)
    before = gate("--provider", "reference", "--phase", "2", "--only", "P2.1").reports / "evidence.jsonl"
    grokgate("signoff", before, ran.reports / "evidence.jsonl", "--reports", tmp_path / "signed")
    rows = {row["id"]: row for row in json.loads((tmp_path / "signed/verdict.json").read_bytes())["rows"]}
    assert rows["SC-2.1"]["status"] == "passed"
    assert rows["SC-2.1"]["because"].startswith("0 of 500 calls failed")
    assert grokgate("verify", ran.reports / "evidence.jsonl").code == 10


def test_the_metrics_are_those_of_the_run_and_hold_no_key(soak, operators_key):
    pages = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def read(*_):
        pages.append(urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode())

    ran = soak("--calls", "300", "--all-calls", *FAST, "--metrics-port", str(port), at=(250, read))
    kept = re.search(r'grokgate_soak_calls_total\{.*outcome="kept".*\} ([\d.]+)', pages[0])
    assert 150 < float(kept[1]) <= 300
    assert 'served="grok-4-0709"' in pages[0]
    assert operators_key[4:] not in pages[0]
    assert ran.counts[1] == 300


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("--provider", "nonesuch"), "nonesuch"),
        (("--calls", "0"), "0"),
        (("--budget", "0"), "0"),
    ],
)
def test_wrong_use_asks_nothing(words, because, grokgate):
    ran = grokgate("soak", *words, XAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ran.code == 2
    assert because in ran.said + ran.complained


def test_without_a_key_nothing_is_asked(grokgate):
    ran = grokgate("soak", XAI_API_KEY="")
    assert (ran.code, "needs XAI_API_KEY in the environment; nothing was sent" in ran.complained) == (2, True)


def named_in(text):
    return set(re.findall(r"grokgate_soak_[a-z_]+", text))


def test_dashboard_and_alerts_ask_for_metrics_that_there_are():
    from grokgate.formats.rollout_file import rollout
    from grokgate.judgement.soak.finished import Finished
    from grokgate.judgement.trial import Outcome
    from grokgate.runs.soak.metrics import Metrics

    metrics = Metrics({"provider": "p", "phase": "2", "model": "grok-4"}, rollout().target, {"build": "b"})
    call = Finished(number=1, outcome=Outcome.KEPT, ticks=1, seconds=1.0, asked="grok-4", served="grok-4-0709", statuses=("200",))
    metrics.see(replace(call, prompt=1))
    metrics.plan(1, 1.0, 0.01)
    metrics.state(workers=1, left=1)
    known = named_in(metrics.text())
    for file in ("grafana-dashboard.json", "alerts.yml", "alerts.test.yml", "README.md"):
        asked = named_in((MONITORING / file).read_text()) - {"grokgate_soak_"}
        assert asked <= known, file
    dashboard = json.loads((MONITORING / "grafana-dashboard.json").read_bytes())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in dashboard["panels"])


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian's package prometheus)")
@pytest.mark.parametrize(
    "words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml"), ("check", "config", "prometheus.yml")]
)
def test_promtool_takes_rules_their_tests_and_the_configuration(words):
    ran = subprocess.run(["promtool", *words], cwd=MONITORING, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
