"""What a prompt of 255,000 tokens costs in either vehicle, and how much of that is the harness.

The provider is the least that there is: it posts the body with httpx and reads the answer. Its own time is what the same call
costs where nobody looks at the request: `httpx.MockTransport` in process, and asyncio with constant bytes over loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
from collections.abc import Callable

import httpx
from library import HEADERS, KEY, URL, answer_body
from measure import say, taking_turns

from grokgate.formats.fixtures import long_prompt, prompts
from grokgate.formats.home import home
from grokgate.intercept import door
from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.replay import Replay
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    text = long_prompt(255_000).text
    body = json.dumps({"model": "grok-4", "messages": [{"role": "user", "content": text}]}).encode()
    replay = Replay(Tape(load_world(home() / "cassettes" / "grok-4-0709"), prompts(), key=KEY))
    server, mock = LoopbackServer(replay), httpx.MockTransport(lambda _: httpx.Response(200, text=answer_body()))
    constant = f"http://127.0.0.1:{_constant()}/v1/chat/completions"
    direct, plain = httpx.Client(), httpx.Client(transport=mock)

    def over_loopback() -> None:
        with replay.call() as log:
            assert direct.post(f"{server.base_url}/chat/completions", content=body, headers=HEADERS).status_code == 200
        assert log.exchanges[0].answer

    door.keep(replay, "https://api.x.ai/v1")  # put up once, as in a gate
    inside = httpx.Client()

    def in_process() -> None:
        with replay.call():
            assert inside.post(URL, content=body, headers=HEADERS).status_code == 200

    inside_alone = taking_turns({"in process": in_process}, rounds=rounds, times=3)
    door.release(replay)
    subjects: dict[str, Callable[[], object]] = {
        "peer: MockTransport": lambda: plain.post(URL, content=body, headers=HEADERS),
        "over loopback": over_loopback,
        "peer: asyncio, constant bytes": lambda: direct.post(constant, content=body, headers=HEADERS),
        "peer: json.loads of the body": lambda: json.loads(body),
    }
    taken = {**inside_alone, **taking_turns(subjects, rounds=rounds, times=3)}
    share = {"in process": "peer: MockTransport", "over loopback": "peer: asyncio, constant bytes"}
    rows = [
        (name, times, f"{(times.median - taken[share[name]].median) * 1000:.1f} ms" if name in share else "")
        for name, times in taken.items()
    ]
    say(f"255,000 tokens ({len(body):,} bytes)", rows, columns=("", "per call", "of it the harness"))
    server.close()


def _constant() -> int:
    """A server that reads a request and answers constant bytes; gives its port."""
    answer = answer_body().encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer)
    ready: list[int] = []
    begun = threading.Event()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(int(asked.lower().partition(b"content-length:")[2].split()[0]))
                writer.write(head + answer)
        except asyncio.IncompleteReadError:
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(respond, "127.0.0.1", 0, limit=2**24)
        ready.append(server.sockets[0].getsockname()[1])
        begun.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    begun.wait()
    return ready[0]


if __name__ == "__main__":
    main()
