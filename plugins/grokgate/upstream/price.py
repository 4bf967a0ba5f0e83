"""What tokens cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grokgate.upstream.fidelity.counts import Counts
from grokgate.values.rollout import ModelFacts
from grokgate.values.rollout import Price as ListPrice

TICKS = 10_000_000_000
"""In a dollar."""
_COUNTS = {
    "prompt": r'"(?:prompt|input)_tokens"\s*:\s*(\d+)',
    "visible": r'"completion_tokens"\s*:\s*(\d+)',
    "output": r'"output_tokens"\s*:\s*(\d+)',
    "reasoning": r'"reasoning_tokens"\s*:\s*(\d+)',
    "cached": r'"cached_tokens"\s*:\s*(\d+)',
}


@dataclass(frozen=True, kw_only=True)
class Price:
    """A model's price in ticks per token: a tick is 1e-10 dollars, so 12500 is $1.25 for a million tokens.

    It is the unit in which ``GET /v1/models`` gives prices. From ``long_from`` prompt tokens on every price is doubled; 0 means
    never.
    """

    prompt: int
    cached: int
    completion: int
    long_from: int = 0

    def ticks(self, body: str) -> int:
        """What the usage in an answer's body costs; reasoning is billed as output."""
        counts = {name: int(found[-1]) if (found := re.findall(shape, body)) else 0 for name, shape in _COUNTS.items()}
        output = counts["output"] or counts["visible"] + counts["reasoning"]
        fresh = counts["prompt"] - counts["cached"]
        once = fresh * self.prompt + counts["cached"] * self.cached + output * self.completion
        return once * 2 if 0 < self.long_from <= counts["prompt"] else once


def price_of(row: Mapping[str, Any] | None) -> Price | None:
    """The price in a row of ``world.toml``."""
    return Price(**row) if row else None


def paid_as(asked: str, served: str, prices: Mapping[str, ListPrice], models: Iterable[ModelFacts]) -> str:
    """The model that is paid: the one that answered, or the one that was asked for where that is no substitution.

    grok-3-fast has a price of its own, and its answers bear the name of grok-3. The model need not be on the price list.
    """
    own = next((model for model in models if asked in model.wire), None)
    return own.id if own and own.id in prices and served in own.served else served


def ticks_of(counts: Counts, price: ListPrice) -> int:
    """What the tokens of an answer cost by a rollout's price, in ticks; reasoning beside the output is billed as output."""
    return price.ticks(prompt=counts.prompt, cached=counts.cached, completion=counts.output, reasoning=counts.thought)


def rounded(ticks: int) -> str:
    """Ticks for people who plan, rounded up: to a cent, or to a tenth of one below ten cents."""
    digits = 2 if ticks >= TICKS // 10 else 3
    unit = TICKS // 10**digits
    return f"${-(-ticks // unit) / 10**digits:,.{digits}f}"


def dollars(ticks: int) -> str:
    """Ticks for people, to the last one: ``$0.0026825``."""
    whole, part = divmod(ticks, TICKS)
    return f"${whole:,}.{f'{part:010}'.rstrip('0').ljust(2, '0')}"
