"""What a provider says aside while it is asked: Python's warnings, and lines of its loggers that have no other place to go."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class _Ear(logging.Handler):
    """Keeps the messages of records."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage())


@contextmanager
def hearing() -> Iterator[list[str]]:
    """What is warned or logged in this process meanwhile, at the level at which it is shown unasked; each time anew."""
    said: list[str] = []
    ear, root = _Ear(said), logging.getLogger()
    root.addHandler(ear)
    try:
        with warnings.catch_warnings(record=True) as warned:
            yield said
        said += [f"{one.category.__name__}: {one.message}" for one in warned]
    finally:
        root.removeHandler(ear)
