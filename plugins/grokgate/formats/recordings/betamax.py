"""Cassettes of Betamax (requests for Python)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from grokgate.formats.recordings import exchange, vcrpy
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "Betamax (JSON)"

url = vcrpy.url


def fits(content: Any) -> bool:
    """``http_interactions``, which VCR for Ruby has too; who made it stands beside them."""
    recorder = content.get("recorded_with") if isinstance(content, dict) and "http_interactions" in content else None
    return isinstance(recorder, str) and recorder.startswith("betamax")


def entries(root: Field) -> Iterator[Field]:
    return root["http_interactions"].entries()


def capture(entry: Field) -> Capture:
    """Times are UTC without saying so; before version 0.3 the status stood as ``status_code``."""
    request, response = entry["request"], entry["response"]
    recorded = entry.get("recorded_at")
    return exchange.capture(
        entry,
        method=request["method"].text(),
        url=url(entry),
        sent=exchange.message(request["headers"], request["body"], exchange.body_of(request["body"])),
        status=response["status_code"] if "status_code" in response.mapping() else response["status"]["code"],
        got=exchange.message(response["headers"], response["body"], exchange.body_of(response["body"])),
        recorded_at="" if recorded.value is None else _time(recorded),
    )


def _time(field: Field) -> str:
    try:
        return exchange.in_utc(datetime.fromisoformat(f"{field.text()}+00:00"))
    except ValueError:
        raise field.refused("not a time such as 2026-05-29T22:59:06") from None
