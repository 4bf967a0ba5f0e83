"""What differs in the question: provider and build, world, rollout, contract, cassettes, versions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grokgate.reports.basis import who_answered
from grokgate.values.build import differences
from grokgate.values.volatile import steady

OF_THE_RUN = ("event", "schema", "started", "started_ms", "evidence", "outside", "provider.spec", "upstream")
"""What belongs to one run, or follows from what else is told; the schema is that of the file."""
PARTS = ("provider.distributions", "provider.code")
"""What a build consists of is told part by part."""
NAMES = {
    "answered_by": "who answered",
    "digests.contract": "contract",
    "digests.provider": "provider build",
    "digests.rollout": "rollout file",
    "digests.suites": "tests",
    "digests.world": "cassettes",
    "provider.build": "build asked for",
    "provider.claims": "claims",
    "provider.converts": "what it converts",
    "provider.face": "face",
    "provider.kind": "kind",
    "provider.name": "provider",
    "provider.requirements": "packages",
    "provider.title": "title",
    "provider.vehicle": "vehicle",
    "only": "rows asked for alone",
}
_DIGEST = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, kw_only=True)
class HeaderChange:
    """A fact of the header that differs; digests are cut to twelve digits."""

    key: str
    name: str
    """The fact as people call it."""
    before: str
    after: str


def header_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[HeaderChange]:
    """What differs between two headers, but for what belongs to one run."""
    old, new = ({**dict(_flat(header)), "answered_by": steady(who_answered(header))} for header in (before, after))
    for key in dict.fromkeys((*old, *new)):
        if key not in OF_THE_RUN and not key.startswith(PARTS) and old.get(key) != new.get(key):
            yield HeaderChange(key=key, name=NAMES.get(key, key), before=_told(old.get(key)), after=_told(new.get(key)))
    for part in differences(before, after):
        yield HeaderChange(key=f"provider.{part.kind}.{part.part}", name=part.name, before=part.was, after=part.now)


def _flat(header: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in header.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _told(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "none"
    if value is None:
        return "none"
    return str(value)[:12] if _DIGEST.match(str(value)) else str(value)
