"""What goes wrong between a provider and xAI: each fault that a test may ask for, described once and played by every vehicle.

A fault either breaks the connection, or lets the tape answer another scenario, or changes the answer on its way. Over
loopback all of it is real, and a stream is cut once its client has read what came. In process the same happens to httpx and
httpx2, but that nobody waits for what never comes: a timeout is raised at once. Other clients, behind vcrpy, meet broken
connections as their own errors, and changed answers as they are; what vcrpy cannot do for them is told in
``grokgate.intercept.vcr``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, TypeVar

from grokgate.values.wire import Answer, WireRequest

Connection = Literal["refused", "reset", "silent"]
Whole = TypeVar("Whole", bytes, tuple[bytes, ...])

PAUSE = 0.2
"""Seconds between two pieces of a slow body."""
PIECES = 4
"""Pieces of a slow body."""
LEISURE = 4.0
"""Seconds between what came and the break, where a client has all the time that it may need for it."""
LATE = 5
"""Chunks that a stream still has to send when it fails late: some of its text, the finish reason, the usage, and the end."""
COMMENTS, KEEPALIVE = 7, b": keepalive\n\n"
"""Comments that open a stream, and what each says: xAI sent so many in August 2026."""
_DATA = re.compile(rb"^data: \{", re.MULTILINE)
"""Where an event has JSON; on responses a line with its name stands before it."""
PAGE = b"""<!doctype html>
<html><head><title>Sign in to continue</title></head>
<body><h1>Sign in to continue</h1><p>This network asks you to sign in before you go on.</p></body></html>
"""


class UnknownFault(LookupError):
    """The name of a fault that is not there, and those that are."""


class NotPlayed(Exception):
    """xAI itself cannot be asked to play a scenario or a fault; a tape can."""


class Broken(Exception):
    """Instead of an answer: the connection is ``refused``, ``reset``, or ``silent``."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(f"grokgate broke the connection ({connection}), as the test asked")
        self.connection = connection


def _unchanged(answer: Answer) -> Answer:
    return answer


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault; ``does`` tells people what happens.

    ``connection`` is what happens instead of an answer: ``refused`` before the request leaves, so that none is logged;
    ``reset`` and ``silent`` (no answer comes) once it was read. ``scenario`` is what the tape answers in place of the call's.
    ``headers`` are added to the answer, and ``change`` gives the answer as it arrives. ``requests`` is how many requests of
    a call are struck; ``None`` is all.
    """

    name: str
    does: str
    connection: Connection | None = None
    scenario: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    requests: int | None = None
    change: Callable[[Answer], Answer] = _unchanged

    def strikes(self, request: WireRequest, struck: int) -> bool:
        """Whether it strikes a request after ``struck`` others. A look-up (GET /models) meets broken connections alone."""
        return (self.connection is not None or request.method == "POST") and (self.requests is None or struck < self.requests)

    def upon(self, answer: Answer) -> Answer:
        """The answer as it arrives."""
        changed = self.change(answer)
        if not self.headers:
            return changed
        return replace(changed, headers={**changed.headers, **self.headers}, provenance="", recorded_at="")


def _altered(answer: Answer, body: bytes, chunks: tuple[tuple[float, bytes], ...] = ()) -> Answer:
    """The answer with other bytes, which nobody recorded or derived."""
    return replace(answer, body=body, chunks=chunks, ending="whole", provenance="", recorded_at="")


def _page(answer: Answer) -> Answer:
    page = _altered(answer, PAGE)
    return replace(page, status=200, headers={"content-type": "text/html; charset=utf-8"}, rule="", exchange="", sources=())


def _truncated(answer: Answer) -> Answer:
    return _altered(answer, answer.body[: len(answer.body) // 2])


def _slow(answer: Answer) -> Answer:
    """Events of a stream, or bytes, in pieces; the first at once, each other one after a pause that no pace shortens."""
    events = tuple(chunk for _, chunk in answer.chunks)
    pieces = [b"".join(some) for some in _parted(events, PIECES)] if events else _parted(answer.body, PIECES)
    chunks = tuple((number * PAUSE, piece) for number, piece in enumerate(piece for piece in pieces if piece))
    return replace(answer, chunks=chunks, pace=1.0)


def _first(answer: Answer, ending: Literal["cut", "stalled"], *, late: bool = False) -> Answer:
    """The first half of the chunks, or ``late`` all but the last few, and then no end; half of an answer in one piece."""
    chunks = answer.chunks or tuple((0.0, piece) for piece in _parted(answer.body, 2))
    came = chunks[: _place(len(chunks), late)]
    return replace(answer, chunks=came, body=b"".join(chunk for _, chunk in came), ending=ending)


def _cut_at_leisure(answer: Answer) -> Answer:
    """Cut late, but some time after the last chunk, which no pace shortens; what is due then is empty, and so no chunk."""
    broken = _first(answer, "cut", late=True)
    return replace(broken, chunks=(*((0.0, chunk) for _, chunk in broken.chunks), (LEISURE, b"")), pace=1.0)


def _short(answer: Answer) -> Answer:
    """A stream without its last few chunks, or half of an answer in one piece, with an end as if that were all."""
    came = answer.chunks[: _place(len(answer.chunks), late=True)]
    return _altered(answer, b"".join(chunk for _, chunk in came), came) if came else _truncated(answer)


def _commented(answer: Answer) -> Answer:
    """A stream that opens with comments: to whoever reads it they say nothing but that the line is open."""
    if not answer.chunks:
        return answer
    comments = ((0.0, KEEPALIVE),) * COMMENTS
    return _altered(answer, KEEPALIVE * COMMENTS + answer.body, (*comments, *answer.chunks))


def _place(number: int, late: bool) -> int:
    """Where among so many chunks a stream fails; never before the middle."""
    return max(number - LATE, number // 2) if late else number // 2


def _malformed(answer: Answer, *, late: bool = False) -> Answer:
    """The middle event of a stream, or ``late`` one of the last, or the whole answer, without the brace that ends its JSON."""
    events = [number for number, (_, chunk) in enumerate(answer.chunks) if _DATA.search(chunk)]
    if not events:
        return _altered(answer, _unended(answer.body))
    struck = events[_place(len(events), late)]
    chunks = tuple((at, _unended(chunk) if number == struck else chunk) for number, (at, chunk) in enumerate(answer.chunks))
    return _altered(answer, b"".join(chunk for _, chunk in chunks), chunks)


def _unended(text: bytes) -> bytes:
    """JSON without its last brace, with the blank that followed it; other text without its last byte."""
    head, brace, blank = text.rpartition(b"}")
    return head + blank if brace else text[:-1]


def _parted(whole: Whole, number: int) -> list[Whole]:
    """Into that many parts, nearly alike; some are empty where there is less."""
    bounds = [len(whole) * part // number for part in range(number + 1)]
    return [whole[start:end] for start, end in pairwise(bounds)]


_ALL = (
    Fault(
        name="refused",
        does="Nobody listens: the connection is refused, and no request leaves.",
        connection="refused",
    ),
    Fault(
        name="reset",
        does="The connection is reset once the request was read.",
        connection="reset",
    ),
    Fault(
        name="timeout",
        does="No answer comes, and the connection stays open.",
        connection="silent",
    ),
    Fault(
        name="slow-body",
        does=f"The head comes at once, the body in {PIECES} pieces with {PAUSE:g} s between them.",
        change=_slow,
    ),
    Fault(
        name="html-page",
        does="A proxy answers in xAI's place: a page of HTML with status 200.",
        change=_page,
    ),
    Fault(
        name="truncated-json",
        does="Half of the body comes, with a length that says that this is all.",
        change=_truncated,
    ),
    Fault(
        name="rate-limit",
        does="Status 429, without a Retry-After.",
        scenario="rate-limit",
    ),
    Fault(
        name="rate-limit-retry-after",
        does="Status 429 with Retry-After: 1, a second.",
        scenario="rate-limit",
        headers={"retry-after": "1"},
    ),
    Fault(
        name="unavailable-once",
        does="Status 503 for the first request, the answer for the next.",
        scenario="capacity",
        requests=1,
    ),
    Fault(
        name="stream-cut",
        does="The connection breaks after half of the chunks.",
        change=lambda answer: _first(answer, "cut"),
    ),
    Fault(
        name="stream-cut-late",
        does=f"The connection breaks {LATE} chunks before the end of a stream, amid its text.",
        change=lambda answer: _first(answer, "cut", late=True),
    ),
    Fault(
        name="stream-short",
        does=f"A stream ends {LATE} chunks early, as if it were whole.",
        change=_short,
    ),
    Fault(
        name="stream-stalled",
        does="After half of the chunks nothing more comes, and the connection stays open.",
        change=lambda answer: _first(answer, "stalled"),
    ),
    Fault(
        name="stream-comments",
        does=f"A stream opens with {COMMENTS} comments (: keepalive), as xAI's may; else it is whole.",
        change=_commented,
    ),
    Fault(
        name="stream-malformed",
        does="The JSON of one event in the middle lacks its last brace.",
        change=_malformed,
    ),
    Fault(
        name="stream-malformed-late",
        does=f"The JSON of an event lacks its last brace, {LATE} events before the end of a stream.",
        change=lambda answer: _malformed(answer, late=True),
    ),
)
FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _ALL}
"""Each fault by its name."""
CUT_AT_LEISURE = replace(FAULTS["stream-cut-late"], change=_cut_at_leisure)
"""The late cut for clients that are busy with what came for longer, and lose it where the connection breaks meanwhile."""


def find_fault(fault: Fault | str | None) -> Fault | None:
    """The fault of that name; one that is given as itself stays itself. Raises ``UnknownFault``."""
    if fault is None or isinstance(fault, Fault):
        return fault
    if fault not in FAULTS:
        raise UnknownFault(f"there is no fault {fault!r}; there are {', '.join(FAULTS)}")
    return FAULTS[fault]
