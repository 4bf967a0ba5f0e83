"""How a caller is told what xAI counted: the reasoning beside the completion, as xAI does on chat, or within it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from typing import NamedTuple

from grokgate.values.chat import Usage


class Otherwise(NamedTuple):
    """A figure that is told otherwise than xAI counted it; ``None`` where it is not told."""

    field: str
    told: int | None
    counted: int

    def __str__(self) -> str:
        said = "no" if self.told is None else f"{self.told:,}"
        return f"{said} {self.field.replace('_', ' ')}; xAI's answer says {self.counted:,}"


def is_within(told: Usage, counted: Usage, reasoning: str = "") -> bool:
    """Whether the completion is told with its reasoning: as ``reasoning`` says (``beside``, ``included``), else as the sum does.

    ``counted`` is what xAI counted, with the reasoning beside the completion; its total stands in where none is told.
    """
    if reasoning in ("beside", "included"):
        return reasoning == "included"
    prompt, completion = told.prompt_tokens, told.completion_tokens
    total = counted.total_tokens if told.total_tokens is None else told.total_tokens
    thought = _thought(told, counted)
    if prompt is None or completion is None or not thought:
        return False
    return prompt + completion == total and completion >= thought


def otherwise(told: Usage, counted: Usage, reasoning: str = "") -> Iterator[Otherwise]:
    """Each figure that is lost, made up or counted twice, whichever way it is told; of responses ``counted`` is as on chat.

    A total that is not told is not lost where all that it is made of is told.
    """
    within = is_within(told, counted, reasoning)
    completion = (counted.completion_tokens or 0) + (counted.reasoning_tokens or 0) * within
    for field, expected in asdict(replace(counted, completion_tokens=completion)).items():
        if field == "total_tokens" and told.total_tokens is None and _sum(told, within=within) == expected:
            continue
        if expected is not None and getattr(told, field) != expected:
            yield Otherwise(field, getattr(told, field), expected)


def as_counted(told: Usage, counted: Usage, reasoning: str = "") -> dict[str, int]:
    """The figures that are told, by their names, with the reasoning beside the completion."""
    figures = {field.name: figure for field in fields(told) if (figure := getattr(told, field.name)) is not None}
    if is_within(told, counted, reasoning) and "completion_tokens" in figures:
        figures["completion_tokens"] -= _thought(told, counted)
    return figures


def _sum(told: Usage, *, within: bool) -> int | None:
    """The total of what is told; ``None`` where a part of it is not."""
    parts = (told.prompt_tokens, told.completion_tokens, 0 if within else told.reasoning_tokens or 0)
    return None if None in parts else sum(part or 0 for part in parts)


def _thought(told: Usage, counted: Usage) -> int:
    return (counted.reasoning_tokens if told.reasoning_tokens is None else told.reasoning_tokens) or 0
