"""The tape behind a provider: answers what leaves, and keeps the log of it.

One call is open at a time. What arrives while none is open is answered and logged as stray. A request that no recording
fits gets status 599, is kept as an explained miss, and tells client libraries not to retry.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from grokgate.intercept.fault import Broken, Fault, find_fault
from grokgate.upstream.script.written import RULE as SCRIPTED
from grokgate.upstream.tape import Tape
from grokgate.values.redaction import mask, mask_headers
from grokgate.values.script import Script, Scripted, answer_of
from grokgate.values.secret import MASK
from grokgate.values.wire import Answer, Egress, Exchange, Miss, WireRequest

PHRASES = {**{status.value: status.phrase for status in HTTPStatus}, 599: "Not On Tape"}
"""What HTTP calls each status; 599 is grokgate's own."""
UNANSWERED = {"content-type": "application/json", "x-should-retry": "false"}


@dataclass
class WireLog:
    """All that left during one call, in order."""

    scenario: str = "plain"
    fault: Fault | None = None
    script: Script = ()
    exchanges: list[Exchange] = field(default_factory=list)
    egress: list[Egress] = field(default_factory=list)

    def striking(self, request: WireRequest) -> Fault | None:
        """The fault, where it strikes this request."""
        if self.fault is None:
            return None
        struck = sum(exchange.fault is not None for exchange in self.exchanges)
        return self.fault if self.fault.strikes(request, struck) else None

    @property
    def says(self) -> Scripted | None:
        """What the model says now: an answer that a fault struck is said once more."""
        given = (exchange.answer for exchange in self.exchanges if exchange.answer and exchange.fault is None)
        return answer_of(self.script, sum(answer.rule == SCRIPTED for answer in given))


class Replay:
    """Answers requests from a tape and logs them for the call that is open."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._lock = threading.Lock()
        self._open: WireLog | None = None
        self._between = WireLog()

    @contextmanager
    def call(self, scenario: str = "plain", fault: Fault | str | None = None, script: Script = ()) -> Iterator[WireLog]:
        """Open a call. What strayed in since the last one stands at the head of its log. Raises ``UnknownFault``."""
        fault = find_fault(fault)
        with self._lock:
            log = WireLog(scenario, fault, script, self._between.exchanges, self._between.egress)
            self._between, self._open = WireLog(), log
        try:
            yield log
        finally:
            with self._lock:
                self._open = None

    def answer(self, request: WireRequest) -> Answer:
        """What the provider gets back. Raises ``Broken`` where the call asked for a fault that breaks the connection."""
        with self._lock:
            log, stray = (self._open, False) if self._open else (self._between, True)
            fault = log.striking(request)
            if fault and fault.connection == "refused":  # nothing left
                raise Broken(fault.connection)
            kept = self._masked(request)
            if fault and fault.connection:
                log.exchanges.append(Exchange(request=kept, fault=fault.name, stray=stray))
                raise Broken(fault.connection)
            answer = self._answered(request, (fault and fault.scenario) or log.scenario, log.says)
            if isinstance(answer, Miss):
                given = unanswered(answer)
                log.exchanges.append(Exchange(request=kept, answer=given, miss=answer, stray=stray))
                return given
            given = fault.upon(answer) if fault else answer
            log.exchanges.append(Exchange(request=kept, answer=given, fault=fault.name if fault else None, stray=stray))
            return given

    def _answered(self, request: WireRequest, scenario: str, says: Scripted | None) -> Answer | Miss:
        """What the tape says. A fault of its own must not reach the provider as if it were xAI's, nor be blamed on it."""
        try:
            return self.tape.answer(request, scenario, says)
        except Exception as error:
            return Miss(meaning={}, broken=f"{type(error).__name__}: {error}")

    def report(self, egress: Egress) -> None:
        """Log a blocked attempt to reach another host. Takes no lock: it is called from inside the interpreter's sockets."""
        log = self._open or self._between
        masked = replace(egress, target=mask(egress.target, [self.tape.key]), stack=mask(egress.stack, [self.tape.key]))
        log.egress.append(masked)

    def gives_away(self, request: WireRequest) -> bool:
        """Whether the key, or a prompt as text or as JSON, goes along with a request, wherever it stands in it."""
        sent = f"{request.url} {request.headers} {request.body.decode('utf-8', 'replace')}"
        prompts = self.tape.prompts.values()
        return any(telling in sent for telling in (self.tape.key, *prompts, *(json.dumps(prompt)[1:-1] for prompt in prompts)))

    def _masked(self, request: WireRequest) -> WireRequest:
        secrets = [self.tape.key]
        body = request.body.replace(self.tape.key.encode(), MASK.encode())
        return WireRequest(request.method, mask(request.url, secrets), mask_headers(request.headers, secrets), body)


def unanswered(miss: Miss) -> Answer:
    """The answer to a request that nothing on tape fits; it must not look like anything that xAI says."""
    body = json.dumps({"grokgate": miss.reason}).encode()
    return Answer(status=599, headers=UNANSWERED, body=body)
