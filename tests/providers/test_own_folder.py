"""A provider that is named by a path in the caller's folder is judged there, by the script of a clean checkout too."""

import sys

from grokgate.formats.home import home

TOML = """\
name = "mine"
title = "the reference provider, described in a folder of its own"
kind = "converting"
adapter = "mine.py:Mine"
claims = ["chat"]
"""
ADAPTER = """\
from pathlib import Path
import sys

sys.path.insert(0, {reference!r})
from provider import Reference as Mine
"""


def test_the_integration_script_finds_a_provider_by_its_path(once, tmp_path):
    (tmp_path / "mine.toml").write_text(TOML)
    (tmp_path / "mine.py").write_text(ADAPTER.format(reference=str(home() / "fixtures/reference")))
    command = (
        sys.executable,
        "-m",
        "grokgate",
        "check",
        "--provider",
        "mine.toml",
        "--only",
        "PRE.2",
        "--reports",
        "{folder}/reports",
    )
    ran = once(*command, where=tmp_path)
    assert ran.rows == {"PRE.2": "passed"}, ran.said
