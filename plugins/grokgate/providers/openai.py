"""The openai SDK, versions 2 and 3, pointed at xAI: a passthrough provider, which sends what it is told."""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

from grokgate.providers.protocol import Setting
from grokgate.values.chat import ChatRequest, ChatResult, Delta, Message, ToolCall, Usage


class OpenAI:
    """``OpenAI(...).chat.completions.create``, and the asynchronous client beside it; retries are the library's own.

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
        choice = chunk.choices[0] if chunk.choices else None
        for fragment in (choice.delta.tool_calls or ()) if choice else ():
            call = self._calls.setdefault(fragment.index, {"id": "", "name": "", "arguments": ""})
            call["id"] = fragment.id or call["id"]
            call["name"] = fragment.function.name or call["name"]
            call["arguments"] += fragment.function.arguments or ""
        return Delta(
            text=(choice.delta.content or "") if choice else "",
            reasoning=(getattr(choice.delta, "reasoning_content", None) or "") if choice else "",
            finish_reason=choice.finish_reason if choice else None,
            usage=_usage(chunk.usage),
            told_model=chunk.model,
        )

    def last(self) -> Delta:
        """The tool calls, in order."""
        calls = [self._calls[index] for index in sorted(self._calls)]
        return Delta(tool_calls=tuple(_tool_call(call["id"], call["name"], call["arguments"]) for call in calls))


def _result(completion: Any) -> ChatResult:
    choice = completion.choices[0]
    calls = choice.message.tool_calls or ()
    return ChatResult(
        text=choice.message.content,
        finish_reason=choice.finish_reason,
        usage=_usage(completion.usage),
        told_model=completion.model,
        tool_calls=tuple(_tool_call(call.id, call.function.name, call.function.arguments) for call in calls),
        reasoning=getattr(choice.message, "reasoning_content", None),
    )


def _usage(usage: Any) -> Usage | None:
    if usage is None:
        return None
    return Usage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        reasoning_tokens=getattr(usage.completion_tokens_details, "reasoning_tokens", None),
        total_tokens=usage.total_tokens,
        cached_tokens=getattr(usage.prompt_tokens_details, "cached_tokens", None),
    )


def _tool_call(identifier: str, name: str, arguments: str) -> ToolCall:
    """The call with its arguments parsed; the library hands its caller the text, so what does not parse is handed on."""
    try:
        parsed = json.loads(arguments)
    except ValueError:
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
