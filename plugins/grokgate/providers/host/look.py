"""Run by path under the provider's own interpreter: writes into a file why the adapter cannot be had there, or nothing.

Arguments: the adapter, the folder that its path is relative to, and the file.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path


def why_not(adapter: str, here: Path) -> str:
    """One sentence; empty where the adapter is there."""
    if sys.version_info < (3, 11):  # noqa: UP036  the provider's interpreter, not the harness'
        return f"grokgate's host needs Python 3.11 or later; {sys.executable} is {sys.version.split()[0]}"
    importlib.import_module("main").import_grokgate()  # it lies beside this file
    from grokgate.intercept.egress import EgressGuard, stand
    from grokgate.providers.vehicle import NoAdapter, load_adapter

    stand(EgressGuard((), lambda _: None))  # some libraries reach out while they are imported
    try:
        load_adapter(adapter, here)
    except NoAdapter as missing:
        return str(missing)
    except (Exception, SystemExit) as error:  # what the adapter's own module raises
        return f"{adapter} cannot be imported: {type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    said = why_not(sys.argv[1], Path(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps(said), "utf-8")
