"""What a model does of its own choice, said beforehand: one answer after another.

As a text an answer is what the model says, or the functions that it calls: ``tool:get_weather={"city": "Oslo"}``, several with a
blank between them, and ``tool:get_weather`` alone with a small value that its parameters describe. ``text:`` stands before what
would be taken for something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_CALLS, _TEXT = "tool:", "text:"
_NAME = re.compile(r"tool:([A-Za-z0-9_.-]+)(=?)")
_EXAMPLE = 'tool:get_weather={"city": "Oslo"}'


class NotAnAnswer(ValueError):
    """A text that is no answer of a model, and what one looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A function that is called. ``arguments`` are an object; a text as it is, which need not be JSON; or ``None`` for a small
    value that the function's parameters describe."""

    name: str
    arguments: Mapping[str, Any] | str | None = None

    def __str__(self) -> str:
        if self.arguments is None:
            return f"{_CALLS}{self.name}"
        told = self.arguments if isinstance(self.arguments, str) else json.dumps(dict(self.arguments), ensure_ascii=False)
        return f"{_CALLS}{self.name}={told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """One answer: a text, or calls, or both.

    ``thinking`` is what a model shows of its thinking that does so; it thinks, and is paid for it, without a word of it, too.
    """

    text: str = ""
    calls: tuple[Called, ...] = ()
    thinking: str = ""

    @classmethod
    def of(cls, said: str) -> Scripted:
        """The answer that a text says. Raises ``NotAnAnswer``."""
        if not said.strip():
            raise NotAnAnswer(f"an answer has a text, or calls such as {_EXAMPLE}; this one is empty")
        if said.startswith(_CALLS):
            return cls(calls=tuple(_calls(said)))
        return cls(text=said.removeprefix(_TEXT))

    def __str__(self) -> str:
        said = [self.text] if self.text or not self.calls else []
        return " ".join([*said, *map(str, self.calls)])


Script = tuple[Scripted, ...]
"""One answer after another, and the last again and again; none where nothing is said beforehand."""


def answer_of(script: Script, given: int) -> Scripted | None:
    """What a model says after so many answers of a script."""
    return script[min(given, len(script) - 1)] if script else None


def says(text: str) -> Scripted:
    """An answer of nothing but a text."""
    return Scripted(text=text)


def calls(name: str, **arguments: Any) -> Scripted:
    """An answer that calls one function."""
    return Scripted(calls=(Called(name=name, arguments=arguments),))


def _calls(said: str) -> Iterator[Called]:
    rest = said.strip()
    while rest:
        if not (named := _NAME.match(rest)):
            raise NotAnAnswer(f"{rest[:60]!r} is no call; one is tool:NAME or tool:NAME={{…}}, such as {_EXAMPLE}")
        name, given = named.groups()
        rest, arguments = rest[named.end() :], None
        if given:
            try:
                arguments, end = json.JSONDecoder().raw_decode(rest)
            except ValueError:
                arguments, end = None, 0
            if not isinstance(arguments, dict):
                raise NotAnAnswer(f"what stands behind tool:{name}= is no JSON object; an answer is such as {_EXAMPLE}")
            rest = rest[end:]
        if rest and not rest[0].isspace():
            raise NotAnAnswer(f"behind the call of {name} stands {rest[:60]!r}; a blank parts one call from the next")
        yield Called(name=name, arguments=arguments)
        rest = rest.lstrip()
