"""Cassettes of vcrpy, YAML or JSON, version 1 of its format (since vcrpy 1.0)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "vcrpy (YAML or JSON)"


def fits(content: Any) -> bool:
    """``interactions``; go-vcr has them too, and is asked before."""
    return isinstance(content, dict) and "interactions" in content


def entries(root: Field) -> Iterator[Field]:
    if root["version"].value != 1:
        raise root["version"].refused("not 1, the one version of vcrpy's format that is read")
    return root["interactions"].entries()


def url(entry: Field) -> str:
    return entry["request"]["uri"].text()


def capture(entry: Field, recorded_at: str = "") -> Capture:
    if entry.get("grokgate").value is not None:
        raise entry.refused("a cassette of grokgate's own, which is no recording")
    request, response = entry["request"], entry["response"]
    return exchange.capture(
        entry,
        method=request["method"].text(),
        url=url(entry),
        sent=_message(request),
        status=response["status"]["code"],
        got=_message(response),
        recorded_at=recorded_at,
    )


def _message(field: Field) -> tuple[dict[str, str], bytes]:
    """A serializer of some projects keeps a body of JSON parsed, as ``parsed_body``."""
    parsed = field.get("parsed_body")
    if isinstance(parsed.value, dict | list) and "body" not in field.mapping():
        return exchange.message(field["headers"], parsed, parsed.json())
    return exchange.message(field["headers"], field["body"], exchange.body_of(field["body"]))
