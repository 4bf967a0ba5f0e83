"""For a provider in another process: the recorded xAI on loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
import uvloop

from grokgate.intercept.replay import Disconnected, Replay
from grokgate.values.wire import Answer, WireRequest

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class LoopbackServer:
    """Serves what ``replay`` answers, from a thread, at ``base_url``."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        # With its protocol named, asyncio sends what is written at once. Else head and body wait 40 ms for one another.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port: int = self._socket.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",  # else a bound method is taken for ASGI 2
            http="httptools",
            lifespan="off",
            ws="none",
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,  # the answer's own headers are what xAI sends
            date_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="grokgate-loopback", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = self._replay.answer(_wire_request(scope, await _body(receive), self.port))
        except Disconnected:
            await _break(send)
            return
        await _respond(answer, send)


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _wire_request(scope: Scope, body: bytes, port: int) -> WireRequest:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    return WireRequest(scope["method"], f"http://127.0.0.1:{port}{scope['path']}{query}", headers, body)


async def _respond(answer: Answer, send: Send) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items() if name != "content-length"]
    pieces = [piece for _, piece in answer.chunks] or [answer.body]
    if not answer.chunks:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    for piece in pieces[:-1]:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": pieces[-1]})


async def _break(send: Send) -> None:
    """Promise more than is sent: the server then drops the connection, and the client sees it break."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{"})
