"""Texts that others wrote, in Markdown: a provider writes part of each report."""

from __future__ import annotations

import re

from grokgate.values.line import one_line

_MARKUP = frozenset("&\\`*_{}[]<>()|~#@!$")
"""What Markdown could take for a link, an image, a tag, a formula, a mention or the end of a cell."""


def plain(text: object, most: int | None = None) -> str:
    """A text on one line in which Markdown sees nothing but text, cut to at most ``most`` characters before it is escaped."""
    line = one_line(text, most) if most else " ".join(str(text).split())
    return "".join(f"&#{ord(sign)};" if sign in _MARKUP else sign for sign in line)


def code(text: object) -> str:
    """A text as code on one line; it cannot end itself."""
    return f"`{' '.join(str(text).split()).replace('`', chr(39))}`"


def fence(text: str) -> str:
    """A fence that no line of the text can close."""
    return "`" * max(4, *(len(run) + 1 for run in re.findall("`+", text)), 0)
