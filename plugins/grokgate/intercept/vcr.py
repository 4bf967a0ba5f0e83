"""In process: vcrpy in front of the provider, with the tape in place of a list of recordings.

vcrpy patches httpx, httpx2, requests, urllib3, aiohttp and others, synchronous and asynchronous. Its own look-up is linear
and by wording; ``TapeCassette`` answers by meaning and from an index instead.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request

from grokgate.intercept.egress import EgressGuard, guarding
from grokgate.intercept.replay import Replay
from grokgate.values.wire import Answer, WireRequest

PHRASES = {status.value: status.phrase for status in HTTPStatus}


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
        return _vcr_response(self._replay.answer(asked))


@contextmanager
def intercepted(replay: Replay, base_url: str, *, but: Collection[str] = ()) -> Iterator[None]:
    """While this stands, what the process sends to ``base_url`` is answered by ``replay``, and nothing else leaves.

    ``but`` names client libraries that vcrpy leaves alone, since something else stands in front of them.
    """
    guard, host = EgressGuard((), replay.report), urlsplit(base_url).netloc
    use = TapeCassette.use(path="tape", replay=replay, guard=guard, host=host, skip_patchers=but)
    with guarding(guard), use:
        yield


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
    phrase = PHRASES.get(answer.status, "Not On Tape")
    headers = {name: [value] for name, value in answer.headers.items()}
    return {"status": {"code": answer.status, "message": phrase}, "headers": headers, "body": {"string": answer.body}}
