"""What left otherwise: of the cases that both runs have, where their requests differ, key by key."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from grokgate.judgement.expect.difference import differences
from grokgate.judgement.expect.unkept import NOTHING
from grokgate.upstream.spelling.endpoints import read
from grokgate.values.evidence import Case, Row
from grokgate.values.line import one_line
from grokgate.values.volatile import steady, steady_json
from grokgate.values.wire import WireRequest

SHOWN = 120
"""Characters of a value that are kept."""
CALLS = "calls"
"""The place of calls that one run alone kept; of a case with many, evidence keeps some."""


@dataclass(frozen=True, kw_only=True)
class WireChange:
    """One difference in what left, and every case that shows it.

    ``place`` is a place in the JSON body, such as ``stop`` or ``messages[0].content``; or ``requests``, how many left for one
    call; ``address``, method and path, where other places are chat's; ``body``, one that is kept as digest or is no JSON;
    ``calls``, those of one run alone.
    ``before`` and ``after`` are shortened; ``None`` where there was nothing.
    """

    place: str
    before: str | None
    after: str | None
    cases: tuple[str, ...]


Found = tuple[str, str | None, str | None]


def wire_changes(before: Sequence[Row], after: Sequence[Row]) -> tuple[WireChange, ...]:
    """What left otherwise, that of most cases first."""
    old = {case.id: case for row in before for case in row.cases}
    found: dict[Found, dict[str, None]] = {}
    for case in (case for row in after for case in row.cases if case.id in old):
        for difference in _case(old[case.id], case):
            found.setdefault(difference, {})[case.id] = None
    changes = [WireChange(place=place, before=was, after=now, cases=tuple(cases)) for (place, was, now), cases in found.items()]
    return tuple(sorted(changes, key=lambda change: -len(change.cases)))


def _case(before: Case, after: Case) -> Iterator[Found]:
    """Calls are held against one another by what was asked; a search may ask for more or for less in another run."""
    old, new = _calls(before), _calls(after)
    for asked in (asked for asked in new if asked in old):
        yield from _call(old[asked], new[asked])
    gone, come = len(old.keys() - new.keys()), len(new.keys() - old.keys())
    if gone or come:
        yield CALLS, f"{gone} that the later run has not", f"{come} that the earlier run has not"


def _calls(case: Case) -> dict[tuple[str, int], Mapping[str, Any]]:
    count: Counter[str] = Counter()
    found = {}
    for call in case.observations:
        said = steady(call["said"])
        found[said, count[said]] = call
        count[said] += 1
    return found


def _call(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Found]:
    old, new = ([exchange for exchange in call["wire"] if not exchange["stray"]] for call in (before, after))
    if len(old) != len(new):
        yield "requests", f"{len(old)} for one call", f"{len(new)} for one call"
    for one, other in zip(old, new, strict=False):
        yield from _request(one, other)


def _request(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Found]:
    was, now = (f"{request['method']} {urlsplit(request['url']).path}" for request in (before, after))
    if was != now:
        yield "address", was, now
    old, new = (_said(request) if was != now else _content(request["body"]) for request in (before, after))
    if isinstance(old, dict) and isinstance(new, dict):
        for place, mine, other in differences(steady_json(new), steady_json(old)):
            yield place, _shown(other), _shown(mine)
    elif (was := steady(before["body"])) != (now := steady(after["body"])):
        yield "body", _body(was), _body(now)


def _said(exchange: Mapping[str, Any]) -> Any:
    """What a request says at any endpoint, since at each it is written otherwise."""
    request = WireRequest(exchange["method"], exchange["url"], {}, exchange["body"].encode())
    return dict(read(request).anywhere) if isinstance(request.json, dict) else None


def _content(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _body(text: str) -> str:
    """A body that is no JSON here: its digest and length, or its beginning."""
    digest, _, length = text.removeprefix("sha256:").partition(" ")
    return f"sha256 {digest[:12]} {length}" if text.startswith("sha256:") else one_line(text, SHOWN)


def _shown(value: Any) -> str | None:
    return None if isinstance(value, str) and value == NOTHING else one_line(json.dumps(value, ensure_ascii=False), SHOWN)
