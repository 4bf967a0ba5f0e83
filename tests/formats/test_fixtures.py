"""What is asked lies in the fixtures, and they are found from a checkout as from an installed package."""

import base64
import json

import pytest

from grokgate.formats import home as place
from grokgate.formats.fixtures import (
    OPENING,
    PIXEL,
    SHORTEST,
    LongPrompt,
    common_words,
    long_prompt,
    prompt,
    prompts,
    question_in,
    questions,
    schema,
    tool,
)
from grokgate.values.rollout import RESERVE


def test_a_prompt_is_a_text_in_one_line():
    assert [name for name, text in prompts().items() if not text.strip() or "\n" in text] == []


LENGTHS = (SHORTEST, SHORTEST + 1, 129_900, 193_536, 255_000, 256_001, 1_000_001)
EACH_LONG_PROMPT = pytest.mark.parametrize("long", [long_prompt(tokens) for tokens in LENGTHS], ids=lambda long: long.name)


@EACH_LONG_PROMPT
def test_a_long_prompt_has_a_word_for_each_of_its_tokens(long):
    assert len(long.text.split()) == long.tokens


@EACH_LONG_PROMPT
def test_a_long_prompt_names_itself_at_either_end_and_is_common_words_between(long):
    first, *between, last = long.text.split("\n")
    assert (first, last) == (f"{OPENING}{long.name}]", f"[end of {long.name}]")
    assert {word for line in between for word in line.split()} == common_words()


@EACH_LONG_PROMPT
def test_a_long_prompt_is_found_by_its_name_and_no_other_prompt_has_that(long):
    assert long.name == f"long-{long.tokens}"
    assert prompt(long.name) == long.text
    assert long.name not in prompts()


def test_the_margin_is_small_beside_what_a_prompt_under_a_window_leaves_free():
    hidden = 687
    assert hidden + long_prompt(255_000).margin < RESERVE


def test_a_long_prompt_is_made_once():
    assert long_prompt(5000) is long_prompt(5000)


@pytest.mark.parametrize("tokens", range(9, 40))
def test_a_long_prompt_of_any_length_has_that_length(tokens):
    assert len(LongPrompt("short", tokens, 0, ("a", "few", "words")).text.split()) == tokens


def test_a_prompt_of_ordinary_length_is_found_by_its_name():
    assert prompt("puzzle") == prompts()["puzzle"]


def test_a_prompt_that_is_none_is_not_found():
    for name in ("sonnet", "long-", "long-many", "long--5"):
        with pytest.raises(KeyError, match=name):
            prompt(name)
    with pytest.raises(ValueError, match=f"a long prompt has {SHORTEST} tokens at least, and not 5"):
        prompt("long-5")


def test_there_are_twenty_questions_and_no_text_occurs_in_another():
    texts = [*(question.text for question in questions()), *prompts().values()]
    assert len(questions()) == len({question.name for question in questions()}) == 20
    assert [text for text in texts if sum(text in other for other in texts) > 1] == []


def test_a_question_is_found_whole_and_no_cut_one():
    first = questions()[0]
    assert question_in(f"Be brief. {first.text}") is first
    assert question_in(first.text[:-1]) is None


TOOLS, SCHEMAS = ("get_weather", "book_table"), ("person", "biography")


def levels(value):
    """Each schema in a JSON schema, with itself."""
    if isinstance(value, list):
        return [found for one in value for found in levels(one)]
    if not isinstance(value, dict):
        return []
    return [*([value] if "type" in value else []), *(found for one in value.values() for found in levels(one))]


def definition(name):
    """What a tool or a schema says beside its type, and its JSON schema."""
    said = tool(name)["function"] if name in TOOLS else schema(name)["json_schema"]
    return said, said["parameters" if name in TOOLS else "schema"]


def test_tools_and_schemas_have_the_shapes_of_the_api():
    assert {tool(name)["type"] for name in TOOLS} == {"function"}
    assert {schema(name)["type"] for name in SCHEMAS} == {"json_schema"}


@pytest.mark.parametrize("name", [*TOOLS, *SCHEMAS])
def test_a_probe_has_at_every_level_what_libraries_drop(name):
    """A strict definition requires all that an object has, and nothing else."""
    said, given = definition(name)
    assert (said["name"], said["strict"], bool(said["description"])) == (name, True, True)
    for level in levels(given):
        objects = level["type"] == "object"
        assert not objects or (level["required"], level["additionalProperties"]) == ([*level["properties"]], False)
        assert "description" in level or level["type"] in ("null", "string")


@pytest.mark.parametrize("name", ["book_table", "biography"])
def test_a_nested_probe_has_each_keyword_that_xai_knows(name):
    keywords = {keyword for level in levels(definition(name)[1]) for keyword in level}
    assert {"description", "properties", "required", "enum", "items", "minItems", "$defs", "additionalProperties"} <= keywords
    assert all(f'"{word}"' in json.dumps(definition(name)[1]) for word in ("$ref", "anyOf", "null"))


def test_the_pixel_is_a_png():
    assert base64.b64decode(PIXEL.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("package", "found"), [("plugins/grokgate", "."), ("grokgate", "grokgate")], ids=["checkout", "installed"]
)
def test_the_data_is_found_beside_the_plugins_or_inside_the_package(package, found, tmp_path, monkeypatch):
    (tmp_path / package).mkdir(parents=True)
    (tmp_path / found / "suites").mkdir()
    monkeypatch.setattr(place, "PACKAGE", tmp_path / package)
    assert place.home() == tmp_path / found


def test_a_package_without_its_data_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "PACKAGE", tmp_path / "plugins" / "grokgate")
    with pytest.raises(FileNotFoundError, match=r"grokgate is damaged: no suites .* Install it again"):
        place.home()
