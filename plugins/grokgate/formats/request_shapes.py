"""How callers ask: one request of each shape, which two builds of a provider can be asked alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from grokgate.formats.fixtures import prompt, schema, tool
from grokgate.values.chat import MODES, ChatRequest, Message, Mode, ToolCall
from grokgate.values.rollout import Rollout

ALL = "all parameters"
"""The shape in which most can go wrong at once."""
OWN_WORDS = (
    ("max_tokens", 1000),
    ("maxTokens", 1000),
    ("max_completion_tokens", 1000),
    ("maxCompletionTokens", 1000),
    ("presencePenalty", 0.5),
)
"""What callers write of their own accord: either limit field, and other spellings."""
REFUSABLE: Mapping[str, Any] = {"presence_penalty": 0.5, "frequency_penalty": 0.5, "stop": ["END"], "reasoning_effort": "low"}
"""What xAI refuses for some models, with a value that callers give; for which ones, the world tells."""


def refused(rollout: Rollout) -> Mapping[str, tuple[str, ...]]:
    """What the target refuses, by the names of cases: each alone, then all of it."""
    names = tuple(name for name in REFUSABLE if not rollout.target.takes(name))
    return {**{name: (name,) for name in names}, "all": names}


@dataclass(frozen=True, kw_only=True)
class RequestShape:
    """A request but for its model: ``parts`` of it beside a plain question, the mode, and the capability that it needs."""

    parts: Mapping[str, Any] = field(default_factory=dict)
    mode: Mode = "chat"
    needs: str = ""

    def of(self, model: str) -> ChatRequest:
        """The request to a model."""
        return ChatRequest(**{"model": model, "messages": _said("greeting"), **self.parts})


def request_shapes(rollout: Rollout) -> Mapping[str, RequestShape]:
    """The shapes by name: each parameter of the rollout with each of its values, then what is more than a question."""
    return _made(json.dumps({name: list(values) for name, values in rollout.parameters.items()}))


@cache
def _made(parameters: str) -> dict[str, RequestShape]:
    return dict(_shapes(json.loads(parameters)))


def _shapes(parameters: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, RequestShape]]:
    everything = _given({name: values[0] for name, values in parameters.items()})
    yield "plain", RequestShape()
    for name, value in [(name, value) for name, values in parameters.items() for value in values]:
        yield f"{name}={value}", RequestShape(parts=_given({name: value}))
    for name, value in OWN_WORDS:
        yield f"{name}={value}", RequestShape(parts=_given({name: value}))
    yield ALL, RequestShape(parts=everything)
    for name, turns in _conversations().items():
        yield name, RequestShape(parts={"messages": turns})
    asked = {"messages": _said("ada")}
    yield "json", RequestShape(parts={**asked, "response_format": {"type": "json_object"}}, needs="json")
    yield "json schema", RequestShape(parts={**asked, "response_format": schema("person")}, needs="json")
    offered = {"messages": _said("weather"), "tools": (tool("get_weather"),)}
    yield "tools", RequestShape(parts=offered, needs="tools")
    yield "tool choice", RequestShape(parts={**offered, "tool_choice": "required"}, needs="tools")
    yield "tool result", RequestShape(parts={**offered, "messages": _with_a_tool_result()}, needs="tools")
    for mode in MODES[1:]:
        yield mode, RequestShape(mode=mode)
        yield f"{mode} {ALL}", RequestShape(parts=everything, mode=mode)


def _given(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as a request has them: the limit stands apart."""
    limit = {"limit": parameters["limit"]} if "limit" in parameters else {}
    return {"parameters": {name: value for name, value in parameters.items() if name != "limit"}, **limit}


def _said(name: str) -> tuple[Message, ...]:
    return (Message(role="user", content=prompt(name)),)


def _conversations() -> dict[str, tuple[Message, ...]]:
    return {
        "system": (Message(role="system", content="Answer in one word."), *_said("greeting")),
        "non-ascii": _said("non-ascii"),
        "turns": (
            *_said("greeting"),
            Message(role="assistant", content="Paris."),
            Message(role="user", content="And of Norway?", name="ben"),
        ),
    }


def _with_a_tool_result() -> tuple[Message, ...]:
    call = ToolCall(id="call_1", name="get_weather", arguments={"city": "Paris"})
    return (
        *_said("weather"),
        Message(role="assistant", content="", tool_calls=(call,)),
        Message(role="tool", content='{"celsius": 18}', tool_call_id="call_1"),
    )
