"""``grokgate check``: the gate as a child process of pytest, the same from a checkout, an editable install and a wheel."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from grokgate.formats.home import PACKAGE, home
from grokgate.judgement.verdict import EXIT_CODES
from grokgate.reports import github
from grokgate.runs.listing import NotFound, found
from grokgate.values.evidence import Decision

WRONG_USE, HARNESS_FAILED = 2, 3
OPERATORS = ("XAI_API_KEY", "XAI_BASE_URL")
"""Variables of whoever runs the gate, which no provider sees: it has those of the deployment."""
STOPS = (signal.SIGINT, signal.SIGTERM)
"""What asks a run to stop."""
NAMING_SECONDS = 60.0
"""How long a module may take to be imported for the name of its provider."""
KILLS = 3
"""How often it is asked until it is killed."""
_PYTEST_INTERRUPTED, _PYTEST_INTERNAL, _PYTEST_USAGE = 2, 3, 4
_NAMING = """
import json, pathlib, sys
from grokgate.runs.listing import NotFound, found
try:
    said = {"name": found(sys.argv[1]).name}
except NotFound as refused:
    said = {"refused": str(refused)}
pathlib.Path(sys.argv[2]).write_text(json.dumps(said))
"""
_QUIET = ("-qq", "--no-header", "--tb=no", "-rN", "--disable-warnings")


def pytest_command(arguments: Sequence[str], *, quiet: bool = True) -> list[str]:
    """The command line that runs the suites, wherever they lie."""
    return [sys.executable, "-m", "pytest", *pytest_arguments(arguments, quiet=quiet)]


def pytest_arguments(arguments: Sequence[str], *, quiet: bool = True) -> list[str]:
    """What pytest is told, to run the suites, wherever they lie; node ids are relative to their home."""
    suites = home() / "suites"
    settings = ["--rootdir", str(home()), "-c", str(suites / "gate.ini"), "--confcutdir", str(suites)]
    noise = list(_QUIET) if quiet else []
    return [*settings, "-p", "grokgate.faces.doorbell", "--grokgate", *noise, *arguments, str(suites)]


def run(arguments: Sequence[str], *, evidence: Path, quiet: bool = True) -> int:
    """Run the gate and give its exit code: 0 go, 1 no-go, 10 inconclusive, 2 wrong use, 3 the harness itself failed.

    A provider that ends the process it runs in ends it with a code of its own choice, so a verdict's code counts only where
    ``evidence`` was sealed with that verdict by this run. A live run that is stopped seals what it has.
    """
    begun = time.time()
    ended, stopped = _ended(pytest_command(arguments, quiet=quiet))
    code = _meaning(ended)
    if stopped and sealed_code(evidence, begun) != code:
        sys.stderr.write("\ngrokgate: stopped by hand; there is no verdict\n")
        return HARNESS_FAILED
    if code in EXIT_CODES.values() and sealed_code(evidence, begun) != code:
        how = f"the run ended with exit code {code} and without a verdict"
        sys.stderr.write(f"\ngrokgate: {how}; did the provider end it, or a word behind --?\n")
        return HARNESS_FAILED
    return code


def tell(arguments: Sequence[str]) -> int:
    """Ask the gate for what it tells without judging, and give the exit code."""
    return _meaning(_ended(pytest_command(arguments))[0])


def _ended(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, stderr: int | None = None
) -> tuple[int, bool]:
    """Run a command to its end; give its exit code, and whether it was asked to stop.

    What asks this process to stop is handed on, and the end is awaited: a run that is stopped has yet to seal what it found. One
    press of a key may come twice, from a terminal and from the process above; asked a third time, the command is killed.
    """
    asked: list[int] = []
    environment = child_environment(os.environ) if environment is None else environment
    with subprocess.Popen(command, env=environment, stderr=stderr) as process:  # noqa: S603  our own interpreter

        def hand_on(number: int, _: object) -> None:
            asked.append(number)
            process.send_signal(number if len(asked) < KILLS else signal.SIGKILL)

        before = {one: signal.signal(one, hand_on) for one in STOPS}
        try:
            code = process.wait()
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
    return code, bool(asked)


def name_of(provider: str) -> str:
    """The name of the provider that is asked for. Raises ``NotFound``.

    A class is imported to find its name, and a module may end the process that imports it, with any code; so that is another one.
    """
    if ":" not in provider or provider.startswith("mutant:"):
        return found(provider).name
    with tempfile.TemporaryDirectory(prefix="grokgate-") as folder:
        told = Path(folder) / "name"
        command = [sys.executable, "-c", _NAMING, provider, str(told)]
        environment = {name: value for name, value in child_environment(os.environ).items() if name not in OPERATORS}
        try:
            subprocess.run(  # noqa: S603  our own interpreter
                command, env=environment, stdin=subprocess.DEVNULL, timeout=NAMING_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            because = f"{provider} was not imported within {NAMING_SECONDS:g} s; what a provider does, it does when it is asked"
            raise NotFound(because) from None
        try:
            said = json.loads(told.read_bytes())
        except (OSError, ValueError):
            raise NotFound(
                f"{provider} ended the process that imported it; a provider is a module that can be imported"
            ) from None
    if "refused" in said:
        raise NotFound(said["refused"])
    return str(said["name"])


def forget(*variables: str) -> None:
    """Take variables out of this process' environment, before a provider is imported into it, or a class to find its name."""
    for variable in variables:
        os.environ.pop(variable, None)


def begins_step(environment: Mapping[str, str]) -> bool:
    """Whether this command is the outermost gate of a step of GitHub Actions."""
    return github.is_step(environment) and github.ANNOTATIONS not in environment


def step(words: Sequence[str]) -> int:
    """Run ``grokgate`` with these words in a process of its own, which commands GitHub's runner nothing; give its exit code.

    A provider's module prints when it is imported and when its process ends. So this process imports none of it. It stops
    commands before, and resumes them once the other process is gone. What that one leaves in a file are its annotations.
    """
    with tempfile.TemporaryDirectory(prefix="grokgate-") as folder:
        told, token = Path(folder) / "annotations", secrets.token_hex(16)
        environment = {**child_environment(os.environ), github.ANNOTATIONS: str(told)}
        _say(github.stopped(token))
        # Both streams are one pipe: of two, the runner could read the line that resumes before what was said earlier.
        command = [sys.executable, "-m", "grokgate", *words]
        code, stopped = _ended(command, environment=environment, stderr=subprocess.STDOUT)
        _say("", github.resumed(token), *github.kept(told))  # what was said last may lack the end of its line
        if not stopped and "--estimate" not in words and (code < 0 or (code in EXIT_CODES.values() and not told.exists())):
            _say("grokgate: the gate's process ended without a verdict; did the provider end it?")
            return HARNESS_FAILED
    return HARNESS_FAILED if code < 0 else code


def _say(*lines: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    sys.stdout.buffer.flush()


def reports_folder(provider: str, only: Sequence[str], mode: str = "replay") -> Path:
    """Where reports go by default; those of some rows alone, or of a live run, do not write over those of the whole gate."""
    folder = Path("reports") / provider / (mode if mode != "replay" else "")
    return folder / "only" if only else folder


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """This process' environment, with the package to be found where it is not installed."""
    source = str(PACKAGE.parent)
    paths = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path and path != source]
    return {**environment, "PYTHONPATH": os.pathsep.join([source, *paths])} if home() != PACKAGE else dict(environment)


def sealed_code(evidence: Path, begun: float = 0.0) -> int | None:
    """The exit code of the verdict with which a run since ``begun`` sealed its evidence; ``None`` where none did."""
    try:
        lines = evidence.read_bytes().splitlines()
        header, footer = json.loads(lines[0]), json.loads(lines[-1])
        fresh = header["started_ms"] >= int(begun * 1000) and footer["event"] == "footer"
        return EXIT_CODES[Decision(footer["verdict"])] if fresh else None
    except (OSError, ValueError, LookupError):
        return None


def _meaning(code: int) -> int:
    """pytest's own exit codes, where no verdict was reached, as grokgate's."""
    if code == _PYTEST_USAGE:
        return WRONG_USE
    return HARNESS_FAILED if code in (_PYTEST_INTERRUPTED, _PYTEST_INTERNAL) or code < 0 else code


def as_typed() -> str:
    """How the reader's shell finds grokgate: by its name, or by its path where an environment is not activated."""
    beside = Path(sys.executable).parent / "grokgate"
    known = shutil.which("grokgate")
    return "grokgate" if not beside.exists() or (known and Path(known).samefile(beside)) else shown(beside)


def shown(folder: Path) -> str:
    """A path as a reader in this folder types it."""
    try:
        return str(folder.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
