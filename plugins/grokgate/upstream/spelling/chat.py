"""The spelling of ``/v1/chat/completions``: the form itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grokgate.upstream.fidelity.reply import Reply, objects
from grokgate.upstream.spelling.form import Made, NormalAnswer, Said, Spelling, figures

LIMITS = ("max_tokens", "max_completion_tokens")
FOREIGN = frozenset({"include", "input", "reasoning", "text", "max_output_tokens", "previous_response_id"})
"""Fields of responses that would be taken for chat's own: they change nothing here."""


def _read(body: Mapping[str, Any]) -> Said:
    foreign = {name: value for name, value in body.items() if name in FOREIGN}
    return Said(fields={name: value for name, value in body.items() if name not in foreign} if foreign else body, foreign=foreign)


def _answer(reply: Reply) -> NormalAnswer:
    choices = [choice for message in reply.messages for choice in objects(message.get("choices"))]
    said = [one for choice in choices for key in ("message", "delta") if isinstance(one := choice.get(key), dict)]
    calls = [call for one in said for call in objects(one.get("tool_calls"))]
    return NormalAnswer(
        came=bool(choices),
        text=_joined(said, "content"),
        reasoning=_joined(said, "reasoning_content"),
        calls=tuple(Made(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls),
        finish_reason=next((reason for choice in choices if (reason := choice.get("finish_reason"))), None),
        usage=_usage(reply.usage),
        quiet=sum(choice.get("delta") == {} and not choice.get("finish_reason") for choice in choices),
    )


def _joined(said: Sequence[Mapping[str, Any]], key: str) -> str:
    return "".join(str(one.get(key) or "") for one in said)


def _usage(told: Mapping[str, Any]) -> Mapping[str, int] | None:
    return figures(
        {
            "prompt_tokens": told.get("prompt_tokens"),
            "completion_tokens": told.get("completion_tokens"),
            "reasoning_tokens": (told.get("completion_tokens_details") or {}).get("reasoning_tokens"),
            "total_tokens": told.get("total_tokens"),
            "cached_tokens": (told.get("prompt_tokens_details") or {}).get("cached_tokens"),
        }
    )


CHAT = Spelling(
    name="chat",
    path="chat/completions",
    limits=LIMITS,
    limits_read=LIMITS,
    usage_asked_by="stream_options",
    read=_read,
    answer=_answer,
)
