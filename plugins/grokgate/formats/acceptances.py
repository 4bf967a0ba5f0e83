"""Waivers and attestations in TOML files, with the commit that carries each file. Schema: ``acceptances.schema.json``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument, check, parse, read
from grokgate.formats.home import SCHEMAS
from grokgate.values.acceptance import Attestation, Waiver, no_day
from grokgate.values.line import one_line
from grokgate.values.requirement import Requirement
from grokgate.values.secret import secrets_in


@dataclass(frozen=True, kw_only=True)
class Acceptances:
    """What people add to a verdict."""

    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()


def read_acceptances(paths: Sequence[Path], known: dict[str, Requirement]) -> Acceptances:
    """The waivers and attestations of all files, for rows that are ``known``. Raises ``BadDocument`` with file and place."""
    waivers: list[Waiver] = []
    attestations: list[Attestation] = []
    for path in paths:
        content = _content(path)
        commit = commit_of(path)
        for number, entry in enumerate(content.get("waiver", ())):
            waivers.append(Waiver.from_json({**entry, "commit": commit}))
            place = f"waiver[{number}] ({entry['row']})"
            _is_good(path, place, waivers[-1], waivers[:-1], known)
            if known[entry["row"]].sums:
                raise BadDocument(path, place, f"{entry['row']} rests on other rows; what is waived is the failure of those")
        for number, entry in enumerate(content.get("attestation", ())):
            attestations.append(Attestation.from_json({**entry, "commit": commit}))
            place = f"attestation[{number}] ({entry['row']})"
            _is_good(path, place, attestations[-1], attestations[:-1], known)
            if decided := [mode for mode in known[entry["row"]].modes if mode != "attested"]:
                raise BadDocument(path, place, f"{entry['row']} is decided by {' and '.join(decided)}, by nobody's word")
    return Acceptances(waivers=tuple(waivers), attestations=tuple(attestations))


def commit_of(path: Path) -> str:
    """The commit that carries a file as it is, in twelve digits; empty where none does, or no git is there to ask.

    A link is followed: the file that it leads to was read, and that one's content is held against the last commit's.
    """
    real = path.resolve()
    folder, name = real.parent, real.name
    try:
        carried = _git(folder, "rev-parse", "--verify", "--quiet", f"HEAD:./{name}")
        same = _git(folder, "hash-object", "--", name) == carried
        return _git(folder, "--literal-pathspecs", "log", "-1", "--format=%H", "--", name)[:12] if same else ""
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603  words of ours


def _content(path: Path) -> Any:
    """The file as plain data, dates as text; a file of another format than TOML is read as it is."""
    content = json.loads(json.dumps(parse(path, read(path)), default=_as_text))
    check(content, json.loads((SCHEMAS / "acceptances.schema.json").read_bytes()), path)
    for kind in ("waiver", "attestation"):
        for number, entry in enumerate(content.get(kind, ())):
            if key := no_day(entry):
                raise BadDocument(path, f"{kind}[{number}].{key}", f"{one_line(entry[key])} is no day")
    return content


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_good(path: Path, place: str, entry: Waiver | Attestation, others: Sequence[Any], known: dict[str, Requirement]) -> None:
    """Refuse a row that is none, an entry that stands twice, and a secret that would go into each report."""
    if entry.row not in known:
        raise BadDocument(path, place, f"no requirement is called {entry.row}")
    if any(_key(entry) == _key(other) for other in others):
        raise BadDocument(path, place, "it stands twice")
    if found := secrets_in(json.dumps(entry.to_json())):
        raise BadDocument(path, place, f"it holds a {found[0].kind}, and reports are passed on")


def _key(entry: Waiver | Attestation) -> tuple[str, ...]:
    return (entry.row, entry.provider, entry.failure) if isinstance(entry, Waiver) else (entry.row,)
