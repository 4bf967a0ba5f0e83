"""A value on one line, for a person who reads many."""

from __future__ import annotations


def one_line(value: object, most: int = 160) -> str:
    """A value's text with its blanks folded, cut to at most ``most`` characters."""
    line = " ".join(str(value).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
