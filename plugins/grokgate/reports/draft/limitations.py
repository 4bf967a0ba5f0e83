"""Known limitations: what is not kept, not offered, accepted or open, and what is so with the model itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grokgate.reports.draft.source import FAILED, UNDECIDED, WAIVED, Source, listed, point, reasons
from grokgate.reports.draft.window import lost_window
from grokgate.values.evidence import Row, Status
from grokgate.values.rollout import Rollout


def limitations(source: Source) -> Iterator[str]:
    """What does not work first, what is so for everybody last."""
    yield from source.head(f"Known limitations: {source.target} with {source.title}")
    yield from _rows(source, "What does not work", source.rows(FAILED))
    yield from _rows(source, "What is not offered", source.rows(Status.NOT_OFFERED))
    yield from _rows(source, "What is accepted for now", source.rows(WAIVED))
    yield from _rows(source, "What is open", source.rows(*UNDECIDED))
    yield from _duties(source)
    yield from _section(f"What is so with {source.target} itself", list(_facts(source)))


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
    """Facts of the rollout's world, each where the row that checks it ran."""
    if source.rollout is None:
        return
    rollout, model = source.rollout, source.rollout.target
    for parameter in rollout.parameters:
        if parameter in model.refuses and (rows := source.ran(parameter)):
            yield point(f"xAI refuses `{parameter}` for `{model.id}`, whatever its value.", *rows)
    if rows := source.ran("window", "overflow"):
        others = "".join(f"; {each}" for each in _windows(rollout))
        yield point(f"A prompt for `{model.id}` may have {model.window:,} tokens{others}. xAI refuses a longer one.", *rows)
    yield from lost_window(source)
    if model.reasoning and (rows := source.ran("hidden")):
        yield point(reasons(model), *rows)
    if model.reasoning and (rows := source.ran("thoughts")):
        yield point("Reasoning counts as output: it adds to the tokens of an answer, whether it shows or not.", *rows)


def _windows(rollout: Rollout) -> Iterator[str]:
    """The windows of the models that were there before, where they are not the target's."""
    windows: dict[int, list[str]] = {}
    for model in rollout.before:
        windows.setdefault(model.window, []).append(model.id)
    for window, ids in windows.items():
        if window != rollout.target.window:
            yield f"{listed(ids)} {'take' if len(ids) > 1 else 'takes'} {window:,}"
