"""Whether what did not leave was understood: nothing is left of a key that a library does not know, and that converts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.judgement.expect.caller import tells_of
from grokgate.judgement.expect.unkept import Unproven
from grokgate.providers.subject import Subject
from grokgate.upstream.spelling.endpoints import read
from grokgate.values.call import Call
from grokgate.values.chat import LIMIT, camel_case, option
from grokgate.values.rollout import ModelFacts
from grokgate.values.world import EFFORT

UNKNOWN = "no_such_parameter"
"""What no library has a use for."""


def understood(provider: Subject, *calls: Call) -> None:
    """Each parameter that did not leave leaves for a model that takes it, or the provider tells that it was removed.

    Else what nobody knows is asked for: where that is not dropped, this was dropped for what it is. Raises ``Unproven``.
    The real xAI is not asked for it: replay decides that.
    """
    if provider.launcher.live:
        return
    given = {name: value for call in calls for name, value in call.asked.parameters.items() if option(name) != LIMIT}
    unseen = {name: value for name, value in given.items() if not any(_is_seen(call, name) for call in calls)}
    dropped = [name for name, value in unseen.items() if not _leaves_for_any(provider, name, value)]
    if dropped and not _tells_from_unknown(provider):
        because = f"{dropped[0]} left for no model, and no remark, error or line of the log tells of it"
        raise Unproven(f"{because}; {_mend(dropped[0])}")


def _leaves_for_any(provider: Subject, name: str, value: Any) -> bool:
    return any(_leaves(provider.chat(model.id, **{name: asked}), name) for model, asked in _takers(provider, name, value))


def _tells_from_unknown(provider: Subject) -> bool:
    """Whether its face names its parameters, or one of no meaning leaves or is an error: what is dropped was known then."""
    if provider.face.takes is not None:
        return True
    unknown: dict[str, Any] = {UNKNOWN: True}
    call = provider.chat(provider.rollout.model, **unknown)
    return any(UNKNOWN in read(request).everything for request in call.left) or (call.failure is not None and not call.left)


def _is_seen(call: Call, name: str) -> bool:
    return name in call.asked.parameters and (_leaves(call, name) or tells_of(call, option(name)))


def _leaves(call: Call, name: str) -> bool:
    names = {name, option(name), camel_case(option(name))}
    return any(read(request).everything.get(name) is not None for request in call.left for name in names)


def _takers(provider: Subject, name: str, value: Any) -> Iterator[tuple[ModelFacts, Any]]:
    """The models that take the parameter, each with a value that shows: an empty one may be left out rightly."""
    plain = option(name)
    values = provider.rollout.parameters.get(plain, (value,))
    for model in (provider.rollout.old, *provider.others, provider.rollout.target):
        if plain == EFFORT:
            values = tuple(effort for effort in model.efforts if effort != "none")
        if model.takes(plain) and values:
            yield model, values[0]


def _mend(name: str) -> str:
    """What to do about a parameter of which nobody can tell whether it was understood."""
    plain = option(name)
    if name == plain:
        return f'where the library has another word for it, say so in the description: [names.parameters] {plain} = "…"'
    return f'where the library spells it in one way, say so in the description: [names.parameters] {plain} = "{plain}"'
