"""A world: how xAI behaved at a time. Its models, its rules in the order in which xAI decides, and its exchanges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, digest, load
from grokgate.upstream.cassette import Recording, listed, load_cassette
from grokgate.upstream.price import Price, price_of

STAGES = ("fault", "route", "key", "body", "model", "parameters", "length", "content")
"""The order in which xAI decides; a rule of an earlier stage wins. ``fault`` is what a test asks for by scenario."""
ANY = ("any",)
"""What a rule says of a dimension that its stage names and that does not matter to it."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model as xAI serves it.

    ``names`` reach it; ``window`` is its largest prompt in tokens; ``refuses`` are the parameters that it answers with 400, in
    xAI's order. ``thinking`` is ``none``, ``hidden`` (counted and not shown) or ``shown``; ``streamed`` the same for a stream,
    where it differs. ``efforts`` are the amounts of thinking that can be asked for; ``suffixed`` those that are added to the
    name which its answers bear. ``answers_as`` is that name.
    """

    id: str
    names: frozenset[str]
    window: int
    refuses: tuple[str, ...]
    thinking: str = "none"
    streamed: str = ""
    efforts: tuple[str, ...] = ()
    suffixed: tuple[str, ...] = ()
    answers_as: str = ""
    price: Price | None = None

    def thinking_of(self, effort: str | None, *, streamed: bool) -> str:
        """What it does when it is asked like this; ``unknown`` for an effort that it does not have and does not refuse."""
        if effort == "none" and "none" in self.efforts:
            return "none"
        if effort is not None and effort not in self.efforts and "reasoning_effort" not in self.refuses:
            return "unknown"
        return self.streamed or self.thinking if streamed else self.thinking

    def named(self, effort: str | None) -> str:
        """The name that its answers bear."""
        name = self.answers_as or self.id
        return f"{name}-{effort}" if effort in self.suffixed else name


@dataclass(frozen=True, kw_only=True)
class Retired:
    """A model that xAI answers with 404: since which day (``YYYY-MM-DD``), and what it tells people to use instead."""

    name: str
    on: str
    instead: str


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
    recordings: tuple[Recording, ...]
    digest: str
    retired: Mapping[str, Retired] = field(default_factory=dict)
    most_tools: int = 200
    era: tuple[str, str] = ("", "")
    """First and last day as ``YYYY-MM-DD``; the last is empty while it lasts."""

    @cached_property
    def served(self) -> Mapping[str, Model]:
        """Each name that xAI knows, spelt as it is, with the model behind it."""
        return {name: model for model in self.models for name in model.names}

    @cached_property
    def playing(self) -> Mapping[str, tuple[Recording, ...]]:
        """The exchanges of each rule in the order in which they are tried: narrower first, recorded first, newest first."""
        found: dict[str, list[Recording]] = {rule.id: [] for rule in self.rules}
        for recording in self.recordings:
            if recording.rule:
                found[recording.rule].append(recording)
        return {rule: tuple(sorted(several, key=_newest, reverse=True)) for rule, several in found.items()}


def load_world(folder: Path, cassettes: Sequence[Path] | None = None) -> World:
    """The world in a folder: ``world.toml``, ``rules.toml`` and cassettes. Raises ``BadDocument``.

    ``cassettes`` are folders of exchanges to play instead of the bundled ones, which the folder itself stands for. A world
    that plays others may have rules without an exchange: what they cover is not on tape.
    """
    facts = load(folder / "world.toml", "world")
    stages = load(folder / "rules.toml", "rules")
    places = [folder] if cassettes is None else cassettes
    files = sorted(file for place in places for file in place.glob("*.yaml"))
    recordings: dict[str, Recording] = {}
    for file in files:
        for recording in load_cassette(file):
            if recording.id in recordings:
                raise BadDocument(file, recording.id, "the exchange stands twice")
            recordings[recording.id] = recording
    rules = tuple(_rule(row, stages.get("stage", {})) for row in stages["rule"])
    _agree(folder / "rules.toml", rules, tuple(recordings.values()), whole=folder in places)
    sources = [folder / "world.toml", folder / "rules.toml", *files]
    return World(
        name=facts["name"],
        title=facts["title"],
        models=_models(folder / "world.toml", facts["model"]),
        rules=tuple(sorted(rules, key=lambda rule: STAGES.index(rule.stage))),
        recordings=tuple(recordings.values()),
        digest=digest(*(file.read_bytes() for file in sources)),
        retired={
            row["name"]: Retired(name=row["name"], on=row["on"], instead=row["instead"]) for row in facts.get("retired", ())
        },
        most_tools=facts["most_tools"],
        era=(facts["era"]["from"], facts["era"].get("to", "")),
    )


def _newest(recording: Recording) -> tuple[int, str]:
    return len(recording.when), recording.recorded_at


def _models(path: Path, rows: Sequence[Mapping[str, Any]]) -> tuple[Model, ...]:
    """The models; a name leads to one of them."""
    taken: dict[str, str] = {}
    for row in rows:
        for name in _names(row):
            if name in taken:
                raise BadDocument(path, row["id"], f"the name {name!r} leads to {taken[name]} already")
            taken[name] = row["id"]
    return tuple(_model(row) for row in rows)


def _names(row: Mapping[str, Any]) -> list[str]:
    """The names that reach a model; one that answers as another is no name of its own."""
    return [*([] if row.get("answers_as") else [row["id"]]), *row["aliases"]]


def _model(row: Mapping[str, Any]) -> Model:
    return Model(
        id=row["id"],
        names=frozenset(_names(row)),
        window=row["window"],
        refuses=tuple(row["refuses"]),
        thinking=row["thinking"],
        streamed=row.get("streamed", ""),
        efforts=tuple(row.get("efforts", ())),
        suffixed=tuple(row.get("suffixed", ())),
        answers_as=row.get("answers_as", ""),
        price=price_of(row.get("price")),
    )


def _rule(row: Mapping[str, Any], stages: Mapping[str, Any]) -> Rule:
    wanted = {**stages.get(row["stage"], {}).get("when", {}), **row["when"]}
    when = {name: values for name, values in listed(wanted).items() if values != ANY}
    return Rule(id=row["id"], stage=row["stage"], when=when, sources=tuple(row["sources"]))


def _agree(path: Path, rules: tuple[Rule, ...], recordings: tuple[Recording, ...], *, whole: bool) -> None:
    """Each exchange has a rule, each rule of a whole world an exchange, and of two exchanges one is narrower."""
    known: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in known:
            raise BadDocument(path, rule.id, "the rule stands twice")
        known[rule.id] = rule
    taken: dict[tuple[str, str], str] = {}
    for recording in recordings:
        if recording.rule and recording.rule not in known:
            raise BadDocument(path, recording.rule, f"exchange {recording.id!r} plays for a rule that is not there")
        if recording.rule and (never := _apart(known[recording.rule].when, recording.when)):
            raise BadDocument(path, recording.id, f"it can never play: rule {recording.rule!r} wants another {never}")
        if recording.provenance == "recorded":  # of several the newest plays
            continue
        same = taken.setdefault((recording.rule, repr(sorted(recording.when.items()))), recording.id)
        if same != recording.id:
            raise BadDocument(path, recording.id, f"rule {recording.rule!r} has the exchange {same!r} already, just as wide")
    played = {recording.rule for recording in recordings}
    if whole and (silent := next((rule.id for rule in rules if rule.id not in played), None)):
        raise BadDocument(path, silent, "no exchange plays for this rule")


def _apart(rule: Mapping[str, tuple[str, ...]], narrower: Mapping[str, tuple[str, ...]]) -> str:
    """The first dimension of which a rule and its exchange want different values, else nothing."""
    return next((name for name, values in narrower.items() if set(values).isdisjoint(rule.get(name, values))), "")
