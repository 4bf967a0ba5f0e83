"""Where a master is heard: by its workers and by Prometheus."""

from __future__ import annotations

import logging
from argparse import Namespace
from collections.abc import Callable, Mapping

from locust.env import Environment
from locust.rpc.protocol import Message
from locust.runners import MasterRunner

from grokgate.runs.live_asked import NotAsked
from grokgate.runs.soak.asked import SoakAsked
from grokgate.runs.soak.metrics import Metrics
from grokgate.runs.soak.worker import Caller

UNDER_WAY = 900.0
"""Seconds that a call which is under way may still take where its user is not needed any more."""


def served(asked: SoakAsked, metrics: Metrics) -> str:
    """Serve the metrics, and give their address; empty where nobody asked for them. Raises ``NotAsked``."""
    if asked.metrics_port is None:
        return ""
    try:
        host, port = metrics.serve(asked.bind, asked.metrics_port)
    except OSError as error:
        because = f"the metrics cannot be served at {asked.bind}:{asked.metrics_port} ({error.strerror})"
        raise NotAsked(f"{because}; nothing was sent. Name another --metrics-port, or 0 for a free one") from None
    return f"http://{host}:{port}/metrics"


def heard(asked: SoakAsked) -> MasterRunner:
    """Locust's master, at its port. Raises ``NotAsked``."""
    options = Namespace(enable_rebalancing=True, headless=True, web_base_path="")
    environment = Environment(user_classes=[Caller], parsed_options=options, stop_timeout=UNDER_WAY)
    log = logging.getLogger("locust.runners")
    log.disabled = True  # what it says of a port that is taken is said here, in a sentence
    try:
        return environment.create_master_runner(asked.bind, asked.port)
    except (Exception, SystemExit):
        because = f"workers cannot be heard at {asked.bind}:{asked.port}; nothing was sent"
        raise NotAsked(f"{because}. Name another --port, or an address of this machine with --bind") from None
    finally:
        log.disabled = False


def attend(running: MasterRunner, listeners: Mapping[str, Callable[[Message], None]]) -> None:
    """Hand on what workers say, by the first word of it."""
    for what, listener in listeners.items():
        running.register_message(f"grokgate-{what}", lambda msg, listener=listener, **_: listener(msg))
