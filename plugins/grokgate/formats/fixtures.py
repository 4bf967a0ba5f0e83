"""What is asked: the committed prompts, tools, schemas and images of ``fixtures``."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from typing import Any

from grokgate.formats.home import home

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
"""An image of one pixel, as a data URL."""


@cache
def prompts() -> dict[str, str]:
    """The prompts by name."""
    return tomllib.loads((home() / "fixtures" / "prompts.toml").read_text("utf-8"))


@cache
def tool(name: str) -> dict[str, Any]:
    """A tool definition, in the shape of the chat completions API."""
    return dict(json.loads((home() / "fixtures" / "tools" / f"{name}.json").read_bytes()))


@cache
def schema(name: str) -> dict[str, Any]:
    """A response format of type ``json_schema``."""
    return dict(json.loads((home() / "fixtures" / "schemas" / f"{name}.json").read_bytes()))
