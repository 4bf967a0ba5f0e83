"""What connects the parts of an answer, and no schema can say: sums, the order of a stream, what follows from the request.

An invariant is a function that gives a sentence for each breach, and none for what it is not about. It trusts no type: a value
that is not what it should be is a fault of the shape (``shape.py``), and is passed over here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from grokgate.upstream.fidelity import streams
from grokgate.upstream.fidelity.counts import Counts, counts_of
from grokgate.upstream.fidelity.fees import fees_of
from grokgate.upstream.fidelity.reply import Reply, objects
from grokgate.upstream.fidelity.shape import GONE, IN_TEXT
from grokgate.values.capture import Capture
from grokgate.values.line import one_line
from grokgate.values.world import PRIORITY, Price

FINISHES = ("stop", "length", "tool_calls")
REPEATED = {
    "max_output_tokens": None,
    "previous_response_id": None,
    "store": True,
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "instructions": None,
    "user": None,
    "prompt_cache_key": None,
    "max_tool_calls": None,
    "truncation": "disabled",
}
"""What a response repeats of its request, with what it says where nothing was asked. In autumn 2025 it said only some of it."""
NO_PRICES: Mapping[str, Price] = MappingProxyType({})
SENTENCE = 400
"""The one status whose body may be a text in quotes."""
HINTS = ("x-request-id", "x-ratelimit-", "retry-after")
"""How headers begin that no refusal has."""

Invariant = Callable[[Reply], Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class Broken:
    """An invariant that an answer does not keep: its name, and how."""

    name: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}"


def broken_invariants(capture: Capture, prices: Mapping[str, Price] = NO_PRICES) -> tuple[Broken, ...]:
    """What an answer breaks of that which every answer of xAI keeps.

    ``prices``, by the name of the model that answered, are those of the day of the answer; without one the cost is not checked.
    """
    reply = Reply(capture)
    found = [(name, sentence) for name, invariant in INVARIANTS.items() for sentence in invariant(reply)]
    found += [("cost-is-the-price", sentence) for sentence in _cost(reply, prices)]
    return tuple(Broken(name=name, sentence=sentence) for name, sentence in found)


def _total(reply: Reply) -> Iterator[str]:
    """Chat and gRPC count the thinking beside the output, the responses endpoint as part of it."""
    for counts in _counts(reply):
        parts = [counts.prompt, counts.output, *(() if counts.includes else (counts.reasoning,))]
        if sum(parts) != counts.total:
            yield f"{' + '.join(map(str, parts))} is {sum(parts)}, total_tokens is {counts.total}"


def _reasoning(reply: Reply) -> Iterator[str]:
    for counts in _counts(reply):
        if counts.includes and counts.reasoning > counts.output:
            yield f"{counts.reasoning} tokens of reasoning among {counts.output} of output"


def _parts(reply: Reply) -> Iterator[str]:
    for counts in _counts(reply):
        if counts.parts is not None and sum(counts.parts) != counts.prompt:
            yield f"{' + '.join(map(str, counts.parts))} is {sum(counts.parts)}, the prompt has {counts.prompt} tokens"


def _cost(reply: Reply, prices: Mapping[str, Price]) -> Iterator[str]:
    """Thinking is billed as output, a priority tier doubles all, and what tools of xAI's own cost comes on top."""
    price, told = prices.get(reply.served), str(reply.usage.get("cost_in_usd_ticks"))  # gRPC's JSON writes large numbers as text
    if price is None or not told.isdecimal():
        return
    cost = int(told)
    if any(answer.get("service_tier") == PRIORITY for answer in reply.answers):
        price = price.priority
    fees, at_least = fees_of(reply.usage)
    for counts in _counts(reply):
        output = counts.output if counts.includes else counts.output + counts.reasoning
        tokens = price.ticks(prompt=counts.prompt, cached=counts.cached, completion=output, reasoning=0)
        if cost < tokens + fees or (cost != tokens + fees and not at_least):
            tools = f" and its tools {'at least ' if at_least else ''}{fees}" if fees or at_least else ""
            yield f"the tokens cost {tokens} ticks{tools}, cost_in_usd_ticks is {cost}"


def _counts(reply: Reply) -> Iterator[Counts]:
    if (counts := counts_of(reply)) is not None:
        yield counts


def _finish(reply: Reply) -> Iterator[str]:
    for finish in _finishes(reply):
        if finish not in FINISHES:
            yield f"finish_reason is {json.dumps(finish)}"


def _finish_and_calls(reply: Reply) -> Iterator[str]:
    finishes, called = _finishes(reply), bool(reply.tool_calls)
    if finishes and ("tool_calls" in finishes) != called:
        yield f"finish_reason is {json.dumps(finishes[-1])} {'with' if called else 'without'} tool calls"


def _finishes(reply: Reply) -> list[object]:
    """The finish reasons of a chat answer; a piece of a stream need not have one, an answer must."""
    if reply.endpoint != "chat":
        return []
    choices = [choice for answer in reply.answers for choice in objects(answer.get("choices"))]
    return [choice.get("finish_reason") for choice in choices if not reply.is_stream or choice.get("finish_reason") is not None]


def _arguments(reply: Reply) -> Iterator[str]:
    for call in reply.tool_calls:
        arguments = call.get("arguments")
        if not isinstance(arguments, str):
            continue
        try:
            parsed = json.loads(arguments)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            yield f"the arguments of the call of {call.get('name')} are no JSON object"


def _as_asked(reply: Reply) -> Iterator[str]:
    if reply.endpoint not in ("chat", "responses") or reply.is_refusal:
        return
    asked = reply.capture.request.field("stream") is True
    wanted = "text/event-stream" if asked else "application/json"
    if reply.kind != wanted:
        yield f"{'a stream' if asked else 'an answer in one piece'} was asked for, the content type is {reply.kind or 'missing'}"


def _repeats(reply: Reply) -> Iterator[str]:
    """A response says what was asked for, from its first event on."""
    asked = reply.capture.request.json
    if reply.endpoint != "responses" or reply.is_refusal or not isinstance(asked, dict):
        return
    for answer in (one for one in reply.answers if "object" in one):
        for key, usual in REPEATED.items():
            wanted = usual if asked.get(key) is None else asked[key]
            if key in answer and answer[key] != wanted:
                yield f"{key} is {one_line(json.dumps(answer[key]), 60)}, asked was {one_line(json.dumps(wanted), 60)}"
        offered, said = ([(tool.get("type"), tool.get("name")) for tool in objects(one.get("tools"))] for one in (asked, answer))
        if offered != said:
            yield f"the tools are {said}, asked were {offered}"
        if _format(asked) != _format(answer):
            yield f"the format is {_format(answer)[0]}, asked was {_format(asked)[0]}"


def _format(one: Mapping[str, Any]) -> tuple[Any, Any]:
    """Type and schema of a response format, asked for or repeated."""
    found = text.get("format") if isinstance(text := one.get("text"), dict) else None
    return (found.get("type"), found.get("schema")) if isinstance(found, dict) else ("text", None)


def _refusal(reply: Reply) -> Iterator[str]:
    if not reply.is_refusal:
        return
    status, body = reply.capture.status, reply.json
    if status in IN_TEXT:
        if isinstance(body, dict):
            yield f"a {status} is plain text, this one is JSON"
        return
    if status == SENTENCE and isinstance(body, str):  # a model that this endpoint does not have; the shape says the words
        return
    wanted = {"error"} if status == GONE else {"code", "error"}
    texts = {key for key, value in body.items() if isinstance(value, str)} if isinstance(body, dict) else set()
    if texts != wanted or not isinstance(body, dict) or len(body) != len(wanted):
        yield f"a {status} says {' and '.join(sorted(wanted))} as text, and nothing else"


def _hints(reply: Reply) -> Iterator[str]:
    if reply.is_refusal:
        for name in reply.capture.headers:
            if name.startswith(HINTS):
                yield f"the refusal has the header {name}"


INVARIANTS: Mapping[str, Invariant] = MappingProxyType(
    {
        "tokens-add-up": _total,
        "reasoning-within-output": _reasoning,
        "prompt-parts-add-up": _parts,
        "finish-is-known": _finish,
        "finish-tells-of-calls": _finish_and_calls,
        "arguments-are-json": _arguments,
        "stream-where-asked": _as_asked,
        "response-repeats-the-request": _repeats,
        "refusal-says-code-and-error": _refusal,
        "refusal-gives-no-hint": _hints,
        **streams.INVARIANTS,
    }
)
"""Every invariant but that of the cost, which needs prices, by its name."""
