"""What a request means: reduced to what xAI looks at, as named dimensions with plain values.

Providers word a request differently; what it means decides the answer. The dimensions:

========== ======================================================================================================
scenario   what the test asked of xAI (``plain`` unless it asked for a refusal or a substitution)
route      ``chat``, ``models``, the name of another endpoint that xAI has, or ``other``
key        ``good``, ``wrong`` or ``missing``
body       ``object``, ``no-model``, ``no-messages``, ``not-json`` or ``none``
served     the model behind the asked name, ``unknown`` where there is none
refused    the first parameter that this model refuses, in the spelling of the API, else ``none``
stream     ``no``, ``yes`` or ``with-usage``
format     ``text``, ``json_object``, ``json_schema`` or ``other``
schema     the name of the JSON schema, else ``none``
tools      the names of the offered tools, sorted, else ``none``
choice     ``unset``, ``auto``, ``none``, ``required`` or ``function``
turn       the role of the last message
parts      ``text``, or ``image`` where a message has one
prompt     the name of the committed prompt that the last user message contains, else ``other``
========== ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grokgate.upstream.world import World
from grokgate.values.wire import WireRequest

Meaning = Mapping[str, str]

ENDPOINTS = frozenset({"models", "responses", "completions", "messages", "language-models", "api-key", "tokenize-text"})
"""Endpoints of docs.x.ai beside chat; one that a world has no rule for is a miss, and no 404 that a provider is blamed for."""


def meaning(request: WireRequest, world: World, prompts: Mapping[str, str], *, key: str, scenario: str) -> Meaning:
    """The dimensions of a request. ``key`` is the one good key; ``prompts`` are the committed ones by name."""
    found = {"scenario": scenario, "route": _route(request), "key": _key(request, key, scenario), "body": _body(request)}
    content = request.json if isinstance(request.json, dict) else {}
    model = world.served.get(str(content.get("model", "")))
    found["served"] = model.id if model else "unknown"
    found["refused"] = next((name for name in model.refuses if content.get(name) is not None), "none") if model else "none"
    found["stream"] = _stream(content)
    found["format"], found["schema"] = _format(content.get("response_format"))
    found["tools"] = _tools(content.get("tools"))
    found["choice"] = _choice(content.get("tool_choice"))
    turns = content.get("messages")
    messages = [message for message in turns if isinstance(message, dict)] if isinstance(turns, list) else []
    found["turn"] = str(messages[-1].get("role", "none")) if messages else "none"
    found["parts"] = "image" if any(_has_image(message.get("content")) for message in messages) else "text"
    found["prompt"] = _prompt(messages, prompts)
    return found


def _route(request: WireRequest) -> str:
    endpoint = request.path.rstrip("/").partition("/v1/")[2]
    if (request.method, endpoint) == ("POST", "chat/completions"):
        return "chat"
    return endpoint if endpoint.partition("/")[0] in ENDPOINTS else "other"


def _key(request: WireRequest, key: str, scenario: str) -> str:
    if scenario == "wrong-key":  # xAI does not know the key that the provider was given
        return "wrong"
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        return "missing"
    return "good" if given.strip() == key else "wrong"


def _body(request: WireRequest) -> str:
    if not request.body:
        return "none"
    if not isinstance(request.json, dict):
        return "not-json"
    if not isinstance(request.json.get("model"), str):
        return "no-model"
    return "object" if isinstance(request.json.get("messages"), list) else "no-messages"


def _stream(content: Mapping[str, Any]) -> str:
    if not content.get("stream"):
        return "no"
    options = content.get("stream_options")
    return "with-usage" if isinstance(options, dict) and options.get("include_usage") else "yes"


def _format(wanted: Any) -> tuple[str, str]:
    if wanted is None:
        return "text", "none"
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in ("text", "json_object", "json_schema"):
        return "other", "none"
    schema = wanted.get("json_schema")
    return str(kind), str(schema.get("name", "none")) if isinstance(schema, dict) else "none"


def _tools(offered: Any) -> str:
    if not isinstance(offered, list) or not offered:
        return "none"
    functions = [tool.get("function") if isinstance(tool, dict) else None for tool in offered]
    return " ".join(sorted(str(function.get("name", "?")) if isinstance(function, dict) else "?" for function in functions))


def _choice(choice: Any) -> str:
    if choice is None:
        return "unset"
    return choice if isinstance(choice, str) else "function"


def _has_image(content: Any) -> bool:
    return isinstance(content, list) and any(isinstance(part, dict) and part.get("type") == "image_url" for part in content)


def _prompt(messages: list[dict[str, Any]], prompts: Mapping[str, str]) -> str:
    said = next((text_of(message.get("content")) for message in reversed(messages) if message.get("role") == "user"), "")
    return next((name for name, text in prompts.items() if text in said), "other")


def text_of(content: Any) -> str:
    """The text of a message, whether it is written as a string or as a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""
