"""What a row of conversion amounts to for a provider that does not say that it converts what the row is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from grokgate.judgement.expect.caller import tells_of
from grokgate.judgement.expect.understood import UNKNOWN
from grokgate.providers.description import Description
from grokgate.upstream.spelling.endpoints import read
from grokgate.upstream.spelling.form import LIMITS
from grokgate.values.call import Call
from grokgate.values.chat import LIMIT, camel_case, option
from grokgate.values.evidence import Case, Status
from grokgate.values.line import one_line
from grokgate.values.requirement import OFFERS, Requirement
from grokgate.values.wire import WireRequest


def settled(case: Case, row: Requirement, description: Description, calls: Sequence[Call]) -> Case:
    """The case as it was decided; not applicable, where its row is no promise of this provider, whatever was seen."""
    undecided = case.status is Status.HARNESS_ERROR or (case.status in (Status.FAILED, Status.NOT_APPLICABLE) and not calls)
    calls = [call for call in calls if UNKNOWN not in call.asked.parameters]  # that was asked to see what is known
    ended = case.finding is not None and case.finding.get("at") in ("egress", "the end")
    if undecided or ended or not (left := _left_to_the_caller(row, description, calls)):
        return case
    changes = ", ".join(dict.fromkeys(change for call in calls for change in _changes(call)))
    because = f"{left}; what its caller must do: {row.duty}{f'; all the same it {changes}' if changes else ''}"
    return replace(case, status=Status.NOT_APPLICABLE, because=because, blame=None, finding=None)


def _left_to_the_caller(row: Requirement, description: Description, calls: Sequence[Call]) -> str:
    """Why the row is no promise of this provider; empty where it is one."""
    if row.judges == "any" or row.claim in OFFERS:
        return ""
    if row.judges == "converting":
        return "" if description.kind == "converting" else "a raw SDK sends what it is told"
    given = {name for call in calls for name in (*call.asked.options, *call.lacking)} or {LIMIT}  # that none is invented
    if any(map(description.promises, given)):
        return ""
    if description.sends_as_told:
        return "a raw SDK sends what it is told"
    return f"the provider does not say that it converts {' and '.join(sorted(given))}"


def _changes(call: Call) -> Iterator[str]:
    """What a provider makes of a request that it should send as it is told."""
    given = [*call.asked.parameters.items(), *([] if call.asked.limit is None else [(LIMIT, call.asked.limit)])]
    if not call.left:
        said = f" ({call.failure.kind}: {one_line(call.failure.message, 60)})" if call.failure else ""
        yield f"sends nothing for {' and '.join(name for name, _ in given) or repr(call.asked.model)}{said}"
        return
    request, model = call.left[0], call.asked.model
    if request.field("model") not in (model, call.words.get(model)):
        yield f"sends {model!r} as {request.field('model')!r}"
    for name, value in given:
        yield from _changed(request, name, value, call)


def _changed(request: WireRequest, name: str, value: Any, call: Call) -> Iterator[str]:
    body, misplaced = read(request).everything, read(request).elsewhere(name)
    named = (name, *LIMITS) if option(name) == LIMIT else (name, camel_case(name), call.words.get(name, name), option(name))
    if sent := next((key for key in named if key in body), None):
        if body[sent] != value:
            yield f"sends {name} as {one_line(body[sent], 40)}"
        elif option(name) != LIMIT and sent != name:
            yield f"renames {name} to {sent}"
        return
    others = {key: said for key, said in body.items() if key not in call.asked.parameters and type(said) is type(value)}
    if renamed := next((key for key, said in others.items() if said == value), None):
        yield f"renames {name} to {renamed}"
    elif misplaced:
        yield f"sends {name} as {misplaced[0][0]}"
    else:
        yield f"removes {name} and says so" if tells_of(call, option(name)) else f"drops {name} without a word"
