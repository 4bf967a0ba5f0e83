"""A worker of a soak: Locust's users, each with a provider of its own, ask the calls whose numbers the master leases.

Messages go through Locust. The worker says ``hello`` and gets its ``charge``; it asks to ``lease`` numbers, tells what ``ended``,
was ``cut`` off or is given ``back``, and is told to ``hold`` for a while or to ``stop``.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from gevent.queue import Empty, Queue
from locust import User, constant_throughput, task
from locust.env import Environment
from locust.exception import StopUser
from locust.rpc.protocol import Message
from locust.runners import WorkerRunner

from grokgate.formats.journal import Journal
from grokgate.judgement.soak.finished import finished
from grokgate.judgement.trial import Outcome, outcome_of
from grokgate.providers.launcher import make_ready
from grokgate.providers.subject import DidNotStart, Transcript
from grokgate.runs.check import WRONG_USE
from grokgate.runs.ledger import Ledger
from grokgate.runs.run import GateRun
from grokgate.runs.soak.asked import WorkerAsked, asked_run
from grokgate.upstream.budget import Budget
from grokgate.values.call import Call
from grokgate.values.wire import Answer, WireRequest
from grokgate.values.world import Price

IDLE = 1.0
"""Seconds that a user waits for a number before it looks whether it should stop."""
WHOLE = 3
"""Calls of each outcome that a worker tells whole."""


class Worker:
    """What the users of this process share: the charge, the numbers, the journal."""

    def __init__(self, asked: WorkerAsked) -> None:
        self.asked = asked
        self.charged = Event()
        self.stock: Queue[tuple[int, int]] = Queue()
        self.told: Counter[Outcome] = Counter()
        self.seats: list[Seat] = []
        self.run: GateRun
        self.journal: Journal
        self.charge: Mapping[str, Any] = {}
        self.refused = ""
        """Why this worker does not take part."""
        self._hold_until = 0.0
        self._wants = False
        environment = Environment(user_classes=[Caller], parsed_options=Namespace(web_base_path=""))
        environment.worker = self  # type: ignore[attr-defined]
        self.runner: WorkerRunner = environment.create_worker_runner(asked.host, asked.port)
        listeners: dict[str, Callable[..., None]] = {
            "charge": self._charged,
            "lease": self._leased,
            "hold": self._held,
            "stop-asking": self._stopped,
        }
        for name, listener in listeners.items():
            self.runner.register_message(f"grokgate-{name}", listener, concurrent=name == "charge")
        self.tell("hello", name=asked.name)

    def tell(self, what: str, **said: Any) -> None:
        """Say something to the master."""
        self.runner.send_message(f"grokgate-{what}", said)

    def next(self) -> tuple[int, int] | None:
        """A number and the ticks that its call may cost; ``None`` where there is none for now."""
        if (rest := self._hold_until - time.monotonic()) > 0:
            gevent.sleep(min(rest, IDLE))
            return None
        if self.stock.empty() and not self._wants:
            self._wants = True
            self.tell("lease")
        try:
            given: tuple[int, int] = self.stock.get(timeout=IDLE)
        except Empty:
            return None
        return given

    def close(self) -> None:
        """Stop the providers of users who were not stopped in order."""
        for seat in list(self.seats):
            seat.close()

    # --- what the master says

    def _charged(self, msg: Message, **_: Any) -> None:
        """Make ready for what is asked, where this is the same build, contract and xAI as the master's."""
        said = msg.data
        try:
            self.run = run = asked_run(
                self.asked.provider, said["phase"], said["rollout"], said["world"], Path(self.asked.journal).parent
            )
            make_ready(run.description, run.build, lambda _: None)
            other = [name for name, value in said["same"].items() if same(run.header).get(name) != value]
        except (Exception, SystemExit) as error:
            self._refuse(f"{type(error).__name__}: {error}")
            return
        if other:
            self._refuse(f"it has another {', another '.join(other)} than the master")
            return
        assert run.live is not None
        self.journal = Journal(Path(self.asked.journal), (run.key, run.live.key))
        self.charge = said
        Caller.wait_time = constant_throughput(said["rate"])
        self.charged.set()
        self.tell("ready")

    def _refuse(self, because: str) -> None:
        """This worker cannot take part; its users, who wait for the charge, go."""
        self.refused = because
        self.tell("refuse", because=because)
        self.charged.set()

    def _leased(self, msg: Message, **_: Any) -> None:
        self._wants = False
        for number in msg.data["numbers"]:
            self.stock.put((number, msg.data["ticks"]))

    def _held(self, msg: Message, **_: Any) -> None:
        self._hold_until = max(self._hold_until, time.monotonic() + msg.data["seconds"])

    def _stopped(self, **_: Any) -> None:
        """Give back what was not begun; what is under way ends."""
        back = []
        with suppress(Empty):
            while True:
                back.append(self.stock.get_nowait()[0])
        self.tell("back", numbers=back)


class OneCall(Ledger):
    """Pays the requests of one call, and no more than was set aside for it."""

    mend = "a soak sets no more aside for one call: it asks too often, or its prompt is too long"


class Seat:
    """A provider that answers one user: its process, the observer between it and xAI, and what a call may cost."""

    def __init__(self, worker: Worker) -> None:
        self._worker, self.run = worker, worker.run
        self._prices = {id: Price(**price) for id, price in worker.charge["prices"].items()}
        self._ledger = self._paying(0)
        self.run.served = worker.charge["served"]
        self._launcher = self.run.launcher(lambda _: None, self._pay)
        self._transcript = Transcript()
        self._subject = self.run.subject(self._launcher, self._transcript).flag("true").counted
        worker.seats.append(self)

    def start(self) -> None:
        """Start the provider. Raises ``DidNotStart``."""
        _ = self._subject.started

    def ask(self, ticks: int) -> tuple[Call, int]:
        """One call, and what it cost. A provider whose process ended in it is started anew. Raises ``DidNotStart``."""
        self._ledger = self._paying(ticks)
        self._transcript.calls.clear()
        self._transcript.ends.clear()
        call = self._subject.chat(self.run.rollout.flag.moves)
        self._ledger.close()
        call = replace(call, egress=tuple(self._transcript.egress))  # with what it tried when it started
        self._transcript.egress.clear()
        return call, self._ledger.budget.spent

    def close(self) -> None:
        if self in self._worker.seats:
            self._worker.seats.remove(self)
            left = [*self._transcript.egress, *self._launcher.close()]
            if self._launcher.live:
                self._launcher.live.close()
            if left:
                self._worker.journal.left(map(asdict, left))

    def _pay(self, request: WireRequest) -> Callable[[Answer | None], None]:
        """Pays from what the call that is open may cost."""
        return self._ledger.pay(request)

    def _paying(self, ticks: int) -> OneCall:
        ledger = OneCall(Budget(ticks), self.run.rollout, self.run.contract, {})
        ledger.prices = self._prices
        return ledger


class Caller(User):
    """A user of Locust: asks one call after the other."""

    _seat: Seat | None = None

    def on_stop(self) -> None:
        if self._seat:
            self._seat.close()

    @task
    def call(self) -> None:
        seat = self._seat or self._sit_down()
        if leased := self._worker.next():
            self._guarded(lambda: self._counted(seat, *leased), leased[0])

    @property
    def _worker(self) -> Worker:
        worker: Worker = self.environment.worker
        return worker

    def _sit_down(self) -> Seat:
        """Start the provider, once it is known what is asked."""
        self._worker.charged.wait()
        if self._worker.refused:
            raise StopUser
        seat = self._seat = Seat(self._worker)
        self._guarded(seat.start)
        return seat

    def _counted(self, seat: Seat, number: int, ticks: int) -> None:
        worker = self._worker
        worker.journal.begun(number)
        call, cost = seat.ask(ticks)
        worker.told[outcome_of(call)] += 1
        whole = worker.told[outcome_of(call)] <= WHOLE
        told = finished(number, call, ticks=cost, target=worker.run.rollout.target, whole=whole)
        worker.tell("ended", call=worker.journal.ended(told.to_json()))

    def _guarded(self, what: Callable[[], None], number: int | None = None) -> None:
        """Do it; what ends it is told, since Locust would log it and go on. A user that is killed takes its call along."""
        try:
            what()
        except DidNotStart as error:
            self._worker.tell("broken", because=str(error), how=error.how, number=number)
            raise StopUser from None
        except BaseException as error:
            self._worker.tell("cut", because=f"{type(error).__name__}: {error}", number=number)
            raise


def work(asked: WorkerAsked) -> int:
    """Work until the master says that it is enough, or is gone; gives the exit code."""
    worker = Worker(asked)
    try:
        worker.runner.greenlet.join()
    finally:
        worker.close()
    if worker.refused:
        sys.stderr.write(f"grokgate: this worker was not taken: {worker.refused}\n")
    return WRONG_USE if worker.refused else 0


def same(header: Mapping[str, Any]) -> dict[str, str]:
    """What has to be the same with all workers."""
    return {
        "version of grokgate": header["grokgate"],
        "provider": header["provider"]["name"],
        "address of xAI": header["upstream"],
        **{f"version of the {name}": digest for name, digest in header["digests"].items()},
    }
