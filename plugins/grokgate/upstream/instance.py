"""A value that a JSON Schema describes: what a model answers with where an answer was asked for by schema.

xAI constrains an answer to the schema, so the tape can answer any schema with a small value: required properties, first
alternatives, little numbers. Examples that a schema gives are taken. What was made up is held against the schema.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEEPEST = 40
"""Levels of a value, and references on the way to it."""
MOST = 2048
"""Values that are made, and characters of a text; xAI warrants no longer texts."""
TEXT = "example"
NUMBERS = ("type", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")


class NoInstance(ValueError):
    """The schema asks for what cannot be made up: why."""


def instance(schema: Any) -> Any:
    """A small value that fits ``schema``. Raises ``NoInstance`` for patterns, references in a circle, and the like."""
    import jsonschema
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        value = _Maker(schema).value(schema, ())
        jsonschema.Draft202012Validator(schema, registry=Registry()).validate(value)
    except jsonschema.SchemaError as error:
        raise NoInstance(f"this is no JSON schema: {error.message}") from None
    except jsonschema.ValidationError as error:
        raise NoInstance(f"the schema asks for more than was made up: {error.message}") from None
    except Unresolvable as error:
        raise NoInstance(f"the schema refers to {error.ref}, which is not there") from None
    return value


@dataclass
class _Maker:
    """Makes values for the parts of a schema. ``inside`` is what a value is made within: levels, and references by name."""

    root: Any
    left: int = MOST

    def value(self, schema: Any, inside: tuple[str, ...]) -> Any:
        self.left -= 1
        if self.left < 0 or len(inside) > DEEPEST:
            raise NoInstance("the schema asks for more values than are made up")
        if schema is False:
            raise NoInstance("the schema allows nothing")
        if schema is True:
            return TEXT
        for given in ("const", "default"):
            if given in schema:
                return schema[given]
        for given in ("examples", "enum"):
            if schema.get(given):
                return schema[given][0]
        if "$ref" in schema:
            return self._referred(schema, inside)
        if schema.get("allOf"):
            return self.value(_merged([_without(schema, "allOf"), *schema["allOf"]]), inside)
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return self._first([_merged([_without(schema, several), one]) for one in schema[several]], inside)
        return self._plain(schema, _kind(schema), inside)

    def _plain(self, schema: Mapping[str, Any], kind: str, inside: tuple[str, ...]) -> Any:
        if kind == "object":
            properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
            return {name: self.value(properties.get(name, others), (*inside, "")) for name in schema.get("required", ())}
        if kind == "array":
            first, others = schema.get("prefixItems", ()), schema.get("items", {})
            wanted = (first[number] if number < len(first) else others for number in range(int(schema.get("minItems", 0))))
            return [self.value(one, (*inside, "")) for one in wanted]
        if kind == "string":
            return _text(schema)
        return _number(schema) if kind in ("integer", "number") else kind == "boolean" or None

    def _first(self, alternatives: Sequence[Any], inside: tuple[str, ...]) -> Any:
        """A value for the first alternative that there is one for."""
        reasons = []
        for alternative in alternatives:
            try:
                return self.value(alternative, inside)
            except NoInstance as error:
                reasons.append(str(error))
        raise NoInstance(reasons[0])

    def _referred(self, schema: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
        reference = str(schema["$ref"])
        if reference in inside:
            raise NoInstance("the schema refers to itself without an end")
        if not reference.startswith("#"):
            raise NoInstance(f"the schema refers to {reference}, which is elsewhere")
        found = self.root
        for step in filter(None, reference.removeprefix("#").split("/")):
            found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
        if found is None:
            raise NoInstance(f"the schema refers to {reference}, which is not there")
        return self.value(_merged([_without(schema, "$ref"), found]), (*inside, reference))


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    return str(kind) if kind else "object" if "properties" in schema else "array" if "items" in schema else "string"


def _text(schema: Mapping[str, Any]) -> str:
    if "pattern" in schema or "format" in schema:
        raise NoInstance("the schema has a pattern or a format, which cannot be made up; give it examples")
    if schema.get("minLength", 0) > MOST:
        raise NoInstance(f"the schema asks for a text of more than {MOST:,} characters")
    most = schema.get("maxLength")
    return TEXT.ljust(int(schema.get("minLength", 0)), "x")[: None if most is None else int(most)]


def _number(schema: Mapping[str, Any]) -> Any:
    """One, else a number at a bound or the first multiple within it."""
    import jsonschema

    fits = jsonschema.Draft202012Validator({name: schema[name] for name in NUMBERS if name in schema}).is_valid
    bounds = [schema[name] for name in NUMBERS[1:5] if name in schema]
    steps = [schema.get("multipleOf", 1), 1]
    near = [math.floor(bound / step + more) * step for bound in bounds for step in steps for more in (0, 1, -1)]
    between = [sum(bounds) / len(bounds)] if bounds else []
    found = next((number for number in (1, 0, *bounds, *near, *between, *steps) if fits(number)), None)
    if found is None:
        raise NoInstance("no number was found that the schema allows")
    return found


def _without(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != name}


def _merged(schemas: Sequence[Any]) -> Any:
    """One schema that asks for what several do, as far as their properties go; of other keywords the last counts."""
    if any(isinstance(schema, bool) for schema in schemas):
        return False if False in schemas else _merged([schema for schema in schemas if schema is not True])
    merged: dict[str, Any] = {}
    for schema in schemas:
        properties = {**merged.get("properties", {}), **schema.get("properties", {})}
        required = [*merged.get("required", ()), *schema.get("required", ())]
        together = {"properties": properties, "required": required}
        merged = {**merged, **schema, **{name: several for name, several in together.items() if several}}
    return merged
