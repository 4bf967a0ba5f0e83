"""A rollout as it is judged: what is rolled out, from what, by which switches, in a world that tells the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count as count_from
from typing import Any

from grokgate.values.world import EFFORT, Model, Price, WorldFacts

UNSET = "unset"
"""In tables: the variable is not there."""
REFUSED = "refused"
"""In tables: nothing may leave."""
RESERVE = 1_000
"""Tokens of a window that a prompt just under it leaves free, for xAI's own hidden prompt (687 tokens on grok-4-0709)."""
COMPLETION, TOTAL = "max_completion_tokens", "max_tokens"
"""How an output limit leaves for a model that reasons, and for one that does not."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What a provider should know of one model in one world. ``window`` is in tokens.

    ``names`` are what callers may write, the id first; ``wire`` what may leave. ``served`` is what xAI may name as the model that
    answered; where the model was retired and another answers to its name, ``redirected`` is the day of it, and ``answered_by``
    that model.
    """

    id: str
    names: tuple[str, ...]
    wire: frozenset[str]
    served: frozenset[str]
    window: int
    refuses: frozenset[str]
    thinking: str
    answered_by: str
    efforts: tuple[str, ...] = ()
    redirected: str = ""
    traits: frozenset[str] = frozenset()

    @property
    def reasoning(self) -> bool:
        """Whether it thinks before it answers."""
        return self.thinking != "none"

    @property
    def limit_field(self) -> str:
        """The field in which an output limit leaves."""
        return COMPLETION if self.reasoning else TOTAL

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What a listing must show of it."""
        return ("json", "tools", "thinking") if self.reasoning else ("json", "tools")

    @property
    def aliases(self) -> tuple[str, ...]:
        return self.names[1:]

    def takes(self, parameter: str, value: Any = None) -> bool:
        """Whether xAI takes the parameter for this model: whatever its value, or this one."""
        return parameter not in self.refuses and (value is None or parameter != EFFORT or value in self.efforts)

    @classmethod
    def of(cls, id: str, names: Sequence[str], model: Model) -> ModelFacts:
        """The model behind ``id``, which callers write as any of ``names``."""
        return cls(
            id=id,
            names=tuple(dict.fromkeys((id, *names))),
            wire=model.names,
            served=model.served,
            window=model.window,
            refuses=frozenset(model.refuses),
            thinking=model.thinking,
            answered_by=model.named(None),
            efforts=model.efforts,
            redirected=model.redirected,
            traits=model.traits,
        )


@dataclass(frozen=True, kw_only=True)
class Flag:
    """The variable that moves one name from the old model to the target.

    ``on`` and ``off`` are values of it, the first of each being the one that people set. ``by`` is who flips it.
    """

    variable: str
    moves: str
    on: tuple[str, ...]
    off: tuple[str, ...]
    on_by_default: tuple[str, ...] = ("3",)
    """The phases in which the variable need not be set to be on; phase 3 of the plan changes the default in code."""
    by: str = ""

    def is_on(self, value: str, phase: str) -> bool:
        """Whether the flag is on at this value in this phase."""
        return phase in self.on_by_default if value == UNSET else value in self.on


@dataclass(frozen=True, kw_only=True)
class AllowList:
    """The variable that restricts models. ``keeps`` are those that are left where the target is blocked."""

    variable: str
    keeps: tuple[str, ...]
    prefixes: tuple[str, ...] = ()

    @property
    def block(self) -> str:
        """The value that blocks the model that is rolled out."""
        return ",".join(self.keeps)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of the PRE.3 table: what a name means under a flag value and an allow-list; ``expect`` may be ``refused``."""

    flag: str
    allow: str
    name: str
    expect: str


@dataclass(frozen=True, kw_only=True)
class LogPatterns:
    """What the plan's ``grep`` lines look for."""

    errors: tuple[str, ...]
    removed: str
    resolved: str


@dataclass(frozen=True, kw_only=True)
class Documents:
    """What documentation and notices say: ``default_model`` and ``deprecation`` are patterns, the first with one group."""

    default_model: str
    deprecation: str


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A row of the error table: how it is brought about, and what the caller and the wire must show.

    ``scenario`` or ``fault`` brings it about. ``status`` is what xAI answers, ``None`` where no answer comes or it is no error;
    then ``says`` is a pattern that the error's type or text must fit. ``leaves`` tells how often the request may leave:
    ``once``; ``bounded``, by the rollout's bound; or nothing, where the plan does not say.
    """

    name: str
    scenario: str = "plain"
    fault: str | None = None
    status: int | None = None
    says: str = ""
    leaves: str = ""


@dataclass(frozen=True, kw_only=True)
class Trials:
    """What is counted over many live calls, and what is allowed; rates and shares lie between 0 and 1."""

    error_rate: float
    most_calls: int
    error_pairs: int
    more_errors: float
    latency_pairs: int
    slower: float
    rounds: int
    worse: float


@dataclass(frozen=True, kw_only=True)
class Risk:
    """A line of the plan's risk matrix, and the rows that cover it."""

    name: str
    likelihood: str
    impact: str
    mitigation: str
    rows: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """A rollout as it is judged in one world and phase.

    ``target`` is rolled out beside ``old``; ``others`` are further models that were there before. ``called`` is how the plan
    writes the two. ``facts`` are those of the world, and ``digest`` is that of the rollout's own file or files.
    """

    id: str
    title: str
    phase: str
    target: ModelFacts
    old: ModelFacts
    others: tuple[ModelFacts, ...]
    called: tuple[str, str]
    unknown: str
    flag: Flag
    allow_list: AllowList
    cells: tuple[Cell, ...]
    """What is written by hand of the PRE.3 table."""
    logs: LogPatterns
    documents: Documents
    troubles: tuple[Trouble, ...]
    parameters: Mapping[str, tuple[Any, ...]]
    """What callers give, by parameter; ``limit`` is the output limit."""
    calls: int
    """Live calls with a convertible parameter, below which their share says too little."""
    attempts: int
    """Requests for one call that may be tried again, all layers counted together."""
    read_timeout: float
    """Seconds that a provider must be willing to wait for an answer."""
    trials: Trials
    risks: tuple[Risk, ...]
    facts: WorldFacts
    digest: str
    path: str = field(default="", compare=False)
    """Where it was read from."""

    @property
    def model(self) -> str:
        """The id of the model that is rolled out."""
        return self.target.id

    @property
    def world(self) -> str:
        """The name of the world in which it is judged."""
        return self.facts.name

    @property
    def before(self) -> tuple[ModelFacts, ...]:
        """The models that were there before the rollout."""
        return (self.old, *self.others)

    @cached_property
    def models(self) -> Mapping[str, ModelFacts]:
        """All of them by id, the target first."""
        return {model.id: model for model in (self.target, *self.before)}

    @cached_property
    def prices(self) -> Mapping[str, Price]:
        """What may be billed, by the name that answers; by its own id for a model that answers under another's name."""
        behind = {self.facts.served[id] for id in self.models} | {self.facts.served[self.facts.substitute]}
        own = {model.id: model.price for model in behind if not model.redirected}
        answering = [self.facts.served[model.named(None)] for model in behind]
        return own | {model.named(None): model.price for model in answering}

    @property
    def under(self) -> int:
        """Tokens of a prompt that just fits the target's window."""
        return self.target.window - RESERVE

    @property
    def over(self) -> int:
        """Tokens of a prompt that just does not."""
        return self.target.window + 1

    @property
    def wider(self) -> ModelFacts | None:
        """Of target and old model the one with the larger window; ``None`` where they are alike."""
        if self.target.window == self.old.window:
            return None
        return max(self.target, self.old, key=lambda model: model.window)

    @property
    def narrower(self) -> ModelFacts:
        """Of the two the one with the smaller window; the old model where they are alike."""
        return min(self.old, self.target, key=lambda model: model.window)

    @property
    def between(self) -> int:
        """Tokens of a prompt that fits the larger window of target and old model, and not the smaller."""
        return (self.target.window + self.old.window) // 2

    @property
    def narrow(self) -> int:
        """Tokens of a prompt that fits the window of each model."""
        return min(model.window for model in self.models.values()) - RESERVE

    def over_by(self, count: str) -> int:
        """Tokens of a prompt that is too long for the target, as a number that has these digits before its last three."""
        sizes = (millions * 1_000_000 + int(count) * 1000 for millions in count_from(0))
        return next(tokens for tokens in sizes if tokens > self.target.window)

    def meaning(self, name: str, flag: str) -> str:
        """The id of the model that a name means at this value of the flag; ``refused`` for a name of none."""
        if name == self.flag.moves:
            return self.target.id if self.flag.is_on(flag, self.phase) else self.old.id
        return next((model.id for model in self.models.values() if name in model.names), REFUSED)

    def expected(self, name: str, flag: str, allow: str) -> str:
        """What the plan makes of a name: an allow-list admits each name of the models that its entries mean at that moment."""
        by_hand = (cell.expect for cell in self.cells if (cell.name, cell.flag, cell.allow) == (name, flag, allow))
        meant = self.meaning(name, flag)
        admitted = {self.meaning(entry, flag) for entry in allow.split(",")}
        return next(by_hand, meant if allow == UNSET or meant in admitted else REFUSED)

    @cached_property
    def table(self) -> tuple[Cell, ...]:
        """The PRE.3 table: flag x name x allow-list (none, ids, an alias, one that is unknown in part, one that is wholly)."""
        return tuple(self._table())

    def _table(self) -> Iterator[Cell]:
        flags = (UNSET, self.flag.off[0], self.flag.on[0])
        allows = (UNSET, self.allow_list.block, self.flag.moves, f"{self.old.id},{self.unknown}", self.unknown)
        names = (self.flag.moves, *self.old.names[:2], *self.target.names[:2])
        for allow in dict.fromkeys((*allows, *(cell.allow for cell in self.cells))):
            for flag in dict.fromkeys((*flags, *(cell.flag for cell in self.cells))):
                for name in dict.fromkeys((*names, *(cell.name for cell in self.cells))):
                    yield Cell(flag=flag, allow=allow, name=name, expect=self.expected(name, flag, allow))
