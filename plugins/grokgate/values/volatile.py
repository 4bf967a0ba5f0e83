"""What differs from run to run and says nothing: ports, identifiers, times, addresses in memory, folders for a moment."""

from __future__ import annotations

import math
import re
from typing import Any

_TEXTS = (
    (re.compile(r"\b(127\.0\.0\.1|localhost|\[::1\]):\d+"), r"\1:#"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(call|chatcmpl|msg|req|resp|run|toolu)[-_][0-9A-Za-z]{8,}\b"), r"\1_<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?(Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b\d+\.\d+ ?(s|seconds)\b|\b\d+(\.\d+)? ?(ms|milliseconds)\b"), "<seconds>"),
    (re.compile(r"\b0x[0-9a-f]{6,}\b"), "0x#"),
    (re.compile(r"(?<![\w/])(/private)?/(tmp|var/folders)/[^\s'\",;:)\]]+"), "<folder>"),
)
_EPOCHS = (range(1_500_000_000, 2_500_000_000), range(1_500_000_000_000, 2_500_000_000_000))
"""Numbers that are a time in seconds or in milliseconds."""


def steady(text: str) -> str:
    """The text without what differs from run to run."""
    for shape, instead in _TEXTS:
        text = shape.sub(instead, text)
    return text


def steady_json(value: Any) -> Any:
    """A JSON value without what differs from run to run."""
    if isinstance(value, dict):
        return {key: steady_json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [steady_json(entry) for entry in value]
    if isinstance(value, str):
        return steady(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # NaN is not even equal to itself
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "<time>" if number and any(int(value) in epoch for epoch in _EPOCHS) else value
