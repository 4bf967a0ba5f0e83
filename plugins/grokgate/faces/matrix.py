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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grokgate.faces.check import child_environment, pytest_command
from grokgate.providers import description
from grokgate.providers.vehicle import load_adapter
from grokgate.values.evidence import Status

RED = (Status.FAILED, Status.NOT_OFFERED, Status.HARNESS_ERROR)
"""What a row is that says no; a row that was not run or does not apply says nothing."""
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
    def provider(self) -> str:
        return f"mutant:{self.name}"


def mutants() -> list[Mutant]:
    """The bundled mutants, in the order of their files."""
    return [_mutant(name, path) for name, path in description.mutants()]


def red_rows(provider: str, phase: str) -> set[str]:
    """The rows that are red for a provider in a phase. Raises ``NoVerdict``."""
    return {row["id"] for row in verdict_of(provider, phase)["rows"] if row["status"] in RED}


def verdict_of(provider: str, phase: str) -> dict[str, Any]:
    """The verdict of a gate, as ``verdict.json`` has it. Raises ``NoVerdict``."""
    with tempfile.TemporaryDirectory(prefix="grokgate-") as reports:
        asked = ["--provider", provider, "--phase", phase, "--reports", reports]
        without = [word for plugin in DISPENSABLE for word in ("-p", f"no:{plugin}")]
        gate = subprocess.run(  # noqa: S603  our own interpreter, and names of ours
            pytest_command(["--assert=plain", *without, *asked]),  # nobody reads its assertions
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
