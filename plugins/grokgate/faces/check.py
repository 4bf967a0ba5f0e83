"""``grokgate check``: the gate as a child process of pytest, the same from a checkout, an editable install and a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from grokgate.formats.home import PACKAGE, home

WRONG_USE, HARNESS_FAILED = 2, 3
_PYTEST_INTERRUPTED, _PYTEST_INTERNAL, _PYTEST_USAGE = 2, 3, 4
_QUIET = ("-qq", "--no-header", "--tb=no", "-rN", "--disable-warnings")


def pytest_command(arguments: Sequence[str], *, quiet: bool = True) -> list[str]:
    """The command line that runs the suites, wherever they lie; node ids are relative to their home."""
    suites = home() / "suites"
    settings = ["--rootdir", str(home()), "-c", str(suites / "gate.ini"), "--confcutdir", str(suites)]
    noise = list(_QUIET) if quiet else []
    return [sys.executable, "-m", "pytest", *settings, "-p", "grokgate.faces.plugin", *noise, *arguments, str(suites)]


def run(arguments: Sequence[str], *, quiet: bool = True, folder: Path | None = None) -> int:
    """Run the gate and give its exit code: 0 go, 1 no-go, 10 inconclusive, 2 wrong use, 3 the harness itself failed."""
    done = subprocess.run(pytest_command(arguments, quiet=quiet), env=child_environment(os.environ), cwd=folder, check=False)  # noqa: S603
    return _meaning(done.returncode)


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """This process' environment, with the package to be found where it is not installed."""
    source = str(PACKAGE.parent)
    paths = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path and path != source]
    return {**environment, "PYTHONPATH": os.pathsep.join([source, *paths])} if home() != PACKAGE else dict(environment)


def _meaning(code: int) -> int:
    """pytest's own exit codes, where no verdict was reached, as grokgate's."""
    if code == _PYTEST_USAGE:
        return WRONG_USE
    return HARNESS_FAILED if code in (_PYTEST_INTERRUPTED, _PYTEST_INTERNAL) or code < 0 else code
