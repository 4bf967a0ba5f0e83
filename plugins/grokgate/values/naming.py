"""What finds the models of a rollout in a text, whatever they are called: the roles in the patterns of a rollout's file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from grokgate.values.rollout import ModelFacts


def roles_of(target: ModelFacts, before: Sequence[ModelFacts], moves: str) -> Mapping[str, str]:
    """The roles by what stands for them, as patterns: ``{target}``, ``{old}``, ``{moves}`` and ``{model}``.

    ``{target}`` and ``{old}`` find lines of that model and of no other. ``{moves}`` finds a line that resolves the name which the
    flag moves, or one of the target; ``{model}`` any of the models, by its id or as xAI knows it.
    """
    models = (target, *before)
    every = {name for model in models for name in (model.id, *model.wire)}
    return {
        "{target}": _of_one(target, models),
        "{old}": _of_one(before[0], models),
        "{moves}": _any_of({moves, target.id}),
        "{model}": _whole(every),
    }


def _of_one(model: ModelFacts, models: Iterable[ModelFacts]) -> str:
    """The id as ``grep`` has it; as a whole name where another model's name holds it, as grok-4.3 does grok-4."""
    others = {name for other in models if other.id != model.id for name in (*other.names, *other.wire)}
    if not any(model.id in name for name in others):
        return _plain(model.id)
    return _whole({name for name in (*model.names, *model.wire) if model.id in name})


def _any_of(names: Collection[str]) -> str:
    """What finds each of the names; one that holds another needs no pattern of its own."""
    least = sorted(name for name in names if not any(other in name for other in names if other != name))
    return _plain(least[0]) if len(least) == 1 else f"(?:{'|'.join(map(_plain, least))})"


def _whole(names: Collection[str]) -> str:
    """What finds each of the names, and no longer one that begins or ends with it."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    return rf"(?<![\w.-])(?:{'|'.join(map(_plain, longest))})(?![\w-]|\.\w)"


def _plain(name: str) -> str:
    """A name as a pattern; a hyphen needs no escape outside of brackets."""
    return re.escape(name).replace(r"\-", "-")
