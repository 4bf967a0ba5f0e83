"""The door of this process: vcrpy and the guard stand in it from the first call on, between calls too.

To put vcrpy up costs more than a call, since it looks for every client library that it knows; and what a provider sends
between its calls is to be answered and logged as stray, not to leave. One tape stands behind the door at a time, so vcrpy's
patches come off in the order that they need, whoever closes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from grokgate.intercept import vcr
from grokgate.intercept.replay import Replay

_up = ExitStack()
_behind: Replay | None = None


def keep(replay: Replay, base_url: str) -> None:
    """From now on ``replay`` answers what this process sends to ``base_url``, and nothing else leaves."""
    global _behind  # noqa: PLW0603  the door is the process'
    if _behind is not replay:
        _clear()
        _up.enter_context(vcr.intercepted(replay, base_url))
        _behind = replay


def release(replay: Replay) -> None:
    """``replay`` answers no more. Where another one stands behind the door by now, that one stays."""
    if _behind is replay:
        _clear()


@contextmanager
def breaking(replay: Replay, base_url: str) -> Iterator[None]:
    """While this lasts a fault can be injected: for httpx by respx, which raises what httpx raises; for others by vcrpy."""
    from grokgate.intercept import respx

    _clear()
    try:
        with vcr.intercepted(replay, base_url, but=("httpx",)), respx.intercepted(replay, base_url):
            yield
    finally:
        keep(replay, base_url)


def _clear() -> None:
    global _behind  # noqa: PLW0603  the door is the process'
    _up.close()
    _behind = None
