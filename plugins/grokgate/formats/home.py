"""Where grokgate's own data lies: in a checkout beside ``plugins``, installed inside the package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
SCHEMAS = PACKAGE / "formats" / "schemas"


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
