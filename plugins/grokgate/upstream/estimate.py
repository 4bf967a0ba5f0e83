"""What a row will cost, before it is asked: about, and at most.

"About" rests on what public recordings of short requests show in the middle; "at most" is what is set aside for the row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from grokgate.upstream.cost import HIDDEN, most_of
from grokgate.upstream.price import paid_as
from grokgate.values.requirement import Traffic
from grokgate.values.rollout import ModelFacts
from grokgate.values.world import Price

BODY = 1536
"""Bytes of a request without a long prompt that a row sets money aside for; the largest of the suites has 1,128."""
BYTES = 4
"""Bytes of a token of the long prompts, at most; they have 3.57 (``fixtures/long_prompts.toml``)."""


class Typical(NamedTuple):
    """The tokens of a short request and its answer, in the middle; ``prompt`` has xAI's hidden part and what is ``cached``."""

    prompt: int
    cached: int
    shown: int
    thought: int


REASONING = Typical(prompt=709, cached=689, shown=18, thought=169)
"""The medians of 45 public recordings of grok-4-0709 (chat, without tools of xAI's own)."""
PLAIN = Typical(prompt=31, cached=3, shown=25, thought=0)
"""The medians of 181 public recordings of grok-3."""


@dataclass(frozen=True)
class Estimate:
    """What something costs, in ticks: about, and at most."""

    about: int = 0
    most: int = 0

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(self.about + other.about, self.most + other.most)


def estimated(
    traffic: Traffic, prices: Mapping[str, Price], models: Collection[ModelFacts], answering: Mapping[str, str]
) -> Estimate:
    """What a row costs; one of trials, by the fewest of them.

    ``answering`` is who answers a model, by its id, where that is known. Raises ``Unbounded`` without a price list.
    """
    by_id = {model.id: model for model in models}
    times = traffic.trials or 1
    each = [
        (times * number, _about(traffic, by_id[id], prices, models, answering.get(id, id)), _most(traffic, id, prices, models))
        for id, number in traffic.requests.items()
    ]
    return Estimate(sum(number * about for number, about, _ in each), sum(number * most for number, _, most in each))


def asked(traffic: Traffic) -> str:
    """What a row asks xAI for: ``2 grok-4, 1 grok-3``."""
    if not traffic.requests:
        return "nothing"
    each = ", ".join(f"{number} {model}" for model, number in traffic.requests.items())
    long = f" with {traffic.prompt:,} tokens" if traffic.prompt else ""
    return f"{traffic.trials} times {each}" if traffic.trials else f"{each}{long}"


def _about(
    traffic: Traffic, model: ModelFacts, prices: Mapping[str, Price], models: Collection[ModelFacts], answering: str
) -> int:
    if traffic.prompt > model.window:
        return 0  # xAI refuses it, and takes nothing
    name = paid_as(model.id, answering, prices, models)
    usual = REASONING if model.reasoning else PLAIN
    tokens = {"prompt": usual.prompt + traffic.prompt, "cached": usual.cached, "reasoning": usual.thought}
    listed = [prices[name]] if name in prices else prices.values()
    return max(price.ticks(**tokens, completion=min(usual.shown, traffic.limit)) for price in listed)


def _most(traffic: Traffic, model: str, prices: Mapping[str, Price], models: Collection[ModelFacts]) -> int:
    return most_of(model, BODY + BYTES * traffic.prompt + HIDDEN, traffic.limit, prices, models)
