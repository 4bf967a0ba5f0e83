"""What a response says of its request: tools, choice, format, limits, and what xAI puts where nothing was asked.

Two states are known. A full one since January 2026: every key is there, in a stream and in one piece, though both do not word the
same alike. A brief one before, of autumn 2025: few keys, and no value that was not asked for.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from grokgate.values.world import Model

SAMPLING = {"temperature": 0.7, "top_p": 0.95}
"""What xAI samples with where nothing is asked."""
ONLY_FULL = frozenset(
    {"background", "error", "frequency_penalty", "instructions", "max_tool_calls", "presence_penalty", "prompt_cache_key"}
    | {"safety_identifier", "top_logprobs", "truncation"}
)
"""What a brief response does not say."""
SCHEMA_KEPT = ("type", "schema")
"""What is repeated of a response format; its name and its strictness are not."""


def echo(content: Mapping[str, Any], model: Model, *, streamed: bool, brief: bool) -> dict[str, Any]:
    """The keys of a response that follow from its request."""
    whole = {
        "background": content.get("background") is True,
        "error": None,
        "frequency_penalty": _number(content.get("frequency_penalty"), 0.0, single=streamed),
        "instructions": content.get("instructions"),
        "max_output_tokens": content.get("max_output_tokens"),
        "max_tool_calls": content.get("max_tool_calls"),
        "metadata": content["metadata"] if isinstance(content.get("metadata"), dict) else {},
        "parallel_tool_calls": content.get("parallel_tool_calls") is not False,
        "presence_penalty": _number(content.get("presence_penalty"), 0.0, single=streamed),
        "previous_response_id": content.get("previous_response_id"),
        "prompt_cache_key": content.get("prompt_cache_key"),
        "reasoning": _reasoning(content.get("reasoning"), model, default=not (streamed or brief)),
        "safety_identifier": content.get("safety_identifier"),
        "store": content.get("store") is not False,
        "text": {"format": _format(content.get("text"))},
        "tool_choice": content.get("tool_choice") or "auto",
        "tools": [tool if brief else _tool(tool, streamed=streamed) for tool in content.get("tools") or ()],
        "top_logprobs": content.get("top_logprobs") or 0,
        "truncation": content.get("truncation") or "disabled",
        "user": content.get("user"),
    }
    for name, usual in SAMPLING.items():
        whole[name] = _number(content.get(name), None if brief else usual, single=streamed)
    return {name: value for name, value in whole.items() if name not in ONLY_FULL} if brief else whole


def _number(asked: Any, usual: float | None, *, single: bool) -> float | None:
    """A number as it comes back: in a stream with the digits of single precision, ``0.699999988079071``."""
    number = float(asked) if isinstance(asked, int | float) else usual
    if number is None or not single:
        return number
    return float(f"{struct.unpack('f', struct.pack('f', number))[0]:.15g}")


def _reasoning(asked: Any, model: Model, *, default: bool) -> dict[str, Any]:
    """In one piece an answer tells what the model does of itself; a stream tells what was asked."""
    said = asked if isinstance(asked, dict) else {}
    effort, summary = said.get("effort"), said.get("summary")
    if effort is None and default:
        effort = model.effort or None
    return {"effort": effort, "summary": "detailed" if effort and summary is None else summary}


def _format(asked: Any) -> Mapping[str, Any]:
    wanted = asked.get("format") if isinstance(asked, dict) else None
    if not isinstance(wanted, dict):
        return {"type": "text"}
    return {name: wanted[name] for name in SCHEMA_KEPT if name in wanted}


def _tool(tool: Any, *, streamed: bool) -> Any:
    """A function says whether it is strict; where it was not asked to be, a stream leaves it open."""
    if not isinstance(tool, dict) or tool.get("type") != "function":
        return tool
    return {"strict": None if streamed else False, **tool}
