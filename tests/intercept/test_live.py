"""The observer between a provider and xAI: what it hands on, and which call an answer belongs to."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import httpx
import pytest

from grokgate.intercept.live import Live
from grokgate.values.evidence import Blame

GIVEN, KEY = "xai-given-to-the-provider", "xai-the-real-one"
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}


class Upstream(ThreadingHTTPServer):
    """Answers with ``status`` and ``answer``, once ``may`` is set; keeps what it got."""

    daemon_threads = True

    def __init__(self):
        self.status, self.may, self.got = 200, Event(), []
        self.answer = b'{"model":"grok-4-0709"}'
        self.may.set()
        super().__init__(("127.0.0.1", 0), Answering)
        Thread(target=self.serve_forever, daemon=True).start()


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.got.append((dict(self.headers), body))
        status = self.server.status
        self.server.may.wait(10)
        answer = self.server.answer
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def xai():
    with Upstream() as server:
        yield server
        server.may.set()
        server.shutdown()


@pytest.fixture
def settled():
    """What was booked for each request that left."""
    return []


@pytest.fixture
def live(xai, settled):
    observer = Live(f"http://127.0.0.1:{xai.server_port}/v1", key=KEY, given=GIVEN, pay=lambda _: settled.append)
    yield observer
    observer.close()


def ask(live, *, timeout=5.0, path="chat/completions", **more):
    headers = {"authorization": f"Bearer {GIVEN}", **more.pop("headers", {})}
    return httpx.post(f"{live.base_url}/{path}", headers=headers, timeout=timeout, **(more or {"json": ASKED}))


def test_the_real_key_leaves_and_the_given_one_is_kept_nowhere(live, xai):
    with live.call() as log:
        ask(live)
    assert xai.got[0][0]["authorization"] == f"Bearer {KEY}"
    kept = json.dumps([[dict(exchange.request.headers), exchange.request.text(4096)] for exchange in log.exchanges])
    assert KEY not in kept
    assert GIVEN not in kept


def test_a_late_answer_is_no_exchange_and_no_hindrance_of_the_next_call(live, xai, settled):
    live._patience = 0.05
    xai.may.clear()
    xai.status = 504
    with live.call(), pytest.raises(httpx.ReadTimeout):
        ask(live, timeout=0.2)
    xai.status = 200
    with live.call() as second:
        late, xai.may = xai.may, Event()
        xai.may.set()
        late.set()
        ask(live)
        while len(settled) < 2:
            time.sleep(0.01)  # the late one is on its way
    mine = [exchange for exchange in second.exchanges if not exchange.stray]
    assert [exchange.answer.status for exchange in mine] == [200]
    assert live.hindrances == []
    assert {answer.status for answer in settled} == {200, 504}


def test_a_body_in_chunks_leaves_whole(live, xai):
    body = json.dumps(ASKED).encode()
    with live.call() as log:
        answer = ask(live, content=iter([body[:9], body[9:]]), headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert xai.got[0][1] == body
    assert log.exchanges[0].request.json == ASKED


def test_a_header_beyond_ascii_leaves_as_it_came(live, xai):
    with live.call() as log:
        ask(live, json=ASKED, headers={"x-title": "café".encode("latin-1")})
    assert xai.got[0][0]["x-title"] == "café"
    assert log.exchanges[0].answer.status == 200


def test_what_the_observer_cannot_hand_on_is_blamed_on_it_and_billed(live, settled, monkeypatch):
    def breaks(*_, **__):
        raise httpx.InvalidURL("no address")

    monkeypatch.setattr(live._client, "stream", breaks)
    with live.call() as log:
        assert ask(live).status_code == 502
    assert [(one.blame, one.again) for one in live.hindrances] == [(Blame.HARNESS, False)]
    assert log.exchanges[0].fault == "a connection that was lost"
    assert settled == [None]


@pytest.mark.parametrize(("status", "blame"), [(401, Blame.CONFIGURATION), (403, Blame.CONFIGURATION), (503, Blame.XAI)])
def test_who_must_act_on_a_refusal_is_told(status, blame, live, xai):
    xai.status = status
    with live.call():
        ask(live)
    assert [one.blame for one in live.hindrances] == [blame]


def test_a_key_that_a_provider_spoilt_is_its_own_doing(live, xai):
    xai.status = 401
    with live.call():
        ask(live, json=ASKED, headers={"authorization": f"Bearer  {GIVEN}x"})
    assert live.hindrances == []


@pytest.mark.parametrize(("answered", "hindered"), [("grok-4-0709", False), ("grok-4.3", True)])
def test_who_answered_is_told_by_the_answer_and_not_by_what_it_repeats_of_the_request(answered, hindered, xai):
    xai.answer = json.dumps({"metadata": {"model": "mine"}, "model": answered, "output": [], "status": "completed"}).encode()
    served = {"grok-4": "grok-4-0709"}
    live = Live(f"http://127.0.0.1:{xai.server_port}/v1", key=KEY, given=GIVEN, pay=lambda _: lambda _: None, served=served)
    with live.call():
        ask(live, path="responses", json={"model": "grok-4", "input": "Hi", "metadata": {"model": "mine"}})
    live.close()
    told = "xAI answered grok-4 by grok-4.3 in the middle of the run, and by grok-4-0709 before it"
    assert [hindrance.because for hindrance in live.hindrances] == [told] * hindered
