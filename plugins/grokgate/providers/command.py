"""A command that is run beside a provider, such as its own tests, and what came of it."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PYTHON = "python"
"""The word of a command that stands for the provider's own interpreter."""
TAIL = 15
"""Lines of the output that are kept."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A command that was run: its exit code, ``None`` where it was stopped after ``seconds``; and the end of what it wrote."""

    command: str
    code: int | None
    output: str
    seconds: float

    @property
    def said(self) -> str:
        """One line for people."""
        ended = f"exit {self.code}" if self.code is not None else "stopped, since it did not end"
        last = next((line.strip("= ") for line in reversed(self.output.splitlines()) if line.strip("= ")), "")
        return f"{self.command}: {ended} after {self.seconds:.1f} s{': ' + last if last else ''}"


def _inherited() -> dict[str, str]:
    """This process' variables, without what a calling pytest and a step of GitHub Actions were told, such as where to report."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GITHUB_"))}


def run(
    command: str | Sequence[str],
    *,
    cwd: Path,
    interpreter: Path,
    environment: Mapping[str, str] | None = None,
    seconds: float = 900.0,
) -> Ran:
    """Run a command to its end, or for that many seconds at most. ``python`` among its words is ``interpreter``."""
    words = shlex.split(command) if isinstance(command, str) else list(command)
    begun = time.perf_counter()
    code: int | None = None
    try:
        done = subprocess.run(  # noqa: S603  the provider's description says what is run
            [str(interpreter) if word == PYTHON else word for word in words],
            cwd=cwd,
            env={**_inherited(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
        code, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
    except OSError as error:
        code, output = 127, f"{words[0]}: {error.strerror}".encode()
    kept = "\n".join(output.decode("utf-8", "replace").splitlines()[-TAIL:])
    return Ran(command=shlex.join(words), code=code, output=kept, seconds=time.perf_counter() - begun)
