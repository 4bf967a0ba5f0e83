"""Gates by the hundred: each in a process of its own, forked from one that has imported what a gate imports."""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from grokgate.formats.rollout_file import DEFAULT
from grokgate.formats.suites import owners
from grokgate.reports.words import RED
from grokgate.runs.check import child_environment, pytest_arguments
from grokgate.runs.mutants import Mutant, at
from grokgate.values.world import CHAT

BESIDE = ("PRE.1", "PRE.2")
"""Rows whose tests run commands of seconds beside the provider; they are judged for the mutants that name them alone."""
DISPENSABLE = ("allure_pytest", "xdist", "hypothesispytest", "anyio", "unraisableexception", "doctest", "junitxml", "pastebin")
"""Plugins that pytest need not load for a gate in one process."""
IMPORTED = (
    *("pytest", "hypothesis", "jsonschema", "respx", "vcr"),
    *("grokgate.faces.gate", "grokgate.judgement.expect", "grokgate.judgement.spellings"),
    *("grokgate.intercept.http_server", "grokgate.intercept.respx", "grokgate.intercept.vcr", "grokgate.providers.host.process"),
)
"""What is imported once for all gates; the rest costs each of them little."""


class NoVerdict(RuntimeError):
    """A gate ended without a verdict; what it said."""


def red_rows(
    provider: str, phase: str, *, rollout: str = DEFAULT, without: Collection[str] = BESIDE, only: Collection[str] = ()
) -> set[str]:
    """The rows that are red for a provider in a phase of a rollout, but for those left out. Raises ``NoVerdict``."""
    found = verdict_of(provider, phase, rollout=rollout, without=without, only=only)
    return {row["id"] for row in found["rows"] if row["status"] in RED}


def red_rows_of(mutant: Mutant, rollout: str = DEFAULT, api: str = CHAT) -> set[str]:
    """The rows that are red for a mutant at an endpoint."""
    beside = [row for row in BESIDE if row not in mutant.breaks]
    return red_rows(at(api, mutant.provider), mutant.phase, rollout=rollout, without=beside)


def verdict_of(
    provider: str, phase: str, *, rollout: str = DEFAULT, without: Collection[str] = BESIDE, only: Collection[str] = ()
) -> dict[str, Any]:
    """The verdict of a gate, as ``verdict.json`` has it; rows in ``without`` are not run, and with ``only`` no others.

    Raises ``NoVerdict``.
    """
    with tempfile.TemporaryDirectory(prefix="grokgate-") as reports:
        asked = [
            "--provider",
            provider,
            "--rollout",
            rollout,
            "--phase",
            phase,
            "--reports",
            reports,
            *(word for row in only for word in ("--only", row)),
        ]
        plugins = [word for plugin in DISPENSABLE for word in ("-p", f"no:{plugin}")]
        chosen = but_for([row for row in without if row not in only])
        arguments = pytest_arguments(["--assert=plain", *plugins, *chosen, *asked])  # nobody reads its assertions
        gate = _processes().Process(target=_gate, args=(arguments, reports))
        gate.start()
        gate.join()
        try:
            verdict: dict[str, Any] = json.loads((Path(reports) / "verdict.json").read_bytes())
        except (OSError, ValueError):
            said = (Path(reports) / "said.txt").read_text("utf-8", "replace")
            raise NoVerdict(f"the gate of {provider} in phase {phase} said none (exit {gate.exitcode}):\n{said}") from None
        return verdict


def but_for(rows: Collection[str]) -> list[str]:
    """What pytest is told, to leave these rows out."""
    return ["-k", " and ".join(f"not {owners()[row].rpartition('::')[2]}" for row in rows)] if rows else []


@cache
def _processes() -> Any:
    """Where processes come from: forked from a server without threads, or, where there is none, made from nothing."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    return context


def _gate(arguments: Sequence[str], reports: str) -> None:
    """A gate, in a process that is there for it alone."""
    import pytest

    os.chdir(reports)
    with open("said.txt", "wb") as said:  # noqa: PTH123  its descriptor is what is needed
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
    # What a calling pytest was told, such as the name of its worker, or a step of GitHub Actions, is not meant for this one.
    for name in [name for name in os.environ if name.startswith(("PYTEST_", "GITHUB_"))]:
        del os.environ[name]
    os.environ.update(child_environment(os.environ))
    raise SystemExit(int(pytest.main(list(arguments))))
