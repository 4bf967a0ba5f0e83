"""What an adapter gave back, held against what is due: a slip of the adapter is told as one, and never judged.

Standard library only: the host that runs a provider in its own interpreter imports this module too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from grokgate.values import chat
from grokgate.values.chat import ChatResult, Delta, ModelCard, ToolCall, Usage

T = TypeVar("T")


class Nonsense(TypeError):
    """The adapter gave back what is neither an answer nor an error: what, and what is due."""


def answer(given: Any) -> ChatResult:
    """What ``chat`` gave back. Raises ``Nonsense``."""
    return _a(ChatResult, given, "")


async def awaited(given: Any) -> Any:
    """What the awaitable gives that ``achat`` gave back. Raises ``Nonsense``."""
    if not isinstance(given, Awaitable):
        raise _due("an awaitable", given)
    return await given


def delta(given: Any) -> Delta:
    """A piece of a stream. Raises ``Nonsense``."""
    return _a(Delta, given, "")


def cards(given: Any) -> tuple[ModelCard, ...]:
    """What ``models`` gave back. Raises ``Nonsense``."""
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        raise _due("a sequence of ModelCard", given)
    return tuple(_a(ModelCard, card, f"[{number}]") for number, card in enumerate(given))


def text(given: Any) -> str:
    """What ``documentation`` gave back. Raises ``Nonsense``."""
    if not isinstance(given, str):
        raise _due("a text", given)
    return given


def seconds(given: Any) -> float | None:
    """What ``read_timeout`` gave back. Raises ``Nonsense``."""
    if not _fits(float | None, given):
        raise _due("a number of seconds or None", given)
    return None if given is None else float(given)


def _a(kind: type[T], given: Any, place: str) -> T:
    if not isinstance(given, kind):
        raise _due(kind.__name__, given, place)
    for where, due, saw in _unfit(kind, given, place):
        raise _due(due, saw, where)
    return given


def _due(due: str, saw: Any, place: str = "") -> Nonsense:
    shown = repr(saw) if saw is None or isinstance(saw, str | int | float | bool) else type(saw).__name__
    return Nonsense(f"the adapter gave back {shown[:60]}{f' as {place}' if place else ''}, where {due} is due")


def _unfit(kind: type, given: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    """Each field that holds something else than it says: where, what is due, and what is there."""
    for name, due in _fields(kind.__name__).items():
        value, where = getattr(given, name), f"{place}.{name}".removeprefix(".")
        if not _fits(due, value):
            yield where, _named(due), value
            continue
        parts = enumerate(value) if isinstance(value, list | tuple) else [(None, value)]
        for number, part in parts:
            for noun in (Usage, ToolCall):
                if isinstance(part, noun):
                    yield from _unfit(noun, part, where if number is None else f"{where}[{number}]")


@cache
def _fields(noun: str) -> dict[str, Any]:
    return get_type_hints(getattr(chat, noun))


def _fits(due: Any, value: Any) -> bool:
    origin = get_origin(due)
    if due is Any:
        return True
    if origin in (Union, UnionType):
        return any(_fits(one, value) for one in get_args(due))
    if origin is Literal:
        return value in get_args(due)
    if origin is tuple:  # a list will do
        return isinstance(value, list | tuple) and all(_fits(get_args(due)[0], one) for one in value)
    if origin is not None:
        return isinstance(value, origin)
    if due in (int, float):  # to JSON 10 and 10.0 are the same
        return isinstance(value, int | float) and not isinstance(value, bool) and (due is float or value == int(value))
    return isinstance(value, due)


def _named(due: Any) -> str:
    """A type for people."""
    if get_origin(due) in (Union, UnionType):
        return " or ".join(map(_named, get_args(due)))
    if get_origin(due) is tuple:
        return f"a sequence of {_named(get_args(due)[0])}"
    return "None" if due is NoneType else getattr(get_origin(due) or due, "__name__", str(due))
