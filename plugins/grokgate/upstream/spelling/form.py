"""What a request and an answer say, whichever endpoint they were written for, and what a spelling of it is.

The form has the contract's names, which are those of ``ChatRequest``, and the shapes of chat completions. Where an endpoint
writes something elsewhere, the request tells the place: ``response_format.json_schema.strict`` is ``text.format.strict`` on
responses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from grokgate.upstream.fidelity.reply import Reply, objects
from grokgate.values.chat import LIMIT, camel_case
from grokgate.values.world import EFFORT

LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")
"""Every field in which some endpoint has the limit of the output."""
ALSO = {EFFORT: "effort", "response_format": "format"}
"""What an endpoint may call something at its place."""


DEEPEST = 1
"""How many objects a parameter may be within; further down there are schemas, with names of the user's."""


class Misspelt(NamedTuple):
    """What is written in a way that the endpoint does not take, at which place, and the sentence that says so.

    ``is_empty`` where it is a message with nothing in it.
    """

    place: str
    what: Any
    because: str
    is_empty: bool = False


@dataclass(frozen=True, kw_only=True)
class Said:
    """A body, read: see ``NormalRequest``."""

    fields: Mapping[str, Any]
    foreign: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    misspelt: tuple[Misspelt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How one endpoint writes: ``limits`` are the fields of its limit, of which xAI looks at those in ``limits_read``.

    ``read`` reads the body of a request, ``answer`` what came back. ``usage_asked_by`` is the field by which a stream's usage is
    asked for, empty where it comes unasked. ``statuses`` are those with which it answers where chat answers with another one,
    ``words`` what fields of chat are called there.
    """

    name: str
    path: str
    limits: tuple[str, ...]
    limits_read: tuple[str, ...]
    usage_asked_by: str
    read: Callable[[Mapping[str, Any]], Said]
    answer: Callable[[Reply], NormalAnswer]
    statuses: Mapping[int, int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def status(self, on_chat: int) -> int:
        """The status of what chat answers with another one."""
        return self.statuses.get(on_chat, on_chat)

    def spelt(self, text: str) -> str:
        """A sentence that speaks of chat's fields, in the endpoint's words."""
        return re.sub(r"\w+", lambda word: self.words.get(word[0], word[0]), text)

    def limit_field(self, of_the_model: str) -> str:
        """The field of the limit for a model which has it in that field on chat."""
        return of_the_model if of_the_model in self.limits_read else self.limits_read[0]


@dataclass(frozen=True)
class NormalRequest:
    """A request that left, in the one form."""

    spelling: Spelling
    body: Mapping[str, Any]
    """As it is written."""
    said: Said

    @property
    def fields(self) -> Mapping[str, Any]:
        """What it says, by the contract's names: ``model``, ``messages``, and the parameters."""
        return self.said.fields

    @property
    def known(self) -> Mapping[str, Any]:
        """The body without what the endpoint does not know."""
        return {name: value for name, value in self.body.items() if name not in self.said.foreign}

    @property
    def everything(self) -> Mapping[str, Any]:
        """The same, and beside it what the endpoint does not know by that name, since another one does."""
        return {**self.said.foreign, **self.said.fields}

    @property
    def anywhere(self) -> Mapping[str, Any]:
        """What it says as it could at any endpoint: the limit as such, and without what asks for the usage of a stream."""
        own = (*self.spelling.limits_read, "stream_options")
        limits = [self.limits[name] for name in self.spelling.limits_read if name in self.limits]
        kept = {name: value for name, value in self.everything.items() if name not in own}
        return {**kept, LIMIT: limits[0]} if limits else kept

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        """The turns, as chat completions writes them."""
        return objects(self.fields.get("messages"))

    @property
    def functions(self) -> Sequence[Mapping[str, Any]]:
        """The functions that are offered, each with ``name`` and ``parameters``; empty where one is written otherwise."""
        offered = (tool.get("function") for tool in objects(self.fields.get("tools")) if tool.get("type") == "function")
        return [function if isinstance(function, dict) else {} for function in offered]

    @property
    def misspelt(self) -> tuple[Misspelt, ...]:
        """What of its turns is written in a way that the endpoint does not know."""
        return self.said.misspelt

    @property
    def limits(self) -> Mapping[str, Any]:
        """The limit by the field in which it left; more than one where it left more than once."""
        return {name: value for name in self.spelling.limits if (value := self.everything.get(name)) is not None}

    def place(self, path: str) -> str:
        """Where something stands on the wire, or belongs: the longest beginning that is elsewhere there is put right."""
        known = [name for name in self.said.places if path == name or (path.startswith(name) and path[len(name)] in ".[")]
        name = max(known, key=len, default="")
        return self.said.places[name] + path[len(name) :] if name else path

    def place_of(self, path: str) -> str:
        """The same of what stands in ``everything``, where what the endpoint does not know keeps its name."""
        top = re.split(r"[.\[]", path, maxsplit=1)[0]
        return path if top in self.said.foreign and top not in self.fields else self.place(path)

    def standing(self, key: str) -> Iterator[tuple[str, Any]]:
        """Each place of a parameter, in snake_case or camelCase, at which it left; with what stands there."""
        names = [name for name in dict.fromkeys((key, camel_case(key))) if name in self.everything]
        yield from ((self.place_of(name), self.everything[name]) for name in names)
        if key in self.said.places and not names:
            yield from self.elsewhere(key)

    def elsewhere(self, key: str) -> list[tuple[str, Any]]:
        """Places in the body that look like a parameter's and are not its own, with what stands there."""
        names, own = {key, camel_case(key), ALSO.get(key, key)}, self.place(key)
        return [found for found in _places(self.body) if found[0] != own and found[0].rpartition(".")[2] in names]


def _places(body: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """What stands in an object and in those within it; lists, and the schemas that they hold, have no parameters."""
    for key, value in body.items():
        yield (place := f"{within}{key}"), value
        if isinstance(value, dict) and place.count(".") < DEEPEST:
            yield from _places(value, f"{place}.")


class Made(NamedTuple):
    """A call of a tool that the model made; ``arguments`` are the text that came."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class NormalAnswer:
    """What came back, in the one form, as far as it came; of a stream put together.

    ``came`` tells whether it is an answer at all. ``finish_reason`` is chat's word for how it ended, ``ended_as`` are the
    endpoint's own words for the same. ``usage`` are the figures that were given, by the contract's names, with the reasoning
    beside the completion. ``quiet`` counts what came of a stream, said nothing, and did not end it.
    """

    came: bool
    text: str = ""
    reasoning: str = ""
    calls: tuple[Made, ...] = ()
    finish_reason: str | None = None
    ended_as: tuple[str, ...] = ()
    usage: Mapping[str, int] | None = None
    quiet: int = 0


def figures(told: Mapping[str, Any]) -> Mapping[str, int] | None:
    """Those that are given; ``None`` where there is none."""
    return {name: figure for name, figure in told.items() if figure is not None} or None
