"""In process: vcrpy in front of the provider, with the tape in place of a list of recordings.

vcrpy patches httpx, httpx2, requests, urllib3, aiohttp and others, synchronous and asynchronous. Its own look-up is linear
and by wording; ``TapeCassette`` answers by meaning and from an index instead.

vcrpy gives an answer whole and at once. So a slow body is not slow here, and a stream that is cut or stalls breaks before its
first byte: to leave out its end silently would look like a stream that is whole. A broken connection is the error of the
socket below the client, which requests and urllib3 turn into their own; aiohttp gets the one that it would raise itself.
httpx would get the socket's error bare, so respx stands in front of it for a fault, and where streams take their time.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request

from grokgate.intercept.egress import EgressGuard, guarding
from grokgate.intercept.fault import Broken, Connection
from grokgate.intercept.replay import PHRASES, Replay
from grokgate.values.wire import Answer, WireRequest

ENDINGS: dict[str, Connection] = {"cut": "reset", "stalled": "silent"}
"""How a stream that does not end breaks here."""


class TapeCassette(Cassette):  # type: ignore[misc]  # vcrpy is not typed
    """A vcrpy cassette whose answers come from the tape; it loads nothing and saves nothing."""

    def __init__(self, path: str, *, replay: Replay, guard: EgressGuard, host: str, skip_patchers: Collection[str]) -> None:
        super().__init__(path, record_mode=RecordMode.NONE, skip_patchers=skip_patchers)
        self._replay, self._guard, self._host = replay, guard, host

    def _load(self) -> None:
        self.rewound = True

    def _save(self, force: bool = False) -> None:  # noqa: ARG002  vcrpy's signature
        return

    def can_play_response_for(self, request: Request) -> bool:  # noqa: ARG002  vcrpy's signature
        return True

    def play_response(self, request: Request) -> dict[str, Any]:
        asked = _wire_request(request)
        if asked.host != self._host:
            raise self._guard.block(f"{asked.method} {asked.url}", carries_secret=self._replay.gives_away(asked))
        try:
            answer = self._replay.answer(asked)
            if answer.ending in ENDINGS:
                raise Broken(ENDINGS[answer.ending])
        except Broken as broken:
            raise _socket_error(broken.connection) from broken
        return _vcr_response(answer)


@contextmanager
def intercepted(replay: Replay, base_url: str, *, but: Collection[str] = ()) -> Iterator[None]:
    """While this stands, what the process sends to ``base_url`` is answered by ``replay``, and nothing else leaves.

    ``but`` names client libraries that vcrpy leaves alone, since something else stands in front of them.
    """
    guard, host = EgressGuard((), replay.report), urlsplit(base_url).netloc
    use = TapeCassette.use(path="tape", replay=replay, guard=guard, host=host, skip_patchers=but)
    with guarding(guard), use, _aiohttp_raising_its_own():
        yield


@contextmanager
def _aiohttp_raising_its_own() -> Iterator[None]:
    """vcrpy takes the place of all that would turn the error of a socket into one of aiohttp's."""
    if "aiohttp" not in sys.modules:  # vcrpy has imported it where it is installed
        yield
        return
    import aiohttp

    played = aiohttp.ClientSession._request

    async def request(*arguments: Any, **keywords: Any) -> aiohttp.ClientResponse:
        try:
            return await played(*arguments, **keywords)
        except ConnectionError as error:
            if isinstance(error.__cause__, Broken):
                raise aiohttp.ClientOSError(*error.args) from error
            raise

    with mock.patch.object(aiohttp.ClientSession, "_request", request):
        yield


def _socket_error(connection: Connection) -> OSError:
    """What Python's sockets raise; an ``OSError`` with a number is of the class for that number."""
    if connection == "silent":
        return TimeoutError("timed out")
    number = errno.ECONNREFUSED if connection == "refused" else errno.ECONNRESET
    return OSError(number, os.strerror(number))


def _wire_request(request: Request) -> WireRequest:
    body = request.body
    if body is None:
        raw = b""
    elif isinstance(body, bytes | bytearray):
        raw = bytes(body)
    elif isinstance(body, str):
        raw = body.encode()
    elif isinstance(body, dict | list):  # aiohttp hands over what the caller gave as json=
        raw = json.dumps(body).encode()
    else:
        raw = b"".join(body)
    headers = {str(name).lower(): _first(value) for name, value in request.headers.items()}
    return WireRequest(request.method, request.uri, headers, raw)


def _first(value: Any) -> str:
    first = value[0] if isinstance(value, list | tuple) else value
    return first.decode("latin-1") if isinstance(first, bytes) else str(first)


def _vcr_response(answer: Answer) -> dict[str, Any]:
    phrase = PHRASES.get(answer.status, "")
    headers = {name: [value] for name, value in answer.headers.items()}
    return {"status": {"code": answer.status, "message": phrase}, "headers": headers, "body": {"string": answer.body}}
