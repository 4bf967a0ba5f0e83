"""``grokgate cassettes refresh``, against the recorded xAI in the place of the real one, over TLS."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from grokgate.formats.home import home
from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.stand_in import StandIn
from grokgate.runs.check import child_environment
from grokgate.upstream.library import recordings_in
from grokgate.values.wire import Answer

WORLD = "grok-4-0709"
PLAIN = ("--rule", "plain/*")
REFRESH = ("cassettes", "refresh", "recordings")


@pytest.fixture
def refreshed(grokgate, operators_key):
    """Asks a stand-in again; gives what ran, and what the stand-in saw."""

    def run(*words, key=operators_key, **plays):
        with StandIn(tls=True, key=operators_key, **plays) as xai:
            address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file), "XAI_API_KEY": key}
            return grokgate(*REFRESH, *words, **address), xai.requests

    return run


@pytest.fixture
def recordings(tmp_path):
    """The folder that is refreshed, in the world of the rollout; it is not there yet."""
    return tmp_path / "recordings" / WORLD


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def kept_in(folder: Path) -> dict[str, str]:
    """The identifier of each recording by its rule."""
    return {kept.rule: kept.id for _, kept in recordings_in(folder)}


class Saying:
    """Answers all with one body, and keeps the requests; where it ``waits`` the second answer never comes."""

    def __init__(self, status=200, body=b"", *, kind="application/json", waits=False):
        self.requests, self._waits = [], waits
        self._said = lambda request: Answer(status=status, headers={"content-type": kind}, body=body(request))
        self.second = threading.Event()

    def answer(self, request):
        self.requests.append(request)
        if self._waits and len(self.requests) == 2:
            self.second.set()
            return Answer(status=200, headers={}, body=b"", chunks=((0.0, b"{"),), ending="stalled")
        return self._said(request)


@contextmanager
def listening(saying):
    server = LoopbackServer(saying)
    yield server.base_url
    server.close()


# --- what is asked, and where it goes


def test_bundled_examples_are_asked_and_become_recordings_that_play(refreshed, recordings, grokgate):
    ran, seen = refreshed(*PLAIN, "--replace")
    assert ran.code == 0
    found = [kept for _, kept in recordings_in(recordings)]
    assert {kept.provenance for kept in found} == {"recorded"}
    assert {kept.rule for kept in found} == {"plain/none", "plain/hidden", "plain/shown"}
    assert all(kept.recorded_at and kept.origin.startswith("recorded from https://127.0.0.1:") for kept in found)
    assert len(seen) == 3
    assert "as it was             3" in ran.said
    judged = grokgate("check", "--cassettes", "recordings", "--cassettes", "bundled", "--only", "P1.4", "--reports", "reports")
    assert "6 recorded" in judged.said, "by chat and by achat"
    assert judged.rows == {"P1.4": "passed"}


def test_a_refreshed_library_gives_the_verdict_that_the_bundled_one_does(refreshed, grokgate, gate):
    assert refreshed("--rule", "*", "--budget", "9", "--replace")[0].code == 0
    before = gate("--provider", "reference", "--phase", "1")
    after = grokgate("check", "--phase", "1", "--cassettes", "recordings", "--cassettes", "bundled", "--reports", "reports")
    assert (after.code, after.rows) == (before.code, before.rows)
    given = [e["provenance"] for case in after.evidence.cases for call in case.observations for e in call["wire"]]
    assert given.count("recorded") > given.count("derived")


def test_what_was_recorded_is_asked_again_and_takes_its_place(refreshed, recordings):
    refreshed(*PLAIN, "--replace")
    before, [day] = kept_in(recordings), files_of(recordings)
    ran, seen = refreshed("--replace")
    assert (ran.code, len(seen)) == (0, 3)
    assert kept_in(recordings).keys() == before.keys()
    assert [path for path in files_of(recordings) if "old" not in path] == [day]


def test_only_the_chosen_ones_are_replaced(refreshed, recordings):
    refreshed(*PLAIN, "--replace")
    [file] = recordings.glob("*.yaml")
    file.write_text(file.read_text().replace("recorded-", "mine-"))
    refreshed("--rule", "plain/none", "--replace")
    names = kept_in(recordings)
    assert [rule for rule, name in names.items() if "mine-" not in name] == ["plain/none"]
    assert len(names) == 3


def test_the_old_is_kept_and_a_second_refresh_of_a_day_writes_over_nothing(refreshed, recordings):
    refreshed(*PLAIN, "--replace")
    [first] = files_of(recordings).values()
    ran, _ = refreshed("--replace")
    [file] = recordings.glob("*.yaml")
    second = file.read_bytes()
    [kept] = (recordings / "old").iterdir()
    assert f"as it was before: recordings/{WORLD}/old/{kept.name}" in ran.said
    refreshed("--replace")
    assert kept.read_bytes() == first
    assert {path.read_bytes() for path in (recordings / "old").iterdir()} == {first, second}


def test_what_is_old_is_counted_nowhere_and_can_be_compared(refreshed, grokgate):
    refreshed(*PLAIN, "--replace")
    refreshed("--replace")
    assert "3 exchanges for 3 rules" in grokgate("cassettes", "list", "recordings").said
    compared = grokgate("cassettes", "drift", f"recordings/{WORLD}/old", "recordings", "--world", WORLD)
    assert "3 kinds of request in both, 0 differences" in compared.said


def test_the_bundled_library_is_never_written_to(grokgate, tmp_path):
    (tmp_path / "recordings").symlink_to(home() / "cassettes")
    ran = grokgate(*REFRESH, *PLAIN, "--replace", XAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ran.code == 2
    assert "the bundled library is not refreshed in its place; name a folder of yours" in ran.complained


# --- nothing is written that nobody said


def test_nothing_is_written_that_nobody_said(refreshed, recordings):
    ran, seen = refreshed(*PLAIN)
    assert (ran.code, len(seen)) == (0, 3), "nothing differs"
    assert "nothing is written; --replace puts the new answers in place" in ran.said
    assert not recordings.parent.exists()


@pytest.mark.parametrize(("said", "there"), [("y", True), ("n", False)])
def test_on_a_terminal_a_person_is_asked(said, there, recordings, tmp_path, operators_key):
    terminal, end = pty.openpty()
    with StandIn(tls=True, key=operators_key) as xai:
        address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file), "XAI_API_KEY": operators_key}
        os.write(terminal, f"{said}\n".encode())
        command = [sys.executable, "-m", "grokgate", *REFRESH, *PLAIN]
        ran = subprocess.run(
            command,
            cwd=tmp_path,
            env={**child_environment(dict(os.environ)), **address},
            stdin=end,
            capture_output=True,
            text=True,
            check=False,
        )
    os.close(terminal)
    os.close(end)
    assert ran.returncode == 0
    assert f"Put 3 new answers in place in recordings/{WORLD}?" in ran.stdout
    assert recordings.exists() is there


# --- drift


def test_a_substitution_is_drift_that_is_blamed_on_xai_and_not_put_in_place(refreshed, recordings):
    refreshed(*PLAIN, "--replace")
    before = files_of(recordings)
    ran, _ = refreshed("--replace", world="grok-4.3")
    assert ran.code == 10
    assert "value of model: grok-4-0709 → grok-4.3" in ran.said
    assert "grok-4.3 answered in the place of grok-3, grok-3-mini, grok-4; who acts: xAI." in ran.said
    assert files_of(recordings) == before


def test_a_refusal_by_a_substitute_is_not_put_in_place_either(refreshed, recordings):
    words = ("--rule", "plain/hidden", "--rule", "refused/presence-penalty", "--replace")
    ran, _ = refreshed(*words, world="grok-4.3")
    assert (ran.code, recordings.exists()) == (10, False)
    ran, _ = refreshed("--rule", "refused/presence-penalty", "--replace")
    assert (ran.code, list(kept_in(recordings))) == (0, ["refused/presence-penalty"]), "the same answer by the model of the world"


def test_a_word_takes_a_substitute_in(refreshed, recordings):
    ran, _ = refreshed(*PLAIN, "--served", "grok-4.3", "--replace", world="grok-4.3")
    assert ran.code == 0
    assert kept_in(recordings).keys() == {"plain/none", "plain/hidden", "plain/shown"}


def test_what_xai_refused_and_takes_now_is_told_and_stays(refreshed, recordings):
    ran, _ = refreshed("--rule", "refused/reasoning-effort", "--served", "grok-4.3", "--replace", world="grok-4.3")
    assert (ran.code, recordings.exists()) == (10, False)
    assert "status: 400 → 200" in ran.said
    assert "the old stays: what rule refused/reasoning-effort is about is answered with 400" in " ".join(ran.said.split())


def test_a_model_that_is_listed_no_more_is_drift(refreshed):
    ran, _ = refreshed("--rule", "language-models", world="grok-4.3")
    assert ran.code == 10
    assert "key models[grok-4-0709] is gone: model → absent" in ran.said


def test_what_differs_names_the_requirements_that_rest_on_it(refreshed, gate):
    evidence = gate("--provider", "reference", "--phase", "3", "--only", "P1.4").reports / "evidence.jsonl"
    ran, _ = refreshed(*PLAIN, "--evidence", evidence, world="grok-4.3")
    assert "requirements whose evidence rests on these answers: P1.4" in ran.said


# --- money


def test_requests_and_money_are_told_before_the_first_and_the_bill_at_the_end(refreshed):
    lines = refreshed(*PLAIN)[0].said.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("   1/3"))
    [told] = [number for number, line in enumerate(lines) if line.startswith("3 requests for at most $0.")]
    [bill] = [number for number, line in enumerate(lines) if line.endswith("of $1.00 spent")]
    assert told < first < bill


def test_the_budget_is_not_crossed_and_what_is_not_paid_is_told(refreshed, recordings):
    ran, seen = refreshed(*PLAIN, "--budget", "0.01", "--replace")
    assert (ran.code, seen) == (10, [])
    assert ran.said.count("not paid: the request may cost") == 3
    assert not recordings.exists()


def test_what_was_paid_is_put_in_place_and_the_rest_is_told(refreshed, recordings):
    ran, seen = refreshed(*PLAIN, "--budget", "0.08", "--replace")
    assert ran.code == 10
    assert 0 < len(seen) < 3
    assert len(kept_in(recordings)) == len(seen)
    assert f"no answer             {3 - len(seen)}" in ran.said


# --- what cannot be asked, and what goes wrong


def test_what_cannot_be_asked_is_left_out_with_the_reason(refreshed):
    rules = ("capacity", "wrong-key", "too-long", "no-such-route", "plain/hidden")
    ran, seen = refreshed(*(word for rule in rules for word in ("--rule", rule)))
    for left_out in (
        "left out, since xAI cannot be asked to play it: capacity",
        "left out, since it is about another key than yours: wrong-key",
        "left out, since its prompt is long; record it by hand: grokgate record: too-long",
        "left out, since the tape itself fills in the right answer to its question:\n  plain/hidden",
        "left out, since nobody here knows what POST /v1/chat/completion costs:\n  no-such-route",
    ):
        assert left_out in ran.said
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("--rule", "plian/none"), "has no rule 'plian/none' (near: plain/none"),
        (("--rule", "capacity"), "nothing can be asked for, since xAI cannot be asked to play it; nothing was sent"),
        ((), "nothing is recorded in recordings/grok-4-0709 yet; name what to ask for"),
        (("--world", "nonesuch"), "no world is called 'nonesuch'"),
        (("--budget", "0"), "a budget is more than nothing"),
        (("--budget", "nan"), "a budget is more than nothing"),
    ],
)
def test_wrong_use_sends_nothing(words, because, refreshed):
    ran, seen = refreshed(*words)
    assert (ran.code, seen) == (2, [])
    assert because in ran.complained


@pytest.mark.parametrize(
    ("variables", "because"),
    [
        ({"XAI_API_KEY": ""}, "needs XAI_API_KEY in the environment; nothing was sent"),
        ({"XAI_API_KEY": "xai-a\nb"}, "XAI_API_KEY has a sign in it that no key has"),
        ({"XAI_API_KEY": "xai-é"}, "XAI_API_KEY has a sign in it that no key has"),
        ({"XAI_BASE_URL": "api.x.ai"}, "XAI_BASE_URL is no address such as https://api.x.ai/v1"),
        ({"XAI_BASE_URL": "https://[bad"}, "XAI_BASE_URL is no address such as https://api.x.ai/v1"),
        ({"SSL_CERT_FILE": "nonesuch"}, "SSL_CERT_FILE=nonesuch names no authorities (No such file or directory)"),
        ({"XAI_BASE_URL": "http://127.0.0.1:9/v1"}, "http://127.0.0.1:9/v1 is not reached"),
    ],
)
def test_an_environment_that_cannot_be_used_is_named(variables, because, grokgate, recordings):
    ran = grokgate(*REFRESH, *PLAIN, "--replace", **{"XAI_BASE_URL": "http://127.0.0.1:9/v1", **variables})
    assert (ran.code, recordings.exists()) == (2, False)
    assert because in ran.complained
    assert "Traceback" not in ran.complained


def test_who_is_not_trusted_is_asked_nothing(grokgate, operators_key):
    with StandIn(tls=True, key=operators_key) as xai:
        ran = grokgate(*REFRESH, *PLAIN, XAI_BASE_URL=xai.base_url)
    assert (ran.code, xai.requests) == (2, [])
    assert "look at XAI_BASE_URL, SSL_CERT_FILE and the network. Nothing is written; $0.00 of $1.00 spent" in ran.complained


def test_evidence_that_is_none_is_refused_before_anything_is_sent(refreshed, tmp_path):
    (tmp_path / "evidence.jsonl").write_text("{}\n")
    ran, seen = refreshed(*PLAIN, "--evidence", "evidence.jsonl")
    assert (ran.code, seen) == (4, [])


def test_a_folder_that_cannot_be_written_to_is_named(refreshed, recordings):
    recordings.parent.mkdir()
    recordings.write_text("a file where a folder should be")
    ran, _ = refreshed(*PLAIN, "--replace")
    assert (ran.code, recordings.read_text()) == (2, "a file where a folder should be")
    assert "nothing is written: " in ran.complained
    assert "Traceback" not in ran.complained


def test_a_wrong_key_is_asked_once(refreshed, recordings):
    ran, seen = refreshed("--rule", "refused/*", *PLAIN, "--replace", key="xai-" + "0" * 80)
    assert (ran.code, len(seen)) == (2, 1)
    assert "look at XAI_API_KEY, its rights and its credits. Nothing is written; $0.00 of $1.00 spent" in ran.complained
    assert not recordings.exists()


def test_credits_that_end_in_the_middle_end_the_asking_and_keep_what_came(refreshed, recordings):
    ran, seen = refreshed(*PLAIN, "--replace", changes=["after 1: scenario=no-credits"])
    assert (ran.code, len(seen), len(kept_in(recordings))) == (10, 2, 1)
    assert "nothing more was asked" in ran.said
    assert "not asked             2" in ran.said


def test_a_busy_xai_is_no_drift(refreshed, recordings):
    ran, _ = refreshed(*PLAIN, "--replace", scenario="rate-limit")
    assert (ran.code, recordings.exists()) == (10, False)
    assert ran.said.count("xAI is busy, and answered 429; ask again later") == 3
    assert "differs" not in ran.said


def test_an_answer_that_breaks_off_is_none(refreshed, recordings):
    ran, _ = refreshed("--rule", "plain-stream/hidden", "--replace", fault="stream-cut")
    assert (ran.code, recordings.exists()) == (10, False)
    assert "no answer             1" in ran.said


def test_what_is_no_json_is_told(grokgate, recordings):
    with listening(Saying(body=lambda _: b"<html>log in</html>", kind="text/html")) as address:
        ran = grokgate(*REFRESH, *PLAIN, "--replace", XAI_BASE_URL=address)
    assert (ran.code, recordings.exists()) == (10, False)
    assert ran.said.count("what came is no JSON; look who answers at XAI_BASE_URL") == 3


def test_an_answer_with_a_secret_is_not_kept(grokgate, recordings):
    body = json.dumps({"model": "grok-4-0709", "note": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"}).encode()
    with listening(Saying(body=lambda _: body)) as address:
        ran = grokgate(*REFRESH, "--rule", "plain/hidden", "--replace", XAI_BASE_URL=address)
    assert (ran.code, recordings.exists()) == (10, False)
    assert "its body holds what looks like a secret (JWT); look who put it" in ran.said


def test_a_key_that_comes_back_is_in_no_file_and_no_output(grokgate, recordings, operators_key):
    def echoing(request):
        said = {"role": "assistant", "content": f"You are {request.headers['authorization']}."}
        choices = [{"index": 0, "message": said, "finish_reason": "stop"}]
        return json.dumps({"model": "grok-4-0709", "choices": choices}).encode()

    saying = Saying(body=echoing)
    with listening(saying) as address:
        ran = grokgate(*REFRESH, "--rule", "plain/hidden", "--replace", XAI_BASE_URL=address)
    assert [request.headers["authorization"] for request in saying.requests] == [f"Bearer {operators_key}"]
    assert ran.code == 0
    [content] = files_of(recordings).values()
    assert b"You are Bearer [key]." in content
    assert operators_key[4:].encode() not in content


def test_ctrl_c_writes_nothing_and_shows_the_bill(recordings, tmp_path, operators_key):
    saying = Saying(body=lambda _: b'{"model": "grok-3"}', waits=True)
    with listening(saying) as address:
        variables = {**child_environment(dict(os.environ)), "XAI_BASE_URL": address, "XAI_API_KEY": operators_key}
        command = [sys.executable, "-m", "grokgate", *REFRESH, *PLAIN, "--replace"]
        with subprocess.Popen(
            command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as ran:
            assert saying.second.wait(60)
            ran.send_signal(signal.SIGINT)
            said, complained = ran.communicate()
    assert (ran.returncode, complained, recordings.parent.exists()) == (130, "", False)
    assert "stopped after 1 answer; nothing is written" in said
    assert said.rstrip().endswith("of $1.00 spent")
