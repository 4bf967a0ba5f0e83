"""What other rows rest on: that a name reaches its model, and that a plain question is answered in each mode.

A statement that fails inside one of these is not held against the provider where a plain call by the same name and mode fails
already: the row that promises that is red, and what was asked here cannot be decided. Nothing more is asked where it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grokgate.judgement.expect.sent import sent
from grokgate.judgement.expect.unkept import NOTHING, Unkept, Unproven, rests_on
from grokgate.judgement.expect.wire import Wire
from grokgate.providers.subject import Subject
from grokgate.values.call import Call
from grokgate.values.chat import Mode
from grokgate.values.line import one_line
from grokgate.values.rollout import ModelFacts


@contextmanager
def leaving(provider: Subject, name: str, model: ModelFacts, mode: Mode | None = None) -> Iterator[None]:
    """A statement about what leaves: it rests on the name, and on a mode in which anything leaves; ``None`` is the plain one."""
    by = _mode(provider, mode)
    with _resting(provider, name, model, by, f"what leaves by {by} cannot be seen", lambda call: Wire(call).requests):
        yield


@contextmanager
def answering(provider: Subject, name: str, model: ModelFacts, mode: Mode | None = None) -> Iterator[None]:
    """A statement about what the caller gets: it rests on the name, and on a mode in which he gets xAI's text."""
    by = _mode(provider, mode)
    with _resting(provider, name, model, by, f"what else comes by {by} cannot be judged", gets_xais_text):
        yield


@contextmanager
def _resting(
    provider: Subject, name: str, model: ModelFacts, mode: Mode, so: str, holds: Callable[[Call], object]
) -> Iterator[None]:
    """Where a statement fails, the name is looked at first, and then whether a plain call by the mode ``holds``."""
    try:
        yield
    except (Unkept, Unproven):
        _reaches(provider, name, model)
        with rests_on(_row_of(mode), so):
            holds(provider.anew.chat(name, mode=mode))
        raise


def gets_xais_text(call: Call) -> None:
    """The caller has the text that xAI answered with, streamed or not."""
    failure, came = call.failure, sent(call)
    text = call.result.text if call.result else None
    if failure or came is None or not text or text != came.part("text"):
        got = f"{failure.kind}: {one_line(failure.message)}" if failure else f"{one_line(text or '', 70) or NOTHING} as text"
        due = "nothing left for it" if came is None else f"xAI answered {one_line(came.part('text'), 70) or NOTHING}"
        because = f"the caller of a plain question by {call.mode} got {got}; {due}"
        raise Unkept(because, expected=came and came.part("text"), saw=got, at="text")


def _reaches(provider: Subject, name: str, model: ModelFacts) -> None:
    with rests_on(_row_of_name(provider, name, model), f"what else is asked of {model.id} as {name} cannot be judged"):
        Wire(provider.anew.chat(name, mode=provider.plain_mode)).reaches(model)


def _mode(provider: Subject, mode: Mode | None) -> Mode:
    """The mode by which the case is asked."""
    return mode or provider.by or provider.plain_mode


def _row_of(mode: Mode) -> str:
    """The row that says that a plain question is answered in this mode."""
    return "POST-6.1" if "stream" in mode else "POST-1.2"


def _row_of_name(provider: Subject, name: str, model: ModelFacts) -> str:
    """The row that says which model a name reaches."""
    if name == provider.rollout.flag.moves:
        return "P2.1" if model is provider.rollout.target else "P1.2"
    if name in model.aliases:
        return "P1.5"
    return "P1.4" if model is provider.rollout.target else "P1.1"
