"""Statements about what the caller got."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from grokgate.judgement.expect.difference import differences, told
from grokgate.judgement.expect.sent import Sent, parsed, sent
from grokgate.judgement.expect.tokens import otherwise
from grokgate.judgement.expect.unkept import NOTHING, NotApplicable, NotRun, Unkept, Unproven, quoted
from grokgate.values.call import Call
from grokgate.values.chat import ChatResult, Failure, Usage
from grokgate.values.line import one_line
from grokgate.values.rollout import ModelFacts

REMOVAL = re.compile(r"remov|dropp|ignor|skipp|strip|discard|unsupported|not support", re.IGNORECASE)
"""How a line of a log says that something was left out; the name of a parameter alone says nothing."""
PARTS = {"told_model": "model", "tool_calls": "calls", "reasoning": "thinking"}
"""What the face tells of a part of a result, where that has another name; of the text there is no question."""
BILLED = ("prompt_tokens", "completion_tokens", "total_tokens")
"""What each caller is told of the usage; the reasoning has a row of its own."""
NO_NAME = re.compile(r"\bmodel|\bname\b|empty|blank", re.IGNORECASE)
"""How an error says that the name is missing."""
TELLING = 8
"""Characters of a key that tell it."""
CUT = re.compile(
    r"\bcut\b|truncat|incomplete|length|max_?(output_?)?(tokens|len)$"
    r"|limit (was |has been )?(reached|hit|exceeded)|(reach|hit|exceed)\w* .*limit",
    re.IGNORECASE,
)
"""How a finish reason, a remark or an error says that an answer is not whole; that a limit was set or renamed is not enough."""


class Caller:
    """What the caller of a provider got back."""

    def __init__(self, call: Call) -> None:
        self._call = call

    @property
    def result(self) -> ChatResult:
        if failure := self._call.failure:
            raise Unkept(f"the caller got {failure.kind}: {one_line(failure.message)}", expected="an answer", saw=failure.kind)
        assert self._call.result is not None, "a call ends in a result or in a failure"
        return self._call.result

    @property
    def failure(self) -> Failure:
        if self._call.failure is None:
            text = one_line((self._call.result and self._call.result.text) or "")
            because = f"the caller got an answer where an error was due: {one_line(text, 60) or 'no text'}"
            raise Unkept(because, expected="an error", saw=text)
        return self._call.failure

    @property
    def answer(self) -> Sent:
        """What xAI answered with, put together where it streamed; what the caller got is held against it."""
        came = sent(self._call)
        if came is None or not came.said.came:
            raise self._made_up
        return came

    def _expected(self, part: str) -> Any:
        """A part as the caller gets it; a call without arguments has none."""
        came = self.answer.part(part)
        return [(id, name, {} if said == "" else said) for id, name, said in came] if part == "tool_calls" else came

    def needs(self, part: str) -> None:
        """Raise ``NotOffered`` where the face tells no such part."""
        if part != "text":
            self._call.tells.needs(PARTS.get(part, part))

    def gets_text(self) -> None:
        """There is an answer with text."""
        if not self.result.text:
            raise Unkept("the caller got no text", expected="text", saw=NOTHING, at="text")

    def gets_answered(self, part: str, *, if_any: bool = False) -> None:
        """A part of the result is what xAI answered: ``text``, ``finish_reason``, ``tool_calls`` or ``reasoning``.

        ``if_any`` where xAI need not have answered such a part; the caller then gets none.
        """
        self.needs(part)
        saw = _got(self.result, part)
        expected = self._expected(part)
        if part == "finish_reason" and _reason(saw) in map(_reason, (expected, *self.answer.said.ended_as)) and expected:
            return
        if not expected and not saw and not if_any:
            raise Unproven(f"xAI's answer has no {part.replace('_', ' ')}, so that none can be lost", blame=self._sent.blame)
        if (saw or None) != (expected or None):
            name = part.replace("_", " ")
            got, came = (one_line(value, 60) if value else NOTHING for value in (saw, expected))
            because = f"the caller got {got} as {name}; xAI answered {came}"
            if part == "tool_calls" and [(id, called, parsed(arguments)) for id, called, arguments in saw] == expected:
                because = f"the caller got the arguments of {expected[0][1]} as a text, and is to have them parsed: {got}"
            raise Unkept(because, expected=expected, saw=saw, at=part)

    def gets_tool_calls(self, count: int) -> None:
        """The model called this many tools, and each call reached the caller with its id, name and parsed arguments, in order."""
        called = len(self.answer.said.calls)
        if called != count:
            because = f"the model called {called or 'no'} tools where it was offered one and asked for {count} calls"
            raise Unkept(because, expected=count, saw=called, at="tools")
        self.gets_answered("tool_calls")

    def gets_json(self, schema: Mapping[str, Any] | None = None) -> None:
        """The text parses, validates against the schema, and is what xAI answered."""
        import jsonschema

        text = self.result.text or ""
        try:
            got = json.loads(text)
            jsonschema.validate(got, schema or {"type": "object"})
        except (ValueError, jsonschema.ValidationError) as fault:
            reason = fault.message if isinstance(fault, jsonschema.ValidationError) else str(fault)
            because = f"the caller got text that is not the JSON asked for: {one_line(reason)}"
            raise Unkept(because, expected="JSON", saw=text) from None
        if got != (expected := parsed(self.answer.part("text"))):
            raise Unkept(f"the caller got JSON that xAI never answered: {one_line(text)}", expected=expected, saw=got, at="text")

    def is_told_that_it_was_cut(self) -> None:
        """xAI cut the answer, and the caller can tell: by the finish reason, by a remark where there is none, or by an error."""
        answer = sent(self._call)
        if answer is None or answer.part("finish_reason") != "length":
            raise Unproven("xAI's answer was not cut; POST-2.1 judges whether the limit left")
        if failure := self._call.failure:
            said = [failure.kind, failure.message]
        else:
            said = [self.result.finish_reason] if self.result.finish_reason else [*self.result.notices]
        if not any(CUT.search(text) for text in said):
            if failure is None:
                self.needs("finish_reason")
            got = (
                f"{failure.kind}: {one_line(failure.message)}" if failure else f"{one_line(self.result.text or '') or 'no text'}"
            )
            told = "" if failure else f" with finish reason {self.result.finish_reason or NOTHING}"
            because = f"xAI cut the answer at the limit; the caller got {got}{told}"
            raise Unkept(because, expected="length", saw=said or NOTHING, at="finish_reason")

    def gets_no_other_answer(self) -> None:
        """Where xAI answered at last, and the caller got an answer, it is that one."""
        answer = sent(self._call)
        if self._call.failure is None and answer is not None and answer.error is None and self.result.text != answer.part("text"):
            because = (
                f"the caller got {one_line(self.result.text or '') or NOTHING}; xAI answered {one_line(answer.part('text'))}"
            )
            raise Unkept(because, expected=answer.part("text"), saw=self.result.text, at="text")

    def gets_usage(self) -> None:
        """Prompt, completion and total are what xAI counted, told as the face tells its reasoning (see ``tokens.is_within``)."""
        self.needs("usage")
        counted = self._counted
        told = self.result.usage or Usage()
        if found := [one for one in otherwise(told, counted, self._call.tells.reasoning) if one.field in BILLED]:
            because = f"the caller is told {found[0]}"
            raise Unkept(because, expected=asdict(counted), saw=asdict(told), at="usage")

    def gets_reasoning_tokens(self) -> None:
        """Reasoning tokens stand in a field of their own; none is lost from completion or total, and none is there twice."""
        self._call.tells.needs("reasoning")
        counted = self._counted
        if not counted.reasoning_tokens:
            because = f"{self._call.asked.model} thinks, and xAI's answer counts no reasoning, so that there is none to tell"
            raise Unproven(because, blame=self._sent.blame)
        told = self.result.usage or Usage()
        found = {one.field: one for one in otherwise(told, counted, self._call.tells.reasoning)}
        if "reasoning_tokens" in found:
            saw = NOTHING if told.reasoning_tokens is None else told.reasoning_tokens
            because = f"xAI billed {counted.reasoning_tokens} reasoning tokens; the caller is told {saw}"
            raise Unkept(because, expected=counted.reasoning_tokens, saw=saw, at="usage")
        for field in ("total_tokens", "completion_tokens"):
            if field in found and found[field].told is not None:
                because = f"with {counted.reasoning_tokens:,} tokens of reasoning the caller is told {found[field]}"
                raise Unkept(because, expected=found[field].counted, saw=found[field].told, at="usage")

    @property
    def _counted(self) -> Usage:
        """What xAI counted. Raises ``Unkept`` where the call failed, and ``NotRun`` where its answer counts nothing."""
        _ = self.result
        if (figures := self._sent.part("usage")) is None:
            raise NotRun("xAI's answer tells no usage; of a stream it does where stream_options asks for it")
        return Usage(**figures)

    @property
    def _sent(self) -> Sent:
        """What xAI answered, which is no refusal; what the caller got is held against it."""
        answer = sent(self._call)
        if answer is None or answer.error is not None:
            raise self._made_up
        return answer

    @property
    def _made_up(self) -> Unkept:
        """The caller got an answer, and xAI gave none."""
        came = sent(self._call)
        answered = one_line(came.body) if came else NOTHING
        because = f"the caller got an answer that is not xAI's, which said {answered}"
        return Unkept(because, expected="what xAI answered", saw=one_line(self.result.text))

    def is_told(self, name: str) -> None:
        """The error names this, or what the provider's library calls it; of nothing at all it says that it is no model."""
        message = self.failure.message
        called = [word for said in (name, self._call.words.get(name, name)) if (word := said.strip())]
        if not (any(_names(message, word) for word in called) if called else NO_NAME.search(message)):
            raise Unkept(f"the error does not name {quoted(name)}: {one_line(message)}", expected=name, saw=message, at="error")

    def is_told_the_window(self, window: int) -> None:
        """The error states the limit in tokens, with or without separators of thousands; an echo of the prompt states nothing."""
        message = self.failure.message
        for line in "\n".join(turn.content or "" for turn in self._call.asked.messages).split("\n"):
            message = message.replace(line, " ") if line else message
        if not re.search(rf"(?<!\d){window}(?!\d)", re.sub(r"(?<=\d)[,._ \u202f](?=\d{3})", "", message)):
            because = f"the error does not state the limit of {window:,} tokens: {one_line(message)}"
            raise Unkept(because, expected=window, saw=message, at="error")

    def gets_json_or_is_told(self) -> None:
        """The JSON that xAI answered; where xAI was cut off by the limit, the news that it is not whole."""
        answer = sent(self._call)
        if answer is not None and answer.part("finish_reason") == "length":
            self.is_told_that_it_was_cut()
        else:
            self.gets_json()

    def gets_no_bad_call(self, *, passes_on: bool) -> None:
        """A call that is no good does not reach the caller; a raw SDK (``passes_on``) may hand it on as it came."""
        if self._call.failure is None:
            self.needs("tool_calls")
        handed = _got(self._call.result, "tool_calls") if self._call.result else []
        if not handed:
            return
        answer = sent(self._call)
        made = answer.part("tool_calls") if answer else []
        if [(*call[:2], call[2] or {}) for call in made] == handed and all(_needs_none(self._call, name) for _, name, _ in made):
            raise NotApplicable(f"{_calls(made)} is a call without arguments of a tool that needs none, and no bad one")
        if passes_on and handed == made:
            raise NotApplicable(f"it hands on {_calls(made)} as xAI made it; its caller must check name and arguments")
        because = f"the caller got {_calls(handed)} where an error was due; xAI's answer has {_calls(made)}"
        raise Unkept(because, expected="an error", saw=handed, at="tool_calls")

    def is_refused_for(self, number: str) -> None:
        """The caller got an error; where xAI refused the request, it did so with this number in its sentence."""
        failure, answer = self.failure, sent(self._call)
        if not self._call.left:
            raise NotApplicable(f"refused with {failure.kind} before anything was sent, so that nothing can be asked again")
        if answer is not None and number not in (answer.error or ""):
            said = one_line(answer.error or answer.body)
            raise Unproven(f"xAI's answer has no {number} in it, so {failure.kind} proves nothing: {said}")

    def is_refused(self) -> None:
        """The caller got an error, whatever it says."""
        _ = self.failure

    def gets_the_same_as(self, other: Call, before: str) -> None:
        """The same result, or the same kind of error, as the caller of another build; xAI makes ids of tool calls anew."""
        if found := list(differences(_outcome(self._call), _outcome(other))):
            because = f"the caller of {quoted(self._call.asked.model)} gets something else than {before}: {told(found)}"
            raise Unkept(because, expected=_outcome(other), saw=_outcome(self._call), at=found[0].top)

    def is_given(self, notice: str, about: Collection[str]) -> None:
        """A line of result, error, log, or what was warned matches the pattern and has one of these names."""
        if not self._noticed(notice, about):
            self._call.tells.needs("notices")
            because = f"asking for {quoted(self._call.asked.model)} gives no notice that matches {notice!r}"
            raise Unkept(because, expected=notice, saw=NOTHING, at="notices")

    def is_not_given(self, notice: str, about: Collection[str]) -> None:
        """No line that the caller can read does."""
        if found := self._noticed(notice, about):
            because = f"asking for {quoted(self._call.asked.model)} gives the notice of deprecated names: {one_line(found[0])}"
            raise Unkept(because, expected=NOTHING, saw=found[0], at="notices")

    def _noticed(self, notice: str, about: Collection[str]) -> list[str]:
        result, failure = self._call.result, self._call.failure
        said = [*(result.notices if result else ()), failure.message if failure else "", self._call.log or "", self._call.aside]
        lines = (line for text in said for line in text.splitlines())
        return [line for line in lines if re.search(notice, line) and any(name.lower() in line.lower() for name in about)]

    def is_told_a_substitution(self, model: ModelFacts) -> None:
        """Where another model answered than the rollout expects, the caller is told its name, be it with a vendor before it."""
        told = self.result.told_model
        answered = self.answer.served
        if answered not in model.served and not f"/{told}".endswith(f"/{answered}"):
            self.needs("model")
            because = f"{answered} answered for {self._call.asked.model}, but the caller is told {told or NOTHING}"
            raise Unkept(because, expected=answered, saw=told, at="model")

    def or_log_names(self, *parameters: str) -> None:
        """Each removed parameter is named in a field of the result, an error, a warning, or the log."""
        if unsaid := [name for name in parameters if not tells_of(self._call, name)]:
            if self._call.log is None:
                self.needs("notices")
            because = f"{', '.join(unsaid)} was dropped for {self._call.asked.model} without a word to caller or log"
            raise Unkept(because, expected=list(parameters), saw=NOTHING, at="notices")

    def never_sees(self, key: str, *, log: str) -> None:
        """Nothing that the provider gave back, or ever wrote to its log, holds the key or a telling part of it."""
        result, failure = self._call.result, self._call.failure
        places = {
            "the result": json.dumps(result.to_json(), ensure_ascii=False) if result else "",
            "the error": f"{failure.message}\n{failure.trace}" if failure else "",
            "the log": log,
        }
        for place, text in places.items():
            if any(part in text for part in _telling_parts(key)):
                raise Unkept(f"the API key stands in {place}", expected=NOTHING, saw="the key", at=place)


def tells_of(call: Call, parameter: str) -> bool:
    """Whether result, error, warning or log names a parameter that was removed, or the library's word for it.

    One that the face does not have was never asked for.
    """
    logged = [line for line in f"{call.log or ''}\n{call.aside}".splitlines() if REMOVAL.search(line)]
    said = [*(call.result.notices if call.result else ()), call.failure.message if call.failure else "", *logged]
    names = "|".join(re.escape(name) for name in (parameter, call.words.get(parameter, parameter)))
    return parameter in call.lacking or any(re.search(rf"\b(?:{names})\b", text) for text in said)


def _names(text: str, name: str) -> bool:
    """Whether the text names this, and not only something that begins or ends with it, as grok-4-0709 does with grok-4."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-]|\.\w)", text, re.IGNORECASE) is not None


def _outcome(call: Call) -> dict[str, Any]:
    """What the caller got, as far as it is the same each time."""
    if call.failure:
        return {"error": call.failure.kind, "status": call.failure.status}
    got = call.result.to_json() if call.result else {}
    return {**got, "tool_calls": [{"name": made["name"], "arguments": made["arguments"]} for made in got["tool_calls"]]}


def _reason(said: Any) -> str | None:
    """A finish reason, however it is written: ``tool-calls``, ``TOOL_CALLS``, or as in xAI's SDK ``REASON_TOOL_CALLS``."""
    return re.sub(r"^(finish_)?reason_", "", said.lower().replace("-", "_")) if isinstance(said, str) else None


def _needs_none(call: Call, name: str) -> bool:
    """Whether the caller offered a tool of this name that requires no argument."""
    offered = [tool["function"] for tool in call.asked.tools if tool["function"]["name"] == name]
    return bool(offered) and not any((tool.get("parameters") or {}).get("required") for tool in offered)


def _calls(calls: Sequence[tuple[str, str, Any]]) -> str:
    """Tool calls for people."""
    shown = (f"{name}({one_line(repr(arguments), 60)})" for _, name, arguments in calls)
    return " and ".join(shown) or "no call"


def _telling_parts(key: str) -> list[str]:
    """Each run of eight characters in the secret end of a key; xAI itself shows two at either end."""
    secret = key.rpartition("-")[2]
    return [secret[start : start + TELLING] for start in range(len(secret) - TELLING + 1)]


def _got(result: ChatResult, part: str) -> Any:
    if part == "tool_calls":
        return [(call.id, call.name, call.arguments) for call in result.tool_calls]
    if part == "reasoning":
        return result.reasoning or None
    return getattr(result, part)
