"""HAR 1.2, as browsers, proxies and Polly.js write it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "HAR (JSON)"


def fits(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("log"), dict) and "entries" in content["log"]


def entries(root: Field) -> Iterator[Field]:
    return root["log"]["entries"].entries()


def url(entry: Field) -> str:
    return entry["request"]["url"].text()


def capture(entry: Field) -> Capture:
    request, response = entry["request"], entry["response"]
    sent, content = request.get("postData"), response["content"]
    return exchange.capture(
        entry,
        method=request["method"].text(),
        url=url(entry),
        sent=exchange.message(request["headers"], sent, b"" if sent.value is None else _text(sent)),
        status=response["status"],
        got=exchange.message(response["headers"], content, _content(content)),
        recorded_at=exchange.iso_time(entry["startedDateTime"]),
    )


def _content(content: Field) -> bytes:
    """The body of an answer. A browser may have dropped it: then there is a size, and no text."""
    if content.get("text").value is None:
        if content["size"].number() > 0:
            raise content.refused("the body was not saved with the recording")
        return b""
    return _text(content)


def _text(content: Field) -> bytes:
    if (encoding := content.get("encoding")).value is None:
        return content["text"].encoded()
    if encoding.text() != "base64":
        raise encoding.refused("not base64, the one encoding that HAR knows")
    return _in_chunks(content["text"]) or content["text"].unpacked()


def _in_chunks(text: Field) -> bytes:
    """What Polly.js keeps of a body that came encoded: a JSON list of its chunks, each as base64; else nothing."""
    try:
        chunks = json.loads(text.text())
        return b"".join(base64.b64decode(chunk, validate=True) for chunk in chunks) if isinstance(chunks, list) else b""
    except (ValueError, TypeError, RecursionError):
        return b""
