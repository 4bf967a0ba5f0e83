"""What a build of a provider consists of: packages by their versions, and code that no version names by its digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A part that two builds have otherwise: of which kind, and what it was and is; digests are cut to twelve digits."""

    kind: str
    part: str
    was: str
    now: str

    @property
    def name(self) -> str:
        """The part as people call it."""
        return f"code of {self.part}" if self.kind == "code" else self.part


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[Difference]:
    """What differs between the parts of two builds, as the headers of their evidence tell."""
    return [found for kind in ("distributions", "code") for found in _of(kind, before["provider"], after["provider"])]


def _of(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    old, new = before.get(kind, {}), after.get(kind, {})
    most = SHOWN if kind == "code" else None
    for part in sorted({*old, *new}):
        if old.get(part) != new.get(part):
            yield Difference(kind=kind, part=part, was=old.get(part, NONE)[:most], now=new.get(part, NONE)[:most])
