"""A comparison of runs, for people in a terminal of 80 columns: what got worse first, the verdict on it last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from grokgate.reports.basis import share, who_answered
from grokgate.reports.change import Comparison, Run, Trend
from grokgate.reports.change.answers import Basis, BasisChange
from grokgate.reports.change.rows import RowChange, Turn
from grokgate.reports.change.wire import CALLS, WireChange
from grokgate.reports.words import SIGNS, name_of
from grokgate.values.evidence import Row, Status
from grokgate.values.line import joined, one_line

WIDTH = 80
MOST = 24
"""Rows or differences of a kind that are told; ``--json`` has all."""
MOST_RUNS = 30
"""Runs of a trend that fit on a line."""
ABSENT = "·"
TITLES = {
    Turn.FAILING: "Newly failing",
    Turn.OPENED: "Newly open",
    Turn.PASSING: "Newly passing",
    Turn.CAUSE: "Not kept as before, for another cause",
    Turn.OTHERWISE: "Otherwise than before",
    Turn.CAME: "Rows that came",
    Turn.WENT: "Rows that went",
}


def text(comparison: Comparison) -> str:
    """The comparison of two runs."""
    return "\n".join(_lines(comparison)).rstrip()


def conclusion(comparison: Comparison) -> str:
    """The last line: whether anything got worse, and the exit code."""
    found = comparison
    counts = [(len(found.turned(turn)), TITLES[turn].lower()) for turn in (Turn.FAILING, Turn.OPENED, Turn.PASSING)]
    told = [f"{count} {name}" for count, name in counts if count]
    if found.is_worse:
        hosts = [f"{_many(len(found.new_violations), 'host')} newly tried"] if found.new_violations else []
        one = len(found.worse) == 1
        rows = [f"{_many(len(found.worse), 'row')} that {'was' if one else 'were'} kept {'is' if one else 'are'} red or open"]
        return "\n".join(joined([f"WORSE  {' and '.join([*rows * bool(found.worse), *hosts])}", *told, "exit 1"], indent="  "))
    if not found.differs:
        return "nothing differs · exit 0"
    return "\n".join(joined(["nothing got worse", *told, "exit 0"]))


def trend_text(runs: Sequence[Run], rows: Sequence[Trend]) -> str:
    """The rows that were not the same in all runs, with a sign per run in order."""
    return "\n".join(_trend(runs, rows))


def _lines(found: Comparison) -> Iterator[str]:
    yield from _run("from", found.before)
    yield from _run("to", found.after)
    yield from _notes(found)
    yield ""
    if found.header:
        yield from _title("What differs between the runs", len(found.header))
        for fact in found.header[:MOST]:
            yield from _pair(fact.name, fact.before, fact.after)
        yield from _more(found.header)
        yield ""
    for host in found.new_violations:
        yield _cut(f"! newly: an undeclared attempt to reach {host}")
    for host in found.ended_violations:
        yield _cut(f"  no longer: an undeclared attempt to reach {host}")
    for turn in Turn:
        yield from _turned(turn, found.turned(turn))
    yield from _wire(found.wire)
    yield from _answers(found.answers)


def _run(word: str, run: Run) -> Iterator[str]:
    header, verdict = run.header, run.verdict
    facts = f"{header['provider']['title']}, phase {header['phase']}, {header['scope']}, world {header['world']}"
    day = header["started"][:16].replace("T", " ")
    first = f"{word:>4}  {verdict.decision.value.upper()}  {facts}"
    yield from wrap(first, WIDTH, subsequent_indent=" " * 6, break_on_hyphens=False)
    yield from wrap(who_answered(header), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6, break_on_hyphens=False)
    aged = f", oldest {_age(run.basis)}" if run.basis.recorded else ", which have no age" if run.basis.derived else ""
    yield from joined([f"      {day} UTC", _many(len(verdict.rows), "row"), f"{share(verdict.rows)}{aged}"], indent=" " * 6)


def _notes(found: Comparison) -> Iterator[str]:
    if not found.is_of_one_provider:
        yield "These are two providers: what differs need not be a change of either."
    if found.after.header["started"] < found.before.header["started"]:
        yield "The second file is the earlier run: is the order meant so?"


def _turned(turn: Turn, changes: Sequence[RowChange]) -> Iterator[str]:
    if not changes:
        return
    yield from _title(TITLES[turn], len(changes))
    if turn in (Turn.CAME, Turn.WENT):
        told = " ".join(f"{SIGNS[change.row.status]}\N{NO-BREAK SPACE}{change.row.asked.id}" for change in changes)
        for line in wrap(told, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False):
            yield line.replace("\N{NO-BREAK SPACE}", " ")
    else:
        for change in changes[:MOST]:
            yield from _row(change)
        yield from _more(changes)
    yield ""


def _row(change: RowChange) -> Iterator[str]:
    before, after = change.before, change.after
    assert before is not None, "rows that came are told otherwise"
    assert after is not None, "rows that went are told otherwise"
    now = SIGNS[after.status]
    sign = f"    {now}" if before.status is after.status else f"{SIGNS[before.status]} → {now}"
    words = _because(after) or (f"was: {_because(before)}" if before.because else after.asked.title)
    blame = str(after.blame or "")
    room = WIDTH - 18 - len(blame)
    yield f"{sign} {after.asked.id:<9}  {one_line(words, room):<{room}} {blame}".rstrip()
    if change.turn is Turn.CAUSE:
        yield from _cause(before, after)
    for word, cases in (("red now", change.began), ("red no longer", change.ended), ("for another cause", change.recast)):
        if len(after.cases) > 1 and cases:
            yield from _list(f"{word}: ", cases)


def _cause(before: Row, after: Row) -> Iterator[str]:
    if before.because != after.because:
        yield from wrap(f"was: {before.because}", WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 13)[:2]
    if before.blame is not after.blame:
        yield f"        who acts: {after.blame}, was {before.blame}"


def _because(row: Row) -> str:
    return row.because if row.asked.severity == "must" or not row.because else f"(should) {row.because}"


def _wire(changes: Sequence[WireChange]) -> Iterator[str]:
    if not changes:
        return
    sent = [change for change in changes if change.place != CALLS]
    if sent:
        yield from _title("What left otherwise", len(sent))
    for change in sent[:MOST]:
        yield from _sent(change)
        rows = _rows_of([change])
        yield from _list(f"in {_many(len(change.cases), 'case')} of {_many(len(rows), 'row')}: ", rows)
    yield from _more(sent)
    if others := [change for change in changes if change.place == CALLS]:
        yield from wrap(
            f"The two runs keep different calls of {', '.join(_rows_of(others))}; those are not compared.",
            WIDTH,
            subsequent_indent="  ",
            break_on_hyphens=False,
        )
    yield ""


def _rows_of(changes: Sequence[WireChange]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(case.partition("[")[0] for change in changes for case in change.cases))


def _sent(change: WireChange) -> Iterator[str]:
    if change.before is None:
        yield _cut(f"+ {change.place}: {change.after}")
    elif change.after is None:
        yield _cut(f"- {change.place}: {change.before}")
    else:
        yield from _pair(f"~ {change.place}:", change.before, change.after, indent="")


def _answers(changes: Sequence[BasisChange]) -> Iterator[str]:
    of_kind = [change for change in changes if change.is_of_kind]
    aged = [change for change in changes if not change.is_of_kind]
    if of_kind:
        yield from _title("Rows that rest on answers of another kind", len(of_kind))
        for change in of_kind[:MOST]:
            yield _cut(f"  {change.id:<9} {change.before.kind} → {change.after.kind}")
        yield from _more(of_kind)
        yield ""
    if aged:
        yield from _title("Rows whose recordings aged", len(aged))
        for change in aged[:MOST]:
            yield _cut(f"  {change.id:<9} oldest {_age(change.after)}, were {change.before.days}")
        yield from _more(aged)
        yield ""


def _age(basis: Basis) -> str:
    return f"{basis.oldest}, {_many(basis.days, 'day')}" if basis.days is not None else "of unknown age"


def _trend(runs: Sequence[Run], rows: Sequence[Trend]) -> Iterator[str]:
    yield from _title(f"Over {len(runs)} runs, what was not the same in all of them", len(rows))
    first = max(0, len(runs) - MOST_RUNS)
    if first:
        yield f"  the last {MOST_RUNS} runs; --json has all"
    for number, run in enumerate(runs[first:], start=first + 1):
        facts = f"{run.header['started'][:16].replace('T', ' ')}  {run.verdict.decision.value:<12} "
        yield _cut(f"  {number:>3}  {facts} phase {run.header['phase']}, {run.header['provider']['title']}")
    for row in rows:
        signs = [SIGNS[status] if status else ABSENT for status in row.statuses[first:]]
        yield f"  {row.id:<9}  {' '.join(signs)}"
    used = dict.fromkeys(status for row in rows for status in row.statuses[first:])
    legend = [f"{SIGNS[status]} {name_of(status)}" for status in Status if status in used]
    legend += [f"{ABSENT} not asked for"] if None in used else []
    yield from wrap(", ".join(legend), WIDTH, initial_indent="  ", subsequent_indent="  ") if rows else ["  no row"]


def _title(title: str, count: int) -> Iterator[str]:
    yield f"{title} ({count})"


def _pair(name: str, before: str, after: str, indent: str = "  ") -> Iterator[str]:
    line = f"{indent}{name:<19} {before} → {after}"
    if len(line) <= WIDTH:
        yield line
    else:
        yield f"{indent}{name}"
        yield f"      {one_line(before, WIDTH - 8)}"
        yield f"    → {one_line(after, WIDTH - 8)}"


def _list(head: str, ids: Sequence[str]) -> Iterator[str]:
    """Identifiers on at most two lines."""
    lines = wrap(f"{head}{', '.join(ids)}", WIDTH - 8, break_on_hyphens=False)
    if len(lines) > 2:
        lines = [lines[0], f"{one_line(lines[1], WIDTH - 12)} …"]
    yield from (f"        {line}" for line in lines)


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def _more(told: Sequence[object]) -> Iterator[str]:
    if len(told) > MOST:
        yield f"  … {len(told) - MOST} more: --json has all"


def _many(count: int | None, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
