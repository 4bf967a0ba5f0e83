"""The contract: the requirements, read from ``suites`` and held against their schema; a rollout fills in their words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grokgate.formats.document import BadDocument, digest, load
from grokgate.formats.home import home
from grokgate.values.requirement import Requirement
from grokgate.values.rollout import Rollout


@cache
def requirements(folder: Path | None = None) -> dict[str, Requirement]:
    """Every requirement by its identifier, in the order of the files and of the rows in them, as it stands: its sentences have
    words in braces, and its live traffic is counted by role. Raises ``BadDocument``.
    """
    found: dict[str, Requirement] = {}
    for path in _files(folder or home() / "suites" / "requirements"):
        table = load(path, "requirements")
        for row in table["requirement"]:
            facts = {"section": table["section"], "prefix": table["prefix"], "topic": table.get("topic", "")}
            requirement = Requirement.from_toml(row, **facts)
            if requirement.id in found:
                raise BadDocument(path, requirement.id, "the requirement stands twice")
            for place, word in requirement.strays():
                raise BadDocument(path, f"{requirement.id}: {place}", f"{{{word}}} is no word of a rollout (values/roles.py)")
            found[requirement.id] = requirement
    return found


def contract(rollout: Rollout) -> dict[str, Requirement]:
    """Every requirement as it is for a rollout in its world: sentences with its names, live traffic by its models."""
    return {id: requirement.filled(rollout) for id, requirement in requirements().items()}


def contract_digest(folder: Path | None = None) -> str:
    """One digest over all requirement files."""
    return digest(*(path.read_bytes() for path in _files(folder or home() / "suites" / "requirements")))


def _files(folder: Path) -> list[Path]:
    """The requirement files in the order of the plan: the phases first, communication last."""
    order = ("p-", "rb-", "pre-", "post-", "mon-", "sc-", "com-")
    paths = sorted(folder.glob("*.toml"))
    return sorted(paths, key=lambda path: next((n for n, start in enumerate(order) if path.name.startswith(start)), len(order)))
