"""What a live run may spend, row by row.

What a row may cost at most is set aside before its first case, so that none stops half-way for want of money. A row of trials
may end whenever money ends, so it starts where the fewest trials that can decide it are likely to be paid, and each of its
requests is set aside by itself.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from grokgate.intercept.live import CannotPay
from grokgate.judgement.expect import NotRun
from grokgate.upstream.budget import Budget, Exceeded, Reservation, Row
from grokgate.upstream.cost import Unbounded, ceiling, cost_of
from grokgate.upstream.estimate import Estimate, estimated
from grokgate.upstream.price import TICKS, dollars, rounded
from grokgate.values.evidence import Blame
from grokgate.values.requirement import Requirement
from grokgate.values.rollout import Rollout
from grokgate.values.wire import Answer, WireRequest
from grokgate.values.world import Price

CENT = TICKS // 100


@dataclass
class Spent:
    """What was asked for a row and paid for it, in ticks."""

    requests: Counter[str] = field(default_factory=Counter)
    ticks: int = 0


class Ledger:
    """Pays the requests of a live run from its budget.

    ``requirements`` are those of the rollout, so that their traffic is counted by model. ``answering`` is who answers a model,
    by its id, where that is known. ``prices`` are those of the world, or dearer ones that xAI lists.
    """

    mend = "a larger --budget pays it"
    """What to do where a request cannot be paid."""

    def __init__(
        self, budget: Budget, rollout: Rollout, requirements: Mapping[str, Requirement], answering: Mapping[str, str]
    ) -> None:
        self.budget = budget
        self.prices: Mapping[str, Price] = rollout.prices
        self._rollout, self._requirements, self._answering = rollout, requirements, answering
        self._row: str | None = None
        self._held: Row | None = None
        self._refusal: NotRun | None = None
        self._open = ExitStack()
        self._spent: dict[str | None, Spent] = {}
        self._under_way: dict[Reservation, Spent] = {}
        self._closed = False
        self._lock = threading.RLock()

    # --- before a run

    def estimate(self, row: str) -> Estimate:
        """What a row costs: nothing, where it does not ask xAI."""
        traffic = self._requirements[row].live
        return estimated(traffic, self.prices, self._rollout.models.values(), self._answering) if traffic else Estimate()

    def forecast(self, rows: Iterable[str]) -> str:
        """What the rows cost together, in this order, and what the budget can pay; one sentence."""
        rows = list(rows)
        all_of_them = sum(map(self.estimate, rows), Estimate())
        many = f"{len(rows)} rows" if len(rows) != 1 else "1 row"
        costs = f"{many}, about {rounded(all_of_them.about)}, at most {rounded(all_of_them.most)}"
        left = self.budget.left
        unpaid = self._unpaid(rows, left)
        whole = f"{rounded(left)} is left and" if self.budget.spent else f"{rounded(left)}"
        if not unpaid:
            surely = "pays" if left >= all_of_them.most else "is likely to pay"
            return f"{costs}; {whole} {surely} for all of them"
        enough = f"--budget {self._enough(rows)} is likely to pay for all"
        if not (paid := len(rows) - len(unpaid)):
            return f"{costs}; {whole} pays for none of them: {enough}"
        return f"{costs}; {whole} is likely to pay for {paid} of them, and not for {', '.join(unpaid)}: {enough}"

    def _unpaid(self, rows: Iterable[str], left: int) -> list[str]:
        """The rows that would not start, where those before them cost what is likely."""
        unpaid = []
        for row in rows:
            if self._needed(row) > left:
                unpaid.append(row)
            else:
                left -= self.estimate(row).about
        return unpaid

    def _enough(self, rows: list[str]) -> str:
        """The budget with which each row would start."""
        before = accumulate((self.estimate(row).about for row in rows), initial=self.budget.spent)
        return _as_option(max(spent + self._needed(row) for spent, row in zip(before, rows, strict=False)))

    def _needed(self, row: str) -> int:
        """What must be left for a row to start."""
        traffic, estimate = self._requirements[row].live, self.estimate(row)
        return estimate.about if traffic and traffic.trials else estimate.most

    # --- rows

    def begin(self, row: str) -> None:
        """The first case of a row follows."""
        self.end()
        self._row = row
        traffic, needed = self._requirements[row].live, self._needed(row)
        if self.budget.overrun:
            self._refusal = NotRun(self._overrun, blame=Blame.HARNESS)
        elif traffic and traffic.trials:
            if needed > self.budget.left:
                self._refusal = NotRun(self._too_dear(f"its {traffic.trials} trials cost about {rounded(needed)}", needed))
        else:
            try:
                self._held = self._open.enter_context(self.budget.row(needed, row))
            except Exceeded:
                self._refusal = NotRun(self._too_dear(f"it may cost {rounded(needed)}", needed))

    def end(self) -> None:
        """The last case of a row is over; what it did not need goes back."""
        self._open.close()
        self._row = self._held = self._refusal = None

    def refuses(self) -> NotRun | None:
        """Why the row that began does not start, and who must act."""
        return self._refusal

    def _too_dear(self, what: str, needed: int) -> str:
        left, limit = self.budget.left, self.budget.limit
        enough = _as_option(limit + needed - left)
        return f"--budget {enough} pays it: {what}, and {dollars(left)} of {dollars(limit)} is left"

    @property
    def _overrun(self) -> str:
        return (
            f"an answer cost {dollars(self.budget.overrun)} more than the most that grokgate had reckoned, so nothing more is "
            "asked; look at the prices of the world, and tell grokgate's makers"
        )

    # --- requests

    def pay(self, request: WireRequest) -> Callable[[Answer | None], None]:
        """Set aside what a request may cost, and give what settles it. Raises ``CannotPay``."""
        prices, models = self.prices, self._rollout.models.values()
        with self._lock:
            if self._closed:
                raise CannotPay("the run was over")
            if self.budget.overrun:
                raise CannotPay(self._overrun, Blame.HARNESS)
            try:
                most = ceiling(request, prices, models)
                held = (self._held or self.budget).reserve(most)
            except Unbounded as refused:
                raise CannotPay(f"{refused}, so that nobody can say what it costs at most; it was not sent") from None
            except Exceeded as refused:
                raise CannotPay(f"{refused}; {self.mend}") from None
            spent = self._under_way[held] = self._spent.setdefault(self._row, Spent())
            spent.requests[self._named(str(request.field("model")))] += bool(most)
        return lambda answer: self._settle(held, cost_of(answer, request, prices, models, reserved=most).ticks)

    def _settle(self, held: Reservation, cost: int) -> None:
        """Book what a request cost; where it came too late for that, it was booked at what was set aside."""
        with self._lock:
            if spent := self._under_way.pop(held, None):
                spent.ticks += cost
                held.settle(cost)

    def _named(self, asked: str) -> str:
        """The model that a name on the wire means."""
        return next((model.id for model in self._rollout.models.values() if asked in model.wire), asked)

    # --- after a run

    def close(self) -> None:
        """Nothing more is paid; what is under way is booked at what was set aside for it, since nobody waits for its answer."""
        with self._lock:
            self._closed = True
            for held in list(self._under_way):
                self._settle(held, held.ticks)
            self.end()

    @property
    def bill(self) -> str:
        """What was spent by now, for people."""
        return f"{dollars(self.budget.spent)} of {dollars(self.budget.limit)} spent"

    def to_json(self) -> dict[str, Any]:
        """The bill, as the footer of the evidence has it; what belongs to no row is the preflight."""
        return {
            "spent_ticks": self.budget.spent,
            "bill": [
                {"row": row, "requests": dict(+spent.requests), "spent_ticks": spent.ticks}
                for row, spent in self._spent.items()
                if +spent.requests
            ],
        }


def _as_option(ticks: int) -> str:
    """Ticks as ``--budget`` takes them: dollars, rounded up to a cent."""
    return f"{-(-ticks // CENT) / 100:.2f}"
