"""What is kept of the calls of a soak beside their number: a few of them whole, times, causes, and who answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grokgate.judgement.soak.finished import Finished
from grokgate.judgement.trial import Outcome
from grokgate.runs.soak.progress import latency
from grokgate.values.wire import Egress

TOLD = 6
"""Calls of each outcome that evidence keeps whole."""
MOST_EGRESS = 50
"""Attempts to reach other hosts that evidence keeps, one for each target."""
CAUSES = 5
"""Causes, and models that answered, that are told."""


@dataclass
class Seen:
    """What evidence tells of many calls."""

    seconds: list[float] = field(default_factory=list)
    """Of the calls that were answered."""
    observations: dict[Outcome, list[Mapping[str, Any]]] = field(default_factory=lambda: {outcome: [] for outcome in Outcome})
    egress: dict[str, Egress] = field(default_factory=dict)
    because: Counter[str] = field(default_factory=Counter)
    """Why calls failed, were hindered or could not be ended."""
    lost: list[str] = field(default_factory=list)
    """Workers that are gone, in a sentence each."""
    served: Counter[str] = field(default_factory=Counter)
    unconverted: int = 0

    def keep(self, call: Finished) -> None:
        """A call that ended."""
        if call.outcome is Outcome.KEPT:
            self.seconds.append(call.seconds)
        else:
            self.because[call.because] += 1
        if call.observation and len(self.observations[call.outcome]) < TOLD:
            self.observations[call.outcome].append(call.observation)
        if call.served:
            self.served[call.served] += 1
        self.unconverted += call.converted is False
        self.keep_egress(call.egress)

    def keep_egress(self, attempts: Iterable[Mapping[str, Any]]) -> None:
        """Blocked attempts to reach other hosts."""
        for attempt in attempts:
            if len(self.egress) < MOST_EGRESS:
                self.egress.setdefault(attempt["target"], Egress(**attempt))

    def notes(self, limit_field: str) -> list[str]:
        """Figures worth reporting; ``limit_field`` is where the output limit belongs."""
        served = ", ".join(f"{name} ({count:,})" for name, count in self.served.most_common(CAUSES))
        notes = [
            latency(self.seconds),
            f"answered by {served}" if served else "",
            f"{self.unconverted:,} calls left with the output limit in another field than {limit_field}",
            *(f"{count:,} times: {because}" for because, count in self.because.most_common(CAUSES)),
            *self.lost,
        ]
        return [note for note in notes if note]
