"""In process, for faults and for streams that take their time: respx in front of a provider that speaks httpx or httpx2.

vcrpy joins a stream and cannot break a connection. Here a stream comes in its chunks, each when its time has come, and what
breaks raises the very exception that the library raises; nobody waits for what never comes, so a timeout is raised at once.
It is blind to other client libraries.
"""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import httpx
import respx
from respx.mocks import HTTPCoreMocker

from grokgate.intercept.egress import EgressGuard, guarding
from grokgate.intercept.fault import Broken, Connection
from grokgate.intercept.replay import PHRASES, Replay
from grokgate.values.wire import Answer, WireRequest

ERRORS: dict[Connection, tuple[str, str]] = {
    "refused": ("ConnectError", f"[Errno {errno.ECONNREFUSED}] Connection refused"),
    "reset": ("ReadError", f"[Errno {errno.ECONNRESET}] Connection reset by peer"),
    "silent": ("ReadTimeout", "The read operation timed out"),
}
"""What httpx and httpx2 raise, and say, when a connection breaks."""
CUT = "peer closed connection without sending complete message body (incomplete chunked read)"


class HTTPCore2Mocker(HTTPCoreMocker):
    """What respx does for httpx, for httpx2, its fork: openai 3 speaks it."""

    name = "httpcore2"
    targets = [target.replace("httpcore.", "httpcore2.") for target in HTTPCoreMocker.targets]  # noqa: RUF012  respx's own way

    @classmethod
    def from_sync_httpx_response(cls, httpx_response: httpx.Response, target: Any, **kwargs: Any) -> Any:  # noqa: ARG003
        return import_module("httpcore2").Response(
            status=httpx_response.status_code,
            headers=httpx_response.headers.raw,
            content=httpx_response.stream,
            extensions=httpx_response.extensions,
        )


@contextmanager
def intercepted(replay: Replay, base_url: str, *, pace: float = 0.0) -> Iterator[None]:
    """While this stands, what httpx and httpx2 send to ``base_url`` is answered, or broken, by ``replay``; nothing else leaves.

    ``pace`` is a factor on the times of a stream's chunks: 0 gives them all at once, 1 as they were recorded.
    """

    def block(request: httpx.Request) -> httpx.Response:
        asked = _wire_request(request)
        raise guard.block(f"{asked.method} {asked.url}", carries_secret=replay.gives_away(asked))

    guard = EgressGuard((), replay.report)
    with guarding(guard), ExitStack() as up:
        for mocker, library in _libraries():
            router = up.enter_context(respx.mock(using=mocker, assert_all_called=False))
            router.route(url__startswith=base_url).mock(side_effect=_answering(replay, library, pace))
            router.route().mock(side_effect=block)
        yield


def _libraries() -> Iterator[tuple[str, ModuleType]]:
    """Each library that is installed, and what respx calls the transport below it."""
    yield HTTPCoreMocker.name, httpx
    if find_spec("httpx2"):
        yield HTTPCore2Mocker.name, import_module("httpx2")


def _answering(replay: Replay, library: ModuleType, pace: float) -> Callable[[httpx.Request], httpx.Response]:
    """Answers a request as a client of this library meets it."""

    def respond(request: httpx.Request) -> httpx.Response:
        try:
            answer = replay.answer(_wire_request(request))
        except Broken as broken:
            raise _error(library, broken.connection) from broken
        body: dict[str, Any] = {"content": answer.body}
        if answer.chunks or answer.ending != "whole":
            body = {"stream": _Stream(answer, pace if answer.pace is None else answer.pace, library)}
        phrase = PHRASES.get(answer.status, "").encode()
        return httpx.Response(answer.status, headers=dict(answer.headers), extensions={"reason_phrase": phrase}, **body)

    return respond


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The chunks of an answer, each when its time has come; then the error, where the stream does not end."""

    def __init__(self, answer: Answer, pace: float, library: ModuleType) -> None:
        self._answer, self._pace, self._library = answer, pace, library
        self._begun = time.monotonic()

    def __iter__(self) -> Iterator[bytes]:
        for second, chunk in self._answer.chunks:
            time.sleep(self._wait(second))
            yield chunk
        self._end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for second, chunk in self._answer.chunks:
            await asyncio.sleep(self._wait(second))
            yield chunk
        self._end()

    def _wait(self, second: float) -> float:
        return max(0.0, self._begun + second * self._pace - time.monotonic())

    def _end(self) -> None:
        if self._answer.ending == "cut":
            raise self._library.RemoteProtocolError(CUT)
        if self._answer.ending == "stalled":
            raise _error(self._library, "silent")


def _error(library: ModuleType, connection: Connection) -> Exception:
    name, says = ERRORS[connection]
    error: Exception = getattr(library, name)(says)
    return error


def _wire_request(request: httpx.Request) -> WireRequest:
    return WireRequest(request.method, str(request.url), dict(request.headers), request.read())
