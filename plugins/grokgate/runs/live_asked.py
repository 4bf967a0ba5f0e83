"""How the real xAI is asked: where, with which key, trusting whom, and for how much money at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from grokgate.intercept.recorder import trusting
from grokgate.providers.launcher import XAI
from grokgate.upstream.budget import Budget
from grokgate.upstream.price import TICKS

MOST_DOLLARS = 1_000_000
"""What no budget reaches: whoever says more has meant something else."""


class NotAsked(ValueError):
    """xAI cannot be asked: one sentence that says what to do. Nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class LiveAsked:
    """Whom a live run asks.

    ``long`` asks the rows that are asked only where somebody says so, too.
    """

    upstream: str
    key: str = field(repr=False)
    trust: str | None
    budget: Budget
    long: bool = False


def live_of(environment: Mapping[str, str], budget: float, *, long: bool = False, needs_key: bool = True) -> LiveAsked:
    """Who is asked, as the environment tells. Raises ``NotAsked`` for what cannot be used."""
    key, trust = environment.get("XAI_API_KEY", ""), environment.get("SSL_CERT_FILE")
    upstream = (environment.get("XAI_BASE_URL") or XAI).rstrip("/")
    if not key and needs_key:
        raise NotAsked("this asks xAI, and needs XAI_API_KEY in the environment; nothing was sent. Set it, and say it again")
    if key and (not key.isascii() or not key.isprintable() or " " in key):
        raise NotAsked("XAI_API_KEY has a sign in it that no key has, such as the end of a line; nothing was sent")
    if not 0 < budget < MOST_DOLLARS or not (limit := round(budget * TICKS)):
        raise NotAsked(f"a budget is more than nothing, and below ${MOST_DOLLARS:,}; nothing was sent. Say --budget 1")
    if not _is_address(upstream):
        raise NotAsked("XAI_BASE_URL is no address such as https://api.x.ai/v1, without a name and password; nothing was sent")
    try:
        trusting(trust)
    except OSError as error:
        raise NotAsked(f"SSL_CERT_FILE={trust} names no authorities ({error.strerror or error}); nothing was sent") from None
    return LiveAsked(upstream=upstream, key=key, trust=trust, budget=Budget(limit), long=long)


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in ("http", "https") and bool(httpx.URL(text).host) and not httpx.URL(text).userinfo
    except (ValueError, httpx.InvalidURL):
        return False
