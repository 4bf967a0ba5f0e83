"""JSON lines: one exchange a line, of HTTP or of gRPC written as JSON; the same as a list is read as well.

An HTTP line has ``method``, ``url``, ``request_headers``, ``request_body`` (text), ``status``, ``response_headers``,
``response_body`` (text; a stream as it was sent) and ``recorded_at``, which may be null. A gRPC line has, under ``exchange``,
a ``request_sample`` and a ``response_sample``, or a ``request_stream`` and a ``response_stream``, each with its ``json``; the
stream's ``chunks_json`` is a list. ``source`` and ``index`` may say where either was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "JSON lines (HTTP, or gRPC as JSON)"
GRPC = "https://api.x.ai/xai_api.Chat/"
"""Where xAI's chat service is; the method's name follows."""


class Lines(dict[int, Any]):
    """The objects of a file of JSON lines, by the number of their line."""


def fits(content: Any) -> bool:
    if isinstance(content, list):
        return bool(content) and is_line(content[0])
    return isinstance(content, Lines) and is_line(next(iter(content.values())))


def is_line(content: Any) -> bool:
    """Whether an object is one of these lines; a file may have a single one."""
    return isinstance(content, dict) and ("exchange" in content or {"url", "request_body"} <= content.keys())


def entries(root: Field) -> Iterator[Field]:
    if isinstance(root.value, list):
        yield from root.entries()
        return
    for number, line in root.value.items():
        yield Field(path=root.path, value=line, entry=f"line {number}")


def url(entry: Field) -> str:
    if "exchange" not in entry.mapping():
        return entry["url"].text()
    return GRPC + ("GetCompletionChunk" if "response_stream" in entry["exchange"].mapping() else "GetCompletion")


def capture(entry: Field) -> Capture:
    return _grpc(entry) if "exchange" in entry.value else _http(entry)


def _http(entry: Field) -> Capture:
    sent, got, recorded = entry["request_body"], entry["response_body"], entry.get("recorded_at")
    return exchange.capture(
        entry,
        method=entry["method"].text(),
        url=url(entry),
        sent=exchange.message(entry["request_headers"], sent, _body(sent)),
        status=entry["status"],
        got=exchange.message(entry["response_headers"], got, _body(got)),
        recorded_at="" if recorded.value is None else exchange.iso_time(recorded),
        source=_source(entry),
    )


def _body(field: Field) -> bytes:
    """A text, or JSON that stands there parsed; or as the family of VCR writes it."""
    written = isinstance(field.value, dict) and not {"string", "base64_string"}.isdisjoint(field.value)
    return exchange.body_of(field) if written else exchange.text_or_json(field)


def _grpc(entry: Field) -> Capture:
    """A call as a POST of JSON; the answer to a streaming call is a JSON list of its messages."""
    pair = entry["exchange"]
    streaming = "response_stream" in pair.value
    asked = pair["request_stream" if streaming else "request_sample"]["json"]
    headers = {"content-type": "application/grpc+json"}
    answer, created = _messages(pair["response_stream"]) if streaming else _message(pair["response_sample"]["json"])
    asked.mapping()
    return exchange.capture(
        entry,
        method="POST",
        url=url(entry),
        sent=(headers, asked.json()),
        status=Field(path=entry.path, value=200),  # a call that failed has no answer to record
        got=(headers, answer),
        recorded_at="" if created.value is None else exchange.iso_time(created),
        source=_source(entry),
    )


def _message(field: Field) -> tuple[bytes, Field]:
    return field.json(), field.get("created")


def _messages(stream: Field) -> tuple[bytes, Field]:
    """The messages of a stream, each of which its recorder may have put under ``chunk``."""
    chunks = [item["chunk"] if "chunk" in item.mapping() else item for item in stream["chunks_json"].items()]
    if not chunks:
        raise stream["chunks_json"].refused("empty")
    return b"[" + b",".join(chunk.json() for chunk in chunks) + b"]", chunks[0].get("created")


def _source(entry: Field) -> str:
    named = (entry.get("source").value, entry.get("index").value)
    return " ".join(str(part) for part in named if isinstance(part, str | int))
