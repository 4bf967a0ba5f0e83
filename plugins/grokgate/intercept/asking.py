"""Asks xAI one thing after another, and keeps the answers with their times."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from secrets import token_urlsafe

import httpx

from grokgate.intercept.live import CannotPay, Pay
from grokgate.intercept.recorder import Recorder
from grokgate.values.capture import Capture
from grokgate.values.line import one_line
from grokgate.values.redaction import mask, mask_headers
from grokgate.values.secret import MASK
from grokgate.values.wire import Answer, WireRequest


class NoUse(Exception):
    """Nothing more needs to be asked: nobody is there, or the key is taken for none. One sentence says what to do."""


class Asking(Recorder):
    """A recorder that sends what can be paid, with the real key, and keeps no key. It serves nobody but itself."""

    def __init__(self, upstream: str, *, key: str, pay: Pay, trust: str | None = None) -> None:
        super().__init__(upstream, trust=trust)
        self._key, self._pay, self._mine = key, pay, f"Bearer {token_urlsafe(32)}"
        self._settle: dict[int, Callable[[Answer | None], None]] = {}
        self._why = ""
        self._there = True

    def ask(self, client: httpx.Client, request: WireRequest) -> Capture | str:
        """The answer to a request, or why there is none. Raises ``NoUse`` where nobody is there."""
        asked, self._why = len(self.captures), ""
        with suppress(httpx.TransportError):  # ``lost`` knows why
            client.request(
                request.method,
                self.base_url + request.path.removeprefix("/v1"),
                headers={**request.headers, "authorization": self._mine},
                content=request.body,
            )
        if not self._there:
            raise NoUse(f"{self._upstream} is not reached ({self._why}); look at XAI_BASE_URL, SSL_CERT_FILE and the network")
        return self.captures[-1] if len(self.captures) > asked else self._why

    def leaving(self, request: WireRequest) -> WireRequest | Answer:
        if request.headers.get("authorization") != self._mine:
            return Answer(status=403, headers={}, body=b"")
        try:
            self._settle[id(request)] = self._pay(request)
        except CannotPay as refused:
            self._why = f"not paid: {refused}"
            return Answer(status=599, headers={}, body=b"")
        return replace(request, headers={**request.headers, "authorization": f"Bearer {self._key}"})

    def arrived(self, capture: Capture) -> None:
        headers, body = mask_headers(capture.headers, [self._key]), capture.body.replace(self._key.encode(), MASK.encode())
        super().arrived(replace(capture, headers=headers, body=body))
        self._settle.pop(id(capture.request))(Answer(status=capture.status, headers=headers, body=body))

    def lost(self, request: WireRequest, error: Exception) -> None:
        self._there = not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
        self._why = mask(one_line(str(error) or type(error).__name__, 120), [self._key])
        unsent = Answer(status=599, headers={}, body=b"")
        self._settle.pop(id(request))(None if self._there else unsent)
