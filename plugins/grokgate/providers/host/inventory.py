"""What is installed in an interpreter: run by path under a provider's own, and asked for this one's. Standard library only."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
LATER = 2.0
"""Seconds after its installation from which on a file is looked at again: its record is written last."""


def canonical(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def inventory(found: Iterable[Distribution]) -> dict[str, dict[str, str]]:
    """Versions by distribution, and digests of what a version does not tell: sources of editable installs, changed files."""
    versions: dict[str, str] = {}
    code: dict[str, str] = {}
    for one in found:
        name = canonical(one.metadata["Name"] or "")
        if not name or name in versions:  # the first on the path is the one that is imported
            continue
        versions[name] = one.version
        if source := editable(one):
            code[name] = tree(source)
        elif changed := sorted(_changed(one)):
            code[name] = hashlib.sha256(repr(changed).encode()).hexdigest()
    return {"distributions": versions, "code": code}


def editable(one: Distribution) -> Path | None:
    """The folder that an editable install is imported from."""
    try:
        said: dict[str, Any] = json.loads(one.read_text("direct_url.json") or "{}")
    except ValueError:
        return None
    address = urlsplit(said.get("url", ""))
    is_editable = said.get("dir_info", {}).get("editable") and address.scheme == "file"
    return Path(unquote(address.path)) if is_editable else None


def tree(folder: Path, suffix: str = ".py") -> str:
    """One digest over the files below a folder with this ending; environments, caches and hidden folders are left out."""
    total = hashlib.sha256()
    for path in sorted(_below(folder, suffix)):
        content = path.read_bytes()
        total.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _below(folder: Path, suffix: str) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_left_out(Path(where, name))]
        yield from (Path(where, name) for name in files if name.endswith(suffix) and Path(where, name).is_file())


def _is_left_out(folder: Path) -> bool:
    return folder.name in SKIPPED or folder.name.startswith(".") or (folder / "pyvenv.cfg").exists()


def _changed(one: Distribution) -> Iterator[tuple[str, str]]:
    """The modules that are not as they were installed: those touched since, whose content is not the recorded one."""
    record = next((file for file in one.files or () if file.name == "RECORD"), None)
    if record is None or not (written := Path(str(record.locate()))).exists():
        return
    installed = written.stat().st_mtime + LATER
    for file in one.files or ():
        if file.suffix != ".py" or file.hash is None:
            continue
        path = Path(str(file.locate()))
        if not path.is_file():
            yield str(file), "gone"
        elif (seen := path.stat()).st_mtime > installed or seen.st_size != file.size:
            digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, path.read_bytes()).digest()).decode().rstrip("=")
            if digest != file.hash.value:
                yield str(file), digest


def _linked() -> Iterator[Path]:
    """Folders that the interpreter imports from beside its own: those that files of its site name."""
    own = [Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)]
    for entry in map(Path, filter(None, sys.path)):
        if (
            entry.is_dir()
            and not any(entry.resolve().is_relative_to(prefix) for prefix in own)
            and "site-packages" not in entry.parts
        ):
            yield entry


if __name__ == "__main__":
    told = inventory(distributions())
    told["distributions"]["python"] = f"{sys.version_info.major}.{sys.version_info.minor}"
    known = {one for one in map(editable, distributions()) if one}
    for entry in _linked():
        if not any(entry.resolve().is_relative_to(folder.resolve()) for folder in known):
            told["code"][entry.name] = tree(entry)
    print(json.dumps(told))
