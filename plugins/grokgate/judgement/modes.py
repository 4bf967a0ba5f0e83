"""Rows that name no mode are asked by each that the provider offers; where one does not work at all, one row alone says so."""

from __future__ import annotations

from collections.abc import Mapping

from grokgate.judgement.expect.sent import sent
from grokgate.judgement.expect.stream import Stream
from grokgate.judgement.expect.unkept import NotRun, Unkept, called, stated
from grokgate.judgement.expect.wire import Wire
from grokgate.providers.subject import Subject
from grokgate.values.call import Call
from grokgate.values.evidence import Blame
from grokgate.values.line import one_line

JUDGED_BY: Mapping[str, str] = {"stream": "POST-6.1", "achat": "POST-1.2", "astream": "POST-6.1"}
"""The row that says whether a mode works: a plain question has its answer."""
CLAIMS = "POST-4.8"
"""The row that speaks of streams where the provider claims them."""


def rested(error: Exception | None, row: str, provider: Subject) -> Exception | None:
    """What a case of a row ends with that ended so.

    Where a plain question has no answer by the mode of its call, it rests on the row that judges that. Statements about streams
    speak of the mode themselves; and what left decides for itself, since a mode that drops a parameter works all the same.
    """
    call, statements = (called(error), stated(error)) if isinstance(error, Unkept | NotRun) else (_ended(provider), [])
    if call is None or call.mode == provider.plain_mode or any(isinstance(one, Stream) for one in statements):
        return error
    judge = JUDGED_BY.get(call.mode, row)
    if row in (judge, CLAIMS) or (call.left and any(isinstance(one, Wire) for one in statements[-1:])):
        return error
    if not (met := _met(provider.anew.chat(provider.rollout.model, mode=call.mode))):
        return error
    because = f"{judge} fails: a plain question by {call.mode} gets {met}, so what else holds by it cannot be told"
    return NotRun(because, blame=Blame.PROVIDER)


def _ended(provider: Subject) -> Call | None:
    """The call at which the provider came to its end, whatever a test made of it."""
    return next((call for call in provider.transcript.calls if call.failure and call.failure.end), None)


def _met(call: Call) -> str:
    """What the caller of a plain question got in place of its answer; empty where he got that."""
    if failure := call.failure:
        return f"{failure.kind}: {one_line(failure.message)}"
    text, came = call.result and call.result.text, sent(call)
    return "" if came and text and text == came.part("text") else f"{one_line(text or 'nothing', 60)} as text"
