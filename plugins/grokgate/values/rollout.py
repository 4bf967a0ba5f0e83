"""A rollout as data: the models and their names, the switches, the tables and the bounds of ``suites/rollouts/*.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

UNSET = "unset"
"""In tables: the variable is not there."""
REFUSED = "refused"
"""In tables: nothing may leave."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What a provider should know of one model in one world. ``window`` is in tokens."""

    id: str
    names: tuple[str, ...]
    wire: frozenset[str]
    limit_field: str
    reasoning: bool
    capabilities: tuple[str, ...]
    served: frozenset[str]
    window: int
    refuses: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Flag:
    """The variable that moves one name from one model to another."""

    variable: str
    moves: str
    off: str
    on: str
    on_by_default: tuple[str, ...]
    """The phases in which the variable need not be set to be on."""
    true_values: tuple[str, ...]
    false_values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AllowList:
    """The variable that restricts models, and the value that blocks the one that is rolled out."""

    variable: str
    block: str
    prefixes: tuple[str, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        return tuple(self.block.split(","))


@dataclass(frozen=True, kw_only=True)
class Resolution:
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
    deprecated_names: tuple[str, ...]
    deprecation: str


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a model costs, in ticks per token; a tick is 1e-10 dollars.

    Prompts of more than ``long_above`` tokens cost ``long_prompt`` and ``long_completion``, and what is cached of them rises as
    the prompt does. ``None`` means that there is no such tier.
    """

    prompt: int
    cached: int
    completion: int
    long_above: int | None = None
    long_prompt: int = 0
    long_completion: int = 0

    def ticks(self, *, prompt: int, cached: int, completion: int, reasoning: int) -> int:
        """The cost of a call by its tokens; ``completion`` is what is shown, and reasoning costs the same."""
        long = self.long_above is not None and prompt > self.long_above
        each, cache, out = self.prompt, self.cached, self.completion
        if long:
            each, cache, out = self.long_prompt, self.cached * self.long_prompt // self.prompt, self.long_completion
        return (prompt - cached) * each + cached * cache + (completion + reasoning) * out


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
    """A rollout as it is judged in one world and phase."""

    id: str
    title: str
    world: str
    phase: str
    model: str
    unknown: str
    baseline: tuple[str, ...]
    models: Mapping[str, ModelFacts]
    flag: Flag
    allow_list: AllowList
    resolutions: tuple[Resolution, ...]
    logs: LogPatterns
    documents: Documents
    prices: Mapping[str, Price]
    troubles: tuple[Trouble, ...]
    parameters: Mapping[str, tuple[Any, ...]]
    """What callers give, by parameter; ``limit`` is the output limit."""
    calls: int
    """Calls with a convertible parameter, below which their share says too little."""
    attempts: int
    """Requests for one call that may be tried again, all layers counted together."""
    read_timeout: float
    """Seconds that a provider must be willing to wait for an answer."""
    trials: Trials
    risks: tuple[Risk, ...]
    digest: str

    @property
    def target(self) -> ModelFacts:
        """The model that is rolled out."""
        return self.models[self.model]

    def expected(self, cell: Resolution) -> str:
        """What the table says of a cell in this phase: an unset flag means on where the phase says so."""
        if cell.flag != UNSET or self.phase not in self.flag.on_by_default:
            return cell.expect
        alike = (
            on for on in self.resolutions if (on.flag, on.allow, on.name) == (self.flag.true_values[0], cell.allow, cell.name)
        )
        return next(alike).expect

    @classmethod
    def from_toml(cls, data: Mapping[str, Any], *, world: str, phase: str, digest: str) -> Rollout:
        return cls(
            id=data["id"],
            title=data["title"],
            world=world,
            phase=phase,
            model=data["model"],
            unknown=data["unknown"],
            baseline=tuple(data["baseline"]),
            models={row["id"]: _model(row, world) for row in data["model_entry"]},
            flag=Flag(**_tuples(data["flag"])),
            allow_list=AllowList(**_tuples(data["allow_list"])),
            resolutions=tuple(_cells(data["resolution"])),
            logs=LogPatterns(**_tuples(data["logs"])),
            documents=Documents(**_tuples(data["documents"])),
            prices={row["model"]: _price(row) for row in data["price"]},
            troubles=tuple(Trouble(**row) for row in data["trouble"]),
            parameters={name: tuple(values) for name, values in data["parameters"].items()},
            calls=data["bounds"]["calls"],
            attempts=data["bounds"]["attempts"],
            read_timeout=data["bounds"]["read_timeout"],
            trials=Trials(**data["trials"]),
            risks=tuple(Risk(**_tuples(row)) for row in data["risk"]),
            digest=digest,
        )


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _model(row: Mapping[str, Any], world: str) -> ModelFacts:
    era = row["worlds"][world]
    return ModelFacts(
        id=row["id"],
        names=tuple(row["names"]),
        wire=frozenset(row["wire"]),
        limit_field=row["limit_field"],
        reasoning=row["reasoning"],
        capabilities=tuple(row["capabilities"]),
        served=frozenset(era["served"]),
        window=era["window"],
        refuses=frozenset(era["refuses"]),
    )


def _price(row: Mapping[str, Any]) -> Price:
    """Dollars per million tokens are ten thousand ticks per token."""
    price = Price(prompt=_ticks(row["input"]), cached=_ticks(row["cached"]), completion=_ticks(row["output"]))
    if long := row.get("long_context"):
        tier = {"long_prompt": _ticks(long["input"]), "long_completion": _ticks(long["output"])}
        return replace(price, long_above=long["above"], **tier)
    return price


def _ticks(dollars: float) -> int:
    return round(dollars * 10_000)


def _cells(rows: list[Mapping[str, Any]]) -> Iterator[Resolution]:
    for row in rows:
        for flag in row["flag"]:
            for name, expect in row["expect"].items():
                yield Resolution(flag=flag, allow=row["allow"], name=name, expect=expect)
