"""One run of a gate: what it was asked, the provider that it judges, and the evidence that it writes."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grokgate import __version__
from grokgate.formats.acceptances import Acceptances, read_acceptances
from grokgate.formats.contract import contract, contract_digest, requirements
from grokgate.formats.document import BadDocument
from grokgate.formats.evidence_file import SCHEMA, EvidenceWriter, put_aside
from grokgate.formats.fixtures import prompts
from grokgate.formats.rollout_file import rollout
from grokgate.formats.suites import owners, suites_digest
from grokgate.formats.world_file import bundled_worlds
from grokgate.intercept.fault import FAULTS
from grokgate.judgement.acceptance import Accepted
from grokgate.judgement.reservation import reservations
from grokgate.judgement.scope import Question, asked_for
from grokgate.judgement.verdict import Verdict, judge
from grokgate.providers.description import Description
from grokgate.providers.launcher import Launcher, build_digest, new_key, parts_of_build
from grokgate.providers.subject import Subject, Transcript
from grokgate.reports import files
from grokgate.upstream.library import refuse_misplaced
from grokgate.upstream.world import World, load_world
from grokgate.values.answerer import TAPE, Answerer, answerer_at
from grokgate.values.build import Parts
from grokgate.values.evidence import Asked, Case, Status
from grokgate.values.requirement import Requirement
from grokgate.values.rollout import Rollout

if TYPE_CHECKING:
    from grokgate.intercept.live import Live, Pay
    from grokgate.runs.ledger import Ledger
    from grokgate.runs.live_asked import LiveAsked


BUNDLED = "bundled"
"""What stands for grokgate's own cassettes beside folders of others."""


@dataclass(kw_only=True)
class GateRun:
    """A gate from its question to its reports."""

    description: Description
    spec: str
    named: bool = True
    """Whether somebody named the provider; else it is the reference."""
    phase: str
    scope: str
    rollout_name: str | None = None
    """The rollout: the name of a bundled one, or a file; ``None`` is the plan's."""
    world_name: str | None = None
    """The world: a name, or a folder; ``None`` is the rollout's."""
    strict: bool
    only: Sequence[str]
    folder: Path
    evidence: Path
    cassettes: Sequence[str] = ()
    pace: float = 0.0
    accept: Sequence[Path] = ()
    """Files of waivers and attestations."""
    live: LiveAsked | None = None
    """How the real xAI is asked; ``None`` where a tape answers."""
    served: str = ""
    """Who answered the model that is rolled out, before the first row of a live run."""
    by_grokgate: bool = False
    """Whether a live run is answered by grokgate's own server, as its first answers say."""
    key: str = field(default_factory=new_key)
    started: float = field(default_factory=time.time)
    cases: list[Case] = field(default_factory=list)
    egress: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.description = self.description.in_rollout(self.rollout.id)

    @cached_property
    def rollout(self) -> Rollout:
        """What is judged: the one place of a run that reads it. Raises ``BadDocument``."""
        chosen = rollout(self.rollout_name, self.world_name, self.phase)
        models = self.description.in_rollout(chosen.id).models
        return chosen if models is None else rollout(self.rollout_name, self.world_name, self.phase, models)

    @cached_property
    def world(self) -> World:
        """What the tape has. Raises ``BadDocument``, also where it cannot bring about what the rollout calls a trouble, or where
        what was recorded plays for a rule whose answer it does not give."""
        own = self.rollout.facts.folders[0]
        folders = [own if name == BUNDLED else Path(name) / self.rollout.world for name in self.cassettes] or None
        world = load_world(own, folders)
        if others := [folder for folder in folders or () if folder != own]:
            refuse_misplaced(others, own)
        plays_the_troubles(self.rollout, world)
        return world

    @cached_property
    def contract(self) -> Mapping[str, Requirement]:
        """The requirements, in the words of this rollout."""
        return contract(self.rollout)

    @cached_property
    def acceptances(self) -> Acceptances:
        """What people add to the verdict. Raises ``BadDocument``."""
        return read_acceptances(self.accept, requirements())

    @cached_property
    def question(self) -> Question:
        return Question(
            phase=self.phase,
            scope=self.scope,
            kind=self.description.kind,
            claims=self.description.claims,
            converts=self.description.converts,
            only=self.only,
            mode=self.mode,
            long=bool(self.live and self.live.long),
        )

    @property
    def answered_by(self) -> Answerer:
        """Who answers in xAI's name."""
        return answerer_at(self.live.upstream, is_grokgate=self.by_grokgate) if self.live else TAPE

    @property
    def mode(self) -> str:
        return "live" if self.live else "replay"

    @cached_property
    def _scoped(self) -> tuple[list[Asked], list[str]]:
        return asked_for(self.contract.values(), self.question, owners())

    def look(self, say: Callable[[str], None]) -> None:
        """Find out of xAI what a live run needs to know, and say what it will cost; what hinders it settles all rows."""
        if self.live is None or self.ledger is None:
            return
        from grokgate.runs.preflight import Preflight

        preflight = Preflight(upstream=self.live.upstream, rollout=self.rollout, ledger=self.ledger)
        preflight.fly(self.live.key, self.live.trust)
        self.served, self.by_grokgate = preflight.served, preflight.by_grokgate
        for line in preflight.found:
            say(line)
        if why := preflight.hindered:
            say(why.because)
            open_rows = [row for row in self.asked.values() if row.settled is None]
            settled = (replace(row, settled=Status.NOT_RUN, because=why.because, blame=why.blame) for row in open_rows)
            self.asked = {**self.asked, **{row.id: row for row in settled}}
        else:
            say(self.ledger.forecast(self.in_order))

    @cached_property
    def ledger(self) -> Ledger | None:
        """What a live run may spend."""
        if self.live is None:
            return None
        from grokgate.runs.ledger import Ledger

        return Ledger(self.live.budget, self.rollout, self.contract, self.answering)

    @property
    def answering(self) -> Mapping[str, str]:
        """Who answers a model in this world, by its id."""
        return {id: model.answered_by for id, model in self.rollout.models.items()}

    @cached_property
    def asked(self) -> Mapping[str, Asked]:
        """The rows asked for, by identifier."""
        return {row.id: row for row in self._scoped[0]}

    @property
    def outside(self) -> list[str]:
        """The identifiers of the rows that phase or scope leave out."""
        return self._scoped[1]

    @property
    def to_test(self) -> set[str]:
        """The rows that a test decides."""
        return {id for id, row in self.asked.items() if row.settled is None}

    @property
    def in_order(self) -> list[str]:
        """Those rows in the order of their tests."""
        return [id for id in owners() if id in self.to_test]

    @property
    def build(self) -> str:
        """The build of the provider that this phase is about."""
        return f"phase-{self.phase}" if f"phase-{self.phase}" in self.description.builds else "current"

    @cached_property
    def parts(self) -> Parts:
        """What the build that is judged consists of. A worker, which seals nothing, is given none."""
        return parts_of_build(self.description, self.build, lambda _: None)

    @cached_property
    def header(self) -> dict[str, Any]:
        description = self.description
        return {
            "schema": SCHEMA,
            "grokgate": __version__,
            "python": platform.python_version(),
            "platform": sys.platform,
            "started": datetime.fromtimestamp(self.started, UTC).isoformat(timespec="seconds"),
            "started_ms": int(self.started * 1000),
            "provider": {
                "name": description.name,
                "spec": self.spec,
                **({} if self.named else {"named": False}),
                "title": " ".join(description.title.split()),
                "kind": description.kind,
                "face": description.face,
                "vehicle": description.vehicle,
                "build": self.build,
                "requirements": list(description.requirements),
                **self.parts.to_json(),
                "claims": list(description.claims),
                **({} if description.converts is None else {"converts": list(description.converts)}),
            },
            "phase": self.phase,
            "scope": self.scope,
            "world": self.rollout.world,
            "xai": self._xai,
            "rollout": self.rollout.id,
            "selection": {name: value for name, value in (("rollout", self.rollout_name), ("world", self.world_name)) if value},
            "others": [model.id for model in self.rollout.others],
            "roles": self._roles,
            "mode": self.mode,
            "answered_by": [self.answered_by.to_json()],
            **({"upstream": self.live.upstream} if self.live else {}),
            **({"long_prompts": True} if self.live and self.live.long else {}),
            "strict": self.strict,
            "only": list(self.only),
            "outside": self.outside,
            "evidence": os.path.relpath(self.evidence, self.folder),
            "digests": {
                "contract": contract_digest(),
                "rollout": self.rollout.digest,
                "world": self.world.digest,
                "provider": build_digest(description, self.build, self.parts),
                "suites": suites_digest(),
            },
        }

    @property
    def _xai(self) -> dict[str, str]:
        """Which xAI is judged, in words, and the newest world that is bundled where that is a newer one."""
        facts, bundled = self.rollout.facts, bundled_worlds()
        newest = bundled[-1]
        is_older = facts in bundled and newest.era > facts.era
        newer = {"newer": newest.name, "newer_days": newest.days} if is_older else {}
        return {"title": facts.title, "days": facts.days, **newer}

    @property
    def _roles(self) -> dict[str, str]:
        """Who plays which part in the rollout."""
        about = self.rollout
        return {
            "title": about.title,
            "target": about.target.id,
            "target_called": about.called[0],
            "old": about.old.id,
            "old_called": about.called[1],
            "flag": about.flag.variable,
            "on": about.flag.on[0],
            "off": about.flag.off[0],
            "moves": about.flag.moves,
            "allow_list": about.allow_list.variable,
        }

    def launcher(self, say: Callable[[str], None], pay: Pay | None = None) -> Launcher:
        """What starts the provider; in a live run ``pay`` pays its requests, by default the ledger."""
        live = self._behind(pay or self.ledger.pay) if self.ledger else None
        return Launcher(
            *(self.description, self.world, prompts()),
            key=self.key,
            say=say,
            pace=self.pace,
            build=self.build,
            live=live,
            rollout=self.rollout.path,
        )

    def _behind(self, pay: Pay) -> Live:
        """What stands behind the provider of a live run: the real xAI, where a request can be paid."""
        from grokgate.intercept.live import Live

        assert self.live is not None, "only a live run pays"
        served = dict.fromkeys(self.rollout.target.wire, self.served)
        return Live(self.live.upstream, key=self.live.key, given=self.key, pay=pay, trust=self.live.trust, served=served)

    def subject(self, launcher: Launcher, transcript: Transcript) -> Subject:
        return Subject(launcher=launcher, transcript=transcript, rollout=self.rollout, prompts=prompts(), build=self.build)

    def open(self) -> EvidenceWriter:
        """Begin the evidence file: header and the rows asked for. Reports of the run before would belie a run that is stopped."""
        if self.live:
            put_aside(self.evidence)  # it was paid for
        writer = EvidenceWriter(self.evidence, (self.key, *([self.live.key] if self.live else [])))
        files.clear(self.folder)
        writer.begin(self.header, self.asked.values(), self.acceptances.waivers, self.acceptances.attestations)
        return writer

    def close(self, writer: EvidenceWriter, *, stopped: bool = False) -> Verdict:
        """Judge, seal the evidence, and write the reports that are files. What was ``stopped`` before its end is never a go."""
        verdict = self.judge(stopped=stopped)
        writer.seal(
            {
                **(self.ledger.to_json() if self.ledger else {}),
                **({"stopped": True} if stopped else {}),
                "verdict": verdict.decision.value,
                "counts": dict(verdict.counts),
                "seconds": round(time.time() - self.started, 3),
            }
        )
        files.write(self.folder, self.header, verdict)
        return verdict

    def judge(self, *, stopped: bool) -> Verdict:
        violations = [event["target"] for event in self.egress if not event["declared"]]
        return judge(
            list(self.asked.values()),
            self.cases,
            strict=self.strict,
            reservations=reservations(self.header, stopped=stopped),
            violations=violations,
            accepted=Accepted.in_run(self.header, self.acceptances.waivers, self.acceptances.attestations),
        )


def plays_the_troubles(rollout: Rollout, world: World) -> None:
    """What is to bring about a trouble is a scenario of the world, or a fault. Raises ``BadDocument``."""
    for trouble in rollout.troubles:
        place = f"trouble ({trouble.name})"
        if trouble.scenario not in world.scenarios:
            known = ", ".join(world.scenarios)
            reason = f"the world {world.name!r} plays no scenario {trouble.scenario!r}; there are: {known}"
            raise BadDocument(rollout.path, place, reason)
        if trouble.fault and trouble.fault not in FAULTS:
            raise BadDocument(rollout.path, place, f"there is no fault {trouble.fault!r}; there are: {', '.join(FAULTS)}")
