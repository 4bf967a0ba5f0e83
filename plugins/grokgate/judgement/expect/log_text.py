"""Statements about what a provider wrote since its start."""

from __future__ import annotations

import re

from grokgate.judgement.expect.unkept import NOTHING, Unkept
from grokgate.values.line import one_line


class LogText:
    """All that a provider wrote to its log and printed."""

    def __init__(self, text: str) -> None:
        self._text = text  # by which it is known when it was looked at
        self._lines = text.splitlines()

    def reports(self, unknown: str, *, known: str, otherwise: str) -> None:
        """A line says of the unknown name what no line of ``otherwise`` says of the known one, which stood in its place there.

        So neither a provider that writes down all that it was given has reported anything, nor one that takes each name, or
        each alias, for unknown.
        """
        found = [line for line in self._lines if _word(unknown).search(line)]
        usual = {_timeless(line) for line in otherwise.splitlines()}
        if not found:
            because = f"the allow-list has {unknown}, which no model has, and nothing is said of it at the start"
            raise Unkept(because, expected=f"a line that names {unknown}", saw=self._lines[-1:] or NOTHING, at="log")
        if all(_timeless(_word(unknown).sub(known, line)) in usual for line in found):
            because = f"what is said of {unknown} at the start is said of {known} too, which is a model: {one_line(found[0])}"
            raise Unkept(because, expected=f"a line for {unknown} alone", saw=found, at="log")


def _timeless(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
