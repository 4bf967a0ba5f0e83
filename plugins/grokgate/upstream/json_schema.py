"""Which JSON schemas xAI refuses, in a response format and as the parameters of a tool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_BY_NAME = ("properties", "patternProperties", "$defs", "definitions")
"""Where a JSON schema holds others by names of the user's."""
_PLAIN_DATA = ("const", "default", "enum", "examples", "required")
"""Where it holds no schemas."""


def unusable(schema: Any) -> bool:
    """Whether xAI refuses a schema: an empty enumeration or alternative, a property that is true or false, items in a list."""
    level = [schema]
    while level:
        found = level.pop()
        if isinstance(found, list):
            level += found
        elif isinstance(found, dict):
            properties = found.get("properties")
            if [] in (found.get("enum"), found.get("anyOf")) or isinstance(found.get("items"), list):
                return True
            if not {"minContains", "maxContains"}.isdisjoint(found):
                return True
            if isinstance(properties, dict) and any(isinstance(one, bool) for one in properties.values()):
                return True
            for name, inner in found.items():
                if name in _BY_NAME and isinstance(inner, dict):
                    level += inner.values()
                elif name not in _PLAIN_DATA:
                    level.append(inner)
    return False


def strange_root(schema: Any) -> str:
    """What the root of a tool's parameters is that is no object, in xAI's words; empty where it is one, or says nothing of it.

    The words for a union are xAI's, those for another type are made after them.
    """
    if not isinstance(schema, dict):
        return ""
    for word in ("anyOf", "oneOf"):
        branches = schema.get(word)
        if isinstance(branches, list) and branches and not all(_is_object(branch) for branch in branches):
            return "root schema is an anyOf/oneOf union with a non-object branch"
    kinds = [kind for kind in _types(schema) if kind != "object"]
    return f"root schema has the type {kinds[0]}" if kinds else ""


def _is_object(branch: Any) -> bool:
    return isinstance(branch, dict) and ("object" in _types(branch) or "properties" in branch or "$ref" in branch)


def _types(schema: dict[str, Any]) -> Iterator[str]:
    told = schema.get("type")
    yield from (str(kind) for kind in (told if isinstance(told, list) else [told] if told else []))
