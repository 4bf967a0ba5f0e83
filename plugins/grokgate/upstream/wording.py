"""How a request is worded: what either endpoint writes in its own way, read as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from grokgate.values.wire import WireRequest
from grokgate.values.world import EFFORT

CHAT, RESPONSES = "chat/completions", "responses"
LISTS = ("models", "language-models")
ELSEWHERE = {
    CHAT: frozenset({"include", "input", "reasoning", "text", "max_output_tokens", "previous_response_id"}),
    RESPONSES: frozenset({"messages", "response_format", "max_tokens", "max_completion_tokens", EFFORT}),
}
"""Fields of the one endpoint that the other does not know, and that would be taken for its own: they change nothing."""


def endpoint_of(request: WireRequest) -> str:
    """The path below ``/v1``."""
    return request.path.rstrip("/").partition("/v1/")[2]


def content_of(request: WireRequest) -> Mapping[str, Any]:
    """The body of a request, without what its endpoint does not know."""
    return known_at(endpoint_of(request), request)


def known_at(endpoint: str, request: WireRequest) -> Mapping[str, Any]:
    """The body of a request, without what that endpoint does not know."""
    content = request.json if isinstance(request.json, dict) else {}
    foreign = ELSEWHERE.get(endpoint, frozenset())
    return content if foreign.isdisjoint(content) else {name: value for name, value in content.items() if name not in foreign}


def asked_for(endpoint: str, content: Mapping[str, Any]) -> str:
    """The name of the model that a request is about: in its body, or in the path to one of a list."""
    listed, _, name = endpoint.partition("/")
    return unquote(name) if listed in LISTS else str(content.get("model", ""))


def turns_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The messages of a request, on either endpoint, as chat completions writes them."""
    if "input" not in content:
        listed = content.get("messages")
        return [turn for turn in listed if isinstance(turn, dict)] if isinstance(listed, list) else []
    given = content["input"]
    opening = [{"role": "system", "content": content["instructions"]}] if content.get("instructions") else []
    if isinstance(given, str):
        return [*opening, {"role": "user", "content": given}]
    items = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
    return [*opening, *(_turn(item) for item in items)]


def _turn(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item of a responses request as a message."""
    if item.get("type") == "function_call_output":
        return {"role": "tool", "content": item.get("output")}
    if item.get("type") == "function_call":
        call = {"id": item.get("call_id"), "function": {"name": item.get("name"), "arguments": item.get("arguments")}}
        return {"role": "assistant", "content": "", "tool_calls": [call]}
    return item if "role" in item else {"role": "assistant", "content": str(item.get("type"))}


def functions_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The functions that a request offers: each with its ``name`` and ``parameters``, empty where it is written otherwise."""
    offered = content.get("tools")
    if not isinstance(offered, list):
        return []
    tools = [tool for tool in offered if isinstance(tool, dict) and tool.get("type") == "function"]
    functions = [tool if "input" in content else tool.get("function") for tool in tools]
    return [function if isinstance(function, dict) else {} for function in functions]


def calls_of(turn: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tool calls that a message has."""
    calls = turn.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def format_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The response format that a request asks for: ``type``, and with a schema its ``name`` and ``schema``."""
    if "input" in content:
        wanted = (content.get("text") or {}).get("format") if isinstance(content.get("text"), dict) else None
        return wanted if isinstance(wanted, dict) else {"type": "text"}
    wanted = content.get("response_format")
    if wanted is None:
        return {"type": "text"}
    if not isinstance(wanted, dict):
        return {"type": "other"}
    nested = wanted.get("json_schema")
    return {**nested, "type": wanted.get("type")} if isinstance(nested, dict) else wanted


def effort_of(content: Mapping[str, Any]) -> str | None:
    """How much thinking the request asks for, on either endpoint."""
    effort = effort_given(content)
    return None if effort is None else str(effort)


def effort_given(content: Mapping[str, Any]) -> Any:
    """The same as it came, whatever its type."""
    reasoning = content.get("reasoning")
    return reasoning.get("effort") if isinstance(reasoning, dict) else content.get(EFFORT)


def limit_of(content: Mapping[str, Any]) -> Any:
    """The most tokens that the answer may have, under whichever name it came."""
    for name in ("max_completion_tokens", "max_tokens", "max_output_tokens"):
        if (limit := content.get(name)) is not None:
            return limit
    return None


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
