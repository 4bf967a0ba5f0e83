"""What a model is to answer, as people write it: on the command line, or a list of answers in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grokgate.formats.document import load
from grokgate.values.script import Called, Script, Scripted

FILES = (".yaml", ".yml", ".json")
"""How a word ends that is a file, and no text of an answer; ``text:`` before it makes it one."""


def answers_in(said: str) -> Script:
    """The answers that a word says: those of a file, or one. Raises ``BadDocument`` and ``NotAnAnswer``."""
    return tuple(map(_answer, load(Path(said), "answers"))) if _is_file(said) else (Scripted.of(said),)


def _is_file(said: str) -> bool:
    """A word with the ending of one; what has blanks in it is a file only where there is one."""
    return said.endswith(FILES) and not said.startswith(("tool:", "text:")) and (len(said.split()) == 1 or Path(said).is_file())


def _answer(row: str | Mapping[str, Any]) -> Scripted:
    if isinstance(row, str):
        return Scripted(text=row)
    calls = tuple(Called(name=call["name"], arguments=call.get("arguments")) for call in row.get("calls", ()))
    return Scripted(text=row.get("text", ""), calls=calls, thinking=row.get("thinking", ""))
