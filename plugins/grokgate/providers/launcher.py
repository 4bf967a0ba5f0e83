"""Starts the provider under test: once per distinct environment and build, in its vehicle, with the tape behind it."""

from __future__ import annotations

import itertools
import json
import secrets
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grokgate.formats.document import digest
from grokgate.formats.home import home
from grokgate.intercept.egress import ANY_PORT, LOOPBACK
from grokgate.intercept.fault import Fault, find_fault
from grokgate.intercept.replay import Replay, WireLog
from grokgate.providers.description import PLACES, Build, Description
from grokgate.providers.in_process import InProcess
from grokgate.providers.parts import parts_of
from grokgate.providers.presence import find_command, find_here, find_there
from grokgate.providers.protocol import Setting
from grokgate.providers.vehicle import Running, load_adapter
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import World
from grokgate.values.build import Parts
from grokgate.values.chat import Failure, ModelCard
from grokgate.values.script import Script
from grokgate.values.wire import Egress

if TYPE_CHECKING:
    from grokgate.intercept.http_server import LoopbackServer
    from grokgate.intercept.live import Live

XAI = "https://api.x.ai/v1"
"""Where a provider in this process sends its requests; they are answered before they leave it."""
CALL_SECONDS, LIVE_SECONDS = 120.0, 900.0
"""How long a call of a provider in a process of its own may take: answers of a tape come at once, and xAI may think."""
HURRIED = " in a hurry"
"""At the end of a build's name: in a process that cuts long waits short."""
SILENCES = 2
"""How often a deployment may say nothing in time before it is not started again."""
FALLBACK = "\0fallback"
"""In an environment that is asked for: as the description's ``fallbacks`` say, with its places filled in."""


EnvFiles = Sequence[Mapping[str, str]]
"""What a deployment's file of variables has held since its start, the last now."""


def new_key() -> str:
    """A key that no one else has, so that it can be searched for in all that is kept."""
    return f"xai-grokgate-{secrets.token_hex(12)}"


@dataclass(frozen=True, kw_only=True)
class Started:
    """A provider that runs: its vehicle, its own folder, and its log."""

    running: Running
    workdir: Path
    log: Path | None

    def logged(self) -> str | None:
        """All that the provider's log holds by now; ``None`` where its description names no log."""
        if self.log is None:
            return None
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def printed(self) -> str:
        """What a provider in its own process printed, on either stream."""
        printed = self.workdir / "stderr.log"
        return printed.read_text("utf-8", "replace") if printed.exists() else ""


class Launcher:
    """Keeps the providers that were started, and stops them all at the end.

    ``pace`` is a factor on the times of streams: 0 gives them at once, 1 as they were recorded. ``build`` is the one that is
    judged; each other one that it is compared with has a process of its own, since two builds of a library cannot share one.
    With ``live`` the real xAI answers in place of the tape. ``rollout`` is the file of the rollout; descriptions may name it.
    """

    def __init__(
        self,
        description: Description,
        world: World,
        prompts: Mapping[str, str],
        *,
        key: str,
        say: Callable[[str], None],
        pace: float = 0.0,
        build: str = "current",
        live: Live | None = None,
        rollout: str = "",
    ) -> None:
        self.description = description
        self.build = build
        self._places = {"rollout": rollout, "world": str(world.folders[0]) if world.folders else ""}
        self.listed_before: tuple[ModelCard, ...] | None = None
        """What the build before the rollout listed, once it was asked."""
        self.key = key
        self.live = live
        self._behind: Replay | Live = live or Replay(Tape(world, prompts, key=key))
        self._folder = Path(tempfile.mkdtemp(prefix="grokgate-"))
        self._numbers = itertools.count()
        self._started: dict[Hashable, Started] = {}
        self._failed: dict[Hashable, BaseException] = {}
        self._silences = Counter[Hashable]()
        self.say = say
        self._pace = pace
        self._server: LoopbackServer | None = None

    @property
    def in_process(self) -> bool:
        """Whether the provider runs in this process. A live one never does: this process has the real key."""
        return self.description.vehicle == "in-process" and self.live is None

    @property
    def interpreter(self) -> Path:
        """The Python that the provider runs under."""
        chosen = self.description.builds.get(self.build, Build())
        return _interpreter(self.description, chosen, self.say) or Path(sys.executable)

    @contextmanager
    def call(self, scenario: str = "plain", fault: Fault | str | None = None, script: Script = ()) -> Iterator[WireLog]:
        """Open a call: what leaves a provider while this stands is answered and logged.

        Raises ``UnknownFault``, and ``NotPlayed`` for what the real xAI cannot be asked to do.
        """
        fault = find_fault(fault)
        with self._behind.call(scenario, fault, script) as log, self._interception(fault):
            yield log

    def found(
        self, build: str, environment: Mapping[str, str], env_files: EnvFiles, *, asked: Collection[Failure] = ()
    ) -> Started | None:
        """The provider in this build and environment, where it was started before; none where its process is to start anew.

        That is so where it ended, but not in what was ``asked`` now; nor for one that keeps silent, whose calls each take long.
        """
        found = self._started.get(name := _name(build, environment, env_files))
        if found is None or (gone := found.running.gone) is None or gone in asked:
            return found
        self._silences[name] += gone.end == "silence"
        return found if self._silences[name] >= SILENCES else None

    def start(self, build: str, environment: Mapping[str, str], env_files: EnvFiles) -> Started:
        """Start the provider, with what its file is to hold. Raises what the adapter raises.

        A deployment that failed to start is not tried again.
        """
        name = _name(build, environment, env_files)
        if name in self._failed:
            raise self._failed[name]
        workdir = self._folder / f"{next(self._numbers):03}"  # never one of a deployment that failed to start
        (workdir / "logs").mkdir(parents=True, exist_ok=True)
        if env_files and self.description.switch.file:
            write_env_file(workdir / self.description.switch.file, env_files[-1])
        try:
            self._started[name] = self._run(build, environment, workdir)
        except (Exception, SystemExit) as error:
            self._failed[name] = error
            raise
        return self._started[name]

    def renamed(self, started: Started, build: str, environment: Mapping[str, str], env_files: EnvFiles) -> None:
        """A deployment whose file holds something else by now: who asks for it as it was starts another."""
        name = _name(build, environment, env_files)
        if name in self._started:
            self._started[name].running.close()
        self._started = {kept: each for kept, each in self._started.items() if each is not started} | {name: started}

    def restarted(self, started: Started, build: str, environment: Mapping[str, str]) -> Started:
        """The same deployment after a restart: its folder stays as it is."""
        started.running.close()
        again = self._run(build, environment, started.workdir)
        self._started = {name: again if kept is started else kept for name, kept in self._started.items()}
        return again

    def close(self) -> list[Egress]:
        """Stop all that was started, and give the attempts to get out that came after the last call."""
        for started in self._started.values():
            started.running.close()
        self._started.clear()
        if self.in_process:
            from grokgate.intercept import door

            door.release(self._tape)
        if self._server:
            self._server.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        with self._behind.call() as after:
            return after.egress

    def _run(self, build: str, environment: Mapping[str, str], workdir: Path) -> Started:
        hurried, build = build.endswith(HURRIED), build.removesuffix(HURRIED)
        chosen = self.description.builds.get(build, Build())
        here = self.in_process and build == self.build
        setting = self._setting(chosen, environment, workdir, XAI if here else self._address[0])
        running = self._in_this_process(setting) if here else self._in_a_host(chosen, setting, hurried=hurried)
        return Started(running=running, workdir=workdir, log=workdir / self.description.log if self.description.log else None)

    def _setting(self, build: Build, environment: Mapping[str, str], workdir: Path, base_url: str) -> Setting:
        places = {
            "workdir": str(workdir),
            "fixtures": str(home() / "fixtures"),
            "base_url": base_url,
            "key": self.key,
            "here": str(self.description.path.parent),
            **self._places,
        }
        described = {**self.description.environment, **build.environment}
        described |= {name: value for name, value in self.description.fallbacks.items() if environment.get(name) == FALLBACK}
        deployment = {name: value.format(**places) for name, value in described.items()}
        environment = {name: value for name, value in environment.items() if value != FALLBACK}
        return Setting(
            environment={"XAI_API_KEY": self.key, "XAI_BASE_URL": base_url, **deployment, **environment},
            base_url=base_url,
            api_key=self.key,
            workdir=workdir,
            options={**self.description.options, **build.options},
        )

    def _in_this_process(self, setting: Setting) -> Running:
        assert self.description.adapter is not None, "a description without an adapter or a command was let through"
        return InProcess(load_adapter(self.description.adapter, self.description.path.parent), setting)

    def _in_a_host(self, build: Build, setting: Setting, *, hurried: bool) -> Running:
        from grokgate.providers.host.process import HostProcess

        return HostProcess(
            setting,
            allowed=[
                ("127.0.0.1", self._address[1]),
                *((host, ANY_PORT) for host in self.description.egress if host in LOOPBACK),
            ],
            on_egress=self._behind.report,
            call_seconds=LIVE_SECONDS if self.live else CALL_SECONDS,
            adapter=self.description.adapter,
            here=self.description.path.parent,
            interpreter=_interpreter(self.description, build, self.say),
            command=self.description.command,
            hurried=hurried,
        )

    @property
    def _address(self) -> tuple[str, int]:
        """Where a provider in a process of its own finds xAI: the base URL, and the port."""
        return (self.live.base_url, self.live.port) if self.live else (self._loopback.base_url, self._loopback.port)

    @property
    def _tape(self) -> Replay:
        assert isinstance(self._behind, Replay), "a live provider runs in a process of its own"
        return self._behind

    @property
    def _loopback(self) -> LoopbackServer:
        if self._server is None:
            from grokgate.intercept.http_server import LoopbackServer

            self._server = LoopbackServer(self._tape, pace=self._pace)
        return self._server

    @contextmanager
    def _interception(self, fault: Fault | None) -> Iterator[None]:
        """What stands in front of a provider in this process; one in a process of its own has the loopback server."""
        unheard = fault and fault.connection == "refused" and (self._server or not self.in_process)
        with self._loopback.refusing() if unheard else nullcontext():
            if not self.in_process:
                yield
                return
            from grokgate.intercept import door

            if not fault:
                door.keep(self._tape, XAI, pace=self._pace)
            with door.breaking(self._tape, XAI, pace=self._pace) if fault else nullcontext():
                yield


def make_ready(description: Description, build: str, say: Callable[[str], None]) -> None:
    """Make what the provider needs before a run: its environment, and its adapter or command found.

    Raises ``EnvironmentNotMade`` and ``NoAdapter``.
    """
    here, chosen = description.path.parent, description.builds.get(build, Build())
    interpreter = _interpreter(description, chosen, say)
    if description.command:
        find_command(description.command, here, description.environment)
    elif description.adapter and description.vehicle == "host":
        with tempfile.TemporaryDirectory(prefix="grokgate-") as folder:
            workdir = Path(folder)
            (workdir / "logs").mkdir()
            find_there(description.adapter, here, interpreter, _plain_environment(description, chosen, workdir), workdir)
    elif description.adapter:
        find_here(description.adapter, here)


def _plain_environment(description: Description, build: Build, workdir: Path) -> dict[str, str]:
    """The variables of a deployment that asks nobody; rollout and world, which only a run has, are empty."""
    places = {**dict.fromkeys(PLACES, ""), "fixtures": str(home() / "fixtures"), "here": str(description.path.parent)}
    places |= {"workdir": str(workdir), "base_url": XAI, "key": (key := new_key())}
    described = {name: value.format(**places) for name, value in {**description.environment, **build.environment}.items()}
    return {"XAI_API_KEY": key, "XAI_BASE_URL": XAI, **described}


def parts_of_build(description: Description, build: str, say: Callable[[str], None]) -> Parts:
    """What a build of the provider consists of. Raises ``EnvironmentNotMade``."""
    chosen = description.builds.get(build, Build())
    return parts_of(description, chosen, _interpreter(description, chosen, say))


def build_digest(description: Description, build: str, parts: Parts) -> str:
    """What tells one build of a provider from another: its description, wherever that lies, and what it consists of."""
    here, command = str(description.path.parent), description.command
    command = command and tuple(word.replace(here, "{here}") for word in command)
    said = replace(description, path=Path(), adapter=None, interpreter=None, documentation=None, command=command)
    return digest(build.encode(), repr(said).encode(), json.dumps(parts.to_json()).encode())


def _interpreter(description: Description, build: Build, say: Callable[[str], None]) -> Path | None:
    """The Python that a host runs under; ``None`` is this one."""
    requirements = description.requirements if build.requirements is None else build.requirements
    if description.interpreter or not requirements:
        return description.interpreter
    from grokgate.providers.host.environment import interpreter_for

    return interpreter_for(requirements, say=say)


def _name(build: str, environment: Mapping[str, str], env_files: EnvFiles) -> Hashable:
    """What tells one deployment from another."""
    return build, frozenset(environment.items()), tuple(frozenset(variables.items()) for variables in env_files)


def write_env_file(path: Path, variables: Mapping[str, str]) -> None:
    """Write a ``.env`` file whole."""
    draft = path.with_suffix(".draft")
    draft.write_text("".join(f"{name}={value}\n" for name, value in variables.items()), "utf-8")
    draft.replace(path)
