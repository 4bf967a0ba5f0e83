"""The contract: the requirements and the rollouts, read from ``suites`` and held against their schemas."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grokgate.formats.document import BadDocument, digest, load, read
from grokgate.formats.home import home
from grokgate.values.requirement import Requirement
from grokgate.values.rollout import REFUSED, Rollout


@cache
def requirements(folder: Path | None = None) -> dict[str, Requirement]:
    """Every requirement by its identifier, in the order of the files and of the rows in them. Raises ``BadDocument``."""
    found: dict[str, Requirement] = {}
    for path in _files(folder or home() / "suites" / "requirements"):
        table = load(path, "requirements")
        for row in table["requirement"]:
            facts = {"section": table["section"], "prefix": table["prefix"], "topic": table.get("topic", "")}
            requirement = Requirement.from_toml(row, **facts)
            if requirement.id in found:
                raise BadDocument(path, requirement.id, "the requirement stands twice")
            found[requirement.id] = requirement
    return found


def contract_digest(folder: Path | None = None) -> str:
    """One digest over all requirement files."""
    return digest(*(path.read_bytes() for path in _files(folder or home() / "suites" / "requirements")))


@cache
def rollout(name: str = "grok-4", world: str | None = None, phase: str = "1", folder: Path | None = None) -> Rollout:
    """A rollout in a world (its own default where none is named) and a phase. Raises ``BadDocument``."""
    path = (folder or home() / "suites" / "rollouts") / f"{name}.toml"
    data = load(path, "rollout")
    chosen = world or data["default_world"]
    for entry in data["model_entry"]:
        if chosen not in entry["worlds"]:
            raise BadDocument(path, f"model_entry ({entry['id']}).worlds", f"says nothing of the world {chosen!r}")
    known = {entry["id"] for entry in data["model_entry"]} | {REFUSED}
    wanted = {model for row in data["resolution"] for model in row["expect"].values()}
    wanted |= {data["model"], *data["baseline"], data["flag"]["off"], data["flag"]["on"]}
    if stray := sorted(wanted - known):
        raise BadDocument(path, "model_entry", f"no entry for {', '.join(stray)}, which the file names elsewhere")
    if lost := sorted({row for risk in data["risk"] for row in risk["rows"]} - requirements().keys()) if folder is None else []:
        raise BadDocument(path, "risk", f"no requirement is called {', '.join(lost)}")
    asked = {model for row in requirements().values() if row.live for model in row.live.requests}
    if folder is None and (unlisted := sorted(asked - known)):
        raise BadDocument(path, "model_entry", f"no entry for {', '.join(unlisted)}, of which requirements declare live requests")
    return Rollout.from_toml(data, world=chosen, phase=phase, digest=digest(read(path)))


def _files(folder: Path) -> list[Path]:
    """The requirement files in the order of the plan: the phases first, communication last."""
    order = ("p-", "rb-", "pre-", "post-", "mon-", "sc-", "com-")
    paths = sorted(folder.glob("*.toml"))
    return sorted(paths, key=lambda path: next((n for n, start in enumerate(order) if path.name.startswith(start)), len(order)))
