"""Which function a model calls. Where the choice is its own that is a guess, by the words of whoever asks.

It calls what was spoken of and was not called yet: by a word of a function's name or of its parameters in the question, by its
whole name anywhere, or since the instructions say to use tools. It calls nothing where the question says so. That is what a model
did in 415 of 429 real exchanges that leave the choice open; in 13 of the others it called the same again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grokgate.upstream.wording import calls_of, functions_of, text_of, turns_of

_WORD = re.compile(r"[a-z]{3,}")
_VERBS = frozenset({"get", "set", "the", "for", "and", "use"})
"""Words of a function's name that do not tell what it is about."""
_NONE = re.compile(r"\b(?:do not|don't|never|without)\s+(?:call|use|calling|using)\s+(?:any\s+|the\s+)?tools?\b", re.IGNORECASE)
_SOME = re.compile(r"\b(?:use|call)\s+(?:the\s+|your\s+)?tools?\b", re.IGNORECASE)
"""What a question says that wants no tool, and what instructions say that want one."""

Function = Mapping[str, Any]


def called(content: Mapping[str, Any]) -> Function | None:
    """The function that the model calls in answer to a request, ``None`` where it answers in words."""
    functions, choice = functions_of(content), content.get("tool_choice")
    if not functions or choice == "none":
        return None
    if isinstance(choice, dict):
        chosen = choice["function"] if isinstance(choice.get("function"), dict) else choice
        return next((one for one in functions if one.get("name") == chosen.get("name")), functions[0])
    return next(iter(_spoken_of(functions, turns_of(content))), functions[0] if choice == "required" else None)


def _spoken_of(functions: Sequence[Function], turns: Sequence[Mapping[str, Any]]) -> Iterable[Function]:
    """The functions that are spoken of and were not called since the question."""
    asked = _question(turns)
    question, since = text_of(turns[asked].get("content")) if turns else "", turns[asked + 1 :]
    if _NONE.search(question):
        return ()
    done = {str(_function(call).get("name")) for turn in since for call in calls_of(turn)}
    left = [one for one in functions if one.get("name") not in done]
    words = set(_WORD.findall(question.lower()))
    by_name = [one for one in left if words & (_words(one.get("name")) - _VERBS)]
    instructions = _told(turns, "system", "developer")
    told = f"{instructions}\n{_told(turns, 'user')}"
    whole = [one for one in left if _names(told, str(one.get("name")))]
    if done:
        return by_name or whole
    by_parameter = [one for one in left if words & {word for name in _parameters(one) for word in _words(name)}]
    return by_name or whole or by_parameter or (left if _SOME.search(instructions) else ())


def _question(turns: Sequence[Mapping[str, Any]]) -> int:
    """Where the question stands: the last message of the user, but for one that brings what a tool fetched, behind its result."""
    asked = [number for number, turn in enumerate(turns) if turn.get("role") == "user"]
    own = [number for number in asked if number == 0 or turns[number - 1].get("role") != "tool"]
    return (own or asked or [len(turns) - 1])[-1]


def _told(turns: Sequence[Mapping[str, Any]], *roles: str) -> str:
    return "\n".join(text_of(turn.get("content")) for turn in turns if turn.get("role") in roles)


def _names(text: str, name: str) -> bool:
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _words(name: object) -> set[str]:
    return set(_WORD.findall(str(name).lower()))


def _parameters(function: Function) -> Iterable[str]:
    parameters = function.get("parameters")
    properties = parameters.get("properties") if isinstance(parameters, dict) else None
    return properties if isinstance(properties, dict) else ()


def _function(call: Mapping[str, Any]) -> Mapping[str, Any]:
    found = call.get("function")
    return found if isinstance(found, dict) else {}
