"""Lines for people: a value on one, and parts on few."""

from __future__ import annotations

from collections.abc import Sequence


def one_line(value: object, most: int = 160) -> str:
    """A value's text with its blanks folded, cut to at most ``most`` characters."""
    line = " ".join(str(value).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def joined(parts: Sequence[str], indent: str = "", width: int = 80) -> list[str]:
    """The parts on as few lines as they fit on, with a point between them; none is broken."""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]} · {part}"
        lines = [*lines[:-1], longer] if len(longer) <= width else [*lines, f"{indent}{part}"]
    return lines
