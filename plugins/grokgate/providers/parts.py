"""What a build of a provider consists of, found before the first call: in its own interpreter, by its command, or by its imports.

A provider that shares grokgate's interpreter has what its code imports, and what that requires; not all that is installed here,
since another version of the harness is no other build.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

from grokgate.formats.document import digest
from grokgate.formats.home import PACKAGE, home
from grokgate.providers.description import PLACES, Build, Description
from grokgate.providers.host.inventory import canonical, editable, inventory, tree
from grokgate.values.build import Parts

INVENTORY = Path(__file__).parent / "host" / "inventory.py"
SECONDS = 60.0
"""How long an interpreter may take to say what is installed in it."""
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


def parts_of(description: Description, build: Build, interpreter: Path | None) -> Parts:
    """What a build of the provider consists of; ``interpreter`` is its own, ``None`` where it shares this one."""
    beside = _files(description, build)
    if description.command:
        return Parts(code=beside | _of_command(description.command, description.path.parent))
    assert description.adapter is not None, "a description without an adapter or a command was let through"
    adapter = _adapter(description.adapter.rpartition(":")[0], description.path.parent)
    if adapter and adapter.exists():
        is_ours = adapter.is_relative_to(PACKAGE / "providers")
        beside["adapter"] = digest(adapter.read_bytes()) if is_ours else tree(adapter.parent)
    found = _installed(interpreter) if interpreter else _imported(re.split(r"[.:]", description.adapter)[0], adapter)
    return Parts(distributions=found.distributions, code={**found.code, **beside})


def _adapter(source: str, here: Path) -> Path | None:
    """The file of an adapter that is no package's: named by its path, beside the description, or one of grokgate's own."""
    if source.endswith(".py"):
        return here / source
    module = source.replace(".", "/")
    near = [here / f"{module}.py", here / module / "__init__.py"]
    near += [PACKAGE.parent / f"{module}.py"] if source.startswith(f"{PACKAGE.name}.") else []
    return next((path for path in near if path.is_file()), None)


def _files(description: Description, build: Build) -> dict[str, str]:
    """The files that the description names: its documentation, and those to which its variables lead."""
    places = dict.fromkeys(PLACES, "") | {"here": str(description.path.parent), "fixtures": str(home() / "fixtures")}
    variables = {**description.environment, **build.environment}
    named = {name: Path(value.format(**places)) for name, value in variables.items()}
    named |= {"documentation": description.documentation} if description.documentation else {}
    return {name: digest(path.read_bytes()) for name, path in named.items() if _is_there(path) and path.is_file()}


def _is_there(path: Path) -> bool:
    """Whether a word is the path of something; most words are none, and long ones are an error."""
    try:
        return path.exists()
    except OSError:
        return False


# --- a command, in any language


def _of_command(words: Sequence[str], here: Path) -> dict[str, str]:
    """The files and folders beside the description that a command names; with a file those of its kind around it."""
    found = {}
    for path in (here / word for word in words):
        if not _is_there(path) or path.resolve() == here.resolve() or not path.resolve().is_relative_to(here.resolve()):
            continue
        name = path.resolve().relative_to(here.resolve()).as_posix()
        if path.is_dir():
            found[name] = tree(path, "")
        else:
            found[name] = tree(path.parent, path.suffix) if path.suffix else digest(path.read_bytes())
    return found


# --- an interpreter of its own


def _installed(interpreter: Path) -> Parts:
    """All that is installed there; nothing where it cannot say, since no provider starts there either."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    try:
        said = subprocess.run(  # noqa: S603  the description of the provider names it
            [str(interpreter), "-P", str(INVENTORY)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        return Parts(**json.loads(said.stdout))
    except (OSError, ValueError, TypeError, subprocess.SubprocessError):
        return Parts()


# --- this interpreter


def _imported(module: str, adapter: Path | None) -> Parts:
    """What an adapter imports, wherever in its code: modules by their files, packages with all that they require."""
    beside = adapter.parent if adapter else None
    code: dict[str, str] = {}
    packages: set[str] = set()
    read: set[Path] = set()
    waiting = [adapter] if adapter and adapter.exists() else _place(module, None, code, packages)
    while waiting:
        path = waiting.pop().resolve()
        if path not in read:
            read.add(path)
            waiting += [more for name in sorted(_names(path)) for more in _place(name, beside, code, packages)]
    found = inventory(_with_requirements(packages))
    return Parts(distributions=found["distributions"], code={**found["code"], **code})


def _place(name: str, beside: Path | None, code: dict[str, str], packages: set[str]) -> list[Path]:
    """Keep what a top-level module is of; gives the files in which more is imported."""
    if name in sys.stdlib_module_names or name == PACKAGE.name or (lies := _lies(name, beside)) is None:
        return []
    files = sorted(lies.rglob("*.py")) if lies.is_dir() else [lies]
    if beside and lies.resolve().is_relative_to(beside.resolve()):
        return files  # digested with the adapter
    owners = _owners(name, lies)
    packages.update(owners)
    if {"site-packages", "dist-packages"} & {*lies.parts} and owners:
        return []  # its version tells what it is, and its requirements what it needs
    if not owners:
        code[name] = tree(lies) if lies.is_dir() else digest(lies.read_bytes())
    return files


def _lies(name: str, beside: Path | None) -> Path | None:
    """The folder or the file of a top-level module, which is looked for and not imported."""
    near = [path for path in (beside / f"{name}.py", beside / name) if path.exists()] if beside else []
    if near:
        return near[0]
    try:
        found = getattr(sys.modules.get(name), "__spec__", None) or importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    if found is None:
        return None
    if found.submodule_search_locations:
        return Path(next(iter(found.submodule_search_locations)))
    return Path(found.origin) if found.origin and Path(found.origin).is_file() else None


def _names(path: Path) -> set[str]:
    """The top-level modules that a file imports, at its head, in a function, or by name."""
    try:
        nodes = [*ast.walk(ast.parse(path.read_bytes()))]
    except (SyntaxError, ValueError, OSError):
        return set()
    found = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    found += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    found += [called for node in nodes if isinstance(node, ast.Call) and (called := _called(node))]
    return {name.partition(".")[0] for name in found}


def _called(node: ast.Call) -> str:
    """The module in ``importlib.import_module("name")`` and ``__import__("name")``."""
    function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0] if node.args and function in ("import_module", "__import__") else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _owners(module: str, lies: Path) -> set[str]:
    """The distributions that a top-level module comes from: installed ones, or one that is imported from its source."""
    if not {"site-packages", "dist-packages"} & {*lies.parts}:
        sources = ((one, editable(one)) for one in distributions())
        return {
            canonical(one.metadata["Name"])
            for one, source in sources
            if source and lies.resolve().is_relative_to(source.resolve())
        }
    with suppress(PackageNotFoundError):
        if _has(distribution(module), module):
            return {canonical(module)}
    return {canonical(one.metadata["Name"]) for one in distributions() if _has(one, module)}


def _has(one: Distribution, module: str) -> bool:
    listed = one.read_text("RECORD") or ""
    named = (one.read_text("top_level.txt") or "").split()
    return module in named or any(line.startswith((f"{module}/", f"{module}.")) for line in listed.splitlines())


def _with_requirements(names: Iterable[str]) -> list[Distribution]:
    """The distributions of these names that are installed, with all that they require."""
    found: dict[str, Distribution] = {}
    waiting = sorted(names)
    while waiting:
        name = canonical(waiting.pop())
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue
        if name not in found:
            found[name] = one
            waiting += [required for text in one.requires or () if (required := _required(text))]
    return list(found.values())


def _required(text: str) -> str:
    """The name in a requirement; empty where it is of an extra, which nobody here asked for."""
    name, _, marker = text.partition(";")
    return "" if re.search(r"\bextra\s*==", marker) else re.split(r"[\s\[(<>=!~@]", name.strip(), maxsplit=1)[0]
