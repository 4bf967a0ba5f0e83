"""What several floors test with: a world and a tape of it, and gates in processes of their own."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from grokgate.faces.check import child_environment
from grokgate.formats.evidence_file import Evidence, read_evidence
from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world

settings.register_profile("grokgate", deadline=None, database=None)
settings.load_profile("grokgate")


@pytest.fixture(scope="session")
def world():
    """How xAI behaved while grok-4 was grok-4-0709."""
    return load_world(home() / "cassettes" / "grok-4-0709")


@pytest.fixture(scope="session")
def tape(world):
    """That world, answering the one key ``example-key``."""
    return Tape(world, prompts(), key="example-key")


@pytest.fixture(scope="session")
def later_world():
    """How xAI behaves since grok-4 is grok-4.3."""
    return load_world(home() / "cassettes" / "grok-4.3")


@pytest.fixture(scope="session")
def later_tape(later_world):
    """That world, answering the same key."""
    return Tape(later_world, prompts(), key="example-key")


NEEDLESS = "-p no:hypothesispytest -p no:anyio"
"""Plugins that a developer's environment has, and that take as long to load as a small gate."""


@dataclass(frozen=True)
class Ran:
    """A command that ran in a process of its own: its exit code, what it said, and the folder for its reports."""

    code: int
    said: str
    complained: str
    reports: Path

    @property
    def verdict(self) -> dict[str, Any]:
        """``verdict.json``."""
        return json.loads((self.reports / "verdict.json").read_bytes())

    @property
    def rows(self) -> dict[str, str]:
        """The status of each row."""
        return {row["id"]: row["status"] for row in self.verdict["rows"]}

    @property
    def evidence(self) -> Evidence:
        return read_evidence(self.reports / "evidence.jsonl")


def environment(**more: str) -> dict[str, str]:
    """What a child process is told: nothing of this pytest and its worker or of a step of CI, and no key of the operator's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "XAI_", "GITHUB_"))}
    return {**child_environment(kept), "PYTEST_ADDOPTS": NEEDLESS, **more}


@pytest.fixture
def grokgate(tmp_path: Path) -> Callable[..., Ran]:
    """Runs ``grokgate`` with these words in an empty folder; other keywords are environment variables."""

    def run(*words: str, **variables: str) -> Ran:
        command = [sys.executable, "-m", "grokgate", *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment(**variables), capture_output=True, text=True, check=False)
        return Ran(done.returncode, done.stdout, done.stderr, tmp_path / "reports")

    return run


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the workers of this session share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def once(shared: Path) -> Callable[..., Ran]:
    """Runs a command in a folder, by default one of its own; the same runs once in a session, whichever worker asks first."""

    def run(*words: str, where: Path | None = None) -> Ran:
        folder = shared / f"ran-{hashlib.sha256(repr((words, where)).encode()).hexdigest()[:12]}"
        folder.mkdir(exist_ok=True)
        ended = folder / "ended.json"
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not ended.exists():
                words = tuple(word.format(folder=folder) for word in words)
                done = subprocess.run(words, cwd=where or folder, env=environment(), capture_output=True, text=True, check=False)
                ended.write_text(json.dumps([done.returncode, done.stdout, done.stderr]))
        return Ran(*json.loads(ended.read_text()), folder / "reports")

    return run


@pytest.fixture(scope="session")
def gate(once: Callable[..., Ran]) -> Callable[..., Ran]:
    """Runs ``grokgate check`` with these arguments, once in a session."""
    return lambda *arguments: once(sys.executable, "-m", "grokgate", "check", "--reports", "{folder}/reports", *arguments)


@pytest.fixture(scope="session")
def misbehaving() -> Callable[[str], str]:
    """Names a provider of ``tests/providers/misbehaving.py`` as ``--provider`` takes it."""
    return lambda name: f"{Path(__file__).parent / 'providers' / 'misbehaving.py'}:{name}"
