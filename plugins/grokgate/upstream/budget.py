"""Money that cannot run away: a purse that pays nothing beyond its limit.

A row's ceiling is set aside before its first request leaves; each request is reserved on it and settled with what it cost; the
rest goes back. So a row that cannot be paid does not start, and one that asks for no more than it declares does not stop half-way
for want of money. What it asks for beyond that is paid from what nobody else has set aside. Money is whole ticks of 1e-10
dollars, the unit of xAI's own ``cost_in_usd_ticks``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from grokgate.upstream.price import TICKS, dollars

DOLLAR = TICKS
"""The limit of a run that names none."""


class Exceeded(Exception):
    """It was not reserved, since more was ``asked`` for than is ``left``, in ticks; the text is a sentence."""

    def __init__(self, sentence: str, *, asked: int, left: int) -> None:
        super().__init__(sentence)
        self.asked = asked
        self.left = left


class Budget:
    """A purse for one run, in ticks; threads may share it. Whatever happens, ``spent + reserved`` goes beyond ``limit`` only by
    an ``overrun``: by what answers cost more than was reserved for them, which means that a ceiling is wrong.
    """

    def __init__(self, limit: int = DOLLAR) -> None:
        self.limit = _positive(limit)
        self._spent = self._overrun = 0
        self._rows: list[Row] = []
        self._lock = threading.RLock()

    @property
    def spent(self) -> int:
        """What was settled."""
        return self._spent

    @property
    def overrun(self) -> int:
        """By how much answers cost more than was reserved for them; 0 as long as the ceilings hold."""
        return self._overrun

    @property
    def reserved(self) -> int:
        """What is set aside for rows and requests under way."""
        with self._lock:
            return sum(row.held for row in self._rows)

    @property
    def left(self) -> int:
        """What can still be reserved."""
        with self._lock:
            return max(0, self.limit - self._spent - self.reserved)

    def reserve(self, ticks: int) -> Reservation:
        """Set aside what one request may cost. Raises ``Exceeded``, and then nothing is set aside."""
        with self._lock, self.row(ticks, "the request") as row:
            return row.reserve(ticks)

    @contextmanager
    def row(self, ceiling: int, name: str = "the row") -> Iterator[Row]:
        """Set aside what a whole row may cost, before its first request. Raises ``Exceeded``, and then the row does not start.

        At the end what it did not need goes back; what a request still under way may cost stays set aside until it is settled.
        """
        row = Row(self, ceiling, name)
        with self._lock:
            if ceiling > self.left:
                asked = f"{name} may cost {dollars(ceiling)}, and {dollars(self.left)} of {dollars(self.limit)} is left"
                state = f"{dollars(self._spent)} spent, {dollars(self.reserved)} reserved"
                raise Exceeded(f"{asked} ({state})", asked=ceiling, left=self.left)
            self._rows.append(row)
        try:
            yield row
        finally:
            row.close()


class Row:
    """What is set aside for a row, in ticks. Made by ``Budget.row``."""

    def __init__(self, budget: Budget, ceiling: int, name: str) -> None:
        self.ceiling = _positive(ceiling)
        """What was set aside, with what was added to it since."""
        self.name = name
        self._budget, self._lock = budget, budget._lock
        self._spent = self._reserved = 0
        self._open = True

    @property
    def spent(self) -> int:
        """What its requests cost so far."""
        return self._spent

    @property
    def left(self) -> int:
        """What its next request may cost without more being added."""
        with self._lock:
            return max(0, self.ceiling - self._spent - self._reserved) if self._open else 0

    @property
    def held(self) -> int:
        """What the budget sets aside for it: what it has not spent yet; at its end, what is still under way."""
        with self._lock:
            return self._reserved + self.left

    def reserve(self, ticks: int) -> Reservation:
        """Set aside what its next request may cost; what its ceiling lacks is taken from what the budget has left.

        Raises ``Exceeded``: the request must not be sent.
        """
        with self._lock:
            lacking = max(0, _positive(ticks) - self.left)
            if lacking and (lacking > self._budget.left or not self._open):
                raise Exceeded(f"a request may cost {dollars(ticks)}, and {self._rest}", asked=ticks, left=self.left)
            self.ceiling += lacking
            self._reserved += ticks
            return Reservation(self, ticks)

    def close(self) -> None:
        """No further request; what is not set aside for one goes back."""
        with self._lock:
            self._open = False
            self._let_go()

    @property
    def _rest(self) -> str:
        if not self._open:
            return f"{self.name} is over"
        beside = f"{dollars(self._budget.left)} beside it"
        return f"{dollars(self.left)} of the {dollars(self.ceiling)} of {self.name} is left, and {beside}"

    def _book(self, reserved: int, cost: int) -> None:
        self._reserved -= reserved
        self._spent += cost
        self._budget._spent += cost
        self._budget._overrun += max(0, cost - reserved)
        self._let_go()

    def _let_go(self) -> None:
        if not self._open and not self._reserved and self in self._budget._rows:
            self._budget._rows.remove(self)


class Reservation:
    """What is set aside for one request, in ticks; it is settled or released once."""

    def __init__(self, row: Row, ticks: int) -> None:
        self.ticks = ticks
        self._row = row
        self._done = False

    def settle(self, ticks: int) -> None:
        """Book what the request cost, in full even where it is more than was reserved. See ``cost.cost_of``."""
        self._end(_positive(ticks))

    def release(self) -> None:
        """Give it back, since nothing was sent."""
        self._end(0)

    def _end(self, cost: int) -> None:
        with self._row._lock:
            if self._done:
                raise ValueError(f"a reservation of {dollars(self.ticks)} was settled already")
            self._done = True
            self._row._book(self.ticks, cost)


def _positive(ticks: int) -> int:
    if ticks < 0:
        raise ValueError(f"{ticks} ticks are no money")
    return ticks
