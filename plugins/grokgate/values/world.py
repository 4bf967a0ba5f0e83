"""What xAI does at a time, as facts: its models, what they take and cost, and what became of retired names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

CHAT, RESPONSES = "chat", "responses"
ENDPOINTS = (CHAT, RESPONSES)
EFFORT = "reasoning_effort"
PARAMETERS = frozenset(
    {"max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "user", "n", "stop", "logprobs", "top_logprobs"}
    | {"presence_penalty", "frequency_penalty", "logit_bias", EFFORT, "response_format", "tools", "tool_choice"}
    | {"parallel_tool_calls", "stream", "stream_options", "search_parameters", "web_search_options", "service_tier", "deferred"}
    | {
        "max_output_tokens",
        "store",
        "metadata",
        "prompt_cache_key",
        "previous_response_id",
        "include",
        "truncation",
        "background",
    }
)
"""Fields of a request beside its model and its messages, as docs.x.ai names them; xAI may come to know others."""
NO_PARAMETERS = frozenset({"model", "messages", "input"})
"""Fields without which a request asks nothing, so that no model refuses them."""
PRIORITY = "priority"
"""The value of ``service_tier`` at which a request is served first, and costs twice as much (since 15 June 2026)."""
_PARTS = ("prompt", "cached", "completion", "long_prompt", "long_completion")
SILENT_HABIT = "keep-alive-chunks"
"""The habit of a model that sends empty deltas while it thinks in silence."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a model costs, in ticks per token; a tick is 1e-10 dollars, so 12500 is $1.25 for a million tokens.

    That is the unit of ``GET /v1/models``. From ``long_from`` prompt tokens on every token of a request costs the price of the
    long tier, which is twice the plain one where nothing else is said; what is cached of the prompt rises as the prompt does.
    ``long_from`` 0 means that there is no such tier.
    """

    prompt: int
    cached: int
    completion: int
    long_from: int = 0
    long_prompt: int = 0
    long_completion: int = 0

    @property
    def long(self) -> Price:
        """The price of the long tier, as a plain one."""
        prompt, completion = self.long_prompt or 2 * self.prompt, self.long_completion or 2 * self.completion
        return Price(prompt=prompt, cached=self.cached * prompt // self.prompt if self.prompt else 0, completion=completion)

    @property
    def priority(self) -> Price:
        """The price of the priority tier: twice as much for everything."""
        return replace(self, **{part: 2 * getattr(self, part) for part in _PARTS})

    def ticks(self, *, prompt: int, cached: int, completion: int, reasoning: int) -> int:
        """The cost of a call by its tokens; ``completion`` is what is shown, and reasoning costs the same.

        xAI has counted more tokens as cached than the prompt has (March 2026); then none of the prompt is paid as fresh.
        """
        price = self.long if 0 < self.long_from <= prompt else self
        fresh = max(prompt - cached, 0)
        return fresh * price.prompt + cached * price.cached + (completion + reasoning) * price.completion


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model as xAI serves it.

    ``names`` reach it; ``window`` is its largest prompt in tokens; ``refuses`` are the parameters that it answers with 400,
    in xAI's order. ``thinking`` is ``none``, ``hidden`` (counted and not shown) or ``shown``; ``streamed`` the same for a
    stream, where it differs; ``hidden_before`` the day (``YYYY-MM-DD``) before which its thinking showed in streams alone.
    ``efforts`` are the amounts of thinking that can be asked for; one that takes them and does not think of itself does so,
    and shows it, where it is asked to. ``suffixed`` gives by the effort what is added to the name which its answers bear.
    ``answers_as`` is that name, where it is not the id. ``redirected`` is the day (``YYYY-MM-DD``) since which its names are
    answered by that other model, because it was retired. ``created`` is the day that lists of models give, ``images`` whether
    it reads them. ``effort`` is how much it thinks where nothing is asked, empty where that cannot be asked; ``encrypts``
    whether responses give its thinking encrypted though nobody asked. ``traits`` are habits of it alone:
    ``keep-alive-chunks`` (a stream sends empty deltas while it thinks), ``limit-counted-thinking`` (the output limit once
    counted its reasoning), ``showed-thinking`` (it hides its thinking, and once showed it), ``words-before-call`` and
    ``blank-before-call`` (a stream says something before a call of its own choice, or a blank before one that was demanded).
    """

    id: str
    names: frozenset[str]
    window: int
    refuses: tuple[str, ...]
    price: Price
    thinking: str = "none"
    streamed: str = ""
    hidden_before: str = ""
    efforts: tuple[str, ...] = ()
    effort: str = ""
    encrypts: bool = False
    suffixed: Mapping[str, str] = field(default_factory=dict, hash=False)
    answers_as: str = ""
    redirected: str = ""
    created: str = ""
    images: bool = False
    endpoints: tuple[str, ...] = ENDPOINTS
    traits: frozenset[str] = frozenset()

    @property
    def reasons(self) -> bool:
        """Whether it thinks before it answers."""
        return self.thinking != "none"

    def on(self, day: str) -> Model:
        """The model as it was on a day (``YYYY-MM-DD``)."""
        return replace(self, thinking="hidden", streamed="shown") if day < self.hidden_before else self

    def takes_effort(self, value: object) -> bool:
        """Whether it takes this value of ``reasoning_effort``."""
        return EFFORT not in self.refuses and value in self.efforts

    def thinking_of(self, effort: str | None, *, streamed: bool) -> str:
        """What it does when it is asked like this."""
        if effort == "none" and "none" in self.efforts:
            return "none"
        if effort in self.efforts and not self.reasons:
            return "shown"
        return self.streamed or self.thinking if streamed else self.thinking

    def named(self, effort: str | None) -> str:
        """The name that its answers bear."""
        name = self.answers_as or self.id
        return f"{name}-{self.suffixed[effort]}" if effort and effort in self.suffixed else name

    @property
    def served(self) -> frozenset[str]:
        """What its answers may name where it is the one that was asked for; a retired one's answers name another."""
        if self.redirected:
            return self.names
        return frozenset(self.named(effort) for effort in (None, *self.suffixed))


@dataclass(frozen=True, kw_only=True)
class Retired:
    """A model that xAI answers with 404: since which day (``YYYY-MM-DD``), and what it tells people to use instead."""

    name: str
    on: str
    instead: str


@dataclass(frozen=True, kw_only=True)
class WorldFacts:
    """What xAI does at a time, beside its answers on tape."""

    name: str
    title: str
    models: tuple[Model, ...]
    folders: tuple[Path, ...] = ()
    """Where it is told: its own folder, then those of the worlds that it is based on."""
    retired: Mapping[str, Retired] = field(default_factory=dict)
    retired_fields: Mapping[str, str] = field(default_factory=dict)
    """Fields of a request that are answered with 410, and the day since which they are."""
    most_tools: int = 200
    object_roots: bool = False
    """Whether the parameters of a tool must be an object at their root."""
    substitute: str = ""
    """The model that answers for another where a test asks for a substitution."""
    era: tuple[str, str] = ("", "")
    """First and last day as ``YYYY-MM-DD``; the last is empty while it lasts."""

    @cached_property
    def served(self) -> Mapping[str, Model]:
        """Each name that xAI knows, spelt as it is, with the model behind it."""
        return {name: model for model in self.models for name in model.names}

    @cached_property
    def prices(self) -> Mapping[str, Price]:
        """What an answer costs by the name that it bears: the price of the model whose own name it is."""
        rows = sorted(self.models, key=lambda model: not model.answers_as)
        return {name: model.price for model in rows for name in (model.named(None), *map(model.named, model.suffixed))}

    @cached_property
    def listed(self) -> tuple[Model, ...]:
        """The models that answer under their own name, which are those that xAI lists; by their ids."""
        return tuple(sorted((model for model in self.models if not model.answers_as), key=lambda model: model.id))

    def stand_in(self, model: Model | None) -> Model:
        """Who answers for a model where a test asks for a substitution: the substitute, or for itself another one."""
        substitute = self.served[self.substitute]
        if model is None or model.id != substitute.id:
            return substitute
        others = (other for other in self.models if other.id != model.id and not other.answers_as)
        return next((other for other in others if other.endpoints == model.endpoints), model)

    def retirement(self, name: str) -> Retired:
        """The end of a name: as it came, else as it would be told on the last day of the era (its first, where it lasts)."""
        if name in self.retired:
            return self.retired[name]
        model = self.served.get(name)
        if model and model.redirected:
            return Retired(name=name, on=model.redirected, instead=model.named(None))
        return Retired(name=name, on=self.era[1] or self.era[0], instead=self.stand_in(model).named(None))

    @property
    def days(self) -> str:
        """Its era in words: ``from 9 July 2025 to 15 May 2026``, ``since 21 September 2026``."""
        first, last = self.era
        return f"from {in_words(first)} to {in_words(last)}" if last else f"since {in_words(first)}"


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def in_words(day: str) -> str:
    """``2026-05-15`` as ``15 May 2026``."""
    year, month, number = day.split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"
