"""What an answer of the tape costs, and that it stays the same however many exchanges the library has.

Peer of the flatness: the same tape with 10 exchanges. Committed prompts are searched for one after another, since providers
put text around them; they are few by design, and what one more of them costs is shown.

Peer of a prompt of 1 MB: one pass over it, by ``json.loads`` (no harness that looks inside can do without), by a digest, and
by a search for a text that is not there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Callable, Iterator

from library import HEADERS, KEY, URL, Library
from measure import bar, say, taking_turns

from grokgate.intercept.replay import Replay
from grokgate.values.wire import Answer, WireRequest

SIZES = (10, 1_000, 10_000)
PROMPTS = (6, 60, 600)
ASKED = 200
"""Requests that are asked for in turn, spread over the whole library."""
FLAT = 1.2
MEGABYTE = 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    print("tape: time per answer")
    flatness(rounds)
    prompts(rounds)
    megabyte(rounds)


def flatness(rounds: int) -> None:
    """Ten exchanges against many; each has a JSON schema of its own."""
    taken = taking_turns({size: asking(Library(size, "schema")) for size in SIZES}, rounds=rounds, times=ASKED)
    rows = [(f"{size:,} exchanges", times, times.beside(taken[SIZES[0]])) for size, times in taken.items()]
    say("exchanges", rows, columns=("", "per answer", f"beside {SIZES[0]}"))
    bar("10,000 exchanges beside 10", taken[SIZES[-1]].beside(taken[SIZES[0]]), FLAT)


def prompts(rounds: int) -> None:
    """Six committed prompts, as there are now, against more."""
    taken = taking_turns({count: asking(Library(count, "prompt")) for count in PROMPTS}, rounds=rounds, times=ASKED)
    few = taken[PROMPTS[0]]
    rows = [
        (
            f"{count:,} prompts",
            times,
            times.beside(few),
            f"{(times.median - few.median) / max(count - PROMPTS[0], 1) * 1e9:.0f} ns",
        )
        for count, times in taken.items()
    ]
    say("committed prompts", rows, columns=("", "per answer", f"beside {PROMPTS[0]}", "each one more"))


def asking(library: Library) -> Callable[[], None]:
    """Asks for one exchange after another. Every request is new to the tape, so nothing is parsed beforehand."""
    tape = library.tape()
    numbers = random.Random(1).choices(range(library.size), k=ASKED)
    bodies = [library.request(number) for number in numbers]
    queue: Iterator[WireRequest] = iter(())

    def ask() -> None:
        nonlocal queue
        request = next(queue, None)
        if request is None:
            queue = iter([WireRequest(asked.method, asked.url, asked.headers, asked.body) for asked in bodies])
            request = next(queue)
        assert isinstance(tape.answer(request), Answer), "the library has no answer to its own request"

    return ask


def megabyte(rounds: int) -> None:
    """What the harness does with a prompt of 1 MB, from the request's bytes to the answer, log and masks included."""
    library = Library(6)
    text = "The quick brown fox jumps over the lazy dog. " * (MEGABYTE // 45)
    body = library.body(3, around=text)
    replay = Replay(library.tape())

    def harness() -> None:
        with replay.call():
            replay.answer(WireRequest("POST", URL, HEADERS, body))

    subjects: dict[str, Callable[[], object]] = {
        "harness, bytes to answer": harness,
        "peer: one search": lambda: KEY.encode() in body,
        "peer: one SHA-256": lambda: hashlib.sha256(body).digest(),
        "peer: json.loads": lambda: json.loads(body),
    }
    taken = taking_turns(subjects, rounds=rounds, times=5)
    ours = taken["harness, bytes to answer"]
    rows = [(name, times, ours.beside(times)) for name, times in taken.items()]
    say(f"a prompt of 1 MB ({len(body):,} bytes)", rows, columns=("", "per request", "harness beside it"))
    bar("beyond reading the JSON, in passes of that kind", ours.beside(taken["peer: json.loads"]) - 1, 1.0)


if __name__ == "__main__":
    main()
