"""A request as the responses endpoint spells it, out of how chat completions spell it.

For adapters: a ``ChatRequest`` has chat's shapes. Standard library only, since the host of a provider imports this module too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grokgate.values.chat import Json

PARTS = {"text": "input_text", "image_url": "input_image"}


def spelt(asked: Mapping[str, Any]) -> Json:
    """The body of a chat completion as one of ``/v1/responses``.

    What is no field of chat's own stays as it is, and so does a limit: it is for its caller to call it ``max_output_tokens``.
    """
    body: Json = {}
    for name, value in asked.items():
        match name:
            case "messages":
                body["input"] = [item for message in value for item in _items(message)]
            case "reasoning_effort":
                body["reasoning"] = {"effort": value}
            case "response_format":
                body["text"] = {"format": _flat(value, "json_schema")}
            case "tools":
                body["tools"] = [_flat(tool, "function") for tool in value]
            case "tool_choice":
                body["tool_choice"] = _flat(value, "function")
            case "stream_options":  # the usage comes unasked
                pass
            case _:
                body[name] = value
    return body


def _items(message: Mapping[str, Any]) -> Iterator[Json]:
    """A message as items: its text, and each of its tool calls; a tool's result is an item of its own kind."""
    if message["role"] == "tool":
        result = {"type": "function_call_output", "call_id": message.get("tool_call_id"), "output": message["content"]}
        yield {name: value for name, value in result.items() if value is not None}
        return
    calls = message.get("tool_calls") or ()
    if message["content"] or not calls:
        said = {"role": message["role"], "content": _content(message["content"]), "name": message.get("name")}
        yield {name: value for name, value in said.items() if value is not None}
    for call in calls:
        function = call["function"]
        yield {"type": "function_call", "call_id": call["id"], "name": function["name"], "arguments": function["arguments"]}


def _content(content: Any) -> Any:
    return [_part(part) for part in content] if isinstance(content, list) else content


def _part(part: Mapping[str, Any]) -> Json:
    said = {**part, "type": PARTS.get(part["type"], part["type"])}
    return {**said, "image_url": part["image_url"]["url"]} if part["type"] == "image_url" else said


def _flat(value: Any, key: str) -> Any:
    """What chat nests under ``key``, beside the type that it stands next to."""
    if not isinstance(value, Mapping):
        return value
    return {**{name: one for name, one in value.items() if name != key}, **(value.get(key) or {})}
