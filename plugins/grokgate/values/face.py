"""What the face of a provider that is driven takes and tells: what it has not is not offered, and never a fault."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from grokgate.values.chat import LIMIT, ChatRequest, option

UNABLE = {
    "model": "choose a model",
    "system": "give a system prompt",
    "conversation": "go on with a conversation",
    "name": "say who speaks",
    "response_format": "ask for JSON",
    "tools": "offer tools",
    "tool_choice": "choose among tools",
    "images": "send images",
    LIMIT: "limit the answer",
}
"""What users of a face cannot do that has no such field; any other field is a parameter, which they cannot set."""
BESIDE, INCLUDED, UNTOLD = "beside", "included", "untold"
"""How tokens of thinking are told: beside the output, as chat completions do; within it, as responses do; not at all."""
UNSEEN = {
    "model": "cannot tell which model answered",
    "usage": "cannot tell how many tokens a call took",
    "finish_reason": "cannot tell why an answer ended",
    "calls": "get no calls of tools",
    "thinking": "see nothing of the thinking",
    "cost": "cannot tell what a call cost",
    "notices": "are given no remarks",
    "reasoning": "cannot tell how many tokens were thought",
}
"""What users of a face cannot do that does not tell a part."""


class NotOffered(Exception):
    """The face has no field for what is asked, or tells no such part: what its users cannot do."""


@dataclass(frozen=True, kw_only=True)
class Tells:
    """What a face gives back; a part that is false it never tells.

    ``model`` is the one that answered, ``calls`` are those of tools. ``reasoning`` is how tokens of thinking are told:
    ``beside`` the output, ``included`` in it, ``untold``; empty, the sum tells which.
    """

    model: bool = True
    usage: bool = True
    finish_reason: bool = True
    calls: bool = True
    thinking: bool = True
    cost: bool = True
    notices: bool = True
    reasoning: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """As a description, an adapter or a host says it: ``reasoning = false`` is untold."""
        how = said.get("reasoning")
        return cls(**{**said, "reasoning": UNTOLD if how is False else how or ""})

    def to_json(self) -> dict[str, Any]:
        """As a host says it."""
        return {**asdict(self), "reasoning": False if self.reasoning == UNTOLD else self.reasoning or None}

    def narrowed(self, other: Tells) -> Tells:
        """What neither denies; for how thinking is told, this one's word goes before the other's."""
        parts = {part.name: getattr(self, part.name) and getattr(other, part.name) for part in fields(self)}
        return Tells(**{**parts, "reasoning": self.reasoning or other.reasoning})

    def needs(self, part: str) -> None:
        """Raise ``NotOffered`` where a part is not told."""
        untold = self.reasoning == UNTOLD or not self.usage if part == "reasoning" else not getattr(self, part)
        if untold:
            raise NotOffered(f"its users {UNSEEN[part]}")


@dataclass(frozen=True, kw_only=True)
class Face:
    """What is driven. ``takes`` are the fields that a request may have there, by the contract's names; ``None`` is all."""

    takes: frozenset[str] | None = None
    tells: Tells = field(default_factory=Tells)
    max_prompt_chars: int | None = None
    """Characters of the longest prompt that it takes."""

    @classmethod
    def of(cls, takes: Collection[str] | None, tells: Mapping[str, Any] | None) -> Self:
        """As an adapter or a host says it."""
        return cls(takes=None if takes is None else frozenset(takes), tells=Tells.of(tells or {}))

    def fit(self, request: ChatRequest) -> tuple[ChatRequest, tuple[str, ...]]:
        """The request without options that the face has not, and what these are; it is asked with those that are left.

        Raises ``NotOffered`` where none is left of several options or of one, and for any other part that the face has not.
        """
        longest = max((len(message.content or "") for message in request.messages), default=0)
        if self.max_prompt_chars is not None and longest > self.max_prompt_chars:
            raise NotOffered(f"its users cannot send a prompt of more than {self.max_prompt_chars:,} characters")
        if missing := self.lacks(*_parts(request)):
            raise NotOffered(f"its users cannot {' and '.join(UNABLE[part] for part in missing)}")
        missing = self.missing(*request.options)
        return request.without(missing), missing

    def missing(self, *options: str) -> tuple[str, ...]:
        """Those of several options that it has not. Raises ``NotOffered`` where it has none of them."""
        missing = self.lacks(*options)
        if missing and len(missing) == len(options):
            names = " or ".join(name for name in missing if name != LIMIT)
            unable = [*([UNABLE[LIMIT]] if LIMIT in missing else []), *([f"set {names}"] if names else [])]
            raise NotOffered(f"its users cannot {' or '.join(unable)}")
        return missing

    def lacks(self, *names: str) -> tuple[str, ...]:
        """Those of the fields that it has not, whatever their spelling."""
        found = dict.fromkeys(map(option, names))
        return () if self.takes is None else tuple(name for name in found if name not in self.takes)


def _parts(request: ChatRequest) -> Iterator[str]:
    """What a request has beside a question and its options."""
    roles = [message.role for message in request.messages]
    given = {
        "model": True,
        "system": "system" in roles,
        "conversation": len(roles) - roles.count("system") > 1,
        "name": any(message.name for message in request.messages),
        "response_format": request.response_format is not None,
        "tools": bool(request.tools),
        "tool_choice": request.tool_choice is not None,
        "images": bool(request.images),
    }
    yield from (part for part, there in given.items() if there)
