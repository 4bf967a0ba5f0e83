"""Half an exchange: an answer without its request, or a request without its answer. Neither can be placed."""

from __future__ import annotations

import re
from typing import Any

ANSWER = (
    "an answer without its request: what it answers is told by the request, so that no rule can be found for it; "
    "record the two together, with one of these"
)
REQUEST = "a request without its answer; record the two together, with one of these"
_STREAM = re.compile(rb"(?:(?::|event:|id:|retry:)[^\n]*\n|\r?\n)*data:")
_OBJECTS = frozenset({"chat.completion", "chat.completion.chunk", "response", "text_completion", "list"})


def is_stream(raw: bytes) -> bool:
    """Whether a file is the body of a stream: events with ``data:``, before which comments may stand."""
    return bool(_STREAM.match(raw.lstrip())) and (b"data: {" in raw or b"data:{" in raw or b"[DONE]" in raw)


def of(content: Any) -> str:
    """Why a document is no recording, where it is half of one; else empty."""
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return ""
    if _is_answer(first) or any(_is_answer(first.get(name)) for name in ("response", "body", "json")):
        return ANSWER if "request" not in first else ""
    if isinstance(first.get("responses"), list):  # as the recorder of responses (Python) writes it
        return ANSWER
    return REQUEST if "model" in first and not {"messages", "input"}.isdisjoint(first) else ""


def _is_answer(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    return content.get("object") in _OBJECTS or "choices" in content or isinstance(content.get("error"), str)
