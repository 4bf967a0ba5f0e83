"""What a world says of xAI: ``world.toml``, and those of the worlds that it is based on."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, load
from grokgate.formats.home import home
from grokgate.values.world import EFFORT, ENDPOINTS, NO_PARAMETERS, PARAMETERS, Model, Price, Retired, WorldFacts

FILE = "world.toml"
_NEEDED = ("window", "thinking", "refuses", "sources", "price")
"""What a model must say, here or in a world that this one is based on."""


def find_world(name: str, beside: Path | None = None) -> Path | None:
    """The folder of a world: ``name`` in the folder ``beside``, or bundled; ``None`` where there is none."""
    places = [beside, home() / "cassettes"] if beside else [home() / "cassettes"]
    return next((place / name for place in places if (place / name / FILE).is_file()), None)


def bundled_worlds() -> list[WorldFacts]:
    """The worlds that come with grokgate, the oldest first. Raises ``BadDocument``."""
    found = [world_facts(path.parent) for path in (home() / "cassettes").glob(f"*/{FILE}")]
    return sorted(found, key=lambda facts: facts.era)


@cache
def world_facts(folder: Path) -> WorldFacts:
    """The facts of the world in a folder. Raises ``BadDocument``.

    What a world does not say holds as in the one it is based on; of a model that both have, key by key.
    """
    chain = _chain(folder)
    path, merged = folder / FILE, _merged(chain)
    if missing := [key for key in ("model", "most_tools", "substitute") if not merged.get(key)]:
        raise BadDocument(path, missing[0], "the world says nothing of it, and neither does one that it is based on")
    for place, day in _days(merged):
        _is_a_day(path, place, day)
    if merged["era"].get("to", "9999") < merged["era"].get("from", ""):
        raise BadDocument(path, "era.to", f"{merged['era']['to']} is before {merged['era']['from']}")
    models = tuple(_model(row) for row in merged["model"])
    for model in models:
        for name in model.refuses:
            is_a_parameter(path, f"{model.id}: refuses", name)
    _lead_to_one(path, merged["model"])
    _lead_somewhere(path, models, merged["substitute"])
    return WorldFacts(
        name=merged["name"],
        title=merged["title"],
        models=models,
        folders=tuple(place for place, _ in chain),
        retired={row["name"]: Retired(name=row["name"], on=row["on"], instead=row["instead"]) for row in merged["retired"]},
        retired_fields={row["name"]: row["on"] for row in merged["retired_field"]},
        most_tools=merged["most_tools"],
        object_roots=merged.get("object_roots", False),
        substitute=merged["substitute"],
        era=(merged["era"]["from"], merged["era"].get("to", "")),
    )


def _chain(folder: Path) -> Sequence[tuple[Path, Mapping[str, Any]]]:
    """A world and those that it is based on, each with what its file says."""
    found: list[tuple[Path, Mapping[str, Any]]] = []
    place: Path | None = folder
    while place is not None:
        path = place / FILE
        said = load(path, "world")
        if said["name"] != place.name:
            raise BadDocument(path, "name", f"the folder is called {place.name!r}; a world bears the name of its folder")
        found.append((place, said))
        if not (base := said.get("based_on")):
            break
        if any(base == earlier["name"] for _, earlier in found):
            raise BadDocument(path, "based_on", f"{base!r} is based on this world")
        if (place := find_world(base, place.parent)) is None:
            raise BadDocument(path, "based_on", f"no world {base!r}, neither beside this folder nor bundled")
    return found


def _merged(chain: Sequence[tuple[Path, Mapping[str, Any]]]) -> dict[str, Any]:
    """What holds in the first world: its own words before those of its bases."""
    merged: dict[str, Any] = {"model": [], "retired": [], "retired_field": []}
    for place, said in reversed(chain):
        rows = _without(place, merged["model"], said.get("gone", ()))
        listed = {key: _over(merged[key], said.get(key, ()), "name") for key in ("retired", "retired_field")}
        merged = {**merged, **said, **listed, "model": _over(rows, said.get("model", ()), "id")}
    models = [_whole(chain[0][0], row, ()) for row in merged["model"]]
    return {**merged, "model": models}


def _without(place: Path, rows: Sequence[Mapping[str, Any]], gone: Collection[str]) -> Sequence[Mapping[str, Any]]:
    """The models of a base that are still there."""
    if stray := sorted(set(gone) - {row["id"] for row in rows}):
        raise BadDocument(place / FILE, "gone", f"the world that it is based on has no model {stray[0]!r}")
    return [row for row in rows if row["id"] not in gone]


def _over(base: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]], by: str) -> list[Mapping[str, Any]]:
    """The rows of a base with those of a world over them; new ones stand first. One that is as in a third world starts anew."""
    mine = {row[by]: row for row in own}
    if len(mine) < len(own):  # it is told of further below, as two models of one name
        return [*own, *(row for row in base if row[by] not in mine)]
    kept = []
    for row in base:
        said = mine.pop(row[by], {})
        kept.append(said if "as_in" in said else {**row, **said})
    return [*mine.values(), *kept]


def _whole(place: Path, row: Mapping[str, Any], seen: tuple[Path, ...]) -> Mapping[str, Any]:
    """A model's row with what it takes from another world's."""
    if elsewhere := row.get("as_in"):
        folder = find_world(elsewhere, place.parent)
        if folder in seen:
            raise BadDocument(place / FILE, row["id"], f"as_in goes round: {elsewhere!r} leads back to this world")
        theirs = _row_in(folder, row["id"], (*seen, place)) if folder else None
        if theirs is None:
            raise BadDocument(place / FILE, row["id"], f"the world {elsewhere!r} has no such model")
        row = {**theirs, **row}
    if missing := [key for key in _NEEDED if key not in row]:
        raise BadDocument(
            place / FILE, row["id"], f"says nothing of {', '.join(missing)}, and neither does a world that this is based on"
        )
    if EFFORT not in row["refuses"] and not row.get("efforts"):
        raise BadDocument(place / FILE, row["id"], f"takes {EFFORT}, and efforts does not say which values")
    if row.get("effort") not in (None, *row.get("efforts", ())):
        raise BadDocument(place / FILE, row["id"], f"effort: {row['effort']!r} is none of its efforts")
    if EFFORT in row["refuses"] and row.get("efforts"):
        raise BadDocument(place / FILE, row["id"], f"has values in efforts, and {EFFORT} in refuses")
    return {key: value for key, value in row.items() if key != "as_in"}


def _row_in(folder: Path, id: str, seen: tuple[Path, ...]) -> Mapping[str, Any] | None:
    """A model's whole row in another world; ``None`` where that has none."""
    rows: Sequence[Mapping[str, Any]] = []
    for place, said in reversed(_chain(folder)):
        rows = _over(_without(place, rows, said.get("gone", ())), said.get("model", ()), "id")
    return next((_whole(folder, row, seen) for row in rows if row["id"] == id), None)


def _days(merged: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each day that a world names, with its place."""
    yield from ((f"era.{key}", day) for key, day in merged["era"].items())
    yield from ((f"{row['id']}: {key}", row[key]) for row in merged["model"] for key in ("created", "redirected") if key in row)
    yield from ((row["name"], row["on"]) for key in ("retired", "retired_field") for row in merged[key])


def _is_a_day(path: Path, place: str, day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise BadDocument(path, place, f"{day!r} is no day of the calendar") from None


def is_a_parameter(path: Path, place: str, name: str) -> None:
    """A parameter that nobody knows may be new; one that is almost one of those is misspelt. Raises ``BadDocument``."""
    if name in NO_PARAMETERS:
        raise BadDocument(path, place, f"{name!r} is no parameter: there is no request without it")
    near = difflib.get_close_matches(name, PARAMETERS - {name}, n=1, cutoff=0.85)
    if name not in PARAMETERS and near:
        raise BadDocument(path, place, f"no parameter is called {name!r}; near it is {near[0]!r}")


def _lead_to_one(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """A name leads to one model."""
    taken: dict[str, str] = {}
    for row in rows:
        for name in (row["id"], *row.get("aliases", ())):
            if taken.get(name) == row["id"]:
                raise BadDocument(path, row["id"], f"the name {name!r} stands twice")
            if name in taken:
                raise BadDocument(path, row["id"], f"the name {name!r} leads to {taken[name]} already")
            taken[name] = row["id"]


def _lead_somewhere(path: Path, models: Sequence[Model], substitute: str) -> None:
    """A name that answers bear, and the one that answers for others, is that of a model which answers as itself."""
    known = {name: model for model in models for name in model.names}
    if substitute not in known:
        raise BadDocument(path, "substitute", f"no model is called {substitute!r}")
    for model in models:
        if model.answers_as not in ("", *known):
            raise BadDocument(path, model.id, f"answers_as: no model is called {model.answers_as!r}")
        if model.answers_as and known[model.answers_as].named(None) != model.answers_as:
            raise BadDocument(path, model.id, f"answers_as: {model.answers_as!r} is not the id of a model that answers as itself")
        if model.redirected and not model.answers_as:
            raise BadDocument(path, model.id, "redirected: answers_as does not say who answers")


def _model(row: Mapping[str, Any]) -> Model:
    return Model(
        id=row["id"],
        names=frozenset((row["id"], *row.get("aliases", ()))),
        window=row["window"],
        refuses=tuple(row["refuses"]),
        thinking=row["thinking"],
        streamed=row.get("streamed", ""),
        hidden_before=row.get("hidden_before", ""),
        efforts=tuple(row.get("efforts", ())),
        effort=row.get("effort", ""),
        encrypts=row.get("encrypts", False),
        suffixed=row.get("suffixed", {}),
        answers_as=row.get("answers_as", ""),
        redirected=row.get("redirected", ""),
        created=row.get("created", ""),
        images=row.get("images", False),
        endpoints=tuple(row.get("endpoints", ENDPOINTS)),
        traits=frozenset(row.get("traits", ())),
        price=Price(**row["price"]),
    )
