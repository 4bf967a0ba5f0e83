"""What pytest loads of grokgate in every environment where it is installed: one option, and nothing else.

``pytest --grokgate`` brings the gate's own options and fixtures. Without it other people's tests, options, fixtures and
reports stay as they are.
"""

from __future__ import annotations

from argparse import ArgumentError
from collections.abc import Generator

import pytest

PLUGIN = "grokgate.faces.plugin"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grokgate")
    group.addoption(
        "--grokgate", action="store_true", help="load grokgate's gate and its options (see: pytest --grokgate --help)"
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Generator[None, object, object]:
    """Bring the gate; where another plugin or a project's conftest has an option of the same name, say so in a sentence."""
    if not early_config.known_args_namespace.grokgate or PLUGIN in early_config.option.plugins:
        return (yield)
    early_config.option.plugins.append(PLUGIN)  # so that xdist's workers load it too
    try:
        early_config.pluginmanager.import_plugin(PLUGIN)
        result = yield
        parser.parse_known_args([])  # some clashes show only where all options are put together
        return result
    except (ValueError, ArgumentError) as clash:
        if "option" not in str(clash):
            raise
        raise pytest.UsageError(
            f"another plugin, or a conftest.py here, has an option that the gate has too ({str(clash).partition(' (')[0]}); "
            "grokgate check --provider NAME loads no conftest.py, and -- -p no:PLUGIN leaves a plugin out"
        ) from None
