"""How long nothing is asked of an xAI that says it is too much, and when to give up."""

from __future__ import annotations

from dataclasses import dataclass

from grokgate.judgement.soak.finished import Finished
from grokgate.judgement.trial import Outcome
from grokgate.values.evidence import Blame

FIRST, LONGEST = 1.0, 60.0
"""Seconds that are waited where xAI does not say how many; twice as many each time, up to the longest."""
IN_A_ROW = 10
"""Calls in a row that were hindered otherwise than by a 429, after which there is a wait as well."""
WAITS = 8
"""Waits without a call between them that was answered, after which nothing more is asked."""


@dataclass
class Patience:
    """What xAI's answers say of the pace. ``waits`` and ``seconds`` are all that was waited."""

    waits: int = 0
    seconds: float = 0.0
    _vain: int = 0
    _hindered: int = 0

    def see(self, call: Finished, held: bool) -> float:
        """A call that ended: how many seconds nobody asks from now. While a wait is ``held``, what was under way adds none."""
        hindered = call.outcome is Outcome.HINDERED and call.blame is Blame.XAI
        if call.outcome is not Outcome.HINDERED:
            self._vain = self._hindered = 0
        self._hindered += hindered
        if held or not (call.wait is not None or self._hindered >= IN_A_ROW):
            return 0.0
        seconds = call.wait or min(LONGEST, FIRST * 2**self._vain)
        self._vain += hindered
        self._hindered = 0
        self.waits += 1
        self.seconds += seconds
        return seconds

    @property
    def over(self) -> bool:
        """Whether waiting did not help."""
        return self._vain >= WAITS

    def __str__(self) -> str:
        return f"nothing was asked for {self.seconds:.0f} s in {self.waits} waits, since xAI was busy" if self.waits else ""
