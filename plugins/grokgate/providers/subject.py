"""The provider under test as a suite sees it: ask it something, and see the whole call.

Suites cannot tell the vehicle. Every call is kept in the transcript, from which the evidence is written.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from grokgate.formats.fixtures import prompt as committed
from grokgate.formats.home import SCRIPT, clean_copy
from grokgate.intercept.fault import Fault
from grokgate.providers.command import PYTHON, Ran, run
from grokgate.providers.description import Switch
from grokgate.providers.heard import hearing
from grokgate.providers.launcher import FALLBACK, HURRIED, Launcher, Started, write_env_file
from grokgate.providers.vehicle import NotStarted
from grokgate.values.call import Call, Look, surroundings
from grokgate.values.chat import LIMIT, ChatRequest, End, Failure, Message, Mode, ModelCard, option
from grokgate.values.evidence import Blame
from grokgate.values.face import Face
from grokgate.values.names import Names
from grokgate.values.requirement import LIVE_LIMIT
from grokgate.values.rollout import UNSET, Flag, ModelFacts, Rollout
from grokgate.values.script import Script
from grokgate.values.wire import Egress

T = TypeVar("T")
_STANDS_FOR: Mapping[str, Mode] = {"chat": "achat", "stream": "astream"}
"""Which mode is asked in place of another one that a provider does not have."""
_PLAINEST: Sequence[Mode] = ("chat", "achat", "stream", "astream")


class DidNotStart(Exception):
    """The provider did not start in an environment in which it should.

    ``how`` tells the build and the environment, ``end`` whether its process ended, or its host talked nonsense.
    """

    def __init__(self, because: str = "", how: str = "", end: End = "") -> None:
        super().__init__(because)
        self.how, self.end = how, end


class Ended(Exception):
    """The provider's process ended in this case: nothing more can be asked of it, and the end decides."""


class NoBuild(LookupError):
    """The provider's description does not name the build that is asked for."""


class NoDocumentation(Exception):
    """The provider has no documentation to look at, or it cannot be read."""


class NoFace(LookupError):
    """The provider has no face for the mode by which it is asked."""


class NoListing(Exception):
    """The provider has no model listing to look at, or it fails."""


@dataclass
class Transcript:
    """All that was observed for one test: calls, looks, attempts to get out, and figures worth reporting."""

    calls: list[Call] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    egress: list[Egress] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    hindrances: list[tuple[str, Blame]] = field(default_factory=list)
    """What kept a live call from being answered that is not the provider's doing."""
    notes: list[str] = field(default_factory=list)
    ends: list[tuple[str, Failure]] = field(default_factory=list)
    """What was asked when the provider's process ended, or nothing came of it that a caller could catch; and what came."""
    shown: str = ""
    """What was shown by counting many calls, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The provider in one build and environment."""

    launcher: Launcher
    transcript: Transcript
    rollout: Rollout
    prompts: Mapping[str, str]
    build: str = "current"
    environment: Mapping[str, str] = field(default_factory=dict)
    env_files: tuple[Mapping[str, str], ...] = ()
    """What the file that its description names has held since the start; the last is what it holds now."""
    by: Mode | None = None
    """By which mode it is asked where a call names none; ``None`` is the plain one."""
    revived: bool = False
    """Whether it is started anew where its process ended in this case."""
    counts: bool = False
    """Whether its calls are counted: none is asked again, and what hinders one of many decides nothing alone."""

    def under(self, **variables: str | None) -> Subject:
        """The same provider in an environment with these variables more; ``None`` leaves one out."""
        kept = {name: value for name, value in {**self.environment, **variables}.items() if value is not None}
        return replace(self, environment=kept)

    def flag(self, value: str | None) -> Subject:
        """The same provider with the rollout's flag at this value; ``None`` or ``unset`` leaves it out."""
        return self.under(**{self.rollout.flag.variable: None if value == UNSET else value})

    def allowing(self, value: str | None) -> Subject:
        """The same provider with this allow-list; ``None`` or ``unset`` leaves it out."""
        return self.under(**{self.rollout.allow_list.variable: None if value == UNSET else value})

    @property
    def anew(self) -> Subject:
        """The same provider, for a question on which others rest: where its process ended in this case it is started anew."""
        return replace(self, revived=True)

    @property
    def counted(self) -> Subject:
        """The same provider, for many calls that are counted."""
        return replace(self, counts=True)

    def built(self, build: str) -> Subject:
        """Another build of the provider. Raises ``NoBuild``."""
        if build not in self.launcher.description.builds:
            raise NoBuild(f"the description names no build {build!r} to compare with; add [builds.{build}]")
        return replace(self, build=build)

    def built_as_before(self) -> Subject:
        """The build that is judged, after another one."""
        return replace(self, build=self.launcher.build)

    def restarted(self) -> Subject:
        """The same deployment after a restart."""
        started = self.started
        self._begun(lambda: self.launcher.restarted(started, self.build, self.environment))
        return self

    @property
    def impatient(self) -> Subject:
        """A build that soon gives up waiting: its own ``impatient`` one, or any, in a process that cuts long waits short.

        In this process any, since there a timeout comes at once. Raises ``NoBuild`` for a host of the provider's own.
        """
        if self.launcher.in_process and self.build == self.launcher.build:
            return self
        if "impatient" in self.launcher.description.builds:
            return self.built("impatient")
        if self.launcher.description.command:
            raise NoBuild("over loopback a timeout is really waited for; add [builds.impatient], which gives up after a second")
        return replace(self, build=f"{self.build}{HURRIED}")

    def with_fallbacks(self) -> Subject:
        """The same provider where other providers than xAI are configured too, as its description says."""
        return self.under(**dict.fromkeys(self.launcher.description.fallbacks, FALLBACK))

    def with_env_file(self, **variables: str) -> Subject:
        """The same provider with these variables in the file that its description names (``.env``)."""
        return replace(self, env_files=(variables,))

    @property
    def key(self) -> str:
        return self.launcher.key

    @property
    def switch(self) -> Switch:
        """How the provider's description says that its variables are switched."""
        return self.launcher.description.switch

    @property
    def passes_on(self) -> bool:
        """Whether it is a raw SDK, which hands on what it gets."""
        return self.launcher.description.kind == "passthrough"

    def askable(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Of parameters those that it says it converts and that its face has; where it says that of none, what it changes is to
        be told, so that all are asked.

        Raises ``NotOffered`` where its face has none of them.
        """
        promised = [name for name in given if self.launcher.description.promises(option(name))] or [*given]
        missing = self.face.missing(*promised)
        return {name: given[name] for name in promised if option(name) not in missing}

    def is_about(self, *options: str) -> bool:
        """Whether its face has one of these options, and says that it converts one; who converts none is asked all the same."""
        description = self.launcher.description
        promised = [name for name in options if description.sends_as_told or description.promises(option(name))]
        return len(self.face.lacks(*promised)) < len(set(map(option, promised)))

    @property
    def claims(self) -> tuple[str, ...]:
        return self.launcher.description.claims

    @property
    def own_modes(self) -> frozenset[str]:
        """The faces that the provider offers, of ``chat``, ``stream``, ``achat``, ``astream``."""
        return self.started.running.modes

    @property
    def modes(self) -> frozenset[str]:
        """Those in which it can be asked: where it has an asynchronous face alone, that stands for the synchronous one."""
        own = self.own_modes
        return own | {mode for mode, asynchronous in _STANDS_FOR.items() if asynchronous in own}

    @property
    def face(self) -> Face:
        """What the face takes and tells: as the description says it, else as the provider itself does."""
        said, own = self.launcher.description, self.started.running.face
        takes = own.takes if said.takes is None else frozenset(said.takes)
        return Face(takes=takes, tells=said.tells.narrowed(own.tells), max_prompt_chars=said.max_prompt_chars)

    @property
    def names(self) -> Names:
        """What its library calls parameters and models."""
        return self.launcher.description.names

    @property
    def plain_mode(self) -> Mode:
        """The mode by which it is asked where none is named: one in which answers come whole, or a stream where it has none."""
        return next((mode for mode in _PLAINEST if mode in self.own_modes), "chat")

    def chat(
        self,
        model: str,
        prompt: str = "greeting",
        *,
        system: str | None = None,
        limit: int | None = None,
        unlimited: bool = False,
        response_format: Mapping[str, Any] | None = None,
        tools: Sequence[Mapping[str, Any]] = (),
        tool_choice: str | Mapping[str, Any] | None = None,
        mode: Mode | None = None,
        scenario: str = "plain",
        script: Script = (),
        fault: Fault | str | None = None,
        images: Sequence[str] = (),
        **parameters: Any,
    ) -> Call:
        """Ask with a committed prompt, ordinary or long, by its name. Other keywords are parameters, spelt as they are.

        Where no ``limit`` is stated a live request has a small one, but for one that is ``unlimited``.
        """
        opening = [Message(role="system", content=system)] if system else []
        request = ChatRequest(
            model=model,
            messages=(*opening, Message(role="user", content=self.prompts.get(prompt) or committed(prompt))),
            limit=limit,
            parameters=parameters,
            response_format=response_format,
            tools=tuple(tools),
            tool_choice=tool_choice,
            images=tuple(images),
        )
        return self.ask(request, mode=mode, scenario=scenario, script=script, fault=fault, unlimited=unlimited)

    def ask(
        self,
        request: ChatRequest,
        *,
        mode: Mode | None = None,
        scenario: str = "plain",
        script: Script = (),
        fault: Fault | str | None = None,
        unlimited: bool = False,
    ) -> Call:
        """Ask, and give the whole call; ``fault`` is one of ``grokgate.intercept.fault``, by its name.

        ``script`` says what the model does of its own choice; without one the tape guesses whether it calls a tool.
        Raises ``NoFace`` for a mode that the provider does not offer, and ``NotOffered`` where the face has no field for what is
        asked; of several options, those that it has are asked.
        """
        mode = mode or self.by or self.plain_mode
        if mode not in (self.own_modes if mode == self.by else self.modes):
            raise NoFace(f"the provider has no face for {mode}")
        if mode not in self.own_modes:
            mode = _STANDS_FOR.get(mode, mode)
        request, lacking = self.face.fit(request)
        if self.launcher.live and not (unlimited or request.states_a_limit or self.face.lacks(LIMIT)):
            request = replace(request, limit=LIVE_LIMIT)
        call = self._asked(request, mode, scenario, script, fault, lacking)
        live = self.launcher.live
        if self.counts or live is None:
            return call
        if call.failure and live.hindrances and all(hindrance.again for hindrance in live.hindrances):
            self.note(f"asked once more: {live.hindrances[0].because}")
            call = self._asked(request, mode, scenario, script, fault, lacking)
        if call.hindrance:
            self.transcript.hindrances.append(call.hindrance)
        return call

    def again(self, call: Call) -> Callable[[], Call]:
        """Asks the same once more, by the same mode, when it is called."""
        return lambda: self.ask(call.asked, mode=call.mode)

    def _asked(
        self,
        request: ChatRequest,
        mode: Mode,
        scenario: str,
        script: Script,
        fault: Fault | str | None,
        lacking: tuple[str, ...],
    ) -> Call:
        """One call, asked once, in the words of the provider's library. Raises ``Ended``."""
        started = self._living
        before, printed = len(started.logged() or ""), len(started.printed())
        with self.launcher.call(scenario, fault, script) as wire, hearing() as heard:
            begun = time.perf_counter()
            outcome = self._ending(f"{mode}({request.model!r})", started.running.call(self.names.spoken(request), mode))
            seconds = time.perf_counter() - begun
        logged = started.logged()
        failure = outcome if isinstance(outcome, Failure) else None
        call = Call(
            asked=request,
            mode=mode,
            environment=self._shown,
            env_file=self._in_file,
            exchanges=tuple(wire.exchanges),
            egress=tuple(wire.egress),
            result=None if isinstance(outcome, Failure) else outcome,
            failure=failure,
            log=None if logged is None else logged[before:],
            aside="\n".join([started.printed()[printed:], *heard]),
            scenario=scenario,
            script=script,
            fault=fault.name if isinstance(fault, Fault) else fault,
            seconds=seconds,
            hindrance=self._hindrance(failed=failure is not None),
            tells=self.face.tells,
            lacking=lacking,
            words=self.names.of(request),
        )
        self.transcript.calls.append(call)
        self._keep(wire.egress, call.misses)
        return call

    def _hindrance(self, *, failed: bool) -> tuple[str, Blame] | None:
        """What hindered the last live call; what asking again could mend hinders none that was answered."""
        found = self.launcher.live.hindrances if self.launcher.live else []
        return next(((one.because, one.blame) for one in found if failed or one.spoils), None)

    def models(self) -> tuple[ModelCard, ...]:
        """The listing that the provider promises. Raises ``NoListing``, also where it claims none and has one."""
        if "models" not in self.claims:
            raise NoListing("the provider claims no model listing")
        return self._listing()

    def _listing(self) -> tuple[ModelCard, ...]:
        """The provider's own listing, claimed or not. Raises ``NoListing``."""
        if not self.started.running.lists:
            raise NoListing("the provider claims a model listing, and its adapter has no models()")
        with self.launcher.call() as wire:
            outcome = self._ending("models()", self._living.running.models())
        listed = outcome if isinstance(outcome, Failure) else self.names.listed(outcome)
        self._looked("models()", listed)
        self._keep(wire.egress, [exchange.miss.reason for exchange in wire.exchanges if exchange.miss])
        if isinstance(listed, Failure):
            raise NoListing(f"the provider's listing fails with {listed.kind}: {listed.message}")
        return listed

    @property
    def others(self) -> tuple[ModelFacts, ...]:
        """The models beside the old one that the provider had before the rollout.

        Its description names them, else the listing of its build before the rollout, else the rollout. What xAI does with a model
        that the world does not know is not known here; that one is left out.
        """
        if self.launcher.description.models is not None or not self.listed_before:
            return self.rollout.others
        known, rolled_out = self.rollout.models, (self.rollout.target.id, self.rollout.old.id)
        return tuple(known.get(model.id, model) for model in self.listed_before if model.id not in rolled_out)

    @property
    def listed_before(self) -> tuple[ModelFacts, ...]:
        """The models that the build before lists and the world knows, under the names that the rollout does not move."""
        served, moved = self.rollout.facts.served, (self.rollout.flag.moves, *self.rollout.target.names)
        return tuple(
            ModelFacts.of(card.id, [name for name in card.aliases if name not in moved], served[card.id])
            for card in self._listed_before
            if card.id in served and card.id not in self.rollout.target.names
        )

    @property
    def _listed_before(self) -> tuple[ModelCard, ...]:
        """What the build before the rollout lists; nothing where there is none, or where it has no listing."""
        if self.launcher.listed_before is None:
            self.launcher.listed_before = ()
            try:
                before = replace(self, environment={}, env_files=()).built("before")
                self.launcher.listed_before = before.models() if "models" in self.claims else ()
            except DidNotStart as error:
                self.note(f"the build before the rollout did not start, so the models are those of the rollout: {error}")
            except (NoBuild, NoListing):
                pass  # the rollout says which models there were
        return self.launcher.listed_before

    def documentation(self) -> str:
        """The provider's own documentation. Raises ``NoDocumentation``."""
        if self.started.running.documents:
            outcome = self._ending("documentation()", self._living.running.documentation())
            said = outcome if isinstance(outcome, Failure) else self.names.read(outcome)
            self._looked("documentation()", said)
            if isinstance(said, Failure):
                raise NoDocumentation(f"the provider's documentation fails with {said.kind}: {said.message}")
            return said
        file = self.launcher.description.documentation
        if file is None:
            raise NoDocumentation("the adapter gives no documentation, and the description names no file")
        try:
            said = self.names.read(file.read_text("utf-8"))
            self._looked(f"its documentation, {file.name}", said)
            return said
        except (OSError, UnicodeDecodeError) as error:
            raise NoDocumentation(f"{file.name} cannot be read: {error}") from None

    def read_timeout(self) -> float | Failure | None:
        """Seconds that the provider waits for xAI's own address, ``None`` for ever; a ``Failure`` where it cannot be told."""
        waits = self._ending("read_timeout()", self._living.running.read_timeout())
        self._looked("read_timeout()", waits)
        return waits

    def own_tests(self) -> Ran:
        """The provider's own unit tests, run by the command of its description in the description's folder."""
        description = self.launcher.description
        assert description.own_tests is not None, "the suite asks only where the description names a command"
        ran = run(description.own_tests, cwd=description.path.parent, interpreter=self.launcher.interpreter)
        self._looked("its own tests", ran)
        return ran

    def integration_script(self, arguments: Sequence[str], *, clean: Path) -> Ran:
        """The integration script of a clean copy of the checkout that is made at ``clean``, run in this environment.

        It is started in this process' folder, since the provider may be named by a path from there. An installed grokgate has
        no script; there the command is run that the script would run.
        """
        copy = clean_copy(clean)
        command = [str(copy / SCRIPT), *arguments] if copy else [PYTHON, "-m", "grokgate", "check", *arguments]
        with_ours = {"GROKGATE_ENVIRONMENT": sys.prefix} if copy else {}
        ran = run(command, cwd=Path.cwd(), interpreter=Path(sys.executable), environment=with_ours)
        self._looked("the integration script", ran)
        return ran

    def declares(self, capability: str, model: str) -> bool:
        """Whether the provider's description or its own listing claims a capability of a model."""
        listed = () if capability in self.claims or not self.started.running.lists else self._listing()
        card = next((card for card in listed if model in card.names), None)
        return capability in self.claims or bool(card and capability in (card.capabilities or ()))

    def switched(self, **variables: str) -> Subject:
        """The same deployment after its variables were switched as its description says, restarted where it says so.

        Without a file to switch, the deployment starts anew with other variables.
        """
        begun = time.perf_counter()
        if self.switch.file:
            after = self._with_switched_file(variables)
            how = f"in {self.switch.file}, {'after a restart' if self.switch.restart else 'without a restart'}"
        else:
            after, how = self.under(**variables), "by a start with other variables"
            _ = after.started
        self.note(f"switched {how}, in {time.perf_counter() - begun:.2f} s")
        return after

    def _with_switched_file(self, variables: Mapping[str, str]) -> Subject:
        started, after = self.started, replace(self, env_files=(*self.env_files, variables))
        write_env_file(started.workdir / str(self.switch.file), variables)
        self.launcher.renamed(started, after.build, after.environment, after.env_files)
        return after.restarted() if self.switch.restart else after

    @property
    def started(self) -> Started:
        """The running provider; one whose process ended in another case is started anew. Raises ``DidNotStart``."""
        ended = () if self.revived else self._ends
        if found := self.launcher.found(self.build, self.environment, self.env_files, asked=ended):
            return found
        return self._begun(lambda: self.launcher.start(self.build, self.environment, self.env_files))

    @property
    def _living(self) -> Started:
        """The running provider, to ask it something. Raises ``Ended`` where its process ended in this case."""
        started = self.started
        if started.running.gone in self._ends:
            raise Ended("the provider's process ended in this case, so nothing more was asked of it")
        return started

    @property
    def _ends(self) -> list[Failure]:
        return [failure for _, failure in self.transcript.ends]

    def _begun(self, begin: Callable[[], Started]) -> Started:
        """What ``begin`` starts, with what leaves meanwhile kept. Raises ``DidNotStart``."""
        with self.launcher.call() as wire:
            try:
                return begin()
            except NotStarted as error:
                self._looked("a start", None)
                raise DidNotStart(str(error), self._how, error.failure.end) from error
            except (Exception, SystemExit) as error:
                self._looked("a start", None)
                raise DidNotStart(f"{type(error).__name__}: {error}", self._how) from error
            finally:
                self._keep(wire.egress, [])

    @property
    def log(self) -> str:
        """All that the provider has written since its start: its log, and what it printed where it has a process of its own."""
        written = (self.started.logged() or "") + self.started.printed()
        self._looked("its log since the start", written)
        return written

    def note(self, text: str) -> None:
        """Report a figure beside the result."""
        self.transcript.notes.append(text)

    def show(self, text: str) -> None:
        """Say what was shown by counting, in one sentence; it stands where a row that is not kept tells why."""
        self.transcript.shown = text

    def say(self, text: str) -> None:
        """Tell of progress, at once."""
        self.launcher.say(text)

    def note_which_overrules(self, flag: Flag) -> None:
        """Report what the flag's name means where a launcher says on and the file says off; either is right."""
        if not self.switch.file:
            self.note("the description names no file of variables, so there is none that a launcher could overrule")
            return
        try:
            call = self.under(**{flag.variable: flag.on[0]}).with_env_file(**{flag.variable: flag.off[0]}).chat(flag.moves)
            said = f"left as {call.left[0].field('model')}" if call.left else "was refused"
        except DidNotStart as error:
            said = f"did not start: {error}"
        self.note(f"with {flag.variable}={flag.on[0]} from the launcher and {flag.off[0]} in the file, {flag.moves} {said}")

    @property
    def _shown(self) -> dict[str, str]:
        """The environment for people."""
        return {name: "set" if value == FALLBACK else value for name, value in self.environment.items()}

    @property
    def _in_file(self) -> Mapping[str, str]:
        """What stands in its file now."""
        return self.env_files[-1] if self.env_files else {}

    @property
    def _how(self) -> str:
        """The build and the environment for people, as the end of "did not start"."""
        build = [] if self.build == self.launcher.build else [f"as build {self.build!r}"]
        variables = surroundings(self._shown, self._in_file)
        return "".join([f" {part}" for part in build] + ([f" with {variables}"] if variables else []))

    def _ending(self, asked: str, outcome: T) -> T:
        """The outcome of what was asked; kept where it is no error that a caller could catch. Raises ``NoBuild``."""
        if not isinstance(outcome, Failure) or not outcome.end:
            return outcome
        if outcome.end == "silence" and self.build.endswith(HURRIED):
            raise NoBuild("the provider waits for ever, or in a way that cannot be cut short; add [builds.impatient] to tell")
        self.transcript.ends.append((f"{asked}{self._how}", outcome))
        return outcome

    def _looked(self, asked: str, got: object) -> None:
        """Keep that something else was asked than an answer."""
        other = "" if self.build == self.launcher.build else self.build
        after = len(self.transcript.calls)
        look = Look(asked=asked, got=got, environment=self._shown, env_file=self._in_file, build=other, after=after)
        self.transcript.looks.append(look)

    def _keep(self, egress: Sequence[Egress], misses: Sequence[str]) -> None:
        self.transcript.egress.extend(egress)
        self.transcript.misses.extend(misses)
