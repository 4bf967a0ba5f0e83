"""What xAI says of a body that it cannot read: the field, what is wrong with it, and where that stands.

It answers with 422 and a sentence of serde's, as its web framework (axum) hands it on: the first fault in the order of the body,
``max_tokens: invalid type: string "many", expected i32 at line 1 column 34``.
"""

from __future__ import annotations

import json

from grokgate.upstream.bodies import Fault, first_fault

_DECODER = json.JSONDecoder(strict=False)
_BLANK = " \t\r\n"


def complaint(body: bytes, endpoint: str) -> str:
    """What xAI's deserializer says of a body that was sent to an endpoint; empty where it can read it."""
    text = body.decode("utf-8", "replace")
    try:
        content = json.loads(text)
    except RecursionError:
        return f"recursion limit exceeded at {_place(text, 0)}"
    except json.JSONDecodeError as error:
        return _syntax(text, error)
    fault = first_fault(content, endpoint)
    if fault is None:
        return ""
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault.path).removeprefix(".")
    return f"{where}{': ' if where else ''}{fault.said} at {_place(text, _stops(text, fault))}"


def _stops(text: str, fault: Fault) -> int:
    """How many characters serde has read when it complains: up to a bracket that it did not want, else the whole value."""
    start = _blank(text, 0)
    for step in fault.path:
        start = _inside(text, start, step)
    return _DECODER.raw_decode(text, start)[1] if fault.reads_on else start


def _inside(text: str, start: int, step: str | int) -> int:
    """Where the value of a key, or the item of a number, begins in the object or list at ``start``."""
    place, found = _blank(text, start + 1), start
    for number in range(len(text)):
        if text[place] in "}]":
            break
        key: str | int = number
        if isinstance(step, str):
            key, place = _DECODER.raw_decode(text, place)
            place = _blank(text, _blank(text, place) + 1)
        found = place if key == step else found  # of a key that stands twice the last counts
        place = _blank(text, _DECODER.raw_decode(text, place)[1])
        if text[place] == ",":
            place = _blank(text, place + 1)
    return found


def _blank(text: str, place: int) -> int:
    """The next place that holds no blank."""
    while place < len(text) and text[place] in _BLANK:
        place += 1
    return place


def _place(text: str, stop: int) -> str:
    """``line 1 column 34``: how many bytes of the line were read."""
    read = text[:stop]
    return f"line {read.count(chr(10)) + 1} column {len(read.rpartition(chr(10))[2].encode())}"


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    """What serde says of a text that is no JSON."""
    if error.msg.startswith("Unterminated string"):
        return f"EOF while parsing a string at {_place(text, len(text))}"
    if _blank(text, error.pos) >= len(text):
        return f"EOF while parsing {_open(text)} at {_place(text, len(text))}"
    if text[error.pos] in "]}":
        return f"trailing comma at {_place(text, error.pos + 1)}"
    said = next((said for told, said in _SYNTAX.items() if error.msg.startswith(told)), "expected value")
    return f"{said} at {_place(text, error.pos + 1)}"


_SYNTAX = {
    "Extra data": "trailing characters",
    "Expecting ',' delimiter": "expected `,` or `}`",
    "Expecting ':' delimiter": "expected `:`",
    "Expecting property name": "key must be a string",
    "Invalid control character": "control character (\\u0000-\\u001F) found while parsing a string",
    "Invalid \\": "invalid escape",
}
"""What Python says of a text that is no JSON, and what serde does."""


def _open(text: str) -> str:
    """What was open when the text ended: a list, an object, or nothing but a value."""
    opened, place = [], 0
    while place < len(text):
        if text[place] == '"':
            _, place = _DECODER.raw_decode(text, place)
            continue
        if text[place] in "[{":
            opened.append(text[place])
        elif text[place] in "]}" and opened:
            opened.pop()
        place += 1
    return {"[": "a list", "{": "an object"}[opened[-1]] if opened else "a value"
