"""A run inside a step of GitHub Actions: its output commands nothing, and it ends with annotations and a summary.

Under ``grokgate check`` a process around the run stops and resumes commands (``check.step``), so nothing that a provider's
process says is outside. A plain pytest does it itself, from the start of its session to its end: what a provider's module
prints while it is imported, or at the exit of the process, is outside.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grokgate.reports import github

if TYPE_CHECKING:
    from grokgate.faces.gate import Gate


class Step:
    """The hooks of a run that GitHub Actions reads."""

    def __init__(self, config: pytest.Config, gate: Gate, environment: Mapping[str, str]) -> None:
        self.config = config
        self.gate = gate
        self.summary = environment.get("GITHUB_STEP_SUMMARY", "")
        self.token = secrets.token_hex(16)
        self.told = environment.get(github.ANNOTATIONS, "")
        """The file for the annotations, where ``grokgate check`` stands around this run and has stopped commands."""
        os.environ.pop(github.ANNOTATIONS, None)  # this run's alone, and of no gate within it

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if not self.told:
            self._write(github.stopped(self.token))

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Late, after all that is said while pytest runs. Without a verdict commands stay stopped: pytest has yet to say why."""
        if (verdict := self.gate.verdict) is None:
            return
        header, folder = self.gate.run.header, os.path.relpath(self.gate.run.folder)
        lines = github.annotated(header, verdict, folder)
        if self.told:
            Path(self.told).write_text("\n".join(lines), "utf-8", "replace")
        else:
            for line in (github.resumed(self.token), *lines):
                self._write(line)
        if self.summary:
            try:
                github.append_summary(Path(self.summary), header, verdict, folder)
            except OSError as error:
                self._write(f"grokgate: GITHUB_STEP_SUMMARY cannot be written, and has no summary: {error.strerror}")

    def _write(self, line: str) -> None:
        terminal = self.config.get_terminal_writer()
        terminal.line(line)
        terminal.flush()
