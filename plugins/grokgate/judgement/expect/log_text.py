"""Statements about what a provider wrote since its start."""

from __future__ import annotations

import re

from grokgate.judgement.expect.unkept import NOTHING, Unkept


class LogText:
    """All that a provider wrote to its log and printed."""

    def __init__(self, text: str) -> None:
        self._text = text

    def has_a_line_that(self, otherwise: str, *, of: str, has_not_of: str) -> None:
        """A line names ``of`` in a way in which no line of ``otherwise``, written in the same case, names ``has_not_of``.

        So a provider that writes down all that it was given has reported nothing.
        """
        usual = {_told(line, has_not_of) for line in otherwise.splitlines()}
        if not any(of in line and _told(line, of) not in usual for line in self._text.splitlines()):
            because = f"the allow-list has {of}, which no model has, and nothing is said of it at the start"
            raise Unkept(because, expected=f"a line that names {of}", saw=NOTHING, at="log")


def _told(line: str, name: str) -> str:
    """The line without times, and without the name that it is about."""
    return re.sub(r"\d+", "0", line.replace(name, "NAME"))
