"""One exchange with xAI as somebody recorded it, before it is a cassette."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grokgate.values.wire import WireRequest


@dataclass(frozen=True, kw_only=True)
class Capture:
    """A request and its answer, as they were on the wire.

    Header names are lower case; ``body`` is without content encoding, a stream as it was sent. ``at`` gives, for each event
    of a stream, the second after the request at which it came, and is empty where nobody measured. ``recorded_at`` is UTC as
    ``2026-05-29T22:59:06Z``, empty where it is unknown. ``origin`` tells file and place for people.
    """

    request: WireRequest
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: tuple[float, ...] = ()
    recorded_at: str = ""
    origin: str = ""
