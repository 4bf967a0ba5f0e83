"""How a statement that does not hold is told, and the small words that the sentences share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from traceback import walk_tb
from typing import Any

from grokgate.values.call import Call, Look
from grokgate.values.evidence import Blame

NOTHING = "nothing"


class Unkept(AssertionError):
    """A promise is not kept. ``because`` is one sentence; ``at`` is the place that shows it.

    ``call`` is the one that shows it, where the statement that raises it is not made of that call alone.
    """

    __module__ = "builtins"  # as pytest does with its own: reports then say "Unkept: …" without a path before it

    def __init__(
        self,
        because: str,
        *,
        expected: Any = None,
        saw: Any = None,
        at: str = "",
        blame: Blame = Blame.PROVIDER,
        call: Call | None = None,
    ) -> None:
        super().__init__(because)
        self.because, self.expected, self.saw, self.at, self.blame, self.call = because, expected, saw, at, blame, call


def called(error: BaseException) -> Call | None:
    """The call that an unkept statement is about: the one it names, else that of the innermost ``wire(call)`` or alike."""
    if isinstance(error, Unkept) and error.call:
        return error.call
    calls = [call for statement in _statements(error) if isinstance(call := getattr(statement, "_call", None), Call)]
    return calls[-1] if calls else None


def stated(error: BaseException) -> list[Any]:
    """The statements about a call that an error comes from, the innermost last."""
    return [statement for statement in _statements(error) if hasattr(statement, "_call")]


def looked(error: BaseException, looks: Sequence[Look]) -> Look | None:
    """The look that an unkept statement is about: the last of those whose outcome a statement holds."""
    held = [value for statement in _statements(error) for value in vars(statement).values() if value is not None]
    return next((look for look in reversed(looks) if any(value is look.got for value in held)), None)


def _statements(error: BaseException) -> Iterator[Any]:
    """What a row's test stated, the innermost last."""
    held = (frame.f_locals.get("self") for frame, _ in walk_tb(error.__traceback__))
    return (statement for statement in held if type(statement).__module__.startswith(__package__))


class NotApplicable(Exception):
    """The case does not concern this provider, and why."""


class NotRun(Exception):
    """The case cannot be decided, and why; ``blame`` says who could change that."""

    def __init__(self, because: str, *, blame: Blame = Blame.CONFIGURATION) -> None:
        super().__init__(because)
        self.because, self.blame = because, blame


class Unproven(NotRun):
    """What was seen is too little to decide."""


@contextmanager
def rests_on(row: str, so: str) -> Iterator[None]:
    """Where what another row promises is not kept, the case cannot be decided, and why: ``so`` ends the sentence."""
    try:
        yield
    except Unkept as unkept:
        raise NotRun(f"{row} fails: {unkept.because}, so {so}", blame=unkept.blame) from None


def quoted(name: str) -> str:
    """A name as it is; in quotes where blanks around it would not show."""
    return name if name and name.isprintable() and name == name.strip() else repr(name)
