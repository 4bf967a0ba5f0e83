"""A world: how xAI behaved at a time. Its models, its rules in the order in which xAI decides, and its exchanges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, digest, load
from grokgate.upstream.cassette import Recording, load_cassette

STAGES = ("fault", "route", "key", "body", "model", "parameters", "content")
"""The order in which xAI decides; a rule of an earlier stage wins. ``fault`` is what a test asks for by scenario."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model as xAI serves it: its names, its window in tokens, and the parameters that it refuses, in xAI's order."""

    id: str
    names: frozenset[str]
    window: int
    refuses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When an exchange plays: each named dimension of the request's meaning has one of the listed values."""

    id: str
    stage: str
    when: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class World:
    """All that the tape needs to answer as xAI did."""

    name: str
    title: str
    models: tuple[Model, ...]
    rules: tuple[Rule, ...]
    recordings: Mapping[str, Recording]
    """By the rule that each plays for."""
    digest: str

    @cached_property
    def served(self) -> Mapping[str, Model]:
        """Each name that xAI knows, spelt as it is, with the model behind it."""
        return {name: model for model in self.models for name in model.names}


def load_world(folder: Path) -> World:
    """The world in a folder: ``world.toml``, ``rules.toml`` and cassettes. Raises ``BadDocument``."""
    facts = load(folder / "world.toml", "world")
    listed = load(folder / "rules.toml", "rules")["rule"]
    cassettes = sorted(folder.glob("*.yaml"))
    recordings: dict[str, Recording] = {}
    seen: set[str] = set()
    for cassette in cassettes:
        for recording in load_cassette(cassette):
            if recording.id in seen:
                raise BadDocument(cassette, recording.id, "the exchange stands twice")
            if recording.rule in recordings:
                raise BadDocument(cassette, recording.id, f"rule {recording.rule!r} has a second exchange")
            seen.add(recording.id)
            recordings[recording.rule] = recording
    rules = tuple(_rule(row) for row in listed)
    _agree(folder / "rules.toml", rules, recordings)
    files = [folder / "world.toml", folder / "rules.toml", *cassettes]
    return World(
        name=facts["name"],
        title=facts["title"],
        models=_models(folder / "world.toml", facts["model"]),
        rules=tuple(sorted(rules, key=lambda rule: STAGES.index(rule.stage))),
        recordings=recordings,
        digest=digest(*(file.read_bytes() for file in files)),
    )


def _models(path: Path, rows: Sequence[Mapping[str, Any]]) -> tuple[Model, ...]:
    """The models; a name leads to one of them."""
    taken: dict[str, str] = {}
    for row in rows:
        for name in (row["id"], *row["aliases"]):
            if name in taken:
                raise BadDocument(path, row["id"], f"the name {name!r} leads to {taken[name]} already")
            taken[name] = row["id"]
    return tuple(_model(row) for row in rows)


def _model(row: Mapping[str, Any]) -> Model:
    names = frozenset({row["id"], *row["aliases"]})
    return Model(id=row["id"], names=names, window=row["window"], refuses=tuple(row["refuses"]))


def _rule(row: Mapping[str, Any]) -> Rule:
    when = {name: tuple(value) if isinstance(value, list) else (value,) for name, value in row["when"].items()}
    return Rule(id=row["id"], stage=row["stage"], when=when, sources=tuple(row["sources"]))


def _agree(path: Path, rules: tuple[Rule, ...], recordings: Mapping[str, Recording]) -> None:
    """Each rule has one exchange, each exchange a rule, and no identifier stands twice."""
    known: set[str] = set()
    for rule in rules:
        if rule.id in known:
            raise BadDocument(path, rule.id, "the rule stands twice")
        known.add(rule.id)
        if rule.id not in recordings:
            raise BadDocument(path, rule.id, "no exchange plays for this rule")
    for recording in recordings.values():
        if recording.rule not in known:
            raise BadDocument(path, recording.rule, f"exchange {recording.id!r} plays for a rule that is not there")
