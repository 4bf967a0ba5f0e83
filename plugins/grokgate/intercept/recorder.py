"""Between a client and the real xAI: hands on what either says, as it comes, and keeps it."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from grokgate.values.capture import Capture
from grokgate.values.wire import Answer, WireRequest

LINE = 65536
"""Bytes of the longest line between chunks."""
TIMEOUT = 3600.0
"""Seconds that xAI may think; the client has a bound of its own."""
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "te", "trailer", "upgrade", "host"})


def trusting(authorities: str | None) -> ssl.SSLContext | bool:
    """What a client verifies servers by: the authorities of a PEM file, or those that httpx knows."""
    return ssl.create_default_context(cafile=authorities) if authorities else True


class Recorder:
    """Listens on loopback at ``base_url`` and forwards to ``upstream`` (such as ``https://api.x.ai/v1``).

    ``captures`` holds what went through, in the order in which the answers ended; with every secret that it had.
    """

    def __init__(self, upstream: str, *, trust: str | None = None) -> None:
        self.captures: list[Capture] = []
        self._upstream = upstream.rstrip("/")
        self._client = httpx.Client(timeout=TIMEOUT, verify=trusting(trust))
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else a small answer waits for the client's acknowledgement, some 40 ms

            def do_GET(self) -> None:
                recorder._forward(self)

            do_POST = do_DELETE = do_GET  # noqa: N815  names of the standard library

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: a log line would hold addresses."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, name="grokgate-recorder", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._client.close()

    def leaving(self, request: WireRequest) -> WireRequest | Answer:
        """What is sent in the place of a request that came from the client; or an answer, and then nothing is sent."""
        return request

    def arrived(self, capture: Capture) -> None:
        """An exchange is whole; the client has all of it but the end."""
        self.captures.append(capture)

    def lost(self, request: WireRequest, error: Exception) -> None:
        """xAI was not reached, or broke off: a ``httpx.TransportError``. Any other error is of what is between."""

    def _forward(self, asked: BaseHTTPRequestHandler) -> None:
        body = _body(asked)
        headers = {name.lower(): value for name, value in asked.headers.items()}
        url = self._upstream + asked.path.removeprefix("/v1")
        request = WireRequest(asked.command, url, headers, body)
        going = self.leaving(request)
        if isinstance(going, Answer):
            _begin(asked, going.status, going.headers)
            list(_handed_on(asked, iter([going.body]), 0.0))
            _ended(asked)
            return
        sent = {name: value for name, value in going.headers.items() if name not in _HOP} | {"accept-encoding": "identity"}
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()]  # as the server read them
        moment, begun = datetime.now(UTC), time.perf_counter()
        answering = False
        try:
            with self._client.stream(going.method, going.url, headers=raw, content=going.body) as answer:
                received = {name.lower(): value for name, value in answer.headers.items()}
                _begin(asked, answer.status_code, received)
                answering = True
                pieces = list(_handed_on(asked, answer.iter_bytes(), begun))
        except Exception as error:  # what is not told here would be a dropped connection without a cause
            self.lost(request, error)
            asked.close_connection = True  # where the answer had begun, the client sees that it broke off
            if not answering:
                with suppress(OSError):
                    asked.send_error(502, "the recorder did not reach xAI", type(error).__name__)
            return
        self.arrived(
            Capture(
                request=request,
                status=answer.status_code,
                headers=received,
                body=b"".join(piece for _, piece in pieces),
                at=_event_times(pieces) if received.get("content-type", "").startswith("text/event-stream") else (),
                recorded_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                origin=f"recorded from {self._upstream}",
            )
        )
        _ended(asked)


def _body(asked: BaseHTTPRequestHandler) -> bytes:
    """The body of a request, whose length is said before, or which comes in chunks."""
    if "chunked" not in (asked.headers.get("transfer-encoding") or "").lower():
        return asked.rfile.read(int(asked.headers.get("content-length") or 0))
    pieces = []
    while size := int(asked.rfile.readline(LINE).partition(b";")[0].strip() or b"0", 16):
        pieces.append(asked.rfile.read(size))
        asked.rfile.readline(LINE)
    while asked.rfile.readline(LINE).strip():
        pass  # a trailer, which nobody needs
    return b"".join(pieces)


def _begin(asked: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str]) -> None:
    asked.send_response_only(status)
    for name, value in headers.items():
        if name not in _HOP and name != "content-encoding":
            asked.send_header(name, value)
    asked.send_header("transfer-encoding", "chunked")
    asked.end_headers()


def _handed_on(asked: BaseHTTPRequestHandler, pieces: Iterator[bytes], begun: float) -> Iterator[tuple[float, bytes]]:
    """Each piece with the second at which it came, once the client has it. A client that is gone ends nothing.

    The end is said by ``_ended``, once what came is kept: what a client does next finds it there.
    """
    there = True
    for piece in pieces:
        yield time.perf_counter() - begun, piece
        try:
            if there and piece:
                asked.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                asked.wfile.flush()
        except OSError:
            there = False


def _ended(asked: BaseHTTPRequestHandler) -> None:
    """Say to the client that this was all."""
    with suppress(OSError):
        asked.wfile.write(b"0\r\n\r\n")
        asked.wfile.flush()


def _event_times(pieces: list[tuple[float, bytes]]) -> tuple[float, ...]:
    """The second at which each event of a stream was whole."""
    times: list[float] = []
    rest = b""
    for second, piece in pieces:
        *events, rest = (rest + piece).split(b"\n\n")
        times += [round(second, 4) for event in events if event.strip()]
    return (*times, *([times[-1]] if rest.strip() and times else []))
