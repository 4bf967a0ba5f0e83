"""One red case, told so that its reader can act: what was asked, what left, what was expected, who must act, how to see it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from grokgate.judgement.cause import shown_call
from grokgate.reports.basis import selected
from grokgate.reports.words import name_of
from grokgate.values.evidence import Asked, Case
from grokgate.values.line import one_line

WIDTH, SAID = 100, 800
"""Characters of a line; and of what xAI said, or the caller got, which is the evidence: whole, within reason."""
DIGEST = "sha256:"
"""How a body begins that evidence keeps by its digest."""
UNTELLING = ("id", "object", "created", "system_fingerprint")
"""Keys of a chat completion that tell nothing of it."""
TELLING = ("model", "status", "incomplete_details", "error", "output", "usage")
"""Keys of a response that are no echo of the request."""
PORT = 8080
"""Where ``grokgate serve`` listens by default."""


def failure_text(asked: Asked, case: Case, header: Mapping[str, Any] | None = None) -> str:
    """The failure as plain text; ``header`` is that of the run, and says how to ask for the case again."""
    return "\n".join(_lines(asked, case, header or {}))


def shown_exchange(case: Case) -> Mapping[str, Any] | None:
    """The request that shows the failure: of those that left for that call, the first that has what is at fault."""
    left, at = _left(case), _at(case)
    shows = (exchange for exchange in left if at and _standing(_content(exchange["body"]), at)[0] == at)
    return next(shows, left[0] if left else None)


def difference(case: Case) -> str:
    """Expected against seen, one line each."""
    if not case.finding:
        return ""
    lines = [f"- {line}" for line in _shown(case.finding["expected"]).splitlines()]
    lines += [f"+ {line}" for line in _shown(case.finding["saw"]).splitlines()]
    return "\n".join(lines)


def curl(case: Case) -> str:
    """The request as a curl line against ``grokgate serve``, or whatever ``XAI_BASE_URL`` and ``XAI_API_KEY`` name.

    Empty where nothing left, or where the evidence holds a large body by its digest alone.
    """
    exchange = shown_exchange(case)
    if exchange is None or exchange["body"].startswith(DIGEST):
        return ""
    path = shlex.quote(exchange["url"].partition("/v1")[2])
    data = f" -H 'Content-Type: application/json' -d {shlex.quote(exchange['body'])}" if exchange["body"] else ""
    method = "" if exchange["method"] == "POST" and data else f" -X {exchange['method']}"
    address, key = f"${{XAI_BASE_URL:-http://127.0.0.1:{PORT}/v1}}", "${XAI_API_KEY:-any}"
    return f'curl -s{method} "{address}"{path} -H "Authorization: Bearer {key}"{data}'


def serve(case: Case, header: Mapping[str, Any]) -> str:
    """The command that starts a server which answers as xAI did in this case."""
    call = shown_call(case) or {}
    words = ["grokgate", "serve"]
    words += selected(header) or (["--world", header["world"]] if header.get("world") else [])
    words += ["--scenario", call["scenario"]] if call.get("scenario", "plain") != "plain" else []
    words += ["--fault", call["fault"]] if call.get("fault") else []
    words += [word for answer in call.get("script", ()) for word in ("--answer", answer)]
    return shlex.join(words)


def _lines(asked: Asked, case: Case, header: Mapping[str, Any]) -> Iterator[str]:
    yield f"{case.id}  {asked.title}  ({asked.severity}, {name_of(case.status)})"
    yield f"plan       {asked.plan}"
    yield f"because    {case.because}"
    if asked_for := _asked(case):
        yield f"asked      {asked_for}"
    if exchange := shown_exchange(case):
        many = len(_left(case))
        yield f"left       {exchange['method']} {exchange['url']}" + (f"  (one of {many} requests)" if many > 1 else "")
        yield from _body(exchange["body"], case)
        yield f"answered   {_answered(exchange)}"
    elif shown_call(case):
        yield "left       nothing"
    if call := shown_call(case):
        yield f"caller     {_got(call)}"
    if case.finding:
        yield f"expected   {one_line(_shown(case.finding['expected']), SAID)}"
        yield f"saw        {one_line(_shown(case.finding['saw']), SAID)}"
    yield f"who acts   {case.blame}"
    if line := curl(case):
        yield f"try it     {serve(case, header)} &   # xAI as it answered here, on loopback"
        yield f"           {line}"
    chosen = selected(header)
    if spec := header.get("provider", {}).get("spec"):
        verb = "live" if header.get("mode") == "live" else "check"
        again = ["grokgate", verb, "--provider", spec, *chosen, "--phase", header["phase"], "--only", asked.id]
        yield f"again      {shlex.join(again)}"
    yield f"more       {shlex.join(['grokgate', 'explain', *chosen, asked.id])}"


def _asked(case: Case) -> str:
    """What shows it, on one line: a call, or what else was asked."""
    call = shown_call(case)
    return str(call["said"]) if call else str((case.finding or {}).get("asked", ""))


def _left(case: Case) -> list[Mapping[str, Any]]:
    call = shown_call(case)
    return [exchange for exchange in call["wire"] if not exchange["stray"]] if call else []


def _at(case: Case) -> str:
    return case.finding["at"] if case.finding else ""


def _content(body: str) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _body(body: str, case: Case) -> Iterator[str]:
    """Of the body, the model and what shows the failure, with an arrow; the other keys by their names alone."""
    content = _content(body)
    if not content:
        yield f"             {one_line(_large(body), SAID)}"
        return
    place, here = _standing(content, _at(case))
    if "model" in content and place != "model":
        yield f'             "model": {one_line(json.dumps(content["model"], ensure_ascii=False), WIDTH)}'
    if place:
        yield f"           + {json.dumps(place)}: {one_line(json.dumps(here, ensure_ascii=False), SAID)}   <- here"
    if others := [key for key in content if key not in ("model", *_steps(place)[:1])]:
        yield f"             and {', '.join(others)}"


def _standing(content: Mapping[str, Any], place: str) -> tuple[str, Any]:
    """A place in a body such as ``text.format``, or as much of it as is there, with what stands there; nothing of another."""
    found: str = ""
    here: Any = content
    for step in _steps(place):
        key = int(step[1:-1]) if step.startswith("[") else step
        try:
            here = here[key]
        except (LookupError, TypeError):
            return found, here if found else None
        found = f"{found}{step}" if not found or step.startswith("[") else f"{found}.{step}"
    return found, here if found else None


def _steps(place: str) -> list[str]:
    return re.findall(r"\[\d+\]|[^.\[]+", place)


def _answered(exchange: Mapping[str, Any]) -> str:
    if exchange["status"] is None:
        return f"nothing: {exchange['fault']}, as the test asked"
    known = exchange["provenance"] or (f"changed by the fault {exchange['fault']}" if exchange["fault"] else "no recording")
    return f"{exchange['status']} {one_line(_telling(exchange['answer'] or ''), SAID)}  ({known})"


def _telling(answer: str) -> str:
    """An answer without what tells nothing of it: its number and date."""
    content = _content(answer)
    if "choices" in content:
        told = {key: value for key, value in content.items() if key not in UNTELLING}
    elif "output" in content:
        told = {key: content[key] for key in TELLING if content.get(key) is not None}
    else:
        return _large(answer)
    return json.dumps(told, ensure_ascii=False)


def _large(body: str) -> str:
    """A body that evidence keeps by its digest, with as much of that as tells it from others."""
    digest, _, about = body.removeprefix(DIGEST).partition(" ")
    return f"{DIGEST}{digest[:12]}… {about}" if body.startswith(DIGEST) else body


def _got(call: Mapping[str, Any]) -> str:
    """What the caller got, on one line."""
    if failure := call["failure"]:
        return one_line(f"{failure['kind']}: {failure['message']}", SAID)
    result = {key: value for key, value in call["result"].items() if value not in (None, [], (), "")}
    result["usage"] = {key: count for key, count in (result.get("usage") or {}).items() if count is not None}
    return one_line(", ".join(f"{key}={_shown(value)}" for key, value in result.items() if value), SAID)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
