"""A server's log as blocks of whole lines: of any size, in bounded memory, packed with gzip or not."""

from __future__ import annotations

import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import cast

BLOCK = 4 << 20
"""Bytes that are read at once."""
LONGEST = 8 << 20
"""Bytes of a line that are looked at; what comes behind them is counted and skipped."""
STDIN = "-"
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_BEGUN = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,3}\Z")
"""A character of UTF-8 at the end that may not be whole."""


class Unreadable(Exception):
    """The file cannot be read to its end, and why: one sentence."""


class LogFile:
    """A log, by its path or ``-`` for standard input. ``size`` is in bytes as it lies on disk, ``None`` where nobody can tell.

    ``cut_lines`` are lines longer than ``LONGEST``, and ``cut_bytes`` what was not looked at in them.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.cut_lines = self.cut_bytes = 0
        self._cut = False
        self._stack = ExitStack()

    def __enter__(self) -> LogFile:
        """Open it. Raises ``Unreadable``."""
        try:
            self._raw = _standard_input() if self.name == STDIN else self._stack.enter_context(Path(self.name).open("rb"))
            packed = self._raw.peek(2)[:2] == _GZIP
        except OSError as error:
            self._stack.close()
            raise Unreadable(f"{self.name} cannot be read: {error.strerror or error}") from None
        self._stream = self._stack.enter_context(gzip.GzipFile(fileobj=self._raw)) if packed else self._raw
        self.size = Path(self.name).stat().st_size or None if self.name != STDIN else None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    @property
    def position(self) -> int:
        """Bytes of ``size`` that were read."""
        return self._raw.tell()

    def __iter__(self) -> Iterator[bytes]:
        """Blocks of whole lines, a line feed before each line and none behind the last. Raises ``Unreadable``."""
        rest, piece = b"", self._read().removeprefix(_BOM)
        while piece:
            end = piece.find(b"\n")
            line = self._kept(rest, piece if end < 0 else piece[:end])
            if end >= 0:
                self._cut = False
                last = piece.rfind(b"\n")
                yield b"".join((b"\n", line, memoryview(piece)[end:last]))
                line = piece[last + 1 :]
            rest, piece = line, self._read()
        if rest:
            yield b"\n" + rest

    def _read(self) -> bytes:
        try:
            return self._stream.read(BLOCK)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"{self.name} cannot be read to its end: {error}") from None

    def _kept(self, line: bytes, more: bytes) -> bytes:
        """A line with what comes next, as far as it is looked at."""
        skipped = len(line) + len(more) - LONGEST
        if self._cut:
            self.cut_bytes += len(more)
            return line
        if skipped <= 0:
            return line + more if line else more
        kept = _BEGUN.sub(b"", (line + more)[:LONGEST])
        self._cut = True
        self.cut_lines += 1
        self.cut_bytes += len(line) + len(more) - len(kept)
        return kept


def _standard_input() -> io.BufferedReader:
    return cast("io.BufferedReader", sys.stdin.buffer)
