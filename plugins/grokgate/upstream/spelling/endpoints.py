"""Which endpoint is spelt how, and what leaves for it and comes back, read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from grokgate.upstream.fidelity.reply import Reply
from grokgate.upstream.spelling.chat import CHAT
from grokgate.upstream.spelling.form import NormalAnswer, NormalRequest, Spelling
from grokgate.upstream.spelling.responses import RESPONSES
from grokgate.values.wire import WireRequest

SPELLINGS: Mapping[str, Spelling] = {one.path: one for one in (CHAT, RESPONSES)}
"""Each by the path of its endpoint, below ``/v1``."""


def endpoint_of(request: WireRequest) -> str:
    """The path below ``/v1``."""
    return request.path.rstrip("/").partition("/v1/")[2]


def spelling_of(request: WireRequest) -> Spelling:
    """That of its endpoint; chat's for one that is none of these."""
    return SPELLINGS.get(endpoint_of(request), CHAT)


def read(request: WireRequest) -> NormalRequest:
    """What a request says; of a body that is no JSON object, nothing."""
    spelling, body = spelling_of(request), request.json if isinstance(request.json, dict) else {}
    return NormalRequest(spelling, body, spelling.read(body))


def answered(reply: Reply) -> NormalAnswer:
    """What came back for a request."""
    return spelling_of(reply.capture.request).answer(reply)


def spelling_at(urls: Collection[str]) -> Spelling:
    """That of the one endpoint that all of these lead to; chat's where they lead to several, or there are none."""
    found = {spelling_of(WireRequest("POST", url, {})).path for url in urls}
    return SPELLINGS[found.pop()] if len(found) == 1 else CHAT
