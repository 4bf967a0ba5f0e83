"""Statements about what the provider wrote to its log during a call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grokgate.judgement.expect.unkept import Unkept
from grokgate.values.call import Call
from grokgate.values.evidence import Blame

TAIL = 5
"""How many of the log's last lines a failure shows."""


class Log:
    """The lines that a call left in the provider's own log, at the level it ships with."""

    def __init__(self, call: Call) -> None:
        if call.log is None:
            because = "the provider claims a log, but its description names no log file"
            raise Unkept(because, expected='log = "…"', at="description", blame=Blame.CONFIGURATION)
        self._lines = call.log.splitlines()

    def has_a_line_for_each(self, names: Sequence[str], *patterns: str) -> None:
        """For each of the names, one line matches all the patterns and names it."""
        for name in names:
            self.has_line(*patterns, naming=[name])

    def has_line(self, *patterns: str, naming: Sequence[str] = ()) -> None:
        """One line matches all the patterns, as the plan's ``grep`` would, and names all the words."""
        found = [line for line in self._lines if all(re.search(pattern, line) for pattern in patterns)]
        grep = " | ".join(f'grep "{pattern}"' for pattern in patterns)
        if not found:
            saw = list(self._lines[-TAIL:]) or ["(the call left no line)"]
            raise Unkept(f"{grep} finds no line in the log", expected=grep, saw=saw, at="log")
        if not any(all(word in line for word in naming) for line in found):
            because = f"{grep} finds a line, but it does not name {' and '.join(naming)}"
            raise Unkept(because, expected=list(naming), saw=found[-1], at="log")
