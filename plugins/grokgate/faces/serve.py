"""``grokgate serve``: xAI as it is on tape, on loopback, for any client."""

from __future__ import annotations

import threading
from collections.abc import Callable

from grokgate.formats.contract import rollout
from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.intercept.fault import FAULTS
from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.standing import Standing
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import World, load_world


class NotServed(ValueError):
    """What was asked for cannot be served, and what could be."""


def scenarios(world: World) -> list[str]:
    """What a world can be asked to play beside ``plain``."""
    return ["plain", *dict.fromkeys(name for rule in world.rules if rule.stage == "fault" for name in rule.when["scenario"])]


def serve(
    world_name: str | None,
    port: int,
    *,
    scenario: str,
    fault: str | None,
    pace: float,
    say: Callable[[str], None],
    until: threading.Event | None = None,
) -> None:
    """Serve until Ctrl-C, or until the event is set. Raises ``NotServed``."""
    world = load_world(home() / "cassettes" / rollout("grok-4", world_name).world)
    known = [*scenarios(world), "wrong-key"]
    if scenario not in known:
        raise NotServed(f"world {world.name} plays no scenario {scenario!r}; there are: {', '.join(known)}")
    if fault is not None and fault not in FAULTS:
        raise NotServed(f"there is no fault {fault!r}; there are: {', '.join(FAULTS)}")
    if fault == "refused":
        raise NotServed("the fault 'refused' means that nobody listens; there is nothing to serve")
    standing = Standing(Tape(world, prompts(), key=""), scenario=scenario, fault=FAULTS[fault] if fault else None, tell=say)
    try:
        server = LoopbackServer(standing, pace=pace, port=port)
    except OSError as error:
        raise NotServed(f"port {port} cannot be had ({error.strerror}); name another with --port, or 0 for a free one") from None
    say(f"xAI as {world.title}: {server.base_url}   (any key; Ctrl-C ends it; nothing is sent to xAI)")
    try:
        (until or threading.Event()).wait()
    except KeyboardInterrupt:
        say("")
    finally:
        server.close()
