"""A stream comes with its own times where the run has a pace, and all at once where it has none; its events are the same."""

import asyncio
import time
from dataclasses import replace

import httpx
import openai
import pytest
import requests

from grokgate.formats.fixtures import prompts
from grokgate.intercept import fault
from grokgate.intercept.http_server import LoopbackServer
from grokgate.providers.description import find_provider
from grokgate.providers.launcher import XAI, Launcher
from grokgate.values.wire import Answer

KEY = "example-key"
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}
USAGE = {"stream": True, "stream_options": {"include_usage": True}}
NEVER = 86_400
"""A second at which nothing is sent any more while a test lasts."""


def client(base_url):
    return openai.OpenAI(api_key=KEY, base_url=base_url, max_retries=0, timeout=20)


def events(base_url, asked=ASKED):
    return [event.model_dump() for event in client(base_url).chat.completions.create(**asked, **USAGE)]


async def events_async(base_url):
    async with openai.AsyncOpenAI(api_key=KEY, base_url=base_url, max_retries=0, timeout=20) as xai:
        return [event.model_dump() async for event in await xai.chat.completions.create(**ASKED, **USAGE)]


def said(got):
    return [event["choices"][0]["delta"]["content"] for event in got]


# --- the first event of a stream, after which its reader leaves -------------------------------------------------------------


def first(base_url):
    with client(base_url).chat.completions.create(**ASKED, stream=True) as events:
        return next(events).choices[0].delta.content


async def first_async(base_url):
    async with (
        openai.AsyncOpenAI(api_key=KEY, base_url=base_url, max_retries=0, timeout=20) as xai,
        await xai.chat.completions.create(**ASKED, stream=True) as events,
    ):
        return (await anext(aiter(events))).choices[0].delta.content


def piece_by_httpx(base_url):
    with httpx.stream("POST", f"{base_url}/chat/completions", json=ASKED) as answer:
        return next(answer.iter_bytes())


async def piece_by_httpx_async(base_url):
    async with httpx.AsyncClient() as xai, xai.stream("POST", f"{base_url}/chat/completions", json=ASKED) as answer:
        return await anext(answer.aiter_bytes())


def content(piece):
    return piece.decode().partition('"content":"')[2][0]


READERS = {
    "openai": first,
    "openai-async": lambda base_url: asyncio.run(first_async(base_url)),
    "httpx": lambda base_url: content(piece_by_httpx(base_url)),
    "httpx-async": lambda base_url: content(asyncio.run(piece_by_httpx_async(base_url))),
}


@pytest.mark.parametrize("pace", [0, 0.1], ids=["at-once", "paced"])
@pytest.mark.parametrize("read", [events, lambda base_url: asyncio.run(events_async(base_url))], ids=["sync", "async"])
def test_events_are_those_of_the_tape_in_both_vehicles_at_every_pace(read, pace, vehicle, replay):
    with vehicle(replay, pace=pace) as (base_url, log):
        got = read(base_url)
    chunks = [chunk for _, chunk in log.exchanges[0].answer.chunks]
    assert len(got) == len(chunks) - 1  # [DONE] is none
    assert got[0]["choices"][0]["delta"]["role"] == "assistant"
    assert said(got[1:-2])[-1] == "."
    assert got[-1]["usage"]["total_tokens"] > 0
    assert all(event["id"].encode() in chunk for event, chunk in zip(got, chunks, strict=False))


def test_events_are_equal_by_vcrpy_by_respx_and_over_loopback(vehicle, replay, tape):
    with vehicle(replay) as (base_url, _):
        at_once = events(base_url)
    with vehicle(replay, pace=0.01) as (base_url, _):
        assert events(base_url) == at_once
    launcher = Launcher(find_provider("reference"), tape.world, prompts(), key=KEY, say=print)
    try:
        with launcher.call():
            assert events(XAI) == at_once
    finally:
        launcher.close()


@pytest.fixture
def sent():
    """What a vehicle has sent of a stream, in order."""
    return []


@pytest.fixture
def begun(telling, stream, noted, sent):
    """A replay whose every answer is a stream that has begun; its second event is not sent while a test lasts."""
    answer = stream(0, NEVER)
    return telling(replace(answer, chunks=tuple((at, noted(chunk, sent)) for at, chunk in answer.chunks)))


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_the_first_event_arrives_before_the_last_one_is_sent(read, vehicle, begun, sent):
    with vehicle(begun, pace=1) as (base_url, _):
        assert read(base_url) == "0"
    assert len({*sent}) == 1


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_without_a_pace_the_last_event_is_sent_at_once(read, begun, sent):
    server = LoopbackServer(begun)
    assert read(server.base_url) == "0"
    server.close()
    assert len({*sent}) == 2


def test_pace_is_a_factor_on_the_times(over_loopback, telling, stream):
    with over_loopback(telling(stream(0, NEVER, NEVER)), pace=1e-7) as (base_url, _):
        assert said(events(base_url)) == ["0", "1", "2"]


def test_without_a_pace_nobody_waits(vehicle, telling, stream):
    with vehicle(telling(stream(NEVER, 2 * NEVER))) as (base_url, _):
        assert said(events(base_url)) == ["0", "1"]


@pytest.mark.parametrize("read", [piece_by_httpx, lambda base_url: asyncio.run(piece_by_httpx_async(base_url))])
def test_the_first_piece_of_a_slow_body_arrives_before_the_next_is_sent_at_any_pace(
    read, vehicle, telling, noted, sent, monkeypatch
):
    monkeypatch.setattr(fault, "PAUSE", NEVER)
    answer = Answer(status=200, headers={}, body=noted(b"abcd", sent))
    with vehicle(telling(answer), fault="slow-body") as (base_url, _):
        assert read(base_url) == b"a"
    assert {*sent} - {b"abcd"} == {b"a"}


@pytest.mark.parametrize(
    ("call", "waits"),
    [({"pace": 0.5}, [0, 0.5, 1]), ({}, []), ({"fault": "slow-body"}, [0, 1, 2])],
    ids=["paced", "at-once", "slow"],
)
def test_in_process_each_piece_waits_for_its_second(call, waits, telling, stream, in_process, monkeypatch):
    waited = []
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(fault, "PAUSE", NEVER)
    with in_process(telling(stream(0, NEVER, 2 * NEVER)), **call) as (base_url, _):
        assert said(events(base_url)) == ["0", "1", "2"]
    assert [round(seconds / NEVER, 2) for seconds in waited] == waits


@pytest.mark.parametrize(("ending", "error"), [("cut", openai.APIConnectionError), ("stalled", openai.APITimeoutError)])
def test_a_stream_that_was_recorded_without_its_end_breaks_after_its_chunks(ending, error, vehicle, telling, stream):
    with vehicle(telling(stream(0, 0.01, ending=ending)), pace=1) as (base_url, _):
        got = client(base_url).with_options(timeout=0.5).chat.completions.create(**ASKED, stream=True)
        assert [next(got).choices[0].delta.content for _ in range(2)] == ["0", "1"]
        with pytest.raises(error) as raised:
            next(got)
    assert type(raised.value) is error


def test_an_empty_chunk_is_not_the_end_of_the_stream(vehicle, telling, stream):
    answer = stream(0, 0)
    first, last = answer.chunks
    with vehicle(telling(replace(answer, chunks=(first, (0, b""), last))), pace=1) as (base_url, _):
        assert said(events(base_url)) == ["0", "1"]


def test_an_answer_in_one_piece_is_not_paced(vehicle, replay):
    with vehicle(replay, pace=NEVER) as (base_url, _):
        assert client(base_url).chat.completions.create(**ASKED).choices[0].message.content


def test_where_a_launcher_has_a_pace_every_client_is_answered_and_faults_come_and_go(tape):
    launcher = Launcher(find_provider("reference"), tape.world, {}, key=KEY, say=print, pace=0.01)
    headers = {"Authorization": f"Bearer {KEY}"}
    try:
        with launcher.call():
            whole = events(XAI)
            assert requests.post(f"{XAI}/chat/completions", json=ASKED, headers=headers, timeout=5).status_code == 200
        with launcher.call(fault="reset"), pytest.raises(openai.APIConnectionError):
            events(XAI)
        with launcher.call() as log:
            assert events(XAI) == whole
        assert [exchange.stray for exchange in log.exchanges] == [False]
    finally:
        launcher.close()


def test_of_a_launcher_with_a_pace_the_first_event_arrives_before_the_last_one_is_sent(tape, begun, sent, monkeypatch):
    launcher = Launcher(find_provider("reference"), tape.world, {}, key=KEY, say=print, pace=1)
    monkeypatch.setattr(launcher, "_behind", begun)
    try:
        with launcher.call():
            assert first(XAI) == "0"
    finally:
        launcher.close()
    assert len({*sent}) == 1
