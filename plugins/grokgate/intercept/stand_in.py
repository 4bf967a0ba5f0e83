"""A stand-in for api.x.ai, ready for any client: tapes, a schedule, a server on loopback, a certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from grokgate.formats.answers_file import answers_in
from grokgate.formats.document import BadDocument
from grokgate.formats.fixtures import prompts
from grokgate.formats.home import worlds
from grokgate.formats.rollout_file import rollout
from grokgate.formats.world_file import find_world
from grokgate.intercept.certificate import UnusableCertificate, made_for_the_run, of_files
from grokgate.intercept.fault import FAULTS
from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.schedule import NO_FAULT, Change, NotAChange, Schedule, Setting
from grokgate.intercept.standing import Seen, Standing
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import World, load_world
from grokgate.values.script import NotAnAnswer, Script, Scripted


class NotServed(ValueError):
    """What was asked for cannot be served, and what could be."""


class StandIn:
    """Serves the recorded xAI at ``base_url`` from a thread, until it is closed. Raises ``NotServed``.

    ``world`` is a bundled one or a folder; that of the plan's rollout where none is named. ``port`` 0 is a free one. ``pace`` is
    a factor on the times of a stream's chunks. ``tls`` makes a certificate for the run, whose authority stands in ``ca_file``;
    ``certificate`` are the PEM files of one, and of its key. Where a ``key`` is given, other keys are answered as xAI answers a
    wrong one. ``changes`` are those of ``grokgate.intercept.schedule``, such as ``after 3: world=grok-4.3``.

    ``answers`` are what the model says, one after another and the last again and again: a text, ``tool:NAME={…}``, or a file
    (``grokgate.formats.answers_file``); or values of ``grokgate.values.script``.

    ``requests`` holds what was asked, in order; where ``tell`` is given that gets each request, and none is kept.

    >>> with StandIn(tls=True, changes=["every 5: fault=rate-limit"]) as xai:
    ...     client = httpx.Client(base_url=xai.base_url, verify=ssl.create_default_context(cafile=xai.ca_file))
    """

    def __init__(
        self,
        world: str | Path | None = None,
        *,
        port: int = 0,
        scenario: str = "plain",
        fault: str | None = None,
        pace: float = 0.0,
        tls: bool = False,
        certificate: tuple[Path, Path] | None = None,
        key: str = "",
        changes: Iterable[str] = (),
        answers: Sequence[str | Scripted] = (),
        tell: Callable[[Seen], None] | None = None,
    ) -> None:
        folder = _folder(world)
        schedule = _schedule(folder.name, scenario, fault, changes)
        served = {name: load_world(_folder(name, beside=folder)) for name in schedule.names("world")}
        _refuse_unknown_scenarios(schedule, served)
        self.requests: list[Seen] = []
        self.world = served[schedule.first.world]
        self.ca_file: Path | None = None
        tapes = {name: Tape(world, prompts(), key=key) for name, world in served.items()}
        standing = Standing(tapes, schedule, script=_script(answers), tell=tell or self.requests.append)
        with ExitStack() as kept:
            context = self._context(kept, certificate) if tls or certificate else None
            try:
                self._server = LoopbackServer(standing, pace=pace, port=port, tls=context, name="grokgate")
            except OSError as error:
                told = f"port {port} cannot be had ({error.strerror}); name another with --port, or 0 for a free one"
                raise NotServed(told) from None
            kept.callback(self._server.close)
            self._kept = kept.pop_all()
        self.base_url, self.port = self._server.base_url, self._server.port

    def refusing(self) -> AbstractContextManager[None]:
        """While this lasts nobody listens: connections are refused."""
        return self._server.refusing()

    def close(self) -> None:
        """Close what is open, and take the authority's file away; a second time does nothing."""
        self._kept.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _context(self, kept: ExitStack, certificate: tuple[Path, Path] | None) -> ssl.SSLContext:
        if certificate is None:
            context, self.ca_file = kept.enter_context(made_for_the_run())
            return context
        try:
            return of_files(*certificate)
        except UnusableCertificate as refused:
            raise NotServed(str(refused)) from None


def _folder(world: str | Path | None, beside: Path | None = None) -> Path:
    """The folder of a world that is named: ``beside`` itself, one next to it, or bundled."""
    if world is None:
        return rollout().facts.folders[0]
    if isinstance(world, Path):
        return world
    if (found := find_world(world, beside and beside.parent)) is None:
        raise NotServed(f"no world is called {world!r}; there are: {', '.join(worlds())}")
    return found


def _script(answers: Sequence[str | Scripted]) -> Script:
    """All that the model says, in order."""
    try:
        return tuple(one for said in answers for one in ([said] if isinstance(said, Scripted) else answers_in(said)))
    except (BadDocument, NotAnAnswer) as refused:
        raise NotServed(f"--answer: {refused}") from None


def _schedule(world: str, scenario: str, fault: str | None, changes: Iterable[str]) -> Schedule:
    """All that was asked for, where there are such worlds and faults."""
    try:
        read = tuple(Change.of(text) for text in changes)
    except NotAChange as refused:
        raise NotServed(str(refused)) from None
    first = Setting(world=world, scenario=scenario, fault=fault or NO_FAULT)
    schedule = Schedule(first, read)
    for name in schedule.names("fault"):
        if name == "refused":
            raise NotServed("the fault 'refused' means that nobody listens; there is nothing to serve")
        if name not in FAULTS and name != NO_FAULT:
            raise NotServed(f"there is no fault {name!r}; there are: {', '.join([*FAULTS, NO_FAULT])}")
    return schedule


def _refuse_unknown_scenarios(schedule: Schedule, served: dict[str, World]) -> None:
    """Each scenario must be known to each world, since every one may meet every other."""
    for name in schedule.names("scenario"):
        for world in served.values():
            if name not in world.scenarios:
                raise NotServed(f"world {world.name} plays no scenario {name!r}; there are: {', '.join(world.scenarios)}")
