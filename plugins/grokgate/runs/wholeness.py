"""Whether evidence has what its header says that it was asked: a seal without a key is no proof, since anybody can seal anew.

What the contract asks of a phase and a scope follows from the header, so each row is held against it: there once, as severe, and
settled before any test as the contract settles it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from grokgate.formats.contract import contract, contract_digest, requirements
from grokgate.formats.document import BadDocument
from grokgate.formats.evidence_file import Evidence
from grokgate.formats.rollout_file import rollout_of
from grokgate.formats.suites import owners, suites_digest
from grokgate.judgement.merge import Run, asked_of, gaps, of_one_build
from grokgate.judgement.scope import asked_for, question_of, question_of_whole
from grokgate.values.answerer import Who, answerer_at, answerers
from grokgate.values.evidence import Asked, Status
from grokgate.values.requirement import Requirement
from grokgate.values.rollout import Rollout

WORDS = ("title", "plan", "section", "prefix", "because")
"""What a row says in the words of its rollout."""
MODES = ("replay", "live")
FACTS = ("severity", "settled", "blame", "sums", "attestable")
"""What follows from the contract, whatever the rollout."""


def is_checkable(header: Mapping[str, Any]) -> bool:
    """Whether contract and suites are those of this grokgate; of others it does not know what they ask."""
    digests = header["digests"]
    return bool(digests["contract"] == contract_digest() and digests["suites"] == suites_digest())


def missing(evidence: Evidence) -> str:
    """What is not as it was asked, in a sentence; empty where all is. Rows are held against the contract where ``is_checkable``.

    Raises ``Mismatch`` where the runs of a sign-off are not about the same.
    """
    return next(_faults(evidence), "")


def _faults(evidence: Evidence) -> Iterator[str]:
    yield from _of_answers(evidence)
    yield from _of_sources(evidence)
    if is_checkable(evidence.header):
        yield from _of_rows(evidence)
        yield from _of_gaps(evidence)


def _of_rows(evidence: Evidence) -> Iterator[str]:
    """Each row that the contract asks for by the header is there once, and no other; each case is of one of them."""
    header, told = evidence.header, {row.id: row for row in evidence.asked}
    what = " ".join([f"phase {header['phase']}, {header['scope']}", *(["--only", *header["only"]] if header["only"] else [])])
    known = _rollout(header)
    inside, outside = _asked(evidence, contract(known) if known else requirements())
    wanted = {row.id: row for row in inside}
    yield from (f"row {id} is missing, which {what} asks for" for id in wanted if id not in told)
    yield from (f"row {id} stands in it, which {what} does not ask for" for id in told if id not in wanted)
    for id, count in Counter(row.id for row in evidence.asked).items():
        if count > 1:
            yield f"row {id} stands in it {count} times"
    for case in evidence.cases:
        if case.requirement not in wanted:
            yield f"case {case.id} is of the row {case.requirement}, which {what} does not ask for"
    for row, name in product(inside, (*FACTS, *WORDS) if known else FACTS):
        ours, its = getattr(row, name), getattr(told[row.id], name)
        if ours != its:
            yield f"row {row.id}: its {name} is {its or 'none'}, and the contract says {ours or 'none'}"
    if list(header["outside"]) != outside:
        strays = sorted(set(header["outside"]) ^ set(outside)) or ["their order"]
        yield f"the rows outside are not those that {what} leaves out: {', '.join(strays)}"


def _asked(evidence: Evidence, rows: Mapping[str, Requirement]) -> tuple[list[Asked], list[str]]:
    """What the contract asks by the header, settled as far as no test is needed, and the rows that it leaves out."""
    header = evidence.header
    question = question_of_whole(header) if evidence.sources else question_of(header)
    inside, outside = asked_for(rows.values(), question, owners())
    if evidence.sources:
        return asked_of(inside, evidence.cases), outside
    if header["mode"] == "live" and not evidence.cases:  # where nobody could be asked, each open row is settled for that cause
        its = {row.id: row for row in evidence.asked if row.settled is Status.NOT_RUN}
        return [_settled_as(its.get(row.id), row) for row in inside], outside
    return inside, outside


def _settled_as(its: Asked | None, row: Asked) -> Asked:
    return replace(row, settled=its.settled, because=its.because, blame=its.blame) if its and row.settled is None else row


def _of_gaps(evidence: Evidence) -> Iterator[str]:
    """A sign-off has a case that did not run for each row that replay and live traffic decide, and one of them has not."""
    if not evidence.sources:
        return
    told = {case.id for case in evidence.cases}
    decided = [Run(file="", header={"mode": mode}, cases=[c for c in evidence.cases if c.mode == mode]) for mode in MODES]
    for gap in gaps(evidence.asked, decided, {id: row.modes for id, row in requirements().items()}):
        if gap.id not in told:
            yield f"case {gap.id} is missing: {gap.because}"


def _of_sources(evidence: Evidence) -> Iterator[str]:
    """The runs of a sign-off are about the same as the whole, and no other evidence rests on runs."""
    if not evidence.sources:
        return
    if evidence.header["scope"] != "signoff":
        yield "it names runs that it rests on, and is no sign-off"
    if evidence.header["only"]:
        yield "it is a sign-off, and names rows that were asked for alone"
    whole = Run(file="the sign-off", header=evidence.header, cases=())
    of_one_build([whole, *(Run(file=source["file"], header=source["header"], cases=()) for source in evidence.sources)])
    if any(source["header"]["strict"] for source in evidence.sources) and not evidence.header["strict"]:
        yield "one of its runs was strict, and it is not"


def _of_answers(evidence: Evidence) -> Iterator[str]:
    """Who answered is what mode, address and answers say."""
    header, runs = evidence.header, [source["header"] for source in evidence.sources] or [evidence.header]
    if answerers([header]) != answerers(runs):
        yield "it tells of other answerers than its runs do"
    for run in runs:
        for one in answerers([run]):
            if (one.who is Who.TAPE) is (run["mode"] == "live"):
                yield f"a run in mode {run['mode']} says that {one.who.value} answered it"
            if one.who is Who.XAI and answerer_at(one.at).who is not Who.XAI:
                yield f"{one.at} is no address of xAI"
    live = any(
        exchange["provenance"] == "live" for case in evidence.cases for call in case.observations for exchange in call["wire"]
    )
    if live and all(run["mode"] != "live" for run in runs):
        yield "it has live answers, and no live run"


def _rollout(header: Mapping[str, Any]) -> Rollout | None:
    """The rollout of the run, where it is found as it was; rows are told in its words."""
    try:
        found = rollout_of(header)
    except BadDocument:
        return None
    return found if found.digest == header["digests"]["rollout"] else None
