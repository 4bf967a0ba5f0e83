"""The budget of a soak: what a call may cost is set aside where its number is leased, and settled once it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grokgate.runs.ledger import Ledger, Spent
from grokgate.upstream.budget import Budget, Reservation
from grokgate.upstream.cost import HIDDEN, most_of
from grokgate.upstream.estimate import BODY, estimated
from grokgate.upstream.price import rounded
from grokgate.values.requirement import LIVE_LIMIT, Requirement
from grokgate.values.rollout import Rollout


class Purse(Ledger):
    """Pays the calls of a soak of one row, by their numbers; no number is leased that cannot be paid."""

    def __init__(
        self, budget: Budget, rollout: Rollout, requirements: Mapping[str, Requirement], answering: Mapping[str, str], *, row: str
    ) -> None:
        super().__init__(budget, rollout, requirements, answering)
        self.row = row
        self._held_for: dict[int, Reservation] = {}

    @property
    def most(self) -> int:
        """Ticks that a call may cost: as many requests as the rollout lets one call send, each at its ceiling."""
        one = most_of(self._rollout.model, BODY + HIDDEN, LIVE_LIMIT, self.prices, self._rollout.models.values())
        return one * self._rollout.attempts

    @property
    def affords(self) -> int:
        """How many more numbers can be leased now."""
        return self.budget.left // self.most

    def plan(self, calls: int) -> str:
        """What so many calls cost, and whether the budget is likely to pay for them."""
        traffic = self._requirements[self.row].live
        assert traffic is not None, "a row that a soak decides is decided by live traffic"
        models = self._rollout.models.values()
        about = calls * estimated(replace(traffic, trials=1), self.prices, models, self._answering).about
        left = self.budget.left
        pays = "is likely to pay for them" if about + self.most <= left else "is likely to end before"
        return f"{calls:,} calls cost about {rounded(about)}, and {rounded(left)} {pays}"

    def set_aside(self, number: int) -> None:
        """Before a number is leased. Raises ``Exceeded``."""
        self._held_for[number] = self.budget.reserve(self.most)

    def give_back(self, number: int) -> None:
        """The call was not begun."""
        self._held_for.pop(number).release()

    def book(self, number: int, asked: str, requests: int, ticks: int | None) -> int:
        """The call is decided; where nobody knows what it cost, ``None``, all that was set aside is booked. Gives the ticks."""
        held = self._held_for.pop(number)
        cost = held.ticks if ticks is None else ticks
        held.settle(cost)
        spent = self._spent.setdefault(self.row, Spent())
        spent.ticks += cost
        spent.requests[self._named(asked) or self._rollout.model] += requests
        return cost
