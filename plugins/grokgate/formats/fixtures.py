"""What is asked: the committed prompts, tools, schemas and images of ``fixtures``."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
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


@cache
def long_prompts() -> dict[str, LongPrompt]:
    """The long prompts by name."""
    listed = tomllib.loads((home() / "fixtures" / "long_prompts.toml").read_text("utf-8"))
    words = tuple(listed["words"].split())
    return {name: LongPrompt(name, row["tokens"], listed["margin"], words) for name, row in listed["prompt"].items()}


def common_words() -> frozenset[str]:
    """The words of the long prompts; each is one token."""
    return frozenset(word for prompt in long_prompts().values() for word in prompt.words)


def prompt(name: str) -> str:
    """The text of a committed prompt, of ordinary length or long."""
    return prompts()[name] if name in prompts() else long_prompts()[name].text


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
