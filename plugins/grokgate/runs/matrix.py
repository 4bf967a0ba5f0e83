"""``grokgate matrix``: every mutant through its gate, as a grid of rows and mutants, and as the committed kill matrix."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

from grokgate.formats.contract import requirements
from grokgate.formats.suites import owners
from grokgate.runs import mutants
from grokgate.runs.gates import BESIDE, red_rows, red_rows_of
from grokgate.runs.mutants import Mutant

Say = Callable[[str], None]
Kills = Mapping[str, set[str]]
"""The rows that each mutant turns red, by its name."""
COMMAND = "grokgate matrix --write docs"
INTRODUCTION = """\
A check that cannot fail proves nothing. Each mutant is the reference provider with one fault, judged by a whole gate of its
own; below is which rows it turned red. A row without a mutant is *unproven by mutants* and fails grokgate's tests, as does a
mutant that turns red a row that it does not name. `grokgate check --provider mutant:NAME` shows what a user reads."""


def table(say: Say, progress: Say, jobs: int, write: Path | None = None) -> int:
    """Run all mutants, say the grid, and give 0 where each turns red exactly the rows that it names, and each row has one.

    ``write`` is a folder that gets ``kill-matrix.json`` and ``kill-matrix.md``.
    """
    known = mutants.replayed()
    found = _measured(known, progress, jobs)
    rows = replayed()
    for line in (*_legend(known, found), "", *_grid(known, found, rows)):
        say(line)
    stray = [mutant for mutant in known if found[mutant.name] != mutant.breaks]
    unproven = [row for row in rows if not any(row in red for red in found.values())]
    say("")
    say(f"{len(known)} mutants, {len(rows)} rows, {sum(len(red) for red in found.values())} kills")
    say(f"not as named: {', '.join(mutant.name for mutant in stray) or 'none'}")
    say(f"rows that no mutant turns red: {', '.join(unproven) or 'none'}")
    if write:
        (write / "kill-matrix.json").write_text(as_json(known, found), "utf-8")
        (write / "kill-matrix.md").write_text(page(known, found), "utf-8")
        say(f"written: {write / 'kill-matrix.json'}, {write / 'kill-matrix.md'}")
    return 1 if stray or unproven else 0


def replayed() -> list[str]:
    """The rows that replay decides: by a test, or by other rows."""
    return [id for id, row in requirements().items() if "replay" in row.modes and (id in owners() or row.sums)]


def counted() -> list[str]:
    """The rows that live traffic alone decides."""
    return [id for id, row in requirements().items() if row.modes == ("live",)]


def as_json(known: Sequence[Mutant], found: Kills) -> str:
    """The kill matrix for machines: rows, mutants with the rows that each turns red, and rows that none does."""
    entries = [
        {"name": mutant.name, "fault": mutant.fault, "phase": mutant.phase, "kills": sorted(found[mutant.name], key=_order)}
        for mutant in known
    ]
    live = [
        {"name": mutant.name, "fault": mutant.fault, "phase": mutant.phase, "kills": sorted(mutant.live)} for mutant in _live()
    ]
    unproven = [row for row in replayed() if not any(row in red for red in found.values())]
    matrix: dict[str, Any] = {
        "made by": COMMAND,
        "rows": replayed(),
        "mutants": entries,
        "live": live,
        "unproven by mutants": unproven,
    }
    return json.dumps(matrix, indent=1, ensure_ascii=False) + "\n"


def page(known: Sequence[Mutant], found: Kills) -> str:
    """The kill matrix for people: of each row its mutants, and of each mutant its fault and its rows."""
    return "\n".join([*_head(known, found), *_by_row(known, found), "", *_by_mutant(known, found), "", *_by_live_row(), ""])


def _head(known: Sequence[Mutant], found: Kills) -> Iterator[str]:
    kills, rows = sum(len(red) for red in found.values()), replayed()
    yield "# The kill matrix"
    yield ""
    yield f"<!-- Made by: {COMMAND} -->"
    yield ""
    yield INTRODUCTION
    yield ""
    yield f"{len(rows)} rows that replay decides, {len(known)} mutants, {kills} kills. {' and '.join(BESIDE)} run commands beside"
    yield "the provider that the fault of a mutant does not touch; they are judged for the mutants that name them."
    yield ""


def _by_row(known: Sequence[Mutant], found: Kills) -> Iterator[str]:
    for section, ids in groupby(replayed(), key=lambda row: requirements()[row].section):
        yield f"## {section}"
        yield ""
        yield "| row | promise in short | mutants that turn it red |"
        yield "|---|---|---|"
        for id in ids:
            killers = [mutant.name for mutant in known if id in found[mutant.name]]
            said = ", ".join(killers) or "**unproven by mutants**"
            yield f"| [{id}](requirements.md#{id.lower()}) | {requirements()[id].title} | {said} |"
        yield ""


def _by_mutant(known: Sequence[Mutant], found: Kills) -> Iterator[str]:
    yield "## Mutants"
    yield ""
    yield "| mutant | phase | fault | rows |"
    yield "|---|---|---|---|"
    for mutant in known:
        fault = mutant.fault.replace("|", "\\|")
        yield f"| {mutant.name} | {mutant.phase} | {fault} | {' '.join(sorted(found[mutant.name], key=_order))} |"


def _by_live_row() -> Iterator[str]:
    yield "## Rows that live traffic alone decides"
    yield ""
    yield "Held live against the recorded xAI, and against the other rows here (`tests/faces/test_trials.py`)."
    yield ""
    yield "| row | promise in short | phase | mutant | fault |"
    yield "|---|---|---|---|---|"
    for id in counted():
        for mutant in _live():
            if id in mutant.live:
                name = f"[{id}](requirements.md#{id.lower()})"
                yield f"| {name} | {requirements()[id].title} | {mutant.phase} | {mutant.name} | {mutant.fault} |"


def _live() -> list[Mutant]:
    return [mutant for mutant in mutants.mutants() if mutant.live]


def _order(id: str) -> int:
    return list(requirements()).index(id)


def _measured(known: Sequence[Mutant], progress: Say, jobs: int) -> Kills:
    """The red rows of each mutant, without those that the unbroken provider has."""
    with ThreadPoolExecutor(jobs) as pool:
        phases = sorted({mutant.phase for mutant in known})
        unbroken = dict(zip(phases, pool.map(lambda phase: red_rows("reference", phase), phases), strict=True))
        found: dict[str, set[str]] = {}
        reds = pool.map(red_rows_of, known)
        for number, (mutant, red) in enumerate(zip(known, reds, strict=True), start=1):
            found[mutant.name] = red - unbroken[mutant.phase]
            progress(f"{number:>3}/{len(known)} {mutant.name}")
        return found


def _legend(known: Sequence[Mutant], found: Kills) -> Iterator[str]:
    yield f"{'#':>3} {'mutant':<44} phase turns red"
    for number, mutant in enumerate(known, start=1):
        red = found[mutant.name]
        missing, extra = sorted(mutant.breaks - red), sorted(red - mutant.breaks)
        odd = f"  NOT AS NAMED: lacks {missing}, has {extra}" if missing or extra else ""
        yield f"{number:>3} {mutant.name:<44} {mutant.phase:<5} {' '.join(sorted(red))}{odd}"


def _grid(known: Sequence[Mutant], found: Kills, rows: Sequence[str]) -> Iterator[str]:
    """A line per row, a column per mutant; the columns are numbered from above."""
    yield f"{'':<10} " + "".join(str(number // 10 % 10) if number % 10 == 0 else " " for number in range(1, len(known) + 1))
    yield f"{'row':<10} " + "".join(str(number % 10) for number in range(1, len(known) + 1))
    for row in rows:
        yield f"{row:<10} " + "".join("✘" if row in found[mutant.name] else "·" for mutant in known)
