"""Statements about a streamed call: what the caller was handed, beside what xAI sent and what comes unstreamed."""

from __future__ import annotations

import re
from typing import Any

from grokgate.intercept.fault import FAULTS
from grokgate.judgement.expect.caller import Caller
from grokgate.judgement.expect.sent import Sent, sent
from grokgate.judgement.expect.tokens import as_counted
from grokgate.judgement.expect.unkept import NOTHING, NotRun, Unkept, Unproven, rests_on
from grokgate.judgement.expect.wire import Wire
from grokgate.upstream.spelling.endpoints import spelling_of
from grokgate.values.call import Call
from grokgate.values.chat import ChatResult, Usage
from grokgate.values.evidence import Blame
from grokgate.values.line import one_line

LOOPBACK = "127.0.0.1"
PLAYED_AT_ONCE = re.compile(r"requests|urllib3|aiohttp", re.IGNORECASE)
"""Clients, as they name themselves, that get a stream whole or not at all where they run in this process."""


class Stream:
    """A call by ``stream`` or ``astream``."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def is_same_as(self, whole: Call, part: str) -> None:
        """A part is what the caller of the same request got unstreamed: ``text``, ``finish_reason``, ``usage``, ``tool_calls``.

        Where xAI answered the same request otherwise on its stream, as it makes the id of a tool call anew, that is due.
        """
        if part == "told_model" and whole.result and whole.result.told_model is None:
            return  # who answered is not told unstreamed either; POST-1.1 judges that
        Caller(self._call).needs(part)
        with rests_on("POST-4.5" if part == "tool_calls" else "POST-1.2", "there is nothing to hold the stream against"):
            expected = _told(whole, part)
        saw = _told(self._call, part)
        if part == "tool_calls" and not any((saw, expected, self._sent.part(part))):
            raise Unproven("no tool was called, neither streamed nor unstreamed; POST-4.5 judges that")
        if not saw and not expected and part != "tool_calls":
            raise NotRun(
                f"the caller is told no {part.replace('_', ' ')} in either way; POST-1.2 judges that", blame=Blame.PROVIDER
            )
        if saw == expected or self._is_otherwise_by_xai(whole, part, saw):
            return
        name = part.replace("_", " ")
        because = f"streamed, the caller got {_shown(saw)} as {name}; unstreamed, {_shown(expected)}"
        asks = spelling_of(self._sent.request).usage_asked_by
        if part == "usage" and saw is None and asks and not self._sent.request.carries(asks):
            because = f"streamed, the caller is told no usage: xAI sends it where {asks} asks for it, which did not leave"
        unstreamed = sent(whole)
        if saw == self._sent.part(part) and unstreamed and expected != unstreamed.part(part):
            raise Unkept(because, expected=saw, saw=expected, at=part, call=whole)  # the wrong one came unstreamed
        raise Unkept(because, expected=expected, saw=saw, at=part, call=self._call)

    def shows_nothing_of_empty_deltas(self) -> None:
        """xAI sent empty deltas while it thought, and the caller got its text and its thoughts and nothing else."""
        result, number = Caller(self._call).result, self._sent.said.quiet
        if not number:
            raise Unproven("no empty delta came on the stream")
        for part in ("text", "reasoning"):
            saw, expected = _got(result, part), self._sent.part(part)
            if saw != expected:
                quiet = f"{number} silent events"
                because = f"of a stream with {quiet} the caller got {_shown(saw)} as {part}; xAI sent {_shown(expected)}"
                raise Unkept(because, expected=expected, saw=saw, at=part)

    def was_handed_on_as_it_came(self) -> None:
        """When the stream broke, the caller had a beginning of the text that had come by then."""
        Wire(self._call).carries("stream", True)
        if self._call.failure is None:
            because = "POST-6.4 fails: a stream that broke was taken for a success, so when its text was handed on cannot be told"
            raise NotRun(because, blame=Blame.PROVIDER)
        kind, handed, came = self._call.failure.kind, self._call.failure.handed, self._sent.part("text")
        if not handed:
            self._came_in_pieces()
            because = (
                f"the stream broke with {kind} after xAI had sent {_shown(came)}, and the caller had been handed nothing of it"
            )
            raise Unkept(because, expected=came, saw=NOTHING, at="stream")
        if not came.startswith(handed):
            because = f"before the stream broke the caller was handed {_shown(handed)}; xAI had sent {_shown(came)}"
            raise Unkept(because, expected=came, saw=handed, at="stream")

    def is_no_success(self) -> None:
        """A stream that failed gave the caller an error."""
        if self._call.failure is None:
            result, happened = Caller(self._call).result, FAULTS[str(self._call.fault)].does.rstrip(".")
            because = f"{happened[0].lower()}{happened[1:]}; the caller got {_shown(result.text)} and no error"
            saw = {"text": result.text, "finish_reason": result.finish_reason}
            raise Unkept(because, expected="an error", saw=saw, at="stream")

    def decides_what_rests_on_it(self) -> None:
        """The undisturbed stream has xAI's text; where it has not, what a disturbed one gives cannot be judged."""
        failure, text = self._call.failure, self._call.result.text if self._call.result else None
        if failure or not text or text != self._sent.part("text"):
            met = f"{failure.kind}: {one_line(failure.message)}" if failure else f"{_shown(text)} as text"
            because = f"POST-6.1 fails: the caller of an undisturbed stream got {met}"
            raise NotRun(because, blame=Blame.PROVIDER)

    @property
    def _sent(self) -> Sent:
        found = sent(self._call)
        if found is None:
            because = (
                f"no answer came for {self._call.asked.model}; the caller got {_shown(self._call.result or self._call.failure)}"
            )
            raise Unkept(because, expected="a stream", saw=NOTHING)
        return found

    def _is_otherwise_by_xai(self, whole: Call, part: str, saw: Any) -> bool:
        streamed, unstreamed = self._sent.part(part), (other := sent(whole)) and other.part(part)
        alike = Wire(self._call).parameters == Wire(whole).parameters
        return bool(alike and streamed and streamed != unstreamed and saw == streamed)

    def _came_in_pieces(self) -> None:
        request = self._sent.request
        client = request.headers.get("user-agent", "")
        if not request.host.startswith(LOOPBACK) and PLAYED_AT_ONCE.search(client):
            because = f'in this process {client} gets a stream at once or not at all; say vehicle = "host" in the description'
            raise NotRun(because)


def _told(call: Call, part: str) -> Any:
    """A part of what the caller got; of usage as xAI counts it."""
    result, answer = Caller(call).result, sent(call)
    if part != "usage":
        return _got(result, part)
    counted = Usage(**((answer and answer.part("usage")) or {}))
    return (result.usage and as_counted(result.usage, counted, call.tells.reasoning)) or None


def _got(result: ChatResult, part: str) -> Any:
    if part == "tool_calls":
        return [(call.id, call.name, call.arguments) for call in result.tool_calls]
    return getattr(result, part) or ("" if part == "text" else None)


def _shown(value: Any) -> str:
    return one_line(value, 70) if value else NOTHING
