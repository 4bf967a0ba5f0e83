"""The files of the shapes: valid, closed, of one piece with their table, and without a definition that nothing uses."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from grokgate.formats.document import load
from grokgate.formats.home import worlds
from grokgate.upstream.fidelity.shape import FOLDER, STREAMED, day_of_world

FILES = {path.name.removesuffix(".schema.json"): json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.schema.json"))}
SHAPES = [name for name in FILES if name != "shapes"]
TABLE = load(FOLDER / "shapes.toml", "shapes/shapes")
KINDS = {
    "chat": {"answer", "tool-calls", "chunk", "usage-chunk"},
    "responses": {"answer", *(name for name in FILES["responses"]["$defs"] if name.startswith("response."))},
    "models": {"list"},
    "language-models": {"list"},
    "error": {"answer", "gone", "sentence", "text", *(name for name in FILES["error"]["$defs"] if name.isdigit())},
    "common": set(),
}
"""The definitions that the code names."""

OPEN = ["responses/response/metadata", "responses/response/text/format", "responses/response/tools"]
"""Objects that may hold anything: what they repeat was asked."""


def schemas(schema, place):
    """Every schema in a schema, with where it is."""
    yield place, schema
    if not isinstance(schema, dict):
        return
    for word in ("properties", "dependentSchemas"):
        for name, inner in schema.get(word, {}).items():
            yield from schemas(inner, f"{place}/{name}")
    for word in ("items", "if", "then", "else"):
        if word in schema:
            yield from schemas(schema[word], place)
    for inner in schema.get("allOf", ()):
        yield from schemas(inner, place)


EVERY = [found for name in SHAPES for key, schema in FILES[name]["$defs"].items() for found in schemas(schema, f"{name}/{key}")]


def named_in_the_table():
    families = {("chat", name) for family in TABLE["family"] for name in family["chat"]}
    return families | {
        (change["endpoint"], change[side]) for change in TABLE["change"] for side in ("before", "after") if side in change
    }


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_a_json_schema(name):
    Draft202012Validator.check_schema(FILES[name])


def test_every_object_is_closed_but_those_that_repeat_what_was_asked():
    closed = [place for place, schema in EVERY if isinstance(schema, dict) and "object" in str(schema.get("type"))]
    left_open = [
        place
        for place, schema in EVERY
        if isinstance(schema, dict) and schema.get("type") == "object" and schema.get("additionalProperties") is not False
    ]
    assert closed
    assert [place for place in left_open if place != "responses/item"] == OPEN  # an item is closed by the schema of its type


def test_every_type_of_item_closes_it():
    types = FILES["responses"]["$defs"]["item"]["properties"]["type"]["enum"]
    chosen = [rule["if"]["properties"]["type"]["const"] for rule in FILES["responses"]["$defs"]["item"]["allOf"]]
    assert chosen == types
    for rule in FILES["responses"]["$defs"]["item"]["allOf"]:
        assert FILES["responses"]["$defs"][rule["then"]["$ref"].rpartition("/")[2]]["additionalProperties"] is False


def test_no_definition_looks_into_the_texts_of_a_stream():
    texts = [schema for place, schema in EVERY if place.rpartition("/")[2] in STREAMED and schema.get("type") == "string"]
    assert texts
    assert all(schema == {"type": "string"} for schema in texts)


def test_the_table_names_definitions_that_are_there():
    assert {(endpoint, name) for endpoint, name in named_in_the_table() if name not in FILES[endpoint]["$defs"]} == set()


def test_every_definition_is_used():
    used = {f"{endpoint}/{name}" for endpoint, name in named_in_the_table()}
    used |= {f"{endpoint}/{kind}" for endpoint, kinds in KINDS.items() for kind in kinds}
    for name in SHAPES:
        text = json.dumps(FILES[name])
        used |= {f"{name}/{key}" for key in re.findall(r'"#/\$defs/([^"]+)"', text)}
        used |= {f"{other}/{key}" for other, key in re.findall(r'"urn:grokgate:shape:(\w+)#/\$defs/([^"]+)"', text)}
    assert {f"{name}/{key}" for name in SHAPES for key in FILES[name]["$defs"]} == used


def test_a_model_belongs_to_one_family():
    models = [model for family in TABLE["family"] for model in family["models"]]
    assert len(models) == len(set(models))


def test_the_old_ends_before_the_new_begins():
    assert [change["name"] for change in TABLE["change"] if change["old"] >= change["new"]] == []


@pytest.mark.parametrize("world", worlds())
def test_a_world_that_is_bundled_has_a_day(world):
    assert day_of_world(world)


def test_a_world_that_is_based_on_another_has_its_day():
    assert day_of_world("grok-4.7") == day_of_world("grok-4.3") == "2026-08-10"


def test_a_world_that_is_not_bundled_has_none():
    assert day_of_world("nowhere") == ""
