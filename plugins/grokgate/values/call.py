"""One call of a provider, as it was asked, as it left, and as it came back to the caller."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grokgate.values.chat import ChatRequest, ChatResult, Failure, Message, Mode
from grokgate.values.evidence import Blame
from grokgate.values.face import Tells
from grokgate.values.line import one_line
from grokgate.values.script import Script
from grokgate.values.wire import Egress, Exchange, WireRequest

LARGE = 4096
"""Bytes of a body above which evidence keeps its digest instead, and what it is about."""
LONGEST_LINE = 2000
"""Characters of a line of the log that evidence keeps."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call and all that is known of it.

    Exactly one of ``result`` and ``failure`` is there. ``environment`` holds the variables that differ from the
    deployment's, ``env_file`` those that stood in its file meanwhile. ``log`` is what the provider wrote to its log, ``None``
    where it has no log. ``scenario`` and ``fault`` are what the test asked of xAI and of the connection.
    """

    asked: ChatRequest
    mode: Mode
    environment: Mapping[str, str]
    exchanges: tuple[Exchange, ...]
    egress: tuple[Egress, ...] = ()
    result: ChatResult | None = None
    failure: Failure | None = None
    log: str | None = None
    aside: str = ""
    """What was printed or warned of meanwhile, beside the log."""
    scenario: str = "plain"
    script: Script = ()
    """What the model said of its own choice, where the test said it."""
    fault: str | None = None
    seconds: float = 0.0
    env_file: Mapping[str, str] = field(default_factory=dict)
    hindrance: tuple[str, Blame] | None = None
    """What kept a live call from being answered that is not the provider's doing, and who must act."""
    tells: Tells = field(default_factory=Tells)
    """What the face gives back to its caller."""
    lacking: tuple[str, ...] = ()
    """Options that were meant to be asked with, and that the face does not have."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the provider's library calls names and parameters of the request, where that is something else."""

    @property
    def left(self) -> tuple[WireRequest, ...]:
        """The requests for an answer that left, in order; retries are among them, look-ups such as GET /models are not."""
        return tuple(exchange.request for exchange in self._asked_on_the_wire)

    @property
    def _asked_on_the_wire(self) -> tuple[Exchange, ...]:
        return tuple(exchange for exchange in self.exchanges if exchange.request.method == "POST" and not exchange.stray)

    @property
    def answer(self) -> Any:
        """The parsed body of the last answer that the provider got; ``None`` where it is not JSON."""
        bodies = [exchange.answer.body for exchange in self._asked_on_the_wire if exchange.answer]
        try:
            return json.loads(bodies[-1]) if bodies else None
        except ValueError:
            return None

    @property
    def misses(self) -> tuple[str, ...]:
        """Why the tape had no answer, for each request that it could not answer."""
        return tuple(exchange.miss.reason for exchange in self.exchanges if exchange.miss)

    @property
    def said(self) -> str:
        """The call as one line of Python, for people."""
        asked = self.asked
        words = [f"model={asked.model!r}"]
        words += [f"limit={asked.limit}"] if asked.limit is not None else []
        words += _beside_a_question(asked.messages)
        words += [f"{name}={value!r}" for name, value in asked.parameters.items()]
        words += [f"response_format={asked.response_format['type']!r}"] if asked.response_format else []
        words += [f"tools={[tool['function']['name'] for tool in asked.tools]}"] if asked.tools else []
        words += [f"tool_choice={asked.tool_choice!r}"] if asked.tool_choice is not None else []
        named = ", ".join(f"{name} is {word}" for name, word in self.words.items())
        variables = f"{under} " if (under := surroundings(self.environment, self.env_file)) else ""
        asked_of_xai = [name for name in (self.scenario, self.fault) if name not in ("plain", None)]
        asked_of_xai += [f"a model that answers {one_line(str(said), 80)}" for said in self.script]
        while_ = f"  while xAI plays {' and '.join(map(str, asked_of_xai))}" if asked_of_xai else ""
        return f"{variables}{self.mode}({', '.join(words)}){f'  where {named}' if named else ''}{while_}"

    def to_json(self) -> dict[str, Any]:
        """The call as evidence keeps it."""
        return {
            "said": self.said,
            "mode": self.mode,
            "environment": dict(self.environment),
            "env_file": dict(self.env_file),
            "asked": _asked(self.asked),
            "wire": [_exchange(exchange) for exchange in self.exchanges],
            "result": self.result.to_json() if self.result else None,
            "failure": self.failure.to_json() if self.failure else None,
            "egress": [{"target": attempt.target, "stack": attempt.stack} for attempt in self.egress],
            "log": self.log if self.log is None else "".join(map(_cut, self.log.splitlines(keepends=True))),
            "scenario": self.scenario,
            **({"script": [str(said) for said in self.script]} if self.script else {}),
            "fault": self.fault,
            "seconds": round(self.seconds, 4),
        }


def surroundings(environment: Mapping[str, str], env_file: Mapping[str, str]) -> str:
    """The variables of a deployment on one line; those in its file, which a launcher's may overrule, by themselves."""
    told = [" ".join(f"{name}={value!r}" for name, value in variables.items()) for variables in (environment, env_file)]
    return " ".join(filter(None, (told[0], told[1] and f"[in its file: {told[1]}]")))


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was asked of a provider that is no call: its listing, its documentation, its log, a start.

    ``got`` is what came of it, as a statement holds it; ``after`` is how many calls had been made by then. ``build`` is named
    where it is another than the one that is judged.
    """

    asked: str
    got: Any
    environment: Mapping[str, str] = field(default_factory=dict)
    env_file: Mapping[str, str] = field(default_factory=dict)
    build: str = ""
    after: int = 0

    @property
    def said(self) -> str:
        """The look as one line, for people."""
        variables = surroundings(self.environment, self.env_file)
        asked = f"{variables} {self.asked}".strip()
        return f"{asked} of the build {self.build!r}" if self.build else asked


def _beside_a_question(messages: Sequence[Message]) -> list[str]:
    """What is said beside a question of ordinary length: a system prompt, earlier turns, a long prompt by its length."""
    said = [f"system={one_line(turn.content or '', 40)!r}" for turn in messages[:1] if turn.role == "system"]
    turns = len(messages) - len(said)
    said += [f"turns={turns}"] if turns > 1 else []
    longest = max((len(turn.content or "") for turn in messages), default=0)
    return [*said, f"prompt={longest:,} characters"] if longest > LARGE else said


def _asked(request: ChatRequest) -> dict[str, Any]:
    """The request, with a digest in place of each large text."""
    asked = request.to_json()
    for message in asked["messages"]:
        message["content"] = _short(message["content"])
    return asked


def _cut(line: str) -> str:
    """A line of a log; of one that quotes a long prompt the beginning, and how much was left out."""
    said = line.rstrip("\r\n")
    left_out = len(said) - LONGEST_LINE
    return line if left_out <= 0 else f"{line[:LONGEST_LINE]}… ({left_out:,} more characters){line[len(said) :]}"


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= LARGE:
        return text
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()} ({len(text):,} characters)"


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, answer = exchange.request, exchange.answer
    return {
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "body": request.text(LARGE),
        "status": answer.status if answer else None,
        "answer": answer.text(LARGE) if answer else None,
        "rule": answer.rule if answer else "",
        "exchange": answer.exchange if answer else "",
        "provenance": answer.provenance if answer else "",
        "recorded_at": answer.recorded_at if answer else "",
        "sources": list(answer.sources) if answer else [],
        "miss": exchange.miss.reason if exchange.miss else None,
        "fault": exchange.fault,
        "stray": exchange.stray,
    }
