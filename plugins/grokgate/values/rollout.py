"""A rollout as data: the models and their names, the switches, the tables and the bounds of ``suites/rollouts/*.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
    attempts: int
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
            attempts=data["bounds"]["attempts"],
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


def _cells(rows: list[Mapping[str, Any]]) -> Iterator[Resolution]:
    for row in rows:
        for flag in row["flag"]:
            for name, expect in row["expect"].items():
                yield Resolution(flag=flag, allow=row["allow"], name=name, expect=expect)
