"""A folder of recorded exchanges: one folder per world in it, cassettes in there.

``DIR/grok-4-0709/name.yaml`` holds exchanges that were recorded while grok-4 was grok-4-0709; those that no rule fits are
kept too, without a rule, and play nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grokgate.formats.document import digest
from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home, worlds
from grokgate.upstream.cassette import Recording, load_cassette
from grokgate.upstream.placement import Placement, placed
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import World, load_world
from grokgate.values.capture import Capture

KEY = "a-key-that-is-none"
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


def tapes(names: Iterable[str] | None = None) -> dict[str, Tape]:
    """The bundled worlds, ready to say what they would have answered."""
    return {name: Tape(load_world(home() / "cassettes" / name), prompts(), key=KEY) for name in names or worlds()}


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
            return tape
    raise NoWorld(f"{capture.origin}: no world of {day} is known; name the one that it belongs to (--world)")


def write(kept: Sequence[Kept], into: Path, stem: str, *, versions: Mapping[str, str], replace: bool = False) -> list[Path]:
    """Write captures as cassettes, a file per world. Nothing is written where one is there and ``replace`` is not asked for."""
    files: dict[Path, list[Kept]] = {}
    for one in kept:
        files.setdefault(into / one.world.name / f"{stem}.yaml", []).append(one)
    if not replace and (there := [path for path in files if path.exists()]):
        raise AlreadyThere(f"{there[0]} is there; name another folder, or say --replace")
    drafts = []
    for path, several in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(_yaml(several, versions), "utf-8")
        drafts.append((draft, path))
    for draft, path in drafts:
        draft.replace(path)
    return list(files)


def recordings_in(folder: Path) -> list[tuple[Path, Recording]]:
    """Every exchange in a folder of cassettes, with its file. Raises ``BadDocument``."""
    return [(file, recording) for file in sorted(folder.rglob("*.yaml")) for recording in load_cassette(file)]


def _yaml(kept: Sequence[Kept], versions: Mapping[str, str]) -> str:
    import yaml

    base: Any = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper

    class Dumper(base):  # type: ignore[misc]
        """Texts of several lines as blocks, so that people can read them; no aliases."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  yaml's signature
            return True

    Dumper.add_representer(str, _text)
    rows: dict[str, dict[str, Any]] = {}
    for one in kept:
        row = _row(one, versions)
        rows.setdefault(row["grokgate"]["id"], row)
    content = {"version": 1, "interactions": list(rows.values())}
    return str(yaml.dump(content, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1000))


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _row(one: Kept, versions: Mapping[str, str]) -> dict[str, Any]:
    capture, rule = one.capture, one.placement.rule
    request = capture.request
    mark = digest(request.body, capture.body, capture.recorded_at.encode())[:8]
    block: dict[str, Any] = {"id": f"{rule or 'no-rule'}/recorded-{mark}"}
    if rule:
        block["rule"] = rule
    if when := one.placement.when:
        block["when"] = {name: list(values) for name, values in when.items()}
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


def counted(kept: Sequence[Kept]) -> Counter[str]:
    """How many captures found each rule; those without one under the empty name."""
    return Counter(one.placement.rule for one in kept)
