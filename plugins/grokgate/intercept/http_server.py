"""For a provider in another process: the recorded xAI on loopback.

An answer from the tape waits for nothing, so it is written, in one piece, as soon as its request has been read: no task per
request, no queue, and twice the speed of an ASGI server.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from http import HTTPStatus

import httptools

from grokgate.intercept.replay import Disconnected, Replay
from grokgate.values.wire import Answer, WireRequest

PHRASES = {status.value: status.phrase for status in HTTPStatus}
OF_THE_CONNECTION = ("content-length", "transfer-encoding", "connection")
"""Headers that belong to the connection, and are never an answer's own."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
NOT_HTTP = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
BROKEN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"
"""Promises more than is sent before the connection is closed, so that the client sees it break."""


class LoopbackServer:
    """Serves what ``replay`` answers, from a thread, at ``base_url``."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        # asyncio sends at once (TCP_NODELAY) only where the protocol is named; ``socket.create_server`` does not name it.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port: int = self._socket.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="grokgate-loopback", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join(timeout=10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        connections: set[asyncio.Transport] = set()
        origin = f"http://127.0.0.1:{self.port}"
        server = await self._loop.create_server(lambda: Connection(self._replay, origin, connections), sock=self._socket)
        await self._closing.wait()
        server.close()
        for transport in connections:
            transport.abort()


class Connection(asyncio.Protocol):
    """A client's connection: its requests are answered one after another, each as soon as it has been read."""

    def __init__(self, replay: Replay, origin: str, connections: set[asyncio.Transport]) -> None:
        self._replay, self._origin, self._connections = replay, origin, connections
        self._parser = httptools.HttpRequestParser(self)
        self._asked: list[tuple[WireRequest, bool]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(transport)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        self._connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:  # Java's client offers HTTP/2 with a request; it is answered in HTTP/1.1
            self._parser = httptools.HttpRequestParser(self)
        except httptools.HttpParserError:
            self._transport.write(NOT_HTTP)
            self._transport.close()
        while self._asked:
            self._answer(*self._asked.pop(0))

    def _answer(self, request: WireRequest, keeps_alive: bool) -> None:
        try:
            self._transport.write(written(self._replay.answer(request), request.method))
        except Disconnected:
            self._transport.write(BROKEN)
            keeps_alive = False
        if not keeps_alive:
            self._transport.close()

    # --- what the parser tells

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        method, target = self._parser.get_method().decode(), self._url.decode("latin-1")
        url = self._origin + target if target.startswith("/") else target
        request = WireRequest(method, url, self._headers, b"".join(self._body))
        self._asked.append((request, self._parser.should_keep_alive()))


def written(answer: Answer, method: str) -> bytes:
    """The answer as HTTP/1.1; a stream goes in chunks, one per event."""
    pieces = [piece for _, piece in answer.chunks]
    framing = "transfer-encoding: chunked" if pieces else f"content-length: {len(answer.body)}"
    own = [f"{name}: {value}" for name, value in answer.headers.items() if name not in OF_THE_CONNECTION]
    first = f"HTTP/1.1 {answer.status} {PHRASES.get(answer.status, 'Not On Tape')}"
    head = "\r\n".join([first, *own, framing, "", ""]).encode("latin-1")
    if method == "HEAD":
        return head
    chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*pieces, b"")]
    return head + (b"".join(chunks) if pieces else answer.body)
