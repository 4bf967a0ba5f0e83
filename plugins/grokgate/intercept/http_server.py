"""For a provider in another process: the recorded xAI on loopback.

HTTP/1.1 as an asyncio protocol of its own, on httptools and uvloop: a stream with its times, a reset and a connection that is
refused need the transport itself, and there is one route, so that each layer between costs time.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, cast

import httptools
import uvloop

from grokgate.intercept.fault import Broken, Connection
from grokgate.intercept.replay import PHRASES
from grokgate.intercept.unread import unread
from grokgate.values.wire import Answer, WireRequest

OF_THE_CONNECTION = frozenset({"connection", "content-length", "transfer-encoding"})
"""Headers that the server writes itself."""
ANSWERED_BY = "x-answered-by"
"""The header by which a server in the place of xAI says what it is, where it is reached by others than a provider under test."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
HEADS = 16_384
"""Heads that are kept; a world has one for each exchange."""
AT_ONCE = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing throws away what was not sent, and resets the connection."""
TICK = 0.001
"""Seconds that uvloop's clock counts in."""
LOOKS = 0.005
"""Seconds between two looks whether a client has read what there is."""
READ = 2.0
"""How long a client may take to read what came, before the connection breaks."""
SHOWN = 0.1
"""How long it may take to hand that on, or to read it where nobody can see whether it has."""
SECONDS = 10.0
"""How long the server's own thread may take to do what it is told."""


class Answering(Protocol):
    """What stands behind the server."""

    def answer(self, request: WireRequest) -> Answer: ...


class LoopbackServer:
    """Serves what ``replay`` answers, from a thread, at ``base_url``. Raises ``OSError`` where the port is taken.

    ``pace`` is a factor on the times of a stream's chunks: 0 sends them all at once, 1 as they were recorded. With ``tls``
    it speaks HTTPS. ``name`` is what each answer says of who gave it; without one nothing tells it from xAI.
    """

    def __init__(
        self, replay: Answering, *, pace: float = 0.0, port: int = 0, tls: ssl.SSLContext | None = None, name: str = ""
    ) -> None:
        self._replay, self._pace, self._tls = replay, pace, tls
        if port:
            _bound(port, alone=True).close()
        self._kept = _bound(port)  # never listens: it keeps the port for us while connections are refused
        self.port: int = self._kept.getsockname()[1]
        self._origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.base_url = f"{self._origin}/v1"
        self._connections: set[_Connection] = set()
        self._heads = _Heads({ANSWERED_BY: name} if name else {})
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="grokgate-loopback", daemon=True)
        self._thread.start()
        self._do(self._open())

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """While this lasts nobody listens: connections are refused, and those that were open are gone."""
        self._do(self._shut())
        try:
            yield
        finally:
            self._do(self._open())

    def close(self) -> None:
        """Close what is open and end the thread; a second time does nothing."""
        if self._loop.is_closed():
            return
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()
        self._kept.close()

    def _do(self, task: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(task, self._loop).result(SECONDS)

    async def _open(self) -> None:
        self._listening = await self._loop.create_server(self._connection, sock=_bound(self.port), ssl=self._tls)

    async def _shut(self) -> None:
        self._listening.close()
        for connection in tuple(self._connections):
            connection.drop()
        await self._listening.wait_closed()

    def _connection(self) -> _Connection:
        return _Connection(self._replay.answer, base=self._origin, pace=self._pace, heads=self._heads, open=self._connections)


class _Heads:
    """The first lines of answers, up to the headers of the connection; made once for each set of headers."""

    def __init__(self, more: Mapping[str, str]) -> None:
        self._more = more
        self._made: dict[int, tuple[Mapping[str, str], int, bytes]] = {}

    def of(self, answer: Answer) -> bytes:
        made = self._made.get(id(answer.headers))
        if made and made[0] is answer.headers and made[1] == answer.status:
            return made[2]
        lines = [f"HTTP/1.1 {answer.status} {PHRASES.get(answer.status, '')}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items() if name not in OF_THE_CONNECTION]
        lines += [f"{name}: {value}" for name, value in self._more.items()]
        head = "".join(f"{line}\r\n" for line in lines).encode()
        if len(self._made) >= HEADS:
            self._made.clear()
        self._made[id(answer.headers)] = answer.headers, answer.status, head
        return head


class _Asked(NamedTuple):
    """A request that was read. ``last``: the connection ends with its answer; ``chunked``: its client knows that encoding."""

    request: WireRequest
    last: bool
    chunked: bool


@dataclass(slots=True)
class _Stream:
    """A stream under way: the chunks that are still to be sent, each with the time of the loop when it is due."""

    due: deque[tuple[float, bytes]]
    ending: str
    asked: _Asked
    timer: asyncio.TimerHandle | None = None

    def taken(self, now: float) -> bytes:
        """What is due by now, framed for the wire."""
        taken = []
        while self.due and self.due[0][0] <= now:
            chunk = self.due.popleft()[1]
            if not chunk:  # to HTTP the end of the stream
                continue
            taken.append(b"%x\r\n%s\r\n" % (len(chunk), chunk) if self.asked.chunked else chunk)
        if not self.due and self.ending == "whole" and self.asked.chunked:
            taken.append(LAST_CHUNK)
        return b"".join(taken)


class _Connection(asyncio.Protocol):
    """One client: its requests are read as they come, and answered in their order."""

    _transport: asyncio.Transport

    def __init__(
        self, answer: Callable[[WireRequest], Answer], *, base: str, pace: float, heads: _Heads, open: set[_Connection]
    ) -> None:
        self._answer, self._base, self._pace, self._heads, self._open = answer, base, pace, heads, open
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[_Asked | None] = deque()  # None: what could not be read
        self._stream: _Stream | None = None
        self._unreadable = self._awaits_continue = self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        # Else the pieces of a stream wait 40 ms for the client's acknowledgement.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(self)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        self._open.discard(self)
        self._waiting.clear()
        if self._stream and self._stream.timer:
            self._stream.timer.cancel()

    def data_received(self, data: bytes) -> None:
        if not self._unreadable:
            self._read(data)
            self._go_on()

    def drop(self) -> None:
        """Close the connection as it stands."""
        self._transport.abort()

    # --- reading: the parser calls what begins with on_

    def _read(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            self._read_on(data[offered.args[0] :])
        except httptools.HttpParserCallbackError:  # ours
            raise
        except httptools.HttpParserError:
            self._give_up()

    def _read_on(self, rest: bytes) -> None:
        """Read a request that offers to upgrade as if it did not: the parser stopped after its head, and left the body out."""
        offer, method = self._headers.pop("upgrade", None), self._parser.get_method()
        if offer is None:  # CONNECT wants a tunnel
            self._give_up()
            return
        lines = [f"{name}: {value}\r\n" for name, value in self._headers.items()]
        head = b"%s %s HTTP/1.1\r\n%s\r\n" % (method, self._target, "".join(lines).encode("latin-1"))
        self._parser = httptools.HttpRequestParser(self)
        self._read(head)
        self._headers["upgrade"] = offer
        self._read(rest)

    def _give_up(self) -> None:
        self._unreadable = True
        self._waiting.append(None)

    def on_message_begin(self) -> None:
        self._target, self._headers, self._body = b"", dict[str, str](), list[bytes]()

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._awaits_continue = self._headers.get("expect", "").lower() == "100-continue"

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.should_upgrade():
            return
        self._awaits_continue = False
        target, method = self._target.decode("latin-1"), self._parser.get_method().decode("latin-1")
        url = self._base + target if target.startswith("/") else target
        request = WireRequest(method, url, self._headers, b"".join(self._body))
        chunked = self._parser.get_http_version() == "1.1"
        self._waiting.append(_Asked(request, last=not (chunked and self._parser.should_keep_alive()), chunked=chunked))

    # --- answering

    def _go_on(self) -> None:
        """Answer what waits, one after the other, as far as no stream is in the way; read no further while one is."""
        while self._waiting and not self._stream and not self._transport.is_closing():
            self._respond(self._waiting.popleft())
        if self._awaits_continue and not self._stream and not self._transport.is_closing():
            self._awaits_continue = False
            self._transport.write(CONTINUE)
        if bool(self._waiting) is not self._paused and not self._transport.is_closing():
            self._paused = not self._paused
            (self._transport.pause_reading if self._paused else self._transport.resume_reading)()

    def _respond(self, asked: _Asked | None) -> None:
        if asked is None:
            self._transport.write(BAD_REQUEST)
            self._transport.close()
            return
        try:
            answer = self._answer(asked.request)
        except Broken as broken:
            self._break(broken.connection, asked)
            return
        head = self._heads.of(answer)
        if asked.last:
            head += b"connection: close\r\n"
        if asked.request.method == "HEAD":
            self._end(asked, b"%scontent-length: %d\r\n\r\n" % (head, len(answer.body)))
        elif answer.chunks or answer.ending != "whole":
            pace, now = self._pace if answer.pace is None else answer.pace, self._loop.time()
            due = deque((now + second * pace, chunk) for second, chunk in answer.chunks)
            self._stream = _Stream(due, answer.ending, asked)
            self._send(head + (b"transfer-encoding: chunked\r\n\r\n" if asked.chunked else b"\r\n"))
        else:
            self._end(asked, b"%scontent-length: %d\r\n\r\n%s" % (head, len(answer.body), answer.body))

    def _send(self, head: bytes = b"") -> None:
        """Send what is due of the stream, and come back for the rest."""
        stream = self._stream
        assert stream is not None
        sent = head + stream.taken(self._loop.time() + TICK)
        if stream.due or stream.ending == "stalled":
            self._transport.write(sent)
            stream.timer = self._loop.call_at(stream.due[0][0], self._send) if stream.due else None
        elif stream.ending == "cut":
            self._transport.write(sent)
            self._cut_once_read(self._loop.time() + READ)
        else:
            self._stream = None
            self._end(stream.asked, sent)
            self._go_on()

    def _cut_once_read(self, until: float) -> None:
        """Break the connection once the client has what came: some drop what they have not handed on when it breaks."""
        assert self._stream is not None
        address, client = (self._transport.get_extra_info(end) for end in ("sockname", "peername"))
        waits = (self._transport.get_write_buffer_size() or unread(address, client)) and self._loop.time() < until
        then = (LOOKS, self._cut_once_read, until) if waits else (SHOWN, self._transport.close)
        self._stream.timer = self._loop.call_later(*then)

    def _end(self, asked: _Asked, sent: bytes) -> None:
        """The last of an answer."""
        self._transport.write(sent)
        if asked.last:
            self._transport.close()

    def _break(self, connection: Connection, asked: _Asked) -> None:
        if connection == "silent":
            self._stream = _Stream(deque(), "stalled", asked)
        else:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            self._transport.abort()


def _bound(port: int, *, alone: bool = False) -> socket.socket:
    """A socket that is bound to a port of loopback, 0 for a free one; two of ours may be bound to the same, unless ``alone``."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR if alone else socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound
