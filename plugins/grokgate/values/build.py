"""What a build of a provider consists of: packages by their versions, and code that no version names by its digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NONE = "none"
SHOWN = 12
"""Digits of a digest that people are shown."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """``distributions`` are versions by name; ``code`` is a SHA-256 by what it is of: adapter, editable install, module, file."""

    distributions: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, dict[str, str]]:
        return {"distributions": dict(sorted(self.distributions.items())), "code": dict(sorted(self.code.items()))}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[tuple[str, str, str]]:
    """What differs between the parts of two builds, as their headers tell: the name, and what it was and is."""
    code = _of(before, after, "code")
    return [*_of(before, after, "distributions"), *((f"code of {name}", was[:SHOWN], now[:SHOWN]) for name, was, now in code)]


def _of(before: Mapping[str, Any], after: Mapping[str, Any], kind: str) -> list[tuple[str, str, str]]:
    old, new = (header["provider"].get(kind, {}) for header in (before, after))
    return [(name, old.get(name, NONE), new.get(name, NONE)) for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
