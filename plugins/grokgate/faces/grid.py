"""``grokgate matrix``: every mutant through its gate, as a grid of rows and mutants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from grokgate.faces.matrix import Mutant, mutants, red_rows
from grokgate.formats.contract import requirements
from grokgate.formats.suites import owners

Say = Callable[[str], None]


def table(say: Say, progress: Say, jobs: int) -> int:
    """Run all mutants, say the grid, and give 0 where each turns red exactly the rows that it names, and each row has one."""
    known = mutants()
    found = _measured(known, progress, jobs)
    rows = [row for row in requirements() if row in owners()]
    for line in (*_legend(known, found), "", *_grid(known, found, rows)):
        say(line)
    stray = [mutant for mutant in known if found[mutant.name] != mutant.breaks]
    unproven = [row for row in rows if not any(row in red for red in found.values())]
    say("")
    say(f"{len(known)} mutants, {len(rows)} rows, {sum(len(red) for red in found.values())} kills")
    say(f"not as named: {', '.join(mutant.name for mutant in stray) or 'none'}")
    say(f"rows that no mutant turns red: {', '.join(unproven) or 'none'}")
    return 1 if stray or unproven else 0


def _measured(known: Sequence[Mutant], progress: Say, jobs: int) -> Mapping[str, set[str]]:
    """The red rows of each mutant, without those that the unbroken provider has."""
    with ThreadPoolExecutor(jobs) as pool:
        phases = sorted({mutant.phase for mutant in known})
        unbroken = dict(zip(phases, pool.map(lambda phase: red_rows("reference", phase), phases), strict=True))
        found: dict[str, set[str]] = {}
        reds = pool.map(lambda mutant: red_rows(mutant.provider, mutant.phase), known)
        for number, (mutant, red) in enumerate(zip(known, reds, strict=True), start=1):
            found[mutant.name] = red - unbroken[mutant.phase]
            progress(f"{number:>3}/{len(known)} {mutant.name}")
        return found


def _legend(known: Sequence[Mutant], found: Mapping[str, set[str]]) -> Iterator[str]:
    yield f"{'#':>3} {'mutant':<44} phase turns red"
    for number, mutant in enumerate(known, start=1):
        red = found[mutant.name]
        missing, extra = sorted(mutant.breaks - red), sorted(red - mutant.breaks)
        odd = f"  NOT AS NAMED: lacks {missing}, has {extra}" if missing or extra else ""
        yield f"{number:>3} {mutant.name:<44} {mutant.phase:<5} {' '.join(sorted(red))}{odd}"


def _grid(known: Sequence[Mutant], found: Mapping[str, set[str]], rows: Sequence[str]) -> Iterator[str]:
    """A line per row, a column per mutant; the columns are numbered from above."""
    yield f"{'':<10} " + "".join(str(number // 10) if number % 10 == 0 else " " for number in range(1, len(known) + 1))
    yield f"{'row':<10} " + "".join(str(number % 10) for number in range(1, len(known) + 1))
    for row in rows:
        yield f"{row:<10} " + "".join("✘" if row in found[mutant.name] else "·" for mutant in known)
