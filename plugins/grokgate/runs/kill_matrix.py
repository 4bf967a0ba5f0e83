"""The kill matrix as it is committed: for machines and for people, with rollout and endpoint of each figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from grokgate.formats.contract import contract, requirements
from grokgate.formats.rollout_file import rollout
from grokgate.runs import mutants
from grokgate.runs.gates import BESIDE
from grokgate.runs.kills import Kills, api_of, replayed
from grokgate.runs.mutants import Mutant
from grokgate.values.world import ENDPOINTS

COMMAND = "grokgate matrix --write docs"
INTRODUCTION = """\
A check that cannot fail proves nothing. Each mutant is the reference provider with one fault, judged by a whole gate of its
own; below is which rows it turned red. A row without a mutant is *unproven by mutants* and fails grokgate's tests, as does a
mutant that turns red a row that it does not name. `grokgate check --provider mutant:NAME` shows what a user reads;
`mutant:NAME@responses` is the same fault in a provider that asks `/v1/responses`."""
IN_SHORT = """\
Kills count each row that a mutant turned red. A mutant counts where its fault is one: some need what a rollout has not, such as
a short name of its target, or what an endpoint has not, such as two names for the limit. Where a mutant or its rows stand with
the name of a rollout or of an endpoint, they are of that one alone."""


def counted() -> list[str]:
    """The rows that live traffic alone decides."""
    return [id for id, row in requirements().items() if row.modes == ("live",)]


def as_json(judged: Sequence[Kills]) -> str:
    """The kill matrix for machines: figures by ground, and of each mutant the rows that it turns red on each of them."""
    figures = {
        one.ground: {
            "rows": len(one.rows),
            "mutants": len(one.faulty),
            "kills": one.total,
            "strays": [mutant.name for mutant in one.strays],
            "not applicable": [row for row in replayed() if row in one.lacks],
            "unproven by mutants": one.unproven,
        }
        for one in judged
    }
    entries = [
        {
            "name": mutant.name,
            "fault": mutant.fault,
            "phase": mutant.phase,
            "kills": {one.ground: _sorted(one.rows_of[mutant.name]) for one in judged},
        }
        for mutant in judged[0].known
    ]
    live = [
        {"name": mutant.name, "fault": mutant.fault, "phase": mutant.phase, "kills": sorted(mutant.live)} for mutant in _live()
    ]
    matrix: dict[str, Any] = {
        "made by": COMMAND,
        "rows": replayed(),
        "grounds": figures,
        "mutants": entries,
        "live": live,
    }
    return json.dumps(matrix, indent=1, ensure_ascii=False) + "\n"


def page(judged: Sequence[Kills]) -> str:
    """The kill matrix for people: the figures by ground, of each row its mutants, and of each mutant its fault and its rows."""
    return "\n".join([*_head(judged), *_by_row(judged), "", *_by_mutant(judged), "", *_by_live_row(), ""])


def _head(judged: Sequence[Kills]) -> Iterator[str]:
    yield "# The kill matrix"
    yield ""
    yield f"<!-- Made by: {COMMAND} -->"
    yield ""
    yield INTRODUCTION
    yield ""
    yield "| judged in | rows that replay decides | mutants | kills | not as named | rows that do not apply | unproven rows |"
    yield "|---|---|---|---|---|---|---|"
    for one in judged:
        odd = [[mutant.name for mutant in one.strays], [row for row in replayed() if row in one.lacks], one.unproven]
        said = " | ".join(", ".join(names) or "none" for names in odd)
        yield f"| {told(one.ground)} | {len(one.rows)} | {len(one.faulty)} | {one.total} | {said} |"
    yield ""
    yield IN_SHORT
    yield ""
    yield f"{' and '.join(BESIDE)} run commands beside the provider that the fault of a mutant does not touch; they are judged"
    yield f"for the mutants that name them. Promises are told in the words of the rollout {rollout().id}."
    yield ""


def _by_row(judged: Sequence[Kills]) -> Iterator[str]:
    rows = contract(rollout())
    for section, ids in groupby(replayed(), key=lambda row: rows[row].section):
        yield f"## {section}"
        yield ""
        yield "| row | promise in short | mutants that turn it red |"
        yield "|---|---|---|"
        for id in ids:
            said = ", ".join(_killers(id, judged)) or "**unproven by mutants**"
            yield f"| [{id}](requirements.md#{id.lower()}) | {rows[id].title} | {said} |"
        yield ""


def _killers(row: str, judged: Sequence[Kills]) -> Iterator[str]:
    """The mutants that turn a row red, with the grounds where not every one that has the row shows it."""
    applies = [one for one in judged if row not in one.lacks]
    for mutant in judged[0].known:
        where = [one for one in applies if row in one.rows_of[mutant.name]]
        if where:
            yield mutant.name if where == applies else f"{mutant.name} ({_named(where, applies)})"


def _named(where: Sequence[Kills], among: Sequence[Kills]) -> str:
    """Some grounds in few words: an endpoint or a rollout where they are all of it, else each."""
    found = [one.ground for one in where]
    for api in ENDPOINTS:
        if found == [one.ground for one in among if api_of(one.ground) == api]:
            return f"on {api}"
    for id in dict.fromkeys(map(_rollout, found)):
        if found == [one.ground for one in among if _rollout(one.ground) == id]:
            return id
    return ", ".join(map(told, found))


def told(ground: str) -> str:
    """A ground for people."""
    return f"{_rollout(ground)} on {api_of(ground)}"


def _rollout(ground: str) -> str:
    return ground.partition("@")[0]


def _by_mutant(judged: Sequence[Kills]) -> Iterator[str]:
    yield "## Mutants"
    yield ""
    yield "| mutant | phase | fault | rows |"
    yield "|---|---|---|---|"
    for mutant in judged[0].known:
        fault = mutant.fault.replace("|", "\\|")
        yield f"| {mutant.name} | {mutant.phase} | {fault} | {_rows_of(mutant, judged)} |"


def _rows_of(mutant: Mutant, judged: Sequence[Kills]) -> str:
    """The rows of a mutant: once where all grounds that have them show the same, else by ground."""
    every = frozenset[str]().union(*(one.rows_of[mutant.name] for one in judged))
    if all(one.rows_of[mutant.name] == every - one.lacks for one in judged):
        return " ".join(_sorted(every))
    alike: dict[frozenset[str], list[Kills]] = {}
    for one in judged:
        alike.setdefault(one.rows_of[mutant.name], []).append(one)
    return "; ".join(f"{_named(of, judged)}: {' '.join(_sorted(rows)) or 'no fault there'}" for rows, of in alike.items())


def _by_live_row() -> Iterator[str]:
    yield "## Rows that live traffic alone decides"
    yield ""
    yield "Held live against the recorded xAI, and against the other rows here (`tests/faces/test_trials.py`)."
    yield ""
    yield "| row | promise in short | phase | mutant | fault |"
    yield "|---|---|---|---|---|"
    rows = contract(rollout())
    for id in counted():
        for mutant in _live():
            if id in mutant.live:
                name = f"[{id}](requirements.md#{id.lower()})"
                yield f"| {name} | {rows[id].title} | {mutant.phase} | {mutant.name} | {mutant.fault} |"


def _live() -> list[Mutant]:
    return [mutant for mutant in mutants.mutants() if mutant.live]


def _sorted(rows: frozenset[str]) -> list[str]:
    return sorted(rows, key=list(requirements()).index)
