"""Over loopback a provider gets what it gets in process, and sees a connection break where one should."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import h11
import httpx
import openai
import pytest

from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.replay import Replay
from grokgate.providers.description import find_provider
from grokgate.providers.launcher import Launcher
from grokgate.values.chat import ChatRequest, Message

KEY = "example-key"
HEADERS = {"Authorization": f"Bearer {KEY}"}
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}
USAGE = {"stream": True, "stream_options": {"include_usage": True}}
CONNECTION = {"content-length", "transfer-encoding"}


class Torn:
    """A tape that fails."""

    key = KEY

    def answer(self, request, scenario, says):  # noqa: ARG002  the tape's signature
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
    assert [exchange.answer.rule for exchange in log.exchanges] == ["plain/hidden", "plain-stream/hidden"]


def test_openai_does_not_retry_a_miss(served, xai):
    with served[0].call() as log, pytest.raises(openai.APIStatusError) as error:
        xai.completions.create(model="grok-4", prompt="Hi")
    assert error.value.status_code == 599
    assert [bool(exchange.miss) for exchange in log.exchanges] == [True]


def test_a_large_prompt_arrives_whole(served, client):
    prompt = "é" * 1_000_000
    with served[0].call() as log:
        client.post("/chat/completions", json=ASKED | {"messages": [{"role": "user", "content": prompt}]})
    assert log.exchanges[0].request.json["messages"][0]["content"] == prompt


@pytest.mark.parametrize("more", [{}, {"stream": True}], ids=["answer", "stream"])
def test_a_reset_breaks_the_connection_once_per_try(more, served, client):
    with served[0].call(fault="reset") as log, pytest.raises(httpx.ReadError):
        client.post("/chat/completions", json=ASKED | more)
    assert [(exchange.fault, exchange.answer) for exchange in log.exchanges] == [("reset", None)]


def test_after_a_reset_the_server_answers_on(served, client):
    with served[0].call(fault="reset"), pytest.raises(httpx.ReadError):
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
        ("plain/hidden", True),
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


# --- HTTP, byte by byte -------------------------------------------------------------------------------------------------


HEAD = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer example-key\r\n"
BODY, STREAMING = json.dumps(ASKED), json.dumps(ASKED | {"stream": True})
WHOLE, STREAMED = (f"{HEAD}Content-Length: {len(body)}\r\n\r\n{body}" for body in (BODY, STREAMING))
LISTED = "GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer example-key\r\n\r\n"
NEVER = 86_400
"""A second at which nothing is sent any more while a test lasts."""


@contextmanager
def connected(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        yield connection


class Client:
    """A client that says what it is told, and reads answers as h11 understands them."""

    def __init__(self, connection):
        self._socket, self._h11 = connection, h11.Connection(h11.CLIENT)

    def says(self, *texts):
        for text in texts:
            self._socket.sendall(text.encode())
        return self

    def reads(self, method="GET"):
        """The next answer: its status, its headers, its body."""
        if self._h11.our_state is not h11.IDLE:
            self._h11.start_next_cycle()
        self._h11.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
        self._h11.send(h11.EndOfMessage())
        answer, body = self._next(), b""
        assert isinstance(answer, h11.Response)
        while not isinstance(event := self._next(), h11.EndOfMessage):
            body += event.data
        return answer.status_code, {name.decode(): value.decode() for name, value in answer.headers}, body

    def _next(self):
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            self._h11.receive_data(self._socket.recv(65536))
        return event

    def reads_raw(self, end):
        """What comes up to and with these bytes; without bytes, up to the end of the connection."""
        read = b""
        while not (end and read.endswith(end)) and (piece := self._socket.recv(65536)):
            read += piece
        return read

    def is_left(self):
        """Whether the server has closed the connection, and nothing came before."""
        return self._h11.trailing_data[0] == b"" and self._socket.recv(1) == b""


@pytest.fixture
def speaking(served):
    """A client on a connection to the server, and the log of its call."""
    with served[0].call() as log, connected(served[1]) as connection:
        yield Client(connection), log


def asked(log):
    return [(exchange.request.method, exchange.request.json) for exchange in log.exchanges]


def test_one_connection_carries_many_requests(speaking):
    client, log = speaking
    assert [client.says(request).reads()[0] for request in (WHOLE, LISTED, WHOLE)] == [200] * 3
    assert asked(log) == [("POST", ASKED), ("GET", None), ("POST", ASKED)]


def test_requests_that_come_at_once_are_answered_in_their_order(speaking):
    client, log = speaking
    client.says(LISTED + STREAMED + WHOLE + LISTED)
    kinds = [client.reads()[1]["content-type"].partition(";")[0] for _ in range(4)]
    assert kinds == ["application/json", "text/event-stream", "application/json", "application/json"]
    assert asked(log) == [("GET", None), ("POST", ASKED | {"stream": True}), ("POST", ASKED), ("GET", None)]


def test_a_request_that_comes_byte_by_byte_is_read(speaking):
    client, log = speaking
    assert client.says(*WHOLE).reads()[0] == 200
    assert asked(log) == [("POST", ASKED)]


def test_who_expects_to_be_told_is_told_to_continue(speaking):
    client, log = speaking
    client.says(f"{HEAD}Expect: 100-continue\r\nContent-Length: {len(BODY)}\r\n\r\n")
    assert client.reads_raw(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert log.exchanges == []
    assert client.says(BODY).reads()[0] == 200
    assert asked(log) == [("POST", ASKED)]


def test_who_sends_the_body_along_is_not_told_to_continue(speaking):
    client, _ = speaking
    client.says(WHOLE.replace("Content-Length", "Expect: 100-continue\r\nContent-Length"))
    assert client.reads_raw(b"}").startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_body_in_chunks_is_read(speaking):
    client, log = speaking
    chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in (BODY[:7], BODY[7:40], BODY[40:]))
    assert client.says(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n").reads()[0] == 200
    assert asked(log) == [("POST", ASKED)]


def test_a_body_of_several_megabytes_is_read(speaking):
    client, log = speaking
    body = json.dumps(ASKED | {"user": "x" * 8_000_000})
    assert client.says(f"{HEAD}Content-Length: {len(body)}\r\n\r\n{body}").reads()[0] == 200
    assert len(log.exchanges[0].request.body) == len(body)


@pytest.mark.parametrize("request_", [WHOLE, STREAMED], ids=["answer", "stream"])
def test_http_1_0_gets_no_chunks_and_is_left(request_, speaking):
    client, log = speaking
    client.says(request_.replace("HTTP/1.1\r\n", "HTTP/1.0\r\nConnection: keep-alive\r\n"))
    head, _, body = client.reads_raw(b"").partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert b"\r\nconnection: close" in head
    assert body == log.exchanges[0].answer.body


@pytest.mark.parametrize("request_", [WHOLE, STREAMED], ids=["answer", "stream"])
def test_who_wants_the_connection_closed_is_left(request_, speaking):
    client, log = speaking
    status, headers, body = client.says(request_.replace("Host: x", "Host: x\r\nConnection: close")).reads()
    assert (status, headers["connection"], body) == (200, "close", log.exchanges[0].answer.body)
    assert client.is_left()


def test_nothing_is_answered_after_the_last_request_of_a_connection(speaking):
    client, log = speaking
    client.says(WHOLE.replace("Host: x", "Host: x\r\nConnection: close") + LISTED)
    client.reads()
    assert len(log.exchanges) == 1


def test_head_gets_the_head_alone(speaking):
    client, log = speaking
    client.says(LISTED.replace("GET", "HEAD"))
    _, headers, body = client.reads("HEAD")
    assert (int(headers["content-length"]), body) == (len(log.exchanges[0].answer.body), b"")
    assert client.says(LISTED).reads()[0] == 200


NONSENSE = {
    "no-target": "GET\r\n\r\n",
    "tunnel": "CONNECT x:1 HTTP/1.1\r\n\r\n",
    "tls": "\x16\x03\x01\x02\x00",
    "length": f"{HEAD}Content-Length: some\r\n\r\n",
    "header": "GET / HTTP/1.1\r\nno header\r\n\r\n",
}


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_what_cannot_be_read_is_refused_after_what_could(nonsense, speaking):
    client, log = speaking
    client.says(WHOLE + nonsense)
    assert client.reads()[0] == 200
    assert client.reads()[0] == 400
    assert client.is_left()
    assert asked(log) == [("POST", ASKED)]


@pytest.mark.parametrize("request_", [WHOLE, LISTED], ids=["body", "no-body"])
def test_an_offer_to_upgrade_is_not_taken_up_and_the_body_stays(request_, speaking):
    client, log = speaking
    offer = "Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"
    client.says(request_.replace("Host: x\r\n", offer) + WHOLE)
    assert [client.reads()[0], client.reads()[0]] == [200, 200]
    assert asked(log) == [("POST", ASKED) if request_ is WHOLE else ("GET", None), ("POST", ASKED)]
    assert log.exchanges[0].request.headers["upgrade"] == "h2c"


def test_the_address_may_be_absolute(speaking):
    client, log = speaking
    assert client.says(LISTED.replace("/v1", "http://127.0.0.1:9/v1")).reads()[0] == 200
    assert log.exchanges[0].request.url == "http://127.0.0.1:9/v1/models"


def test_a_miss_says_so_in_its_first_line(speaking):
    client, _ = speaking
    client.says(WHOLE.replace("/v1/chat/completions", "/v1/messages"))
    assert client.reads_raw(b"}").startswith(b"HTTP/1.1 599 Not On Tape\r\n")


def test_a_chunk_of_the_stream_is_a_chunk_of_http(speaking):
    client, log = speaking
    client.says(STREAMED)
    _, _, body = client.reads_raw(b"0\r\n\r\n").partition(b"\r\n\r\n")
    chunks = [chunk for _, chunk in log.exchanges[0].answer.chunks]
    assert body == b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    assert len(chunks) > 1


# --- streams that take their time, clients that leave, and a port where nobody listens ---------------------------------------


@pytest.fixture
def endless(telling, stream):
    """A server whose every answer is a stream that has begun and does not end while a test lasts."""
    server = LoopbackServer(telling(stream(0, NEVER)), pace=1)
    yield server
    server.close()


def begun(server):
    """A connection on which a stream has begun."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    Client(connection).says(STREAMED).reads_raw(b"\n\n\r\n")
    return connection


def test_while_a_stream_takes_its_time_others_are_served(endless):
    connections = [begun(endless) for _ in range(5)]
    for connection in connections:
        connection.close()


def test_a_request_waits_until_the_stream_before_it_has_ended(telling, stream):
    server = LoopbackServer(telling(stream(0, 0.05)), pace=1)
    with connected(server) as connection:
        client = Client(connection).says(STREAMED + STREAMED, STREAMED)
        bodies = [client.reads()[2] for _ in range(3)]
    server.close()
    assert len(set(bodies)) == 1
    assert bodies[0].count(b"data: ") == 2


def test_a_client_that_leaves_in_the_middle_of_a_stream_is_forgotten(endless):
    begun(endless).close()
    with begun(endless):
        assert len(endless._connections) == 1


def test_a_client_that_leaves_in_the_middle_of_a_request_is_forgotten(served):
    with served[0].call() as log:
        with connected(served[1]) as connection:
            Client(connection).says(WHOLE[:-5])
        with connected(served[1]) as connection:
            assert Client(connection).says(LISTED).reads()[0] == 200
    assert asked(log) == [("GET", None)]


def test_a_server_closes_although_streams_are_under_way(endless):
    with begun(endless) as connection:
        endless.close()
        assert Client(connection).reads_raw(b"") == b""
    endless.close()


def test_while_the_server_refuses_nobody_listens_and_open_connections_are_gone(tape):
    server = LoopbackServer(Replay(tape))
    with connected(server) as before:
        Client(before).says(LISTED).reads()
        with server.refusing():
            assert Client(before).is_left()
            for _ in range(3):
                with pytest.raises(ConnectionRefusedError), connected(server):
                    pass
        with connected(server) as after:
            assert Client(after).says(LISTED).reads()[0] == 200
    server.close()


def test_the_port_of_a_server_that_refuses_is_given_to_nobody_else(tape):
    server = LoopbackServer(Replay(tape))
    with server.refusing(), socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", server.port))
    server.close()


def test_a_server_that_failed_to_refuse_listens_again(tape):
    server = LoopbackServer(Replay(tape))
    with pytest.raises(ZeroDivisionError), server.refusing():
        raise ZeroDivisionError
    with connected(server) as connection:
        assert Client(connection).says(LISTED).reads()[0] == 200
    server.close()


def test_a_reset_is_a_reset_of_the_connection(served):
    with served[0].call(fault="reset"), connected(served[1]) as connection, pytest.raises(ConnectionResetError):
        Client(connection).says(WHOLE).reads_raw(b"")


def test_a_provider_in_a_host_is_refused_for_one_call(tape):
    reference = find_provider("reference")
    launcher = Launcher(replace(reference, vehicle="host"), tape.world, {}, key=KEY, say=print)
    request = ChatRequest(model="grok-4", messages=(Message(role="user", content="Hi"),))
    try:
        with launcher.call():
            started = launcher.start("current", {}, ())
        said, logs = [], []
        for fault in (None, "refused", None):
            with launcher.call(fault=fault) as log:
                said.append(started.running.call(request))
            logs.append(len(log.exchanges))
    finally:
        launcher.close()
    assert [type(outcome).__name__ for outcome in said] == ["ChatResult", "Failure", "ChatResult"]
    assert "refused" in said[1].message
    assert logs == [1, 0, 1]
