"""The openai SDK, versions 2 and 3, pointed at xAI: a passthrough provider, which sends what it is told.

The library checks no answer against its types: what is none of JSON comes back as text, and any field may be missing. The
adapter hands that on as the library's caller has it, and falls over nothing.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

from grokgate.providers.protocol import Setting
from grokgate.values.chat import ChatRequest, ChatResult, Delta, Message, ToolCall, Usage


class OpenAI:
    """``OpenAI(...).chat.completions.create``, and the asynchronous client beside it.

    Retries are the library's own, unless the option ``max_retries`` says how many: 0 where it drives a gateway, whose retries are
    to be counted and not its own. Each option of a description is one of the library's client (``timeout``, ``max_retries``).

    ``limit`` is ``max_tokens``, the name that every version takes. A parameter that ``create`` has is a keyword; any other
    is in ``extra_body``, the library's way to send what it does not know. What it raises is left as it is.
    """

    def __init__(self, setting: Setting) -> None:
        library = import_module("openai")
        settings = {"api_key": setting.api_key, "base_url": setting.base_url, **setting.options}
        self._client: Any = library.OpenAI(**settings)
        self._asynchronous: Any = library.AsyncOpenAI(**settings)
        self._keywords = frozenset(inspect.signature(self._client.chat.completions.create).parameters)

    def chat(self, request: ChatRequest) -> ChatResult:
        return _result(self._client.chat.completions.create(**self._asked(request)))

    def stream(self, request: ChatRequest) -> Iterator[Delta]:
        fragments = _Fragments()
        for chunk in self._client.chat.completions.create(stream=True, **self._asked(request)):
            yield fragments.delta(chunk)
        yield fragments.last()

    async def achat(self, request: ChatRequest) -> ChatResult:
        return _result(await self._asynchronous.chat.completions.create(**self._asked(request)))

    async def astream(self, request: ChatRequest) -> AsyncIterator[Delta]:
        fragments = _Fragments()
        async for chunk in await self._asynchronous.chat.completions.create(stream=True, **self._asked(request)):
            yield fragments.delta(chunk)
        yield fragments.last()

    def read_timeout(self) -> float | None:
        timeout: Any = self._client.timeout
        return timeout if timeout is None or isinstance(timeout, int | float) else timeout.read

    def close(self) -> None:
        self._client.close()

    def _asked(self, request: ChatRequest) -> dict[str, Any]:
        known = {name: value for name, value in request.parameters.items() if name in self._keywords}
        unknown = {name: value for name, value in request.parameters.items() if name not in self._keywords}
        asked = {"model": request.model, "messages": _messages(request), **known}
        if request.limit is not None:
            asked["max_tokens"] = request.limit
        if request.response_format is not None:
            asked["response_format"] = request.response_format
        if request.tools:
            asked["tools"] = list(request.tools)
        if request.tool_choice is not None:
            asked["tool_choice"] = request.tool_choice
        if unknown:
            asked["extra_body"] = {**known.get("extra_body", {}), **unknown}
        return asked


class _Fragments:
    """Tool calls of a stream, whose arguments come in fragments that parse only when all are there."""

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
        return Delta(tool_calls=tuple(_tool_call(call["id"], call["name"], call["arguments"]) for call in calls))


def _result(completion: Any) -> ChatResult:
    """A completion; the text of an answer that is none, which the library gives its caller as it came."""
    if isinstance(completion, str):
        return ChatResult(text=completion)
    choice = _first(completion)
    message = getattr(choice, "message", None)
    return ChatResult(
        text=getattr(message, "content", None),
        finish_reason=getattr(choice, "finish_reason", None),
        usage=_usage(getattr(completion, "usage", None)),
        told_model=getattr(completion, "model", None),
        tool_calls=tuple(map(_called, getattr(message, "tool_calls", None) or ())),
        reasoning=getattr(message, "reasoning_content", None),
    )


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
    return _tool_call(getattr(call, "id", None) or "", name, arguments)


def _tool_call(identifier: str, name: str, arguments: str) -> ToolCall:
    """The call with its arguments parsed; the library hands its caller the text, so what does not parse is handed on."""
    try:
        parsed = json.loads(arguments)
    except (TypeError, ValueError):
        parsed = arguments
    return ToolCall(id=identifier, name=name, arguments=parsed if isinstance(parsed, dict) else arguments)


def _text(call: ToolCall) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(dict(call.arguments), ensure_ascii=False)


def _messages(request: ChatRequest) -> list[dict[str, Any]]:
    messages = [_message(message) for message in request.messages]
    if request.images:
        images = [{"type": "image_url", "image_url": {"url": url}} for url in request.images]
        messages[-1]["content"] = [{"type": "text", "text": messages[-1]["content"]}, *images]
    return messages


def _message(message: Message) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _text(call)},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        sent["tool_call_id"] = message.tool_call_id
    if message.name is not None:
        sent["name"] = message.name
    return sent
