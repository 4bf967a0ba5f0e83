"""What several floors test with: a world and a tape of it, and gates in processes of their own.

Every command that a test starts has a key in its environment that occurs nowhere else. It must be in nothing that any test wrote
or printed, in no list of processes, and with no provider; ``KeyWatch`` looks for it, and fails the session that shows it.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from grokgate.formats.evidence_file import Evidence, read_evidence
from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.runs.check import child_environment
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world
from grokgate.values.call import Call
from grokgate.values.chat import ChatRequest, ChatResult, Failure, Message
from grokgate.values.evidence import Asked, Case, Status
from grokgate.values.wire import Answer, Exchange, Miss, WireRequest

URL = "https://api.x.ai/v1/chat/completions"
GREETING = {"role": "user", "content": "Hello."}
ANSWER = {
    "model": "grok-4-0709",
    "choices": [{"message": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "total_tokens": 32,
        "completion_tokens_details": {"reasoning_tokens": 20},
    },
}

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


KEY = "xai-" + "Zq81LmN4vB7cX2sD9fG6" + "hJ3kP5wR0tY8aB1cD2eF3gH4"
"""The operator's key; in pieces, since no file may hold it."""
WITHOUT_KEY = KEY[4:]
HOSTS = b"providers/host/main.py"
"""What the command line of a provider's own process has."""
LOOKS = 0.2
"""Seconds between two looks at the list of processes."""


class KeyWatch:
    """Looks for the key while tests run and in what they leave behind; ``found`` is where it was."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.found, self.looked = config, set[str](), 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="key-watch", daemon=True)
        self._thread.start()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._over.set()
        self._thread.join()
        left = self.config._tmp_path_factory.getbasetemp()  # what all workers wrote lies below
        files = [path for path in left.rglob("*") if path.is_file() and not path.is_symlink()]
        self.found |= {f"the file {path}" for path in files if WITHOUT_KEY.encode() in path.read_bytes()}
        self.looked = len(files)
        if self.found:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for place in sorted(self.found):
            terminalreporter.write_line(f"the operator's key is in {place}", red=True)
        terminalreporter.write_line(f"key watch: {self.looked} files, {len(self.found)} with the operator's key")

    def _watch(self) -> None:
        while not self._over.wait(LOOKS):
            for process in Path("/proc").glob("[0-9]*"):
                self.found |= {f"{what} of {process.name}" for what in shows_the_key(process)}


def shows_the_key(process: Path) -> list[str]:
    """Where a process shows the key to others: in its command line, or, for a provider's own process, in its environment."""
    shown = []
    with contextlib.suppress(OSError):  # it ended meanwhile, or belongs to somebody else
        command = (process / "cmdline").read_bytes()
        shown += ["the command line"] if WITHOUT_KEY.encode() in command else []
        given = (process / "environ").read_bytes() if HOSTS in command else b""
        shown += ["the environment"] if WITHOUT_KEY.encode() in given else []
    return shown


def pytest_configure(config: pytest.Config) -> None:
    # A shell without job control starts what it puts in the background deaf to Ctrl-C, and so would be all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(KeyWatch(config), "key-watch")


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
    """What a child process is told: nothing of this pytest and its worker or of a step of CI, and the watched key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "XAI_", "GITHUB_"))}
    return {**child_environment(kept), "PYTEST_ADDOPTS": NEEDLESS, "XAI_API_KEY": KEY, **more}


def without_the_key(said: str) -> str:
    """What a command said, which is never the key."""
    assert WITHOUT_KEY not in said, "a command printed the operator's key"
    return said


@pytest.fixture
def grokgate(tmp_path: Path) -> Callable[..., Ran]:
    """Runs ``grokgate`` with these words in an empty folder; other keywords are environment variables."""

    def run(*words: str, **variables: str) -> Ran:
        command = [sys.executable, "-m", "grokgate", *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment(**variables), capture_output=True, text=True, check=False)
        return Ran(done.returncode, without_the_key(done.stdout), without_the_key(done.stderr), tmp_path / "reports")

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
                ended.write_text(json.dumps([done.returncode, without_the_key(done.stdout), without_the_key(done.stderr)]))
        return Ran(*json.loads(ended.read_text()), folder / "reports")

    return run


@pytest.fixture(scope="session")
def started() -> Callable[..., "subprocess.Popen[str]"]:
    """Starts ``grokgate`` with these words in a folder and a session of its own, and does not wait; keywords are variables."""

    def start(*words: str, cwd: Path, **variables: str) -> "subprocess.Popen[str]":
        command, streams = [sys.executable, "-m", "grokgate", *words], {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, cwd=cwd, env=environment(**variables), text=True, start_new_session=True, **streams)

    return start


@pytest.fixture(scope="session")
def operators_key() -> str:
    """The key that every command of these tests has in its environment, and that nothing may show."""
    return KEY


@pytest.fixture(scope="session")
def gate(once: Callable[..., Ran]) -> Callable[..., Ran]:
    """Runs ``grokgate check`` with these arguments, once in a session."""
    return lambda *arguments: once(sys.executable, "-m", "grokgate", "check", "--reports", "{folder}/reports", *arguments)


@pytest.fixture(scope="session")
def misbehaving() -> Callable[[str], str]:
    """Names a provider of ``tests/providers/misbehaving.py`` as ``--provider`` takes it."""
    return lambda name: f"{Path(__file__).parent / 'providers' / 'misbehaving.py'}:{name}"


# --- calls, cases and rows, made by hand


@pytest.fixture
def exchange() -> Callable[..., Exchange]:
    """Makes a request that left, and what came back: ``exchange({"model": "grok-4"}, status=400, answer={...})``."""

    def make(body=None, *, answer=ANSWER, status=200, miss=None, **more) -> Exchange:
        plain = {"model": "grok-4", "messages": [GREETING], **(body or {})} if isinstance(body, dict | None) else body
        sent = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
        request = WireRequest("POST", URL, {"authorization": "[key]"}, sent)
        back = Answer(status=status, headers={}, body=json.dumps(answer).encode(), rule="r", provenance="derived")
        return Exchange(request=request, answer=back, miss=Miss(meaning={}, broken=miss) if miss else None, **more)

    return make


@pytest.fixture
def call(exchange) -> Callable[..., Call]:
    """Makes a call with one request, or with ``exchanges``; ``call(None, failure="ValueError: no")`` sent nothing and failed."""

    def make(
        body=None, *, model="grok-4", parameters=(), exchanges=None, failure=None, status=200, answer=ANSWER, log=None, **result
    ) -> Call:
        kind, _, message = (failure or "").partition(": ")
        return Call(
            asked=ChatRequest(model=model, messages=(Message(role="user", content="Hello."),), parameters=dict(parameters)),
            mode="chat",
            environment={},
            exchanges=tuple([exchange(body, status=status, answer=answer)] if exchanges is None else exchanges),
            result=None if failure else ChatResult(**{"text": "Paris.", **result}),
            failure=Failure(kind=kind, message=message) if failure else None,
            log=log,
        )

    return make


@pytest.fixture
def asked() -> Callable[..., Asked]:
    """Makes a row that a gate asks for."""

    def make(id="POST-2.2", severity="must", **more) -> Asked:
        facts = {"title": "a title", "plan": "a plan", "section": "a section", "prefix": "POST-2"}
        return Asked(id=id, severity=severity, **{**facts, **more})

    return make


@pytest.fixture
def case() -> Callable[..., Case]:
    """Makes a case of ``POST-2.2``: ``case("failed", "half")``."""

    def make(status, part="", **more) -> Case:
        facts = {"because": f"it is {status}", "node": f"suites/test_x.py::test_y[{part}]"}
        return Case(
            id=f"POST-2.2[{part}]" if part else "POST-2.2", requirement="POST-2.2", status=Status(status), **{**facts, **more}
        )

    return make


# --- a rollout of other models


def beside(tmp_path_factory, name: str) -> Path:
    """A copy of a throw-away rollout, which lies in a folder of this name beside its world."""
    return shutil.copytree(Path(__file__).parent / name, tmp_path_factory.mktemp("throw-away") / name) / "zork.toml"


@pytest.fixture(scope="session")
def renamed(tmp_path_factory) -> Path:
    """A throw-away rollout of models that do what the plan's do, and share no name with them: zork-9 beside zork-8."""
    return beside(tmp_path_factory, "renamed")


@pytest.fixture(scope="session")
def zork(tmp_path_factory) -> Path:
    """A throw-away rollout with a target that takes less and shows its thoughts: zork-9, whose window is half of zork-8's."""
    return beside(tmp_path_factory, "zork")
