"""What the tape looks at in a request, which it has in the one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from grokgate.upstream.fidelity.reply import objects
from grokgate.upstream.spelling.endpoints import read
from grokgate.upstream.spelling.form import LIMITS
from grokgate.values.wire import WireRequest
from grokgate.values.world import EFFORT

LISTS = ("models", "language-models")


def content_of(request: WireRequest) -> Mapping[str, Any]:
    """What a request says, by the names of chat completions, whichever endpoint it is for."""
    return read(request).fields


def asked_for(endpoint: str, content: Mapping[str, Any]) -> str:
    """The name of the model that a request is about: in its body, or in the path to one of a list."""
    listed, _, name = endpoint.partition("/")
    return unquote(name) if listed in LISTS else str(content.get("model", ""))


def turns_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The messages of a request."""
    return objects(content.get("messages"))


def functions_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The functions that a request offers: each with its ``name`` and ``parameters``, empty where it is written otherwise."""
    offered = (tool.get("function") for tool in objects(content.get("tools")) if tool.get("type") == "function")
    return [function if isinstance(function, dict) else {} for function in offered]


def calls_of(turn: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tool calls that a message has."""
    calls = turn.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def format_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The response format that a request asks for: ``type``, and with a schema its ``name`` and ``schema``."""
    wanted = content.get("response_format")
    if wanted is None:
        return {"type": "text"}
    if not isinstance(wanted, dict):
        return {"type": "other"}
    nested = wanted.get("json_schema")
    return {**nested, "type": wanted.get("type")} if isinstance(nested, dict) else wanted


def effort_of(content: Mapping[str, Any]) -> str | None:
    """How much thinking the request asks for."""
    effort = effort_given(content)
    return None if effort is None else str(effort)


def effort_given(content: Mapping[str, Any]) -> Any:
    """The same as it came, whatever its type."""
    return content.get(EFFORT)


def limit_of(content: Mapping[str, Any]) -> Any:
    """The most tokens that the answer may have, under whichever name it came."""
    return next((limit for name in LIMITS if (limit := content.get(name)) is not None), None)


def said_last(turns: Sequence[Mapping[str, Any]]) -> str:
    """The text of the last message of the user."""
    for turn in reversed(turns):
        if turn.get("role") == "user":
            return text_of(turn.get("content"))
    return ""


def text_of(content: Any) -> str:
    """The text of a message, whether it is written as a string or as a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""
