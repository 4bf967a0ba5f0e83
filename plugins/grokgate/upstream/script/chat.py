"""A scripted answer on chat completions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from grokgate.upstream.price import billed
from grokgate.upstream.script.said import Said, as_json, data_of, pieces, timed
from grokgate.values.wire import Answer
from grokgate.values.world import Price

Json = dict[str, Any]


def shape_of_call(answer: Answer) -> Json:
    """A call as an answer in one piece has it."""
    found: Json = json.loads(answer.body)["choices"][0]["message"]["tool_calls"][0]
    return found


def id_of(call: Mapping[str, Any]) -> str:
    return str(call["id"])


def whole(answer: Answer, said: Said, call: Json | None, price: Price) -> Answer:
    """The answer on tape with another content; ``call`` is the shape of one."""
    body = json.loads(answer.body)
    message = body["choices"][0]["message"]
    refusal = {"refusal": message.pop("refusal")} if "refusal" in message else {}
    message["content"] = said.text
    if "reasoning_content" in message:  # who shows its thinking has the key, whatever stands in it
        message["reasoning_content"] = said.thinking
    if said.calls:
        message["tool_calls"] = list(_calls(said, call))
    message |= refusal
    body["choices"][0]["finish_reason"] = _finish(said)
    body["usage"] = _usage(body["usage"], said, price)
    return replace(answer, body=as_json(body).encode())


def stream(answer: Answer, said: Said, call: Json | None, price: Price) -> Answer:
    """The stream on tape with another content: thinking, text and calls one behind the other, each call in one event."""
    events = [(at, found) for at, event in answer.chunks if (found := data_of(event))]
    heads = [event for _, event in events if event["choices"]]
    deltas = list(_thought(heads, said)) + [{"content": piece} for piece in pieces(said.text)]
    silent = sum(not delta for delta in deltas)
    deltas += [{"tool_calls": [{**made, "index": number}]} for number, made in enumerate(_calls(said, call))]
    deltas = deltas or [{"content": ""}]
    deltas[0] = {**deltas[0], "role": "assistant"}
    told = [_event(heads[0], {"index": 0, "delta": delta}) for delta in deltas]
    told.append(_event(heads[-1], {**heads[-1]["choices"][0], "finish_reason": _finish(said)}))
    told += [{**event, "usage": _usage(event["usage"], said, price)} for _, event in events if not event["choices"]]
    lines = [*(as_json(event) for event in told), "[DONE]"]
    chunks = timed([at for at, _ in events[: max(silent, 1)]], (f"data: {line}\n\n".encode() for line in lines))
    return replace(answer, body=b"".join(event for _, event in chunks), chunks=chunks)


def _thought(heads: list[Mapping[str, Any]], said: Said) -> Iterator[Json]:
    """What a stream gives before its text: the thinking, or nothing, as often as the stream on tape keeps silent."""
    opening = takewhile(lambda delta: "content" not in delta, (head["choices"][0]["delta"] for head in heads))
    before = list(opening)
    if any("reasoning_content" in delta for delta in before):
        yield from ({"reasoning_content": piece} for piece in pieces(said.thinking))
    else:
        yield from ({} for _ in before)


def _event(head: Mapping[str, Any], choice: Mapping[str, Any]) -> Json:
    return {**head, "choices": [choice]}


def _calls(said: Said, like: Json | None) -> Iterator[Json]:
    for call in said.calls:
        assert like is not None, "who calls has the shape of a call"
        yield {**like, "id": call.id, "function": {**like["function"], "name": call.name, "arguments": call.arguments}}


def _finish(said: Said) -> str:
    return "tool_calls" if said.calls else "stop"


def _usage(usage: Mapping[str, Any], said: Said, price: Price) -> Json:
    thought = usage["completion_tokens_details"]["reasoning_tokens"]
    counted = {**usage, "completion_tokens": said.tokens, "total_tokens": usage["prompt_tokens"] + said.tokens + thought}
    return counted | ({"cost_in_usd_ticks": billed(as_json(counted), price)} if "cost_in_usd_ticks" in usage else {})
