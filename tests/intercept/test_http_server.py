"""Over loopback a provider gets what it gets in process, and sees a connection break where one should."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest

from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.replay import Replay

KEY = "example-key"
HEADERS = {"Authorization": f"Bearer {KEY}"}
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}
USAGE = {"stream": True, "stream_options": {"include_usage": True}}
CONNECTION = {"content-length", "transfer-encoding"}


class Torn:
    """A tape that fails."""

    key = KEY

    def answer(self, request, scenario):
        raise KeyError(f"{scenario} of {request.path}")


@pytest.fixture(scope="module")
def served(tape):
    """A replay, and the server in front of it."""
    replay = Replay(tape)
    server = LoopbackServer(replay)
    yield replay, server
    server.close()


@pytest.fixture(scope="module")
def client(served):
    with httpx.Client(base_url=served[1].base_url, headers=HEADERS, timeout=5) as client:
        yield client


@pytest.fixture(scope="module")
def xai(served):
    return openai.OpenAI(api_key=KEY, base_url=served[1].base_url, max_retries=2, timeout=5)


@pytest.mark.parametrize(
    ("path", "more", "scenario"),
    [
        ("/chat/completions", {}, "plain"),
        ("/chat/completions", {"model": "grok-3-mini"}, "plain"),
        ("/chat/completions", {"stream": True}, "plain"),
        ("/chat/completions", USAGE, "plain"),
        ("/chat/completions", {"stop": ["END"]}, "plain"),
        ("/chat/completions", {"model": "grok-nonesuch-9"}, "plain"),
        ("/chat/completions", {"model": None}, "plain"),
        ("/chat/completions", {}, "capacity"),
        ("/chat/completions", {}, "wrong-key"),
        ("/chat/completion", {}, "plain"),
        ("/responses", {}, "plain"),
    ],
    ids=str,
)
def test_an_answer_is_the_one_in_process(path, more, scenario, served, client):
    with served[0].call(scenario) as log:
        over_loopback = client.post(path, json=ASKED | more)
    [exchange] = log.exchanges
    assert over_loopback.status_code == exchange.answer.status
    assert over_loopback.content == exchange.answer.body
    assert {n: v for n, v in over_loopback.headers.items() if n not in CONNECTION} == exchange.answer.headers


def test_the_list_of_models_is_the_one_in_process(served, client):
    with served[0].call() as log:
        assert client.get("/models").content == log.exchanges[0].answer.body


def test_what_left_is_logged_as_it_left_without_its_key(served, client):
    with served[0].call() as log:
        client.post("/chat/completions?trace=é&key=example-key", json=ASKED | {"user": KEY})
    asked = log.exchanges[0].request
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
    assert asked.url.endswith("?trace=%C3%A9&key=[key]")
    assert asked.json == ASKED | {"user": "[key]"}
    assert asked.headers["authorization"] == "[key]"
    assert KEY not in str(asked)


def test_a_stream_comes_chunked_and_an_answer_with_its_length(served, client):
    with served[0].call():
        stream, answer = (client.post("/chat/completions", json=ASKED | {"stream": on}) for on in (True, False))
    assert CONNECTION & stream.headers.keys() == {"transfer-encoding"}
    assert CONNECTION & answer.headers.keys() == {"content-length"}


def test_openai_gets_answer_and_stream(served, xai):
    with served[0].call() as log:
        answer = xai.chat.completions.create(**ASKED).choices[0].message.content
        chunks = list(xai.chat.completions.create(**ASKED, **USAGE))
    assert answer == "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert chunks[-1].usage.total_tokens > 0
    assert [exchange.answer.rule for exchange in log.exchanges] == ["plain/grok-4-0709", "plain-stream-usage/grok-4-0709"]


def test_openai_does_not_retry_a_miss(served, xai):
    with served[0].call() as log, pytest.raises(openai.APIStatusError) as error:
        xai.responses.create(model="grok-4", input="Hi")
    assert error.value.status_code == 599
    assert [bool(exchange.miss) for exchange in log.exchanges] == [True]


def test_a_large_prompt_arrives_whole(served, client):
    prompt = "é" * 1_000_000
    with served[0].call() as log:
        client.post("/chat/completions", json=ASKED | {"messages": [{"role": "user", "content": prompt}]})
    assert log.exchanges[0].request.json["messages"][0]["content"] == prompt


@pytest.mark.parametrize("more", [{}, {"stream": True}], ids=["answer", "stream"])
def test_a_disconnect_breaks_the_connection_once_per_try(more, served, client):
    with served[0].call(fault="disconnect") as log, pytest.raises(httpx.TransportError):
        client.post("/chat/completions", json=ASKED | more)
    assert [(exchange.fault, exchange.answer) for exchange in log.exchanges] == [("disconnect", None)]


def test_after_a_disconnect_the_server_answers_on(served, client):
    with served[0].call(fault="disconnect"), pytest.raises(httpx.TransportError):
        client.post("/chat/completions", json=ASKED)
    with served[0].call():
        assert client.post("/chat/completions", json=ASKED).status_code == 200


def test_a_tape_that_fails_is_a_miss_and_never_an_answer_of_xai(client, served, monkeypatch):
    monkeypatch.setattr(served[0], "tape", Torn())
    with served[0].call("capacity") as log:
        answer = client.post("/chat/completions", json=ASKED)
    reason = "the tape failed on the request: KeyError: 'capacity of /v1/chat/completions'"
    assert (answer.status_code, answer.json()) == (599, {"grokgate": reason})
    assert log.exchanges[0].miss.broken
    assert log.exchanges[0].miss.reason == reason


def test_what_comes_while_no_call_is_open_is_stray(served, client):
    client.post("/chat/completions", json=ASKED)
    with served[0].call() as log:
        client.get("/models")
    assert [(exchange.answer.rule, exchange.stray) for exchange in log.exchanges] == [
        ("plain/grok-4-0709", True),
        ("models", False),
    ]


def test_many_at_once_are_all_answered_and_logged(served, client):
    def ask(number):
        return json.loads(client.post("/chat/completions", json=ASKED | {"seed": number}).content)["model"]

    with served[0].call() as log, ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(64))) == {"grok-4-0709"}
    assert sorted(exchange.request.field("seed") for exchange in log.exchanges) == list(range(64))


def test_two_servers_have_ports_of_their_own_and_close(tape):
    servers = [LoopbackServer(Replay(tape)) for _ in range(2)]
    ports = {server.port for server in servers}
    assert [httpx.get(f"{server.base_url}/models").status_code for server in servers] == [401, 401]
    assert len(ports) == 2
    for server in servers:
        server.close()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.base_url}/models")
