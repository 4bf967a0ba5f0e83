"""What of a request means the same to xAI: written otherwise, left to its default, or said in two words for one thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

DEFAULTS: Mapping[str, Any] = {
    "n": 1,
    "stream": False,
    "logprobs": False,
    "parallel_tool_calls": True,
    "response_format": {"type": "text"},
    "tools": [],
    "stop": [],
}
"""What xAI does where nothing is said. Where it refuses a parameter it refuses the default too, as ``Wire.without`` judges."""


def means_the_same(one: Any, other: Any, key: str, body: Mapping[str, Any]) -> bool:
    """Whether two values of a key mean the same in a request with this body; ``None`` is none at all."""
    return _written(_meant(key, one, body)) == _written(_meant(key, other, body))


def conversation(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message with its text as a string, however it was written, and without keys that say nothing."""
    plain = {key: value for key, value in message.items() if value is not None}
    if isinstance(plain.get("content"), list) and all(part.get("type") == "text" for part in plain["content"]):
        plain["content"] = "".join(part["text"] for part in plain["content"])
    return plain


def _meant(key: str, value: Any, body: Mapping[str, Any]) -> Any:
    """A value in one of the ways in which it may be written; nothing where it is what xAI does anyway."""
    match key:
        case "stop" if isinstance(value, str):
            value = [value]
        case "tool_choice":
            value = _choice(value, body.get("tools") or ())
        case "tools" if isinstance(value, list):
            value = [_tool(tool) for tool in value]
        case "response_format":
            value = _format(value)
        case "messages" if isinstance(value, list):
            value = [_message(message) for message in value]
    return None if key in DEFAULTS and _written(value) == _written(DEFAULTS[key]) else value


def _choice(choice: Any, tools: Any) -> Any:
    """Where there is one tool, a call of any is a call of it; where there is none, none is called; ``auto`` is the default."""
    if not tools:
        return None if choice in ("none", "auto") else choice
    names = [tool["function"]["name"] for tool in tools if isinstance(tool, dict) and "name" in (tool.get("function") or {})]
    if choice == "auto":
        return None
    if choice == "required" and len(names) == len(tools) == 1:
        return {"type": "function", "function": {"name": names[0]}}
    return choice


def _tool(tool: Any) -> Any:
    function = tool.get("function") if isinstance(tool, dict) else None
    return {**tool, "function": _lax(function)} if isinstance(function, dict) else tool


def _format(format: Any) -> Any:
    schema = format.get("json_schema") if isinstance(format, dict) else None
    return {**format, "json_schema": _lax(schema)} if isinstance(schema, dict) else format


def _lax(said: Mapping[str, Any]) -> dict[str, Any]:
    """A function or schema without keys that say nothing; not to be strict is the default."""
    return {key: value for key, value in said.items() if value is not None and (key, value) != ("strict", False)}


def _message(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    plain = conversation(message)
    if plain.get("tool_calls"):
        plain["tool_calls"] = [_call(call) for call in plain["tool_calls"]]
        plain = {key: value for key, value in plain.items() if (key, value) != ("content", "")}
    return plain


def _call(call: Any) -> Any:
    """A tool call with its arguments parsed: blanks between them, and their order, say nothing."""
    try:
        return {**call, "function": {**call["function"], "arguments": json.loads(call["function"]["arguments"])}}
    except (KeyError, TypeError, ValueError):
        return call


def _written(value: Any) -> str:
    """A value as JSON, in one order of keys and of what a schema requires, and with 1.0 as 1."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        required = value.get("required")
        ordered = (
            {"required": sorted(required)} if isinstance(required, list) and all(isinstance(one, str) for one in required) else {}
        )
        return {key: _plain(one) for key, one in {**value, **ordered}.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
