"""Whether a rollout makes sense: what no schema can tell of its names, its switches, its patterns and its windows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from grokgate.formats.contract import requirements
from grokgate.formats.document import BadDocument
from grokgate.formats.fixtures import SHORTEST
from grokgate.formats.world_file import FILE, is_a_parameter
from grokgate.values.rollout import REFUSED, RESERVE, Rollout

SMALLEST = RESERVE + SHORTEST
"""Tokens of the smallest window."""
LIMIT = "limit"
"""How ``[parameters]`` calls the output limit, whose field on the wire is the model's."""
_VARIABLE = re.compile(r"[A-Za-z_]\w*")


def settle(path: Path, made: Rollout, named: Collection[str]) -> None:
    """Refuse what leads nowhere or means two things. ``named`` are the other models of the file. Raises ``BadDocument``."""
    if not re.fullmatch(r"[\w.-]+", made.id):
        raise BadDocument(path, "id", f"{made.id!r} is no name of a rollout: letters, digits, dots and hyphens")
    _names(path, made)
    _windows(made)
    _switches(path, made)
    for name in made.parameters:
        if name != LIMIT:
            is_a_parameter(path, "parameters", name)
    known = {made.target.id, made.old.id, *named}
    if made.target.id in made.allow_list.keeps:
        raise BadDocument(path, "allow_list.keeps", f"{made.target.id} is the model that the list shall block")
    if stray := sorted(set(made.allow_list.keeps) - known):
        raise BadDocument(
            path, "allow_list.keeps", f"{', '.join(stray)} is the id of neither the old model nor one of the others"
        )
    if stray := sorted({cell.expect for cell in made.cells} - known - {REFUSED}):
        raise BadDocument(path, "cell", f"{', '.join(stray)} is neither a model of this rollout nor {REFUSED!r}")
    if lost := sorted({row for risk in made.risks for row in risk.rows} - requirements().keys()):
        raise BadDocument(path, "risk", f"no requirement is called {', '.join(lost)}")
    for place, pattern, groups in _patterns(made):
        _is_a_pattern(path, place, pattern, groups)


def _names(path: Path, made: Rollout) -> None:
    """A name leads to one model, however it is written: case and blanks around it do not matter (P1.6)."""
    taken = {made.flag.moves.lower(): "is the one that the flag moves"}
    for model in made.models.values():
        for name in model.names:
            if name != name.strip() or "," in name:
                raise BadDocument(
                    path, model.id, f"the name {name!r} has a comma or blanks around it, which no allow-list can hold"
                )
            if name.lower() in taken:
                raise BadDocument(path, model.id, f"the name {name!r} {taken[name.lower()]} already")
            taken[name.lower()] = f"belongs to {model.id}"
    if made.unknown.lower() in {*taken, *map(str.lower, made.facts.served)}:
        raise BadDocument(path, "unknown", f"{made.unknown!r} is the name of a model")


def _windows(made: Rollout) -> None:
    for model in made.models.values():
        if model.window < SMALLEST:
            least = f"{SMALLEST:,} is the smallest that can be judged, by a prompt just under it"
            raise BadDocument(made.facts.folders[0] / FILE, model.id, f"a window of {model.window:,} tokens; {least}")


def _switches(path: Path, made: Rollout) -> None:
    flag, allow_list = made.flag, made.allow_list
    for place, variable in (("flag.variable", flag.variable), ("allow_list.variable", allow_list.variable)):
        if not _VARIABLE.fullmatch(variable):
            raise BadDocument(path, place, f"{variable!r} is no name of an environment variable")
    if flag.variable == allow_list.variable:
        raise BadDocument(path, "allow_list.variable", f"{flag.variable} is the variable of the flag")
    if both := set(flag.on) & set(flag.off):
        raise BadDocument(path, "flag.off", f"{sorted(both)[0]!r} means on as well")
    if "" in flag.on:
        raise BadDocument(path, "flag.on", "'' cannot mean on: to most programs an empty variable is one that is not set")


def _patterns(made: Rollout) -> Iterator[tuple[str, str, int]]:
    """Each pattern with its place, and the groups that it must have."""
    yield from ((f"logs.errors[{number}]", pattern, 0) for number, pattern in enumerate(made.logs.errors))
    yield "logs.removed", made.logs.removed, 0
    yield "logs.resolved", made.logs.resolved, 0
    yield "documents.default_model", made.documents.default_model, 1
    yield "documents.deprecation", made.documents.deprecation, 0
    yield from ((f"trouble ({trouble.name}).says", trouble.says, 0) for trouble in made.troubles)


def _is_a_pattern(path: Path, place: str, pattern: str, groups: int) -> None:
    if word := re.search(r"\{[A-Za-z_]\w*\}", pattern):
        raise BadDocument(path, place, f"{word[0]} stands for nothing; {{target}}, {{old}} and {{moves}} stand for names")
    try:
        has = re.compile(pattern).groups
    except re.error as error:
        raise BadDocument(path, place, f"{pattern!r} is no pattern: {error}") from None
    if has < groups:
        raise BadDocument(path, place, f"{pattern!r} has no group in parentheses, which says what the name is")
