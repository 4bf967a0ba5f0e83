"""How the responses endpoint spells an answer that stands on tape as chat completions write it.

One exchange plays on both endpoints: what was thought and said, which functions are called, why it ended and what it cost are the
same. What is responses' own is made here: its items and their identifiers, the order of its events, tokens of thinking counted
within the output. What an answer repeats of its request comes from ``echo``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from grokgate.upstream.echo import echo
from grokgate.upstream.sealed import sealed
from grokgate.values.wire import Answer
from grokgate.values.world import Model

SOURCES = (
    "as the responses endpoint spells it: docs.x.ai API reference (responses); public recordings of agentjido/req_llm, "
    "crmne/ruby_llm and 0xPlaygrounds/rig, 2026; for autumn 2025 the fixtures of vercel/ai"
)
LIMITED = {"reason": "max_output_tokens"}
FULL_SINCE = 1767225600
"""The first second of 2026. On 1 December 2025 responses were brief, on 30 January 2026 they were not."""
_PAUSE = b'"delta":{}}]'
"""What a chunk of a chat stream holds that says nothing, and does not end the answer."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """What a response is told by: its identifier, the request, who answers, and whether encrypted thinking goes along."""

    identity: str
    content: Mapping[str, Any]
    model: Model
    encrypted: bool = False


@dataclass
class Said:
    """What an answer of chat completions says; of a stream also its pieces and calls with the second at which each came."""

    created: int
    model: str
    fingerprint: str = ""
    tier: str = "default"
    thinking: str = ""
    text: str = ""
    calls: list[Mapping[str, Any]] = field(default_factory=list)
    finish: str = "stop"
    usage: Mapping[str, Any] = field(default_factory=dict)
    thoughts: list[tuple[float, str]] = field(default_factory=list)
    words: list[tuple[float, str]] = field(default_factory=list)
    called: list[float] = field(default_factory=list)
    begun: float | None = None
    ended: float = 0.0

    @property
    def is_brief(self) -> bool:
        """Whether it is of a day on which responses said little of their request."""
        return self.created < FULL_SINCE

    @property
    def thought(self) -> int:
        """Tokens of thinking."""
        return int(self.usage["completion_tokens_details"]["reasoning_tokens"])


def identity(exchange: str, body: bytes) -> str:
    """The identifier of the response to a request; the same request gets the same one again."""
    return str(uuid5(NAMESPACE_URL, f"{exchange} {body.decode('utf-8', 'replace')}"))


def as_response(answer: Answer, manner: Manner) -> Answer:
    """An answer of chat completions as the responses endpoint gives it."""
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        said = _streamed(answer)
        repeated = echo(manner.content, manner.model, streamed=True, brief=said.is_brief)
        events = enumerate(_events(said, manner, repeated))
        chunks = tuple((second, _sent(number, event)) for number, (second, event) in events)
        body = b"".join(chunk for _, chunk in chunks)
    else:
        said, chunks = _whole(json.loads(answer.body)), ()
        repeated = echo(manner.content, manner.model, streamed=False, brief=said.is_brief)
        body = _json(_response(said, manner, repeated, list(_items(said, manner)))).encode()
    headers = {name: manner.identity if name == "x-request-id" else value for name, value in answer.headers.items()}
    return replace(answer, headers=headers, body=body, chunks=chunks, sources=(*answer.sources, SOURCES))


def _whole(chat: Mapping[str, Any]) -> Said:
    choice = chat["choices"][0]
    message = choice["message"]
    return Said(
        created=chat["created"],
        model=chat["model"],
        fingerprint=chat["system_fingerprint"],
        tier=chat.get("service_tier", "default"),
        thinking=message.get("reasoning_content") or "",
        text=message.get("content") or "",
        calls=_calls(message),
        finish=choice["finish_reason"],
        usage=chat["usage"],
    )


def _streamed(answer: Answer) -> Said:
    said = Said(created=0, model="")
    for second, chunk in answer.chunks:
        data = chunk.partition(b"data: ")[2].strip()
        if not data.startswith(b"{") or (_PAUSE in data and b"finish_reason" not in data):
            continue
        piece = json.loads(data)
        said.created, said.model, said.fingerprint = piece["created"], piece["model"], piece["system_fingerprint"]
        said.usage, said.tier = piece.get("usage") or said.usage, piece.get("service_tier", said.tier)
        for choice in piece["choices"]:
            _heard(said, choice, second)
    said.thinking, said.text = ("".join(text for _, text in told) for told in (said.thoughts, said.words))
    return said


def _heard(said: Said, choice: Mapping[str, Any], second: float) -> None:
    """A piece of a stream, taken into what was said so far."""
    delta = choice["delta"]
    for told, name in ((said.thoughts, "reasoning_content"), (said.words, "content")):
        if text := delta.get(name):
            told.append((second, text))
    calls = _calls(delta)
    said.calls += calls
    said.called += [second] * len(calls)
    said.finish = choice.get("finish_reason") or said.finish
    said.begun, said.ended = second if said.begun is None else said.begun, second


def _calls(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [{"call_id": call["id"], **call["function"]} for call in message.get("tool_calls") or ()]


def _items(said: Said, manner: Manner) -> Iterator[dict[str, Any]]:
    """What was thought, said and called, in the order in which it came."""
    if said.thinking or (said.thought and manner.encrypted):
        yield _thinking(said, manner)
    if said.text or not said.calls:
        yield _message(said.text, manner, "incomplete" if said.finish == "length" else "completed")
    for number, call in enumerate(said.calls):
        yield _call(call, manner, number)


def _thinking(said: Said, manner: Manner) -> dict[str, Any]:
    item: dict[str, Any] = {"id": f"rs_{manner.identity}", "status": "completed", "type": "reasoning"}
    item["summary"] = [{"text": said.thinking, "type": "summary_text"}] if said.thinking else []
    return {**item, "encrypted_content": sealed(manner.identity)} if manner.encrypted else item


def _message(text: str, manner: Manner, status: str) -> dict[str, Any]:
    item = {"id": f"msg_{manner.identity}", "role": "assistant", "status": status, "type": "message"}
    return {**item, "content": [_part(text)]}


def _part(text: str) -> dict[str, Any]:
    return {"annotations": [], "logprobs": [], "text": text, "type": "output_text"}


def _call(call: Mapping[str, Any], manner: Manner, number: int) -> dict[str, Any]:
    own = uuid5(NAMESPACE_URL, f"{manner.identity} {number}")
    return {"id": f"fc_{own}_{call['call_id']}", "status": "completed", "type": "function_call", **call}


def _response(
    said: Said, manner: Manner, repeated: Mapping[str, Any], output: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The whole response; without its output one that has only begun."""
    begun, limited = output is None, said.finish == "length"
    response: dict[str, Any] = {
        **repeated,
        "id": manner.identity,
        "object": "response",
        "created_at": said.created,
        "model": said.model,
        "status": "in_progress" if begun else "incomplete" if limited else "completed",
        "incomplete_details": LIMITED if limited and not begun else None,
        "output": output or [],
    }
    if not said.is_brief:
        response["service_tier"] = said.tier
        response["completed_at"] = None if begun or limited else said.created + 1
        response["metadata"] = {**repeated["metadata"], "system_fingerprint": said.fingerprint}
    if not (begun and said.is_brief):
        response["usage"] = None if begun else _usage(said.usage, brief=said.is_brief)
    return response


def _usage(chat: Mapping[str, Any], *, brief: bool) -> dict[str, Any]:
    """The tokens of a chat answer as a response counts them: those of thinking are in its output."""
    thought = chat["completion_tokens_details"]["reasoning_tokens"]
    given, made = chat["prompt_tokens"], chat["completion_tokens"] + thought
    usage = {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": chat["prompt_tokens_details"]["cached_tokens"]},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": given + made,
        "num_sources_used": 0,
        "num_server_side_tools_used": 0,
    }
    if "cost_in_usd_ticks" in chat:
        usage["cost_in_usd_ticks"] = chat["cost_in_usd_ticks"]
    if not brief:
        usage["context_details"] = {"input_tokens": given, "output_tokens": made}
    return usage


def _events(said: Said, manner: Manner, repeated: Mapping[str, Any]) -> Iterator[tuple[float, dict[str, Any]]]:
    """The events of a stream, each with its second."""
    second, output = said.begun or 0.0, list[dict[str, Any]]()
    for kind in ("created", "in_progress"):
        yield second, {"type": f"response.{kind}", "response": _response(said, manner, repeated)}
    called = iter(said.called)
    for number, item in enumerate(_items(said, manner)):
        told = _told(said, item, called) or [(second, "")]
        place = {"output_index": number}
        yield told[0][0], {"type": "response.output_item.added", "item": _opened(item), **place}
        yield from _parts(item, told, place)
        second = told[-1][0]
        yield second, {"type": "response.output_item.done", "item": item, **place}
        output.append(item)
    yield said.ended, {"type": "response.completed", "response": _response(said, manner, repeated, output)}


def _told(said: Said, item: Mapping[str, Any], called: Iterator[float]) -> list[tuple[float, str]]:
    """The pieces in which an item came; a call comes in one."""
    if item["type"] == "function_call":
        return [(next(called), "")]
    return said.thoughts if item["type"] == "reasoning" else said.words


def _opened(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with nothing in it yet."""
    empty = {"content": [], "summary": [], "arguments": ""}
    opened = {name: empty.get(name, value) for name, value in item.items() if name != "encrypted_content"}
    return {**opened, "status": "in_progress"}


def _parts(
    item: Mapping[str, Any], told: list[tuple[float, str]], place: Mapping[str, Any]
) -> Iterator[tuple[float, dict[str, Any]]]:
    """What an item says, piece by piece."""
    first, last = told[0][0], told[-1][0]
    at = {**place, "item_id": item["id"]}
    if item["type"] == "function_call":
        yield first, {"type": "response.function_call_arguments.delta", **at, "delta": item["arguments"]}
        yield first, {"type": "response.function_call_arguments.done", **at, "arguments": item["arguments"]}
        return
    thinking = item["type"] == "reasoning"
    if thinking and not item["summary"]:
        return
    part = item["summary" if thinking else "content"][0]
    piece = {**at, "summary_index" if thinking else "content_index": 0}
    named, whole = ("reasoning_summary", "reasoning_summary_text") if thinking else ("content", "output_text")
    logprobs: Mapping[str, Any] = {} if thinking else {"logprobs": []}
    yield first, {"type": f"response.{named}_part.added", **piece, "part": {**part, "text": ""}}
    for second, text in told:
        if text:
            yield second, {"type": f"response.{whole}.delta", **piece, **logprobs, "delta": text}
    yield last, {"type": f"response.{whole}.done", **piece, **logprobs, "text": part["text"]}
    yield last, {"type": f"response.{named}_part.done", **piece, "part": part}


def _sent(number: int, event: Mapping[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {_json({'sequence_number': number, **event})}\n\n".encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
