"""Which test owns which requirement, read from the suites without importing them.

The controller of a distributed run collects nothing, and a worker that dies takes its knowledge along; the source does not.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from grokgate.formats.document import BadDocument, digest
from grokgate.formats.home import home


@cache
def owners(folder: Path | None = None) -> dict[str, str]:
    """Requirement identifier to the node id of its test, without parameters. Raises ``BadDocument`` where a row has two."""
    folder = folder or home() / "suites"
    found: dict[str, str] = {}
    for path in sorted(folder.glob("test_*.py")):
        tree = ast.parse(path.read_bytes(), filename=str(path))
        for function in tree.body:
            if not getattr(function, "name", "").lower().startswith("test"):
                continue
            if not isinstance(function, ast.FunctionDef):
                raise BadDocument(path, f"line {function.lineno}", "a row's test is a plain function")
            requirement = _requirement(function)
            if requirement is None:
                raise BadDocument(path, f"line {function.lineno}", f"{function.name} names no requirement")
            if requirement in found:
                raise BadDocument(path, f"line {function.lineno}", f"{requirement} has a second test, {function.name}")
            found[requirement] = f"{folder.name}/{path.name}::{function.name}"
    return found


def requirement_of(node: str) -> str | None:
    """The requirement that a node id (with or without parameters) belongs to."""
    return next((id for id, owner in owners().items() if owner == node.partition("[")[0]), None)


def part_of(node: str) -> str:
    """What tells a case from the others of its row, by its node id: ``half``, ``half by stream``, nothing."""
    return node.partition("[")[2].removesuffix("]").replace("-by ", " by ")


def _requirement(function: ast.FunctionDef) -> str | None:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement":
            argument = decorator.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                return argument.value
    return None


def suites_digest() -> str:
    """One digest over the modules of the suites."""
    return digest(*(path.read_bytes() for path in sorted((home() / "suites").glob("test_*.py"))))
