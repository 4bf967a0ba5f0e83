"""One red case, told so that its reader can act: what was asked, what left, what was expected, who must act, a curl line."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from grokgate.judgement.report.words import name_of
from grokgate.values.evidence import Asked, Case
from grokgate.values.line import one_line

WIDTH = 100


def failure_text(asked: Asked, case: Case) -> str:
    """The failure as plain text."""
    return "\n".join(_lines(asked, case))


def shown_call(case: Case) -> Mapping[str, Any] | None:
    """The call that shows the failure: the last one."""
    return case.observations[-1] if case.observations else None


def shown_exchange(case: Case) -> Mapping[str, Any] | None:
    """The request that shows the failure: the first that left for that call."""
    call = shown_call(case)
    return next((exchange for exchange in call["wire"] if not exchange["stray"]), None) if call else None


def difference(case: Case) -> str:
    """Expected against seen, one line each."""
    if not case.finding:
        return ""
    lines = [f"- {line}" for line in _shown(case.finding["expected"]).splitlines()]
    lines += [f"+ {line}" for line in _shown(case.finding["saw"]).splitlines()]
    return "\n".join(lines)


def curl(case: Case) -> str:
    """The request as a curl line against xAI (or whatever ``XAI_BASE_URL`` names), with the key left to the environment.

    Empty where nothing left, or where the evidence holds a large body by its digest alone.
    """
    exchange = shown_exchange(case)
    if exchange is None or exchange["body"].startswith("sha256:"):
        return ""
    path = shlex.quote(exchange["url"].partition("/v1")[2])
    data = f" -H 'Content-Type: application/json' -d {shlex.quote(exchange['body'])}" if exchange["body"] else ""
    method = "" if exchange["method"] == "POST" and data else f" -X {exchange['method']}"
    return f'curl -s{method} "${{XAI_BASE_URL:-https://api.x.ai/v1}}"{path} -H "Authorization: Bearer $XAI_API_KEY"{data}'


def _lines(asked: Asked, case: Case) -> Iterator[str]:
    yield f"{case.id}  {asked.title}  ({asked.severity}, {name_of(case.status)})"
    yield f"plan       {asked.plan}"
    yield f"because    {case.because}"
    if call := shown_call(case):
        yield f"asked      {call['said']}"
    if exchange := shown_exchange(case):
        yield f"left       {exchange['method']} {exchange['url']}"
        yield from _body(exchange["body"], case)
        yield f"answered   {_answered(exchange)}"
    elif call:
        yield "left       nothing"
    if call and call["failure"]:
        yield f"caller     {call['failure']['kind']}: {one_line(call['failure']['message'], WIDTH)}"
    if case.finding:
        yield f"expected   {one_line(_shown(case.finding['expected']), WIDTH)}"
        yield f"saw        {one_line(_shown(case.finding['saw']), WIDTH)}"
    yield f"who acts   {case.blame}"
    if line := curl(case):
        yield "try it     against the real xAI, with your own key:"
        yield f"           {line}"


def _body(body: str, case: Case) -> Iterator[str]:
    """The body, a line per key, with an arrow at the one that shows the failure; the rest of a long body is left out."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        yield f"             {one_line(body, WIDTH)}"
        return
    at = case.finding["at"] if case.finding else ""
    for key, value in content.items():
        arrow = "   <- here" if key == at else ""
        shown = one_line(json.dumps(value, ensure_ascii=False), 70)
        yield f"           {'+' if arrow else ' '} {json.dumps(key)}: {shown}{arrow}"


def _answered(exchange: Mapping[str, Any]) -> str:
    if exchange["status"] is None:
        return f"nothing: {exchange['fault']}, as the test asked"
    return f"{exchange['status']} {one_line(exchange['answer'] or '', WIDTH)}  ({exchange['provenance'] or 'no recording'})"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
