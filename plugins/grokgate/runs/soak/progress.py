"""What a soak says on a terminal of 80 columns: how far it is, who was lost, and at the end what was counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from textwrap import wrap

from grokgate.judgement.soak.tally import CUT_OFF, Tally
from grokgate.judgement.trial import Outcome
from grokgate.upstream.price import rounded

WIDTH = 80
OFTEN, SELDOM = 5.0, 60.0
"""Seconds between two lines: at first, and on a long run."""
HEADING = f"{'asked':>11} {'a second':>9} {'kept':>10} {'failed':>8} {'hindered':>9} {'cut off':>8} {'spent':>10}"
Say = Callable[[str, str | None], None]
"""Says one line in a colour, or without."""


class Progress:
    """A line now and then, at growing distances."""

    def __init__(self, say: Say, clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._begun = self._last = clock()
        self._each, self._before = OFTEN, 0
        self._headed = False

    def tell(self, tally: Tally, spent: int, *, last: bool = False) -> None:
        """Say how far the run is, where it is time, or for the ``last`` time."""
        now = self._clock()
        if now - self._last < self._each and not last:
            return
        since = self._begun if last else self._last
        calls = tally.decided if last else tally.decided - self._before
        self._last, self._before = now, tally.decided
        self._each = min(SELDOM, 2 * self._each) if now - self._begun > SELDOM else self._each
        counts = [tally.count(outcome) for outcome in (*Outcome, CUT_OFF)]
        kept, failed, hindered, cut = (f"{count:,}" for count in counts)
        if not self._headed:
            self._say(HEADING, None)
            self._headed = True
        pace = calls / max(now - since, 0.001)
        self._say(f"{tally.decided:>11,} {pace:>9,.1f} {kept:>10} {failed:>8} {hindered:>9} {cut:>8} {rounded(spent):>10}", None)

    def say(self, text: str, colour: str | None = None, *, hang: str = "  ") -> None:
        """Say a sentence, on as many lines as it needs."""
        for line in wrap(text, WIDTH, subsequent_indent=hang, break_on_hyphens=False, break_long_words=False):
            self._say(line, colour)


def latency(seconds: Sequence[float]) -> str:
    """How long the calls took that were answered; empty where none was."""
    if not seconds:
        return ""
    ordered = sorted(seconds)
    half, most, nearly = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95, 0.99))
    return f"half of the calls took {half:.3g} s or less, 95 % {most:.3g} s, 99 % {nearly:.3g} s, the longest {ordered[-1]:.3g} s"


def lost(name: str, how: str, ended: int, cut: int, back: int) -> str:
    """A worker that is gone, and what becomes of its calls."""
    parts = [f"{ended:,} of its calls had ended", f"{cut} cut off", f"{back} go to others"]
    return f"{name} is gone ({how}): {', '.join(parts)}"
