"""What a client on this machine has not read yet of what was sent to it."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

TABLE = Path("/proc/net/tcp")
"""Linux' list of connections; each end of one over loopback has a line of its own."""


def unread(address: tuple[str, int], client: tuple[str, int]) -> int | None:
    """Bytes that lie at the client's end of a connection, from the server's ``address``; ``None`` where that cannot be told.

    What was sent and not taken yet is no longer in the server's own queue: over loopback the kernel hands it over at once.
    """
    try:
        lines = TABLE.read_text("ascii").splitlines()
    except OSError:  # no Linux
        return None
    ends = [_written(client), _written(address)]
    for line in lines[1:]:
        if (columns := line.split())[1:3] == ends:
            return int(columns[4].partition(":")[2], 16)
    return None


def _written(address: tuple[str, int]) -> str:
    """An address as the table writes it: the bytes of the host in the machine's order."""
    host = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{host:08X}:{address[1]:04X}"
