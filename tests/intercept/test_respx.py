"""What vcrpy cannot do, respx does for a provider that speaks httpx or httpx2: the connection breaks, a stream takes its time."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from grokgate.intercept.egress import EgressBlocked
from grokgate.intercept.respx import intercepted

BASE = "https://api.x.ai/v1"
URL = f"{BASE}/chat/completions"
KEY = "example-key"
HEADERS = {"Authorization": f"Bearer {KEY}"}
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}


def ask(**more):
    return httpx.post(URL, json=ASKED | more, headers=HEADERS)


async def ask_async():
    async with httpx.AsyncClient(headers=HEADERS) as client:
        return await client.post(URL, json=ASKED)


@pytest.mark.parametrize("client", [ask, lambda: asyncio.run(ask_async())], ids=["sync", "async"])
def test_a_reset_is_the_error_that_httpx_raises(client, replay):
    told = pytest.raises(httpx.ReadError, match="Connection reset by peer")
    with intercepted(replay, BASE), replay.call(fault="reset") as log, told:
        client()
    [exchange] = log.exchanges
    assert (exchange.fault, exchange.answer, exchange.miss) == ("reset", None, None)
    assert exchange.request.field("model") == "grok-4"
    assert exchange.request.headers["authorization"] == "[key]"


def test_every_try_meets_the_fault(replay):
    with intercepted(replay, BASE), replay.call(fault="reset") as log:
        for _ in range(3):
            with pytest.raises(httpx.TransportError):
                ask()
    assert [exchange.fault for exchange in log.exchanges] == ["reset"] * 3


def test_without_a_fault_the_tape_answers(replay, tape):
    with intercepted(replay, BASE), replay.call() as log:
        answer = ask()
    recording = tape.world.playing["plain/hidden"][-1]
    assert answer.content == log.exchanges[0].answer.body
    assert answer.json()["choices"] == json.loads(recording.body.replace("${billed}", ""))["choices"]
    assert recording.headers.items() <= dict(answer.headers).items()
    assert [exchange.answer.rule for exchange in log.exchanges] == ["plain/hidden"]


def test_a_miss_is_answered_599(replay):
    with intercepted(replay, BASE), replay.call() as log:
        answer = ask(n=2)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (599, "false")
    assert log.exchanges[0].miss


@pytest.mark.parametrize(("headers", "carries"), [({}, False), (HEADERS, True)], ids=["plain", "with-the-key"])
def test_another_host_is_not_reached_and_the_attempt_is_logged_with_its_caller(headers, carries, replay):
    with intercepted(replay, BASE), replay.call() as log, pytest.raises(EgressBlocked):
        httpx.get("https://telemetry.example/collect", headers=headers)
    [attempt] = log.egress
    assert (attempt.target, attempt.carries_secret) == ("GET https://telemetry.example/collect", carries)
    assert Path(__file__).name in attempt.stack
