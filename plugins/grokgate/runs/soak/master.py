"""The master of a soak: Locust's master, the workers that come and go, and what they say.

What they say of calls goes to the ``Count``; this module knows who they are, and when the run begins and ends.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent.event import Event
from locust import __version__ as locust_version
from locust.rpc.protocol import Message

from grokgate.formats.journal import Kept
from grokgate.judgement.expect.unkept import NotRun
from grokgate.judgement.soak.finished import Finished
from grokgate.providers.subject import DidNotStart
from grokgate.runs.preflight import Preflight
from grokgate.runs.run import GateRun
from grokgate.runs.soak.asked import SoakAsked
from grokgate.runs.soak.case import Judged, case, judged
from grokgate.runs.soak.count import Count
from grokgate.runs.soak.crew import Crew
from grokgate.runs.soak.hands import Hand, Hands
from grokgate.runs.soak.listening import attend, heard, served
from grokgate.runs.soak.metrics import Metrics
from grokgate.runs.soak.progress import Progress, lost
from grokgate.runs.soak.purse import Purse
from grokgate.values.evidence import Case

TICK = 1.0
"""Seconds between two looks at the workers."""
PARTING = 10.0
"""Seconds that workers have to stop their providers at the end."""
FASTEST = 100.0
"""Users that are started in a second, at most; Locust warns of more."""
Heard = Callable[[Hand | None, str, Mapping[str, Any]], None]
"""What is done with what a worker says: who it is, if that is known, what Locust calls it, and what it says."""


class Master:
    """One soak, from the first worker to the case that it amounts to. Raises ``NotAsked`` where an address cannot be had."""

    def __init__(self, asked: SoakAsked, run: GateRun, purse: Purse, progress: Progress) -> None:
        assert run.live is not None
        self._asked, self._run, self._live, self._purse, self._progress = asked, run, run.live, purse, progress
        self._metrics = Metrics(
            {"provider": run.description.name, "phase": run.phase, "model": run.rollout.model},
            run.rollout.target,
            {"build": run.build, "world": run.rollout.world, "upstream": run.live.upstream, "rollout": run.rollout.id},
        )
        limit = run.rollout.trials.error_rate
        self._metrics.plan(asked.calls, asked.budget, limit)
        self._count = Count(asked.calls, limit, purse, self._metrics, until_decided=asked.until_decided)
        self._over, self._dismissed = Event(), Event()
        self._spawning = self._stopping = False
        self._error: Exception | None = None
        """What ends the run instead of an answer."""
        self.stops = 0
        """How often somebody asked to stop it before its end."""
        if address := served(asked, self._metrics):
            progress.say(f"metrics: {address}")
        self._running = heard(asked)
        self._hands = Hands(self._running)
        self._crew = Crew(run.folder, lambda name, code: self._safely(lambda: self._gone(name, code)))

    # --- the whole of it

    def soak(self) -> Case:
        """Ask, and give the case that it amounts to."""
        begun = time.monotonic()
        for number in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(number, lambda: self._safely(self._stopped_by_hand))
        attend(self._running, {what: self._listener(listener) for what, listener in self._listeners.items()})
        end = self._looked() or self._asked_all()
        notes = f"asked by Locust {locust_version} with {self._asked.users} users, at most {self._asked.rate:g} calls a second"
        made = case(self._run, self._count, end, time.monotonic() - begun, [notes])
        if self._asked.metrics_port is not None:
            self._dismissed.wait(self._asked.linger)
        return made

    def _looked(self) -> Judged | None:
        """Find out of xAI what has to be known before; what hinders the run, if anything does."""
        preflight = Preflight(upstream=self._live.upstream, rollout=self._run.rollout, ledger=self._purse)
        preflight.fly(self._live.key, self._live.trust)
        for line in preflight.found:
            self._progress.say(line)
        if preflight.hindered:
            return NotRun(preflight.hindered.because, blame=preflight.hindered.blame)
        self._run.served = preflight.served
        self._progress.say(self._purse.plan(self._asked.calls))
        return None

    def _asked_all(self) -> Judged:
        """Start the workers, wait until the last call is decided, and see the workers off; what all of it shows."""
        if self._over.is_set():
            return judged(self._count)
        port = self._running.server.port
        if not self._asked.workers:
            self._progress.say(f"waiting for workers: grokgate soak --master-host HOST --port {port} --provider NAME")
        for guest in self._hands:  # who came while xAI was looked at
            self._charge(guest)
        environment = {"XAI_API_KEY": self._live.key, "XAI_BASE_URL": self._live.upstream}
        for _ in range(self._asked.workers):
            self._crew.start(self._run.spec, "127.0.0.1", port, environment)
        while not self._over.wait(TICK):
            self._safely(self._look)
        self._progress.tell(self._count.tally, self._purse.budget.spent, last=True)
        self._running.quit()
        self._crew.close(PARTING)
        for name in self._crew.names:
            self._count.seen.keep_egress(self._crew.did(name, self._count.tally.numbers).left)
        self._metrics.state(workers=0, left=self._purse.budget.left)
        return self._error or judged(self._count)

    # --- workers come and go

    def _hello(self, hand: Hand | None, node: str, said: Mapping[str, Any]) -> None:
        if hand is not None:
            return
        ours = self._crew.has(said["name"]) and said["name"] not in self._hands.names
        hand = self._hands.come(node, said["name"] if ours else "")
        if not ours:
            self._progress.say(f"{hand.name} has come from another machine")
        if self._run.served:
            self._charge(hand)

    def _charge(self, hand: Hand) -> None:
        """Say what is asked, once it is known who answers and at what price."""
        self._hands.charge(hand, self._run, self._purse.prices, rate=self._asked.rate / self._asked.users)

    def _ready(self, hand: Hand | None, *_: Any) -> None:
        if hand is not None:
            hand.ready = True
            self._spawn()

    def _spawn(self) -> None:
        """Let the users begin, once all workers that are still there are ready. Locust brings those that come later in."""
        hands = self._hands
        if not self._spawning and 0 < hands.ready == len(hands) and hands.names >= self._crew.alive:
            self._spawning = True
            gevent.spawn(self._running.start, self._asked.users, max(1.0, min(FASTEST, self._asked.rate)))
        self._state()

    def _refuse(self, hand: Hand | None, _: str, said: Mapping[str, Any]) -> None:
        """A worker cannot take part: its provider is another one, or cannot be made ready."""
        if hand is None:
            return
        self._progress.say(f"{hand.name} is not taken: {said['because']}", "red")
        self._hands.leave(hand)
        if self._crew.has(hand.name):
            self._stop(f"{hand.name} was not taken: {said['because']}")

    def _gone(self, name: str, code: int) -> None:
        """A worker of this machine has ended: its journal tells what it did."""
        if self._over.is_set():
            return
        hand = self._hands.named(name)
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if hand is None:
            self._progress.say(f"{name} did not get to work ({how}): {self._crew.last_words(name)}", "red")
            self._stop(f"{name} did not get to work")
            return
        self._bury(hand, how, self._crew.did(name, self._count.tally.numbers))

    def _bury(self, hand: Hand, how: str, kept: Kept | None) -> None:
        """A worker is gone. What it had ended counts, what it had begun is cut off, the rest goes to others."""
        self._hands.leave(hand)
        hand.ended += len(kept.ended) if kept else 0
        cut, back = self._count.bury(hand.name, kept)
        self._count.seen.lost.append(lost(hand.name, how, hand.ended, cut, back))
        self._progress.say(self._count.seen.lost[-1], "yellow")
        if not len(self._hands) and not self._crew.alive:
            self._stop("no worker is left")
        self._go_on()

    def _give_up(self, hand: Hand, how: str) -> None:
        """See that a worker asks nothing more: one of this machine is killed, and buried then; a guest is buried at once."""
        if self._crew.has(hand.name):
            self._crew.kill(hand.name)
        else:
            self._bury(hand, how, None)

    def _look(self) -> None:
        """See who is missing; one of this machine is ended, so that it surely asks nothing more."""
        for hand in self._hands.missing():
            self._give_up(hand, "no sign of life")
        self._spawn()
        self._progress.tell(self._count.tally, self._purse.budget.spent)
        self._go_on()

    # --- calls

    def _lease(self, hand: Hand | None, *_: Any) -> None:
        if hand is not None:
            hand.hungry = True

    def _took(self, hand: Hand | None, _: str, said: Mapping[str, Any]) -> None:
        if hand is None:
            return
        hand.ended += 1
        if wait := self._count.take(hand.name, Finished.from_json(said["call"])):
            self._hands.tell_all("hold", seconds=wait)

    def _cut(self, hand: Hand | None, _: str, said: Mapping[str, Any]) -> None:
        """A call that its worker could not end; where it was none, its user could not begin."""
        if hand is not None and said["number"] is not None:
            self._count.cut(hand.name, said["number"], said["because"])
        elif hand is not None:
            self._stop(f"{hand.name} could not ask: {said['because']}")

    def _back(self, hand: Hand | None, _: str, said: Mapping[str, Any]) -> None:
        if hand is not None:
            self._count.back(hand.name, said["numbers"])

    def _broken(self, hand: Hand | None, node: str, said: Mapping[str, Any]) -> None:
        """The provider did not start."""
        self._error = self._error or DidNotStart(said["because"], said["how"])
        self._stop("the provider did not start")
        if said["number"] is not None:
            self._cut(hand, node, said)

    def _go_on(self) -> None:
        """Give numbers to those who want some, and see whether that was all."""
        for hand in self._hands:
            if hand.hungry and (numbers := self._count.lease(hand.name)):
                hand.hungry = False
                self._hands.tell(hand, "lease", numbers=numbers, ticks=self._purse.most)
        if self._count.ended:
            self._stop(self._count.ended)
        if self._count.is_over:
            self._over.set()
        self._state()

    def _stop(self, because: str) -> None:
        """Ask nothing more; what is under way ends, what was not begun comes back."""
        self._count.end(because)
        if not self._stopping:
            self._stopping = True
            self._hands.tell_all("stop-asking")

    def _stopped_by_hand(self) -> None:
        """The first time what is under way ends; the second time it is cut off. At the end the metrics stay no longer."""
        if self._over.is_set():
            self._dismissed.set()
            return
        self.stops += 1
        if self.stops == 1:
            self._progress.say("stopped by hand: calls under way end, once more cuts them off", "yellow")
            self._stop("it was stopped by hand")
            self._go_on()
            return
        for hand in self._hands:
            self._give_up(hand, "cut off by hand")

    # --- messages

    @property
    def _listeners(self) -> Mapping[str, Heard]:
        return {
            "hello": self._hello,
            "ready": self._ready,
            "refuse": self._refuse,
            "lease": self._lease,
            "ended": self._took,
            "cut": self._cut,
            "back": self._back,
            "broken": self._broken,
        }

    def _listener(self, what: Heard) -> Callable[[Message], None]:
        """What Locust calls with a message; Locust would log what goes wrong in it, and go on."""

        def listen(msg: Message) -> None:
            self._safely(lambda: what(self._hands.of(msg.node_id), msg.node_id, msg.data or {}))
            self._safely(self._go_on)

        return listen

    def _safely(self, what: Callable[[], None]) -> None:
        """Do it; what goes wrong in it ends the run."""
        try:
            what()
        except Exception as error:
            traceback.print_exception(error, file=sys.stderr)
            self._error = self._error or error
            self._over.set()

    def _state(self) -> None:
        self._metrics.state(workers=self._hands.ready, left=self._purse.budget.left)
