"""A folder of recorded exchanges: one folder per world in it, cassettes in there.

``DIR/grok-4-0709/name.yaml`` holds exchanges that were recorded while grok-4 was grok-4-0709; those that no rule fits are
kept too, without a rule, and play nothing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, digest, load
from grokgate.formats.fixtures import prompts
from grokgate.formats.home import worlds
from grokgate.formats.world_file import FILE, find_world
from grokgate.upstream.cassette import Recording, load_cassette
from grokgate.upstream.fidelity.reply import captured
from grokgate.upstream.placement import Placement, placed
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import ANY, World, load_world
from grokgate.values.capture import Capture

KEY = "a-key-that-is-none"
OLD = "old"
"""The folder of what was replaced."""
_CONNECTION = frozenset(
    {"content-length", "content-encoding", "transfer-encoding", "connection", "date", "set-cookie", "strict-transport-security"}
)


class NoWorld(LookupError):
    """Nothing tells how xAI behaved when an exchange was recorded: which, and what to do."""


class AlreadyThere(Exception):
    """A file that would be written is there: which."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A capture with the world that it belongs to and its place there."""

    capture: Capture
    world: World
    placement: Placement


def tapes(names: Iterable[str | Path] | None = None) -> dict[str, Tape]:
    """Worlds by their names, ready to say what they would have answered: all that are bundled, or those named.

    A world that is not bundled is named by its folder. Raises ``NoWorld`` and ``BadDocument``.
    """
    loaded = [load_world(_folder(name)) for name in names or worlds()]
    return {world.name: Tape(world, prompts(), key=KEY, foreign=True) for world in loaded}


def _folder(name: str | Path) -> Path:
    """The folder of a world that is bundled, or that is named by its folder."""
    place = Path(name)
    if place.parent == Path() and (bundled := find_world(place.name)):
        return bundled
    if not (place / FILE).is_file():
        raise NoWorld(f"no world {str(name)!r}: bundled are {', '.join(worlds())}; any other is named by its folder")
    return place.resolve()


def sorted_in(captures: Sequence[Capture], known: Mapping[str, Tape], world: str | None = None) -> list[Kept]:
    """Each capture with its place; the world is that of its date, or ``world`` where that is given. Raises ``NoWorld``."""
    kept = []
    for capture in captures:
        tape = known[world] if world else _of_its_day(capture, known)
        kept.append(Kept(capture=capture, world=tape.world, placement=placed(capture, tape)))
    return kept


def _of_its_day(capture: Capture, known: Mapping[str, Tape]) -> Tape:
    day = capture.recorded_at[:10]
    for tape in known.values():
        first, last = tape.world.era
        if first <= day and (not last or day < last):
            return tape.on(day)
    raise NoWorld(f"{capture.origin}: no world of {day} is known; name the one that it belongs to (--world)")


def write(kept: Sequence[Kept], into: Path, stem: str, *, versions: Mapping[str, str], replace: bool = False) -> list[Path]:
    """Write captures as cassettes, a file per world. Nothing is written where one is there and ``replace`` is not asked for."""
    files: dict[Path, list[Kept]] = {}
    for one in kept:
        files.setdefault(into / one.world.name / f"{stem}.yaml", []).append(one)
    if not replace and (there := [path for path in files if path.exists()]):
        raise AlreadyThere(f"{there[0]} is there; name another folder, or say --replace")
    _put({path: _yaml(_rows(several, versions)) for path, several in files.items()})
    return list(files)


def put_in_place(
    fresh: Sequence[tuple[Kept, Collection[str]]], folder: Path, day: str, *, versions: Mapping[str, str]
) -> dict[Path, Path | None]:
    """Write each capture in the place of the exchanges that bear the identifiers beside it, or into a file of the day.

    ``folder`` is that of a world. Gives each file that changed, with where it is kept as it was before: in ``old``, under a name
    that was free. One in which nothing is left goes. Raises ``BadDocument`` and ``OSError``.
    """
    rows = {file: load(file, "cassette")["interactions"] for file in sorted(folder.glob("*.yaml"))}
    changed = set[Path]()
    for one, doubles in fresh:
        homes = [file for file in rows if any(row["grokgate"]["id"] in doubles for row in rows[file])] or [folder / f"{day}.yaml"]
        for file in homes:
            rows[file] = [row for row in rows.get(file, ()) if row["grokgate"]["id"] not in doubles]
        rows[homes[0]].append(_row(one, versions))
        changed.update(homes)
    kept = {file: _free(folder / OLD / f"{file.stem}.until-{day}.yaml") if file.exists() else None for file in sorted(changed)}
    old = {place: file.read_bytes() for file, place in kept.items() if place}
    _put({**old, **{file: _yaml(rows[file]) for file in kept if rows[file]}})
    for file in kept:
        if not rows[file]:
            file.unlink()
    return kept


def _free(path: Path) -> Path:
    """The path, or the first with a number that is free."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return path if not path.exists() else next(other for other in numbered if not other.exists())


def _put(files: Mapping[Path, bytes]) -> None:
    """Write files, each whole or not at all, in their order."""
    drafts = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            drafts.append((path.with_suffix(f".{os.getpid()}.draft"), path))
            drafts[-1][0].write_bytes(content)
        for draft, path in drafts:
            draft.replace(path)
    finally:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)


def recordings_in(folder: Path) -> list[tuple[Path, Recording]]:
    """Every exchange in a folder of cassettes, with its file; those in ``old`` below it play no more. Raises ``BadDocument``."""
    files = [file for file in sorted(folder.rglob("*.yaml")) if OLD not in file.relative_to(folder).parts]
    return [(file, recording) for file in files for recording in load_cassette(file)]


def misplaced(recording: Recording, tape: Tape) -> str:
    """Why a recorded exchange must not play for its rule; empty where it may, or has none."""
    if recording.provenance != "recorded" or not recording.rule:
        return ""
    place = place_of(recording, tape)
    if place.rule == recording.rule:
        return ""
    return f"it plays for rule {recording.rule}, but {place.reason or f'it is an answer of rule {place.rule}'}; import it again"


def refuse_misplaced(folders: Iterable[Path], world: Path) -> None:
    """Raise ``BadDocument`` for the first exchange below folders that must not play for its rule in the world of a folder."""
    [tape] = tapes([world]).values()
    for file, recording in (found for folder in folders for found in recordings_in(folder)):
        if reason := misplaced(recording, tape):
            raise BadDocument(file, recording.id, f"{reason}. All of them: grokgate cassettes check {file.parents[1]}")


def too_wide(recording: Recording, tape: Tape) -> str:
    """Of what else than it was recorded of an exchange plays, though its answer tells; empty where it does not."""
    when = (place_of(recording, tape).when or {}) if recording.provenance == "recorded" and recording.rule else {}
    wide = next((name for name, values in when.items() if not set(recording.when.get(name, ANY)) <= {*values}), None)
    return f"it was recorded of {wide} {' or '.join(when[wide])}, and plays for others; import it again" if wide else ""


def place_of(recording: Recording, tape: Tape) -> Placement:
    """Where a recorded exchange belongs."""
    return placed(as_recorded(recording), tape, [recording.accepted])


def as_recorded(recording: Recording, origin: str = "") -> Capture:
    """What a cassette keeps, as it was captured."""
    assert recording.request is not None, "what a file holds has its request"
    return captured(recording.request, recording.with_body(recording.body), origin)


def _yaml(rows: Sequence[Mapping[str, Any]]) -> bytes:
    import yaml

    base: Any = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper

    class Dumper(base):  # type: ignore[misc]
        """Texts of several lines as blocks, so that people can read them; no aliases."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  yaml's signature
            return True

    Dumper.add_representer(str, _text)
    content = {"version": 1, "interactions": rows}
    return bytes(yaml.dump(content, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1000, encoding="utf-8"))


def _rows(kept: Iterable[Kept], versions: Mapping[str, str]) -> list[dict[str, Any]]:
    """The exchanges as a file has them; what came twice stands there once."""
    rows: dict[str, dict[str, Any]] = {}
    for one in kept:
        row = _row(one, versions)
        rows.setdefault(row["grokgate"]["id"], row)
    return list(rows.values())


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _row(one: Kept, versions: Mapping[str, str]) -> dict[str, Any]:
    capture, rule = one.capture, one.placement.rule
    request = capture.request
    mark = digest(request.body, capture.body, capture.recorded_at.encode())[:8]
    block: dict[str, Any] = {"id": f"{rule or 'no-rule'}/recorded-{mark}"}
    if rule:
        block["rule"] = rule
    else:
        block["reason"] = one.placement.reason
    if when := one.placement.when:
        block["when"] = {name: list(values) for name, values in when.items()}
    if one.placement.accepted:
        block["accepted"] = one.placement.accepted
    block |= {
        "provenance": "recorded",
        "recorded_at": capture.recorded_at,
        "origin": capture.origin,
        "recorded_with": dict(versions),
    }
    if capture.at:
        block["at"] = list(capture.at)
    headers = {name: [value] for name, value in capture.headers.items() if name.lower() not in _CONNECTION}
    return {
        "grokgate": block,
        "request": {
            "method": request.method,
            "uri": request.url,
            "headers": {name: [value] for name, value in request.headers.items()},
            "body": request.body.decode("utf-8", "replace"),
        },
        "response": {
            "status": {"code": capture.status, "message": ""},
            "headers": headers,
            "body": {"string": capture.body.decode("utf-8", "replace")},
        },
    }
