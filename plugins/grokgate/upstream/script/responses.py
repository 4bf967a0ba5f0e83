"""A scripted answer on responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from grokgate.upstream.price import billed
from grokgate.upstream.script.said import Said, as_json, data_of, pieces, timed
from grokgate.values.wire import Answer
from grokgate.values.world import Price

Json = dict[str, Any]
_OF_THE_END = frozenset({"encrypted_content"})
"""What an item has only once it is complete."""


def shape_of_call(answer: Answer) -> Json:
    """A call as an answer in one piece has it; its id is made of that of the answer and its own."""
    found: Json = next(item for item in json.loads(answer.body)["output"] if item["type"] == "function_call")
    return found


def id_of(call: Mapping[str, Any]) -> str:
    return str(call["call_id"])


def whole(answer: Answer, said: Said, call: Json | None, price: Price) -> Answer:
    """The answer on tape with another content; ``call`` is the shape of one."""
    return replace(answer, body=as_json(_response(json.loads(answer.body), said, call, price)).encode())


def stream(answer: Answer, said: Said, call: Json | None, price: Price) -> Answer:
    """The stream on tape with another content: each item from its beginning to its end, and the whole response last."""
    events = [(at, found) for at, event in answer.chunks if (found := data_of(event))]
    opening = [(at, event) for at, event in events if event["type"] in ("response.created", "response.in_progress")]
    last = events[-1][1]
    response = _response(last["response"], said, call, price)
    told: list[Mapping[str, Any]] = [event for _, event in opening]
    for place, item in enumerate(response["output"]):
        told += [{**event, "output_index": place} for event in _events(item)]
    told.append({**last, "response": response})
    numbered = ({"sequence_number": number, **_unnumbered(event)} for number, event in enumerate(told))
    lines = (f"event: {event['type']}\ndata: {as_json(event)}\n\n".encode() for event in numbered)
    chunks = timed([at for at, _ in opening], lines)
    return replace(answer, body=b"".join(event for _, event in chunks), chunks=chunks)


def _response(body: Mapping[str, Any], said: Said, call: Json | None, price: Price) -> Json:
    return {**body, "output": list(_output(body, said, call)), "usage": _usage(body["usage"], said, price)}


def _usage(usage: Mapping[str, Any], said: Said, price: Price) -> Json:
    output = said.tokens + usage["output_tokens_details"]["reasoning_tokens"]
    counted = {**usage, "output_tokens": output, "total_tokens": usage["input_tokens"] + output}
    if "context_details" in usage:
        counted["context_details"] = {**usage["context_details"], "output_tokens": output}
    return counted | ({"cost_in_usd_ticks": billed(as_json(counted), price)} if "cost_in_usd_ticks" in usage else {})


def _output(body: Mapping[str, Any], said: Said, like: Json | None) -> Iterator[Json]:
    """The items: thinking as far as the answer on tape has it, text where there is one or no call, calls."""
    for item in body["output"]:
        if item["type"] == "reasoning":
            yield {**item, "summary": [{**part, "text": said.thinking} for part in item["summary"][:1]]}
        elif item["type"] == "message" and (said.text or not said.calls):
            yield {**item, "content": [{**item["content"][0], "text": said.text}]}
    for call in said.calls:
        assert like is not None, "who calls has the shape of a call"
        made = {"arguments": call.arguments, "call_id": call.id, "id": f"fc_{body['id']}_{call.id}", "name": call.name}
        yield {**like, **made}


def _events(item: Json) -> Iterator[Json]:
    """An item as a stream tells it."""
    begun = {key: value for key, value in item.items() if key not in _OF_THE_END} | {"status": "in_progress"}
    content, empty, tell = _TOLD[item["type"]]
    yield {"type": "response.output_item.added", "item": {**begun, content: empty}}
    for event in tell(item):
        yield {**event, "item_id": item["id"]}
    yield {"type": "response.output_item.done", "item": item}


def _thinking(item: Json) -> Iterator[Json]:
    for place, part in enumerate(item["summary"]):
        kind, where = "response.reasoning_summary", {"summary_index": place}
        yield {"type": f"{kind}_part.added", "part": {**part, "text": ""}, **where}
        for piece in pieces(part["text"]):
            yield {"type": f"{kind}_text.delta", "delta": piece, **where}
        yield {"type": f"{kind}_text.done", "text": part["text"], **where}
        yield {"type": f"{kind}_part.done", "part": part, **where}


def _message(item: Json) -> Iterator[Json]:
    for place, part in enumerate(item["content"]):
        where = {"content_index": place}
        yield {"type": "response.content_part.added", "part": {**part, "text": ""}, **where}
        for piece in pieces(part["text"]):
            yield {"type": "response.output_text.delta", "delta": piece, "logprobs": [], **where}
        yield {"type": "response.output_text.done", "text": part["text"], "logprobs": [], **where}
        yield {"type": "response.content_part.done", "part": part, **where}


def _call(item: Json) -> Iterator[Json]:
    kind = "response.function_call_arguments"
    yield {"type": f"{kind}.delta", "delta": item["arguments"]}
    yield {"type": f"{kind}.done", "arguments": item["arguments"]}


_TOLD: Mapping[str, tuple[str, Any, Callable[[Json], Iterator[Json]]]] = {
    "reasoning": ("summary", [], _thinking),
    "message": ("content", [], _message),
    "function_call": ("arguments", "", _call),
}
"""Of each kind of item what is empty at its beginning, and how it is told."""


def _unnumbered(event: Mapping[str, Any]) -> Json:
    return {key: value for key, value in event.items() if key != "sequence_number"}
