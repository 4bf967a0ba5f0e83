"""Each fault, as a user of a client library meets it: the same in process and over loopback, and only where it strikes."""

import asyncio
import json
from contextlib import suppress

import aiohttp
import httpx
import openai
import pytest
import requests
import urllib3

from grokgate.intercept import door
from grokgate.intercept.fault import FAULTS, PAUSE, UnknownFault
from grokgate.intercept.replay import Replay
from grokgate.providers.launcher import XAI
from grokgate.values.wire import Answer, Miss, WireRequest

KEY = "example-key"
HEADERS = {"Authorization": f"Bearer {KEY}"}
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}
STREAMING = ASKED | {"stream": True}
TEXT = "Paris is the capital of France."
WAITS = ("timeout", "stream-stalled")
"""What a client over loopback finds out by its own timeout alone."""

NO_CONNECTION, TIMED_OUT, NOT_JSON = openai.APIConnectionError, openai.APITimeoutError, json.JSONDecodeError
LIMITED, UNAVAILABLE = openai.RateLimitError, openai.InternalServerError
ANSWERS = {  # what the user of openai gets for an answer, and how many requests left, without retries and with two
    None: (TEXT, 1, 1),
    "refused": (NO_CONNECTION, 0, 0),
    "reset": (NO_CONNECTION, 1, 3),
    "timeout": (TIMED_OUT, 1, 3),
    "slow-body": (TEXT, 1, 1),
    "html-page": (AttributeError, 1, 1),  # openai hands the page over as a text, which has no choices
    "truncated-json": (NOT_JSON, 1, 1),
    "rate-limit": (LIMITED, 1, 3),
    "rate-limit-retry-after": (LIMITED, 1, 3),
    "unavailable-once": (UNAVAILABLE, 1, 2),  # with retries, the answer
    "stream-cut": (NO_CONNECTION, 1, 3),
    "stream-cut-late": (NO_CONNECTION, 1, 3),
    "stream-short": (NOT_JSON, 1, 1),
    "stream-stalled": (TIMED_OUT, 1, 3),
    "stream-comments": (TEXT, 1, 1),
    "stream-malformed": (NOT_JSON, 1, 1),
    "stream-malformed-late": (NOT_JSON, 1, 1),
}
STREAMS = {  # the share of the events that the user of openai gets, and the error after them
    None: (1, None),
    "refused": (0, NO_CONNECTION),
    "reset": (0, NO_CONNECTION),
    "timeout": (0, TIMED_OUT),
    "slow-body": (1, None),
    "html-page": (0, None),  # openai finds no event on the page, and says nothing
    "truncated-json": (0.5, None),  # nor does it miss the end of a stream
    "rate-limit": (0, LIMITED),
    "rate-limit-retry-after": (0, LIMITED),
    "unavailable-once": (0, UNAVAILABLE),
    "stream-cut": (0.5, NO_CONNECTION),
    "stream-cut-late": (1, NO_CONNECTION),
    "stream-short": (1, None),  # short of a few events, all the same
    "stream-stalled": (0.5, TIMED_OUT),
    "stream-comments": (1, None),
    "stream-malformed": (0.5, NOT_JSON),
    "stream-malformed-late": (1, NOT_JSON),
}
OTHERS = {  # what other clients raise in process; where two are named, the second is what they raise over loopback
    "refused": {
        "httpx": (httpx.ConnectError,),
        "requests": (requests.ConnectionError,),
        "urllib3": (urllib3.exceptions.ProtocolError, urllib3.exceptions.NewConnectionError),
        "aiohttp": (aiohttp.ClientOSError, aiohttp.ClientConnectorError),
    },
    "reset": {
        "httpx": (httpx.ReadError,),
        "requests": (requests.ConnectionError,),
        "urllib3": (urllib3.exceptions.ProtocolError,),
        "aiohttp": (aiohttp.ClientOSError,),
    },
    "timeout": {
        "httpx": (httpx.ReadTimeout,),
        "requests": (requests.ReadTimeout,),
        "urllib3": (urllib3.exceptions.ReadTimeoutError,),
        "aiohttp": (TimeoutError,),
    },
    "stream-cut": {
        "httpx": (httpx.RemoteProtocolError,),
        "requests": (requests.ConnectionError, requests.exceptions.ChunkedEncodingError),
        "urllib3": (urllib3.exceptions.ProtocolError,),
        "aiohttp": (aiohttp.ClientOSError, aiohttp.ClientPayloadError),
    },
    "stream-cut-late": {
        "httpx": (httpx.RemoteProtocolError,),
        "requests": (requests.ConnectionError, requests.exceptions.ChunkedEncodingError),
        "urllib3": (urllib3.exceptions.ProtocolError,),
        "aiohttp": (aiohttp.ClientOSError, aiohttp.ClientPayloadError),
    },
    "stream-stalled": {
        "httpx": (httpx.ReadTimeout,),
        "requests": (requests.ReadTimeout, requests.ConnectionError),
        "urllib3": (urllib3.exceptions.ReadTimeoutError,),
        "aiohttp": (TimeoutError,),
    },
}


class Lost:
    """A tape that has no answer."""

    key, prompts = KEY, {}

    def answer(self, request, scenario, says):  # noqa: ARG002  the tape's signature
        return Miss(meaning={})


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch):
    """openai tries again without the half second that it waits before."""
    monkeypatch.setattr(openai._base_client, "INITIAL_RETRY_DELAY", 0.0)


@pytest.fixture
def whole(tape):
    """How many events the stream has that says the text."""
    request = WireRequest("POST", f"{XAI}/chat/completions", {"authorization": f"Bearer {KEY}"}, json.dumps(STREAMING).encode())
    return len(tape.answer(request).chunks) - 1  # [DONE] is none


# --- clients: the outcome is what the user gets, or the error; of a stream, the number of events and the error --------------


def settings(base_url, fault, retries=0):
    return {"api_key": KEY, "base_url": base_url, "max_retries": retries, "timeout": 0.5 if fault in WAITS else 20}


def ask(base_url, fault, retries=0):
    try:
        return openai.OpenAI(**settings(base_url, fault, retries)).chat.completions.create(**ASKED).choices[0].message.content
    except Exception as error:
        return error


async def ask_async(base_url, fault, retries=0):
    async with openai.AsyncOpenAI(**settings(base_url, fault, retries)) as client:
        try:
            return (await client.chat.completions.create(**ASKED)).choices[0].message.content
        except Exception as error:
            return error


def listen(base_url, fault):
    events = []
    try:
        for event in openai.OpenAI(**settings(base_url, fault)).chat.completions.create(**STREAMING):
            events.append(event)
    except Exception as error:
        return len(events), error
    return len(events), None


async def listen_async(base_url, fault):
    events = []
    async with openai.AsyncOpenAI(**settings(base_url, fault)) as client:
        try:
            async for event in await client.chat.completions.create(**STREAMING):
                events.append(event)
        except Exception as error:
            return len(events), error
    return len(events), None


def awaited(client):
    return lambda *arguments: asyncio.run(client(*arguments))


def kind(outcome):
    return type(outcome) if isinstance(outcome, Exception) else outcome


# --- openai -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ANSWERS)
@pytest.mark.parametrize("client", [ask, awaited(ask_async)], ids=["sync", "async"])
def test_a_user_who_wants_an_answer_meets(fault, client, vehicle, replay):
    meets, left, _ = ANSWERS[fault]
    with vehicle(replay, fault) as (base_url, log):
        outcome = client(base_url, fault)
    assert (kind(outcome), [exchange.fault for exchange in log.exchanges]) == (meets, [fault] * left)


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_user_who_retries_meets(fault, vehicle, replay):
    meets, _, left = ANSWERS[fault]
    with vehicle(replay, fault) as (base_url, log):
        outcome = ask(base_url, fault, 2)
    assert len(log.exchanges) == left
    if fault == "unavailable-once":
        assert (outcome, [exchange.fault for exchange in log.exchanges]) == (TEXT, [fault, None])
        assert [exchange.answer.status for exchange in log.exchanges] == [503, 200]
    else:
        assert (kind(outcome), {exchange.fault for exchange in log.exchanges} - {fault}) == (meets, set())


@pytest.mark.parametrize("fault", STREAMS)
@pytest.mark.parametrize("client", [listen, awaited(listen_async)], ids=["sync", "async"])
def test_a_user_who_wants_a_stream_meets(fault, client, vehicle, replay, whole):
    with vehicle(replay, fault) as (base_url, _):
        events, error = client(base_url, fault)
    assert (round(events / whole, 1), error and kind(error)) == STREAMS[fault]


@pytest.mark.parametrize(
    ("fault", "shown"),
    [("stream-cut-late", TEXT[:20]), ("stream-short", TEXT[:20]), ("stream-malformed-late", "Paris is the of France.")],
)
def test_a_stream_that_fails_late_lacks_some_of_its_text(fault, shown, vehicle, replay):
    came = b""
    with (
        vehicle(replay, fault) as (base_url, _),
        suppress(httpx.RemoteProtocolError),
        httpx.stream("POST", f"{base_url}/chat/completions", json=STREAMING, headers=HEADERS) as answer,
    ):
        for piece in answer.iter_bytes():
            came += piece
    events = [json.loads(line.removeprefix("data: ")) for line in came.decode().splitlines() if line.endswith("}")]
    assert "".join(event["choices"][0]["delta"].get("content", "") for event in events) == shown


@pytest.mark.parametrize(("fault", "told"), [("rate-limit", None), ("rate-limit-retry-after", "1")])
def test_a_rate_limit_tells_when_to_come_again_or_does_not(fault, told, vehicle, replay):
    with vehicle(replay, fault) as (base_url, _):
        assert ask(base_url, fault).response.headers.get("retry-after") == told


def test_a_truncated_answer_has_a_length_that_fits(vehicle, replay):
    with vehicle(replay, "truncated-json") as (base_url, log):
        answer = httpx.post(f"{base_url}/chat/completions", json=ASKED, headers=HEADERS)
    assert int(answer.headers["content-length"]) == len(answer.content) == len(log.exchanges[0].answer.body)


# --- other clients ----------------------------------------------------------------------------------------------------------


def by_httpx(url, timeout):
    return httpx.post(url, json=STREAMING, headers=HEADERS, timeout=timeout).text


def by_requests(url, timeout):
    return requests.post(url, json=STREAMING, headers=HEADERS, timeout=timeout).text


def by_urllib3(url, timeout):
    pool = urllib3.PoolManager(retries=False)
    return pool.request("POST", url, json=STREAMING, headers=HEADERS, timeout=timeout).data.decode()


async def by_aiohttp(url, timeout):
    limit = aiohttp.ClientTimeout(total=timeout)
    async with (
        aiohttp.ClientSession(timeout=limit) as session,
        session.post(url, json=STREAMING, headers=HEADERS) as answer,
    ):
        return await answer.text()


CLIENTS = {"httpx": by_httpx, "requests": by_requests, "urllib3": by_urllib3, "aiohttp": awaited(by_aiohttp)}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("fault", OTHERS)
def test_another_client_raises_an_error_of_its_own(fault, client, vehicle, replay):
    with vehicle(replay, fault) as (base_url, _), pytest.raises(Exception) as raised:  # noqa: PT011  the table says which
        CLIENTS[client](f"{base_url}/chat/completions", 0.5 if fault in WAITS else 20)
    assert isinstance(raised.value, OTHERS[fault][client][0 if base_url == XAI else -1])


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in OTHERS and name != "slow-body"])
def test_another_client_gets_a_changed_answer_as_it_is(fault, client, vehicle, replay):
    with vehicle(replay, fault) as (base_url, log):
        text = CLIENTS[client](f"{base_url}/chat/completions", 20)
    assert text == log.exchanges[0].answer.body.decode() != ""
    assert log.exchanges[0].fault == fault


@pytest.mark.parametrize("client", CLIENTS)
def test_another_client_gets_a_slow_body_whole(client, vehicle, replay):
    with vehicle(replay, "slow-body") as (base_url, _):
        assert CLIENTS[client](f"{base_url}/chat/completions", 20).endswith("data: [DONE]\n\n")


# --- what a fault strikes ---------------------------------------------------------------------------------------------------


def test_every_fault_is_tried_here_and_says_what_it_does():
    assert set(FAULTS) == set(ANSWERS) - {None} == set(STREAMS) - {None}
    assert all(name == fault.name and fault.does.endswith(".") for name, fault in FAULTS.items())


@pytest.mark.parametrize("fault", [name for name, fault in FAULTS.items() if not fault.connection])
def test_a_look_up_is_not_struck_by_what_changes_an_answer(fault, vehicle, replay):
    with vehicle(replay, fault) as (base_url, log):
        assert httpx.get(f"{base_url}/models", headers=HEADERS).json()["data"]
        httpx.post(f"{base_url}/chat/completions", json=ASKED, headers=HEADERS) if fault == "unavailable-once" else None
    assert [exchange.fault for exchange in log.exchanges] == [None, "unavailable-once"][: len(log.exchanges)]


@pytest.mark.parametrize("fault", ["html-page", "rate-limit", "stream-cut"])
def test_a_miss_stays_a_miss(fault, vehicle):
    with vehicle(Replay(Lost()), fault) as (base_url, log):
        assert httpx.post(f"{base_url}/chat/completions", json=ASKED, headers=HEADERS).status_code == 599
    assert [(bool(exchange.miss), exchange.fault) for exchange in log.exchanges] == [(True, None)]


def test_what_comes_between_two_calls_is_not_struck(replay):
    with replay.call(fault="reset"):
        pass
    assert replay.answer(WireRequest("GET", f"{XAI}/models", {"authorization": f"Bearer {KEY}"})).status == 200


def test_an_unknown_fault_is_told_with_those_that_are_there(replay):
    there = pytest.raises(UnknownFault, match="there is no fault 'disconnected'; there are refused, reset, timeout, ")
    with there, replay.call(fault="disconnected"):
        pass


RECORDED = Answer(
    status=200, headers={}, body=b'{"a":{}}', rule="r", exchange="e", provenance="recorded", recorded_at="2025-12-01T10:00:00Z"
)


@pytest.mark.parametrize("fault", ["html-page", "truncated-json", "rate-limit-retry-after", "stream-short", "stream-malformed"])
def test_what_nobody_recorded_does_not_claim_to_be(fault):
    arrived = FAULTS[fault].upon(RECORDED)
    assert (arrived.provenance, arrived.recorded_at) == ("", "")
    assert arrived != RECORDED


def test_the_pauses_of_a_slow_body_are_its_own():
    slow = FAULTS["slow-body"].upon(RECORDED)
    assert slow.pace == 1
    assert slow.chunks == ((0, b'{"'), (PAUSE, b'a"'), (2 * PAUSE, b":{"), (3 * PAUSE, b"}}"))


def test_of_a_stream_with_few_events_a_slow_body_has_as_many_pieces(stream):
    assert len(FAULTS["slow-body"].upon(stream(0, 1, 2)).chunks) == 3


@pytest.mark.parametrize("body", [b'{"a":{}}\n\n', b"[1]", b"data: [DONE]\n\n"], ids=repr)
def test_what_is_malformed_differs_from_what_was_sent(body):
    answer = Answer(status=200, headers={}, body=body)
    assert len(FAULTS["stream-malformed"].upon(answer).body) == len(body) - 1


def test_after_a_fault_the_door_is_as_it_was(replay):
    door.keep(replay, XAI)
    try:
        with replay.call(fault="refused"), door.breaking(replay, XAI):
            assert kind(ask(XAI, "refused")) is NO_CONNECTION
        with replay.call():
            assert ask(XAI, None) == TEXT
    finally:
        door.release(replay)


@pytest.mark.parametrize("late", ["", "-late"])
@pytest.mark.parametrize("named", [b"", b"event: response.output_text.delta\n"], ids=["chat", "responses"])
def test_one_event_of_a_stream_is_malformed_whether_it_has_a_name_or_not(named, late):
    events = tuple((0.0, named + b'data: {"delta": "%d"}\n\n' % number) for number in range(20))
    whole = Answer(status=200, headers={}, body=b"".join(event for _, event in events), chunks=events)
    struck = FAULTS[f"stream-malformed{late}"].upon(whole).chunks
    assert [number for number, (one, other) in enumerate(zip(events, struck, strict=True)) if one != other] == [
        15 if late else 10
    ]
