"""The lists of models, as each time has them: what a world knows of its models, in the keys and the order of xAI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from grokgate.values.world import Model, WorldFacts

SEARCH = 250_000_000
"""The price of a search in ``GET /v1/language-models``, which the documented example shows; it is the same for all models."""


def bare(world: WorldFacts, *models: Model) -> str:
    """The rows of ``GET /v1/models`` until May 2026: no prices, no other names. Of all models, or of those named."""
    return _rows(models or world.listed, lambda model: _common(model, world))


def priced(world: WorldFacts, *models: Model) -> str:
    """The rows of ``GET /v1/models`` since June 2026: with the other names, the window and the prices."""
    return _rows(models or world.listed, lambda model: dict(sorted((_common(model, world) | _prices(model)).items())))


def with_modalities(world: WorldFacts, *models: Model) -> str:
    """The rows of ``GET /v1/language-models``, as they are documented; versions and fingerprints are made up."""
    return _rows(models or world.listed, lambda model: _documented(model, world))


def _rows(models: Iterable[Model], row: Callable[[Model], Mapping[str, Any]]) -> str:
    return ",".join(json.dumps(row(model), separators=(",", ":")) for model in models)


def _common(model: Model, world: WorldFacts) -> dict[str, Any]:
    return {"created": _second(model.created or world.era[0]), "id": model.id, "object": "model", "owned_by": "xai"}


def _prices(model: Model) -> dict[str, Any]:
    row = {
        "aliases": sorted(model.names - {model.id}),
        "context_length": model.window,
        "prompt_text_token_price": model.price.prompt,
        "prompt_image_token_price": model.price.prompt if model.images else 0,
        "cached_prompt_text_token_price": model.price.cached,
        "completion_text_token_price": model.price.completion,
    }
    if not model.price.long_from:
        return row
    long = model.price.long
    return row | {
        "long_context_threshold": model.price.long_from,
        "prompt_text_token_price_long_context": long.prompt,
        "cached_prompt_text_token_price_long_context": long.cached,
        "completion_text_token_price_long_context": long.completion,
    }


def _documented(model: Model, world: WorldFacts) -> dict[str, Any]:
    price = model.price
    return {
        "id": model.id,
        "fingerprint": f"fp_{sha256(model.id.encode()).hexdigest()[:10]}",
        "created": _second(model.created or world.era[0]),
        "object": "model",
        "owned_by": "xai",
        "version": "1.0",
        "input_modalities": ["text", "image"] if model.images else ["text"],
        "output_modalities": ["text"],
        "prompt_text_token_price": price.prompt,
        "cached_prompt_text_token_price": price.cached,
        "prompt_image_token_price": price.prompt if model.images else 0,
        "completion_text_token_price": price.completion,
        "search_price": SEARCH,
        "aliases": sorted(model.names - {model.id}),
    }


def _second(day: str) -> int:
    """Midnight of a day, UTC, in seconds."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
