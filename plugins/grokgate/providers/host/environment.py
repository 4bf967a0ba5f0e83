"""Interpreters for providers: a virtual environment per set of requirements, made once and kept."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from grokgate.formats.document import cache_folder, digest

TAIL = 12
"""Lines of pip's output that an error quotes."""
MARKER = "complete"
_MISLEADING = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER")


class EnvironmentNotMade(RuntimeError):
    """The provider's packages could not be installed: which, what pip said last, and what to do."""


def interpreter_for(requirements: Sequence[str], *, say: Callable[[str], None]) -> Path:
    """The Python of an environment that holds these requirements; it is made where it is not there yet.

    ``say`` is told when that takes a while. Environments lie in ``environments`` of the cache folder, one per set of
    requirements and version of this Python; deleting one is safe. Raises ``EnvironmentNotMade``.
    """
    folder = cache_folder() / "environments" / _name(requirements)
    python = folder / "bin" / "python"
    if _whole(folder, python):
        return python
    with _locked(folder.with_suffix(".lock"), say):
        if not _whole(folder, python):  # another worker may have made it meanwhile
            say(f"making an environment for {' '.join(sorted(requirements))} (once; about 20 s)")
            _make(folder, python, requirements)
    return python


def _name(requirements: Sequence[str]) -> str:
    version = f"{sys.implementation.name}-{'.'.join(map(str, sys.version_info[:3]))}"
    return digest(version.encode(), *(requirement.encode() for requirement in sorted(requirements)))[:20]


def _whole(folder: Path, python: Path) -> bool:
    """Whether it was made to the end, and the Python that it was made from is still there (its own is a link)."""
    return (folder / MARKER).is_file() and python.exists()


def _make(folder: Path, python: Path, requirements: Sequence[str]) -> None:
    # Environments do not move, so this one is made in its place; the marker, written last, tells a whole one from a part.
    shutil.rmtree(folder, ignore_errors=True)
    clean = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    clean |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    _run([sys.executable, "-m", "venv", str(folder)], clean, requirements)
    _run([str(python), "-m", "pip", "install", "--quiet", *requirements], clean, requirements)
    (folder / MARKER).write_text("\n".join(sorted(requirements)) + "\n", "utf-8")


def _run(command: Sequence[str], environment: Mapping[str, str], requirements: Sequence[str]) -> None:
    done = subprocess.run(  # noqa: S603  the description of the provider says what is installed
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        said = "\n  ".join(done.stdout.decode("utf-8", "replace").splitlines()[-TAIL:])
        raise EnvironmentNotMade(
            f"no environment for {' '.join(requirements)}: {' '.join(command[1:4])} ended with {done.returncode}\n  {said}\n"
            "Check the requirements in the provider's description and that pip reaches its index; or install them yourself "
            "and name that interpreter in the description."
        )


@contextmanager
def _locked(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock; it goes with the process that holds it, so a killed one leaves nothing to clear."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process makes the provider's environment; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
