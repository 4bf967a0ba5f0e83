"""Bodies of ``GET /v1/models`` by file name, which begins with the day: ``2025-11-18_….json``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "bodies of GET /v1/models by date (JSON)"
URL = "https://api.x.ai/v1/models"
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")


def fits(content: Any) -> bool:
    return isinstance(content, dict) and bool(content) and all(_DAY.match(str(name)) for name in content)


def entries(root: Field) -> Iterator[Field]:
    for name in root.mapping():
        yield Field(path=root.path, value=root[name].value, entry=name)


def url(entry: Field) -> str:  # noqa: ARG001  what every format has
    return URL


def capture(entry: Field) -> Capture:
    """Of the exchange only the body and the day were kept, so it has no headers, and midnight for its time."""
    entry.mapping()
    day = Field(path=entry.path, value=f"{entry.entry[:10]}T00:00:00Z", entry=entry.entry)
    return exchange.capture(
        entry,
        method="GET",
        url=URL,
        sent=({}, b""),
        status=Field(path=entry.path, value=200),
        got=({}, entry.json()),
        recorded_at=exchange.iso_time(day),
    )
