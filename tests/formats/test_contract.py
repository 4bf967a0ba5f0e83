"""The contract of the bundled suites is whole, and a contract that contradicts itself is refused."""

import re
import shutil
import tomllib
from collections import Counter

import pytest

from grokgate.formats.contract import contract, contract_digest, requirements
from grokgate.formats.document import BadDocument
from grokgate.formats.home import home
from grokgate.formats.rollout_file import rollout

REQUIREMENTS = sorted((home() / "suites" / "requirements").glob("*.toml"))


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


# --- words


NAMES = re.compile(r"grok-?\d|\bgrok\b", re.IGNORECASE)
"""Names of models, and the name that the flag moves; Grok as the name of the family is none, and is spelt so."""
PLAIN = ("title", "promise", "plan", "duty", "section", "topic")


def sentences(row):
    """What a row says in prose, by field."""
    told = {name: getattr(row, name) for name in PLAIN}
    users = {name: getattr(row.users, name) for name in ("kept", "unkept", "question", "answer")} if row.users else {}
    return {**told, **users}


def names_in(text):
    return [name for name in NAMES.findall(text) if name != "Grok"]


@pytest.mark.parametrize("id", requirements())
def test_a_row_speaks_of_roles(id):
    assert {name: names_in(text) for name, text in sentences(requirements()[id]).items() if names_in(text)} == {}


@pytest.mark.parametrize("id", requirements())
def test_a_row_of_another_rollout_names_its_models_alone(id, zork):
    for name, text in sentences(contract(rollout(str(zork)))[id]).items():
        assert names_in(text) == [], name
        assert not set("{}") & set(text), name


def test_a_row_says_the_names_of_its_rollout(zork):
    rows = contract(rollout(str(zork)))
    assert rows["P2.1"].title == "with ZORK_DEFAULT=zork-9, zork reaches the wire as zork-9"
    assert rows["P1.1"].plan.endswith("Zork9 is added as a new model alongside existing Zork8")
    assert rows["P1.5"].title == "zork9 reaches zork-9; the older short name keeps its own"
    assert rows["P2.4"].users.kept == "`zork-9` switches the flag on; every other value means off."
    assert rows["RB.4"].promise.startswith("with ZORK_MODELS=zork-8 no spelling of zork-9 gets out")
    assert rows["POST-3.1"].title == "zork-9 declares 100,000 tokens (not 102,400), zork-8 200,000"
    assert rows["POST-3.4"].title == "a prompt between the windows: zork-8 takes it, zork-9 refuses it"
    assert rows["MON.8"].right == "INFO xai: _resolve_model_name: zork -> zork-9"
    assert rows["POST-5.2"].users.answer.startswith("Before it answers, zork-9 thinks.")


def test_a_row_says_the_facts_of_its_world():
    rows = contract(rollout("grok-4", "grok-4.3"))
    assert rows["POST-3.1"].title == "grok-4 declares 1,000,000 tokens (not 1,048,576), grok-3 1,000,000"
    assert rows["POST-5.1"].title == "grok-4 and grok-3 are declared as reasoning models"
    assert "reasoning_content of grok-4 is surfaced" in rows["POST-5.3"].promise


@pytest.mark.parametrize("row", contract(rollout()).values(), ids=lambda row: row.id)
def test_a_title_of_the_plans_rollout_fits_on_a_line(row):
    assert len(row.title) <= 70


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ('title = "presence_penalty does', 'title = "{model}: presence_penalty does', "title"),
        ('promise = "presence_penalty does', 'promise = "presence_penalty of {targets} does', "promise"),
        ('kept = "', 'kept = "A { brace } is one, too. ', "users.kept"),
    ],
)
def test_a_word_that_no_rollout_has_is_refused(right, wrong, place, tmp_path):
    text = next(path for path in REQUIREMENTS if path.name.startswith("post-2")).read_text("utf-8")
    start = text.index('id = "POST-2.2"')
    (tmp_path / "post-2.toml").write_text(text[:start] + text[start:].replace(right, wrong, 1), "utf-8")
    with pytest.raises(BadDocument, match=rf"post-2\.toml: POST-2\.2: {place}: .* is no word of a rollout"):
        requirements(tmp_path)


# --- what live traffic asks for


def test_each_row_that_live_traffic_decides_declares_what_it_asks_for_and_no_other_does():
    assert {id for id, row in requirements().items() if row.live} == {
        id for id, row in requirements().items() if "live" in row.modes
    }


@pytest.mark.parametrize(
    ("right", "wrong", "because"),
    [
        ("[requirement.live]\nrequests = { target = 2 }\n", "", "'live' is a required property"),
        ('modes = ["replay", "live"]', 'modes = ["replay"]', "False schema does not allow"),
        ("target = 2", "target = 0", "0 is less than the minimum of 1"),
    ],
    ids=["declares nothing", "declares and is not live", "no requests"],
)
def test_a_declaration_that_does_not_fit_is_refused(right, wrong, because, tmp_path):
    text = next(path for path in REQUIREMENTS if path.name.startswith("post-2")).read_text("utf-8")
    start = text.index('id = "POST-2.2"')
    (tmp_path / "post-2.toml").write_text(text[:start] + text[start:].replace(right, wrong, 1), "utf-8")
    with pytest.raises(BadDocument, match=because):
        requirements(tmp_path)


@pytest.mark.parametrize("role", ["grok-4 = 2", "baseline = 2"])
def test_traffic_of_what_is_no_role_is_refused(role, tmp_path):
    text = next(path for path in REQUIREMENTS if path.name.startswith("post-2")).read_text("utf-8")
    (tmp_path / "post-2.toml").write_text(text.replace("target = 2", role), "utf-8")
    with pytest.raises(BadDocument, match="Additional properties are not allowed"):
        requirements(tmp_path)


def test_traffic_is_counted_by_the_models_of_the_rollout(zork):
    assert requirements()["MON.3"].live.requests == {"target": 4, "old": 4, "others": 4}
    assert contract(rollout())["MON.3"].live.requests == {"grok-4": 4, "grok-3": 4, "grok-3-fast": 4, "grok-3-mini": 4}
    assert contract(rollout(str(zork)))["MON.3"].live.requests == {"zork-9": 4, "zork-8": 4, "zork-8-mini": 4}
    assert contract(rollout(models=[]))["POST-2.5"].live.requests == {"grok-4": 1, "grok-3": 1}


def test_long_prompts_are_those_of_the_targets_window(zork):
    prompts = [contract(about)[id].live.prompt for about in (rollout(), rollout(str(zork))) for id in ("POST-3.2", "POST-3.3")]
    assert prompts == [255_000, 256_001, 99_000, 100_001]
    assert requirements()["POST-3.2"].live.long == "under"
