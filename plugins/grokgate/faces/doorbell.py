"""What pytest loads of grokgate in every environment where it is installed: one option, and nothing else.

``pytest --grokgate`` brings the gate's own options and fixtures. Without it other people's tests, options, fixtures and
reports stay as they are.
"""

from __future__ import annotations

import pytest

PLUGIN = "grokgate.faces.plugin"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grokgate")
    group.addoption(
        "--grokgate", action="store_true", help="load grokgate's gate and its options (see: pytest --grokgate --help)"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if early_config.known_args_namespace.grokgate and PLUGIN not in early_config.option.plugins:
        early_config.option.plugins.append(PLUGIN)  # so that xdist's workers load it too
        early_config.pluginmanager.import_plugin(PLUGIN)
