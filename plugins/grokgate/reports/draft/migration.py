"""A migration guide: what changes for callers who go from the baseline's model to the one that is rolled out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grokgate.reports.draft.source import RAN, Source, listed, point, reasons
from grokgate.reports.draft.window import lost_window
from grokgate.values.evidence import Row
from grokgate.values.rollout import ModelFacts, Rollout
from grokgate.values.world import Price

TICKS = 10_000
"""Ticks for a token that are a dollar for a million."""
LIMIT = "limit"


def migration(source: Source) -> Iterator[str]:
    """Names, parameters, windows, reasoning and prices; each with what this provider does about it, as far as it was decided."""
    assert source.rollout is not None, "without its rollout there is nothing to tell of the models"
    rollout = source.rollout
    new, old = rollout.target, rollout.old
    facts = f"what is so of models and prices: rollout `{rollout.id}` (`{rollout.digest[:12]}`), world `{rollout.world}`"
    yield from source.head(f"From {old.id} to {new.id}: a guide for callers of {source.title}", facts)
    yield from _section("Names", [*_told(source, "names"), *_told(source, "flag"), *_told(source, "baseline")])
    yield from _section("Parameters that disappear", list(_gone(source, rollout, old, new)))
    yield from _section("Parameters that stay", list(_staying(source, rollout, old, new)))
    yield from _section("Output limit", list(_limit(source, old, new)))
    yield from _section("How long a prompt may be", list(_window(source, old, new)))
    yield from _section("Reasoning", list(_reasoning(source, old, new)))
    yield from _section("What it costs", list(_prices(source, rollout, old, new)))


def _section(title: str, points: Sequence[str]) -> Iterator[str]:
    if points:
        yield from (f"## {title}", "", *points, "")


def _told(source: Source, *facts: str) -> Iterator[str]:
    """What the provider does, by the rows that are about these facts."""
    rows = dict.fromkeys(row.asked.id for fact in facts for row in source.about(fact))
    yield from (point(source.told(row), row) for row in source.verdict.rows if row.asked.id in rows)


def _gone(source: Source, rollout: Rollout, old: ModelFacts, new: ModelFacts) -> Iterator[str]:
    """Parameters that xAI refuses for the new model, each with the row that shows whether it is removed."""
    for parameter in (name for name in rollout.parameters if name in new.refuses):
        before = f"`{old.id}` refuses it, too" if parameter in old.refuses else f"`{old.id}` takes it"
        for row in source.about(parameter):
            yield point(f"`{parameter}`: xAI refuses it for `{new.id}`; {before}. {source.told(row)}", row)


def _staying(source: Source, rollout: Rollout, old: ModelFacts, new: ModelFacts) -> Iterator[str]:
    stay = [name for name in rollout.parameters if name != LIMIT and name not in new.refuses]
    of_one_row = [name for name in stay if name not in old.refuses and not source.about(name)]
    for row in source.about("taken"):
        yield point(f"`{new.id}` takes {listed(of_one_row)}, as `{old.id}` does. {source.told(row)}", row)
    for parameter in stay:
        before = f"`{old.id}` does not" if parameter in old.refuses else f"so does `{old.id}`"
        for row in source.about(parameter):
            yield point(f"`{parameter}`: `{new.id}` takes it, {before}. {source.told(row)}", row)


def _limit(source: Source, old: ModelFacts, new: ModelFacts) -> Iterator[str]:
    now, before = (source.spelling.limit_field(model.limit_field) for model in (new, old))
    fields = f"`{now}` bounds the text of `{new.id}`, where `{old.id}` has `{before}`."
    same = f"`{now}` bounds the text of both models."
    for row in source.about(LIMIT):
        yield point(f"{same if now == before else fields} {source.told(row)}", row)


def _window(source: Source, old: ModelFacts, new: ModelFacts) -> Iterator[str]:
    rows = [row for fact in ("window", "overflow") for row in source.about(fact)]
    if decided := source.ran("window", "overflow"):
        before = f"as many as `{old.id}`" if new.window == old.window else f"where `{old.id}` takes {old.window:,}"
        yield point(f"`{new.id}` takes {new.window:,} tokens of prompt, {before}.", *decided)
    yield from lost_window(source)
    yield from (point(source.told(row), row) for row in rows)


def _reasoning(source: Source, old: ModelFacts, new: ModelFacts) -> Iterator[str]:
    if not new.reasoning:
        return
    if rows := source.ran("hidden"):
        yield point(reasons(new, f"{'as does' if old.reasoning else 'unlike'} `{old.id}`"), *rows)
    yield from _told(source, "hidden", "thoughts", "cut", "patience")


def _prices(source: Source, rollout: Rollout, old: ModelFacts, new: ModelFacts) -> Iterator[str]:
    """The price list, of the models that answered in the row which reckons with it; silent where that row did not run."""
    for row in source.about("price"):
        if row.status in RAN:
            for model in (old, new):
                for name in sorted(_answered(row, model) & rollout.prices.keys()):
                    yield point(_price(model.id, name, rollout.prices[name]), row)
            if new.reasoning:
                yield point("Reasoning costs what output costs.", row)
        yield point(source.told(row), row)


def _answered(row: Row, model: ModelFacts) -> set[str]:
    """Who answered when the model was asked for, with nothing out of the ordinary."""
    calls = [call for case in row.cases for call in case.observations]
    plain = [call for call in calls if (call["scenario"], call["fault"], call.get("script")) == ("plain", None, None)]
    exchanges = [exchange for call in plain if call["asked"]["model"] in (model.id, *model.names) for exchange in call["wire"]]
    return {name for exchange in exchanges for name in re.findall(r'"model"\s*:\s*"([^"]+)"', exchange["answer"] or "")}


def _price(asked: str, paid: str, price: Price) -> str:
    as_ = f"`{asked}`" if asked == paid else f"`{asked}`, answered by `{paid}`"
    costs = f"{_dollars(price.prompt)} for a million tokens of prompt ({_dollars(price.cached)} where cached)"
    text = f"{as_}: {costs}, {_dollars(price.completion)} for a million of output."
    if not price.long_from:
        return text
    long = f"{_dollars(price.long.prompt)} and {_dollars(price.long.completion)}"
    return f"{text} A call with {price.long_from:,} tokens of prompt or more costs {long}, from its first token on."


def _dollars(ticks: int) -> str:
    dollars = ticks / TICKS
    return f"${dollars:,.0f}" if dollars == int(dollars) else f"${dollars:.3f}".rstrip("0") if ticks % 100 else f"${dollars:.2f}"
