"""One request, asked of two builds alike."""

from __future__ import annotations

from grokgate.formats.request_shapes import RequestShape
from grokgate.judgement.expect.listing import declares
from grokgate.judgement.expect.unkept import NotApplicable
from grokgate.providers.subject import Subject
from grokgate.values.call import Call
from grokgate.values.face import NotOffered


def pair(before: Subject, now: Subject, name: str, shape: RequestShape) -> tuple[Call, Call]:
    """The call of the build before the rollout, and then that of the other. Raises ``NotApplicable`` for what was not there."""
    if shape.mode not in before.modes:
        raise NotApplicable(f"the provider had no face for {shape.mode} before the rollout")
    if shape.needs and not declares(before, shape.needs, name):
        raise NotApplicable(f"neither listing nor description declared {shape.needs} for {name} before the rollout")
    try:
        then = before.ask(shape.of(name), mode=shape.mode)
    except NotOffered as missing:
        raise NotApplicable(f"before the rollout {missing}") from None
    return then, now.ask(shape.of(name), mode=shape.mode)
