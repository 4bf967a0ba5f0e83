"""Bad files of a rollout and of its world: each is refused with file, place and reason, as its author would look for them."""

import re

import pytest

from grokgate.formats.document import BadDocument
from grokgate.formats.rollout_file import bundled_rollouts, rollout
from grokgate.upstream.world import load_world

PLACES = {"rollout": "zork.toml", "world": "zorld/world.toml"}
IN_ROLLOUT = {
    "unknown key": ('world = "zorld"', 'wrold = "zorld"', "top level: Additional properties are not allowed ('wrold' was"),
    "unknown key of a table": ('moves = "zork"', 'moves = "zork"\nmove = "z"', "flag: Additional properties are not allowed"),
    "wrong type": ('on = ["zork-9"]', 'on = "zork-9"', "flag.on: 'zork-9' is not of type 'array'"),
    "missing key": ('moves = "zork"\n', "", "flag: 'moves' is a required property"),
    "missing table": ('based_on = "grok-4"\n', "", "logs: the rollout says nothing of it; based_on takes it from another"),
    "clash": ('["zork8"]', '["zork9"]', "zork-8: the name 'zork9' belongs to zork-9 already"),
    "clash but for case": ('["zork8"]', '["ZORK9"]', "zork-8: the name 'ZORK9' belongs to zork-9 already"),
    "clash with the moved name": ('["zork8"]', '["zork"]', "zork-8: the name 'zork' is the one that the flag moves already"),
    "a comma": ('["zork8"]', '["zork,8"]', "zork-8: the name 'zork,8' has a comma or blanks around it"),
    "blanks": ('["zork8"]', '["zork 8 "]', "zork-8: the name 'zork 8 ' has a comma or blanks around it"),
    "target is old": ('[old]\nid = "zork-8"', '[old]\nid = "zork-9"', "old (zork-9): is the target, too"),
    "other is target": ("zork-8-mini", "zork-9", "other (zork-9): is the target"),
    "other is old": ("zork-8-mini", "zork-8", "other (zork-8): is the old model"),
    "other twice": ("[flag]", '[[other]]\nid = "zork-8-mini"\n[flag]', "other (zork-8-mini): stands twice"),
    "other unknown": ("zork-8-mini", "zork-7", "other (zork-7): the world 'zorld' knows no model of this name"),
    "target unknown": ('[target]\nid = "zork-9"', '[target]\nid = "z"', "target (z): the world 'zorld' knows no model of this"),
    "old unknown": ('[old]\nid = "zork-8"', '[old]\nid = "z"', "old (z): the world 'zorld' knows no model of this name"),
    "target kept": ('keeps = ["zork-8"]', 'keeps = ["zork-9"]', "allow_list.keeps: zork-9 is the model that the list shall"),
    "kept by a short name": ('keeps = ["zork-8"]', 'keeps = ["zork8"]', "allow_list.keeps: zork8 is the id of neither the old"),
    "none kept": ('keeps = ["zork-8"]', "keeps = []", "allow_list.keeps: [] should be non-empty"),
    "on and off": ('off = ["zork-8", ""]', 'off = ["zork-9"]', "flag.off: 'zork-9' means on as well"),
    "never on": ('on = ["zork-9"]', "on = []", "flag.on: [] should be non-empty"),
    "never off": ('off = ["zork-8", ""]', "off = []", "flag.off: [] should be non-empty"),
    "on where empty": ('on = ["zork-9"]\noff = ["zork-8", ""]', 'on = [""]\noff = ["no"]', "flag.on: '' cannot mean on"),
    "no variable": ('"ZORK_DEFAULT"', '"ZORK DEFAULT"', "flag.variable: 'ZORK DEFAULT' is no name of an environment variable"),
    "one variable": ('"ZORK_MODELS"', '"ZORK_DEFAULT"', "allow_list.variable: ZORK_DEFAULT is the variable of the flag"),
    "unknown world": ('world = "zorld"', 'world = "z"', "world: no world is called 'z'; bundled are grok-4-0709, grok-4.3, gro"),
    "unknown is a model": ('"zork-none"', '"zork-8"', "unknown: 'zork-8' is the name of a model"),
    "unknown is a model but for case": ('"zork-none"', '"Zork-8"', "unknown: 'Zork-8' is the name of a model"),
    "unknown is moved": ('"zork-none"', '"zork"', "unknown: 'zork' is the name of a model"),
    "unknown base": ('"grok-4"', '"grok-0"', "based_on: no rollout 'grok-0', neither beside this file nor bundled"),
    "based on itself": ('"grok-4"', '"zork"', "based_on: 'zork' is based on this rollout"),
    "no pattern": (
        "[flag]",
        '[documents]\ndefault_model = "("\ndeprecation = "x"\n[flag]',
        "documents.default_model: '(' is no p",
    ),
    "no group": (
        "[flag]",
        '[documents]\ndefault_model = "x"\ndeprecation = "x"\n[flag]',
        "documents.default_model: 'x' has no g",
    ),
    "placeholder": (
        "[flag]",
        '[documents]\ndefault_model = "{nobody}"\ndeprecation = "x"\n[flag]',
        "documents.default_model: {nobody} stands for nothing",
    ),
    "no slug": ('id = "zork-9"\ntitle', 'id = "../zork"\ntitle', "id: '../zork' is no name of a rollout"),
    "cell of nobody": (
        "[flag]",
        '[[cell]]\nflag = ["zork-9"]\nallow = "unset"\nexpect = { zork = "zork-1" }\n[flag]',
        "cell: zork-1 is neither a model of this rollout nor 'refused'",
    ),
    "cell of a price": ("[flag]", '[[cell]]\nmodel = "zork-9"\n[flag]', "cell[0]"),
    "misspelt parameter": ("[flag]", "[parameters]\npresence_penality = [1]\n[flag]", "parameters: no parameter is called 'pr"),
    "no parameter": ("[flag]", "[parameters]\nmessages = [1]\n[flag]", "parameters: 'messages' is no parameter: there is no re"),
    "syntax": ('moves = "zork"', 'moves = "zork', "line 22, column 14: Illegal character"),
    "key twice": ('moves = "zork"', 'moves = "zork"\nmoves = "z"', "line 23, column 12: Cannot overwrite a value"),
    "not UTF-8": ("Zork9", "Zork\udcff9", "line 9: not UTF-8 (byte 140)"),
}
ZORK_9 = 'based_on = "grok-4-0709"\nsubstitute = "zork-8"\nera = { from = "2026-10-01" }\n\n[[model]]\nid = "zork-9"\n'
IN_WORLD = {
    "unknown key": ("window = 100000", "window = 100000\nwindwo = 3", "model[0] (zork-9): Additional properties are not allowed"),
    "wrong type": ("window = 100000", 'window = "wide"', "model[0] (zork-9).window: 'wide' is not of type 'integer'"),
    "no such thinking": ('"shown"', '"loud"', "model[0] (zork-9).thinking: 'loud' is not one of ['none', 'hidden', 'shown']"),
    "missing key": ("window = 100000\n", "", "zork-9: says nothing of window, and neither does a world that this is based on"),
    "small": ("window = 100000", "window = 1099", "zork-9: a window of 1,099 tokens; 1,100 is the smallest that can be judged"),
    "based on itself": ('"grok-4-0709"', '"zorld"', "based_on: 'zorld' is based on this world"),
    "unknown base": ('"grok-4-0709"', '"grok-0"', "based_on: no world 'grok-0', neither beside this folder nor bundled"),
    "unknown substitute": ('substitute = "zork-8"', 'substitute = "z"', "substitute: no model is called 'z'"),
    "model twice": ('"zork-8-mini"', '"zork-8"', "zork-8: the name 'zork-8' stands twice"),
    "alias of another": ("aliases = []", 'aliases = ["grok-4"]', "grok-4-0709: the name 'grok-4' leads to zork-9 already"),
    "no efforts": ('efforts = ["low"]\n', "", "zork-9: takes reasoning_effort, and efforts does not say which values"),
    "efforts refused": ('["stop"]', '["reasoning_effort"]', "zork-9: has values in efforts, and reasoning_effort in refuses"),
    "price": ("prompt = 10000", "prompt = -1", "model[0] (zork-9).price.prompt: -1 is less than the minimum of 0"),
    "no day": ('"2026-10-01"', '"2026-13-01"', "era.from: '2026-13-01' is no day of the calendar"),
    "day without quotes": ('"2026-10-01"', "2026-10-01", 'era.from: a day is written in quotes: "2026-10-01"'),
    "another name": ('"zorld"', '"z"', "name: the folder is called 'zorld'; a world bears the name of its folder"),
    "habit of thinking in silence": (
        '["low"]\n',
        '["low"]\ntraits = ["keep-alive-chunks"]\n',
        "zork-9: traits: keep-alive-chunks is",
    ),
    "habit that is not on tape": (
        ZORK_9,
        ZORK_9.replace("grok-4-0709", "grok-4.3") + 'traits = ["showed-thinking"]\n',
        "zork-9: traits: no exchange of this world or of those that it is based on plays showed-thinking",
    ),
    "misspelt refusal": (
        'refuses = ["stop"]',
        'refuses = ["presense_penalty"]',
        "zork-9: refuses: no parameter is called 'presense_penalty'; near it is 'presence_penalty'",
    ),
    "refuses the model": (
        'refuses = ["stop"]',
        'refuses = ["model"]',
        "zork-9: refuses: 'model' is no parameter: there is no request without it",
    ),
    "syntax": ("window = 100000", "window = 100 000", "line 10, column 14: Expected newline or end of document"),
    "not UTF-8": ("there", "th\udce9re", "line 2: not UTF-8 (byte 36)"),
}
EACH = [
    pytest.param(where, *row, id=f"{where}: {name}")
    for where, rows in (("rollout", IN_ROLLOUT), ("world", IN_WORLD))
    for name, row in rows.items()
]


@pytest.fixture
def spoilt(zork, tmp_path):
    """Copies the throw-away rollout with its world, with one thing written otherwise in one of the two files."""

    def write(where, old, new):
        texts = {"rollout": zork.read_text(), "world": (zork.parent / PLACES["world"]).read_text()}
        assert old in texts[where]
        texts[where] = texts[where].replace(old, new, 1)
        (tmp_path / "zorld").mkdir()
        for place, text in texts.items():
            (tmp_path / PLACES[place]).write_bytes(text.encode("utf-8", "surrogateescape"))
        return tmp_path / PLACES["rollout"]

    return write


@pytest.mark.parametrize(("where", "old", "new", "told"), EACH)
def test_a_bad_file_is_refused_with_file_place_and_reason(where, old, new, told, spoilt):
    path = spoilt(where, old, new)
    with pytest.raises(BadDocument, match=re.escape(f"/{PLACES[where]}: {told}")) as refused:
        load_world(rollout(str(path)).facts.folders[0])
    assert refused.value.path == str(path.parent / PLACES[where])


@pytest.mark.parametrize(
    ("place", "told"),
    [("", "rollout"), ("there/none.toml", "file"), ("folder.toml", "file"), ("zork.txt", "rollout")],
)
def test_what_is_no_rollout_is_refused_with_what_there_is(place, told, tmp_path):
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "zork.txt").write_text("id = 'z'")
    with pytest.raises(BadDocument, match=rf"there is no such {told}: bundled are grok-4, grok-4\.7; any other is a \.toml file"):
        rollout(str(tmp_path / place))


def test_the_file_of_a_world_is_refused_with_its_folder(zork):
    with pytest.raises(BadDocument, match=f"a world is a folder with a world.toml: --world {zork.parent / 'zorld'}"):
        rollout(str(zork), str(zork.parent / "zorld" / "world.toml"))


@pytest.mark.parametrize("name", bundled_rollouts())
def test_a_bundled_rollout_holds(name):
    assert rollout(name).id == name


def test_other_models_of_another_old_model_are_not_taken_over(zork, tmp_path):
    """grok-3-fast stood beside grok-3, and says nothing of what stands beside zork-8."""
    text = zork.read_text().replace('[[other]]\nid = "zork-8-mini"\n', "")
    (tmp_path / "zork.toml").write_text(text)
    (tmp_path / "zorld").symlink_to(zork.parent / "zorld")
    assert rollout(str(tmp_path / "zork.toml")).others == ()
    assert [model.id for model in rollout(str(zork)).others] == ["zork-8-mini"]


def test_a_cell_of_the_table_may_be_written_by_hand(zork, tmp_path):
    cell = '[[cell]]\nflag = ["zork-9", "soon"]\nallow = "unset"\nexpect = { zork = "zork-8", zork9 = "refused" }\n\n[flag]'
    (tmp_path / "zork.toml").write_text(zork.read_text().replace("[flag]", cell))
    (tmp_path / "zorld").symlink_to(zork.parent / "zorld")
    table = {(each.flag, each.allow, each.name): each.expect for each in rollout(str(tmp_path / "zork.toml")).table}
    derived = {(each.flag, each.allow, each.name): each.expect for each in rollout(str(zork)).table}
    assert (table["zork-9", "unset", "zork"], derived["zork-9", "unset", "zork"]) == ("zork-8", "zork-9")
    assert (table["soon", "unset", "zork9"], derived["zork-9", "unset", "zork9"]) == ("refused", "zork-9")
