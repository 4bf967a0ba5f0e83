"""What grokgate asks of a provider under test.

An adapter is a class that translates these calls to its library and back, and does nothing else: it never mends, retries,
checks or defaults. It is built from an environment mapping because that is how deployments switch behaviour.
It may raise whatever its library raises; the exception is what the caller of the library would see.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from grokgate.values.chat import ChatRequest, ChatResult, Delta, ModelCard


@dataclass(frozen=True, kw_only=True)
class Setting:
    """All that a provider is built from.

    ``environment`` holds the variables of the deployment: ``XAI_API_KEY``, ``XAI_BASE_URL``, the flag, the allow-list and
    what the provider's description adds; in a process of its own they are also its real environment variables.
    ``workdir`` is a folder of the provider's own, where ``.env`` and the log lie. ``options`` come from the description.
    """

    environment: Mapping[str, str]
    base_url: str
    api_key: str
    workdir: Path
    options: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Provider(Protocol):
    """The least that a provider offers, beside one of the four faces that follow."""

    def close(self) -> None: ...


@runtime_checkable
class Chats(Protocol):
    """A provider that answers in one piece."""

    def chat(self, request: ChatRequest) -> ChatResult: ...


@runtime_checkable
class Streams(Protocol):
    """A provider that streams."""

    def stream(self, request: ChatRequest) -> Iterator[Delta]: ...


@runtime_checkable
class Asynchronous(Protocol):
    """A provider with an asynchronous face of its own."""

    async def achat(self, request: ChatRequest) -> ChatResult: ...


@runtime_checkable
class AsynchronousStreams(Protocol):
    """A provider that streams asynchronously."""

    def astream(self, request: ChatRequest) -> AsyncIterator[Delta]: ...


@runtime_checkable
class Lists(Protocol):
    """A provider with a model listing of its own, as its users see it."""

    def models(self) -> Sequence[ModelCard]: ...


@runtime_checkable
class Documents(Protocol):
    """A provider with documentation of its own."""

    def documentation(self) -> str: ...


@runtime_checkable
class Waits(Protocol):
    """A provider whose read timeout can be told: how many seconds it waits for xAI's own address; ``None`` is for ever."""

    def read_timeout(self) -> float | None: ...


@runtime_checkable
class Takes(Protocol):
    """A provider whose face has some fields of a request alone, by the contract's names; see ``grokgate.values.face``."""

    takes: Sequence[str]


@runtime_checkable
class Tells(Protocol):
    """A provider whose face does not tell all parts of an answer; see ``grokgate.values.face.Tells``."""

    tells: Mapping[str, bool | str]


class Adapter(Protocol):
    """How an adapter is made: ``Adapter(setting)``."""

    def __call__(self, setting: Setting) -> Provider: ...
