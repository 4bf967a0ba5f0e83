"""Calls, cases and rows as judgement sees them, made by hand."""

import json
from collections.abc import Callable

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.values.call import Call
from grokgate.values.chat import ChatRequest, ChatResult, Failure, Message
from grokgate.values.evidence import Asked, Case, Status
from grokgate.values.requirement import Requirement
from grokgate.values.rollout import Rollout
from grokgate.values.wire import Answer, Exchange, Miss, WireRequest

URL = "https://api.x.ai/v1/chat/completions"
GREETING = {"role": "user", "content": "Hello."}
ANSWER = {
    "model": "grok-4-0709",
    "choices": [{"message": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "total_tokens": 32,
        "completion_tokens_details": {"reasoning_tokens": 20},
    },
}


@pytest.fixture
def rollout() -> Rollout:
    """The rollout of grok-4; this hides the fixture of that name that suites use."""
    return read_rollout()


@pytest.fixture
def exchange() -> Callable[..., Exchange]:
    """Makes a request that left, and what came back: ``exchange({"model": "grok-4"}, status=400, answer={...})``."""

    def make(body=None, *, answer=ANSWER, status=200, miss=None, **more) -> Exchange:
        plain = {"model": "grok-4", "messages": [GREETING], **(body or {})} if isinstance(body, dict | None) else body
        sent = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
        request = WireRequest("POST", URL, {"authorization": "[key]"}, sent)
        back = Answer(status=status, headers={}, body=json.dumps(answer).encode(), rule="r", provenance="derived")
        return Exchange(request=request, answer=back, miss=Miss(meaning={}, broken=miss) if miss else None, **more)

    return make


@pytest.fixture
def call(exchange) -> Callable[..., Call]:
    """Makes a call with one request, or with ``exchanges``; ``call(None, failure="ValueError: no")`` sent nothing and failed."""

    def make(
        body=None, *, model="grok-4", parameters=(), exchanges=None, failure=None, status=200, answer=ANSWER, log=None, **result
    ) -> Call:
        kind, _, message = (failure or "").partition(": ")
        return Call(
            asked=ChatRequest(model=model, messages=(Message(role="user", content="Hello."),), parameters=dict(parameters)),
            mode="chat",
            environment={},
            exchanges=tuple([exchange(body, status=status, answer=answer)] if exchanges is None else exchanges),
            result=None if failure else ChatResult(**{"text": "Paris.", **result}),
            failure=Failure(kind=kind, message=message) if failure else None,
            log=log,
        )

    return make


@pytest.fixture
def requirement() -> Callable[..., Requirement]:
    """Makes a row of the contract that a replayed test decides, in every world and phase."""

    def make(id="POST-2.2", **more) -> Requirement:
        facts = {
            "title": "a title",
            "promise": "a promise",
            "plan": "a plan",
            "section": "a section",
            "prefix": "POST-2",
            "severity": "must",
            "phases": ("1", "2", "3", "rollback"),
            "modes": ("replay",),
            "worlds": ("grok-4-0709", "grok-4.3"),
            "judges": "any",
        }
        return Requirement(id=id, **{**facts, **more})

    return make


@pytest.fixture
def asked() -> Callable[..., Asked]:
    """Makes a row that a gate asks for."""

    def make(id="POST-2.2", severity="must", **more) -> Asked:
        facts = {"title": "a title", "plan": "a plan", "section": "a section", "prefix": "POST-2"}
        return Asked(id=id, severity=severity, **{**facts, **more})

    return make


@pytest.fixture
def case() -> Callable[..., Case]:
    """Makes a case of ``POST-2.2``: ``case("failed", "half")``."""

    def make(status, part="", **more) -> Case:
        facts = {"because": f"it is {status}", "node": f"suites/test_x.py::test_y[{part}]"}
        return Case(
            id=f"POST-2.2[{part}]" if part else "POST-2.2", requirement="POST-2.2", status=Status(status), **{**facts, **more}
        )

    return make
