"""Does an answer have the shape that xAI gives it? Held against the schemas in ``formats/schemas/shapes``.

An answer is held against several definitions, all of which must fit: the one of its kind, which is closed, and those that its
model, its day and its status add (``shapes.toml`` there, which also names the sources).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from grokgate.formats.document import load, parse, read
from grokgate.formats.home import SCHEMAS
from grokgate.formats.world_file import find_world, world_facts
from grokgate.upstream.fidelity.reply import LISTS, ONE, Reply, objects
from grokgate.values.capture import Capture
from grokgate.values.line import one_line

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

FOLDER = SCHEMAS / "shapes"
TABLE = "shapes.toml"
ENDPOINTS = ("chat", "responses", *LISTS)
IN_TEXT = (405, 415, 422)
"""The statuses whose body is plain text."""
GONE = 410
STREAMED = ("content", "reasoning_content", "delta")
"""Keys whose texts make most of a stream. No definition looks into them, so events that differ only there are checked once."""
NOTHING = "nothing"
_QUOTED = 60


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The definitions that an answer, or an event of a stream, must fit, each as ``chat/answer``."""

    definitions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ShapeFault:
    """Where an answer is not shaped like xAI's: the place, what xAI gives there, what was found, and what says so."""

    path: str
    expected: str
    found: str
    schema: str

    def __str__(self) -> str:
        return f"{self.path or 'the body'}: expected {self.expected}, found {self.found} ({self.schema})"


def faults_of(capture: Capture, *, day: str = "") -> tuple[ShapeFault, ...]:
    """Everything in an answer that is not shaped like xAI's. ``day`` (``2026-05-29``) counts where the capture tells none."""
    reply = Reply(capture)
    day = reply.day or day
    if reply.is_refusal:
        faults = _of_refusal(reply, day)
    elif reply.endpoint not in (*ENDPOINTS, *ONE):
        faults = iter((_fault("", "an endpoint whose shape is known", f"{capture.request.method} {capture.request.path}"),))
    else:
        faults = _of_stream(reply, day) if reply.is_stream else _of_answer(reply, day)
    return tuple(dict.fromkeys((*_of_model(reply), *faults)))


def shape_of(endpoint: str, *kinds: str, served: str = "", day: str = "") -> Shape:
    """The shape of what an endpoint (``chat``, ``responses``, one of the lists, or ``error`` for refusals) answers.

    ``kinds`` are definitions in the endpoint's schema. ``served`` is the model that answered, ``day`` tells the era; what differs
    between models or eras is left open for a model that ``shapes.toml`` does not know, or without a day.
    """
    family = _families().get(served, {}).get(endpoint, ())
    changes = [_side(change, day) for change in _table()["change"] if change["endpoint"] == endpoint]
    return Shape(definitions=tuple(f"{endpoint}/{name}" for name in (*kinds, *family, *filter(None, changes))))


def day_of_world(name: str) -> str:
    """The day whose state the answers of a bundled world show, its own or that of the one it is based on; empty for any other."""
    days = {row["name"]: str(row["day"]) for row in _table()["world"]}
    folder = find_world(name)
    told = [name] if folder is None else [place.name for place in world_facts(folder).folders]
    return next((days[one] for one in told if one in days), "")


def _of_refusal(reply: Reply, day: str) -> Iterator[ShapeFault]:
    status = reply.capture.status
    if status in IN_TEXT:
        yield from _faults(reply.text, shape_of("error", "text"))
    elif reply.json is None:
        yield _fault("", "JSON", _quoted(reply.text))
    elif status == GONE:
        yield from _faults(reply.json, shape_of("error", "gone"))
    elif isinstance(reply.json, str):
        yield from _faults(reply.json, shape_of("error", "sentence"))
    else:
        known = (str(status),) if str(status) in definitions("error") else ()
        yield from _faults(reply.json, shape_of("error", "answer", *known, day=day))


def _of_model(reply: Reply) -> Iterator[ShapeFault]:
    if reply.served and reply.served not in _families():
        yield _fault("model", f"a model that {TABLE} knows", reply.served)


def _of_answer(reply: Reply, day: str) -> Iterator[ShapeFault]:
    if reply.json is None:
        yield _fault("", "JSON", _quoted(reply.text))
        return
    if listed := ONE.get(reply.endpoint):
        alone = {name: [reply.json] if value == [] else value for name, value in LISTS[listed].items()}
        yield from _faults(alone, shape_of(listed, "list", day=day))
        return
    kinds = ["list" if reply.endpoint in LISTS else "answer"]
    if reply.endpoint == "chat" and _calls(reply.json):
        kinds.append("tool-calls")
    yield from _faults(reply.json, shape_of(reply.endpoint, *kinds, served=reply.served, day=day))


def _of_stream(reply: Reply, day: str) -> Iterator[ShapeFault]:
    if not reply.events:
        yield _fault("events", "an event", NOTHING)
    for number, event in enumerate(reply.events):
        place = f"events[{number}]"
        if not isinstance(event.json, dict):
            yield _fault(place, "a JSON object", _quoted(event.data))
        elif (kind := _kind(reply.endpoint, event.json)) not in definitions(reply.endpoint):
            yield _fault(f"{place}.type", "a type of event that is known", kind)
        else:
            shape = shape_of(reply.endpoint, kind, served=reply.served, day=day)
            for fault in _remembered(shape, json.dumps(_without_texts(event.json))):
                yield replace(fault, path=f"{place}.{fault.path}".rstrip("."))


def _kind(endpoint: str, event: Mapping[str, Any]) -> str:
    if endpoint == "responses":
        return str(event.get("type"))
    return "usage-chunk" if "usage" in event or event.get("choices") == [] else "chunk"


def _calls(answer: Any) -> bool:
    """Whether an answer of chat calls tools, or says that it does."""
    choices = objects(answer.get("choices")) if isinstance(answer, dict) else []
    messages = [message for choice in choices if isinstance(message := choice.get("message"), dict)]
    said = any(choice.get("finish_reason") == "tool_calls" for choice in choices)
    return said or any("tool_calls" in message for message in messages)


def _without_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "…" if key in STREAMED and isinstance(each, str) else _without_texts(each) for key, each in value.items()}
    return [_without_texts(each) for each in value] if isinstance(value, list) else value


@lru_cache(maxsize=4096)
def _remembered(shape: Shape, event: str) -> tuple[ShapeFault, ...]:
    return tuple(_faults(json.loads(event), shape))


def _faults(content: Any, shape: Shape) -> Iterator[ShapeFault]:
    for name in shape.definitions:
        for error in _validator(name).iter_errors(content):
            for path, expected, found in _told(error):
                yield _fault(path, expected, found, name)


def _fault(path: str, expected: str, found: str, schema: str = TABLE) -> ShapeFault:
    return ShapeFault(path=path, expected=expected, found=found, schema=schema)


def _told(error: ValidationError) -> Iterator[tuple[str, str, str]]:
    """Place, expectation and finding of each thing that a validator complains of in one breath."""
    steps, found = list(error.absolute_path), _quoted(error.instance)
    wanted: Any = error.validator_value
    whole: Any = error.instance
    schema: Any = error.schema
    match error.validator:
        case "required":
            for key in wanted:
                if key not in whole:
                    yield _path([*steps, key]), "this key", NOTHING
        case "additionalProperties":
            for key in whole.keys() - schema["properties"].keys():
                yield _path([*steps, key]), "no such key", _quoted(whole[key])
        case "not":  # ``absent``
            yield _path(steps), "no such key", found
        case "const":
            yield _path(steps), json.dumps(wanted), found
        case "enum":
            yield _path(steps), f"one of {', '.join(map(json.dumps, wanted))}", found
        case "type":
            yield _path(steps), f"the type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}", found
        case "pattern":
            yield _path(steps), f"a text like {wanted}", found
        case _:
            yield _path(steps), f"{error.validator} {wanted}", found


def _path(steps: Iterable[str | int]) -> str:
    """``choices[0].message.role``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _quoted(value: Any) -> str:
    return one_line(json.dumps(value, ensure_ascii=False), _QUOTED)


def _side(change: Mapping[str, str], day: str) -> str:
    """The definition that holds on a day; empty where the day is unknown, lies between the last old and the first new, or before
    a change of what went either way."""
    if not day or change["old"] < day < change["new"]:
        return ""
    return change.get("before", "") if day <= change["old"] else change["after"]


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = load(FOLDER / TABLE, "shapes/shapes")
    return table


@cache
def _families() -> Mapping[str, Mapping[str, Any]]:
    """The family of each model, by the name that its answers bear."""
    return {model: family for family in _table()["family"] for model in family["models"]}


@cache
def definitions(endpoint: str) -> Mapping[str, Any]:
    """The definitions in an endpoint's schema, by name."""
    found: Mapping[str, Any] = _schema(endpoint)["$defs"]
    return found


@cache
def _schema(name: str) -> Mapping[str, Any]:
    path = FOLDER / f"{name}.schema.json"
    schema: Mapping[str, Any] = parse(path, read(path))
    return schema


@cache
def _validator(definition: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    endpoint, _, name = definition.partition("/")
    schemas = [_schema(one) for one in ("common", "error", *ENDPOINTS)]
    registry: Registry[Any] = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in schemas)
    return Draft202012Validator({"$ref": f"{_schema(endpoint)['$id']}#/$defs/{name}"}, registry=registry)
