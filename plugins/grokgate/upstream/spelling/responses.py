"""The spelling of ``/v1/responses``: turns are items, functions are flat, and format and effort stand in objects of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grokgate.upstream.fidelity.reply import Reply, objects
from grokgate.upstream.spelling.form import Made, Misspelt, NormalAnswer, Said, Spelling, figures
from grokgate.values.world import EFFORT

FOREIGN = frozenset({"messages", "response_format", EFFORT, "max_tokens", "max_completion_tokens"})
"""Fields of chat that this endpoint does not know."""
_TAKEN_APART = frozenset({"input", "instructions", "reasoning", "text", "tools", "tool_choice"})
_WHERE = {EFFORT: "reasoning.effort", "response_format": "text.format", "messages": "input"}
_PLACES = {**_WHERE, "response_format.json_schema": "text.format", "tool_choice.function": "tool_choice"}
_NOT_SAID = ("type", "id", "status", "reasoning", "tool_calls")
"""Keys of a message that are no part of what it says."""
_WORDS = {"completed": "stop", "max_output_tokens": "length", "content_filter": "content_filter"}
"""How an answer ended, in chat's words: by its status, or by what left it incomplete."""
_TERMINAL = ("response.completed", "response.incomplete", "response.failed")
_SPOKEN = "response.output_text.delta"
_THOUGHT = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")


def _read(body: Mapping[str, Any]) -> Said:
    turns = _Turns(body)
    fields = {name: value for name, value in body.items() if name not in FOREIGN | _TAKEN_APART}
    fields |= dict(_inner(body, "reasoning", "effort", EFFORT)) | dict(_inner(body, "text", "format", "response_format"))
    if "response_format" in fields:
        fields["response_format"] = _format(fields["response_format"])
    places = dict(_PLACES)
    if "tools" in body:
        fields["tools"] = [*map(_tool, body["tools"])] if isinstance(body["tools"], list) else body["tools"]
        places |= {f"tools[{number}].function": f"tools[{number}]" for number in range(len(objects(fields["tools"])))}
    if "tool_choice" in body:
        fields["tool_choice"] = _tool(body["tool_choice"])
    if "input" in body or "instructions" in body:
        fields["messages"] = turns.messages
    foreign = {name: value for name, value in body.items() if name in FOREIGN}
    return Said(fields=fields, foreign=foreign, places=places | turns.places, misspelt=tuple(turns.misspelt))


def _inner(body: Mapping[str, Any], outer: str, name: str, called: str) -> Iterator[tuple[str, Any]]:
    """A field of an object by the name that it has on chat, and what else the object has by the object's."""
    if not isinstance(given := body.get(outer), dict):
        yield from [(outer, given)] if outer in body else []
        return
    yield from [(called, given[name])] if name in given else []
    yield from [(outer, rest)] if (rest := {key: value for key, value in given.items() if key != name}) else []


def _tool(tool: Any) -> Any:
    """A function, offered or chosen, with what it is beneath ``function``."""
    if not isinstance(tool, dict) or tool.get("type") != "function":
        return tool
    return {"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}


def _format(format: Any) -> Any:
    """A format, with its schema beneath ``json_schema``."""
    if not isinstance(format, dict) or format.get("type") != "json_schema":
        return format
    return {"type": "json_schema", "json_schema": {key: value for key, value in format.items() if key != "type"}}


class _Turns:
    """The items of a request as messages: what the assistant thought, said and called in one turn is one of them."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.messages: list[dict[str, Any]] = []
        self.places: dict[str, str] = {}
        self.misspelt: list[Misspelt] = []
        if body.get("instructions"):
            self._begin({"role": "system", "content": body["instructions"]}, "instructions", "")
        given = body.get("input")
        if isinstance(given, str):
            self._begin({"role": "user", "content": given}, "input", "")
        for number, item in enumerate(given if isinstance(given, list) else ()):
            if isinstance(item, dict):
                self._add(item, f"input[{number}]")

    def _add(self, item: Mapping[str, Any], place: str) -> None:
        kind = item.get("type", "message")
        if kind == "reasoning":
            self._thought(item, place)
        elif kind == "function_call":
            self._called(item, place)
        elif kind == "function_call_output":
            result = {"role": "tool", "content": _content(item.get("output")), "tool_call_id": item.get("call_id")}
            self._begin(result, place, ".output", tool_call_id=".call_id")
        elif kind == "message":
            self._said(item, place)
        else:
            self._begin({"role": "assistant", "content": str(kind), **item}, place, "")

    def _thought(self, item: Mapping[str, Any], place: str) -> None:
        self._of_the_assistant(place, lacking=("content", "tool_calls")).setdefault("reasoning", []).append(item)
        has_words = any(item.get(key) for key in ("summary", "content", "encrypted_content"))
        if not has_words or "summary" not in item or item.get("content", "") is None:
            lacks = "nothing in it" if not has_words else "no summary" if "summary" not in item else "content: null"
            because = f"{place} is a reasoning item with {lacks}; it goes back whole, as it came, or not at all"
            self.misspelt.append(Misspelt(place, item, because))

    def _called(self, item: Mapping[str, Any], place: str) -> None:
        turn = self._of_the_assistant(place)
        function = {"name": item.get("name"), "arguments": item.get("arguments")}
        calls = turn.setdefault("tool_calls", [])
        own = f"messages[{len(self.messages) - 1}].tool_calls[{len(calls)}]"
        self.places |= {own: place, f"{own}.function": place, f"{own}.id": f"{place}.call_id"}
        calls.append({"id": item.get("call_id"), "type": "function", "function": function})

    def _said(self, item: Mapping[str, Any], place: str) -> None:
        content, role = _content(item.get("content")), item.get("role")
        if item.get("tool_calls"):
            because = f"{place} is a message with tool_calls; /v1/responses takes each call as an item, a function_call"
            self.misspelt.append(Misspelt(f"{place}.tool_calls", item, because))
        elif _says_nothing(content):
            because = f"{place} is a message of the {role} with nothing in it, which xAI refuses; leave it out"
            self.misspelt.append(Misspelt(place, item, because, is_empty=True))
        if role == "tool":
            because = f"{place} is a message of the role tool; /v1/responses takes the result of a call as a function_call_output"
            self.misspelt.append(Misspelt(place, item, because))
        made = {key: value for key, value in item.items() if key not in _NOT_SAID} | {"content": content}
        if item.get("role") != "assistant":
            self._begin(made, place, ".content")
            return
        self._of_the_assistant(place, lacking=("content",)).update(made)
        self.places[f"messages[{len(self.messages) - 1}].content"] = f"{place}.content"

    def _of_the_assistant(self, place: str, lacking: tuple[str, ...] = ()) -> dict[str, Any]:
        """The turn that goes on, or a new one where it is another's, or has one of these already."""
        last = self.messages[-1] if self.messages else {}
        if last.get("role") != "assistant" or any(last.get(key) for key in lacking):
            self._begin({"role": "assistant"}, place, ".content")
        return self.messages[-1]

    def _begin(self, message: dict[str, Any], place: str, content: str, **more: str) -> None:
        own = f"messages[{len(self.messages)}]"
        self.places |= {own: place, f"{own}.content": f"{place}{content}"}
        self.places |= {f"{own}.{key}": f"{place}{there}" for key, there in more.items()}
        self.messages.append(message)


def _content(content: Any) -> Any:
    return [*map(_part, content)] if isinstance(content, list) else content


def _part(part: Any) -> Any:
    """A part of a message, by its type on chat."""
    if not isinstance(part, dict):
        return part
    if part.get("type") in ("input_text", "output_text"):
        return {"type": "text", "text": part.get("text", "")}
    if part.get("type") == "input_image":
        return {"type": "image_url", "image_url": {"url": part.get("image_url")}}
    return part


def _says_nothing(content: Any) -> bool:
    return not content or (isinstance(content, list) and all(part == {"type": "text", "text": ""} for part in content))


def _answer(reply: Reply) -> NormalAnswer:
    return _streamed(reply) if reply.is_stream else _whole(reply)


def _whole(reply: Reply) -> NormalAnswer:
    answer = reply.json if isinstance(reply.json, dict) else {}
    items = objects(answer.get("output"))
    calls = _calls(items)
    thoughts = [part for item in _of(items, "reasoning") for key in ("summary", "content") for part in objects(item.get(key))]
    reason, ended_as = _ended(answer, calls)
    return NormalAnswer(
        came="output" in answer,
        text=_text(part for item in _of(items, "message") for part in objects(item.get("content"))),
        reasoning=_text(thoughts),
        calls=calls,
        finish_reason=reason,
        ended_as=ended_as,
        usage=_usage(reply.usage),
    )


def _streamed(reply: Reply) -> NormalAnswer:
    events = [(str(event.get("type")), event) for event in reply.messages]
    items = [
        item for kind, event in events if kind == "response.output_item.done" and isinstance(item := event.get("item"), dict)
    ]
    last = next((event.get("response") for kind, event in events if kind in _TERMINAL), None)
    calls = _calls(items)
    reason, ended_as = _ended(last if isinstance(last, dict) else {}, calls)
    told = (*_THOUGHT, _SPOKEN, *_TERMINAL)
    return NormalAnswer(
        came=any(kind.startswith("response.") for kind, _ in events),
        text="".join(str(event.get("delta", "")) for kind, event in events if kind == _SPOKEN),
        reasoning="".join(str(event.get("delta", "")) for kind, event in events if kind in _THOUGHT),
        calls=calls,
        finish_reason=reason,
        ended_as=ended_as,
        usage=_usage(reply.usage),
        quiet=sum(kind not in told for kind, _ in events),
    )


def _of(items: Sequence[Mapping[str, Any]], kind: str) -> Iterator[Mapping[str, Any]]:
    return (item for item in items if item.get("type") == kind)


def _text(parts: Any) -> str:
    return "".join(str(part.get("text") or "") for part in parts)


def _calls(items: Sequence[Mapping[str, Any]]) -> tuple[Made, ...]:
    return tuple(Made(item["call_id"], item["name"], item["arguments"]) for item in _of(items, "function_call"))


def _ended(answer: Mapping[str, Any], calls: tuple[Made, ...]) -> tuple[str | None, tuple[str, ...]]:
    """How an answer ended, in chat's word and in its own."""
    status, details = answer.get("status"), answer.get("incomplete_details")
    because = details.get("reason") if isinstance(details, dict) else None
    own = tuple(word for word in (status, because) if isinstance(word, str))
    if status == "completed" and calls:
        return "tool_calls", own
    return next((word for said in own if (word := _WORDS.get(said))), None), own


def _usage(told: Mapping[str, Any]) -> Mapping[str, int] | None:
    """The output without its reasoning, which stands beside it in the form."""
    output, reasoning = told.get("output_tokens"), (told.get("output_tokens_details") or {}).get("reasoning_tokens")
    return figures(
        {
            "prompt_tokens": told.get("input_tokens"),
            "completion_tokens": None if output is None else output - (reasoning or 0),
            "reasoning_tokens": reasoning,
            "total_tokens": told.get("total_tokens"),
            "cached_tokens": (told.get("input_tokens_details") or {}).get("cached_tokens"),
        }
    )


RESPONSES = Spelling(
    name="responses",
    path="responses",
    limits=("max_output_tokens", "max_completion_tokens", "max_tokens"),
    limits_read=("max_output_tokens",),
    usage_asked_by="",
    read=_read,
    answer=_answer,
    statuses={404: 400},  # a model that is not there, or is no more
    words={**_WHERE, "max_completion_tokens": "max_output_tokens"},
)
