"""The tokens of an answer, as its endpoint counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grokgate.upstream.fidelity.reply import Reply


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Tokens. ``includes`` tells whether ``output`` counts the reasoning too; ``parts`` are those of the prompt, if given."""

    prompt: int
    cached: int
    output: int
    reasoning: int
    total: int
    includes: bool = False
    parts: tuple[int, ...] | None = None

    @property
    def thought(self) -> int:
        """Reasoning beside the output."""
        return 0 if self.includes else self.reasoning

    @property
    def spoken(self) -> int:
        """Output without the reasoning."""
        return self.output - self.reasoning if self.includes else self.output


def counts_of(reply: Reply) -> Counts | None:
    """The tokens that an answer counts; ``None`` where it counts none, or not in whole numbers."""
    read = {"chat": _chat, "responses": _responses, "grpc": _grpc}.get(reply.endpoint)
    if read is None or not reply.usage:
        return None
    try:
        return read(reply.usage)
    except (KeyError, TypeError):
        return None


def _chat(usage: Mapping[str, Any]) -> Counts:
    prompt, completion = usage["prompt_tokens_details"], usage["completion_tokens_details"]
    return Counts(
        prompt=_whole(usage["prompt_tokens"]),
        cached=_whole(prompt["cached_tokens"]),
        output=_whole(usage["completion_tokens"]),
        reasoning=_whole(completion["reasoning_tokens"]),
        total=_whole(usage["total_tokens"]),
        parts=tuple(_whole(prompt[part]) for part in ("text_tokens", "audio_tokens", "image_tokens")),
    )


def _responses(usage: Mapping[str, Any]) -> Counts:
    return Counts(
        prompt=_whole(usage["input_tokens"]),
        cached=_whole(usage["input_tokens_details"]["cached_tokens"]),
        output=_whole(usage["output_tokens"]),
        reasoning=_whole(usage["output_tokens_details"]["reasoning_tokens"]),
        total=_whole(usage["total_tokens"]),
        includes=True,
    )


def _grpc(usage: Mapping[str, Any]) -> Counts:
    """In protobuf what is absent is 0."""
    return Counts(
        prompt=_whole(usage.get("prompt_tokens", 0)),
        cached=_whole(usage.get("cached_prompt_text_tokens", 0)),
        output=_whole(usage.get("completion_tokens", 0)),
        reasoning=_whole(usage.get("reasoning_tokens", 0)),
        total=_whole(usage.get("total_tokens", 0)),
        parts=tuple(_whole(usage.get(part, 0)) for part in ("prompt_text_tokens", "prompt_image_tokens")),
    )


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value
