"""The openai SDK, versions 2 and 3, pointed at xAI: a passthrough provider, which sends what it is told.

The library checks no answer against its types: what is none of JSON comes back as text, and any field may be missing. The
adapter hands that on as the library's caller has it, and falls over nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol

from grokgate.providers import openai_chat, openai_responses
from grokgate.providers.protocol import Setting
from grokgate.values.chat import ChatRequest, ChatResult, Delta, Json


class Stream(Protocol):
    """What a stream has brought so far."""

    def delta(self, event: Any) -> Delta: ...

    def last(self) -> Delta:
        """What is handed over when all is there."""
        ...


class Half(Protocol):
    """One of the two ways that the library has to ask: how that is called, what it is given, and how its answer is read."""

    def create(self, client: Any) -> Any: ...

    def asked(self, request: ChatRequest) -> Json: ...

    def result(self, answer: Any) -> ChatResult: ...

    def stream(self) -> Stream: ...


HALVES: Mapping[str, type[Half]] = {"chat": openai_chat.Chat, "responses": openai_responses.Responses}


class OpenAI:
    """``OpenAI(...).chat.completions.create`` or ``.responses.create``, and those of the asynchronous client beside it.

    The option ``api`` says which, ``chat`` where it is absent. Each other option of a description is one of the library's
    client (``timeout``, ``max_retries``). Retries are the library's own, unless ``max_retries`` says how many: 0 where it drives
    a gateway, whose retries are to be counted and not its own.

    ``limit`` is ``max_tokens``, the name that every version takes, or ``max_output_tokens``. A parameter that ``create`` has is a
    keyword; any other is in ``extra_body``, the library's way to send what it does not know. What it raises is left as it is.
    """

    def __init__(self, setting: Setting) -> None:
        library = import_module("openai")
        options = {name: value for name, value in setting.options.items() if name != "api"}
        settings = {"api_key": setting.api_key, "base_url": setting.base_url, **options}
        self._client: Any = library.OpenAI(**settings)
        self._asynchronous: Any = library.AsyncOpenAI(**settings)
        self._half = HALVES[setting.options.get("api", "chat")]()
        self._keywords = frozenset(inspect.signature(self._half.create(self._client)).parameters)

    def chat(self, request: ChatRequest) -> ChatResult:
        return self._half.result(self._half.create(self._client)(**self._asked(request)))

    def stream(self, request: ChatRequest) -> Iterator[Delta]:
        stream = self._half.stream()
        for event in self._half.create(self._client)(stream=True, **self._asked(request)):
            yield stream.delta(event)
        yield stream.last()

    async def achat(self, request: ChatRequest) -> ChatResult:
        return self._half.result(await self._half.create(self._asynchronous)(**self._asked(request)))

    async def astream(self, request: ChatRequest) -> AsyncIterator[Delta]:
        stream = self._half.stream()
        async for event in await self._half.create(self._asynchronous)(stream=True, **self._asked(request)):
            yield stream.delta(event)
        yield stream.last()

    def read_timeout(self) -> float | None:
        timeout: Any = self._client.timeout
        return timeout if timeout is None or isinstance(timeout, int | float) else timeout.read

    def close(self) -> None:
        self._client.close()

    def _asked(self, request: ChatRequest) -> Json:
        asked = self._half.asked(request)
        unknown = {name: value for name, value in asked.items() if name not in self._keywords}
        known = {name: value for name, value in asked.items() if name in self._keywords}
        return {**known, "extra_body": {**known.get("extra_body", {}), **unknown}} if unknown else known
