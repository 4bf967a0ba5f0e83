"""What a replayed call costs in process, through httpx, from the request's content to the answer's parsed JSON.

Peer: ``httpx.MockTransport`` with a constant answer, the least that httpx itself can be had for. Beside it stands vcrpy put up
anew for each call, as a fixture or a context manager does; grokgate keeps it up between calls.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable

import httpx
from library import HEADERS, KEY, URL, Library, answer_body
from measure import bar, say, taking_turns

from grokgate.intercept import vcr
from grokgate.intercept.replay import Replay
from grokgate.providers.description import find_provider
from grokgate.providers.launcher import XAI, Launcher

SIZES = (10, 10_000)
TWICE = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--times", type=int, default=50, help="calls per round")
    options = parser.parse_args()
    subjects = {"peer: httpx.MockTransport": mocked()}
    for size in SIZES:
        subjects[f"grokgate, {size:,} exchanges"] = replayed(Library(size, "schema"))
    subjects["vcrpy put up for each call"] = put_up_each_time(Library(SIZES[0], "schema"))
    taken = taking_turns(subjects, rounds=options.rounds, times=options.times)
    peer = taken["peer: httpx.MockTransport"]
    rows = [(name, times, times.beside(peer)) for name, times in taken.items()]
    say("in process: a call through httpx", rows, columns=("", "per call", "beside MockTransport"))
    for size in SIZES:
        bar(f"beside MockTransport at {size:,} exchanges", taken[f"grokgate, {size:,} exchanges"].beside(peer), TWICE)


class Mock(httpx.MockTransport):
    """The peer, kept out of vcrpy's reach, which replaces this method of ``httpx.MockTransport`` itself."""

    handle_request = httpx.MockTransport.handle_request


def mocked() -> Callable[[], None]:
    """A client on a transport that answers everything alike."""
    body = answer_body().encode()
    headers = {"content-type": "application/json"}
    transport = Mock(lambda _: httpx.Response(200, headers=headers, content=body))
    client, library = httpx.Client(transport=transport), Library(SIZES[0], "schema")
    return lambda: ask(client, library)


def replayed(library: Library) -> Callable[[], None]:
    """A client whose calls a launcher answers, as those of a provider under test."""
    tape = library.tape()
    launcher = Launcher(find_provider("reference"), tape.world, library.prompts, key=KEY, say=print)
    client = httpx.Client()

    def call() -> None:
        with launcher.call() as wire:
            ask(client, library)
        assert wire.exchanges[-1].answer, "the call was not answered from the tape"

    return call


def put_up_each_time(library: Library) -> Callable[[], None]:
    """The same tape, with vcrpy's patches put up and taken down around each call."""
    replay, client = Replay(library.tape()), httpx.Client()

    def call() -> None:
        with replay.call(), vcr.intercepted(replay, XAI):
            ask(client, library)

    return call


def ask(client: httpx.Client, library: Library) -> None:
    answer = client.post(URL, content=library.body(random.randrange(library.size)), headers=HEADERS)
    assert answer.json()["object"] == "chat.completion"


if __name__ == "__main__":
    main()
