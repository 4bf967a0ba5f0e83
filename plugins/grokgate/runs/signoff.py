"""``grokgate signoff``: runs of one build, waivers and attestations become one sealed file, a verdict, and a page to sign."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from grokgate import __version__
from grokgate.formats.acceptances import Acceptances, read_acceptances
from grokgate.formats.contract import contract, contract_digest, requirements
from grokgate.formats.document import BadDocument
from grokgate.formats.evidence_file import SCHEMA, Evidence, EvidenceRefused, EvidenceWriter
from grokgate.formats.rollout_file import rollout_of
from grokgate.formats.suites import owners, suites_digest
from grokgate.judgement.acceptance import Accepted
from grokgate.judgement.merge import Run, asked_of, cases_of, gaps, of_one_build
from grokgate.judgement.reservation import reservations
from grokgate.judgement.scope import asked_for, question_of_whole
from grokgate.judgement.verdict import Verdict, judge
from grokgate.reports import change, files, page, terminal
from grokgate.reports.change import Comparison, compare
from grokgate.reports.files import CAPSULE
from grokgate.runs.check import as_typed
from grokgate.runs.verify import judged, of_one_rollout
from grokgate.values.answerer import answerers
from grokgate.values.evidence import Asked, Case
from grokgate.values.rollout import Rollout

PAGE = "signoff.html"


class SignOff:
    """A sign-off from its evidence to its files.

    Raises ``EvidenceRefused`` for a file that is none or is not about the same build, and ``BadDocument`` for bad waivers or
    attestations.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        accept: Sequence[Path],
        *,
        strict: bool = False,
        stand_in_counts: bool = False,
        since: Path | None = None,
        rollout: str | None = None,
        world: str | None = None,
    ) -> None:
        self._begun = time.time()
        self._since = judged(since) if since else None
        opened = [(path, _unmerged(path)) for path in paths]
        evidence = {found.footer["seal"]: (path, found) for path, found in opened}  # one that is given twice is one
        self._paths = [path.resolve() for path in paths]
        self._files = [(str(path), found) for path, found in evidence.values()]
        runs = [Run(file=name, header=found.header, cases=found.cases) for name, found in self._files]
        of_one_build(runs)
        self._first = first = runs[0].header
        self._rollout = _same_sources(runs[0], rollout, world)
        self._contract = contract(self._rollout)
        self.acceptances: Acceptances = read_acceptances(accept, requirements())
        self._stand_in_counts = stand_in_counts
        self._strict = strict or any(run.header["strict"] for run in runs)
        self.cases: list[Case] = cases_of(runs)
        inside, self._outside = asked_for(self._contract.values(), question_of_whole(first), owners())
        self.asked: list[Asked] = asked_of(inside, self.cases)
        self.cases += gaps(self.asked, runs, {id: row.modes for id, row in requirements().items()})

    @cached_property
    def header(self) -> dict[str, Any]:
        """The header of the whole: that of the first run, in the scope of a sign-off."""
        modes = {found.header["mode"] for _, found in self._files}
        upstreams = sorted({found.header["upstream"] for _, found in self._files if "upstream" in found.header})
        answered = answerers(found.header for _, found in self._files)
        return {
            **{key: value for key, value in self._first.items() if key != "event"},
            "schema": SCHEMA,
            "grokgate": __version__,
            "started": datetime.fromtimestamp(self._begun, UTC).isoformat(timespec="seconds"),
            "started_ms": int(self._begun * 1000),
            "scope": "signoff",
            "mode": "live" if modes == {"live"} else "replay",
            "answered_by": [one.to_json() for one in answered],
            **({"upstream": " ".join(upstreams)} if upstreams else {}),
            **({"stand_in_counts": True} if self._stand_in_counts else {}),
            "strict": self._strict,
            "only": [],
            "outside": self._outside,
            "evidence": CAPSULE,
        }

    @property
    def sources(self) -> list[dict[str, Any]]:
        """The runs that it rests on."""
        return [{"file": name, "seal": found.footer["seal"], "header": found.header} for name, found in self._files]

    def verdict(self) -> Verdict:
        accepted = Accepted.in_run(self.header, self.acceptances.waivers, self.acceptances.attestations)
        violations = [target for _, found in self._files for target in found.violations]
        held = reservations(self.header, runs=[found.header for _, found in self._files])
        return judge(self.asked, self.cases, strict=self._strict, reservations=held, violations=violations, accepted=accepted)

    def _changes(self, header: dict[str, Any], verdict: Verdict) -> Comparison | None:
        """What changed since an earlier run, where one is named."""
        if self._since is None:
            return None
        evidence, earlier = self._since
        of_one_rollout("the earlier run and this one", [evidence.header, header])
        return compare(change.Run(header=evidence.header, verdict=earlier), change.Run(header=header, verdict=verdict))

    def write(self, folder: Path) -> Verdict:
        """Seal all that the verdict rests on in one file, and write the reports beside it. Raises ``OSError``.

        What an earlier sign-off left there goes first, and the sealed file takes its name once it is whole.
        """
        if (folder / CAPSULE).resolve() in self._paths:
            raise EvidenceRefused(f"{folder / CAPSULE}: it is one of the runs, and would be written over; name another --reports")
        verdict, header = self.verdict(), self.header
        said = page.page(header, verdict, self._rollout, self.sources, self._contract, self._changes(header, verdict))
        folder.mkdir(parents=True, exist_ok=True)
        files.clear(folder)
        for name in (CAPSULE, PAGE):
            (folder / name).unlink(missing_ok=True)
        draft = folder / f"{CAPSULE}.draft"
        self._seal(EvidenceWriter(draft, ()), header, verdict)
        draft.replace(folder / CAPSULE)
        files.write(folder, header, verdict)
        (folder / PAGE).write_text(said, "utf-8")
        return verdict

    def _seal(self, writer: EvidenceWriter, header: dict[str, Any], verdict: Verdict) -> None:
        writer.begin(header, self.asked, self.acceptances.waivers, self.acceptances.attestations)
        for source in self.sources:
            writer.write("source", source)
        for case in self.cases:
            writer.write("case", case.to_json())
        for _, found in self._files:
            for attempt in found.egress:
                writer.write("egress", {key: value for key, value in attempt.items() if key != "event"})
        seconds = round(time.time() - self._begun, 3)
        writer.seal({"verdict": verdict.decision.value, "counts": dict(verdict.counts), "seconds": seconds})


def said(secho: Any, header: dict[str, Any], verdict: Verdict, folder: Path) -> None:
    """Say the verdict on a terminal, as a gate does."""

    def say(line: str, colour: str | None) -> None:
        secho(line, fg=colour)

    terminal.write(say, header, verdict, seconds=0.0, folder=str(folder), command=as_typed())


def _same_sources(run: Run, spec: str | None, world: str | None) -> Rollout:
    """The rollout of the runs. Raises ``EvidenceRefused`` where contract, rollout or suites are not those of this grokgate."""
    header, digests = run.header, run.header["digests"]
    refused = f"{run.file}: it was made by grokgate {header['grokgate']} with another version of the"
    try:
        about = rollout_of(header, spec, world)
    except BadDocument as unknown:
        because = f"{run.file}: its rollout {header['rollout']!r} is not found ({unknown}); say --rollout FILE"
        raise EvidenceRefused(because) from None
    mine = {"contract": contract_digest(), "rollout": about.digest, "suites": suites_digest()}
    if other := [name for name, digest in mine.items() if digests[name] != digest]:
        raise EvidenceRefused(f"{refused} {other[0]}; sign off with that grokgate")
    return about


def _unmerged(path: Path) -> Evidence:
    found, _ = judged(path)
    if found.sources:
        raise EvidenceRefused(f"{path}: it is a sign-off itself; hand over the runs that it was made from")
    return found
