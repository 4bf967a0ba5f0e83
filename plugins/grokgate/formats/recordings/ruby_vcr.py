"""Cassettes of VCR for Ruby, since its version 2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange, vcrpy
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "VCR for Ruby (YAML)"

url = vcrpy.url


def fits(content: Any) -> bool:
    return isinstance(content, dict) and "http_interactions" in content


def entries(root: Field) -> Iterator[Field]:
    """``recorded_with: VCR 6.3.1`` is the last line; R's vcr writes another form with the same keys."""
    if not root["recorded_with"].text().startswith("VCR "):
        raise root["recorded_with"].refused("not VCR for Ruby")
    return root["http_interactions"].entries()


def capture(entry: Field) -> Capture:
    return vcrpy.capture(entry, recorded_at=exchange.http_time(entry["recorded_at"]))
