"""A rollout, read from ``suites/rollouts`` or from any file, in a world that tells what xAI does with its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, digest, load, read
from grokgate.formats.home import home
from grokgate.formats.rollout_sense import settle
from grokgate.formats.world_file import FILE, bundled_worlds, find_world, world_facts
from grokgate.values.naming import roles_of
from grokgate.values.rollout import (
    AllowList,
    Cell,
    Documents,
    Flag,
    LogPatterns,
    ModelFacts,
    Risk,
    Rollout,
    Trials,
    Trouble,
)
from grokgate.values.world import WorldFacts

DEFAULT = "grok-4"
"""The rollout where none is named: the plan's."""
_NEEDED = (
    *("target", "old", "unknown", "world", "flag", "allow_list", "logs", "documents"),
    *("bounds", "trials", "trouble", "parameters", "risk"),
)
"""What a rollout must say, itself or by the one that it is based on."""


def bundled_rollouts() -> list[str]:
    """The names of the rollouts that come with grokgate."""
    return sorted(path.stem for path in _bundled().glob("*.toml"))


def rollout(spec: str | None = None, world: str | None = None, phase: str = "1", models: Sequence[str] | None = None) -> Rollout:
    """A rollout in a world (its own where none is named) and a phase. Raises ``BadDocument``.

    ``spec`` is the name of a bundled one or the path of a file, ``world`` a name or a folder. ``models`` are the ids of other
    models that the provider had before, where its description names them.
    """
    return _rollout(spec or DEFAULT, world, phase, None if models is None else tuple(models))


def rollout_of(header: Mapping[str, Any], spec: str | None = None, world: str | None = None) -> Rollout:
    """The rollout by which a run was judged, as the header of its evidence tells. Raises ``BadDocument``.

    ``spec`` is where the file lies now, and ``world`` the folder of its world, where they are not found as they were then.
    """
    given = header.get("selection", {})
    name, place = spec or given.get("rollout") or header["rollout"], world or given.get("world") or header["world"]
    return rollout(name, place, header["phase"], header.get("others"))


@cache
def _rollout(spec: str, world: str | None, phase: str, models: tuple[str, ...] | None) -> Rollout:
    path, chain = _chain(spec)
    data: dict[str, Any] = {}
    for _, said in reversed(chain):
        if said.get("old", {}).get("id") not in (None, data.get("old", {}).get("id")):
            data.pop("other", None)  # they stood beside another old model
        data |= said
    if missing := [key for key in _NEEDED if key not in data]:
        raise BadDocument(path, missing[0], "the rollout says nothing of it; based_on takes it from another one")
    facts = world_facts(_world(path, data["world"], world))
    named = _others(path, data, facts, strict=world is None and models is None and "other" in chain[0][1])
    wanted = list(named) if models is None else [id for id in models if id not in (data["target"]["id"], data["old"]["id"])]
    unknown = [id for id in wanted if id not in facts.served]
    others = tuple(_model(path, "other", named.get(id, {"id": id}), facts) for id in wanted if id not in unknown)
    target, old = (_model(path, place, data[place], facts) for place in ("target", "old"))
    roles = roles_of(target, (old, *others), data["flag"]["moves"])
    made = Rollout(
        id=data["id"],
        title=data["title"],
        phase=phase,
        target=target,
        old=old,
        others=others,
        called=(data["target"]["called"], data["old"]["called"]),
        unknown=data["unknown"],
        flag=Flag(**_tuples(data["flag"])),
        allow_list=AllowList(**_tuples(data["allow_list"])),
        cells=tuple(_cells(data.get("cell", ()))),
        logs=LogPatterns(**_tuples(_filled(data["logs"], roles))),
        documents=Documents(**_filled(data["documents"], roles)),
        troubles=tuple(Trouble(**row) for row in data["trouble"]),
        parameters={name: tuple(values) for name, values in data["parameters"].items()},
        calls=data["bounds"]["calls"],
        attempts=data["bounds"]["attempts"],
        read_timeout=data["bounds"]["read_timeout"],
        trials=Trials(**data["trials"]),
        risks=tuple(Risk(**_tuples(row)) for row in data["risk"]),
        facts=facts,
        digest=digest(*(read(place) for place, _ in chain)),
        path=str(path),
    )
    settle(path, made, named)
    return made


def _bundled() -> Path:
    return home() / "suites" / "rollouts"


def _path(spec: str) -> Path:
    """The file that a name or a path means. Raises ``BadDocument``."""
    shipped = _bundled() / f"{spec}.toml"
    if "/" not in spec and shipped.is_file():
        return shipped
    path = Path(spec).expanduser()
    if path.suffix != ".toml" or not path.is_file():
        known = ", ".join(bundled_rollouts())
        missing = "there is no such file" if path.suffix == ".toml" else "there is no such rollout"
        raise BadDocument(path, "", f"{missing}: bundled are {known}; any other is a .toml file")
    return path.resolve()


def _chain(spec: str) -> tuple[Path, list[tuple[Path, Mapping[str, Any]]]]:
    """A rollout's file and those that it is based on, each with what it says."""
    first = place = _path(spec)
    found: list[tuple[Path, Mapping[str, Any]]] = []
    while True:
        said = load(place, "rollout")
        found.append((place, said))
        if not (base := said.get("based_on")):
            return first, found
        beside = place.parent / f"{base}.toml"
        place = beside if beside.is_file() else _bundled() / f"{base}.toml"
        if place in [earlier for earlier, _ in found]:
            raise BadDocument(found[-1][0], "based_on", f"{base!r} is based on this rollout")
        if not place.is_file():
            raise BadDocument(found[-1][0], "based_on", f"no rollout {base!r}, neither beside this file nor bundled")


def _world(path: Path, own: str, asked: str | None) -> Path:
    """The folder of the world: of a name beside the rollout's file, or bundled; or the folder that was asked for."""
    if (asked and "/" in asked.rstrip("/")) or (asked and not find_world(asked, path.parent) and (Path(asked) / FILE).is_file()):
        folder = Path(asked).expanduser().resolve()
        if folder.is_file():
            raise BadDocument(folder, "", f"a world is a folder with a {FILE}: --world {Path(asked).parent}")
        if not (folder / FILE).is_file():
            raise BadDocument(folder / FILE, "", "there is no such world")
        return folder
    name = asked or own
    if (found := find_world(name, path.parent)) is None:
        known = ", ".join(facts.name for facts in bundled_worlds())
        reason = f"no world is called {name!r}; bundled are {known}, and beside the rollout there is none"
        file, place = ("--world", "") if asked else (str(path), "world")
        raise BadDocument(file, place, reason)
    return found


def _model(path: Path, place: str, row: Mapping[str, Any], facts: WorldFacts) -> ModelFacts:
    if (behind := facts.served.get(row["id"])) is None:
        raise BadDocument(path, f"{place} ({row['id']})", f"the world {facts.name!r} knows no model of this name")
    return ModelFacts.of(row["id"], row.get("names", ()), behind)


def _others(path: Path, data: Mapping[str, Any], facts: WorldFacts, *, strict: bool) -> Mapping[str, Mapping[str, Any]]:
    """The other models by their ids; ``strict`` refuses one that the world does not know, as in a rollout's own world."""
    named: dict[str, Mapping[str, Any]] = {}
    roles = {data["target"]["id"]: "is the target", data["old"]["id"]: "is the old model"}
    if data["target"]["id"] == data["old"]["id"]:
        raise BadDocument(path, f"old ({data['old']['id']})", "is the target, too")
    for row in data.get("other", ()):
        if taken := roles.get(row["id"]) or (row["id"] in named and "stands twice"):
            raise BadDocument(path, f"other ({row['id']})", taken)
        if strict:
            _model(path, "other", row, facts)
        named[row["id"]] = row
    return named


def _cells(rows: Sequence[Mapping[str, Any]]) -> list[Cell]:
    return [
        Cell(flag=flag, allow=row["allow"], name=name, expect=expect)
        for row in rows
        for flag in row["flag"]
        for name, expect in row["expect"].items()
    ]


def _filled(row: Mapping[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
    """Patterns with the roles in them filled in."""

    def fill(value: Any) -> Any:
        if isinstance(value, list):
            return [fill(one) for one in value]
        for role, names in roles.items():
            value = value.replace(role, names)
        return value

    return {key: fill(value) for key, value in row.items()}


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
