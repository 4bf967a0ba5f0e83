"""How two sets of answers differ in meaning: status, keys, types, enumerations, sentences of refusals, invariants; per kind of
request and model.

Other texts, identifiers and counts differ from answer to answer and say nothing; what is compared is what a client can rely on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grokgate.upstream.fidelity.invariants import NO_PRICES, broken_invariants
from grokgate.upstream.fidelity.reply import Reply, objects
from grokgate.upstream.refusal import refusal
from grokgate.values.capture import Capture
from grokgate.values.world import Price

ENUMERATIONS = ("finish_reason", "object", "role", "type", "status", "model", "service_tier", "code")
"""Keys whose values are of a small set."""

Signature = tuple[str, str]
"""What was asked (the form of its rule), and of which model."""


@dataclass
class Observed:
    """What answers to one signature look like: how many there were, and what each path held in how many of them."""

    answers: int = 0
    rules: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    types: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    seen: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    values: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    broken: set[str] = field(default_factory=set)
    sentences: set[str] = field(default_factory=set)

    def add(self, rule: str, answer: Capture, prices: Mapping[str, Price] = NO_PRICES) -> None:
        """One more answer, and the rule that it stands beside; ``prices`` as ``broken_invariants`` takes them."""
        self.answers += 1
        self.broken.update(broken.name for broken in broken_invariants(answer, prices))
        self.rules.add(rule)
        self.statuses.add(answer.status)
        if answer.status >= 400:
            self.sentences.add(refusal(Reply(answer).text).kind)
        paths = set()
        for path, value in (found for message in Reply(answer).messages for found in walk(message)):
            paths.add(path)
            self.types[path].add(type(value).__name__)
            if path.rpartition(".")[2] in ENUMERATIONS and isinstance(value, str):
                self.values[path].add(value)
        for path, model in (found for message in Reply(answer).messages for found in _models(message)):
            paths.add(path)
            self.types[path].add("model")
            self.values[path].update([told] if (told := _prices(model)) else [])
        for path in paths:
            self.seen[path] += 1


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference: of which signature, in what, from what, to what; and the rules whose answers it concerns."""

    signature: Signature
    what: str
    before: str
    after: str
    rules: tuple[str, ...]


def drift(before: Mapping[Signature, Observed], after: Mapping[Signature, Observed]) -> list[Difference]:
    """The differences between two sets, for what both of them were asked."""
    return [
        difference for both in sorted(before.keys() & after.keys()) for difference in _compared(both, before[both], after[both])
    ]


def _compared(signature: Signature, before: Observed, after: Observed) -> Iterator[Difference]:
    rules = tuple(sorted(before.rules | after.rules))

    def differs(what: str, was: Iterable[Any], now: Iterable[Any]) -> Difference:
        told = (", ".join(sorted(map(str, values))) or "absent" for values in (was, now))
        return Difference(signature=signature, what=what, before=next(told), after=next(told), rules=rules)

    if before.statuses != after.statuses:
        yield differs("status", before.statuses, after.statuses)
        return
    if said := after.sentences - before.sentences:
        yield differs("sentence", before.sentences, said)
    if new := after.broken - before.broken:
        yield differs("invariants broken", before.broken, new)
    whole = list[str]()
    for path in sorted(before.types.keys() | after.types.keys()):
        if path.startswith(tuple(whole)):  # what it is in came or went as a whole
            continue
        always = before.seen[path] == before.answers
        if always and not after.seen[path]:
            yield differs(f"key {path} is gone", before.types[path], ())
            whole += [f"{path}.", f"{path}[]"]
        elif not before.seen[path] and after.seen[path] == after.answers:
            yield differs(f"key {path} is new", (), after.types[path])
            whole += [f"{path}.", f"{path}[]"]
        elif before.seen[path] and after.seen[path] and before.types[path].isdisjoint(after.types[path]):
            yield differs(f"type of {path}", before.types[path], after.types[path])
        elif before.values[path] and after.values[path] and before.values[path].isdisjoint(after.values[path]):
            yield differs(f"value of {path}", before.values[path], after.values[path])


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each key in a document with its value, as ``choices[].message.content``."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield f"{path}.{name}".lstrip("."), child
            yield from walk(child, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for child in value:
            yield from walk(child, f"{path}[]")


def _models(message: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a list of models, each with a path of its own."""
    for name in ("data", "models"):
        for entry in objects(message.get(name)):
            yield f"{name}[{entry.get('id')}]", entry


def _prices(model: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(model.items()) if "_price" in name)
