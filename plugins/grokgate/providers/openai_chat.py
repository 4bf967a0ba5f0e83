"""Chat completions by the openai SDK: what ``create`` is given, and how its completions and chunks are read."""

from __future__ import annotations

import json
from typing import Any

from grokgate.values.chat import ChatRequest, ChatResult, Delta, Json, Message, ToolCall, Usage


class Chat:
    """``client.chat.completions.create``."""

    def create(self, client: Any) -> Any:
        return client.chat.completions.create

    def asked(self, request: ChatRequest) -> Json:
        return asked(request, limit="max_tokens")

    def result(self, answer: Any) -> ChatResult:
        """A completion; the text of an answer that is none, which the library gives its caller as it came."""
        if isinstance(answer, str):
            return ChatResult(text=answer)
        choice = _first(answer)
        message = getattr(choice, "message", None)
        return ChatResult(
            text=getattr(message, "content", None),
            finish_reason=getattr(choice, "finish_reason", None),
            usage=_usage(getattr(answer, "usage", None)),
            told_model=getattr(answer, "model", None),
            tool_calls=tuple(map(_called, getattr(message, "tool_calls", None) or ())),
            reasoning=getattr(message, "reasoning_content", None),
        )

    def stream(self) -> Chunks:
        return Chunks()


class Chunks:
    """A stream, with its tool calls, whose arguments come in fragments that parse only when all are there."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, str]] = {}

    def delta(self, chunk: Any) -> Delta:
        """A chunk without its tool calls; the chunk that carries the usage may have no choice."""
        choice = _first(chunk)
        piece = getattr(choice, "delta", None)
        for fragment in getattr(piece, "tool_calls", None) or ():
            call = self._calls.setdefault(getattr(fragment, "index", None) or 0, {"id": "", "name": "", "arguments": ""})
            function = getattr(fragment, "function", None)
            call["id"] = getattr(fragment, "id", None) or call["id"]
            call["name"] = getattr(function, "name", None) or call["name"]
            call["arguments"] += getattr(function, "arguments", None) or ""
        return Delta(
            text=getattr(piece, "content", None) or "",
            reasoning=getattr(piece, "reasoning_content", None) or "",
            finish_reason=getattr(choice, "finish_reason", None),
            usage=_usage(getattr(chunk, "usage", None)),
            told_model=getattr(chunk, "model", None),
        )

    def last(self) -> Delta:
        """The tool calls, in order."""
        calls = [self._calls[index] for index in sorted(self._calls)]
        return Delta(tool_calls=tuple(tool_call(call["id"], call["name"], call["arguments"]) for call in calls))


def asked(request: ChatRequest, *, limit: str) -> Json:
    """What is asked, by the names of the API, of which ``limit`` is that of the output limit; parameters as they are spelt."""
    given = {
        limit: request.limit,
        "response_format": request.response_format,
        "tools": list(request.tools) or None,
        "tool_choice": request.tool_choice,
    }
    said = {name: value for name, value in given.items() if value is not None}
    return {"model": request.model, "messages": _messages(request), **request.parameters, **said}


def tool_call(identifier: str, name: str, arguments: str) -> ToolCall:
    """The call with its arguments parsed; the library hands its caller the text, so what does not parse is handed on."""
    try:
        parsed = json.loads(arguments)
    except (TypeError, ValueError):
        parsed = arguments
    return ToolCall(id=identifier, name=name, arguments=parsed if isinstance(parsed, dict) else arguments)


def _first(completion: Any) -> Any:
    """The first choice of a completion or a chunk; ``None`` where it has none."""
    return next(iter(getattr(completion, "choices", None) or ()), None)


def _usage(usage: Any) -> Usage | None:
    if usage is None:
        return None
    return Usage(
        prompt_tokens=getattr(usage, "prompt_tokens", None),
        completion_tokens=getattr(usage, "completion_tokens", None),
        reasoning_tokens=getattr(getattr(usage, "completion_tokens_details", None), "reasoning_tokens", None),
        total_tokens=getattr(usage, "total_tokens", None),
        cached_tokens=getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None),
    )


def _called(call: Any) -> ToolCall:
    function = getattr(call, "function", None)
    name, arguments = getattr(function, "name", None) or "", getattr(function, "arguments", None) or ""
    return tool_call(getattr(call, "id", None) or "", name, arguments)


def _messages(request: ChatRequest) -> list[Json]:
    messages = [_message(message) for message in request.messages]
    if request.images:
        images = [{"type": "image_url", "image_url": {"url": url}} for url in request.images]
        messages[-1]["content"] = [{"type": "text", "text": messages[-1]["content"]}, *images]
    return messages


def _message(message: Message) -> Json:
    sent: Json = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": _text(call)}}
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        sent["tool_call_id"] = message.tool_call_id
    if message.name is not None:
        sent["name"] = message.name
    return sent


def _text(call: ToolCall) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(dict(call.arguments), ensure_ascii=False)
