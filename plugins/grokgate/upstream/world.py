"""A world: how xAI behaved at a time. Its models, its rules in the order in which xAI decides, and its exchanges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, digest, load
from grokgate.formats.world_file import FILE, world_facts
from grokgate.upstream.cassette import Recording, listed, load_cassette
from grokgate.values.world import SILENT_HABIT, WorldFacts

STAGES = ("fault", "route", "key", "body", "model", "parameters", "length", "content")
"""The order in which xAI decides; a rule of an earlier stage wins. ``fault`` is what a test asks for by scenario."""
RULES = "rules.toml"
WRONG_KEY = "wrong-key"
"""The scenario of a key that xAI does not know; it is no rule of a world, but what becomes of each key."""
ANY = ("any",)
"""What a rule says of a dimension that its stage names and that does not matter to it."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When an exchange plays: each named dimension of the request's meaning has one of the listed values."""

    id: str
    stage: str
    when: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class World(WorldFacts):
    """All that the tape needs to answer as xAI did."""

    rules: tuple[Rule, ...]
    recordings: tuple[Recording, ...]
    digest: str

    @cached_property
    def scenarios(self) -> tuple[str, ...]:
        """What a test can ask it to play."""
        named = (name for rule in self.rules if rule.stage == "fault" for name in rule.when["scenario"])
        return ("plain", *dict.fromkeys(named), WRONG_KEY)

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

    Rules and exchanges of the worlds that it is based on hold, too: its own rules come before theirs, and one of its own takes
    the place of one of theirs. ``cassettes`` are folders of exchanges to play instead of the bundled ones, which the folder
    itself stands for. A world that plays others may have rules without an exchange: what they cover is not on tape.
    """
    facts = world_facts(folder)
    places = [folder] if cassettes is None else list(cassettes)
    whole = folder in places
    rules: dict[str, Rule] = {}
    for place in facts.folders:
        rules |= {id: rule for id, rule in _rules(place / RULES).items() if id not in rules}
    recordings: dict[str, Recording] = {}
    for place in reversed(facts.folders[1:] if whole else ()):
        recordings = _over(recordings, _recordings([place]))
    recordings = _over(recordings, _recordings(places))
    path = next(place / RULES for place in facts.folders if (place / RULES).is_file())
    _agree(path, tuple(rules.values()), tuple(recordings.values()), whole=whole)
    if whole:
        _has_the_habits(folder / FILE, facts, tuple(rules.values()), tuple(recordings.values()))
    sources = [place / name for place in reversed(facts.folders) for name in (FILE, RULES) if (place / name).is_file()]
    files = [file for place in [*reversed(facts.folders[1:]), *places] for file in sorted(place.glob("*.yaml"))]
    return World(
        **{field.name: getattr(facts, field.name) for field in fields(facts)},
        rules=tuple(sorted(rules.values(), key=lambda rule: STAGES.index(rule.stage))),
        recordings=tuple(recordings.values()),
        digest=digest(*(file.read_bytes() for file in [*sources, *files])),
    )


def _rules(path: Path) -> dict[str, Rule]:
    """The rules of a file by their names; none where there is no file."""
    if not path.is_file():
        return {}
    said = load(path, "rules")
    found: dict[str, Rule] = {}
    for row in said["rule"]:
        rule = _rule(row, said.get("stage", {}))
        if rule.id in found:
            raise BadDocument(path, rule.id, "the rule stands twice")
        found[rule.id] = rule
    return found


def _recordings(folders: Sequence[Path]) -> dict[str, Recording]:
    """The exchanges in the files of some folders, by their names."""
    found: dict[str, Recording] = {}
    for file in sorted(file for folder in folders for file in folder.glob("*.yaml")):
        for recording in load_cassette(file):
            if recording.id in found:
                raise BadDocument(file, recording.id, "the exchange stands twice")
            found[recording.id] = recording
    return found


def _over(base: Mapping[str, Recording], own: Mapping[str, Recording]) -> dict[str, Recording]:
    """The exchanges of a base but for those in whose place a world has its own: by name, or for the same rule and as narrow."""
    mine = {(recording.rule, repr(sorted(recording.when.items()))) for recording in own.values() if recording.rule}
    kept = {
        id: recording
        for id, recording in base.items()
        if not recording.rule or (recording.rule, repr(sorted(recording.when.items()))) not in mine
    }
    return {**kept, **own}


def _newest(recording: Recording) -> tuple[int, str]:
    return len(recording.when), recording.recorded_at


def _rule(row: Mapping[str, Any], stages: Mapping[str, Any]) -> Rule:
    wanted = {**stages.get(row["stage"], {}).get("when", {}), **row["when"]}
    when = {name: values for name, values in listed(wanted).items() if values != ANY}
    return Rule(id=row["id"], stage=row["stage"], when=when, sources=tuple(row["sources"]))


def _agree(path: Path, rules: tuple[Rule, ...], recordings: tuple[Recording, ...], *, whole: bool) -> None:
    """Each exchange has a rule, each rule of a whole world an exchange, and of two exchanges one is narrower."""
    known = {rule.id: rule for rule in rules}
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


def _has_the_habits(path: Path, facts: WorldFacts, rules: Sequence[Rule], recordings: Sequence[Recording]) -> None:
    """What a model is said to do is on tape."""
    whens = [*(rule.when for rule in rules), *(recording.when for recording in recordings)]
    played = {habit for when in whens for habit in when.get("trait", ())}
    if any(recording.repeat for recording in recordings):
        played.add(SILENT_HABIT)
    for model in facts.models:
        if stray := sorted(model.traits - played):
            raise BadDocument(
                path, model.id, f"traits: no exchange of this world or of those that it is based on plays {stray[0]}"
            )
        if SILENT_HABIT in model.traits and model.thinking_of(None, streamed=True) != "hidden":
            raise BadDocument(path, model.id, f"traits: {SILENT_HABIT} is for a model whose thinking is hidden")


def _apart(rule: Mapping[str, tuple[str, ...]], narrower: Mapping[str, tuple[str, ...]]) -> str:
    """The first dimension of which a rule and its exchange want different values, else nothing."""
    return next((name for name, values in narrower.items() if set(values).isdisjoint(rule.get(name, values))), "")
