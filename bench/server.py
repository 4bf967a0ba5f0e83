"""How many requests a second the loopback server answers, from 10 to 10,000 exchanges, each an answer of 1 KB in JSON.

One client on one kept-alive connection asks the servers in turn; each server is a process of its own. Peers: the least that
Python can do (asyncio streams and constant bytes), and aimock, the fastest mock server for LLM APIs that was found, where
``--aimock`` names its command (npm install @copilotkit/aimock; node_modules/.bin/llmock). grokgate tells the exchanges apart by
their JSON schema, aimock by the user's message.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from library import ANSWER_BYTES, HEADERS, Library, answer_body
from measure import bar, say, taking_turns

SIZES = (10, 1_000, 10_000)
ASYNCIO = "peer: asyncio, constant bytes"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
FLAT, HALF = 1.2, 0.5
WARM = 3_000
"""Requests to each server before it is measured; aimock runs on a compiler that gets faster as it goes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aimock", metavar="PATH", help="aimock's command, such as node_modules/.bin/llmock")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--times", type=int, default=200, help="requests per round")
    parser.add_argument("--serve", metavar="WHAT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
    else:
        measure(options.aimock, options.rounds, options.times)


def measure(aimock: str | None, rounds: int, times: int) -> None:
    with ExitStack() as running:
        subjects: dict[str, Callable[[], None]] = {ASYNCIO: asking(running, running.enter_context(served("constant")), ours(10))}
        for size in SIZES:
            subjects[f"grokgate, {size:,} exchanges"] = asking(running, running.enter_context(served(str(size))), ours(size))
        for size in SIZES if aimock else ():
            subjects[f"peer: aimock, {size:,}"] = asking(running, running.enter_context(mocked(str(aimock), size)), Library(size))
        taking_turns(subjects, rounds=WARM // times, times=times)
        taken = taking_turns(subjects, rounds=rounds, times=times, clock=time.perf_counter)
    peer, answered = taken[ASYNCIO], [taken[f"grokgate, {size:,} exchanges"] for size in SIZES]
    rows = [(name, taking, f"{1 / taking.median:,.0f}/s", taking.beside(peer)) for name, taking in taken.items()]
    say("loopback: a request on one connection", rows, columns=("", "per request", "requests", "beside asyncio"))
    bar("10,000 exchanges beside 10", answered[-1].beside(answered[0]), FLAT)
    if not aimock:
        print("  left out: aimock (no --aimock PATH; npm install @copilotkit/aimock, then node_modules/.bin/llmock)")
    for size, mine in zip(SIZES, answered, strict=True):
        if aimock:
            bar(f"time per request beside aimock at {size:,} exchanges", mine.beside(taken[f"peer: aimock, {size:,}"]), HALF)


def ours(size: int) -> Library:
    """What grokgate is measured with."""
    return Library(size, "schema")


def asking(running: ExitStack, port: int, library: Library) -> Callable[[], None]:
    """Asks the server on ``port`` for one exchange after another, on one connection."""
    connection = running.enter_context(socket.create_connection(("127.0.0.1", port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    asked = range(0, library.size, max(library.size // 100, 1))
    requests = _forever([_posted(library.body(number)) for number in asked])

    def ask() -> None:
        connection.sendall(next(requests))
        answer = _answer(connection)
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]

    return ask


def _posted(body: bytes) -> bytes:
    headers = {"host": "127.0.0.1", **HEADERS, "content-length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /v1/chat/completions HTTP/1.1\r\n{lines}\r\n".encode() + body


def _forever(requests: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


def _answer(connection: socket.socket) -> bytes:
    """One answer with a content length, or in chunks."""
    answer = b""
    while True:
        piece = connection.recv(65536)
        assert piece, "the server closed the connection"
        answer += piece
        head, blank, body = answer.partition(b"\r\n\r\n")
        if not blank:
            continue
        _, length, rest = head.lower().partition(b"content-length:")
        if len(body) >= int(rest.split()[0]) if length else body.endswith(b"0\r\n\r\n"):
            return answer


# --- servers, each in a process of its own


@contextmanager
def served(what: str) -> Iterator[int]:
    """One of our servers; gives its port."""
    command = [sys.executable, __file__, "--serve", what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()  # this ends it


def serve(what: str) -> None:
    """Serve until standard input ends: constant bytes, or a library of that many exchanges."""
    if what == "constant":
        asyncio.run(_constant())
        return
    from grokgate.intercept.http_server import LoopbackServer
    from grokgate.intercept.replay import Replay

    replay = Replay(ours(int(what)).tape())
    with replay.call() as log:
        server = LoopbackServer(replay)
        print(server.port, flush=True)
        sys.stdin.read()
        assert not any(exchange.miss for exchange in log.exchanges), "the library has no answer to its own requests"
        server.close()


async def _constant() -> None:
    body = answer_body().encode()
    answer = HEAD % len(body) + body

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
                writer.write(answer)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


@contextmanager
def mocked(aimock: str, size: int) -> Iterator[int]:
    """aimock with a fixture per exchange; gives its port."""
    library, content = Library(size), "x" * (ANSWER_BYTES - 330)
    fixtures = [{"match": {"userMessage": prompt}, "response": {"content": content}} for prompt in library.prompts.values()]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fixtures.json"
        file.write_text(json.dumps({"fixtures": fixtures}))
        command = [aimock, "--port", str(port), "--fixtures", str(file), "--log-level", "silent"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603  what the caller named
            try:
                _await_server(port)
                yield port
            finally:
                process.terminate()


def _await_server(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}; does --aimock name the command of aimock?")


if __name__ == "__main__":
    main()
