"""Which rows the mutants turn red on a ground, as they were judged there or as they say of themselves.

A ground is a rollout at one of xAI's endpoints: ``grok-4`` is that at chat completions, ``grok-4@responses`` that at the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from grokgate.formats.contract import requirements
from grokgate.formats.rollout_file import DEFAULT, bundled_rollouts
from grokgate.formats.suites import owners
from grokgate.runs import mutants
from grokgate.runs.mutants import Mutant, at
from grokgate.values.world import CHAT, ENDPOINTS


@dataclass(frozen=True, kw_only=True)
class Kills:
    """The mutants as a ground shows them.

    ``lacks`` are rows that do not apply there, whoever provides; ``rows_of`` are those that a mutant turns red, by its name.
    """

    ground: str
    lacks: frozenset[str]
    known: Sequence[Mutant]
    rows_of: Mapping[str, frozenset[str]]

    @property
    def rows(self) -> list[str]:
        """The rows that replay decides there."""
        return [row for row in replayed() if row not in self.lacks]

    @property
    def faulty(self) -> list[Mutant]:
        """The mutants whose fault is one there."""
        return [mutant for mutant in self.known if self.named(mutant)]

    @property
    def strays(self) -> list[Mutant]:
        """The mutants that turn red other rows than they name."""
        return [mutant for mutant in self.known if self.rows_of[mutant.name] != self.named(mutant)]

    @property
    def unproven(self) -> list[str]:
        """The rows that no mutant turns red."""
        return [row for row in self.rows if row not in self.killed]

    @property
    def total(self) -> int:
        """How often a mutant turned a row red."""
        return sum(len(red) for red in self.rows_of.values())

    @cached_property
    def killed(self) -> frozenset[str]:
        return frozenset[str]().union(*self.rows_of.values())

    def named(self, mutant: Mutant) -> frozenset[str]:
        """The rows that a mutant should turn red there."""
        return mutant.breaks_on(self.ground, self.lacks)


def rollouts() -> list[str]:
    """The rollouts in which mutants are judged; the plan's is the first."""
    return sorted(bundled_rollouts(), key=lambda name: (name != DEFAULT, name))


def grounds() -> list[str]:
    """Where mutants are judged: each rollout at each endpoint, chat first."""
    return [at(api, rollout) for api in ENDPOINTS for rollout in rollouts()]


def api_of(ground: str) -> str:
    return ground.partition("@")[2] or CHAT


def replayed() -> list[str]:
    """The rows that replay decides: by a test, or by other rows."""
    return [id for id, row in requirements().items() if "replay" in row.modes and (id in owners() or row.sums)]


def as_named(ground: str, lacks: frozenset[str]) -> Kills:
    """What a ground should show by what the mutants say of themselves."""
    known = mutants.replayed()
    return Kills(
        ground=ground, lacks=lacks, known=known, rows_of={mutant.name: mutant.breaks_on(ground, lacks) for mutant in known}
    )
