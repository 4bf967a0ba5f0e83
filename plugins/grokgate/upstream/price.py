"""What tokens cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from grokgate.upstream.fidelity.counts import Counts
from grokgate.values.rollout import ModelFacts
from grokgate.values.world import Price

TICKS = 10_000_000_000
"""In a dollar."""
_COUNTS = {
    "prompt": r'"(?:prompt|input)_tokens"\s*:\s*(\d+)',
    "visible": r'"completion_tokens"\s*:\s*(\d+)',
    "output": r'"output_tokens"\s*:\s*(\d+)',
    "reasoning": r'"reasoning_tokens"\s*:\s*(\d+)',
    "cached": r'"cached_tokens"\s*:\s*(\d+)',
}


def billed(body: str, price: Price) -> int:
    """What the usage in an answer's body costs, in ticks; reasoning is billed as output."""
    counts = {name: int(found[-1]) if (found := re.findall(shape, body)) else 0 for name, shape in _COUNTS.items()}
    shown = counts["output"] - counts["reasoning"] if counts["output"] else counts["visible"]
    return price.ticks(prompt=counts["prompt"], cached=counts["cached"], completion=shown, reasoning=counts["reasoning"])


def paid_as(asked: str, served: str, prices: Mapping[str, Price], models: Iterable[ModelFacts]) -> str:
    """The model that is paid: the one that answered, or the one that was asked for where that is no substitution.

    grok-3-fast has a price of its own, and its answers bear the name of grok-3. The model need not be on the price list.
    """
    own = next((model for model in models if asked in model.wire), None)
    return own.id if own and own.id in prices and served in own.served else served


def ticks_of(counts: Counts, price: Price) -> int:
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
