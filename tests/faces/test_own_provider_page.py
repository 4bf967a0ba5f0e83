"""The page about providers of one's own names all that a ``go`` asks for, and all that a description can say."""

import json
import re
from pathlib import Path

import pytest

from grokgate.formats.contract import requirements
from grokgate.formats.home import SCHEMAS

PAGE = (Path(__file__).parents[2] / "docs" / "your-own-provider.md").read_text("utf-8")
NEEDS = PAGE.partition("## What a go needs")[2].partition("## A host in another language")[0]


def named(text):
    """The rows that a text names; ``POST-2.1 to 2.10`` are all of them."""
    for prefix, first, last in re.findall(r"\b([A-Z]+(?:-\d+)?\.|[A-Z]+\d\.)(\d+)(?: to (?:[A-Z\d-]+\.)?(\d+))?", text):
        yield from (f"{prefix}{number}" for number in range(int(first), int(last or first) + 1))


MUSTS = [row for row in requirements().values() if row.severity == "must" and "replay" in row.modes]


@pytest.mark.parametrize("row", [row for row in MUSTS if row.claim], ids=lambda row: row.id)
def test_each_row_that_replay_decides_stands_in_the_table_beside_its_claim(row):
    lines = [line for line in NEEDS.splitlines() if line.startswith("|") and row.id in named(line)]
    assert lines, f"no line of the table names {row.id}"
    claim = "*converting*" if row.judges == "conversion" or row.id in ("P1.5", "P1.7") else f"`{row.claim}`"
    table = NEEDS.splitlines()
    above = [line for line in table[: table.index(lines[0]) + 1] if re.match(r"\| \*?[`c]", line)]
    assert claim in above[-1].split("|")[1].replace("*`", "`").replace("`*", "`")


@pytest.mark.parametrize("key", json.loads((SCHEMAS / "provider.schema.json").read_bytes())["properties"])
def test_each_key_of_a_description_is_told(key):
    assert re.search(rf"[`\[(]{key}[`\].=]|^{key} =", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", ["read_timeout()", "ChatResult.cost", "failure.handed", "failure.details", "[builds.impatient]"])
def test_what_an_adapter_can_say_is_told(name):
    assert f"`{name}`" in PAGE
