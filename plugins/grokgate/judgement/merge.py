"""Several runs of one build as one: shards of a CI matrix, and the runs before and after a deploy.

Runs of another build, phase, rollout, world or contract prove nothing about this one, and are refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grokgate.formats.evidence_file import EvidenceRefused
from grokgate.judgement.outcome import NOT_RUN_HERE
from grokgate.values.build import differences
from grokgate.values.evidence import Asked, Blame, Case, Status

DIGESTS = ("provider", "rollout", "contract", "suites", "world")
"""What has to be the same in all runs, beside provider, phase and world."""


BUILD = "build of the provider"
MOST = 5
"""Differences of two builds that are told."""
NAMED = {"replay": "replay", "live": "live traffic (grokgate live)"}
OTHER = {"replay": "live traffic", "live": "replay"}


class Mismatch(EvidenceRefused):
    """Two runs that are not about the same thing; which, and in what they differ."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A sealed run: the name of its file, its header, and its cases."""

    file: str
    header: Mapping[str, Any]
    cases: Sequence[Case]


def of_one_build(runs: Sequence[Run]) -> None:
    """Raises ``Mismatch`` where the runs are not all about the same build, phase, world, rollout and contract."""
    first = runs[0]
    for run in runs[1:]:
        for what, (this, that) in _compared(first.header, run.header).items():
            if this != that:
                told = _parts(first.header, run.header) if what == BUILD else ""
                told = told or f"{that[:40]}, and not {this[:40]}"
                raise Mismatch(f"{run.file} is about another {what} than {first.file}: {told}")


def _parts(first: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """In which packages and code two builds differ, as far as few words tell."""
    told = [f"{part.name} {part.now}, and not {part.was}" for part in differences(first, other)]
    return "; ".join([*told[:MOST], *([f"and {len(told) - MOST} more"] if len(told) > MOST else [])])


def _compared(first: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    pairs = {"provider": (first["provider"]["name"], other["provider"]["name"])}
    pairs |= {key: (first[key], other[key]) for key in ("phase", "world")}
    names = {
        "provider": BUILD,
        "rollout": "version of the rollout file",
        "suites": "version of the suites",
        "world": "set of cassettes",
    }
    for key in DIGESTS:
        pairs[names.get(key, f"version of the {key}")] = (first["digests"][key], other["digests"][key])
    return pairs


def cases_of(runs: Sequence[Run]) -> list[Case]:
    """The cases of all runs. What did not run in one of them is no matter where another one of its mode ran it.

    Only that: too little that was seen stays so, since who asks again until enough is seen has asked for chance.
    """
    told: dict[tuple[str, str], set[str]] = {}
    decided = set[tuple[str, str]]()
    for run in runs:
        mode = run.header["mode"]
        for case in run.cases:
            if not _is_gap(case):
                told.setdefault((mode, case.requirement), set()).add(case.id)
            if case.status is not Status.NOT_RUN:
                decided.add((mode, case.id))

    def stands(mode: str, case: Case) -> bool:
        if _is_gap(case):
            return len(told.get((mode, case.requirement), ())) < _wanted(case)
        return case.status is not Status.NOT_RUN or (mode, case.id) not in decided

    modes = ((run.header["mode"], case) for run in runs for case in run.cases)
    return [replace(case, mode=mode) for mode, case in modes if stands(mode, case)]


def asked_of(asked: Sequence[Asked], cases: Sequence[Case]) -> list[Asked]:
    """The rows of a sign-off; one that waits for live traffic is decided by its cases where there are some."""
    decided = {case.requirement for case in cases}
    waits = (Status.NOT_RUN,)
    return [replace(row, settled=None) if row.settled in waits and row.id in decided else row for row in asked]


def gaps(asked: Sequence[Asked], runs: Sequence[Run], modes: Mapping[str, Sequence[str]]) -> list[Case]:
    """A case that did not run for each row that one of its ``modes``, replay or live, has not decided yet.

    A sign-off asks for both: replay sees what xAI cannot be asked to play, and live traffic sees what xAI does today.
    """
    decided = {(run.header["mode"], case.requirement) for run in runs for case in run.cases}
    return [
        Case(
            id=f"{row.id}[{mode}]",
            requirement=row.id,
            status=Status.NOT_RUN,
            because=f"{OTHER[mode]} has decided it, and {NAMED[mode]} has not",
            blame=Blame.CONFIGURATION,
        )
        for row in asked
        for mode in OTHER
        if row.settled is None and not row.sums and {*OTHER} <= {*modes[row.id]}
        if (mode, row.id) not in decided and any((other, row.id) in decided for other in OTHER)
    ]


def _is_gap(case: Case) -> bool:
    """A case that stands for those that a run left out, or one of a row that did not start."""
    return case.finding is not None and case.finding["at"] == NOT_RUN_HERE


def _wanted(case: Case) -> int:
    return int(case.finding["expected"]) if case.finding else 0
