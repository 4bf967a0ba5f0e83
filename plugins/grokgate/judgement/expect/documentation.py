"""Statements about the provider's own documentation."""

from __future__ import annotations

import re

from grokgate.judgement.expect.unkept import NOTHING, Unkept
from grokgate.values.line import one_line


class Documentation:
    """The text that the provider's users read."""

    def __init__(self, text: str) -> None:
        self._text = text

    def names(self, what: str, pattern: str, expected: str) -> None:
        """Each match of the pattern names this, by its one group, and there is a match."""
        found = list(re.finditer(pattern, self._text))
        if not found:
            raise Unkept(f"the documentation nowhere names {what}", expected=pattern, saw=NOTHING, at="documentation")
        for match in found:
            if match[1] != expected:
                because = f"the documentation names {match[1]} as {what}, not {expected}"
                raise Unkept(because, expected=expected, saw=one_line(match[0]), at="documentation")
