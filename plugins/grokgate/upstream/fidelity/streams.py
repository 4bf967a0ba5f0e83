"""The order that a stream keeps, chat's and that of the responses endpoint."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from grokgate.upstream.fidelity.reply import DONE, Reply, objects, without_comments
from grokgate.values.line import one_line

FINISH_WITH_THE_CALL = ("grok-2-1212", "grok-2-vision-1212")
"""Models whose tool call comes in the same chunk as the finish reason: 16 streams of agentjido/req_llm, October 2025."""
FINISH_WITH_A_THOUGHT = ("grok-3-mini", "grok-3-mini-high", "grok-code-fast-1")
"""Models whose last piece of thinking may come with the finish reason: 4 public streams of autumn 2025."""
_WHOLE = {
    "response.output_text.done": "text",
    "response.reasoning_summary_text.done": "text",
    "response.function_call_arguments.done": "arguments",
    "response.custom_tool_call_input.done": "input",
}


def _data_lines(reply: Reply) -> Iterator[str]:
    if not _is_chat(reply):
        return
    *blocks, rest = without_comments(reply.text).split("\n\n")
    for block in filter(None, (block.strip("\n") for block in blocks)):
        if "\n" in block or not block.startswith("data: "):
            yield f"no single data: line: {one_line(block, 60)}"
    if rest:
        yield f"no blank line at the end: {one_line(rest, 60)}"


def _done(reply: Reply) -> Iterator[str]:
    if _is_chat(reply):
        blocks = without_comments(reply.text).split("\n\n")
        said = [block.removeprefix("data:").strip() == DONE for block in blocks if block.strip()]
        if said.count(True) != 1 or not said[-1]:
            yield f"{DONE} stands {said.count(True)} times, and {'not ' if not said or not said[-1] else ''}at the end"


def _one_answer(reply: Reply) -> Iterator[str]:
    """``created`` is no part of it: a long stream gives each chunk the second at which it was made."""
    if not reply.is_stream or reply.endpoint not in ("chat", "responses"):
        return
    answers = [answer for answer in reply.answers if "id" in answer and "model" in answer]
    for key in ("id", "model", "object", "system_fingerprint"):
        values = {json.dumps(answer.get(key)) for answer in answers}
        if len(values) > 1:
            yield f"{key} changes: {', '.join(sorted(values))}"


def _created(reply: Reply) -> Iterator[str]:
    if _is_chat(reply):
        seconds = [second for chunk in reply.answers if type(second := chunk.get("created")) is int]
        for before, after in pairwise(seconds):
            if after < before:
                yield f"created falls from {before} to {after}"


def _role(reply: Reply) -> Iterator[str]:
    for index, choices in _choices(reply).items():
        roles = ["role" in delta for choice in choices if isinstance(delta := choice.get("delta"), dict)]
        if roles and roles != [True, *[False] * (len(roles) - 1)]:
            yield f"choice {index} has its role {roles.count(True)} times, first in chunk {(*roles, True).index(True)}"


def _one_finish(reply: Reply) -> Iterator[str]:
    for index, choices in _choices(reply).items():
        finished = [number for number, choice in enumerate(choices) if choice.get("finish_reason") is not None]
        if finished != [len(choices) - 1]:
            yield f"choice {index} has {len(choices)} chunks; a finish reason stands in {finished or 'none'}, counted from 0"


def _last_delta(reply: Reply) -> Iterator[str]:
    for index, choices in _choices(reply).items():
        for choice in choices:
            delta = choice.get("delta")
            with_call = reply.served in FINISH_WITH_THE_CALL and isinstance(delta, dict) and "tool_calls" in delta
            with_thought = (
                reply.served in FINISH_WITH_A_THOUGHT and isinstance(delta, dict) and delta.keys() == {"reasoning_content"}
            )
            if choice.get("finish_reason") is not None and delta != {} and not with_call and not with_thought:
                yield f"the finish reason of choice {index} comes with {one_line(json.dumps(delta), 60)}"


def _whole_calls(reply: Reply) -> Iterator[str]:
    for index, choices in _choices(reply).items():
        deltas = [delta for choice in choices if isinstance(delta := choice.get("delta"), dict)]
        numbers = [call.get("index") for delta in deltas for call in objects(delta.get("tool_calls"))]
        if numbers != list(range(len(numbers))):
            yield f"the calls of choice {index} bear the numbers {numbers}"


def _usage(reply: Reply) -> Iterator[str]:
    if not _is_chat(reply):
        return
    options = reply.capture.request.field("stream_options")
    asked = isinstance(options, dict) and options.get("include_usage") is True
    given = [number for number, chunk in enumerate(reply.messages) if "usage" in chunk or chunk.get("choices") == []]
    if given != ([len(reply.messages) - 1] if asked else []):
        yield f"the usage was {'' if asked else 'not '}asked for, and stands in {given or 'none'} of {len(reply.messages)} chunks"


def _types(reply: Reply) -> Iterator[str]:
    if _is_responses(reply):
        for event in reply.events:
            if isinstance(event.json, dict) and event.name != event.json.get("type"):
                yield f"the event {event.name or 'without a name'} has the type {event.json.get('type')}"


def _numbers(reply: Reply) -> Iterator[str]:
    if _is_responses(reply):
        numbers = [message.get("sequence_number") for message in reply.messages]
        wrong = next((place for place, number in enumerate(numbers) if number != place), None)
        if wrong is not None:
            yield f"event {wrong} has the sequence_number {numbers[wrong]}"


def _ends(reply: Reply) -> Iterator[str]:
    if _is_responses(reply):
        types = [message.get("type") for message in reply.messages]
        for name, place in (("response.created", 0), ("response.completed", -1)):
            if types.count(name) != 1 or types[place] != name:
                at = types[place] if types else "missing"
                yield f"{name} stands {types.count(name)} times, and the {'last' if place else 'first'} event is {at}"


def _no_done(reply: Reply) -> Iterator[str]:
    if _is_responses(reply) and f"data: {DONE}" in reply.text:
        yield f"{DONE} stands in a stream of the responses endpoint"


def _pieces(reply: Reply) -> Iterator[str]:
    """The deltas of a part, one after another, are the text that its last event gives whole."""
    if not _is_responses(reply):
        return
    said: defaultdict[tuple[Any, ...], str] = defaultdict(str)
    for message in reply.messages:
        kind, _, what = str(message.get("type")).rpartition(".")
        part = (kind, *(str(message.get(key)) for key in ("item_id", "content_index", "summary_index")))
        if what == "delta":
            said[part] += str(message.get("delta"))
        elif (key := _WHOLE.get(f"{kind}.{what}")) and said[part] != message.get(key):
            yield f"the pieces of {kind} make another text than the whole has"


def _items(reply: Reply) -> Iterator[str]:
    """An item is opened, told and closed under one identifier and one number, and the last event has what was closed."""
    if not _is_responses(reply):
        return
    opened: dict[str, Any] = {}
    closed = []
    for message in reply.messages:
        number, kind = str(message.get("output_index")), str(message.get("type")).removeprefix("response.")
        identity = item.get("id") if isinstance(item := message.get("item"), dict) else message.get("item_id")
        if kind == "output_item.added":
            opened[number] = identity
        elif (item or "item_id" in message) and opened.get(number) != identity:
            yield f"{kind} is about item {identity}, which is not open as number {number}"
        if kind == "output_item.done":
            closed.append(opened.pop(number, None))
    output = [objects(answer.get("output")) for answer in reply.answers if answer.get("status") in ("completed", "incomplete")]
    if opened or (output and [item.get("id") for item in output[-1]] != closed):
        yield f"{len(closed)} items were closed, and {len(opened)} stay open; the last event has other items"


def _is_chat(reply: Reply) -> bool:
    return reply.endpoint == "chat" and reply.is_stream


def _is_responses(reply: Reply) -> bool:
    return reply.endpoint == "responses" and reply.is_stream


def _choices(reply: Reply) -> Mapping[Any, list[Mapping[str, Any]]]:
    """The choices of a chat stream, in order, by their index."""
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for chunk in reply.messages if _is_chat(reply) else ():
        for choice in objects(chunk.get("choices")):
            found[str(choice.get("index"))].append(choice)
    return found


INVARIANTS: Mapping[str, Callable[[Reply], Iterator[str]]] = MappingProxyType(
    {
        "one-answer": _one_answer,
        "chat-stream-is-data-lines": _data_lines,
        "chat-stream-ends-with-done": _done,
        "created-never-falls": _created,
        "role-comes-first": _role,
        "finish-comes-last": _one_finish,
        "finish-says-nothing-else": _last_delta,
        "calls-come-whole": _whole_calls,
        "usage-where-asked": _usage,
        "events-bear-their-type": _types,
        "numbers-rise-from-0": _numbers,
        "created-first-completed-last": _ends,
        "responses-stream-has-no-done": _no_done,
        "pieces-make-the-whole": _pieces,
        "items-open-and-close": _items,
    }
)
