"""Statements about what the provider wrote to its log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from grokgate.judgement.expect.caller import TELLING
from grokgate.judgement.expect.sent import sent
from grokgate.judgement.expect.unkept import NOTHING, NotRun, Unkept
from grokgate.values.call import Call
from grokgate.values.evidence import Blame
from grokgate.values.line import one_line
from grokgate.values.rollout import ModelFacts

TAIL = 5
"""How many of the log's last lines a failure shows."""
RUN = 20
"""Characters in a row that tell what was said; ordinary words do not agree for so long."""
SHORTEST = 8
"""Characters of a text below which it is no more than an ordinary word."""
_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|[nrtbf])")
_SAID = re.compile(r'"(content|reasoning_content|arguments|text)"\s*:\s*"((?:[^"\\]|\\.)*)')
"""What a model said, in an answer that need not be whole."""


class Log:
    """The lines that a call left in the provider's own log, at the level it ships with."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._lines = _logged(call).splitlines()

    def found(self, *patterns: str) -> list[str]:
        """The lines that match all the patterns, as the plan's ``grep`` finds them."""
        return [line for line in self._lines if all(re.search(pattern, line) for pattern in patterns)]

    def has_a_line_for_each(self, names: Sequence[str], *patterns: str) -> None:
        """For each of the names, one line matches all the patterns and names it; what the face has not was never asked for."""
        for name in names:
            if name not in self._call.lacking:
                self.has_line(*patterns, naming=[name])

    def has_line(self, *patterns: str, naming: Sequence[str] = ()) -> None:
        """One line matches all the patterns, as the plan's ``grep`` would, and names all the words as the library calls them."""
        words = self._call.words
        found = self.found(*patterns)
        grep = " | ".join(f'grep "{pattern}"' for pattern in patterns)
        if not found:
            saw = list(self._lines[-TAIL:]) or ["(the call left no line)"]
            raise Unkept(f"{grep} finds no line in the log", expected=grep, saw=saw, at="log")
        if not any(all(word in line or words.get(word, word) in line for word in naming) for line in found):
            because = f"{grep} finds a line, but it does not name {' and '.join(naming)}"
            raise Unkept(because, expected=list(naming), saw=found[-1], at="log")

    def hides_the_key(self, key: str, written: str) -> None:
        """No part of the key that tells it stands in all that was ever ``written``, which is something."""
        if not written.strip():
            because = "nothing was ever written to the log that the description names, so that nothing is seen of what it holds"
            raise NotRun(because)
        for number, line in enumerate(written.splitlines(), 1):
            if _shared(key.rpartition("-")[2], line, TELLING):
                raise Unkept(f"the API key stands in line {number} of the log", expected=NOTHING, saw="the key", at="log")

    def holds_nothing_said(self) -> None:
        """No run of what the caller and the model said stands in the log, as it is or escaped."""
        for whose, text in {**dict(_asked(self._call)), **dict(_answered(self._call))}.items():
            for number, line in enumerate(self._lines, 1):
                if run := _shared(_words(text), _words(line), RUN):
                    because = f"line {number} of the call's log quotes {whose}: {run.strip()!r}"
                    raise Unkept(because, expected=NOTHING, saw=one_line(line), at="log")


class Failures:
    """The failed calls of a model, counted in the traffic and, as the plan's ``grep`` counts them, in the log."""

    def __init__(self, calls: Sequence[Call], model: ModelFacts, patterns: Sequence[str]) -> None:
        self._model = model
        self._lines = [(call, len(Log(call).found(*patterns))) for call in calls]
        self._failed = [lines for call, lines in self._lines if self._is_failed(call)]

    def __str__(self) -> str:
        called = sum(self._is_called(call) for call, _ in self._lines)
        lines = sum(lines for _, lines in self._lines)
        return f"{len(self._failed)} of {called} {self._model.id} calls failed; ERROR lines in the log: {lines}"

    def are_logged_once_each(self) -> None:
        """Each failed call left one line, and no other call left any."""
        if missing := self._failed.count(0):
            because = f"{missing} of {len(self._failed)} failed {self._model.id} calls left no ERROR line"
            raise Unkept(because, expected=len(self._failed), saw=sum(self._failed), at="log")
        for call, lines in self._lines:
            if self._is_failed(call) and lines > 1:
                raise Unkept(f"{lines} ERROR lines for one failed {self._model.id} call", expected=1, saw=lines, at="log")
            if not lines and self._is_swallowed(call):
                because = f"POST-7.1 fails: the caller of {call.said} got an answer where xAI gave none, so that no line is due"
                raise NotRun(because, blame=Blame.PROVIDER)
            if not self._is_failed(call) and lines:
                number = "an ERROR line names" if lines == 1 else f"{lines} ERROR lines name"
                because = f"{number} {self._model.id} where no call of it failed: {call.said}"
                raise Unkept(because, expected=NOTHING, saw=lines, at="log")

    def _is_called(self, call: Call) -> bool:
        """Something left for the model: it was asked for, or is named on the wire."""
        asked = call.asked.model in self._model.names
        return any(asked or request.field("model") in self._model.wire for request in call.left)

    def _is_swallowed(self, call: Call) -> bool:
        """xAI refused it at last, and the caller heard of no error."""
        answer = sent(call)
        return call.failure is None and answer is not None and answer.error is not None and self._is_called(call)

    def _is_failed(self, call: Call) -> bool:
        return call.failure is not None and self._is_called(call)


def _logged(call: Call) -> str:
    if call.log is None:
        because = "the provider claims a log, but its description names no log file"
        raise Unkept(because, expected='log = "…"', at="description", blame=Blame.CONFIGURATION)
    return call.log


def _asked(call: Call) -> Iterator[tuple[str, str]]:
    """What the caller said, each part under its name."""
    for number, turn in enumerate(call.asked.messages, 1):
        if turn.content:
            yield f"the {turn.role} message {number}", turn.content
        for tool_call in turn.tool_calls:
            yield f"the arguments of {tool_call.name} in message {number}", json.dumps(tool_call.arguments, ensure_ascii=False)


def _answered(call: Call) -> Iterator[tuple[str, str]]:
    """What the model said, in each of its answers; the pieces of a stream are put together."""
    bodies = [exchange.answer.body.decode("utf-8", "replace") for exchange in call.exchanges if exchange.answer]
    for number, body in enumerate(bodies, 1):
        said = [(key, text) for key, text in _SAID.findall(body) if text]
        yield f"answer {number}", "".join(text for key, text in said if key == "content")
        yield f"the thinking of answer {number}", "".join(text for key, text in said if key == "reasoning_content")
        yield f"the text of answer {number}", "".join(text for key, text in said if key == "text")
        for place, text in enumerate((text for key, text in said if key == "arguments"), 1):
            yield f"the arguments of tool call {place} in answer {number}", text


def _words(text: str) -> str:
    """A text without JSON's escapes, and with a blank for all that is no word: quotes and line ends are written in many ways."""
    plain = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else " ", text)
    return re.sub(r"\W+", " ", f" {plain} ")


def _shared(text: str, line: str, length: int) -> str | None:
    """The first run of that length that a text has in common with a line; of a shorter text, the whole."""
    if len(text.strip()) < SHORTEST:
        return None
    runs = (text[start : start + length] for start in range(max(1, len(text) - length + 1)))
    return next((run for run in runs if run in line), None)
