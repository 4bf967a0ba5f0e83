"""What is put in place of ``${name}`` in an exchange: a model's name, a count, a value that a schema asks for.

``${name+7}`` adds 7 to a number, for sums such as ``total_tokens``. The lists of models, and ``billed``, are JSON themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grokgate.formats.fixtures import question_in
from grokgate.upstream.choice import called
from grokgate.upstream.complaint import complaint
from grokgate.upstream.instance import instance
from grokgate.upstream.json_schema import strange_root
from grokgate.upstream.length import length_of
from grokgate.upstream.listing import bare, priced, with_modalities
from grokgate.upstream.price import billed
from grokgate.upstream.semantics import REDIRECTED, Meaning, answering, bad_arguments
from grokgate.upstream.spelling.endpoints import endpoint_of
from grokgate.upstream.wording import (
    asked_for,
    calls_of,
    content_of,
    effort_of,
    format_of,
    functions_of,
    limit_of,
    said_last,
    text_of,
    turns_of,
)
from grokgate.upstream.world import World
from grokgate.values.chat import camel_case
from grokgate.values.wire import WireRequest
from grokgate.values.world import PRIORITY, Model, Price

BILLED = frozenset({"billed", "billed-long", REDIRECTED})
"""Scenarios in which an answer tells its cost, though those of its day do not."""
PLACE = re.compile(r"\$\{(?P<name>[a-z_]+)(?:\+(?P<more>\d+))?\}")
"""What stands in a body for what is filled in."""


@dataclass(frozen=True)
class Asked:
    """A request with what the tape knows of it."""

    request: WireRequest
    means: Meaning
    world: World

    @cached_property
    def content(self) -> Mapping[str, Any]:
        return content_of(self.request)

    @property
    def name(self) -> str:
        return asked_for(endpoint_of(self.request), self.content)

    @property
    def model(self) -> Model:
        """Who answers."""
        model = answering(self.name, self.world, self.means["scenario"])
        assert model is not None, "an answer that is about its model is played where there is one"
        return model

    @property
    def row(self) -> Model:
        """The model whose row a list would have: of one that was retired that of its heir."""
        return next(model for model in self.world.listed if model.id == self.model.named(None))

    @property
    def function(self) -> Mapping[str, Any]:
        """The function that is called."""
        return called(self.content) or functions_of(self.content)[0]


FILLS: Mapping[str, Callable[[Asked], str]] = {
    "asked": lambda asked: asked.name,
    "served": lambda asked: asked.model.named(effort_of(asked.content)) if asked.name in asked.world.served else asked.name,
    "effort": lambda asked: str(effort_of(asked.content)),
    "argument": lambda asked: camel_case(asked.means["refused"]),
    "masked_key": lambda asked: _masked(asked.request.headers.get("authorization", "").partition(" ")[2]),
    "window": lambda asked: str(asked.model.window),
    "tokens": lambda asked: str(length_of(text_of(turn.get("content")) for turn in turns_of(asked.content)).least),
    "limit": lambda asked: str(limit_of(asked.content)),
    "offered": lambda asked: str(len(asked.content["tools"])),
    "most_tools": lambda asked: str(asked.world.most_tools),
    "tool": lambda asked: str(asked.function.get("name")),
    "arguments": lambda asked: json.dumps(instance(asked.function.get("parameters") or {"type": "object"})),
    "instance": lambda asked: json.dumps(instance(format_of(asked.content).get("schema") or {"type": "object"})),
    "complaint": lambda asked: complaint(asked.request.body, endpoint_of(asked.request)),
    "call_id": lambda asked: next(
        str(call.get("id")) for turn in turns_of(asked.content) for call in calls_of(turn) if bad_arguments(call)
    ),
    "answer": lambda asked: _answer(said_last(turns_of(asked.content))),
    "retired_on": lambda asked: asked.world.retirement(asked.name).on,
    "instead": lambda asked: asked.world.retirement(asked.name).instead,
    "strange_tool": lambda asked: next(
        str(one.get("name")) for one in functions_of(asked.content) if strange_root(one.get("parameters"))
    ),
    "strange_root": lambda asked: next(
        filter(None, (strange_root(one.get("parameters")) for one in functions_of(asked.content)))
    ),
    "model_bare": lambda asked: bare(asked.world, asked.row),
    "model_priced": lambda asked: priced(asked.world, asked.row),
    "language_model": lambda asked: with_modalities(asked.world, asked.row),
    "models": lambda asked: bare(asked.world),
    "models_priced": lambda asked: priced(asked.world),
    "language_models": lambda asked: with_modalities(asked.world),
    "tier": lambda asked: PRIORITY if asked.content.get("service_tier") == PRIORITY else "default",
    "billed": lambda asked: ',"cost_in_usd_ticks":${cost}' if asked.means["scenario"] in BILLED else "",
}
"""How each is found; ``cost`` is reckoned last, from the usage in the body."""
JSON = frozenset(
    {
        "models",
        "models_priced",
        "language_models",
        "model_bare",
        "model_priced",
        "language_model",
        "billed",
        "complaint",
    }
)
"""Those that are JSON or plain text, and no text that stands in quotes."""


def filled(body: str, values: Mapping[str, str], price: Price | None) -> str:
    """The body with each place filled, in JSON's own spelling. ``price`` is that of the model, where ``cost`` is asked for."""

    def put(place: re.Match[str]) -> str:
        name, more = place.groups()
        if name == "cost":
            return place.group()
        value = values[name]
        if name in JSON:
            return value
        return str(int(value) + int(more)) if more else json.dumps(value, ensure_ascii=False)[1:-1]

    body = PLACE.sub(put, body)
    return body.replace("${cost}", str(billed(body, price))) if price else body


def _answer(said: str) -> str:
    """The right answer to the committed question in a message."""
    question = question_in(said)
    assert question is not None, "an answer is played where the message has a committed question"
    return str(question.answer)


def _masked(key: str) -> str:
    """A key as xAI's older error text echoed it: two characters at either end."""
    return f"{key[:2]}***{key[-2:]}" if len(key) > 4 else "***"
