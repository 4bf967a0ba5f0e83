"""Keeping secrets out of everything that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MASK = "[key]"
_SECRET_HEADERS = frozenset({"authorization", "x-api-key", "api-key", "cookie", "set-cookie", "proxy-authorization"})


def mask(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret in it replaced."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    return text


def mask_headers(headers: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """Headers with their secrets masked: those that carry credentials whole, the others where a secret stands in them."""
    secrets = tuple(secrets)
    return {name: MASK if name.lower() in _SECRET_HEADERS else mask(value, secrets) for name, value in headers.items()}
