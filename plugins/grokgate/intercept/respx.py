"""In process, for faults: respx in front of a provider that speaks httpx.

vcrpy cannot break a connection; respx raises the very exception that httpx raises. It is blind to other client libraries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import respx

from grokgate.intercept.egress import EgressGuard, guarding
from grokgate.intercept.replay import Disconnected, Replay
from grokgate.values.wire import WireRequest


@contextmanager
def intercepted(replay: Replay, base_url: str) -> Iterator[None]:
    """While this stands, what httpx sends to ``base_url`` is answered, or broken, by ``replay``, and nothing else leaves."""

    def respond(request: httpx.Request) -> httpx.Response:
        asked = WireRequest(request.method, str(request.url), dict(request.headers), request.read())
        try:
            answer = replay.answer(asked)
        except Disconnected as broken:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request) from broken
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)

    def block(request: httpx.Request) -> httpx.Response:
        asked = WireRequest(request.method, str(request.url), dict(request.headers), request.read())
        raise guard.block(f"{asked.method} {asked.url}", carries_secret=replay.gives_away(asked))

    guard = EgressGuard((), replay.report)
    with guarding(guard), respx.mock(assert_all_called=False) as router:
        router.route(url__startswith=base_url).mock(side_effect=respond)
        router.route().mock(side_effect=block)
        yield
