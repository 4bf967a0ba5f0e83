"""What the body of a request is made of, as xAI's deserializer reads it, and the first thing in one that is not of its type.

The types are those of xAI's OpenAPI. A field that may be absent may be ``null``, and one that xAI does not know is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grokgate.upstream.spelling.chat import CHAT
from grokgate.upstream.spelling.responses import RESPONSES

Path = tuple[str | int, ...]
Type = Callable[[Any, Path], Iterator["Fault"]]
"""Gives the faults of a value that stands at a path."""
_MOST = 2**31


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the value at a path. ``reads_on`` where serde has read all of it before it complains."""

    path: Path
    said: str
    reads_on: bool = True


def first_fault(content: Any, endpoint: str) -> Fault | None:
    """The first thing in a parsed body that is of another type than xAI reads there."""
    read = _BODIES.get(endpoint)
    return next(read(content, ()), None) if read else None


def _text(value: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield _wrong(value, path, "a string")


def _truth(value: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield _wrong(value, path, "a boolean")


def _whole(value: Any, path: Path) -> Iterator[Fault]:
    if type(value) is not int:
        yield _wrong(value, path, "i32")
    elif not -_MOST <= value < _MOST:
        yield Fault(path, f"invalid value: integer `{value}`, expected i32")


def _number(value: Any, path: Path) -> Iterator[Fault]:
    if type(value) not in (int, float):
        yield _wrong(value, path, "f32")


def _one_of(*names: str) -> Type:
    def read(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield _wrong(value, path, "a string")
        elif value not in names:
            yield Fault(path, f"unknown variant `{value}`, expected one of {', '.join(f'`{name}`' for name in names)}")

    return read


def _either(name: str, *types: type) -> Type:
    """One of several types, between which serde tells no further."""

    def read(value: Any, path: Path) -> Iterator[Fault]:
        if type(value) not in types:
            yield Fault(path, f"data did not match any variant of untagged enum {name}")

    return read


def _list(of: Type | None = None) -> Type:
    def read(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield _wrong(value, path, "a sequence")
        elif of:
            for number, one in enumerate(value):
                yield from of(one, (*path, number))

    return read


def _object(name: str, needs: tuple[str, ...] = (), /, **fields: Type) -> Type:
    """An object with the fields that are known of it; those that it ``needs`` may be neither absent nor ``null``."""

    def read(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield _wrong(value, path, name)
            return
        for field, one in value.items():
            if (of := fields.get(field)) and (one is not None or field in needs):
                yield from of(one, (*path, field))
        for field in needs:
            if field not in value:
                yield Fault(path, f"missing field `{field}`")

    return read


def _wrong(value: Any, path: Path, expected: str) -> Fault:
    opens = isinstance(value, (dict, list))
    return Fault(path, f"invalid type: {_unexpected(value)}, expected {expected}", reads_on=not opens)


def _unexpected(value: Any) -> str:
    """A value in serde's words."""
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean `{str(value).lower()}`"
        case int():
            return f"integer `{value}`"
        case float():
            return f"floating point `{value}`"
        case str():
            return f"string {json.dumps(value, ensure_ascii=False)}"
        case list():
            return "sequence"
        case _:
            return "map"


def _content(value: Any, path: Path) -> Iterator[Fault]:
    """A text, or a list of parts."""
    parts = value if isinstance(value, list) else ()
    if not isinstance(value, (str, list)) or not all(isinstance(part, dict) for part in parts):
        yield Fault(path, "data did not match any variant of untagged enum Content")


def _input(value: Any, path: Path) -> Iterator[Fault]:
    """A text, or a list of items, each of which has a type or a role."""
    items = value if isinstance(value, list) else ()
    known = all(isinstance(item, dict) and ("role" in item or "type" in item) for item in items)
    if not isinstance(value, (str, list)) or not known:
        yield Fault(path, "data did not match any variant of untagged enum ModelInput")


def _tool(value: Any, path: Path, function: Type) -> Iterator[Fault]:
    """A tool of the user's is read as a function; what xAI's own tools are made of is not known."""
    if not isinstance(value, dict) or value.get("type") in (None, "function"):
        yield from function(value, path)


_SAMPLING: Mapping[str, Type] = {
    **dict.fromkeys(("temperature", "top_p", "presence_penalty", "frequency_penalty"), _number),
    **dict.fromkeys(("stream", "parallel_tool_calls", "logprobs"), _truth),
    **dict.fromkeys(("user", "service_tier"), _text),
    "top_logprobs": _whole,
    "stop": _either("Stop", str, list),
    "tool_choice": _either("ToolChoice", str, dict),
}
"""Fields of either endpoint."""
_CALL = _object(
    "struct ToolCall",
    ("function",),
    id=_text,
    function=_object("struct FunctionCall", ("name", "arguments"), name=_text, arguments=_text),
)
_MESSAGE = _object(
    "struct Message",
    ("role",),
    role=_one_of("system", "user", "assistant", "tool", "function"),
    content=_content,
    tool_calls=_list(_CALL),
    tool_call_id=_text,
    name=_text,
)
_FORMATS = _one_of("text", "json_object", "json_schema")
_NAMED = {"name": _text, "description": _text}
_ON_CHAT = _object("struct Tool", ("type", "function"), type=_text, function=_object("struct Function", ("name",), **_NAMED))
_ON_RESPONSES = _object("struct FunctionTool", ("type", "name"), type=_text, **_NAMED)
_BODIES: Mapping[str, Type] = {
    CHAT.path: _object(
        "struct ChatRequest",
        ("model", "messages"),
        **_SAMPLING,
        **dict.fromkeys(("max_tokens", "max_completion_tokens", "n", "seed"), _whole),
        model=_text,
        messages=_list(_MESSAGE),
        deferred=_truth,
        reasoning_effort=_text,
        logit_bias=_object("a map"),
        stream_options=_object("struct StreamOptions", include_usage=_truth),
        response_format=_object("internally tagged enum ResponseFormat", ("type",), type=_FORMATS, json_schema=_object("a map")),
        tools=_list(lambda value, path: _tool(value, path, _ON_CHAT)),
    ),
    RESPONSES.path: _object(
        "struct ResponsesRequest",
        ("model", "input"),
        **_SAMPLING,
        **dict.fromkeys(("store", "background"), _truth),
        **dict.fromkeys(("instructions", "previous_response_id", "prompt_cache_key"), _text),
        model=_text,
        input=_input,
        max_output_tokens=_whole,
        metadata=_object("a map"),
        include=_list(_text),
        reasoning=_object("struct Reasoning", effort=_text, summary=_text),
        text=_object("struct Text", format=_object("internally tagged enum Format", ("type",), type=_FORMATS)),
        tools=_list(lambda value, path: _tool(value, path, _ON_RESPONSES)),
    ),
}
"""What the body of a request is made of, by its endpoint."""
