"""Statements about how long a provider waits for an answer."""

from __future__ import annotations

from grokgate.judgement.expect.unkept import NotRun, Unkept
from grokgate.values.chat import Failure


class Patience:
    """A read timeout: seconds, ``None`` for ever, or the failure of asking for it."""

    def __init__(self, seconds: float | Failure | None) -> None:
        self._seconds = seconds

    @property
    def seconds(self) -> float | None:
        """Raises ``NotRun`` where it cannot be told."""
        if isinstance(self._seconds, Failure):
            because = (
                f"how long the provider waits cannot be told ({self._seconds.message}); its adapter may offer read_timeout()"
            )
            raise NotRun(because)
        return self._seconds

    @property
    def told(self) -> str:
        return "for ever" if self.seconds is None else f"{self.seconds:g} s"

    def lasts(self, bound: float) -> None:
        """Not below ``bound`` seconds."""
        if self.seconds is not None and self.seconds < bound:
            because = f"the provider waits {self.told} for an answer; a thought may take {bound:g} s"
            raise Unkept(because, expected=f"at least {bound:g} s", saw=self.told, at="read timeout")
