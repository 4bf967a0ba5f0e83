"""What a request means: reduced to what xAI looks at, as named dimensions with plain values.

Providers word a request differently; what it means decides the answer. The dimensions:

========== ======================================================================================================
scenario   what the test asked of xAI (``plain`` unless it asked for a refusal or a substitution)
route      ``chat``, ``responses``, ``models``, ``language-models``, the name of another endpoint that xAI has, or ``other``
method     ``right`` or ``wrong`` for that route
key        ``good``, ``wrong`` or ``missing``
body       ``object``, ``no-model``, ``no-messages``, ``not-json`` or ``none``
served     the model behind the asked name, ``retired`` where it was, ``unknown`` where there is none
refused    the first parameter that this model refuses, in the spelling of the API, else ``none``
thinking   ``none``, ``hidden`` or ``shown``: what this model does, asked like this; ``unknown`` for an effort it has not
length     whether the prompt ``fits`` the model's window, is ``over`` it, or is ``unclear``
limit      ``tight`` (1 to 6 tokens), ``small`` (to 31), ``open`` (more, or none given), ``other``
stream     ``no``, ``yes`` or ``with-usage``
format     ``text``, ``json_object``, ``json_schema`` or ``other``
schema     the name of the JSON schema, ``unusable`` where xAI refuses it, else ``none``
tools      the names of the offered functions, sorted, else ``none``
offered    ``none``, ``functions``, ``server`` (tools that xAI runs), ``too-many``, or ``other`` for a function without a name
choice     ``unset``, ``auto``, ``none``, ``required``, ``function`` or ``other``
call       ``yes`` where a function is called: a choice demands it, or the last user message speaks of it; else ``no``
parallel   whether several calls at once are allowed: ``yes`` or ``no``
turn       the role of the last message
turns      ``fine``; ``empty`` or ``bad-arguments`` where a message has nothing in it, or a tool call no JSON
parts      ``text``, or ``image`` where a message has one
include    ``none``, ``encrypted-reasoning`` or ``other`` (responses only)
extras     parameters that would change the answer's shape and that no rule knows, such as ``n``; else ``none``
prompt     the name of the committed prompt that the last user message contains, ``question`` for one of those, else ``other``
========== ======================================================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from grokgate.formats.fixtures import question_in
from grokgate.upstream.length import length_of, long_prompt_in
from grokgate.upstream.world import Model, World
from grokgate.values.wire import WireRequest

Meaning = Mapping[str, str]

CHAT, RESPONSES = "chat/completions", "responses"
METHODS = {CHAT: "POST", RESPONSES: "POST", "models": "GET", "language-models": "GET"}
ENDPOINTS = frozenset(
    {
        "models",
        RESPONSES,
        "chat/deferred-completion",
        "completions",
        "messages",
        "language-models",
        "image-generation-models",
        "embeddings",
    }
    | {"api-key", "tokenize-text", "images", "batches", "files", "documents", "complete", "realtime", "videos"}
)
"""Endpoints of docs.x.ai beside chat; one that a world has no rule for is a miss, and no 404 that a provider is blamed for."""
ELSEWHERE = {CHAT: frozenset({"include", "input", "reasoning"}), RESPONSES: frozenset({"messages"})}
"""Fields of the one endpoint that the other does not know, and that would be taken for its own: they change nothing."""
SHAPING = {"n": 1, "deferred": False, "background": False, "previous_response_id": None}
"""Parameters that change the answer's shape, with the value at which they do not."""
_WORD = re.compile(r"[a-z]{3,}")
_VERBS = frozenset({"get", "set", "the", "for", "and", "use"})
"""Words of a function's name that do not tell what it is about."""
TIGHT, SMALL = 6, 31
"""Limits in tokens: no answer on tape fits below the one, no answer in JSON below the other."""
EDGE = 4096
"""Characters at either end of a long message, where a prompt is looked for first: providers put it before or behind the rest."""
SCHEMAS_BY_NAME = ("properties", "patternProperties", "$defs", "definitions")
"""Where a JSON schema holds others by names of the user's."""
PLAIN_DATA = ("const", "default", "enum", "examples", "required")
"""Where it holds no schemas."""


def meaning(request: WireRequest, world: World, prompts: Mapping[str, str], *, key: str, scenario: str) -> Meaning:
    """The dimensions of a request. ``key`` is the one good key; ``prompts`` are the committed ones by name."""
    endpoint = _endpoint(request)
    content = _known_at(endpoint, request)
    name = str(content.get("model", ""))
    model = world.served.get(name)
    turns = turns_of(content)
    tools = functions_of(content)
    kind, schema = _format(content)
    streamed = bool(content.get("stream"))
    last_said = said_last(turns)
    return {
        "scenario": scenario,
        "route": _route(endpoint),
        "method": "right" if request.method == METHODS.get(endpoint, request.method) else "wrong",
        "key": _key(request, key, scenario),
        "body": _body(request, content),
        "served": model.id if model else "retired" if name in world.retired else "unknown",
        "refused": _refused(content, model),
        "thinking": model.thinking_of(effort_of(content), streamed=streamed) if model else "unknown",
        "length": _length(request, turns, model),
        "limit": _limit(limit_of(content)),
        "stream": _stream(content),
        "format": kind,
        "schema": schema,
        "tools": " ".join(sorted(str(tool.get("name", "?")) for tool in tools)) if tools else "none",
        "offered": _offered(content.get("tools"), tools, world.most_tools),
        "choice": _choice(content.get("tool_choice")),
        "call": "yes" if tools and called(content, last_said) else "no",
        "parallel": "no" if content.get("parallel_tool_calls") is False else "yes",
        "turn": str(turns[-1].get("role", "none")) if turns else "none",
        "turns": _well_formed(turns),
        "parts": _parts(turns),
        "include": _include(content.get("include")),
        "extras": _extras(content),
        "prompt": _prompt(last_said, prompts),
    }


def content_of(request: WireRequest) -> Mapping[str, Any]:
    """The body of a request, without what its endpoint does not know."""
    return _known_at(_endpoint(request), request)


def _known_at(endpoint: str, request: WireRequest) -> Mapping[str, Any]:
    content = request.json if isinstance(request.json, dict) else {}
    foreign = ELSEWHERE.get(endpoint, frozenset())
    return content if foreign.isdisjoint(content) else {name: value for name, value in content.items() if name not in foreign}


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
        call = {"id": item.get("call_id"), "function": {"arguments": item.get("arguments")}}
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


def called(content: Mapping[str, Any], said: str) -> Mapping[str, Any] | None:
    """The function that the model calls.

    Where the choice is its own, a model calls what the message speaks of; here that is a function with a word of its name in
    the message, as ``get_weather`` and "the weather".
    """
    functions, choice = functions_of(content), content.get("tool_choice")
    if not functions or choice == "none":
        return None
    if isinstance(choice, dict):
        chosen = choice["function"] if isinstance(choice.get("function"), dict) else choice
        return next((one for one in functions if one.get("name") == chosen.get("name")), functions[0])
    words = set(_WORD.findall(said.lower()))
    spoken_of = (one for one in functions if words.intersection(_WORD.findall(str(one.get("name", "")).lower())) - _VERBS)
    return next(spoken_of, functions[0] if choice == "required" else None)


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
    reasoning = content.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, dict) else content.get("reasoning_effort")
    return None if effort is None else str(effort)


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


def _endpoint(request: WireRequest) -> str:
    return request.path.rstrip("/").partition("/v1/")[2]


def _route(endpoint: str) -> str:
    if endpoint == CHAT:
        return "chat"
    steps = endpoint.split("/")
    return endpoint if steps[0] in ENDPOINTS or "/".join(steps[:2]) in ENDPOINTS else "other"


def _key(request: WireRequest, key: str, scenario: str) -> str:
    if scenario == "wrong-key":  # xAI does not know the key that the provider was given
        return "wrong"
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        return "missing"
    return "good" if not key or given.strip() == key else "wrong"


def _body(request: WireRequest, content: Mapping[str, Any]) -> str:
    if not request.body:
        return "none"
    if not isinstance(request.json, dict):
        return "not-json"
    if not isinstance(content.get("model"), str):
        return "no-model"
    said = content.get("input", content.get("messages"))
    return "object" if isinstance(said, list) or isinstance(content.get("input"), str) else "no-messages"


def _refused(content: Mapping[str, Any], model: Model | None) -> str:
    if model is None:
        return "none"
    for name in model.refuses:
        given = effort_of(content) if name == "reasoning_effort" else content.get(name)
        if given is not None:
            return name
    return "none"


def _length(request: WireRequest, turns: Sequence[Mapping[str, Any]], model: Model | None) -> str:
    if model is None or len(request.body) <= model.window:
        return "fits"
    return length_of(text_of(turn.get("content")) for turn in turns).beside(model.window)


def _limit(limit: Any) -> str:
    if limit is None:
        return "open"
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        return "other"
    return "tight" if limit <= TIGHT else "small" if limit <= SMALL else "open"


def _stream(content: Mapping[str, Any]) -> str:
    if not content.get("stream"):
        return "no"
    options = content.get("stream_options")
    return "with-usage" if isinstance(options, dict) and options.get("include_usage") else "yes"


def _format(content: Mapping[str, Any]) -> tuple[str, str]:
    wanted = format_of(content)
    kind = wanted.get("type")
    if kind not in ("text", "json_object", "json_schema"):
        return "other", "none"
    if kind != "json_schema":
        return str(kind), "none"
    return "json_schema", "unusable" if _unusable(wanted.get("schema")) else str(wanted.get("name", "none"))


def _unusable(schema: Any) -> bool:
    """Whether xAI refuses a schema: an empty enumeration or alternative, a property that is true or false, items in a list."""
    level = [schema]
    while level:
        found = level.pop()
        if isinstance(found, list):
            level += found
        elif isinstance(found, dict):
            properties = found.get("properties")
            if [] in (found.get("enum"), found.get("anyOf")) or isinstance(found.get("items"), list):
                return True
            if not {"minContains", "maxContains"}.isdisjoint(found):
                return True
            if isinstance(properties, dict) and any(isinstance(one, bool) for one in properties.values()):
                return True
            for name, inner in found.items():
                if name in SCHEMAS_BY_NAME and isinstance(inner, dict):
                    level += inner.values()
                elif name not in PLAIN_DATA:
                    level.append(inner)
    return False


def _offered(offered: Any, functions: Sequence[Mapping[str, Any]], most: int) -> str:
    if not isinstance(offered, list) or not offered:
        return "none"
    if len(offered) > most:
        return "too-many"
    if not all(isinstance(tool, dict) for tool in offered) or not all(isinstance(one.get("name"), str) for one in functions):
        return "other"
    return "functions" if len(functions) == len(offered) else "server"


def _choice(choice: Any) -> str:
    if choice is None:
        return "unset"
    if isinstance(choice, str):
        return choice if choice in ("auto", "none", "required") else "other"
    # Beside {"type": "function"} xAI takes {"type": "tool", "name": …}, as another vendor's API writes it.
    return "function" if isinstance(choice, dict) and choice.get("type") in ("function", "tool") else "other"


def _well_formed(turns: Sequence[Mapping[str, Any]]) -> str:
    for turn in turns:
        calls = calls_of(turn)
        if not calls and turn.get("content") in (None, []):
            return "empty"
        if any(bad_arguments(call) for call in calls):
            return "bad-arguments"
    return "fine"


def bad_arguments(call: Mapping[str, Any]) -> bool:
    """Whether the arguments of a tool call that goes back are no JSON."""
    function = call.get("function")
    try:
        json.loads(function["arguments"] if function else "")
    except (TypeError, KeyError, ValueError):
        return True
    return False


def _parts(turns: Sequence[Mapping[str, Any]]) -> str:
    for turn in turns:
        content = turn.get("content")
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and part.get("type") in ("image_url", "input_image"):
                return "image"
    return "text"


def _include(include: Any) -> str:
    if not include:
        return "none"
    return "encrypted-reasoning" if include == ["reasoning.encrypted_content"] else "other"


def _extras(content: Mapping[str, Any]) -> str:
    if SHAPING.keys().isdisjoint(content):
        return "none"
    return " ".join(name for name, plain in SHAPING.items() if content.get(name) not in (None, plain)) or "none"


def _prompt(said: str, prompts: Mapping[str, str]) -> str:
    parts = (said[-EDGE:], said[:EDGE], said) if len(said) > 2 * EDGE else (said,)
    found = (name for part in parts for name, text in prompts.items() if text in part)
    return next(found, "") or ("question" if question_in(parts[0]) else long_prompt_in(said) or "other")
