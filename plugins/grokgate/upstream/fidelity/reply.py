"""An answer as it is read here: its endpoint, its body or the events of its stream, and the day that it is from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from grokgate.values.capture import Capture
from grokgate.values.wire import Answer, WireRequest

DONE = "[DONE]"
STREAM = "text/event-stream"
LAST = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""The types of the event that ends a stream of the responses endpoint."""
GRPC = "/xai_api.Chat/"
LISTS: Mapping[str, Mapping[str, Any]] = {"models": {"object": "list", "data": []}, "language-models": {"models": []}}
"""The lists of models, with nothing in them."""
ONE = {name.removesuffix("s"): name for name in LISTS}
"""What is one of a list, with that list: it has the shape of a row."""
_COMMENT = re.compile(r"^:.*\n", re.MULTILINE)
_ENDPOINTS = {
    ("POST", "/v1/chat/completions"): "chat",
    ("POST", "/v1/responses"): "responses",
    ("GET", "/v1/models"): "models",
    ("GET", "/v1/language-models"): "language-models",
}


def captured(request: WireRequest, answer: Answer, origin: str = "") -> Capture:
    """An answer from the tape, as if it had been recorded on the wire."""
    return Capture(
        request=request,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        at=tuple(second for second, _ in answer.chunks),
        recorded_at=answer.recorded_at,
        origin=origin or answer.exchange,
    )


@dataclass(frozen=True)
class Event:
    """An event of a stream: its type as the ``event:`` line gives it (empty without one), and its ``data:``."""

    name: str
    data: str

    @cached_property
    def json(self) -> Any:
        """The data, parsed; ``None`` where it is not JSON."""
        return _parsed(self.data)


@dataclass(frozen=True)
class Reply:
    """What came back in a capture."""

    capture: Capture

    @cached_property
    def endpoint(self) -> str:
        """``chat``, ``responses``, ``models``, ``language-models``; ``model``, ``language-model`` for one of these; ``grpc``; or
        nothing for any other."""
        request = self.capture.request
        if request.path.startswith(GRPC):
            return "grpc"
        path = request.path.rstrip("/")
        listed = _ENDPOINTS.get((request.method, path.rpartition("/")[0]), "")
        return _ENDPOINTS.get((request.method, path), listed.removesuffix("s") if listed in LISTS else "")

    @property
    def is_refusal(self) -> bool:
        return self.capture.status >= 400

    @property
    def kind(self) -> str:
        """The content type, without its parameters."""
        return self.capture.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_stream(self) -> bool:
        """Whether it is one by its content type; where that was not recorded, by how it begins."""
        return self.kind == STREAM or (not self.kind and self.text.lstrip().startswith(("data:", "event:", ":")))

    @property
    def ended(self) -> bool:
        """Whether a stream has the event with which those of its endpoint end."""
        if self.endpoint == "responses":
            return any(event.name in LAST or (event.json or {}).get("type") in LAST for event in self.events[-1:])
        return self.endpoint != "chat" or f"data: {DONE}" in self.text or f"data:{DONE}" in self.text

    @cached_property
    def text(self) -> str:
        return self.capture.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The body, parsed; ``None`` where it is not JSON."""
        return _parsed(self.text)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events of a stream, without the ``[DONE]`` that may end it."""
        blocks = (block for block in without_comments(self.text.replace("\r\n", "\n")).split("\n\n") if block.strip())
        events = (_event(block) for block in blocks)
        return tuple(event for event in events if event.data != DONE)

    @cached_property
    def messages(self) -> tuple[Mapping[str, Any], ...]:
        """The objects that came: the body, or what the events hold."""
        if self.is_stream:
            found = [event.json for event in self.events]
        else:
            found = self.json if isinstance(self.json, list) else [self.json]
        return tuple(message for message in found if isinstance(message, dict))

    @cached_property
    def answers(self) -> tuple[Mapping[str, Any], ...]:
        """The messages that are answers or pieces of one; of a stream of the responses endpoint, what is under ``response``."""
        inner = [message.get("response", message) if self.endpoint == "responses" else message for message in self.messages]
        return tuple(message for message in inner if isinstance(message, dict))

    @property
    def served(self) -> str:
        """The model that answered."""
        return next((str(answer["model"]) for answer in self.answers if "model" in answer), "")

    @property
    def day(self) -> str:
        """``2026-05-29``: when it was recorded, else the day that the answer itself names; empty where neither is told."""
        if self.capture.recorded_at:
            return self.capture.recorded_at[:10]
        if self.endpoint in ONE:  # what a row names is the day of its model
            return ""
        seconds = (answer.get("created", answer.get("created_at")) for answer in self.answers)
        second = next((second for second in seconds if type(second) is int and 0 < second < 2**32), 0)
        return datetime.fromtimestamp(second, UTC).date().isoformat() if second else ""

    @cached_property
    def tool_calls(self) -> tuple[Mapping[str, Any], ...]:
        """The functions that were called, each with ``name`` and ``arguments``."""
        if self.endpoint == "responses":
            items = [item for answer in self.answers for item in objects(answer.get("output"))]
            return tuple(item for item in items if item.get("type") == "function_call")
        outputs = [one for answer in self.answers for key in ("choices", "outputs") for one in objects(answer.get(key))]
        said = [one[key] for one in outputs for key in ("message", "delta") if isinstance(one.get(key), dict)]
        calls = [call for message in said for call in objects(message.get("tool_calls"))]
        return tuple(function for call in calls if isinstance(function := call.get("function"), dict))

    @cached_property
    def usage(self) -> Mapping[str, Any]:
        """The last count of tokens; empty where there is none."""
        given = [usage for answer in self.answers if isinstance(usage := answer.get("usage"), dict)]
        return given[-1] if given else {}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def without_comments(stream: str) -> str:
    """The text of a stream without the lines that keep its line open (``: keepalive``): nobody reads them."""
    return _COMMENT.sub("", stream) if stream.startswith(":") or "\n:" in stream else stream


def _event(block: str) -> Event:
    lines = [line.partition(":") for line in block.split("\n")]
    names = [value.strip() for field, _, value in lines if field == "event"]
    data = [value.removeprefix(" ") for field, _, value in lines if field == "data"]
    return Event(name=names[0] if names else "", data="\n".join(data))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
