"""The real xAI behind a provider: what leaves is handed on, and logged for the call that is open, as a tape's answers are.

The provider never has the real key. It is given one that was made for the run, in whose place the real one is put on the way
out, so that nothing a provider writes or shows can hold it. What cannot be paid is not sent.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from grokgate.intercept.fault import Fault, NotPlayed
from grokgate.intercept.recorder import Recorder
from grokgate.intercept.replay import UNANSWERED, WireLog
from grokgate.upstream.fidelity.reply import Reply
from grokgate.values.capture import Capture
from grokgate.values.evidence import Blame
from grokgate.values.redaction import mask, mask_headers
from grokgate.values.script import Script
from grokgate.values.secret import MASK
from grokgate.values.wire import Answer, Egress, Exchange, WireRequest

SETTLED = 10.0
"""Seconds that a call waits for answers which its client did not read to the end."""
OVERLOADED = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that say nothing of the provider: xAI is busy, or its edge is."""
DENIED = frozenset({401, 402, 403})
"""Statuses by which xAI denies a key, or has no more credits for it."""
_DENIES = re.compile(rb"Incorrect API key|spending limit")
"""What it says of these with a status that it has for other things, too: 400, and 429."""
Pay = Callable[[WireRequest], Callable[[Answer | None], None]]
"""Reserves what a request may cost, and gives what settles it, with the answer or with none. Raises ``CannotPay``."""


@dataclass(frozen=True, kw_only=True)
class Hindrance:
    """What kept a call from being answered that is not the provider's doing; ``again`` says whether to ask again may help.

    What ``spoils`` a call hinders it also where it was answered in the end.
    """

    because: str
    blame: Blame
    again: bool
    spoils: bool = False


class CannotPay(Exception):
    """A request cannot be paid, in one sentence; and who must act."""

    def __init__(self, because: str, blame: Blame = Blame.CONFIGURATION) -> None:
        super().__init__(because)
        self.blame = blame


class UnderWay(NamedTuple):
    """A request that left: what settles it, and the call that it belongs to, whenever its answer comes."""

    settle: Callable[[Answer | None], None]
    log: WireLog | None
    hindrances: list[Hindrance]


class Live(Recorder):
    """Hands on what arrives at ``base_url`` to ``upstream``, such as ``https://api.x.ai/v1``.

    ``given`` is the key that the provider has, ``key`` the real one. ``served`` is who answers a model, by the name that is asked
    for, where that is known. ``hindrances`` are what kept a call from being answered that is not the provider's doing; a call
    begins without any.
    """

    def __init__(
        self, upstream: str, *, key: str, given: str, pay: Pay, trust: str | None = None, served: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(upstream, trust=trust)
        self._served = served or {}
        self._key, self._given, self._pay = key, given, pay
        self._lock = threading.Condition()
        self._patience = SETTLED
        self._open: WireLog | None = None
        self._between = WireLog()
        self._under_way: dict[int, UnderWay] = {}
        self.hindrances: list[Hindrance] = []
        self.port = urlsplit(self.base_url).port or 0

    @contextmanager
    def call(self, scenario: str = "plain", fault: Fault | str | None = None, script: Script = ()) -> Iterator[WireLog]:
        """Open a call. Raises ``NotPlayed`` for what only a tape can do."""
        if scenario != "plain" or fault:
            raise NotPlayed(
                f"xAI itself cannot be asked to play {scenario if scenario != 'plain' else getattr(fault, 'name', fault)}"
            )
        if script:
            raise NotPlayed(f"xAI itself cannot be told what its model says: {script[0]}")
        with self._lock:
            log = WireLog(exchanges=self._between.exchanges, egress=self._between.egress)
            self._between, self._open, self.hindrances = WireLog(), log, []
        try:
            yield log
        except KeyboardInterrupt:
            self._patience = 0.0  # who stops a run does not wait for answers
            raise
        finally:
            with self._lock:
                self._lock.wait_for(lambda: all(left.log is not log for left in self._under_way.values()), self._patience)
                self._open = None

    def report(self, egress: Egress) -> None:
        """Log a blocked attempt to reach another host."""
        log = self._open or self._between
        log.egress.append(replace(egress, target=self._masked(egress.target), stack=self._masked(egress.stack)))

    def leaving(self, request: WireRequest) -> WireRequest | Answer:
        """The request with the real key, where it can be paid."""
        try:
            settle = self._pay(request)
        except CannotPay as refused:
            with self._lock:
                self.hindrances.append(Hindrance(because=str(refused), blame=refused.blame, again=False, spoils=True))
            return Answer(status=599, headers=UNANSWERED, body=b'{"grokgate": "the budget does not reach"}')
        with self._lock:
            self._under_way[id(request)] = UnderWay(settle, self._open, self.hindrances)
        headers = {name: value.replace(self._given, self._key) for name, value in request.headers.items()}
        return replace(request, headers=headers)

    def arrived(self, capture: Capture) -> None:
        answer = Answer(
            status=capture.status,
            headers=mask_headers(capture.headers, [self._key, self._given]),
            body=capture.body.replace(self._key.encode(), MASK.encode()),
            provenance="live",
            recorded_at=capture.recorded_at,
        )
        hindrances = self._under_way[id(capture.request)].hindrances
        if self._is_denied(capture):
            because = f"xAI answered {capture.status} to the run's own key: look at XAI_API_KEY, its rights and its credits"
            hindrances.append(Hindrance(because=because, blame=Blame.CONFIGURATION, again=False))
        elif capture.status in OVERLOADED:
            because = f"xAI answered {capture.status}, which says nothing of the provider"
            hindrances.append(Hindrance(because=because, blame=Blame.XAI, again=True))
        asked, who = str(capture.request.field("model")), Reply(capture).served
        if who and capture.status == 200 and self._served.get(asked, who) != who:
            because = f"xAI answered {asked} by {who} in the middle of the run, and by {self._served[asked]} before it"
            hindrances.append(Hindrance(because=because, blame=Blame.XAI, again=False, spoils=True))
        self._done(capture.request, answer)

    def lost(self, request: WireRequest, error: Exception) -> None:
        if isinstance(error, httpx.TransportError):
            lost = Hindrance(because=f"xAI was not reached, or broke off: {type(error).__name__}", blame=Blame.XAI, again=True)
        else:
            because = f"the observer could not hand on a request: {type(error).__name__}"
            lost = Hindrance(because=because, blame=Blame.HARNESS, again=False)
        self._under_way[id(request)].hindrances.append(lost)
        self._done(request, None)

    def _is_denied(self, capture: Capture) -> bool:
        """Whether xAI denies the key of whoever runs this, and not what a provider made of it."""
        sent = capture.request.headers.get("authorization") == f"Bearer {self._given}"
        said = capture.status in DENIED or (capture.status in (400, 429) and bool(_DENIES.search(capture.body)))
        return sent and said and capture.request.method == "POST"

    def _done(self, request: WireRequest, answer: Answer | None) -> None:
        secrets = [self._key, self._given]
        body = request.body.replace(self._given.encode(), MASK.encode()).replace(self._key.encode(), MASK.encode())
        kept = WireRequest(request.method, self._masked(request.url), mask_headers(request.headers, secrets), body)
        fault = None if answer else "a connection that was lost"
        with self._lock:
            left = self._under_way.pop(id(request))
            mine = left.log is not None and left.log is self._open  # else its call is over, and it is no other's
            log = self._open or self._between
            log.exchanges.append(Exchange(request=kept, answer=answer, fault=fault, stray=not mine))
            self._lock.notify_all()
        left.settle(answer)

    def _masked(self, text: str) -> str:
        return mask(text, [self._key, self._given])
