"""Responses by the openai SDK: what ``create`` is given, and how its responses and events are read.

What is asked is what chat completions are asked, spelt as this endpoint wants it. The library's words are handed on: a status
(``completed``) or what left the answer incomplete (``max_output_tokens``) is the finish reason, and tokens of thinking are
counted within the output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.providers.openai_chat import asked, tool_call
from grokgate.providers.responses import spelt
from grokgate.values.chat import ChatRequest, ChatResult, Delta, Json, ToolCall, Usage

TEXT = "response.output_text.delta"
THOUGHT = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
DONE = "response.output_item.done"
ENDS = ("response.completed", "response.incomplete", "response.failed")


class Responses:
    """``client.responses.create``."""

    def create(self, client: Any) -> Any:
        return client.responses.create

    def asked(self, request: ChatRequest) -> Json:
        """What is asked, by the names of the API; parameters that it does not know as they are."""
        return spelt(asked(request, limit="max_output_tokens"))

    def result(self, answer: Any) -> ChatResult:
        """A response; the text of an answer that is none, which the library gives its caller as it came."""
        if isinstance(answer, str):
            return ChatResult(text=answer)
        items = list(getattr(answer, "output", None) or ())
        return ChatResult(
            text="".join(_texts(items, "message")),
            finish_reason=_ended(answer),
            usage=_usage(getattr(answer, "usage", None)),
            told_model=getattr(answer, "model", None),
            tool_calls=tuple(_called(item) for item in items if getattr(item, "type", None) == "function_call"),
            reasoning="".join(_texts(items, "reasoning")) or None,
        )

    def stream(self) -> Events:
        return Events()


class Events:
    """A stream, with its tool calls as they were finished."""

    def __init__(self) -> None:
        self._calls: list[ToolCall] = []

    def delta(self, event: Any) -> Delta:
        """An event without its tool call; most say nothing that a caller of a chat is told."""
        kind = getattr(event, "type", None)
        if kind == TEXT:
            return Delta(text=getattr(event, "delta", None) or "")
        if kind in THOUGHT:
            return Delta(reasoning=getattr(event, "delta", None) or "")
        item, response = getattr(event, "item", None), getattr(event, "response", None)
        if kind == DONE and getattr(item, "type", None) == "function_call":
            self._calls.append(_called(item))
        if kind not in ENDS:
            return Delta()
        usage, model = _usage(getattr(response, "usage", None)), getattr(response, "model", None)
        return Delta(finish_reason=_ended(response), usage=usage, told_model=model)

    def last(self) -> Delta:
        """The tool calls, in order."""
        return Delta(tool_calls=tuple(self._calls))


def _texts(items: list[Any], kind: str) -> Iterator[str]:
    for item in items:
        if getattr(item, "type", None) == kind:
            parts = (*(getattr(item, "summary", None) or ()), *(getattr(item, "content", None) or ()))
            yield from (getattr(part, "text", None) or "" for part in parts)


def _ended(response: Any) -> str | None:
    reason: str | None = getattr(getattr(response, "incomplete_details", None), "reason", None)
    return reason or getattr(response, "status", None)


def _usage(usage: Any) -> Usage | None:
    if usage is None:
        return None
    return Usage(
        prompt_tokens=getattr(usage, "input_tokens", None),
        completion_tokens=getattr(usage, "output_tokens", None),
        reasoning_tokens=getattr(getattr(usage, "output_tokens_details", None), "reasoning_tokens", None),
        total_tokens=getattr(usage, "total_tokens", None),
        cached_tokens=getattr(getattr(usage, "input_tokens_details", None), "cached_tokens", None),
    )


def _called(item: Any) -> ToolCall:
    name, arguments = getattr(item, "name", None) or "", getattr(item, "arguments", None) or ""
    return tool_call(getattr(item, "call_id", None) or "", name, arguments)
