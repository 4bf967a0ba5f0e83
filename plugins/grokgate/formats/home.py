"""Where grokgate's own data lies: in a checkout beside ``plugins``, installed inside the package."""

from __future__ import annotations

import shutil
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
SCHEMAS = PACKAGE / "formats" / "schemas"


SCRIPT = "run_integration_tests.sh"
"""The integration script of a checkout; an installed grokgate has none, there the command does what it does."""


def clean_copy(folder: Path) -> Path | None:
    """A copy of the checkout without what ``.gitignore`` names; ``None`` where grokgate is installed.

    Compiled modules come along: they belong to the sources, whose times are kept, and save a second.
    """
    if not (home() / SCRIPT).is_file():
        return None
    ignored = (line.rstrip("/") for line in (home() / ".gitignore").read_text("utf-8").split())
    made_here = [name for name in ignored if name != "__pycache__"]
    at_the_top = {name.lstrip("/") for name in made_here if name.startswith("/")}
    anywhere = shutil.ignore_patterns(".git", *(name for name in made_here if not name.startswith("/")))

    def left_out(place: str, names: list[str]) -> set[str]:
        return anywhere(place, names) | (at_the_top & set(names) if Path(place) == home() else set())

    shutil.copytree(home(), folder, ignore=left_out)
    return folder


def worlds() -> list[str]:
    """The names of the worlds whose answers are on tape."""
    return sorted(path.parent.name for path in (home() / "cassettes").glob("*/world.toml"))


def home() -> Path:
    """The folder that holds ``suites``, ``cassettes`` and ``fixtures``."""
    if (PACKAGE / "suites").is_dir():
        return PACKAGE
    checkout = PACKAGE.parent.parent
    if (checkout / "suites").is_dir():
        return checkout
    raise FileNotFoundError(f"grokgate is damaged: no suites beside {PACKAGE} or inside it. Install it again.")
