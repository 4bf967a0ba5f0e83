"""What a caller asks of a provider of Grok models, and what the caller gets back.

These are the provider-neutral nouns that an adapter translates to and from its library. They also travel as JSON between
grokgate and a provider in a process of its own, so each has ``to_json`` and ``from_json``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Json = dict[str, Any]
Role = Literal["system", "user", "assistant", "tool"]
Mode = Literal["chat", "stream", "achat", "astream"]
"""How a request is made: unstreamed or streamed, from synchronous or asynchronous code."""
End = Literal["", "exit", "uncaught", "silence", "nonsense"]
"""How a call ends that gives its caller neither an answer nor an error."""

MODES: tuple[Mode, ...] = ("chat", "stream", "achat", "astream")
LIMIT = "limit"
"""The most tokens that an answer may have, whatever it is called."""
_LIMITS = frozenset({"maxtokens", "maxcompletiontokens", "maxoutputtokens"})
"""Parameters that limit the output, without the differences of their spellings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call of a tool that the model asks for.

    ``arguments`` are parsed JSON, which should be an object; a text where the provider hands its caller the text as it came,
    and it does not parse.
    """

    id: str
    name: str
    arguments: Any

    @classmethod
    def from_json(cls, data: Json) -> ToolCall:
        return cls(id=data["id"], name=data["name"], arguments=data["arguments"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str | None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None

    @classmethod
    def from_json(cls, data: Json) -> Message:
        calls = tuple(ToolCall.from_json(call) for call in data.get("tool_calls") or ())
        return cls(
            role=data["role"],
            content=data["content"],
            tool_calls=calls,
            tool_call_id=data.get("tool_call_id"),
            name=data.get("name"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What the caller asks for.

    ``limit`` is the most tokens the answer may have; an adapter hands it over under the name that its library documents.
    ``parameters`` are handed over as they are spelt here (``presence_penalty`` or ``presencePenalty``). ``images`` are data
    URLs that go with the last message. ``response_format``, ``tools`` and ``tool_choice`` have the shapes of the chat
    completions API.
    """

    model: str
    messages: tuple[Message, ...]
    limit: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    response_format: Mapping[str, Any] | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    tool_choice: str | Mapping[str, Any] | None = None
    images: tuple[str, ...] = ()

    @property
    def states_a_limit(self) -> bool:
        """Whether it says how many tokens the answer may have, as ``limit`` or as a parameter in any spelling."""
        return LIMIT in self.options

    @property
    def options(self) -> tuple[str, ...]:
        """What it says beside model and conversation of how to answer: the limit and the parameters, in snake_case."""
        stated = () if self.limit is None else (LIMIT,)
        return tuple(dict.fromkeys((*stated, *map(option, self.parameters))))

    def without(self, options: Collection[str]) -> ChatRequest:
        """The same without these options, in whatever spelling they stand there."""
        kept = {name: value for name, value in self.parameters.items() if option(name) not in options}
        return replace(self, limit=None if LIMIT in options else self.limit, parameters=kept)

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> ChatRequest:
        return cls(
            model=data["model"],
            messages=tuple(Message.from_json(message) for message in data["messages"]),
            limit=data.get("limit"),
            parameters=data.get("parameters") or {},
            response_format=data.get("response_format"),
            tools=tuple(data.get("tools") or ()),
            tool_choice=data.get("tool_choice"),
            images=tuple(data.get("images") or ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider tells its caller; ``None`` where it tells nothing.

    On chat completions xAI counts ``total = prompt + completion + reasoning``.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_tokens: int | None = None
    cached_tokens: int | None = None

    @classmethod
    def from_json(cls, data: Json) -> Usage:
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatResult:
    """What the caller gets back.

    ``told_model`` is the model that the provider names to its caller as the one that answered, ``None`` if it names none.
    ``reasoning`` is the visible thinking. ``notices`` are warnings and remarks that the provider hands to the caller.
    ``cost`` is what the provider says that the call cost, in dollars; ``None`` where it says nothing.
    """

    text: str | None
    finish_reason: str | None = None
    usage: Usage | None = None
    told_model: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str | None = None
    notices: tuple[str, ...] = ()
    cost: float | None = None

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> ChatResult:
        return cls(
            text=data.get("text"),
            finish_reason=data.get("finish_reason"),
            usage=Usage.from_json(data["usage"]) if data.get("usage") else None,
            told_model=data.get("told_model"),
            tool_calls=tuple(ToolCall.from_json(call) for call in data.get("tool_calls") or ()),
            reasoning=data.get("reasoning"),
            notices=tuple(data.get("notices") or ()),
            cost=data.get("cost"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error as the caller meets it: the exception's type, its text, and the HTTP status where it is readable.

    ``handed`` is the text of a stream that the caller had got before it failed. ``end`` tells where it is no error that a
    caller can catch: ``exit``, the provider's process ended; ``uncaught``, it raised what ends its caller's process, too, such
    as ``SystemExit``; ``silence``, nothing came in time; ``nonsense``, its host or adapter gave back what is neither an
    answer nor an error.
    """

    kind: str
    message: str
    status: int | None = None
    trace: str = ""
    handed: str = ""
    end: End = ""

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Failure:
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One model in the provider's own listing.

    ``context_window`` and ``max_output_tokens`` are in tokens. ``capabilities`` are those that the listing declares, of
    ``json``, ``tools``, ``thinking``, ``streaming``, ``images``; ``None`` where the listing says nothing about them.
    ``blocked`` is true where the listing marks the model as not allowed.
    """

    id: str
    aliases: tuple[str, ...] = ()
    context_window: int | None = None
    max_output_tokens: int | None = None
    capabilities: tuple[str, ...] | None = None
    blocked: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.id, *self.aliases)

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> ModelCard:
        capabilities = data.get("capabilities")
        return cls(
            id=data["id"],
            aliases=tuple(data.get("aliases") or ()),
            context_window=data.get("context_window"),
            max_output_tokens=data.get("max_output_tokens"),
            capabilities=None if capabilities is None else tuple(capabilities),
            blocked=bool(data.get("blocked", False)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """One piece of a streamed answer; ``text`` may be empty. The last piece carries the finish reason and the usage."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    told_model: str | None = None
    notices: tuple[str, ...] = ()
    cost: float | None = None


def snake_case(name: str) -> str:
    """``presencePenalty`` as ``presence_penalty``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def camel_case(name: str) -> str:
    """``presence_penalty`` as ``presencePenalty``, which is how xAI's errors name it."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def option(parameter: str) -> str:
    """The option that a parameter states, by the contract's name: each spelling of the limit is ``limit``."""
    return LIMIT if parameter.replace("_", "").lower() in _LIMITS else snake_case(parameter)


def joined(deltas: Sequence[Delta]) -> ChatResult:
    """The answer that a stream of deltas amounts to."""
    return ChatResult(
        text="".join(delta.text for delta in deltas),
        finish_reason=next((d.finish_reason for d in reversed(deltas) if d.finish_reason), None),
        usage=next((d.usage for d in reversed(deltas) if d.usage), None),
        told_model=next((d.told_model for d in deltas if d.told_model), None),
        tool_calls=tuple(call for delta in deltas for call in delta.tool_calls),
        reasoning="".join(delta.reasoning for delta in deltas) or None,
        notices=tuple(notice for delta in deltas for notice in delta.notices),
        cost=next((d.cost for d in reversed(deltas) if d.cost is not None), None),
    )
