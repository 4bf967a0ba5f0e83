"""What a request means: reduced to what xAI looks at, as named dimensions with plain values.

Providers word a request differently; what it means decides the answer. The dimensions:

========== ======================================================================================================
scenario   what the test asked of xAI (``plain`` unless it asked for a refusal or a substitution)
route      ``chat``, ``responses``, ``models``, ``language-models``, ``model`` or ``language-model`` for one of these, the name
           of another endpoint that xAI has, or ``other``
method     ``right`` or ``wrong`` for that route
key        ``good``, ``wrong`` or ``missing``
body       ``object``, ``unreadable`` where it is no JSON or has a field of another type than xAI reads, or ``none``
complaint  what xAI says of a body that it cannot read, without the place; else ``none``
asked      the name of the model as it was asked for, ``none`` where there is none
served     the model that answers to the asked name, ``retired`` where it was, ``unknown`` where there is none
refused    the first field that is refused, in the spelling of the API: one that xAI retired, or a parameter of this model;
           ``instructions-with-previous`` where a request has both; ``endpoint`` where the model is not to be had here,
           ``effort-value`` for an effort that it has not; else ``none``
thinking   ``none``, ``hidden`` or ``shown``: what this model does, asked like this; ``unknown`` where there is none
trait      the habit of this model that the scenario is about: ``showed-thinking``, ``limit-counted-thinking``; where
           functions are offered, what it says before it calls: ``words-before-call``, ``blank-before-call`` (where the
           call was demanded); else ``none``
effort     how much thinking is asked for, as it came; ``unset`` where nothing is said
length     whether the prompt ``fits`` the model's window, is ``over`` it, or is ``unclear``
limit      ``tight`` (1 to 6 tokens), ``small`` (to 31), ``open`` (more, or none given), ``other``
stream     ``no``, ``yes`` or ``with-usage``
format     ``text``, ``json_object``, ``json_schema`` or ``other``
schema     the name of the JSON schema, ``unusable`` where xAI refuses it, else ``none``
tools      the names of the offered functions, sorted, else ``none``
offered    ``none``, ``functions``, ``server`` (tools that xAI runs), ``too-many``; ``strange-root`` or ``unusable`` where xAI
           refuses the parameters of one
choice     ``unset``, ``auto``, ``none``, ``required``, ``function`` or ``other``
demanded   the function that the choice demands by its name, else ``none``
call       ``yes`` where a function is called: a choice demands it, or, which is a guess, it was spoken of; else ``no``
parallel   whether several calls at once are allowed: ``yes`` or ``no``
turn       the role of the last message
turns      ``fine``; ``empty`` or ``bad-arguments`` where a message has nothing in it, or a tool call no JSON; on responses
           ``no-reasoning`` where an item of thinking goes back that is none, ``changed-reasoning`` where it was encrypted
           and is not as it was given
parts      ``text``, or ``image`` or ``file`` where a message has one
include    ``none``, ``encrypted-reasoning`` or ``other`` (responses only); what tools of xAI's own would tell changes nothing
extras     parameters that would change the answer's shape and that no rule knows, such as ``n``; else ``none``
prompt     the name of the committed prompt that the last user message contains, ``question`` for one of those, ``long`` for
           a long one, else ``other``
========== ======================================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from grokgate.formats.fixtures import question_in
from grokgate.upstream.bodies import first_fault
from grokgate.upstream.choice import called
from grokgate.upstream.complaint import complaint
from grokgate.upstream.fidelity.reply import objects
from grokgate.upstream.json_schema import strange_root, unusable
from grokgate.upstream.length import length_of, long_prompt_in
from grokgate.upstream.sealed import is_sealed
from grokgate.upstream.spelling.chat import CHAT
from grokgate.upstream.spelling.endpoints import endpoint_of, read
from grokgate.upstream.spelling.form import NormalRequest
from grokgate.upstream.spelling.responses import RESPONSES
from grokgate.upstream.wording import (
    LISTS,
    asked_for,
    calls_of,
    effort_given,
    effort_of,
    format_of,
    limit_of,
    said_last,
    text_of,
)
from grokgate.upstream.world import WRONG_KEY, World
from grokgate.values.wire import WireRequest
from grokgate.values.world import EFFORT, Model
from grokgate.values.world import ENDPOINTS as PLACES

Meaning = Mapping[str, str]

METHODS = {
    "chat": "POST",
    RESPONSES.name: "POST",
    **dict.fromkeys(("models", "language-models", "model", "language-model"), "GET"),
}
ENDPOINTS = frozenset(
    {
        *LISTS,
        RESPONSES.name,
        "chat/deferred-completion",
        "chat/stored-completion",
        "completions",
        "complete",
        "messages",
        "embeddings",
        "embedding-models",
        "image-generation-models",
        "video-generation-models",
    }
    | {"api-key", "tokenize-text", "images", "videos", "batches", "files", "documents", "collections", "realtime", "stt", "tts"}
)
"""Endpoints of docs.x.ai beside chat; one that a world has no rule for is a miss, and no 404 that a provider is blamed for."""
REDIRECTED, NAMES_REFUSED = "redirected", "retired-names-refused"
"""Scenarios in which another model answers, and in which the names of retired models lead nowhere."""
TRAITS = {"thinking-shown": "showed-thinking", "limit-counts-thinking": "limit-counted-thinking"}
"""Scenarios that play what a model of a certain habit alone did."""
WORDS_BEFORE_CALL, BLANK_BEFORE_CALL = "words-before-call", "blank-before-call"
"""Habits of a model that says something before it calls, where the call is its own choice or where it was demanded."""
SHAPING = {"n": 1, "deferred": False, "background": False, "previous_response_id": None}
"""Parameters that change the answer's shape, with the value at which they do not."""
ENCRYPTED = "reasoning.encrypted_content"
INCLUDED = (
    ENCRYPTED,
    "web_search_call.",
    "x_search_call.",
    "code_interpreter_call.",
    "file_search_call.",
    "mcp_call.",
    "message.",
)
"""How what can be asked for in ``include`` begins; all but the first is of tools that xAI runs, or is ignored."""
TIGHT, SMALL = 6, 31
"""Limits in tokens: no answer on tape fits below the one, no answer in JSON below the other."""
EDGE = 4096
"""Characters at either end of a long message, where a prompt is looked for first: providers put it before or behind the rest."""
PARTS = {"image": {"image_url", "input_image"}, "file": {"file", "input_file"}}
"""What a message may hold beside text, as either endpoint names it."""


def meaning(
    request: WireRequest,
    world: World,
    prompts: Mapping[str, str],
    *,
    key: str,
    scenario: str,
    given: Collection[str] | None = None,
) -> Meaning:
    """The dimensions of a request. ``key`` is the one good key; ``prompts`` are the committed ones by name.

    ``given`` is encrypted thinking that recorded answers gave; ``None`` where any may go back, as in what others recorded.
    """
    endpoint = endpoint_of(request)
    body = _body(request, endpoint)
    said = read(request)
    content, turns, tools = said.fields, said.messages, said.functions
    name = asked_for(endpoint, content)
    model = answering(name, world, scenario)
    kind, schema = _format(content)
    streamed = bool(content.get("stream"))
    last_said = said_last(turns)
    return {
        "scenario": scenario,
        "route": _route(endpoint),
        "method": "right" if request.method == METHODS.get(_route(endpoint), request.method) else "wrong",
        "key": _key(request, key, scenario),
        "body": body,
        "complaint": _complaint(request, endpoint) if body == "unreadable" else "none",
        "asked": name or "none",
        "served": _served(name, model, world, scenario),
        "refused": _refused(said, model, world, _route(endpoint)),
        "thinking": model.thinking_of(effort_of(content), streamed=streamed) if model else "unknown",
        "trait": _trait(model, scenario, content),
        "effort": effort_of(content) or "unset",
        "length": _length(request, turns, model),
        "limit": _limit(limit_of(content)),
        "stream": _stream(content),
        "format": kind,
        "schema": schema,
        "tools": " ".join(sorted(str(tool.get("name", "?")) for tool in tools)) if tools else "none",
        "offered": _offered(content.get("tools"), tools, world),
        "choice": _choice(content.get("tool_choice")),
        "demanded": _demanded(content.get("tool_choice")),
        "call": "yes" if tools and called(content) else "no",
        "parallel": "no" if content.get("parallel_tool_calls") is False else "yes",
        "turn": str(turns[-1].get("role", "none")) if turns else "none",
        "turns": _thinking_back(said.body.get("input"), given) or _well_formed(said),
        "parts": _parts(turns),
        "include": _include(content.get("include")),
        "extras": _extras(content),
        "prompt": _prompt(last_said, prompts),
    }


def answering(name: str, world: World, scenario: str) -> Model | None:
    """The model that answers to a name; in the scenario ``redirected`` another one than is asked for."""
    model = world.served.get(name)
    return world.stand_in(model) if model and scenario == REDIRECTED else model


def _route(endpoint: str) -> str:
    if endpoint == CHAT.path:
        return CHAT.name
    steps = endpoint.split("/")
    if steps[0] in LISTS and len(steps) == 2:
        return steps[0].removesuffix("s")
    return endpoint if steps[0] in ENDPOINTS or "/".join(steps[:2]) in ENDPOINTS else "other"


def _key(request: WireRequest, key: str, scenario: str) -> str:
    if scenario == WRONG_KEY:  # xAI does not know the key that the provider was given
        return "wrong"
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        return "missing"
    return "good" if not key or given.strip() == key else "wrong"


def _body(request: WireRequest, endpoint: str) -> str:
    if not request.body:
        return "none"
    return "object" if isinstance(request.json, dict) and first_fault(request.json, endpoint) is None else "unreadable"


def _complaint(request: WireRequest, endpoint: str) -> str:
    return complaint(request.body, endpoint).rpartition(" at line ")[0] or "none"


def _served(name: str, model: Model | None, world: World, scenario: str) -> str:
    if name in world.retired or (scenario == NAMES_REFUSED and model and model.redirected):
        return "retired"
    return model.id if model else "unknown"


def _refused(said: NormalRequest, model: Model | None, world: World, route: str) -> str:
    content = said.fields
    if model is None:
        return "none"
    for name in world.retired_fields:
        if content.get(name) is not None:
            return name
    if said.known.get("instructions") and content.get("previous_response_id"):
        return "instructions-with-previous"
    if route in PLACES and route not in model.endpoints:
        return "endpoint"
    effort = effort_given(content)
    for name in model.refuses:
        if (effort if name == EFFORT else content.get(name)) is not None:
            return name
    if effort is None or model.takes_effort(effort):
        return "none"
    return "effort-value"


def _trait(model: Model | None, scenario: str, content: Mapping[str, Any]) -> str:
    demanded = _choice(content.get("tool_choice")) in ("required", "function")
    before = (BLANK_BEFORE_CALL if demanded else WORDS_BEFORE_CALL) if content.get("tools") else "none"
    habit = TRAITS.get(scenario, before)
    return habit if model and habit in model.traits else "none"


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
    return "json_schema", "unusable" if unusable(wanted.get("schema")) else str(wanted.get("name", "none"))


def _offered(offered: Any, functions: Sequence[Mapping[str, Any]], world: World) -> str:
    if not isinstance(offered, list) or not offered:
        return "none"
    if len(offered) > world.most_tools:
        return "too-many"
    schemas = [function.get("parameters") for function in functions]
    if world.object_roots and any(map(strange_root, schemas)):
        return "strange-root"
    if any(map(unusable, schemas)):
        return "unusable"
    return "functions" if len(functions) == len(offered) else "server"


def _choice(choice: Any) -> str:
    if choice is None:
        return "unset"
    if isinstance(choice, str):
        return choice if choice in ("auto", "none", "required") else "other"
    # Beside {"type": "function"} xAI takes {"type": "tool", "name": …}, as another vendor's API writes it.
    return "function" if isinstance(choice, dict) and choice.get("type") in ("function", "tool") else "other"


def _demanded(choice: Any) -> str:
    chosen = choice.get("function", choice) if isinstance(choice, dict) else None
    return str(chosen.get("name", "none")) if isinstance(chosen, dict) else "none"


def _well_formed(said: NormalRequest) -> str:
    if any(found.is_empty for found in said.misspelt):
        return "empty"
    for turn in said.messages:
        calls = calls_of(turn)
        if turn.get("content") in (None, []) and not (calls or turn.get("reasoning") or "type" in turn):  # an item of its own
            return "empty"
        if any(bad_arguments(call) for call in calls):
            return "bad-arguments"
    return "fine"


def _thinking_back(items: Any, given: Collection[str] | None) -> str:
    """What xAI refuses of thinking that goes back as an item of a responses request."""
    for item in objects(items):
        if item.get("type") == "reasoning":
            if item.get("summary") is None or item.get("content", "") is None:
                return "no-reasoning"
            encrypted = item.get("encrypted_content")
            if encrypted is not None and given is not None and encrypted not in given and not is_sealed(str(encrypted)):
                return "changed-reasoning"
    return ""


def bad_arguments(call: Mapping[str, Any]) -> bool:
    """Whether the arguments of a tool call that goes back are no JSON."""
    function = call.get("function")
    try:
        json.loads(function["arguments"] if function else "")
    except (TypeError, KeyError, ValueError):
        return True
    return False


def _parts(turns: Sequence[Mapping[str, Any]]) -> str:
    contents = [content for turn in turns if isinstance(content := turn.get("content"), list)]
    types = {str(part.get("type")) for content in contents for part in content if isinstance(part, dict)}
    return next((kind for kind, names in PARTS.items() if names & types), "text")


def _include(include: Any) -> str:
    if not include:
        return "none"
    if not isinstance(include, list) or not all(str(name).startswith(INCLUDED) for name in include):
        return "other"
    return "encrypted-reasoning" if ENCRYPTED in include else "none"


def _extras(content: Mapping[str, Any]) -> str:
    if SHAPING.keys().isdisjoint(content):
        return "none"
    return " ".join(name for name, plain in SHAPING.items() if content.get(name) not in (None, plain)) or "none"


def _prompt(said: str, prompts: Mapping[str, str]) -> str:
    parts = (said[-EDGE:], said[:EDGE], said) if len(said) > 2 * EDGE else (said,)
    found = (name for part in parts for name, text in prompts.items() if text in part)
    return next(found, "") or ("question" if question_in(parts[0]) else "long" if long_prompt_in(said) else "other")
