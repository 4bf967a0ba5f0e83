"""The workers of a soak that run on this machine: processes of a session each, so that Ctrl-C reaches the master alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

import gevent

from grokgate.formats.journal import Kept, read_journal
from grokgate.runs.check import child_environment
from grokgate.runs.soak.asked import WorkerAsked, command

TOLD = 5
"""Lines of a worker's log that are shown where it did not get to work."""


class Crew:
    """Starts workers, tells once one has ended, and sees to it that one that is given up asks nothing more.

    What their providers leave lies in a folder for temporary files that is taken away at the end, since a worker that was killed
    cleans up nothing.
    """

    def __init__(self, folder: Path, ended: Callable[[str, int], None]) -> None:
        self._folder, self._ended = folder, ended
        self._temporary = ""
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, provider: str, host: str, port: int, environment: dict[str, str]) -> None:
        """Start one more; ``environment`` holds the key."""
        self._temporary = self._temporary or tempfile.mkdtemp(prefix="grokgate-")
        number = len(self._processes) + 1
        name = f"worker {number}"
        asked = WorkerAsked(provider=provider, host=host, port=port, name=name, journal=str(self.journal(name)))
        with self.log(name).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  our own interpreter
                command("worker", asked.to_word()),
                env={**child_environment(dict(os.environ)), **environment, "TMPDIR": self._temporary},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes[name] = process
        gevent.spawn(lambda: self._ended(name, process.wait()))

    def journal(self, name: str) -> Path:
        return self._folder / f"journal-{name.rpartition(' ')[2]}.jsonl"

    def did(self, name: str, known: Collection[int]) -> Kept:
        """What a worker did beside the calls that are known; nothing where it did not get to work."""
        journal = self.journal(name)
        return read_journal(journal, known) if journal.exists() else Kept()

    def log(self, name: str) -> Path:
        return self._folder / f"worker-{name.rpartition(' ')[2]}.log"

    def last_words(self, name: str) -> str:
        """The end of a worker's log, on one line."""
        lines = self.log(name).read_text("utf-8", "replace").splitlines()
        return " | ".join(line.strip() for line in lines[-TOLD:])

    def has(self, name: str) -> bool:
        """Whether a worker is one of this machine, even if it has ended."""
        return name in self._processes

    @property
    def names(self) -> list[str]:
        """All that were started."""
        return list(self._processes)

    @property
    def alive(self) -> set[str]:
        """The names of those that run."""
        return {name for name, process in self._processes.items() if process.poll() is None}

    def kill(self, name: str) -> None:
        """End a worker at once. That it has ended is told as if it had died."""
        if self._processes[name].poll() is None:
            self._processes[name].kill()

    def close(self, seconds: float) -> None:
        """Wait for all to end, and end those that do not."""
        for name, process in self._processes.items():
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill(name)
                process.wait()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)
