"""What the tools that xAI runs itself cost beside the tokens of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SEARCH = 50_000_000
"""Ticks for a call of a search: $5 for a thousand (docs.x.ai pricing; 7 public recordings of responses, one over gRPC)."""
SEARCHES = frozenset({"web_search", "x_search", "attachment_search"})
"""The tools of which that fee was seen; what another costs is not reckoned."""
_GRPC = "SERVER_SIDE_TOOL_"


def fees_of(usage: Mapping[str, Any]) -> tuple[int, bool]:
    """The fees for the tools that an answer's usage counts, in ticks; and whether there are others that nobody knows."""
    calls = _calls(usage)
    searched = sum(count for name, count in calls.items() if name in SEARCHES)
    used = usage.get("num_server_side_tools_used")
    most = max(sum(calls.values()), used if type(used) is int else 0)
    return searched * SEARCH, searched < most


def _calls(usage: Mapping[str, Any]) -> dict[str, int]:
    """How often each tool was called: over gRPC they are a list, elsewhere counts by name."""
    listed, counted = usage.get("server_side_tools_used"), usage.get("server_side_tool_usage_details")
    if isinstance(listed, list):
        names = [str(name).removeprefix(_GRPC).lower() for name in listed]
        return {name: names.count(name) for name in names}
    counts = counted.items() if isinstance(counted, dict) else ()
    return {name.removesuffix("_calls"): count for name, count in counts if type(count) is int and count > 0}
