"""Cassettes of go-vcr: version 1 of its format (go-vcr 1 and 2), and version 2 (go-vcr 3 and 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "go-vcr (YAML)"


def fits(content: Any) -> bool:
    """``interactions`` whose requests have a ``url``; vcrpy's have a ``uri``."""
    interactions = content.get("interactions") if isinstance(content, dict) else None
    first = interactions[0] if isinstance(interactions, list) and interactions else None
    return isinstance(first, dict) and isinstance(first.get("request"), dict) and "url" in first["request"]


def entries(root: Field) -> Iterator[Field]:
    if root["version"].value not in (1, 2):
        raise root["version"].refused("neither 1 nor 2, the versions of go-vcr's format that are read")
    return root["interactions"].entries()


def url(entry: Field) -> str:
    return entry["request"]["url"].text()


def capture(entry: Field) -> Capture:
    """What is empty in a request is not written at all; ``code`` stands after the body, so a cut file lacks it."""
    request, response = entry["request"], entry["response"]
    return exchange.capture(
        entry,
        method=request["method"].text(),
        url=url(entry),
        sent=_message(request),
        status=response["code"],
        got=_message(response),
    )


def _message(field: Field) -> tuple[dict[str, str], bytes]:
    body = field.get("body")
    return exchange.message(exchange.if_any(field.get("headers")), body, exchange.body_of(body))
