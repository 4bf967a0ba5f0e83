"""The tape for any client, outside a gate: each request is answered, told, and forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable

from grokgate.intercept.fault import Broken, Fault
from grokgate.intercept.replay import unanswered
from grokgate.upstream.tape import Tape
from grokgate.values.wire import Answer, Miss, WireRequest


class Standing:
    """Answers from a tape as long as it stands. ``tell`` gets a line about each request; no prompt and no key is in it."""

    def __init__(
        self, tape: Tape, *, scenario: str = "plain", fault: Fault | None = None, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._tape, self._scenario, self._fault, self._tell = tape, scenario, fault, tell
        self._lock, self._struck = threading.Lock(), 0

    def answer(self, request: WireRequest) -> Answer:
        """What the client gets. Raises ``Broken`` where the fault breaks the connection."""
        fault = self._striking(request)
        asked = f"{request.method} {request.path} {request.field('model') or ''}".strip()
        if fault and fault.connection:
            self._tell(f"{asked}: {fault.connection}")
            raise Broken(fault.connection)
        answer = self._tape.answer(request, (fault and fault.scenario) or self._scenario)
        if isinstance(answer, Miss):
            self._tell(f"{asked}: 599, {answer.reason}")
            return unanswered(answer)
        given = fault.upon(answer) if fault else answer
        known = given.provenance or f"changed by the fault {fault.name}" if fault else given.provenance
        self._tell(f"{asked}: {given.status}, rule {answer.rule} ({known})")
        return given

    def _striking(self, request: WireRequest) -> Fault | None:
        with self._lock:
            if self._fault is None or not self._fault.strikes(request, self._struck):
                return None
            self._struck += 1
            return self._fault
