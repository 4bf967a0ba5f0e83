"""The pipe to a host: one line out, one line back, before a deadline."""

from __future__ import annotations

import contextlib
import os
import selectors
import time
from typing import IO

LONGEST = 256 * 1024 * 1024
"""Bytes of the longest line that is taken from a host."""


class Gone(Exception):
    """The host's side of the pipe is closed; ``said`` is the beginning of a line that has no end."""

    def __init__(self, said: bytes = b"") -> None:
        super().__init__()
        self.said = said


class Late(Gone):
    """The host said no whole line in time."""


class Unasked(Gone):
    """The host said more than was asked for."""


class TooLong(Gone):
    """The host said a line of more than ``LONGEST`` bytes."""


class Channel:
    """Lines over the host's standard input and output, neither of which ever blocks this process."""

    def __init__(self, to_host: IO[bytes], from_host: IO[bytes]) -> None:
        self._out, self._in = to_host.fileno(), from_host.fileno()
        self._files = (to_host, from_host)
        self._unread = bytearray()
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)

    def ask(self, line: bytes, seconds: float, *, last: bool = False) -> bytes:
        """Send a line and wait for one; after the ``last`` there may come more. Raises ``Gone``, ``Late``, and so on.

        Both directions are watched at once: a host that writes before it has read must not wait for us, nor we for it.
        """
        self._refuse_unasked()
        unsent, deadline = memoryview(line), time.monotonic() + seconds
        while True:
            if unsent:
                unsent = self._send(unsent)
            if not unsent and (reply := self._whole_line()) is not None:
                if self._unread and not last:
                    raise Unasked(bytes(self._unread))
                return reply
            self._wait(deadline, sending=bool(unsent))

    def rest(self, seconds: float) -> list[bytes]:
        """The lines that the host still says until it hangs up, or until the time is over."""
        self._files[0].close()
        lines, deadline = [], time.monotonic() + seconds
        try:
            while True:
                while (line := self._whole_line()) is not None:
                    lines.append(line)
                self._wait(deadline, sending=False)
        except Gone:
            return lines

    def close(self) -> None:
        for file in self._files:
            file.close()

    def _refuse_unasked(self) -> None:
        with contextlib.suppress(Late):
            self._wait(0.0, sending=False)
        if self._unread:
            raise Unasked(bytes(self._unread))

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._out, unsent) :]
        except BlockingIOError:
            return unsent
        except BrokenPipeError:
            raise Gone(bytes(self._unread)) from None

    def _whole_line(self) -> bytes | None:
        end = self._unread.find(b"\n")
        if end < 0:
            return None
        line = bytes(self._unread[:end])
        del self._unread[: end + 1]
        return line

    def _wait(self, deadline: float, *, sending: bool) -> None:
        """Until the host has read or said something; what it said is kept."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._in, selectors.EVENT_READ)
            if sending:
                selector.register(self._out, selectors.EVENT_WRITE)
            ready = [key.fd for key, _ in selector.select(max(0.0, deadline - time.monotonic()))]
        if not ready:
            raise Late(bytes(self._unread))
        if self._in in ready:
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise Gone(bytes(self._unread))
            self._unread += piece
            if len(self._unread) > LONGEST:
                raise TooLong(bytes(self._unread[:LONGEST]))
