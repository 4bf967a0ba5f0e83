"""In process, every client library gets the taped answers, and what leaves for another host does not leave."""

import asyncio
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import httpx
import openai
import pytest
import requests

from grokgate.formats.fixtures import prompts
from grokgate.formats.home import PACKAGE
from grokgate.intercept.egress import EgressBlocked
from grokgate.intercept.vcr import intercepted
from grokgate.providers.host.environment import interpreter_for

BASE = "https://api.x.ai/v1"
URL = f"{BASE}/chat/completions"
KEY = "example-key"
HEADERS = {"Authorization": f"Bearer {KEY}"}
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}
STREAM = ASKED | {"stream": True}
ELSEWHERE = "https://telemetry.example/collect"
OPENAI_2 = ("openai==2.54.0", "vcrpy>=9.4", "jsonschema>=4.25")


def content(answer):
    return answer["choices"][0]["message"]["content"]


def pieces(lines):
    """The text that the events of a stream amount to."""
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    return "".join(choice["delta"].get("content", "") for event in events for choice in event["choices"])


def deltas(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


# --- each client library, asked once and for a stream: the text that its caller gets ------------------------------------


def by_httpx():
    return content(httpx.post(URL, json=ASKED, headers=HEADERS).json())


def by_httpx_streamed():
    with httpx.stream("POST", URL, json=STREAM, headers=HEADERS) as answer:
        return pieces(answer.iter_lines())


async def by_async_httpx():
    async with httpx.AsyncClient() as client:
        return content((await client.post(URL, json=ASKED, headers=HEADERS)).json())


async def by_async_httpx_streamed():
    async with httpx.AsyncClient() as client, client.stream("POST", URL, json=STREAM, headers=HEADERS) as answer:
        return pieces([line async for line in answer.aiter_lines()])


def by_requests():
    return content(requests.post(URL, json=ASKED, headers=HEADERS, timeout=5).json())


def by_requests_streamed():
    with requests.post(URL, json=STREAM, headers=HEADERS, timeout=5, stream=True) as answer:
        return pieces(answer.iter_lines(decode_unicode=True))


async def by_aiohttp():
    async with aiohttp.ClientSession() as session, session.post(URL, json=ASKED, headers=HEADERS) as answer:
        return content(await answer.json())


async def by_aiohttp_streamed():
    async with aiohttp.ClientSession() as session, session.post(URL, data=json.dumps(STREAM), headers=HEADERS) as answer:
        return pieces([line.decode() async for line in answer.content])


def by_openai():
    return openai.OpenAI(api_key=KEY, base_url=BASE).chat.completions.create(**ASKED).choices[0].message.content


def by_openai_streamed():
    return deltas(openai.OpenAI(api_key=KEY, base_url=BASE).chat.completions.create(**STREAM))


async def by_async_openai():
    client = openai.AsyncOpenAI(api_key=KEY, base_url=BASE)
    return (await client.chat.completions.create(**ASKED)).choices[0].message.content


async def by_async_openai_streamed():
    client = openai.AsyncOpenAI(api_key=KEY, base_url=BASE)
    return deltas([chunk async for chunk in await client.chat.completions.create(**STREAM)])


def awaited(client):
    return lambda: asyncio.run(client())


CLIENTS = {
    "httpx": by_httpx,
    "httpx-async": awaited(by_async_httpx),
    "requests": by_requests,
    "aiohttp": awaited(by_aiohttp),
    "openai-3": by_openai,
    "openai-3-async": awaited(by_async_openai),
}
STREAMED = {
    "httpx": by_httpx_streamed,
    "httpx-async": awaited(by_async_httpx_streamed),
    "requests": by_requests_streamed,
    "aiohttp": awaited(by_aiohttp_streamed),
    "openai-3": by_openai_streamed,
    "openai-3-async": awaited(by_async_openai_streamed),
}


@pytest.fixture
def through(replay):
    """Lets a client ask while a call is open, and gives what it got and the log."""

    def ask(client, **call):
        with replay.call(**call) as log:
            return client(), log

    with intercepted(replay, BASE):
        yield ask


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_client_gets_the_taped_answer(client, through):
    said, log = through(client)
    [exchange] = log.exchanges
    assert said == content(json.loads(exchange.answer.body)) == "Paris is the capital of France."
    assert exchange.answer.rule == "plain/hidden"


@pytest.mark.parametrize("client", STREAMED.values(), ids=STREAMED)
def test_a_client_gets_the_taped_stream(client, through):
    said, log = through(client)
    assert said == "Paris is the capital of France."
    assert [exchange.answer.rule for exchange in log.exchanges] == ["plain-stream/hidden"]


@pytest.mark.parametrize("client", [*CLIENTS.values(), *STREAMED.values()], ids=[*CLIENTS, *(f"{n}-stream" for n in STREAMED)])
def test_what_left_is_logged_as_it_left_without_its_key(client, through):
    [exchange] = through(client)[1].exchanges
    asked = exchange.request
    assert (asked.method, asked.url, asked.headers["authorization"]) == ("POST", URL, "[key]")
    assert ASKED.items() <= asked.json.items()
    assert (exchange.stray, exchange.miss, exchange.fault) == (False, None, None)


def test_an_older_openai_is_answered_too():
    python = interpreter_for(OPENAI_2, say=print)
    script = Path(__file__).with_name("through_openai_2.py")
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([python, script], env=environment, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == {
        "texts": ["Paris is the capital of France."] * 4,
        "miss": 599,
        "version": "2.54.0",
        "rules": ["plain/hidden", "plain-stream/hidden", "plain/hidden", "plain-stream/hidden", ""],
    }, done.stderr


@pytest.mark.parametrize(
    "send",
    [
        lambda body: httpx.post(URL, content=body, headers=HEADERS),
        lambda body: httpx.post(URL, content=iter([body[:9], body[9:]]), headers=HEADERS),
        lambda body: requests.post(URL, data=body.decode(), headers=HEADERS, timeout=5),
        lambda body: requests.post(URL, data=bytearray(body), headers=HEADERS, timeout=5),
    ],
    ids=["bytes", "iterator", "text", "bytearray"],
)
def test_a_body_is_read_however_it_is_handed_over(send, through):
    answer, log = through(lambda: send(json.dumps(ASKED).encode()))
    assert (answer.status_code, log.exchanges[0].request.json) == (200, ASKED)


def test_a_scenario_is_answered_as_asked(through):
    answer, log = through(lambda: httpx.post(URL, json=ASKED, headers=HEADERS), scenario="capacity")
    assert (answer.status_code, answer.reason_phrase) == (503, "Service Unavailable")
    assert log.exchanges[0].answer.rule == "capacity"


def test_headers_are_those_of_the_cassette(through, tape):
    answer, _ = through(lambda: httpx.post(URL, json=ASKED, headers=HEADERS))
    assert dict(answer.headers) == tape.world.playing["plain/hidden"][-1].headers


# --- what must not leave ------------------------------------------------------------------------------------------------


async def aiohttp_elsewhere():
    async with aiohttp.ClientSession() as session:
        await session.get(ELSEWHERE)


async def httpx_elsewhere():
    async with httpx.AsyncClient() as client:
        await client.get(ELSEWHERE)


ESCAPES = {
    "httpx": (lambda: httpx.get(ELSEWHERE), EgressBlocked),
    "httpx-async": (awaited(httpx_elsewhere), EgressBlocked),
    "requests": (lambda: requests.get(ELSEWHERE, timeout=5), requests.ConnectionError),
    "aiohttp": (awaited(aiohttp_elsewhere), EgressBlocked),
    "openai-3": (openai.OpenAI(api_key="other", base_url=ELSEWHERE).models.list, EgressBlocked),
}


@pytest.mark.parametrize(("client", "error"), ESCAPES.values(), ids=ESCAPES)
def test_another_host_is_not_reached_and_the_attempt_is_logged_with_its_caller(client, error, replay):
    with intercepted(replay, BASE), replay.call() as log, pytest.raises(error):
        client()
    [attempt] = log.egress
    assert attempt.target.startswith(f"GET {ELSEWHERE}")
    assert Path(__file__).name in attempt.stack
    assert "grokgate/intercept" not in attempt.stack
    assert not attempt.carries_secret
    assert log.exchanges == []


@pytest.mark.parametrize(
    "escape",
    [
        {"headers": HEADERS},
        {"params": {"key": KEY}},
        {"json": {"key": KEY}},
        {"json": {"said": prompts()["non-ascii"]}},
        {"content": prompts()["greeting"]},
    ],
    ids=["header", "address", "body", "prompt-as-json", "prompt-as-text"],
)
def test_an_attempt_that_carries_the_key_or_a_prompt_is_told_and_masked(escape, replay):
    with intercepted(replay, BASE), replay.call() as log, pytest.raises(EgressBlocked):
        httpx.request("POST", ELSEWHERE, **escape)
    [attempt] = log.egress
    assert attempt.carries_secret
    assert KEY not in attempt.target


def test_after_the_guard_has_gone_vcrpy_is_gone_too(replay):
    before = httpx.HTTPTransport.handle_request
    with intercepted(replay, BASE):
        assert httpx.HTTPTransport.handle_request is not before
    assert httpx.HTTPTransport.handle_request is before


# --- misses -------------------------------------------------------------------------------------------------------------


def test_a_miss_is_answered_599_explained_and_not_to_be_retried(through):
    answer, log = through(lambda: httpx.post(URL, json=ASKED | {"tools": [{"type": "web_search"}]}, headers=HEADERS))
    assert (answer.status_code, answer.headers["x-should-retry"]) == (599, "false")
    assert answer.json() == {"grokgate": log.exchanges[0].miss.reason}
    assert "nearest is rule plain/hidden, but offered is server" in log.exchanges[0].miss.reason


def test_openai_does_not_retry_a_miss(replay):
    with intercepted(replay, BASE), replay.call() as log, pytest.raises(openai.APIStatusError) as error:
        openai.OpenAI(api_key=KEY, base_url=BASE).completions.create(model="grok-4", prompt="Hi")
    assert error.value.status_code == 599
    assert [exchange.miss.meaning["route"] for exchange in log.exchanges] == ["completions"]


# --- calls --------------------------------------------------------------------------------------------------------------


def test_of_two_calls_each_has_its_own_log(through):
    first = through(by_httpx)[1]
    second = through(by_httpx_streamed, scenario="plain")[1]
    assert [exchange.answer.rule for exchange in first.exchanges] == ["plain/hidden"]
    assert [exchange.answer.rule for exchange in second.exchanges] == ["plain-stream/hidden"]


def test_what_strays_in_between_calls_stands_at_the_head_of_the_next_log(replay):
    with intercepted(replay, BASE):
        by_httpx()
        with pytest.raises(EgressBlocked):
            httpx.get(ELSEWHERE)
        with replay.call() as log:
            by_httpx_streamed()
        with replay.call() as next_log:
            by_httpx()
    assert [(exchange.answer.rule, exchange.stray) for exchange in log.exchanges] == [
        ("plain/hidden", True),
        ("plain-stream/hidden", False),
    ]
    assert [attempt.target for attempt in log.egress] == [f"GET {ELSEWHERE}"]
    assert [exchange.stray for exchange in next_log.exchanges] == [False]


def test_the_key_is_in_no_part_of_the_log(through):
    asked = ASKED | {"user": KEY, "messages": [{"role": "user", "content": f"My key is {KEY}"}]}
    log = through(lambda: httpx.post(f"{URL}?key={KEY}", json=asked, headers=HEADERS | {"X-Also": f"it is {KEY}"}))[1]
    assert KEY not in str(log.exchanges[0].request)
    assert log.exchanges[0].request.field("user") == "[key]"
    assert log.exchanges[0].answer.status == 200


def test_requests_of_many_threads_are_all_logged(through):
    def by_threads():
        with httpx.Client(headers=HEADERS) as client, ThreadPoolExecutor(8) as threads:
            return set(threads.map(lambda number: content(client.post(URL, json=ASKED | {"seed": number}).json()), range(64)))

    said, log = through(by_threads)
    assert said == {"Paris is the capital of France."}
    assert sorted(exchange.request.field("seed") for exchange in log.exchanges) == list(range(64))
