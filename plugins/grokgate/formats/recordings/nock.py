"""Recordings of nock (Node): a JSON list of exchanges, each with its ``scope``; nock back keeps the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "nock (JSON)"


def fits(content: Any) -> bool:
    first = content[0] if isinstance(content, list) and content else content
    return isinstance(first, dict) and {"scope", "path"} <= first.keys()


def entries(root: Field) -> Iterator[Field]:
    if isinstance(root.value, list):
        return root.entries()
    return iter([Field(path=root.path, value=root.value, entry="entry 1")])


def url(entry: Field) -> str:
    return entry["scope"].text() + entry["path"].text()


def capture(entry: Field) -> Capture:
    """``rawHeaders`` are names and values by turns, or an object; what came encoded is kept as hexadecimal chunks."""
    sent, got = entry.get("reqheaders"), entry.get("rawHeaders")
    answer = entry["response"]
    return exchange.capture(
        entry,
        method=entry["method"].text(),
        url=url(entry),
        sent=exchange.message(_texts(sent), entry.get("body"), exchange.text_or_json(entry.get("body"))),
        status=entry["status"],
        got=exchange.message(_named(got), answer, _body(answer, entry)),
    )


def _body(answer: Field, entry: Field) -> bytes:
    value = answer.value
    chunks = value if isinstance(value, list) and all(isinstance(chunk, str) for chunk in value) else []
    if entry.get("responseIsBinary").value is True and isinstance(value, str):
        chunks = [value]
    if not chunks:
        return exchange.text_or_json(answer)
    try:
        return b"".join(map(bytes.fromhex, chunks))
    except ValueError:
        raise answer.refused("not hexadecimal") from None


def _named(headers: Field) -> Field:
    if not isinstance(headers.value, list):
        return _texts(headers)
    if len(headers.value) % 2:
        raise headers.refused("a name without a value")
    named = [{"name": name, "value": value} for name, value in zip(headers.value[::2], headers.value[1::2], strict=True)]
    return Field(path=headers.path, value=named, entry=headers.entry, name=headers.name)


def _texts(headers: Field) -> Field:
    """The same where there are none, and with numbers as texts: Node keeps them so."""
    given = exchange.if_any(headers).mapping()
    plain = {name: str(value) if type(value) is int else value for name, value in given.items()}
    return Field(path=headers.path, value=plain, entry=headers.entry, name=headers.name)
