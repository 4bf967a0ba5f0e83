"""The careful vehicle, seen from the harness: the provider runs in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from grokgate.providers.host.channel import LONGEST, Channel, Gone, Late, TooLong, Unasked
from grokgate.providers.host.main import HURRIED
from grokgate.providers.host.reply import BrokenRule, reply, shown
from grokgate.providers.protocol import Setting
from grokgate.providers.vehicle import NotStarted, not_offered
from grokgate.values.chat import ChatRequest, ChatResult, End, Failure, Mode, ModelCard
from grokgate.values.face import Face
from grokgate.values.wire import Egress

T = TypeVar("T")
KINDS: dict[End, str] = {"exit": "HostDied", "silence": "HostTimedOut", "nonsense": "HostTalkedNonsense"}
"""What a failure is called in which a host is lost."""
MAIN = Path(__file__).with_name("main.py")
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
"""All that a provider inherits of this process' environment: no proxies, no key of the operator's, nothing of pytest."""
OURS = (*KEPT, "PYTHONPATH")
"""The same under this process' own interpreter, where the provider's packages may be found by it."""
POLITE = 5.0
"""Seconds that a host may take to end when it is asked to."""
TAIL = 15
"""Lines of standard error that a failure quotes."""


class HostProcess:
    """A provider in its own process; see ``grokgate.providers.vehicle.Running``.

    It runs ``command``, a host in any language, or grokgate's host under ``interpreter`` (this process' own, if ``None``)
    with ``adapter``, whose path is relative to ``here``; ``hurried``, that cuts long waits short. It reaches the addresses in
    ``allowed``; each other attempt is blocked and handed to ``on_egress``. What it prints is in
    ``setting.workdir / "stderr.log"``. A host that ends, breaks the protocol, or takes more than ``call_seconds`` is ``gone``,
    with a ``Failure`` of this call and the next. Raises ``NotStarted``.
    """

    def __init__(
        self,
        setting: Setting,
        *,
        allowed: Collection[tuple[str, int]],
        on_egress: Callable[[Egress], None],
        adapter: str | None = None,
        here: Path | None = None,
        interpreter: Path | None = None,
        command: Sequence[str] | None = None,
        call_seconds: float = 120.0,
        start_seconds: float = 60.0,
        hurried: bool = False,
    ) -> None:
        self._on_egress, self._call_seconds = on_egress, call_seconds
        self._lock, self._asked = threading.Lock(), 0
        self._ended: Failure | None = None
        self._stderr = setting.workdir / "stderr.log"
        kept = KEPT if command or interpreter else OURS
        ours = (str(interpreter or sys.executable), str(MAIN), *([HURRIED] if hurried else []))
        self._spawn(command or ours, setting, kept)
        answer = self._ask("start", _start(setting, adapter, here or Path.cwd(), allowed), start_seconds)
        if isinstance(answer, Failure):
            self.close()
            raise NotStarted(answer)
        self.modes, self.lists, self.documents = frozenset[str](answer["modes"]), answer["lists"], answer["documents"]
        self.face = Face.of(answer.get("takes"), answer.get("tells"))

    @property
    def gone(self) -> Failure | None:
        return self._ended

    def call(self, request: ChatRequest, mode: Mode = "chat") -> ChatResult | Failure:
        if mode not in self.modes:
            return not_offered(mode)
        return self._read(self._ask(mode, request.to_json()), ChatResult.from_json)

    def models(self) -> tuple[ModelCard, ...] | Failure:
        if not self.lists:
            return not_offered("listing")
        return self._read(self._ask("models"), lambda cards: tuple(ModelCard.from_json(card) for card in cards))

    def documentation(self) -> str | Failure:
        return self._read(self._ask("documentation"), str) if self.documents else not_offered("documentation")

    def read_timeout(self) -> float | Failure | None:
        """A host of another maker need not know the method; then there is nothing to look at."""
        return self._read(self._ask("read_timeout"), lambda said: None if said is None else float(said))

    def close(self) -> None:
        """Ask the host to end; end it where it does not."""
        if self._process.returncode is not None:
            return
        self._ask("close", seconds=POLITE)
        if self._ended is not None:  # it ended unasked since the last call
            return
        for line in self._channel.rest(POLITE):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                self._tell_egress(json.loads(line))
        self._end(1.0)
        self._ended = Failure(kind=KINDS["exit"], message="the provider's process was closed", end="exit")

    def _spawn(self, command: Sequence[str], setting: Setting, inherited: Collection[str]) -> None:
        setting.workdir.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in inherited if name in os.environ}
        with self._stderr.open("ab") as stderr:
            self._stderr_before = stderr.tell()
            try:
                # A session of its own: Ctrl-C is for the harness, and what the library forked ends with its host.
                self._process = subprocess.Popen(  # noqa: S603  the description of the provider says what is run
                    command,
                    cwd=setting.workdir,
                    env={**kept, **setting.environment},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    bufsize=0,
                    start_new_session=True,
                )
            except OSError as error:
                raise NotStarted(Failure(kind="NotRun", message=f"cannot run {command[0]}: {error.strerror}")) from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._channel = Channel(self._process.stdin, self._process.stdout)

    def _ask(self, method: str, params: Mapping[str, Any] | None = None, seconds: float | None = None) -> Any:
        """The result of a request, or a ``Failure``."""
        seconds = self._call_seconds if seconds is None else seconds
        with self._lock:
            if self._ended is not None:
                return self._ended
            self._asked += 1
            request = json.dumps({"id": self._asked, "method": method, "params": params or {}})
            try:
                line = self._channel.ask(request.encode() + b"\n", seconds, last=method == "close")
                said = reply(line, self._asked, method)
            except BrokenRule as broken:
                return self._nonsense(str(broken))
            except Unasked as unasked:
                return self._nonsense(f"a host says one line for each request; it said more{shown(unasked.said)}")
            except TooLong as long:
                return self._nonsense(f"a line has at most {LONGEST:,} bytes; this one has more{shown(long.said)}")
            except Late as late:
                if late.said:
                    return self._nonsense(f"a line ends with a line feed; none came within {seconds:g} s{shown(late.said)}")
                return self._lost("silence", f"the provider said nothing for {seconds:g} s")
            except Gone as gone:
                return self._died(gone.said)
            except KeyboardInterrupt:  # its answer to this request must not be taken for that to the next
                self._lost("exit", "the provider's process was interrupted")
                raise
        self._tell_egress(said)
        return said["result"] if "result" in said else Failure.from_json(said["failure"])

    def _read(self, outcome: Any, read: Callable[[Any], T]) -> T | Failure:
        return outcome if isinstance(outcome, Failure) else read(outcome)

    def _tell_egress(self, reply: dict[str, Any]) -> None:
        for attempt in reply["egress"]:
            self._on_egress(Egress(**attempt))

    def _died(self, said: bytes) -> Failure:
        code = self._end(POLITE)
        if code == 0 and said:
            return self._nonsense(f"a line ends with a line feed; the host ended without one{shown(said)}")
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        return self._lost("exit", f"the provider's process ended ({how})")

    def _nonsense(self, rule: str) -> Failure:
        return self._lost("nonsense", f"the host broke the protocol: {rule}")

    def _lost(self, end: End, message: str) -> Failure:
        self._end(0.0)
        with self._stderr.open("rb") as stderr:
            stderr.seek(self._stderr_before)
            last = stderr.read().decode("utf-8", "replace").splitlines()[-TAIL:]
        said = f"; its last lines: {' | '.join(line.strip() for line in last[-3:])}" if last else ""
        self._ended = Failure(kind=KINDS[end], message=message + said, trace="\n".join(last), end=end)
        return self._ended

    def _end(self, seconds: float) -> int:
        """Wait for the process, then kill it and what it started; its exit code."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # it is not reaped yet, so the number is still its own
            code = self._process.wait()
        self._channel.close()
        return code


def _start(setting: Setting, adapter: str | None, here: Path, allowed: Collection[tuple[str, int]]) -> dict[str, Any]:
    return {
        "adapter": adapter,
        "here": str(here),
        "setting": {
            "environment": dict(setting.environment),
            "base_url": setting.base_url,
            "api_key": setting.api_key,
            "workdir": str(setting.workdir),
            "options": dict(setting.options),
        },
        "allowed": [[host, port] for host, port in allowed],
    }
