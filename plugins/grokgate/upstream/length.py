"""How long a prompt is, as far as can be known: xAI's tokenizer is not public.

Long prompts have a declared length, so they are recognised by their text, and what is left of a cut one by its words. Of
any other text the bytes are the most tokens that it can have, and its words the least. Where the window lies between the two,
nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from grokgate.formats.fixtures import LONG, OPENING, SHORTEST, LongPrompt, common_words, long_prompt

_NUMBER = re.compile(rf"{LONG}([1-9]\d{{0,11}})\]")
"""The name of a long prompt, at the end of its first line."""
STRIDE, DOUBT = 61, 1.1
"""Of a long text every 61st character tells how many words it has, give or take a tenth."""


@dataclass(frozen=True)
class Length:
    """``known`` tokens, and texts of which only bounds are known."""

    known: int
    texts: tuple[str, ...]

    @cached_property
    def least(self) -> int:
        """Tokens, at least: each word is one or more."""
        return self.known + sum(len(text.split()) for text in self.texts)

    @cached_property
    def most(self) -> int:
        """Tokens, at most: each has a byte or more."""
        return self.known + sum(len(text) if text.isascii() else len(text.encode("utf-8", "replace")) for text in self.texts)

    def beside(self, window: int) -> str:
        """``fits``, ``over`` or ``unclear``; words are counted only where there may be enough of them."""
        if self.most <= window:
            return "fits"
        return "over" if self._seems > window and self.least > window else "unclear"

    @property
    def _seems(self) -> float:
        """More than ``least`` for certain but for strange texts; of those it would be unclear whether they fit."""
        samples = [text[::STRIDE] for text in self.texts]
        return self.known + DOUBT * STRIDE * sum(1 + sample.count(space) for sample in samples for space in " \n\t")


def length_of(texts: Iterable[str]) -> Length:
    """The length of all the texts of a request."""
    parts = [_known(text) for text in texts]
    return Length(sum(known for known, _ in parts), tuple(rest for _, rest in parts if rest))


def long_prompt_in(text: str) -> str:
    """The name of the long prompt that a text has whole, else nothing."""
    found = _found(text)
    return found.name if found else ""


def _found(text: str) -> LongPrompt | None:
    """The long prompt that a text has whole: the number of its tokens stands in its first line."""
    start = text.rfind(OPENING)  # backwards it is found four times as fast
    if start < 0 or not (said := _NUMBER.match(text, start + len(OPENING))):
        return None
    tokens = int(said.group(1))
    if not SHORTEST <= tokens <= len(text):  # each has more than one character
        return None
    prompt = long_prompt(tokens)
    return prompt if text.startswith(prompt.text, start) else None


def _known(text: str) -> tuple[int, str]:
    """The tokens that are known by declaration, and the text beside them."""
    if text.rfind(OPENING) < 0:
        return 0, text
    if prompt := _found(text):
        return prompt.tokens, text.replace(prompt.text, "", 1)
    words, common = text.split(), common_words()
    others = [word for word in words if word not in common]
    return len(words) - len(others), " ".join(others)
