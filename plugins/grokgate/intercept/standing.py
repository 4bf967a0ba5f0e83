"""The tape for any client, outside a gate: each request is answered, told, and forgotten."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from grokgate.intercept.fault import FAULTS, Broken, Fault
from grokgate.intercept.replay import unanswered
from grokgate.intercept.schedule import Change, Schedule, Setting
from grokgate.upstream.script.written import RULE as SCRIPTED
from grokgate.upstream.tape import Tape
from grokgate.values.line import one_line
from grokgate.values.redaction import mask
from grokgate.values.script import Script, Scripted, answer_of
from grokgate.values.secret import secrets_in
from grokgate.values.wire import Answer, Miss, WireRequest

LONGEST = 80
"""Characters that are told of a path or a model's name; a client may write anything there."""
A_SENTENCE = 1000
"""The same of a sentence, which names what a client wrote."""
A_KEY = 8
"""Characters from which on a client's credential is looked for in what is told; ``any`` stands in many words."""
_ENDS_OF_A_KEY = re.compile(r"\S{2}\*{3}\S{2}")
"""As xAI's older sentence on a wrong key repeats it."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request as it may be told: no prompt and no key is in it.

    ``status`` is ``None`` where the connection broke. ``refusal`` is xAI's sentence where it refuses, ``miss`` tells of a
    request that nothing on tape fits how it differs from the nearest rule. ``fault`` is the one that struck, ``changes`` are
    those that took hold with this request.
    """

    number: int
    at: datetime
    method: str
    path: str
    model: str
    status: int | None = None
    rule: str = ""
    provenance: str = ""
    refusal: str = ""
    miss: str = ""
    fault: str = ""
    changes: tuple[Change, ...] = ()


class Standing:
    """Answers from tapes, one for each world of a schedule, as long as it stands. ``tell`` gets each request.

    ``script`` is what the model says. An answer of it counts once a client has it whole: a refusal, a miss and what a fault
    strikes use none up.
    """

    def __init__(
        self,
        tapes: Mapping[str, Tape],
        schedule: Schedule,
        *,
        tell: Callable[[Seen], None],
        script: Script = (),
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._tapes, self._schedule, self._tell, self._clock = tapes, schedule, tell, clock
        self._lock, self._number, self._struck = threading.Lock(), 0, Counter[int]()
        self._script, self._given = script, 0

    def answer(self, request: WireRequest) -> Answer:
        """What the client gets. Raises ``Broken`` where the fault breaks the connection."""
        with self._lock:
            self._number += 1
            number, setting = self._number, self._schedule.at(self._number)
            fault = self._striking(request, setting)
        tape = self._tapes[setting.world]
        given_key = request.headers.get("authorization", "").rpartition(" ")[2]
        secrets = [secret for secret in (tape.key, given_key) if len(secret) >= A_KEY]
        seen = self._seen(number, request, fault, secrets)
        if fault and fault.connection:
            self._tell(seen)
            raise Broken(fault.connection)
        says = answer_of(self._script, self._given)
        answer = _answered(tape, request, (fault and fault.scenario) or setting.scenario, says)
        if isinstance(answer, Miss):
            self._tell(replace(seen, status=599, miss=_shown(answer.reason, secrets, A_SENTENCE)))
            return unanswered(answer)
        self._given += answer.rule == SCRIPTED and fault is None
        given = fault.upon(answer) if fault else answer
        refusal = _sentence(answer, _model(request), seen.model) if given.status >= 400 else ""
        self._tell(
            replace(
                seen,
                status=given.status,
                rule=answer.rule,
                provenance=given.provenance,
                refusal=_shown(refusal, secrets, A_SENTENCE),
            )
        )
        return given

    def _seen(self, number: int, request: WireRequest, fault: Fault | None, secrets: list[str]) -> Seen:
        """What is known of a request before it is answered."""
        return Seen(
            number=number,
            at=self._clock(),
            method=_shown(request.method, secrets),
            path=_shown(request.path, secrets),
            model=_shown(_model(request), secrets),
            fault=fault.name if fault else "",
            changes=self._schedule.beginning(number),
        )

    def _striking(self, request: WireRequest, setting: Setting) -> Fault | None:
        """The fault, where it strikes this request; a fault of so many requests counts from where it took hold."""
        fault = FAULTS.get(setting.fault)
        if fault is None or not fault.strikes(request, self._struck[setting.since]):
            return None
        if fault.requests is not None:
            self._struck[setting.since] += 1
        return fault


def _answered(tape: Tape, request: WireRequest, scenario: str, says: Scripted | None) -> Answer | Miss:
    """What the tape says. A fault of its own must not reach the client as if it were xAI's; its text may hold a prompt."""
    try:
        return tape.answer(request, scenario, says)
    except Exception as error:
        return Miss(meaning={}, broken=type(error).__name__)


def _model(request: WireRequest) -> str:
    named = request.field("model")
    return named if isinstance(named, str) else ""


def _sentence(answer: Answer, model: str, shown: str) -> str:
    """What xAI says in an error, in either of its shapes; where it repeats the model's name, as that is shown."""
    said = WireRequest("", "", {}, answer.body).json
    error = said.get("error") if isinstance(said, dict) else None
    sentence = str(error.get("message", "")) if isinstance(error, dict) else str(error or "")
    sentence = _ENDS_OF_A_KEY.sub("***", sentence)
    return sentence.replace(model, shown) if model else sentence


def _shown(text: str, secrets: list[str], most: int = LONGEST) -> str:
    """A text of a client's for a terminal: on one line, without keys and without what steers a terminal."""
    text = mask(text, secrets)
    if found := secrets_in(text):
        return f"(withheld: it holds a {found[0].kind})"
    return "".join(sign if sign.isprintable() else "?" for sign in one_line(text, most))
