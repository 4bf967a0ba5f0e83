"""A process in which no wait for an answer is long, so that a timeout of ten minutes is met within a second.

Standard library only, as the host that it is for. A blocking socket waits a second at most, where it would not wait for ever;
the clock of an event loop jumps to its next timer once nothing has come for a second. Loops of other makes keep their time.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import time
from typing import Any

BRIEF = 1.0
"""Seconds that a wait may take."""
_skipped = 0.0


def hurry() -> None:
    """Cut the waits of this process short, until it ends."""
    wait = socket.socket.settimeout
    select = selectors.DefaultSelector.select

    def settimeout(self: socket.socket, seconds: float | None, /) -> None:
        wait(self, seconds if seconds is None else min(seconds, BRIEF))

    def jump(self: Any, timeout: float | None = None) -> Any:
        global _skipped  # noqa: PLW0603  the clock is the process'
        if timeout is None or timeout <= BRIEF:
            return select(self, timeout)
        if not (events := select(self, BRIEF)):
            _skipped += timeout - BRIEF
        return events

    def now(_: Any) -> float:
        return time.monotonic() + _skipped

    replaced = {socket.socket: ("settimeout", settimeout), selectors.DefaultSelector: ("select", jump)}
    for owner, (name, method) in {**replaced, asyncio.BaseEventLoop: ("time", now)}.items():
        setattr(owner, name, method)
