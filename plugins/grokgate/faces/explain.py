"""``grokgate explain``: one requirement, for somebody who must act on it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill, indent

from grokgate.formats.suites import owners
from grokgate.runs.costs import costs
from grokgate.values.requirement import JUDGES, Requirement
from grokgate.values.rollout import Rollout
from grokgate.values.world import ENDPOINTS

WIDTH = 80


def explained(requirement: Requirement, rollout: Rollout) -> str:
    """The page, as plain text of 80 columns; the requirement is one of the rollout's contract."""
    parts = [
        f"{requirement.id}  {requirement.title}",
        _facts(requirement, rollout),
        _part("Promise", requirement.promise),
        _part("Plan", requirement.plan),
        _part("Why", requirement.why),
        _verbatim("Right", requirement.right),
        _verbatim("Wrong", requirement.wrong),
        _list("Met by", requirement.seen),
        _verbatim("Mend", requirement.mend),
        _part("Callers of a raw SDK", f"{requirement.duty}." if requirement.duty else ""),
        _list("Proven by the mutants", _killers(requirement.id, rollout)),
        _part("Test", _test(requirement)),
        _list("Evidence", tuple(_evidence(requirement, rollout))),
        _list("Sources", requirement.sources),
    ]
    return "\n\n".join(part for part in parts if part)


def _test(requirement: Requirement) -> str:
    if requirement.sums:
        return f"none of its own: it follows from the must rows of the phases {' and '.join(requirement.sums)}"
    return owners().get(requirement.id, "none yet: the row is reported as not run")


def _evidence(requirement: Requirement, rollout: Rollout) -> Iterator[str]:
    """What decides the row in each mode, and what live mode would cost."""
    if "replay" in requirement.modes:
        yield "replay: recorded or derived answers in xAI's place; nothing leaves, and it costs nothing"
    if requirement.live:
        yield f"live: answers of the real xAI; {costs(requirement.live, rollout)}"
    if "attested" in requirement.modes:
        yield "attested: a person vouches for it, by grokgate check --accept FILE"


def _facts(requirement: Requirement, rollout: Rollout) -> str:
    claim = f" · claim {requirement.claim}" if requirement.claim else ""
    facts = f"{requirement.severity} · phases {' '.join(requirement.phases)} · decided by {', '.join(requirement.modes)}"
    return (
        f"{facts}\njudges {JUDGES[requirement.judges]}{claim}\nrollout {rollout.id} · world {rollout.world}, {rollout.facts.days}"
    )


def _killers(id: str, rollout: Rollout) -> tuple[str, ...]:
    from grokgate.runs.mutants import at, mutants

    grounds = [at(api, rollout.id) for api in ENDPOINTS]
    killers = (mutant for mutant in mutants() if id in mutant.live.union(*map(mutant.breaks_on, grounds)))
    return tuple(f"{mutant.name}: {mutant.doc.splitlines()[0]}" for mutant in killers)


def _part(title: str, text: str) -> str:
    return f"{title}\n{fill(text, WIDTH, initial_indent='  ', subsequent_indent='  ')}" if text else ""


def _verbatim(title: str, text: str) -> str:
    return f"{title}\n{indent(text.strip(), '  ')}" if text.strip() else ""


def _list(title: str, entries: tuple[str, ...]) -> str:
    return (
        f"{title}\n" + "\n".join(fill(entry, WIDTH, initial_indent="  - ", subsequent_indent="    ") for entry in entries)
        if entries
        else ""
    )
