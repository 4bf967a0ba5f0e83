"""From what a test did to a case: its status, one sentence, who must act, and what was observed.

A miss of the tape and an undeclared attempt to reach another host override whatever the test asserted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from grokgate.formats.suites import part_of
from grokgate.intercept.fault import NotPlayed
from grokgate.judgement import conversion
from grokgate.judgement.cause import under
from grokgate.judgement.expect import NotApplicable, NotRun, Unkept, Unproven
from grokgate.judgement.expect.unkept import NOTHING, called, looked
from grokgate.providers.description import Description
from grokgate.providers.subject import DidNotStart, NoBuild, NoDocumentation, NoFace, NoListing, Transcript
from grokgate.values.call import Call, Look
from grokgate.values.chat import Failure
from grokgate.values.evidence import Blame, Case, Status
from grokgate.values.face import NotOffered
from grokgate.values.line import one_line
from grokgate.values.redaction import mask
from grokgate.values.requirement import Requirement
from grokgate.values.wire import Egress

NOT_RUN_HERE = "cases"
"""Where the finding of a case is that stands for those that did not run: how many the row has, and how many ran."""
MISSING: Mapping[type, str] = {NoListing: "listing", NoDocumentation: "documentation", DidNotStart: "start"}
"""What was looked for and is not there."""
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, which no file and no terminal takes."""
KEPT = 6
"""Calls that evidence keeps of a case with many, from either end, beside the one that shows what is unkept."""


def undeclared(egress: Collection[Egress], declared: Collection[str]) -> list[Egress]:
    """The attempts that fail a run: to hosts that the provider's description does not name, or with a secret."""
    return [attempt for attempt in egress if attempt.carries_secret or not is_declared(attempt.target, declared)]


def is_declared(target: str, declared: Collection[str]) -> bool:
    """Whether the provider's description names the host of a target such as ``host:443`` or ``GET https://host/path``."""
    url = target.rpartition(" ")[2]
    authority = (url.partition("//")[2] or url).partition("/")[0]
    return authority.rpartition("@")[2].partition(":")[0].lower() in declared


def case_of(
    *,
    requirement: str,
    part: str,
    node: str,
    seconds: float,
    error: BaseException | None,
    transcript: Transcript,
    description: Description,
    secret: str,
    row: Requirement | None = None,
) -> Case:
    """The case that a test's end amounts to; ``error`` is what it raised, ``part`` its parameters' identifier.

    ``row`` is the requirement, which may be no promise of this provider.
    """
    status, because, blame, finding = _decided(error, transcript, description)
    told = shows(error, transcript)
    middle = [call for call in transcript.calls[KEPT:-KEPT] if call is told]
    kept = [*transcript.calls[:KEPT], *middle, *transcript.calls[KEPT:][-KEPT:]]
    if finding and isinstance(told, Look):
        finding = {**finding, "asked": told.said}
    elif finding and told and kept and told is not kept[-1]:
        finding = {**finding, "call": next((index for index, call in enumerate(kept) if call is told), len(kept) - 1)}
    if finding and told:
        because = under({**told.env_file, **told.environment}, because)
    case = Case(
        id=f"{requirement}[{part}]" if part else requirement,
        requirement=requirement,
        status=status,
        because=because,
        blame=blame,
        node=node,
        seconds=round(seconds, 4),
        observations=tuple(call.to_json() for call in kept),
        finding=finding,
        notes=tuple(transcript.notes),
        left_out=len(transcript.calls) - len(kept),
    )
    return _without(secret, conversion.settled(case, row, description, transcript.calls) if row else case)


def shows(error: BaseException | None, transcript: Transcript) -> Call | Look | None:
    """What shows that a promise is not kept: what the statement is about; of one that is about neither, the newest of both.

    Where the provider came to its end, what was asked then shows it.
    """
    if ended := transcript.ends:
        at = next((call for call in transcript.calls if call.failure is ended[0][1]), None)
        return at or next((look for look in transcript.looks if look.got is ended[0][1]), None)
    if error is None:
        return None
    newest = transcript.looks[-1] if transcript.looks else None
    if isinstance(error, Unkept) and (about := called(error) or looked(error, transcript.looks)):
        return about
    if newest and newest.after == len(transcript.calls):
        return newest
    return transcript.calls[-1] if transcript.calls else None


def crashed(*, requirement: str, node: str) -> Case:
    """The case of a test during which the worker process died."""
    part = part_of(node)
    return Case(
        id=f"{requirement}[{part}]" if part else requirement,
        requirement=requirement,
        status=Status.HARNESS_ERROR,
        because=f'the worker died while {node} ran; a provider that ends its process is told as such in vehicle = "host"',
        blame=Blame.HARNESS,
        node=node,
    )


def left_out(*, requirement: str, missing: int, cases: int, stopped: bool = False) -> Case:
    """What stands for the cases of a requirement that did not run, so that the others do not decide it alone.

    ``stopped`` tells that somebody stopped the run, which is known of a live one.
    """
    because = f"{missing} of its {cases} cases did not run: they were left out, or the run was stopped"
    if stopped:
        because = f"the run was stopped before {'it was' if missing == cases else f'{missing} of its {cases} cases were'} decided"
    return Case(
        id=f"{requirement}[not run]",
        requirement=requirement,
        status=Status.NOT_RUN,
        because=because,
        blame=Blame.CONFIGURATION if stopped else Blame.HARNESS,
        finding={"expected": cases, "saw": cases - missing, "at": NOT_RUN_HERE},
    )


class NotStarted(NotRun):
    """A row does not start, with none of its ``cases``; why, and who could change that."""

    def __init__(self, because: str, *, blame: Blame, cases: int) -> None:
        super().__init__(because, blame=blame)
        self.cases = cases


class NotOnTape(Exception):
    """The library of cassettes has no answer to what the provider asked; no verdict on the provider."""


class NothingAsked(Exception):
    """A test ended without a question to the provider; no verdict on it."""


class BrokenProtocol(Exception):
    """The provider's host or adapter gave back what is no answer; no verdict on the provider."""


def ended_as(case: Case, error: BaseException | None) -> BaseException | None:
    """The exception that a test must end with for its case's status; ``None`` where it passed."""
    if case.status is Status.PASSED:
        return None
    if case.status is Status.NOT_APPLICABLE:
        return NotApplicable(case.because)
    if case.status in (Status.FAILED, Status.NOT_OFFERED):
        return error if isinstance(error, Unkept) and error.because == case.because else Unkept(case.because)
    if case.blame is Blame.CASSETTES:
        return NotOnTape(case.because)
    if case.blame is Blame.HOST:
        return BrokenProtocol(case.because)
    return error or NothingAsked(case.because)


Decided = tuple[Status, str, Blame | None, Mapping[str, Any] | None]


def _decided(error: BaseException | None, transcript: Transcript, description: Description) -> Decided:
    if escaped := undeclared(transcript.egress, description.egress):
        return _escaped(error, escaped[0])
    if transcript.misses:
        return Status.HARNESS_ERROR, transcript.misses[0], Blame.CASSETTES, None
    if transcript.hindrances:
        return Status.NOT_RUN, *transcript.hindrances[0], None
    if transcript.ends and type(error) is not NotRun:
        return _ended(*transcript.ends[0])
    if error is None and not (transcript.calls or transcript.looks or transcript.shown):
        because = "the test ended without a question to the provider, so nothing was shown"
        return Status.HARNESS_ERROR, because, Blame.HARNESS, None
    if error is None:
        return Status.PASSED, transcript.shown, None, None
    if isinstance(error, Unkept):
        finding = {"expected": _plain(error.expected), "saw": _plain(error.saw), "at": error.at}
        return Status.FAILED, error.because, error.blame, finding
    if isinstance(error, NotApplicable | NotPlayed | NoFace):
        return Status.NOT_APPLICABLE, str(error), None, None
    if isinstance(error, NotOffered):
        return Status.NOT_OFFERED, str(error), Blame.PROVIDER, None
    if isinstance(error, NotRun):
        none = {"expected": error.cases, "saw": 0, "at": NOT_RUN_HERE} if isinstance(error, NotStarted) else None
        slips = [failure.end == "nonsense" for _, failure in transcript.ends]
        whose = Blame.HOST if slips and all(slips) else error.blame  # so nothing is known of the provider here either
        return (Status.UNPROVEN if isinstance(error, Unproven) else Status.NOT_RUN), error.because, whose, none
    status, because, blame = _by_what_is_missing(error, description)
    if status is not Status.FAILED:
        return status, because, blame, None
    missing = MISSING[type(error)]
    return status, because, blame, {"expected": missing, "saw": str(error), "at": missing}


def _by_what_is_missing(error: BaseException, description: Description) -> tuple[Status, str, Blame | None]:
    """What it amounts to that the provider, or a part of it, is not there; any other error is the harness' own."""
    if isinstance(error, NoBuild):
        return Status.NOT_RUN, str(error), Blame.CONFIGURATION
    if isinstance(error, DidNotStart):
        return _not_started(error)
    if isinstance(error, NoListing) and "models" not in description.claims:
        if description.kind == "passthrough":
            return Status.NOT_APPLICABLE, "a raw SDK has no model listing of its own", None
        return Status.NOT_OFFERED, "the provider claims no model listing", Blame.PROVIDER
    if isinstance(error, NoListing | NoDocumentation):
        return Status.FAILED, str(error), Blame.PROVIDER
    return Status.HARNESS_ERROR, f"the test itself failed with {type(error).__name__}: {error}", Blame.HARNESS


def _escaped(error: BaseException | None, attempt: Egress) -> Decided:
    because = f"the provider tried to reach {attempt.target}, which its description does not declare"
    if isinstance(error, Unkept) and error.at == "egress":
        because = error.because
    finding = {"expected": "nothing but xAI", "saw": attempt.origin or attempt.target, "at": "egress"}
    return Status.FAILED, because, Blame.PROVIDER, finding


def _not_started(error: DidNotStart) -> tuple[Status, str, Blame | None]:
    if error.end == "nonsense":
        return Status.HARNESS_ERROR, f"the provider was not started{error.how}: {error}", Blame.HOST
    return Status.FAILED, f"the provider did not start{error.how}: {error}", Blame.PROVIDER


def _ended(asked: str, failure: Failure) -> Decided:
    """What an end amounts to that no caller could catch as an error: nothing is green in which the provider died."""
    said = one_line(failure.message, 300)
    if failure.end == "nonsense":  # so nothing is known of the provider
        return Status.HARNESS_ERROR, f"{asked}: {said}", Blame.HOST, None
    because = f"{asked}: {said}"
    if failure.end == "uncaught":
        because = f"{asked} raised {failure.kind}, which no caller catches as an error: {said or NOTHING}"
    finding = {"expected": "an answer or an error", "saw": failure.kind, "at": "the end"}
    return Status.FAILED, because, Blame.PROVIDER, finding


def _without(secret: str, case: Case) -> Case:
    """The case as it can be written: the secret masked, which a provider may quote, and halves of surrogate pairs replaced."""
    text = json.dumps(case.to_json(), ensure_ascii=False)
    told = _HALVES.sub("\ufffd", mask(text, [secret]) if secret else text)
    return case if told == text else Case.from_json(json.loads(told))


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(entry) for entry in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
