"""``grokgate serve``: xAI as it is on tape, on loopback, for any client."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from grokgate.faces.request_log import RequestLog
from grokgate.intercept.stand_in import NotServed, StandIn


def serve(
    world: Path,
    port: int,
    *,
    scenario: str,
    fault: str | None,
    pace: float,
    say: Callable[[str], None],
    tls: bool = False,
    certificate: Path | None = None,
    key_file: Path | None = None,
    key: str = "",
    changes: Iterable[str] = (),
    answers: Sequence[str] = (),
    quiet: bool = False,
    until: threading.Event | None = None,
) -> None:
    """Serve until Ctrl-C, or until the event is set. Raises ``NotServed``."""
    if (certificate is None) is not (key_file is None):
        raise NotServed("--cert and --key-file belong together: the certificate and its private key, both as PEM")
    given = (certificate, key_file) if certificate and key_file else None
    log = RequestLog(say, quiet=quiet)
    with StandIn(
        world,
        port=port,
        scenario=scenario,
        fault=fault,
        pace=pace,
        tls=tls,
        certificate=given,
        key=key,
        changes=changes,
        answers=answers,
        tell=log,
    ) as xai:
        trust = f"   SSL_CERT_FILE={xai.ca_file}" if xai.ca_file else ""
        try:
            say(f"{xai.base_url}{trust}")
            say(f"xAI as it answered {xai.world.days} ({xai.world.name}: {xai.world.title}); nothing is sent to xAI")
            say(f"{'one key' if key else 'any key'} is good; Ctrl-C ends it")
            (until or threading.Event()).wait()
        except KeyboardInterrupt:
            say("")
    say(log.sums())
