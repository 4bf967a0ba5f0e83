"""``grokgate live --estimate``: what a live run would ask for and cost, row by row. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from grokgate.runs.ledger import Ledger
from grokgate.runs.run import GateRun
from grokgate.upstream.estimate import asked
from grokgate.upstream.price import rounded
from grokgate.values.evidence import Status

WIDTH = 80
MEANING = (
    "About: by the medians of public recordings. At most: what is set aside before a row starts; a row of trials starts where "
    "about as much is left as the fewest trials cost."
)


def estimated(run: GateRun, ledger: Ledger) -> Iterator[str]:
    """The table, and what the budget pays, as lines of text."""
    rows = [*run.in_order, *_left_out(run)]
    asks = {row: asked(live) for row in rows if (live := run.contract[row].live)}
    wide = max((len(text) for text in asks.values()), default=0)
    yield f"{run.description.name} · phase {run.phase} · rollout {run.rollout.id} · world {run.rollout.world}"
    yield "by the prices of the world; nothing was sent"
    yield ""
    yield f"{'row':<9} {'asks for':<{wide}} {'about':>8} {'at most':>8}"
    for row in rows:
        costs = ledger.estimate(row)
        mark = "" if row in run.to_test else " *"
        yield f"{row:<9} {asks[row]:<{wide}} {rounded(costs.about):>8} {rounded(costs.most):>8}{mark}"
    yield ""
    if len(rows) > len(run.in_order):
        yield "* left out, unless --long-prompts is said"
    yield from wrap(f"{ledger.forecast(run.in_order)}.", WIDTH, break_on_hyphens=False)
    yield from wrap(MEANING, WIDTH)


def _left_out(run: GateRun) -> list[str]:
    """The rows that are asked only where somebody says so, which nobody did."""
    return [
        id for id, row in run.asked.items() if (live := run.contract[id].live) and live.opt_in and row.settled is Status.NOT_RUN
    ]
