"""Mutants and rows: which requirements turn red for a provider that breaks one of them.

A check that never fails proves nothing. Each mutant in ``fixtures/mutants`` is the reference provider with one fault, and says
which rows it breaks; each is judged by a gate of its own, in a process of its own.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grokgate.faces.check import child_environment, pytest_command
from grokgate.formats.suites import owners
from grokgate.providers import description
from grokgate.providers.vehicle import load_adapter
from grokgate.values.evidence import Status

RED = (Status.FAILED, Status.NOT_OFFERED, Status.HARNESS_ERROR)
"""What a row is that says no; a row that was not run or does not apply says nothing."""
BESIDE = ("PRE.1", "PRE.2")
"""Rows whose tests run commands of seconds beside the provider; they are judged for the mutants that name them alone."""
DISPENSABLE = ("allure_pytest", "xdist", "hypothesispytest", "anyio")
"""Plugins that pytest need not load for a gate in one process."""


class NoVerdict(RuntimeError):
    """A gate ended without a verdict; what it said."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A broken provider: its name as people type it, what is wrong with it, the rows that it breaks, and in which phase."""

    name: str
    doc: str
    breaks: frozenset[str]
    phase: str

    @property
    def fault(self) -> str:
        """What is wrong with it, on one line."""
        return " ".join(self.doc.split())

    @property
    def provider(self) -> str:
        return f"mutant:{self.name}"


def mutants() -> list[Mutant]:
    """The bundled mutants, in the order of their files."""
    return [_mutant(name, path) for name, path in description.mutants()]


def red_rows(provider: str, phase: str, *, without: Collection[str] = BESIDE) -> set[str]:
    """The rows that are red for a provider in a phase, but for those left out. Raises ``NoVerdict``."""
    return {row["id"] for row in verdict_of(provider, phase, without=without)["rows"] if row["status"] in RED}


def red_rows_of(mutant: Mutant) -> set[str]:
    """The rows that are red for a mutant."""
    return red_rows(mutant.provider, mutant.phase, without=[row for row in BESIDE if row not in mutant.breaks])


def verdict_of(provider: str, phase: str, *, without: Collection[str] = BESIDE) -> dict[str, Any]:
    """The verdict of a gate, as ``verdict.json`` has it; rows in ``without`` are not run. Raises ``NoVerdict``."""
    with tempfile.TemporaryDirectory(prefix="grokgate-") as reports:
        asked = ["--provider", provider, "--phase", phase, "--reports", reports]
        plugins = [word for plugin in DISPENSABLE for word in ("-p", f"no:{plugin}")]
        left_out = " and ".join(f"not {owners()[row].rpartition('::')[2]}" for row in without)
        chosen = ["-k", left_out] if left_out else []
        gate = subprocess.run(  # noqa: S603  our own interpreter, and names of ours
            pytest_command(["--assert=plain", *plugins, *chosen, *asked]),  # nobody reads its assertions
            # What a calling pytest was told, such as the name of its worker, is not meant for this one.
            env=child_environment({name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}),
            cwd=reports,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        try:
            verdict: dict[str, Any] = json.loads((Path(reports) / "verdict.json").read_bytes())
        except (OSError, ValueError):
            raise NoVerdict(
                f"the gate of {provider} in phase {phase} said none (exit {gate.returncode}):\n{gate.stdout}"
            ) from None
        return verdict


def _mutant(name: str, path: Path) -> Mutant:
    broken: Any = load_adapter(f"{path}:{name}", path.parent)
    return Mutant(
        name=description.kebab(name),
        doc=inspect.getdoc(broken) or "",
        breaks=frozenset(broken.breaks),
        phase=getattr(broken, "phase", "1"),
    )
