"""The responses that xAI stores, for as long as a run lasts: a later request may go on from one of them."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grokgate.upstream.spelling.endpoints import spelling_of
from grokgate.upstream.spelling.responses import RESPONSES
from grokgate.values.wire import Answer, WireRequest

PREVIOUS = "previous_response_id"
MOST = 256
"""How many are kept; the oldest goes first. xAI keeps them for 30 days."""


class Stored:
    """What was asked and answered, by the identifier of the response."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[WireRequest, Answer]] = OrderedDict()

    def keep(self, whole: WireRequest, answer: Answer) -> None:
        """Keep an answer of the responses endpoint, unless it was not to be stored. ``whole`` is as ``whole`` gives it."""
        identity = _response(answer).get("id")
        if isinstance(identity, str) and whole.field("store") is not False:
            self._kept[identity] = (whole, answer)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def whole(self, request: WireRequest) -> WireRequest:
        """The request with the conversation that it goes on with, as if all had been sent; itself where none is kept."""
        asked = request.json
        if spelling_of(request) is not RESPONSES or not isinstance(asked, dict) or not isinstance(asked.get(PREVIOUS), str):
            return request
        if asked[PREVIOUS] not in self._kept or asked.get("instructions"):  # xAI takes no instructions with it
            return request
        before, answer = self._kept[asked[PREVIOUS]]
        opening = [{"role": "system", "content": said}] if (said := before.field("instructions")) else []
        items = [*opening, *_items(before.field("input")), *_response(answer).get("output", ()), *_items(asked.get("input"))]
        joined = {name: value for name, value in asked.items() if name != PREVIOUS}
        return replace(request, body=json.dumps({**joined, "input": items}).encode())


def _items(given: Any) -> list[Any]:
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    return given if isinstance(given, list) else []


def _response(answer: Answer) -> Mapping[str, Any]:
    """The whole response: the body, or what the last event of a stream holds; nothing where it has none, as one that was cut."""
    last = answer.chunks[-1][1].rpartition(b"data:")[2] if answer.chunks else answer.body
    try:
        found = json.loads(last)
    except ValueError:
        return {}
    found = found.get("response", found) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}
