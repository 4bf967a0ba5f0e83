"""Statements about the error that a caller got, beside what xAI had answered."""

from __future__ import annotations

import re

from grokgate.judgement.expect.caller import Caller
from grokgate.judgement.expect.sent import sent
from grokgate.judgement.expect.unkept import NOTHING, Unkept, Unproven
from grokgate.judgement.expect.wire import Wire
from grokgate.upstream.spelling.endpoints import spelling_of
from grokgate.values.call import Call
from grokgate.values.line import one_line
from grokgate.values.rollout import Trouble

CRASHES = (
    "AssertionError",
    "AttributeError",
    "IndexError",
    "JSONDecodeError",
    "KeyError",
    "NameError",
    "RecursionError",
    "ResponseNotRead",
    "StopAsyncIteration",
    "StopIteration",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "ValidationError",
)
"""Errors of a provider that fell over what it read."""
KINDS = {
    400: r"bad[\s_-]?request|invalid[\s_-]?(argument|request)",
    403: r"permission[\s_-]?(denied|error)|forbidden",
    404: r"not[\s_-]?found",
    410: r"\bgone|gone\b",
    422: r"unprocessable",
    429: r"rate[\s_-]?limit|too[\s_-]?many[\s_-]?requests|resource[\s_-]?exhausted",
    503: r"unavailable|overloaded",
}
"""How the type or the text of an error names a status without its number."""
SUBJECTS = {
    r"api key": r"authenticat|unauthori[sz]ed|credential|api[\s_-]?key",
    r"credits|spending limit": r"quota|credit|billing|spending|insufficient",
}
"""How the type or the text of an error names what xAI's sentence is about, which says more than its status."""
NUMBER_ALONE = r"(?!)"
"""Fits nothing: a status that no kind stands for."""


class Error:
    """The error that a call ended in."""

    def __init__(self, call: Call) -> None:
        self._call = call

    @property
    def text(self) -> str:
        """Type and text, on one line."""
        failure = Caller(self._call).failure
        return one_line(f"{failure.kind}: {failure.message}", 120)

    def is_no_crash(self) -> None:
        """The provider made the error; it did not fall over the answer."""
        if (kind := Caller(self._call).failure.kind) in CRASHES:
            raise Unkept(
                f"the provider fell over what it read: {self.text}", expected="an error that it made", saw=kind, at="error"
            )

    def speaks_of(self, *words: str) -> None:
        """Type or text of the error has one of these words."""
        if not any(word.lower() in self.text.lower() for word in words):
            raise Unkept(
                f"the error speaks of none of {', '.join(words)}: {self.text}", expected=words[0], saw=self.text, at="error"
            )

    def tells(self, trouble: Trouble) -> None:
        """Status or kind of what went wrong can be read from the error: not from xAI's sentence, which may hold any number.

        An error that has a status has that of xAI's answer, whatever its text says.
        """
        failure = Caller(self._call).failure
        own = f"{failure.kind}: {_without(_plain(self._sentence), _plain(failure.message))}"
        if trouble.status is None:
            if not re.search(trouble.says, own):
                because = f"the error does not tell that it was {trouble.name}: {self.text}"
                raise Unkept(because, expected=trouble.says, saw=self.text, at="error")
            return
        status = self._status(trouble.status)
        kinds = [KINDS.get(status, NUMBER_ALONE)]
        kinds += [kind for subject, kind in SUBJECTS.items() if re.search(subject, self._sentence, re.IGNORECASE)]
        named = re.search(rf"(?<!\d){status}(?!\d)|(?i:{'|'.join(kinds)})", own)
        if failure.status != status and (failure.status is not None or not named):
            told = "tells neither status nor kind" if failure.status is None else f"tells status {failure.status}"
            because = f"the error {told}, where xAI answered {status}: {self.text}"
            raise Unkept(because, expected=status, saw=failure.status or NOTHING, at="error")

    def has_xais_sentence(self) -> None:
        """What xAI said stands in the error whole, however the text is wrapped or quoted."""
        message = Caller(self._call).failure.message
        if _plain(self._sentence) not in _plain(message):
            because = f"xAI's sentence is lost ({one_line(self._sentence, 60)}); the error says {self.text}"
            raise Unkept(because, expected=self._sentence, saw=message, at="error")

    @property
    def _sentence(self) -> str:
        """Empty where xAI did not answer, or something else did in its place."""
        found = sent(self._call)
        return (found and found.error) or ""

    def _status(self, of_the_trouble: int) -> int:
        """The status that the caller is to be told: that of the trouble at the endpoint that was asked; xAI gave it at last."""
        left, found = Wire(self._call).requests, sent(self._call)
        status = spelling_of(left[-1]).status(of_the_trouble)
        if found is None or found.status != status:
            met = found.status if found else NOTHING
            raise Unproven(f"{len(left)} requests left for {self._call.asked.model} and met {met}, not {status}")
        return status


def _without(sentence: str, text: str) -> str:
    return text.replace(sentence, " ") if sentence else text


def _plain(text: str) -> str:
    """The text with its blanks as one, and without the escapes that quoting as JSON or as Python's ``repr`` puts in."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    text = re.sub(r"\\[nrt]", " ", text)
    return " ".join(re.sub(r"\\(.)", r"\1", text).split())
