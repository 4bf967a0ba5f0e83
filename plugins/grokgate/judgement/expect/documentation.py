"""Statements about the provider's own documentation."""

from __future__ import annotations

import re
from collections.abc import Collection

from grokgate.judgement.expect.unkept import NOTHING, Unkept
from grokgate.values.facts import thousands
from grokgate.values.line import one_line


class Documentation:
    """The text that the provider's users read."""

    def __init__(self, text: str) -> None:
        self._text = text

    def names(self, what: str, pattern: str, names: Collection[str]) -> None:
        """The pattern is found, and each time its one group is one of the names, whatever ends the sentence."""
        found = list(re.finditer(pattern, self._text))
        expected = sorted(names)[0]
        if not found:
            because = f"the documentation nowhere names {what}: {pattern!r} finds nothing"
            raise Unkept(because, expected=expected, saw=NOTHING, at="documentation")
        for match in found:
            if (named := match[1].rstrip(".-_")) not in names:
                because = f"the documentation names {named} as {what}, not {expected}: {one_line(self._line(match), 80)}"
                raise Unkept(because, expected=expected, saw=self._line(match), at="documentation")

    def states(self, figure: int, what: str) -> None:
        """The figure stands there, with or without separators, or short as ``500K`` or ``1M``."""
        told = f"{figure:,}"
        written = "|".join((str(figure), told, re.escape(told.replace(",", ".")), f"(?i:{thousands(figure)})"))
        if not re.search(rf"(?<![\d.,])(?:{written})(?!\d|[.,]\d)", self._text):
            raise Unkept(f"the documentation nowhere states {what}, {told}", expected=told, saw=NOTHING, at="documentation")

    def _line(self, match: re.Match[str]) -> str:
        start, end = self._text.rfind("\n", 0, match.start()) + 1, self._text.find("\n", match.end())
        return self._text[start : end if end >= 0 else None]
