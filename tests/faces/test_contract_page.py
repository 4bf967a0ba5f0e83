"""The page of requirements says what the contract says, and no link of it leads nowhere."""

import re
from pathlib import Path

from grokgate.formats.contract import requirements
from grokgate.formats.rollout_file import rollout
from grokgate.formats.suites import owners
from grokgate.runs.contract_page import COMMAND, page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_committed_page_is_the_contract_of_today() -> None:
    assert (DOCS / "requirements.md").read_text("utf-8") == page(), f"the contract changed; make the page again: {COMMAND}"


def test_each_row_has_one_heading_and_one_anchor_to_link_to() -> None:
    ids = list(requirements())
    assert re.findall(r"^### (.+)$", page(), re.MULTILINE) == ids
    assert re.findall(r'<a id="(.+)"></a>', page()) == [id.lower() for id in ids]
    assert re.findall(r"\]\(#(.+?)\)", page()) == [id.lower() for id in ids]


def test_each_row_names_its_test_or_says_that_there_is_none() -> None:
    said = re.findall(r"^- test: (.+)$", page(), re.MULTILINE)
    tests = owners()
    assert len(said) == len(requirements())
    for id, line in zip(requirements(), said, strict=True):
        name = tests.get(id, "").partition("::")[2]
        assert (f"[`{name}`]" in line) if name else line.startswith("none")


def test_the_page_says_whose_rows_it_shows(zork) -> None:
    assert "It shows the rows for grok-4, as\nthe rollout grok-4 has them in the world grok-4-0709." in page()
    assert "| [P2.1](#p2.1) | with ZORK_DEFAULT=zork-9, zork reaches the wire as zork-9 |" in page(rollout(str(zork)))
