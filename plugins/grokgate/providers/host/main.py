"""The host's script: run by path, under the provider's own interpreter, with grokgate not installed there.

It answers requests from the descriptor that was standard input on the one that was standard output. Before anything else
is imported both are moved away and replaced, so that nothing a library prints, reads, forks or runs reaches the protocol.
"""

from __future__ import annotations

import os
import sys

FORMER = (os.dup(0), os.dup(1)) if __name__ == "__main__" else (-1, -1)
"""What was standard input and output; ``os.dup`` makes the copies non-inheritable, so children do not have them."""
if __name__ == "__main__":
    os.dup2(2, 1)
    _null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(_null, 0)
    os.close(_null)
    sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", 1, "utf-8", "backslashreplace", closefd=False)  # type: ignore[misc]

import atexit  # noqa: E402  the descriptors come first
import importlib.util  # noqa: E402
import json  # noqa: E402
from collections import deque  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, Any, BinaryIO  # noqa: E402

if TYPE_CHECKING:
    from grokgate.providers.in_process import InProcess
    from grokgate.values.wire import Egress

HURRIED = "hurried"
"""The word by which the host is told to cut long waits short."""
PACKAGE = Path(__file__).resolve().parent.parent.parent


def import_grokgate() -> None:
    """Make ``grokgate`` importable from its folder, and nothing beside it: the harness' packages are not the provider's."""
    if sys.path and Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
        del sys.path[0]  # the script's folder; its modules have names that a provider may use
    spec = importlib.util.spec_from_file_location("grokgate", PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)])
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["grokgate"] = package
    spec.loader.exec_module(package)


class Host:
    """One provider, and what it tried to reach since the last reply."""

    def __init__(self) -> None:
        self._running: InProcess | None = None
        self._egress: deque[Egress] = deque()

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what was asked; whatever happens is in the reply."""
        from grokgate.providers.vehicle import NotStarted, failure_of
        from grokgate.values.chat import Failure

        outcome: Any
        try:
            outcome = self._done(request["method"], request.get("params") or {})
        except NotStarted as error:
            outcome = error.failure
        except BaseException as error:  # nothing that a library raises ends the host
            outcome = failure_of(error)
        said = {"failure": outcome.to_json()} if isinstance(outcome, Failure) else {"result": outcome}
        return {"id": request["id"], **said, "egress": self.seen()}

    def seen(self) -> list[dict[str, Any]]:
        """The attempts to get out that were not told yet."""
        told = []
        while self._egress:
            attempt = self._egress.popleft()
            told.append({"target": attempt.target, "stack": attempt.stack, "carries_secret": attempt.carries_secret})
        return told

    def _done(self, method: str, params: dict[str, Any]) -> Any:
        from grokgate.values.chat import MODES, ChatRequest, Failure

        if method == "start":
            return self._start(params)
        if self._running is None:
            return None if method == "close" else Failure(kind="NotStarted", message="the host was asked before it was started")
        if method in MODES:
            return _json(self._running.call(ChatRequest.from_json(params), method))
        running = self._running
        asked = {
            "models": self._models,
            "documentation": running.documentation,
            "read_timeout": running.read_timeout,
            "close": running.close,
        }.get(method)
        return asked() if asked else Failure(kind="UnknownMethod", message=f"the host knows no method {method!r}")

    def _models(self) -> Any:
        assert self._running is not None
        cards = self._running.models()
        return [card.to_json() for card in cards] if isinstance(cards, tuple) else cards

    def _start(self, params: dict[str, Any]) -> dict[str, Any]:
        from grokgate.intercept.egress import EgressGuard, stand
        from grokgate.providers.in_process import InProcess
        from grokgate.providers.protocol import Setting
        from grokgate.providers.vehicle import load_adapter

        # The guard stands before the library is imported: some libraries reach out while they are.
        stand(EgressGuard([(host, port) for host, port in params["allowed"]], self._egress.append))
        setting = Setting(**{**params["setting"], "workdir": Path(params["setting"]["workdir"])})
        running = InProcess(load_adapter(params["adapter"], Path(params["here"])), setting)
        self._running = running
        face = running.face
        return {
            "modes": sorted(running.modes),
            "lists": running.lists,
            "documents": running.documents,
            **({} if face.takes is None else {"takes": sorted(face.takes)}),
            "tells": face.tells.to_json(),
        }


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer until ``close`` is asked for; where the asking side is gone, end at once."""
    host, process = Host(), os.getpid()

    def say(line: dict[str, Any]) -> None:
        if os.getpid() != process:  # a library forked and its child came back here: the protocol is not the child's
            os._exit(0)
        replies.write(_line(line))
        replies.flush()

    def farewell() -> None:
        if os.getpid() != process:
            return
        if egress := host.seen():
            say({"id": None, "egress": egress})
        sys.stderr.flush()
        os._exit(0)  # taking a large library apart takes a second, and there is nothing left to do

    atexit.register(farewell)  # the first that is registered runs last, so it tells what other handlers tried
    for line in iter(requests.readline, b""):
        request = json.loads(line)
        say(host.reply(request))
        if request["method"] == "close":
            return
    os._exit(0)  # a library's threads must not outlive the run


def _json(outcome: Any) -> Any:
    from grokgate.values.chat import Failure

    return outcome if isinstance(outcome, Failure) else outcome.to_json()


def _line(reply: dict[str, Any]) -> bytes:
    """The reply as one line. ASCII escapes carry what UTF-8 cannot, such as half of a surrogate pair."""
    try:
        return json.dumps(reply).encode() + b"\n"
    except (TypeError, ValueError) as error:
        said = f"what the adapter gave back is not JSON: {error}"
        failure = {"kind": type(error).__name__, "message": said, "end": "nonsense"}
        return json.dumps({"id": reply["id"], "failure": failure, "egress": reply["egress"]}).encode() + b"\n"


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  the provider's interpreter, not the harness'
        sys.exit(f"grokgate's host needs Python 3.11 or later; {sys.executable} is {sys.version.split()[0]}")
    import_grokgate()
    if HURRIED in sys.argv:
        from grokgate.providers.host.hurry import hurry

        hurry()
    serve(os.fdopen(FORMER[0], "rb"), os.fdopen(FORMER[1], "wb"))
