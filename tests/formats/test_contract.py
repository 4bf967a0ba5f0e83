"""The contract of the bundled suites is whole, and a contract that contradicts itself is refused."""

import shutil
import tomllib
from collections import Counter
from dataclasses import replace

import pytest

from grokgate.formats.contract import contract_digest, requirements, rollout
from grokgate.formats.document import BadDocument
from grokgate.formats.home import home
from grokgate.values.requirement import Traffic
from grokgate.values.rollout import UNSET

REQUIREMENTS = sorted((home() / "suites" / "requirements").glob("*.toml"))
RISKS = {row for risk in rollout().risks for row in risk.rows} - {"POST-2.2"}
ROLLOUTS = sorted((home() / "suites" / "rollouts").glob("*.toml"))


@pytest.fixture
def rollouts(tmp_path):
    """Writes the bundled rollout with one text replaced, and gives its folder."""

    def write(right, wrong):
        text = ROLLOUTS[0].read_text("utf-8")
        assert right in text
        (tmp_path / "grok-4.toml").write_text(text.replace(right, wrong, 1), "utf-8")
        return tmp_path

    return write


def test_every_row_of_the_contract_loads_and_stands_once():
    rows = [row["id"] for path in REQUIREMENTS for row in tomllib.loads(path.read_text("utf-8"))["requirement"]]
    assert Counter(rows) == Counter(requirements().keys())


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.stem)
def test_the_rows_of_a_file_carry_its_section_and_its_prefix(path):
    table = tomllib.loads(path.read_text("utf-8"))
    rows = [requirements()[row["id"]] for row in table["requirement"]]
    assert {(row.section, row.prefix) for row in rows} == {(table["section"], table["prefix"])}
    assert [row.id for row in rows if not row.id.startswith(table["prefix"])] == []


def test_the_rows_stand_in_the_order_of_the_plan():
    prefixes = list(dict.fromkeys(row.prefix for row in requirements().values()))
    assert prefixes == ["P", "RB", "PRE", *(f"POST-{n}" for n in range(1, 8)), "MON", "SC", "COM"]


def test_a_row_that_stands_in_two_files_is_refused(tmp_path):
    shutil.copy(REQUIREMENTS[0], tmp_path / "mon-1.toml")
    shutil.copy(REQUIREMENTS[0], tmp_path / "mon-2.toml")
    with pytest.raises(BadDocument, match=r"mon-2\.toml: COM\.1: the requirement stands twice"):
        requirements(tmp_path)


def test_the_digest_of_the_contract_changes_with_any_row(tmp_path):
    shutil.copy(REQUIREMENTS[0], tmp_path)
    before = contract_digest(tmp_path)
    copy = tmp_path / REQUIREMENTS[0].name
    copy.write_text(copy.read_text("utf-8") + "# a remark\n", "utf-8")
    assert contract_digest(tmp_path) != before


@pytest.mark.parametrize("path", ROLLOUTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("phase", ["1", "2", "3", "rollback"])
def test_every_rollout_loads_in_each_of_its_worlds_and_phases(path, phase):
    worlds = tomllib.loads(path.read_text("utf-8"))["model_entry"][0]["worlds"]
    assert [rollout(path.stem, world, phase).world for world in worlds] == list(worlds)


def test_a_rollout_knows_its_target_and_finds_models_by_what_leaves():
    asked = rollout()
    assert asked.target.id == asked.model == "grok-4"


@pytest.mark.parametrize(("phase", "model"), [("1", "grok-3"), ("2", "grok-3"), ("3", "grok-4"), ("rollback", "grok-3")])
def test_an_unset_flag_means_what_its_phase_says(phase, model):
    asked = rollout(phase=phase)
    cells = [cell for cell in asked.resolutions if (cell.flag, cell.allow, cell.name) == (UNSET, UNSET, "grok")]
    assert [asked.expected(cell) for cell in cells] == [model]


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ('baseline = ["grok-3",', 'baseline = ["grok-2",', "grok-2"),
        ('\nmodel = "grok-4"', '\nmodel = "grok-5"', "grok-5"),
        ('{ grok = "grok-3"', '{ grok = "grok-9"', "grok-9"),
        ('off = "grok-3"', 'off = "grok-1"', "grok-1"),
        ('on = "grok-4"', 'on = "grok-7"', "grok-7"),
    ],
)
def test_a_rollout_that_names_an_unknown_model_is_refused(right, wrong, named, rollouts):
    with pytest.raises(BadDocument, match=rf"grok-4\.toml: model_entry: no entry for {named}, which the file names elsewhere"):
        rollout(folder=rollouts(right, wrong))


def test_a_rollout_that_says_nothing_of_the_world_is_refused(rollouts):
    folder = rollouts("[model_entry.worlds.grok-4-0709]", "[model_entry.worlds.grok-4-0000]")
    with pytest.raises(BadDocument, match=r"model_entry \(grok-4\)\.worlds: says nothing of the world 'grok-4-0709'"):
        rollout(folder=folder)


def test_a_rollout_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadDocument, match=r"grok-9\.toml: No such file"):
        rollout("grok-9", folder=tmp_path)


# --- what live traffic asks for


def test_each_row_that_live_traffic_decides_declares_what_it_asks_for_and_no_other_does():
    assert {id for id, row in requirements().items() if row.live} == {
        id for id, row in requirements().items() if "live" in row.modes
    }


@pytest.mark.parametrize(
    ("right", "wrong", "because"),
    [
        ("[requirement.live]\nrequests = { grok-4 = 2 }\n", "", "'live' is a required property"),
        ('modes = ["replay", "live"]', 'modes = ["replay"]', "False schema does not allow"),
        ("grok-4 = 2", "grok-4 = 0", "0 is less than the minimum of 1"),
    ],
    ids=["declares nothing", "declares and is not live", "no requests"],
)
def test_a_declaration_that_does_not_fit_is_refused(right, wrong, because, tmp_path):
    text = next(path for path in REQUIREMENTS if path.name.startswith("post-2")).read_text("utf-8")
    start = text.index('id = "POST-2.2"')
    (tmp_path / "post-2.toml").write_text(text[:start] + text[start:].replace(right, wrong, 1), "utf-8")
    with pytest.raises(BadDocument, match=because):
        requirements(tmp_path)


def test_a_model_that_the_rollout_does_not_know_is_refused(monkeypatch):
    row = requirements()["POST-2.2"]
    stray = replace(row, live=Traffic(requests={"grok-9": 1}))
    monkeypatch.setattr("grokgate.formats.contract.requirements", lambda: {row.id: stray, **dict.fromkeys(RISKS, row)})
    with pytest.raises(BadDocument, match="no entry for grok-9, of which requirements declare live requests"):
        rollout.__wrapped__()
