"""What brought red cases about: what several have in common, and which of them speaks for its row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grokgate.judgement.expect.unkept import quoted
from grokgate.values.evidence import Blame, Case, Row
from grokgate.values.line import one_line

UNDER = re.compile(r"with \w+=(?:'[^']*'|\S+)(?: and \w+=(?:'[^']*'|\S+))*, ")
"""How a sentence begins that names the variables it holds under."""


def under(environment: Mapping[str, str], because: str) -> str:
    """The sentence with the variables that it holds under, where it does not name them itself."""
    unnamed = [f"{name}={quoted(value)}" for name, value in environment.items() if name not in because]
    return f"with {' and '.join(unnamed)}, {because}" if unnamed else because


def shown_call(case: Case) -> Mapping[str, Any] | None:
    """The call that shows the failure: the one that the finding is about, else the last; none where it is no call."""
    finding = case.finding or {}
    return case.observations[finding.get("call", -1)] if case.observations and "asked" not in finding else None


def cause_of(case: Case) -> str:
    """What brought a case about: the error that the caller met, where its sentence tells of one, else the sentence."""
    failure = (shown_call(case) or {}).get("failure")
    if failure and f"{failure['kind']}: " in case.because:
        return one_line(f"{failure['kind']}: {failure['message']}", 300)
    return UNDER.sub("", case.because, count=1) if UNDER.match(case.because) else case.because


def speaks(cases: Sequence[Case]) -> Case:
    """Of equally bad cases the one that speaks for their row.

    One that the provider is blamed for, with the cause that most of them share, asked most plainly; of those the first by name.
    """
    shared = Counter(map(cause_of, cases))
    return min(cases, key=lambda case: (case.blame is not Blame.PROVIDER, -shared[cause_of(case)], _oddity(case), case.id))


def _oddity(case: Case) -> int:
    """How far from plain a case is: the mode, the variables, and what was asked of xAI and of the connection beside them."""
    call = shown_call(case)
    if call is None:
        return 0
    odd = [call.get("mode", "chat") != "chat", call.get("scenario", "plain") != "plain"]
    odd += [bool(call.get(asked)) for asked in ("fault", "script")]
    return sum(map(int, odd)) + len(call.get("environment", {}))


def by_cause(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Rows that have status, cause and who must act in common, in the order of the first of each."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault((row.status, str(row.blame), _cause(row)), []).append(row)
    return [(cause, alike) for (*_, cause), alike in found.items()]


def _cause(row: Row) -> str:
    speaking = (case for case in row.cases if case.status is row.status and case.because == row.because)
    return next(map(cause_of, speaking), row.because)
