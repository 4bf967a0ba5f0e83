"""What is asked: the committed prompts, tools, schemas and images of ``fixtures``."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from grokgate.formats.home import home
from grokgate.values.question import Question

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
"""An image of one pixel, as a data URL."""
OPENING = "[long prompt: "
"""How each long prompt begins; its name follows, and ``]``."""


@dataclass(frozen=True)
class LongPrompt:
    """A prompt that is made when it is asked for: as many words as it has tokens.

    The words are so common and short that each is one token to every tokenizer that was tried, so ``tokens`` is the number of
    words. ``margin`` is how many more a tokenizer may count; fewer it cannot, since none joins words.
    """

    name: str
    tokens: int
    margin: int
    words: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        opening, end = f"{OPENING}{self.name}]\n", f"\n[end of {self.name}]"
        times, more = divmod(self.tokens - len(opening.split()) - len(end.split()), len(self.words))
        return opening + f"{' '.join(self.words)} " * times + " ".join(self.words[:more]) + end


LONG = "long-"
"""How the name of a long prompt begins; the number of its tokens follows."""
SHORTEST = 100
"""Tokens of the shortest."""


@lru_cache(maxsize=32)
def long_prompt(tokens: int) -> LongPrompt:
    """The long prompt of so many tokens. Raises ``ValueError`` where there is none as short."""
    if tokens < SHORTEST:
        raise ValueError(f"a long prompt has {SHORTEST} tokens at least, and not {tokens}")
    words, margin = _recipe()
    return LongPrompt(f"{LONG}{tokens}", tokens, margin, words)


def common_words() -> frozenset[str]:
    """The words of the long prompts; each is one token."""
    return frozenset(_recipe()[0])


@cache
def _recipe() -> tuple[tuple[str, ...], int]:
    """The words of which long prompts are made, and their margin."""
    written = tomllib.loads((home() / "fixtures" / "long_prompts.toml").read_text("utf-8"))
    return tuple(written["words"].split()), written["margin"]


def prompt(name: str) -> str:
    """The text of a committed prompt, or of a long one by its name: ``long-255000``. Raises ``KeyError``."""
    if name in prompts():
        return prompts()[name]
    if not (name.startswith(LONG) and name.removeprefix(LONG).isdecimal()):
        raise KeyError(name)
    return long_prompt(int(name.removeprefix(LONG))).text


@cache
def prompts() -> dict[str, str]:
    """The prompts of ordinary length by name."""
    return tomllib.loads((home() / "fixtures" / "prompts.toml").read_text("utf-8"))


@cache
def questions() -> tuple[Question, ...]:
    """The questions with one right answer, in their order."""
    listed = tomllib.loads((home() / "fixtures" / "questions.toml").read_text("utf-8"))
    return tuple(Question(**row) for row in listed["question"])


def question_in(text: str) -> Question | None:
    """The committed question that a text has whole."""
    return next((question for question in questions() if question.text in text), None)


@cache
def tool(name: str) -> dict[str, Any]:
    """A tool definition, in the shape of the chat completions API."""
    return dict(json.loads((home() / "fixtures" / "tools" / f"{name}.json").read_bytes()))


@cache
def schema(name: str) -> dict[str, Any]:
    """A response format of type ``json_schema``."""
    return dict(json.loads((home() / "fixtures" / "schemas" / f"{name}.json").read_bytes()))


def long_name(tokens: int) -> str:
    """The name of the long prompt with so many tokens."""
    return f"{LONG}{tokens}"
