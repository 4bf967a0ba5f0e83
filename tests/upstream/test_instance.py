"""A made-up value fits its schema; what cannot be made up is refused with a reason, and nothing goes on without an end."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.upstream.instance import DEEPEST, MOST, NoInstance, instance

NODE = {
    "type": "object",
    "properties": {"value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
    "required": ["value", "next"],
}

TEXTS = st.fixed_dictionaries(
    {"type": st.just("string")}, optional={"minLength": st.integers(0, 20), "maxLength": st.integers(20, 40)}
)
INTEGERS = st.fixed_dictionaries(
    {"type": st.just("integer")},
    optional={"minimum": st.integers(-30, 10), "maximum": st.integers(20, 40), "multipleOf": st.integers(1, 10)},
)
NUMBERS = st.fixed_dictionaries(
    {"type": st.just("number")},
    optional={"exclusiveMinimum": st.integers(-30, 10), "exclusiveMaximum": st.floats(10.5, 40)},
)
GIVEN = st.lists(st.integers() | st.text(max_size=3) | st.none(), min_size=1, max_size=3).flatmap(
    lambda values: st.sampled_from([{"enum": values}, {"examples": values}, {"const": values[0]}, {"default": values[0]}])
)
LEAVES = TEXTS | INTEGERS | NUMBERS | GIVEN | st.sampled_from([{"type": "boolean"}, {"type": ["null", "string"]}, {}, True])


def objects(inner):
    """Objects of which some properties are required, and more may be refused."""
    properties = st.dictionaries(st.sampled_from("abcd"), inner, max_size=4)
    return properties.flatmap(
        lambda found: st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.just(found),
                "required": st.lists(st.sampled_from(sorted(found)), unique=True) if found else st.just([]),
                "additionalProperties": st.booleans(),
            }
        )
    )


def arrays(inner):
    return st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"minItems": st.integers(0, 3)})


def several(inner):
    return st.lists(inner, min_size=1, max_size=3).flatmap(lambda found: st.just({"anyOf": found}))


def both(inner):
    """Two objects whose properties have other names, in one."""
    apart = objects(inner).map(
        lambda found: {
            "properties": {f"other_{name}": one for name, one in found["properties"].items()},
            "required": [f"other_{name}" for name in found["required"]],
        }
    )
    return st.tuples(objects(inner).map(lambda found: {**found, "additionalProperties": True}), apart).map(
        lambda pair: {"allOf": list(pair)}
    )


SCHEMAS = st.recursive(LEAVES, lambda inner: objects(inner) | arrays(inner) | several(inner) | both(inner), max_leaves=12)


@given(SCHEMAS)
def test_every_made_up_value_fits_its_schema(schema):
    jsonschema.validate(instance(schema), schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (
            {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["age"]},
            {"age": 1},
        ),
        ({"type": "object", "required": ["b", "a"]}, {"b": "example", "a": "example"}),
        ({"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}}, {"a": 1}),
        ({"type": "array", "items": {"type": "boolean"}}, []),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2.0}, [True, True]),
        ({"type": "array", "prefixItems": [{"type": "null"}], "items": {"type": "string"}, "minItems": 2}, [None, "example"]),
        ({"type": "string", "enum": ["celsius", "fahrenheit"]}, "celsius"),
        ({"type": "string", "pattern": "^[A-Z]+$", "examples": ["OSL"]}, "OSL"),
        ({"type": "string", "maxLength": 3}, "exa"),
        ({"type": "integer", "minimum": 3, "multipleOf": 7}, 7),
        ({"type": "integer", "maximum": -5, "multipleOf": 2}, -6),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}, 0.25),
        ({"type": "number", "multipleOf": 0.25, "minimum": 1.1, "maximum": 1.3}, 1.25),
        ({"type": ["null", "integer"]}, 1),
        ({"properties": {"a": {"type": "null"}}, "required": ["a"]}, {"a": None}),
        ({"anyOf": [{"type": "string", "pattern": "x"}, {"type": "integer"}]}, 1),
        ({"oneOf": [{"const": "a"}, {"const": "b"}]}, "a"),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "integer"}}}, 1),
        ({"$ref": "#/$defs/node", "$defs": {"node": NODE}}, {"value": 1, "next": None}),
        (True, "example"),
    ],
    ids=str,
)
def test_the_value_is_a_small_one(schema, value):
    assert instance(schema) == value


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "string", "pattern": "^a+$"}, "has a pattern or a format, which cannot be made up; give it examples"),
        ({"type": "string", "format": "date"}, "has a pattern or a format"),
        ({"$ref": "#"}, "refers to itself without an end"),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}, "minItems": 1}}},
            "refers to itself without an end",
        ),
        ({"$ref": "#/$defs/b", "$defs": {}}, "refers to #/$defs/b, which is not there"),
        ({"$ref": "https://example.org/s.json"}, "refers to https://example.org/s.json, which is elsewhere"),
        ({"const": {"a": 1}, "properties": {"a": {"$ref": "https://example.org/s"}}}, "refers to https://example.org/s"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "no number was found"),
        ({"type": "string", "minLength": MOST + 1}, "a text of more than 2,048 characters"),
        ({"type": "array", "items": {}, "minItems": 10**9}, "asks for more values than are made up"),
        ({"type": "array", "items": {}, "minItems": 2, "uniqueItems": True}, "asks for more than was made up"),
        ({"type": "object", "required": ["a"], "additionalProperties": False}, "the schema allows nothing"),
        ({"type": "object", "minProperties": 1}, "asks for more than was made up"),
        ({"not": {}}, "asks for more than was made up"),
        ({"type": "banana"}, "this is no JSON schema"),
        (False, "the schema allows nothing"),
    ],
    ids=str,
)
def test_what_cannot_be_made_up_is_refused_with_the_reason(schema, reason):
    with pytest.raises(NoInstance) as refused:
        instance(schema)
    assert reason in str(refused.value)


def test_a_schema_that_doubles_at_each_step_is_given_up_early():
    doubling = {
        f"s{n}": {"type": "array", "prefixItems": [{"$ref": f"#/$defs/s{n + 1}"}] * 2, "minItems": 2} for n in range(DEEPEST // 2)
    }
    with pytest.raises(NoInstance, match="more values than are made up"):
        instance({"$ref": "#/$defs/s0", "$defs": {**doubling, f"s{DEEPEST // 2}": {"type": "null"}}})


def test_a_schema_that_is_too_deep_is_given_up():
    schema = {"type": "null"}
    for _ in range(DEEPEST + 1):
        schema = {"type": "array", "items": schema, "minItems": 1}
    with pytest.raises(NoInstance, match="more values than are made up"):
        instance(schema)
