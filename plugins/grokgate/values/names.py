"""What a library calls the parameters and models of the contract: it is asked in its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from grokgate.values.chat import ChatRequest, ModelCard, snake_case


@dataclass(frozen=True, kw_only=True)
class Names:
    """A library's words, by the contract's: ``stop`` is ``stop_sequences`` there, and ``grok-4`` is ``x-ai/grok-4``."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)

    def spoken(self, request: ChatRequest) -> ChatRequest:
        """The request in the library's words. A parameter that has a word there has it in each spelling."""
        said = {self.parameters.get(snake_case(name), name): value for name, value in request.parameters.items()}
        return replace(request, model=self.model(request.model), parameters=said)

    def of(self, request: ChatRequest) -> dict[str, str]:
        """The words that differ in a request, by what they stand for."""
        spoken, pairs = self.spoken(request), zip(request.parameters, self.spoken(request).parameters, strict=True)
        return {asked: word for asked, word in [(request.model, spoken.model), *pairs] if asked != word}

    def model(self, name: str) -> str:
        """What the library calls a model, with the case and the blanks in which the name is spelt; any other name as it is."""
        bare = name.strip()
        word = self.models.get(bare) or next((self.models[known] for known in self.models if known.lower() == bare.lower()), None)
        if word is None:
            return name
        return name.replace(bare, word if bare in self.models else _as_typed(bare, word))

    def listed(self, cards: Sequence[ModelCard]) -> tuple[ModelCard, ...]:
        """A listing of the library in the contract's names."""
        names = {word: name for name, word in self.models.items()}

        def heard(card: ModelCard) -> ModelCard:
            id, *aliases = dict.fromkeys(names.get(name, name) for name in card.names)
            return replace(card, id=id, aliases=tuple(aliases))

        return tuple(map(heard, cards))

    def read(self, text: str) -> str:
        """Documentation of the library in the contract's names."""
        for name, word in self.models.items():
            text = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-]|\.\w)", name, text)
        return text


def _as_typed(bare: str, word: str) -> str:
    """The word in the case of what was typed: capitals, or now these and now those."""
    if bare.isupper():
        return word.upper()
    return "".join(letter.upper() if number % 2 == 0 else letter.lower() for number, letter in enumerate(word))
