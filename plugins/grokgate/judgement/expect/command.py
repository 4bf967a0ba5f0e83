"""Statements about a command that was run beside the provider."""

from __future__ import annotations

from grokgate.judgement.expect.unkept import Unkept
from grokgate.providers.command import Ran
from grokgate.values.evidence import Blame


class Command:
    """What came of a command: its exit code and the end of its output."""

    def __init__(self, ran: Ran) -> None:
        self._ran = ran

    def succeeds(self) -> None:
        """It ended with exit code 0."""
        self.ends(0, f"{self._ran.command} does not pass")

    def ends(self, code: int | None, because: str, *, blame: Blame = Blame.PROVIDER) -> None:
        """It ended with this exit code; ``because`` is what another one means. ``None`` is a code that cannot be told."""
        if code is None or self._ran.code != code:
            expected = "a verdict" if code is None else f"exit {code}"
            raise Unkept(f"{because}: {self._ended}", expected=expected, saw=self._ran.output, at="output", blame=blame)

    @property
    def _ended(self) -> str:
        return "it did not end" if self._ran.code is None else f"it ended with exit code {self._ran.code}"
