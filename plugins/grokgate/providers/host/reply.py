"""A line of a host, held against the protocol: the reply that it is, or the rule that it breaks."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from grokgate.formats.document import BadDocument, check
from grokgate.formats.home import SCHEMAS
from grokgate.values.chat import MODES

RESULTS: dict[str, dict[str, Any]] = {
    "start": {"$ref": "#/$defs/offer"},
    **{mode: {"$ref": "#/$defs/answer"} for mode in MODES},
    "models": {"type": "array", "items": {"$ref": "#/$defs/model"}},
    "documentation": {"type": "string"},
    "read_timeout": {"type": ["number", "null"]},
    "close": {},
}
"""What each method gives."""
SHOWN = 200
"""Characters of a line that a broken rule quotes."""


class BrokenRule(ValueError):
    """A host broke the protocol: which rule, and where."""


def reply(line: bytes, number: int, method: str) -> dict[str, Any]:
    """The reply to the request of that number in a line. Raises ``BrokenRule``."""
    said = _object(line)
    if said.get("id") != number or isinstance(said.get("id"), bool):
        has = f"this one has {json.dumps(said['id'])}" if "id" in said else "this one has none"
        raise BrokenRule(f"a reply repeats the id of its request, {number}; {has}{shown(line)}")
    if ("result" in said) == ("failure" in said):
        has = "both" if "result" in said else "neither"
        raise BrokenRule(f"a reply has either a result or a failure; this one has {has}{shown(line)}")
    if "egress" not in said:
        raise BrokenRule(f"a reply has egress, [] where nothing was tried; this one has none{shown(line)}")
    if unknown := sorted(said.keys() - {"id", "result", "failure", "egress"}):
        raise BrokenRule(f"a reply has id, egress, and result or failure; this one has {', '.join(unknown)}, too{shown(line)}")
    _hold(said["egress"], {"$ref": "#/$defs/egress"}, "egress")
    if "failure" in said:
        _hold(said["failure"], {"$ref": "#/$defs/failure"}, "failure")
    else:
        _hold(said["result"], RESULTS[method], "result")
    return said


def shown(line: bytes) -> str:
    """The line, as the end of a sentence."""
    text = line.decode("utf-8", "replace")
    return f": {text[:SHOWN]!r}{'…' if len(text) > SHOWN else ''}"


def _object(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BrokenRule(f"a line is UTF-8; this one has a byte {line[error.start]:#04x} at {error.start}{shown(line)}") from None
    except ValueError as error:
        raise BrokenRule(f"a line holds one JSON object; this one is no JSON ({error}){shown(line)}") from None
    if not isinstance(said, dict):
        raise BrokenRule(f"a line holds one JSON object; this one is of another kind{shown(line)}")
    return said


def _hold(value: Any, schema: dict[str, Any], part: str) -> None:
    """Hold a part of a reply against its schema."""
    try:
        check(value, {**schema, "$defs": _definitions()}, part)
    except BadDocument as broken:
        place = part if broken.place == "top level" else f"{part}{'' if broken.place.startswith('[') else '.'}{broken.place}"
        raise BrokenRule(f"{place}: {broken.reason}") from None


@cache
def _definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = json.loads((SCHEMAS / "host-protocol.schema.json").read_bytes())["$defs"]
    return definitions
