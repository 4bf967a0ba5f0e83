"""What xAI sent for a call, whole or streamed, in the shapes in which a caller gets it."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from grokgate.upstream.fidelity.reply import Reply, captured
from grokgate.upstream.spelling.endpoints import answered
from grokgate.upstream.spelling.form import NormalAnswer
from grokgate.values.call import Call
from grokgate.values.evidence import Blame
from grokgate.values.wire import Exchange


class Sent:
    """The last answer that reached the provider, as far as it came."""

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

    @cached_property
    def said(self) -> NormalAnswer:
        """What it says, whichever endpoint it came from."""
        return answered(self._reply)

    @property
    def served(self) -> str:
        """The model that answered; empty where none is named."""
        return self._reply.served

    def part(self, name: str) -> Any:
        """A part as the caller gets it: ``text``, ``finish_reason``, ``usage``, ``tool_calls``, ``reasoning``, ``told_model``.

        What did not come is nothing.
        """
        match name:
            case "told_model":
                return self.served or None
            case "reasoning":
                return self.said.reasoning or None
            case "tool_calls":
                return [(call.id, call.name, parsed(call.arguments)) for call in self.said.calls]
            case "usage":
                return self.said.usage
            case "text" | "finish_reason":
                return getattr(self.said, name)
        raise LookupError(f"an answer has no part {name!r}")


def parsed(text: Any) -> Any:
    """The text as JSON; as it is where it is none."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def sent(call: Call) -> Sent | None:
    """What xAI sent last for a call; ``None`` where no answer came. Look-ups are no answers."""
    asked = (exchange for exchange in reversed(call.exchanges) if exchange.request.method == "POST" and not exchange.stray)
    return next((Sent(exchange) for exchange in asked if exchange.answer and not exchange.miss), None)
