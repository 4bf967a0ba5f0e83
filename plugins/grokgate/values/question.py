"""A question with one right answer, which a machine can grade."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question by its ``name``; ``answer`` is the one right answer, a number or a word."""

    name: str
    text: str
    answer: int | str

    def graded(self, said: str) -> bool:
        """Whether the last number, or the last word, of what was said is the answer. Commas in numbers part thousands."""
        if isinstance(self.answer, int):
            numbers = _NUMBER.findall(said)
            return bool(numbers) and float(numbers[-1].replace(",", "")) == self.answer
        words = _WORD.findall(said)
        return bool(words) and words[-1].casefold() == self.answer.casefold()
