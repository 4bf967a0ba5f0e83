"""Known limitations: what is not kept, not offered, accepted or open, and what is so with the model itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grokgate.reports.draft.source import FAILED, RAN, UNDECIDED, WAIVED, Source, listed, point
from grokgate.values.evidence import Row, Status


def limitations(source: Source) -> Iterator[str]:
    """What does not work first, what is so for everybody last."""
    yield from source.head(f"Known limitations: grok-4 with {source.title}")
    yield from _rows(source, "What does not work", source.rows(FAILED))
    yield from _rows(source, "What is not offered", source.rows(Status.NOT_OFFERED))
    yield from _rows(source, "What is accepted for now", source.rows(WAIVED))
    yield from _rows(source, "What is open", source.rows(*UNDECIDED))
    yield from _duties(source)
    yield from _section("What is so with grok-4 itself", list(_facts(source)))


def _rows(source: Source, title: str, rows: Sequence[Row]) -> Iterator[str]:
    yield from _section(title, [point(source.told(row), row) for row in rows])


def _section(title: str, points: Sequence[str]) -> Iterator[str]:
    if points:
        yield from (f"## {title}", "", *points, "")


def _duties(source: Source) -> Iterator[str]:
    """What a provider of this kind leaves to its caller."""
    points = [point(duty, row) for row in source.verdict.rows if (duty := source.duty(row))]
    yield from _section("What callers do themselves", points)


def _facts(source: Source) -> Iterator[str]:
    """Facts of the rollout file, each where the row that checks it ran."""
    if source.rollout is None:
        return
    rollout, model = source.rollout, source.rollout.target
    for parameter in rollout.parameters:
        if parameter in model.refuses and (rows := _ran(source, parameter)):
            yield point(f"xAI refuses `{parameter}` for `{model.id}`, whatever its value.", *rows)
    others = [rollout.models[id] for id in rollout.baseline if rollout.models[id].window != model.window]
    if rows := [*_ran(source, "window"), *_ran(source, "overflow")]:
        beside = f"; {listed([each.id for each in others])} take {others[0].window:,}" if others else ""
        yield point(f"A prompt for `{model.id}` may have {model.window:,} tokens{beside}. xAI refuses a longer one.", *rows)
    if model.reasoning and (rows := _ran(source, "hidden")):
        yield point(f"`{model.id}` reasons before it answers, and an answer without its thoughts is normal.", *rows)
    if model.reasoning and (rows := _ran(source, "thoughts")):
        yield point("Reasoning counts as output: it adds to the tokens of an answer, whether it shows or not.", *rows)


def _ran(source: Source, fact: str) -> list[Row]:
    return [row for row in source.about(fact) if row.status in RAN]
