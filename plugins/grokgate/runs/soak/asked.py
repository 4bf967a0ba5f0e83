"""What a soak is asked for: how many calls, by how many, how fast and for how much; and where it is told."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from grokgate.runs.check import OPERATORS, child_environment, forget
from grokgate.runs.listing import found
from grokgate.runs.live_asked import NotAsked, live_of
from grokgate.runs.run import GateRun

ROW = "SC-2.1"
"""The row that a soak decides."""
PORT = 5557
"""Where a master listens for workers of other machines, as Locust does by itself."""


@dataclass(frozen=True, kw_only=True)
class SoakAsked:
    """The words of the command line. Neither the key nor xAI's address is among them: they are in the environment.

    ``workers`` are those that are started here. ``rate`` is calls a second, of all users together; ``budget`` is dollars. With
    ``until_decided`` no more is asked than it takes to tell. ``bind`` is the address at which workers and Prometheus are heard,
    ``linger`` are seconds for which the metrics stay after the last call.
    """

    provider: str
    named: bool = True
    phase: str
    rollout: str | None
    world: str | None
    calls: int
    workers: int
    users: int
    rate: float
    budget: float
    until_decided: bool
    reports: str | None
    bind: str
    port: int
    metrics_port: int | None
    linger: float

    def to_word(self) -> str:
        """As one word of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def of_word(cls, word: str) -> SoakAsked:
        return cls(**json.loads(word))


@dataclass(frozen=True, kw_only=True)
class WorkerAsked:
    """The words of a worker. ``name`` is given by the master that starts it; a worker of another machine has none."""

    provider: str
    host: str
    port: int
    name: str = ""
    journal: str

    def to_word(self) -> str:
        """As one word of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def of_word(cls, word: str) -> WorkerAsked:
        return cls(**json.loads(word))


def command(part: str, word: str) -> list[str]:
    """The command that runs a ``master`` or a ``worker``."""
    return [sys.executable, "-m", "grokgate.runs.soak", part, word]


def become(part: str, word: str) -> NoReturn:
    """Go on as a ``master`` or a ``worker`` in place of this process, so that one press of Ctrl-C is heard once."""
    os.execve(sys.executable, command(part, word), child_environment(os.environ))  # noqa: S606  our own interpreter


def ready() -> None:
    """Raises ``NotAsked`` where the engine is not installed."""
    if missing := [name for name in ("locust", "prometheus_client") if find_spec(name) is None]:
        raise NotAsked(f"a soak needs {' and '.join(missing)}; nothing was sent. Install them: pip install 'grokgate[soak]'")


def asked_run(
    provider: str,
    phase: str,
    rollout: str | None,
    world: str | None,
    folder: Path,
    dollars: float = 1.0,
    *,
    named: bool = True,
) -> GateRun:
    """The run of a gate for the one row that a soak decides. Takes the key out of this process' environment.

    Raises ``NotAsked``, ``NotFound`` and ``BadDocument``.
    """
    live = live_of(os.environ, dollars)
    forget(*OPERATORS)
    return GateRun(
        description=found(provider),
        spec=provider,
        named=named,
        phase=phase,
        scope="postdeploy",
        rollout_name=rollout,
        world_name=world,
        strict=False,
        only=(ROW,),
        folder=folder,
        evidence=folder / "evidence.jsonl",
        live=live,
    )
