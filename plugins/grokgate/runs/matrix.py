"""``grokgate matrix``: every mutant through its gate on every ground, as grids of rows and mutants, and as the kill matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grokgate.formats.contract import requirements
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.scope import PHASES
from grokgate.reports.words import RED
from grokgate.runs import mutants
from grokgate.runs.gates import red_rows_of, verdict_of
from grokgate.runs.kill_matrix import as_json, page, told
from grokgate.runs.kills import Kills, rollouts
from grokgate.runs.listing import REFERENCE
from grokgate.runs.mutants import at
from grokgate.values.evidence import Status
from grokgate.values.world import ENDPOINTS

Say = Callable[[str], None]


def table(
    say: Say, progress: Say, jobs: int, *, asked: str | None = None, api: str | None = None, write: Path | None = None
) -> int:
    """Run all mutants in every bundled rollout, or in the one that was ``asked`` for, at both endpoints or at one ``api``.

    Says a grid for each, and gives 0 where each mutant turns red exactly the rows that it names, and each row has a mutant.
    ``write`` is a folder that gets ``kill-matrix.json`` and ``kill-matrix.md``. A rollout is a bundled name or an absolute path.
    """
    names, apis = [asked] if asked else rollouts(), [api] if api else ENDPOINTS
    judged = [_judged(name, api, progress, jobs) for api in apis for name in names]
    for one in judged:
        for line in _told(one):
            say(line)
    if write:
        for name, text in (("kill-matrix.json", as_json(judged)), ("kill-matrix.md", page(judged))):
            (write / name).write_text(text, "utf-8")
            say(f"written: {write / name}")
    return 1 if any(one.strays or one.unproven for one in judged) else 0


def unbroken(spec: str, api: str, jobs: int = 1) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """What the reference shows in a rollout at an endpoint: its red rows by phase, and the rows that apply in no phase."""
    with ThreadPoolExecutor(jobs) as pool:
        verdicts = list(pool.map(lambda phase: verdict_of(at(api, REFERENCE), phase, rollout=spec)["rows"], PHASES))
    red = [frozenset(row["id"] for row in rows if row["status"] in RED) for rows in verdicts]
    seen = [{row["id"]: row["status"] == Status.NOT_APPLICABLE for row in rows} for rows in verdicts]
    lacks = frozenset(id for id in requirements() if (found := [rows[id] for rows in seen if id in rows]) and all(found))
    return dict(zip(PHASES, red, strict=True)), lacks


def _judged(spec: str, api: str, progress: Say, jobs: int) -> Kills:
    known, here = mutants.replayed(), at(api, rollout(spec).id)
    red, lacks = unbroken(spec, api, jobs)
    turned: dict[str, frozenset[str]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        reds = pool.map(lambda mutant: red_rows_of(mutant, spec, api), known)
        for number, (mutant, rows) in enumerate(zip(known, reds, strict=True), start=1):
            turned[mutant.name] = frozenset(rows - red[mutant.phase])
            progress(f"{here} {number:>3}/{len(known)} {mutant.name}")
    return Kills(ground=here, lacks=lacks, known=known, rows_of=turned)


def _told(judged: Kills) -> Iterator[str]:
    yield f"--- {told(judged.ground)}"
    yield from _legend(judged)
    yield ""
    yield from _grid(judged)
    yield ""
    yield f"{told(judged.ground)}: {len(judged.faulty)} mutants, {len(judged.rows)} rows, {judged.total} kills"
    yield f"not as named: {', '.join(mutant.name for mutant in judged.strays) or 'none'}"
    yield f"rows that no mutant turns red: {', '.join(judged.unproven) or 'none'}"
    yield ""


def _legend(judged: Kills) -> Iterator[str]:
    yield f"{'#':>3} {'mutant':<44} phase turns red"
    for number, mutant in enumerate(judged.known, start=1):
        red, named = judged.rows_of[mutant.name], judged.named(mutant)
        missing, extra = sorted(named - red), sorted(red - named)
        odd = f"  NOT AS NAMED: lacks {missing}, has {extra}" if missing or extra else ""
        yield f"{number:>3} {mutant.name:<44} {mutant.phase:<5} {' '.join(sorted(red)) or 'nothing: no fault here'}{odd}"


def _grid(judged: Kills) -> Iterator[str]:
    """A line per row, a column per mutant; the columns are numbered from above."""
    numbers = range(1, len(judged.known) + 1)
    yield f"{'':<10} " + "".join(str(number // 10 % 10) if number % 10 == 0 else " " for number in numbers)
    yield f"{'row':<10} " + "".join(str(number % 10) for number in numbers)
    for row in judged.rows:
        yield f"{row:<10} " + "".join("✘" if row in judged.rows_of[mutant.name] else "·" for mutant in judged.known)
