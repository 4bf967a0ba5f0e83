"""Libraries of any size for the benches: worlds made in memory, each exchange an answer of 1 KB, told apart in one dimension."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grokgate.upstream.cassette import Recording
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import Rule, World
from grokgate.values.wire import WireRequest
from grokgate.values.world import Model, Price

KEY = "xai-grokgate-0123456789abcdef01234567"
"""As long as the keys of a gate, which is what a search for it depends on."""
URL = "https://api.x.ai/v1/chat/completions"
HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
MODEL = "grok-4"
ANSWER_BYTES = 1024
PRICE = Price(prompt=30000, cached=7500, completion=150000)


@dataclass(frozen=True)
class Library:
    """A library of ``size`` exchanges. They differ in the committed prompt (``prompt``) or in the JSON schema (``schema``)."""

    size: int
    by: str = "prompt"

    @cached_property
    def prompts(self) -> Mapping[str, str]:
        count = self.size if self.by == "prompt" else 1
        return {f"p{number}": f"Tell me all about number {number}, please." for number in range(count)}

    def tape(self) -> Tape:
        rules = tuple(self._rule(number) for number in range(self.size))
        recordings = tuple(_recording(rule.id) for rule in rules)
        model = Model(id="grok-4-0709", names=frozenset({"grok-4-0709", MODEL}), window=256_000, refuses=("stop",), price=PRICE)
        world = World(name="bench", title="bench", models=(model,), rules=rules, recordings=recordings, digest="")
        return Tape(world, self.prompts, key=KEY)

    def body(self, number: int, *, around: str = "") -> bytes:
        """A request for one of the exchanges; ``around`` is put before the prompt, as providers do with files and rules."""
        prompt = self.prompts[f"p{number}" if self.by == "prompt" else "p0"]
        asked: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": around + prompt}]}
        if self.by == "schema":
            asked["response_format"] = {"type": "json_schema", "json_schema": {"name": f"s{number}", "schema": {}}}
        return json.dumps(asked).encode()

    def request(self, number: int, *, around: str = "") -> WireRequest:
        return WireRequest("POST", URL, HEADERS, self.body(number, around=around))

    def _rule(self, number: int) -> Rule:
        told_apart = {"prompt": (f"p{number}",)} if self.by == "prompt" else {"schema": (f"s{number}",)}
        common = {"scenario": ("plain",), "route": ("chat",), "key": ("good",), "served": ("grok-4-0709",), "stream": ("no",)}
        return Rule(id=f"r{number}", stage="content", when={**common, **told_apart}, sources=("bench",))


def answer_body(text: str = "") -> str:
    """A chat completion of ``ANSWER_BYTES`` bytes."""

    def completion(content: str) -> str:
        choice = {"index": 0, "message": {"role": "assistant", "content": content, "refusal": None}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 12, "completion_tokens": 200, "total_tokens": 212}
        return json.dumps({"id": "b", "object": "chat.completion", "model": "grok-4-0709", "choices": [choice], "usage": usage})

    return completion(text.ljust(ANSWER_BYTES - len(completion("")), "x"))


def _recording(rule: str) -> Recording:
    return Recording(
        id=f"{rule}/derived-1",
        rule=rule,
        status=200,
        headers={"content-type": "application/json"},
        body=answer_body(rule),
        provenance="derived",
        sources=("bench",),
    )
