"""Damaged, hostile and wrong files are refused with file, place and reason; a good one is read, and read fast again."""

import json
from pathlib import Path

import pytest

from grokgate.formats.document import DEEPEST, LARGEST, BadDocument, cache_folder, load, parse
from grokgate.formats.home import home

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
PYTHON = "a: !!python/object/apply:os.system ['true']\n"
NESTED = "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)
DIGITS = "1" * 5000

DAMAGED = {
    "toml-syntax": ("x.toml", 'a = 1\nb = = "x"\n', "line 2, column 5", "Invalid value"),
    "toml-key-twice": ("x.toml", "a = 1\na = 2\n", "line 2, column 6", "Cannot overwrite a value"),
    "toml-cut": ("x.toml", '[[rule]]\nid = "pla', "end of document", "Unterminated string"),
    "toml-deep": ("x.toml", "a = " + "[" * 9999, "", f"nested more than {DEEPEST} levels deep"),
    "toml-nested": ("x.toml", f"a = {NESTED}", "", f"nested more than {DEEPEST} levels deep"),
    "toml-digits": ("x.toml", f"a = {DIGITS}", "", "4300 digits"),
    "yaml-syntax": ("x.yaml", "a: [1\nb: 2\n", "line 2, column 2", "did not find expected ',' or ']'"),
    "yaml-python-object": ("x.yaml", PYTHON, "line 1, column 4", "tags are not allowed"),
    "yaml-other-tag": ("x.yaml", "\na: !!set {b, c}\n", "line 2, column 4", "tags are not allowed"),
    "yaml-alias": ("x.yaml", "a: &a [x]\nb: *a\n", "line 2, column 4", "aliases are not allowed"),
    "yaml-alias-as-key": ("x.yaml", "a: &a b\n*a : c\n", "line 2, column 1", "aliases are not allowed"),
    "yaml-anchor-bomb": ("x.yaml", BOMB, "line 2, column 8", "aliases are not allowed"),
    "yaml-key-twice": ("x.yml", "a: 1\nb: {c: 1, c: 2}\n", "line 2, column 11", "the key 'c' stands twice"),
    "yaml-number-as-key": ("x.yaml", "200: OK\n", "line 1, column 1", "the key is no text"),
    "yaml-list-as-key": ("x.yaml", "? [a]\n: b\n", "line 1, column 3", "the key is no text"),
    "yaml-merge": ("x.yaml", "a: {<<: {b: 1}}\n", "line 1, column 5", "the key is no text"),
    "yaml-two-documents": ("x.yaml", "a: 1\n---\nb: 2\n", "line 2, column 1", "found another document"),
    "yaml-no-date": ("x.yaml", "a: 2026-13-45\n", "line 1, column 4", "month must be in 1..12"),
    "yaml-digits": ("x.yaml", f"a: {DIGITS}\n", "line 1, column 4", "4300 digits"),
    "yaml-deep": ("x.yaml", "[" * 999, f"line 1, column {DEEPEST + 1}", f"nested more than {DEEPEST} levels deep"),
    "yaml-nested": ("x.yaml", NESTED, f"line 1, column {DEEPEST + 1}", f"nested more than {DEEPEST} levels deep"),
    "yaml-control-character": ("x.yaml", "a: \x00\n", "", "control characters are not allowed"),
    "json-syntax": ("x.json", '{"a": 1,\n "b" 2}', "line 2, column 6", "Expecting ':' delimiter"),
    "json-cut": ("x.json", '{"a": [1, ', "line 1, column 11", "Expecting value"),
    "json-key-twice": ("x.json", '[{"a": 1, "b": 2, "a": 3}]', "object with the keys a, b", "the key 'a' stands twice"),
    "json-deep": ("x.json", "[" * 99_999, "", f"nested more than {DEEPEST} levels deep"),
    "json-nested": ("x.json", NESTED, "", f"nested more than {DEEPEST} levels deep"),
    "json-digits": ("x.json", DIGITS, "", "4300 digits"),
}

WORLD = """
name = "small"
title = "A small world"
most_tools = 200
era = { from = "2025-07-09" }
[[model]]
id = "grok-4-0709"
aliases = []
window = 256000
thinking = "hidden"
refuses = []
sources = ["docs.x.ai models page"]
"""
AS_YAML = """
name: small
title: A small world
most_tools: 200
era: {from: '2025-07-09'}
model:
- {id: grok-4-0709, aliases: [], window: 256000, thinking: hidden, refuses: [], sources: [docs.x.ai models page]}
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache folder of the test's own, empty at first."""
    monkeypatch.setenv("GROKGATE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def written(tmp_path):
    """Writes a file, and gives its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize(("name", "content", "place", "reason"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_with_file_place_and_reason(name, content, place, reason, written):
    path = written(name, content)
    with pytest.raises(BadDocument) as refused:
        load(path, "world")
    assert (refused.value.path, refused.value.place) == (str(path), place)
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"{path}: {place}".removesuffix(": "))


def test_yaml_that_is_too_deep_for_its_parser_too_is_refused(written):
    with pytest.raises(BadDocument, match=rf"x\.yaml: line 1, column \d+: nested more than {DEEPEST} levels deep"):
        load(written("x.yaml", "[" * 99_999), "world")


def test_bytes_that_are_no_utf_8_are_refused_with_their_line(written):
    path = written("x.toml", b'name = "small"\ntitle = "caf\xe9"\n')
    with pytest.raises(BadDocument, match=r"x\.toml: line 2: not UTF-8 \(byte 27\)"):
        load(path, "world")


def test_a_huge_file_is_refused_unread(written):
    path = written("x.json", b" " * (LARGEST + 1))
    with pytest.raises(BadDocument, match="it has 16,777,217 bytes; the most that is read is 16,777,216"):
        load(path, "world")


@pytest.mark.parametrize(("name", "reason"), [("absent.toml", "No such file or directory"), (".", "Is a directory")])
def test_what_is_no_file_is_refused(name, reason, tmp_path):
    with pytest.raises(BadDocument, match=reason):
        load(tmp_path / name, "world")


@pytest.mark.parametrize(
    ("right", "wrong", "place", "reason"),
    [
        ("window = 256000", 'window = "large"', "model[0] (grok-4-0709).window", "'large' is not of type 'integer'"),
        ("window = 256000", "window = 0", "model[0] (grok-4-0709).window", "0 is less than the minimum of 1"),
        ('id = "grok-4-0709"', "", "model[0]", "'id' is a required property"),
        ("refuses = []", 'refuses = ["stop", "Stop"]', "model[0] (grok-4-0709).refuses[1]", "'Stop' does not match"),
        ('id = "grok-4-0709"', "id = 4", "model[0].id", "4 is not of type 'string'"),
        ('title = "A small world"', "", "top level", "'title' is a required property"),
        ('"2025-07-09"', "2025-07-09", "era.from", 'a day is written in quotes: "2025-07-09"'),
        ('title = "A small world"', f"title = {list(range(999))}", "title", "[0, 1, 2, 3"),
    ],
)
def test_what_the_schema_forbids_is_refused_with_the_entry_and_its_id(right, wrong, place, reason, written):
    with pytest.raises(BadDocument) as refused:
        load(written("x.toml", WORLD.replace(right, wrong)), "world")
    assert refused.value.place == place
    assert refused.value.reason.startswith(reason) or reason in refused.value.reason
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize("content", [PYTHON, BOMB, WORLD, "", "a: 1"], ids=["tag", "bomb", "toml-as-yaml", "empty", "other"])
def test_nothing_is_kept_of_a_refused_file(content, written, cache):
    with pytest.raises(BadDocument):
        load(written("x.yaml", content), "world")
    assert not cache.exists()


@pytest.mark.parametrize(("name", "content"), [("x.toml", WORLD), ("x.yaml", AS_YAML)])
def test_what_was_kept_is_what_was_parsed(name, content, written, cache, monkeypatch):
    path = written(name, content)
    first = load(path, "world")
    monkeypatch.delattr("grokgate.formats.document.parse")  # the second time, nothing is parsed
    assert load(path, "world") == first
    assert [file.suffix for file in (cache / "documents").iterdir()] == [".json"]


@pytest.mark.parametrize("path", sorted((home() / "cassettes").rglob("*.[ty]*ml")), ids=lambda path: path.name)
def test_a_bundled_file_survives_being_kept(path):
    content = parse(path, path.read_bytes())
    assert json.loads(json.dumps(content)) == content


def test_a_changed_file_is_read_anew(written):
    load(written("x.toml", WORLD), "world")
    assert load(written("x.toml", WORLD.replace("A small", "A tiny")), "world")["title"] == "A tiny world"


def test_what_was_kept_and_then_damaged_is_made_again(written, cache):
    path = written("x.toml", WORLD)
    load(path, "world")
    kept = next((cache / "documents").iterdir())
    kept.write_text('{"name": ')
    assert load(path, "world")["name"] == "small"
    assert json.loads(kept.read_bytes())["name"] == "small"


def test_a_cache_folder_that_cannot_be_written_is_no_failure(written, cache):
    cache.write_text("a file where the folder should be")
    assert load(written("x.toml", WORLD), "world")["name"] == "small"


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"GROKGATE_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, "/a"),
        ({"GROKGATE_CACHE": "", "XDG_CACHE_HOME": "/b"}, "/b/grokgate"),
        ({"GROKGATE_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/c"}, "/c/.cache/grokgate"),
    ],
)
def test_the_cache_folder_can_be_moved(environment, folder, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == Path(folder)
