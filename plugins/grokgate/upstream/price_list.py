"""The prices that xAI lists, beside those of a world file.

``GET /v1/language-models`` gives them in cents for 100 million tokens, which are ticks per token: 30000 is $3 for a million.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from grokgate.upstream.price import TICKS
from grokgate.values.wire import Answer
from grokgate.values.world import Price

OK = 200
FIELDS = {"prompt": "prompt tokens", "cached": "cached tokens", "completion": "output tokens"}
LONG = {"long_prompt": "prompt tokens of a long prompt", "long_completion": "output tokens after a long prompt"}


class NoPrices(Exception):
    """An answer lists no prices; what it is instead, for people."""


def listed_prices(answer: Answer) -> dict[str, Price]:
    """The price of each model by its id and its aliases. Raises ``NoPrices``."""
    if answer.status != OK:
        raise NoPrices(f"status {answer.status}")
    try:
        rows = json.loads(answer.body)["models"]
        return {name: _price(row) for row in rows for name in (row["id"], *row.get("aliases", ()))}
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NoPrices("an answer of another shape than its documentation shows") from None


def differences(mine: Mapping[str, Price], listed: Mapping[str, Price]) -> list[str]:
    """What of a world's prices xAI lists otherwise; a sentence for each."""
    tiers = [
        f"xAI lists dearer prices of {name} for prompts from {theirs:,} tokens on, and the world file "
        + (f"from {ours:,} on" if (ours := mine[name].long_from) else "none")
        for name in mine
        if name in listed and (theirs := listed[name].long_from)
        if theirs != mine[name].long_from
    ]
    return tiers + [
        f"xAI lists {name} at {_millions(theirs)} for a million {what}, and the world file says {_millions(ours)}"
        for name in mine
        if name in listed
        for what, theirs, ours in _pairs(mine[name], listed[name])
        if theirs != ours
    ]


def dearer(one: Price, other: Price) -> Price:
    """A price that is nowhere below either."""
    dear = {field: max(getattr(one, field), getattr(other, field)) for field in FIELDS}
    tiers = [price for price in (one, other) if price.long_from]
    if tiers:  # a long prompt is nowhere cheaper than a short one
        dear |= {field: max(_long(price, field) for price in tiers) for field in LONG}
        dear |= {field: max(dear[field], dear[field.removeprefix("long_")]) for field in LONG}
    return replace(one, **dear, long_from=min((price.long_from for price in tiers), default=0))


def _long(price: Price, field: str) -> int:
    """A price of the long tier, under the name that ``Price`` has for it."""
    return int(getattr(price.long, field.removeprefix("long_")))


def _pairs(mine: Price, listed: Price) -> Iterator[tuple[str, int, int]]:
    """What is priced, and both prices; a long prompt's where both have one."""
    both = mine.long_from and listed.long_from
    for field, what in {**FIELDS, **(LONG if both else {})}.items():
        told = _long if field in LONG else getattr
        yield what, told(listed, field), told(mine, field)


def _price(row: Mapping[str, Any]) -> Price:
    price = Price(
        prompt=_ticks(row["prompt_text_token_price"]),
        cached=_ticks(row["cached_prompt_text_token_price"]),
        completion=_ticks(row["completion_text_token_price"]),
    )
    if not (above := row.get("long_context_threshold")):  # none, or 0
        return price
    return replace(
        price,
        long_from=_ticks(above),
        long_prompt=_ticks(row["prompt_text_token_price_long_context"]),
        long_completion=_ticks(row["completion_text_token_price_long_context"]),
    )


def _ticks(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value


def _millions(ticks: int) -> str:
    """A price per token as people know it: dollars for a million."""
    return f"${ticks * 1_000_000 / TICKS:,.2f}"
