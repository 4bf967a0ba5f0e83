"""What keeps a run or a sign-off from a go though its rows ask for one: it is not whole, or somebody stood in for xAI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grokgate.values.answerer import answerers


def reservations(header: Mapping[str, Any], *, stopped: bool = False, runs: Sequence[Mapping[str, Any]] = ()) -> tuple[str, ...]:
    """A sentence each. ``runs`` are the headers of those that a sign-off rests on; ``stopped`` is one before its end."""
    return tuple(_reservations(header, stopped, runs))


def _reservations(header: Mapping[str, Any], stopped: bool, runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if stopped:
        yield "incomplete: the run was stopped before its end, so that it is never a go"
    if header["only"]:
        yield f"some rows alone are never a go (--only {' '.join(header['only'])})"
    if header["scope"] == "signoff" and not runs:
        yield "one run is never a sign-off; merge it with the others: grokgate signoff"
    others = [one.at for one in answerers(runs) if one.is_in_place_of_xai]
    if others and not header.get("stand_in_counts"):
        yield (
            f"{' and '.join(others)} stood in for xAI, so no sign-off rests on it: run grokgate live against "
            "https://api.x.ai/v1, or, for a rehearsal, say --stand-in-counts"
        )
