"""The workers of a soak that have said hello: who is ready, who wants numbers, and how they are spoken to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from locust.runners import STATE_MISSING, MasterRunner

from grokgate.runs.run import GateRun
from grokgate.runs.soak.worker import same
from grokgate.values.world import Price


@dataclass
class Hand:
    """A worker, by its name; ``node`` is what Locust calls it. ``ended`` are the calls that it has told of."""

    name: str
    node: str
    ready: bool = False
    hungry: bool = False
    ended: int = 0


class Hands:
    """The workers that are there."""

    def __init__(self, running: MasterRunner) -> None:
        self._running = running
        self._by_node: dict[str, Hand] = {}
        self._come = 0

    def __iter__(self) -> Iterator[Hand]:
        return iter(list(self._by_node.values()))

    def __len__(self) -> int:
        return len(self._by_node)

    @property
    def names(self) -> set[str]:
        return {hand.name for hand in self}

    @property
    def ready(self) -> int:
        """How many are ready."""
        return sum(hand.ready for hand in self)

    def of(self, node: str) -> Hand | None:
        return self._by_node.get(node)

    def named(self, name: str) -> Hand | None:
        return next((hand for hand in self if hand.name == name), None)

    def come(self, node: str, name: str) -> Hand:
        """One has said hello; it is a guest where it has no ``name``."""
        self._come += not name
        hand = self._by_node[node] = Hand(name or f"guest {self._come}", node)
        return hand

    def leave(self, hand: Hand) -> None:
        """It is gone, or not taken; one that hears it nevertheless ends."""
        del self._by_node[hand.node]
        self._running.send_message("quit", client_id=hand.node)

    def missing(self) -> list[Hand]:
        """Those of whom Locust has no sign of life."""
        clients = self._running.clients
        return [hand for hand in self if hand.node not in clients or clients[hand.node].state == STATE_MISSING]

    def charge(self, hand: Hand, run: GateRun, prices: Mapping[str, Price], *, rate: float) -> None:
        """Say what is asked: ``rate`` is calls a second of each user."""
        listed = {id: asdict(price) for id, price in prices.items()}
        chosen = {"phase": run.phase, "rollout": run.rollout_name, "world": run.world_name}
        self.tell(hand, "charge", rate=rate, prices=listed, served=run.served, same=same(run.header), **chosen)

    def tell(self, hand: Hand, what: str, **said: Any) -> None:
        self._running.send_message(f"grokgate-{what}", said, client_id=hand.node)

    def tell_all(self, what: str, **said: Any) -> None:
        for hand in self:
            self.tell(hand, what, **said)
