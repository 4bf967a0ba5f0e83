"""Mutants: the reference provider with one fault each, which prove that a check can fail.

Each mutant in ``fixtures/mutants`` says which rows of the contract it breaks; ``grokgate matrix`` holds it to that.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grokgate.providers import description
from grokgate.providers.vehicle import load_adapter
from grokgate.values.world import CHAT, ENDPOINTS


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A broken provider: its name as people type it, what is wrong with it, the rows that it breaks, and in which phase.

    ``live`` are the rows that it breaks among those that live traffic alone decides. ``apis`` are the endpoints at which its
    fault is one. A ground is a rollout, by its id, or that at responses: ``grok-4``, ``grok-4@responses``. ``elsewhere`` are
    the rows that it breaks on a ground, in a rollout, or at an endpoint (``@responses``), where its fault shows otherwise than
    ``breaks`` says; none at all where it is no fault there.
    """

    name: str
    doc: str
    breaks: frozenset[str]
    phase: str
    live: frozenset[str]
    apis: tuple[str, ...] = ENDPOINTS
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)

    def breaks_on(self, ground: str, lacks: Collection[str] = ()) -> frozenset[str]:
        """The rows that it breaks on a ground; ``lacks`` are those that do not apply there."""
        rollout, at, api = ground.partition("@")
        if (api or CHAT) not in self.apis:
            return frozenset()
        said = (self.elsewhere[place] for place in (ground, f"{at}{api}", rollout) if place in self.elsewhere)
        return next(said, self.breaks) - frozenset(lacks)

    @property
    def fault(self) -> str:
        """What is wrong with it, on one line."""
        return " ".join(self.doc.split())

    @property
    def provider(self) -> str:
        return f"mutant:{self.name}"


def at(api: str, what: str) -> str:
    """A provider, or a rollout, at an endpoint: ``reference@responses``; at chat by its name alone."""
    return what if api == CHAT else f"{what}@{api}"


def mutants() -> list[Mutant]:
    """The bundled mutants, in the order of their files."""
    return [_mutant(name, path) for name, path in description.mutants()]


def replayed() -> list[Mutant]:
    """Those that replay shows."""
    return [mutant for mutant in mutants() if mutant.breaks or not mutant.live]


def _mutant(name: str, path: Path) -> Mutant:
    broken: Any = load_adapter(f"{path}:{name}", path.parent)
    says = next(vars(kind) for kind in broken.__mro__ if "breaks" in vars(kind))  # one that breaks other rows is another fault
    return Mutant(
        name=description.kebab(name),
        doc=inspect.getdoc(broken) or "",
        breaks=frozenset(broken.breaks),
        phase=getattr(broken, "phase", "1"),
        live=frozenset(getattr(broken, "live", ())),
        apis=getattr(broken, "apis", ENDPOINTS),
        elsewhere={place: frozenset(rows) for place, rows in says.get("elsewhere", {}).items()},
    )
