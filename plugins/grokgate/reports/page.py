"""``signoff.html``: the page that people sign. It holds all that it shows, opens from disk, and prints to paper or PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grokgate.judgement.acceptance import WAIVABLE, signature
from grokgate.judgement.verdict import WORST_FIRST, Verdict
from grokgate.reports.basis import answers, of_xai, stands_in, who_answered
from grokgate.reports.change import Comparison
from grokgate.reports.failure import failure_text
from grokgate.reports.figures import figures
from grokgate.reports.words import OPEN, RED, SIGNS, name_of
from grokgate.values.evidence import Decision, Row, Status
from grokgate.values.requirement import Requirement
from grokgate.values.rollout import Rollout

TEMPLATES = Path(__file__).parent / "templates"
IMPLIED = ", implied"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the plan, and the rows that decide it."""

    text: str
    implied: bool
    rows: Sequence[Row]

    @property
    def status(self) -> Status:
        """That of its worst row."""
        return worst(self.rows)


def page(
    header: Mapping[str, Any],
    verdict: Verdict,
    rollout: Rollout,
    sources: Sequence[Mapping[str, Any]],
    contract: Mapping[str, Requirement],
    changes: Comparison | None = None,
) -> str:
    """The page. ``sources`` are the runs that it rests on; ``changes`` are those since an earlier one."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,  # a provider writes part of these texts
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"sign": lambda status: SIGNS[status], "words": name_of, "kind": kind}
    found = {row.asked.id: row for row in verdict.rows}
    given = answers(verdict.rows)
    return environment.get_template("signoff.html.j2").render(
        header=header,
        verdict=verdict,
        decision=verdict.decision.value,
        says=says(verdict),
        counts=[(status, verdict.counts[status]) for status in WORST_FIRST if verdict.counts.get(status)],
        plan=checklist(verdict.rows),
        risks=[(risk, [found[id] for id in risk.rows if id in found]) for risk in rollout.risks],
        criteria=[row for row in verdict.rows if row.asked.prefix == "SC"],
        red=[(row, _for_users(row, contract), *_shown(row, header)) for row in verdict.rows if row.status in RED],
        open=[row for row in verdict.rows if row.status in OPEN],
        accepted=[row for row in verdict.rows if row.status in (Status.WAIVED, Status.ATTESTED)],
        reported=figures(verdict.rows),
        given=verdict.accepted,
        recorded=given.get("recorded", 0),
        derived=given.get("derived", 0),
        live=given.get("live", 0),
        who_answered=who_answered(header),
        stands_in=stands_in(header),
        which_xai=of_xai(header),
        sources=sources,
        changes=changes,
        worst=worst,
        rollout=rollout,
    )


def says(verdict: Verdict) -> str:
    """The decision as a sentence, with what it does not rest on."""
    waived, red = verdict.counts.get(Status.WAIVED, 0), sum(verdict.counts.get(status, 0) for status in RED)
    if verdict.decision is Decision.NO_GO:
        return "The provider breaks what this phase promises. Do not go on."
    if verdict.decision is Decision.INCONCLUSIVE:
        known = "What is broken decides nothing by itself" if red else "Nothing is known to be broken"
        if any(verdict.counts.get(status) for status in OPEN) or not verdict.reservations:
            return f"{known}, {'and' if red else 'but'} not all is decided. Close the open rows first."
        return f"{known}, {'and' if red else 'but'} this is no go: {'; '.join(verdict.reservations)}."
    kept = "The provider keeps what this phase requires"
    but = [f"the failures of {waived} rows are accepted"] if waived else []
    but += [f"{red} rows are broken that decide nothing"] if red else []
    return f"{kept}; {' and '.join(but)}." if but else f"{kept}."


def checklist(rows: Sequence[Row]) -> Mapping[str, Sequence[Line]]:
    """The plan's own lines under their headings, in the plan's order, each with its rows."""
    found: dict[str, dict[tuple[str, bool], list[Row]]] = {}
    for row in rows:
        heading, _, text = row.asked.plan.partition(": ")
        implied = heading.endswith(IMPLIED)
        found.setdefault(heading.removesuffix(IMPLIED), {}).setdefault((text, implied), []).append(row)
    return {
        heading: [Line(text=text, implied=implied, rows=decided) for (text, implied), decided in lines.items()]
        for heading, lines in found.items()
    }


def worst(rows: Sequence[Row]) -> Status:
    """The status of the worst row; of none, that nothing was asked."""
    return min((row.status for row in rows), key=WORST_FIRST.index, default=Status.NOT_APPLICABLE)


def kind(status: Status) -> str:
    """How a status is coloured: good, bad, open, accepted, or none of these."""
    if status in RED:
        return "bad"
    if status in OPEN:
        return "open"
    if status in (Status.WAIVED, Status.ATTESTED):
        return "accepted"
    return "good" if status is Status.PASSED else "none"


def _for_users(row: Row, contract: Mapping[str, Requirement]) -> str:
    """What the failure means for end users, where the row is still what it was in that run."""
    known = contract.get(row.asked.id)
    told = known.users.unkept if known and known.users and known.title == row.asked.title else ""
    return told.replace("`", "")


def _shown(row: Row, header: Mapping[str, Any]) -> Iterator[str]:
    """Of a red row: how many of its cases are, the failure of the first of them, and its signature."""
    red = [case for case in row.cases if case.status in RED]
    yield f"{len(red)} of {len(row.cases)} cases" if len(row.cases) > 1 else ""
    yield failure_text(row.asked, red[0], header) if red else ""
    yield signature(row) if row.status in WAIVABLE else ""
