"""The guard at the door: while it stands, a process reaches nothing but the addresses it was allowed.

It is an audit hook of the interpreter, so it sees each socket that Python opens, whoever opens it. It blocks the attempt
with ``EgressBlocked`` and reports it with the caller's stack. Standard library only: a provider's host runs it too.
"""

from __future__ import annotations

import socket
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from grokgate.values.wire import Egress

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ANY_PORT = 0
"""In place of a port: each of the host."""
_OWN_FRAMES = ("grokgate/intercept", "site-packages/vcr/")
FRAMES = 32
"""Frames of an attempt's caller that are told; a client library alone has some fifteen."""
_LOOKING_UP = {"connect": 0, "connect_ex": 0, "sendto": -1, "sendmsg": 3}
"""Methods that look a host's name up before any event of the interpreter tells; where the address stands in what they take."""


class EgressBlocked(ConnectionRefusedError):
    """An attempt to reach another host was stopped. Replay mode sends nothing."""


class EgressGuard:
    """Blocks and reports what is not allowed; ``allowed`` are ``(host, port)`` pairs."""

    def __init__(self, allowed: Collection[tuple[str, int]], report: Callable[[Egress], None]) -> None:
        self._allowed = frozenset(allowed)
        self._report = report

    def permits(self, host: str, port: int | None) -> bool:
        names = LOOPBACK if host in LOOPBACK else (host,)
        return any((name, on) in self._allowed for name in names for on in (port, ANY_PORT))

    def block(self, target: str, *, carries_secret: bool = False) -> EgressBlocked:
        """Report the attempt and give the error to raise."""
        self._report(Egress(target=target, stack=caller_stack(), carries_secret=carries_secret))
        return EgressBlocked(f"grokgate blocked a connection to {target}: nothing leaves the machine in replay mode")


_hook_lock = threading.Lock()
_hook_installed = False
_standing: EgressGuard | None = None
_inside = threading.local()


@contextmanager
def guarding(guard: EgressGuard) -> Iterator[EgressGuard]:
    """Let ``guard`` stand at the door of this process; one at a time."""
    global _standing  # noqa: PLW0603  the door is the process'
    _install_hook()
    before, _standing = _standing, guard
    try:
        yield guard
    finally:
        _standing = before


def stand(guard: EgressGuard) -> None:
    """Let ``guard`` stand until the process ends."""
    global _standing  # noqa: PLW0603  the door is the process'
    _install_hook()
    _standing = guard


def caller_stack() -> str:
    """The frames that led here, without those of grokgate and vcrpy, newest last."""
    stack = traceback.extract_stack()
    frames = [frame for frame in stack if not any(own in frame.filename.replace("\\", "/") for own in _OWN_FRAMES)]
    return "".join(traceback.format_list(frames[-FRAMES:]))


def _install_hook() -> None:
    global _hook_installed  # noqa: PLW0603  an audit hook cannot be removed
    with _hook_lock:
        if not _hook_installed:
            sys.addaudithook(_hook)
            for name, place in _LOOKING_UP.items():
                setattr(socket.socket, name, _looking(getattr(socket.socket, name), place))
            _hook_installed = True


def _looking(method: Callable[..., Any], place: int) -> Callable[..., Any]:
    """The method, with a look at the address before its host's name is looked up, which asks a server already."""

    @wraps(method)
    def looking(self: socket.socket, *arguments: Any) -> Any:
        if len(arguments) > max(place, 0):
            _hook("socket.connect", (self, arguments[place]))
        return method(self, *arguments)

    return looking


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _standing is None or not event.startswith("socket.") or getattr(_inside, "hook", False):
        return
    target = _target(event, arguments)
    if target is None or _standing.permits(*target):
        return
    _inside.hook = True
    try:
        error = _standing.block(f"{target[0]}:{target[1]}" if target[1] is not None else target[0])
    finally:
        _inside.hook = False
    raise error


def _target(event: str, arguments: tuple[Any, ...]) -> tuple[str, int | None] | None:
    """The host and port that a socket event is about; ``None`` for what cannot leave the machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        # A netlink or vsock address is a tuple too, of numbers; it does not leave the machine.
        if isinstance(address, tuple) and len(address) >= 2 and isinstance(address[0], (str, bytes, bytearray)):
            return _text(address[0]), int(address[1])
    if event == "socket.getaddrinfo":
        host, port = arguments[0], arguments[1]
        if host is None or _numeric(_text(host)):
            return None
        return _text(host), int(port) if str(port).isdigit() else None
    if event == "socket.gethostbyname":
        host = _text(arguments[0])
        return None if _numeric(host) else (host, None)
    if event in ("socket.gethostbyaddr", "socket.getnameinfo"):  # the way back, from a number to a name, asks a server too
        host = _text(arguments[0] if event == "socket.gethostbyaddr" else arguments[0][0])
        return None if host in LOOPBACK else (host, None)
    return None


def _numeric(host: str) -> bool:
    return host in LOOPBACK or host.replace(".", "").isdigit() or ":" in host


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host)
