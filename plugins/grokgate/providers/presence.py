"""Whether what a description names is there: the adapter in its interpreter, the command. Looked for before any row is judged,
since what is missing is the description's fault, and no row's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from grokgate.providers.host.process import KEPT, OURS
from grokgate.providers.vehicle import NoAdapter, load_adapter

LOOK = Path(__file__).parent / "host" / "look.py"
SECONDS = 60.0
"""How long an interpreter may import the adapter; a slower one is for the rows to tell."""


def find_here(adapter: str, here: Path) -> None:
    """Import the adapter into this process. Raises ``NoAdapter``."""
    try:
        load_adapter(adapter, here)
    except NoAdapter:
        raise
    except (Exception, SystemExit) as error:  # what the adapter's own module raises
        raise NoAdapter(f"{adapter} cannot be imported: {type(error).__name__}: {error}") from error


def find_there(adapter: str, here: Path, interpreter: Path | None, environment: Mapping[str, str], workdir: Path) -> None:
    """Import the adapter under the interpreter of its host (this one, if ``None``), and end it. Raises ``NoAdapter``."""
    python, told = str(interpreter or sys.executable), workdir / "told.json"
    kept = {name: os.environ[name] for name in (KEPT if interpreter else OURS) if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  the description of the provider says what is run
            [python, str(LOOK), adapter, str(here), str(told)],
            cwd=workdir,
            env={**kept, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return
    except OSError as error:
        raise NoAdapter(f"the interpreter {python} cannot be run: {error.strerror}") from None
    try:
        said = json.loads(told.read_bytes())
    except (OSError, ValueError):
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        how = f"{python} ended with exit code {done.returncode} while that was imported"
        raise NoAdapter(f"{adapter}: {how}{f': {last}' if last else ''}") from None
    if said:
        raise NoAdapter(said)


def find_command(command: Sequence[str], here: Path, environment: Mapping[str, str]) -> None:
    """Look for the program of a host, and for the script that lies beside the description. Raises ``NoAdapter``."""
    program, script = command[0], Path(command[1]) if len(command) > 1 else Path()
    if "/" in program and not Path(program).is_absolute():
        raise NoAdapter(f"the command {program} runs in a folder of its own: say {{here}}/{program.removeprefix('./')}")
    found = shutil.which(program, path=environment.get("PATH", os.environ.get("PATH")))
    if found is None:
        why = "must not be executed" if Path(program).is_file() else "is not there"
        raise NoAdapter(f"the command {program} {why}; the description names it")
    if why := _cannot_run(Path(found)):
        raise NoAdapter(f"the command {program} {why}")
    if script.is_relative_to(here) and not script.exists():
        raise NoAdapter(f"there is no file {script}, which the description's command names")


def _cannot_run(program: Path) -> str:
    """Why the system cannot run a text, as it runs one whose first line names its interpreter; empty where it can."""
    with program.open("rb") as file:
        head = file.read(512)
    if b"\0" in head:  # made for a machine
        return ""
    if not head.startswith(b"#!"):
        return "does not begin with #! and the interpreter that runs it"
    interpreter = head[2:].split(maxsplit=1)[0].decode("utf-8", "replace") if head[2:].strip() else ""
    return "" if Path(interpreter).exists() else f"is run by {interpreter or 'nothing'}, by its first line, and that is not there"
