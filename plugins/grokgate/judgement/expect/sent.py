"""What xAI sent for a call, whole or streamed, in the shapes in which a caller gets it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from grokgate.upstream.fidelity.reply import Reply, captured, objects
from grokgate.values.call import Call
from grokgate.values.evidence import Blame
from grokgate.values.wire import Exchange


class Sent:
    """The last answer that reached the provider, as far as it came; of a chat completion."""

    def __init__(self, exchange: Exchange) -> None:
        assert exchange.answer is not None, "what was not answered has nothing sent"
        self.request, self.status = exchange.request, exchange.answer.status
        self._reply = Reply(captured(exchange.request, exchange.answer))
        self._provenance = exchange.answer.provenance

    @property
    def body(self) -> str:
        """As it came."""
        return self._reply.text

    @property
    def blame(self) -> Blame:
        """Who must act where the answer itself is wrong."""
        return Blame.XAI if self._provenance in ("recorded", "live") else Blame.CASSETTES

    @property
    def error(self) -> str | None:
        """xAI's own sentence; it is the whole body where that is plain text. ``None`` where xAI refused nothing."""
        if not self._reply.is_refusal:
            return None
        said = self._reply.json.get("error") if isinstance(self._reply.json, dict) else self.body
        return said if isinstance(said, str) else self.body

    def part(self, name: str) -> Any:
        """A part as the caller gets it: ``text``, ``finish_reason``, ``usage``, ``tool_calls``, ``reasoning``, ``told_model``.

        What did not come is nothing.
        """
        match name:
            case "told_model":
                return self._reply.served or None
            case "text":
                return self._joined("content")
            case "reasoning":
                return self._joined("reasoning_content") or None
            case "finish_reason":
                return next((reason for choice in self._choices if (reason := choice.get("finish_reason"))), None)
            case "tool_calls":
                return list(self._tool_calls())
            case "usage":
                return self._usage()
        raise LookupError(f"an answer has no part {name!r}")

    @property
    def whole(self) -> dict[str, Any]:
        """The answer in the shape that it has unstreamed, as far as it came; without a choice where none came."""
        if not self._reply.is_stream:
            return self._reply.json if isinstance(self._reply.json, dict) else {}
        message = {"content": self.part("text"), "reasoning_content": self.part("reasoning")}
        calls = [call for one in self._said for call in objects(one.get("tool_calls"))]
        choice = {"message": {**message, "tool_calls": calls}, "finish_reason": self.part("finish_reason")}
        usage = {"usage": self._reply.usage} if self._reply.usage else {}
        return {"model": self._reply.served, "choices": [choice] if self._choices else [], **usage}

    @property
    def empty_deltas(self) -> int:
        """How many chunks of a stream said nothing, and did not end it."""
        return sum(choice.get("delta") == {} and not choice.get("finish_reason") for choice in self._choices)

    @property
    def _choices(self) -> list[Mapping[str, Any]]:
        return [choice for message in self._reply.messages for choice in objects(message.get("choices"))]

    @property
    def _said(self) -> list[Mapping[str, Any]]:
        """The message, or each delta of it."""
        return [one for choice in self._choices for key in ("message", "delta") if isinstance(one := choice.get(key), dict)]

    def _joined(self, key: str) -> str:
        return "".join(str(one.get(key) or "") for one in self._said)

    def _tool_calls(self) -> Iterator[tuple[str, str, Any]]:
        """Each as id, name and arguments; xAI streams a call in one piece."""
        for call in (call for one in self._said for call in objects(one.get("tool_calls"))):
            arguments = call["function"]["arguments"]
            with suppress(ValueError):
                arguments = json.loads(arguments)
            yield call["id"], call["function"]["name"], arguments

    def _usage(self) -> dict[str, int] | None:
        """The figures that were given, by the names that a caller has for them."""
        told = self._reply.usage
        figures = {
            "prompt_tokens": told.get("prompt_tokens"),
            "completion_tokens": told.get("completion_tokens"),
            "reasoning_tokens": (told.get("completion_tokens_details") or {}).get("reasoning_tokens"),
            "total_tokens": told.get("total_tokens"),
            "cached_tokens": (told.get("prompt_tokens_details") or {}).get("cached_tokens"),
        }
        return {name: figure for name, figure in figures.items() if figure is not None} or None


def sent(call: Call) -> Sent | None:
    """What xAI sent last for a call; ``None`` where no answer came. Look-ups are no answers."""
    asked = (exchange for exchange in reversed(call.exchanges) if exchange.request.method == "POST" and not exchange.stray)
    return next((Sent(exchange) for exchange in asked if exchange.answer and not exchange.miss), None)
