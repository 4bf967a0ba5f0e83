"""The door of this process: what answers its requests stands in it from the first call on, between calls too.

That is vcrpy; where streams take their time respx stands in front of httpx, and vcrpy in front of the other clients. To put
vcrpy up costs more than a call, since it looks for every client library that it knows; and what a provider sends between its
calls is to be answered and logged as stray, not to leave. One tape stands behind the door at a time, so the patches come off
in the order that they need, whoever closes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from grokgate.intercept import vcr
from grokgate.intercept.replay import Replay

_up = ExitStack()
_behind: Replay | None = None


def keep(replay: Replay, base_url: str, *, pace: float = 0.0) -> None:
    """From now on ``replay`` answers what this process sends to ``base_url``, and nothing else leaves.

    ``pace`` is a factor on the times of streams; vcrpy alone, which cannot wait, stands for 0.
    """
    global _behind  # noqa: PLW0603  the door is the process'
    if _behind is not replay:
        _clear()
        _up.enter_context(_shared(replay, base_url, pace) if pace else vcr.intercepted(replay, base_url))
        _behind = replay


def release(replay: Replay) -> None:
    """``replay`` answers no more. Where another one stands behind the door by now, that one stays."""
    if _behind is replay:
        _clear()


@contextmanager
def breaking(replay: Replay, base_url: str, *, pace: float = 0.0) -> Iterator[None]:
    """While this lasts a fault can be injected: for httpx by respx, which raises what httpx raises; for others by vcrpy."""
    _clear()
    try:
        with _shared(replay, base_url, pace):
            yield
    finally:
        keep(replay, base_url, pace=pace)


@contextmanager
def _shared(replay: Replay, base_url: str, pace: float) -> Iterator[None]:
    """respx in front of httpx and httpx2, vcrpy in front of the others."""
    from grokgate.intercept import respx

    with vcr.intercepted(replay, base_url, but=("httpx", "httpx2")), respx.intercepted(replay, base_url, pace=pace):
        yield


def _clear() -> None:
    global _behind  # noqa: PLW0603  the door is the process'
    _up.close()
    _behind = None
