"""What stands between the tests' clients and the tape."""

from contextlib import contextmanager, nullcontext

import pytest

from grokgate.intercept import door
from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.replay import Replay
from grokgate.providers.launcher import XAI
from grokgate.values.wire import Answer


class Told:
    """A tape that gives one answer to every request."""

    key, prompts = "example-key", {}

    def __init__(self, answer):
        self._answer = answer

    def answer(self, request, scenario, says):  # noqa: ARG002  the tape's signature
        return self._answer


class Noted(bytes):
    """Bytes that note in ``sent`` when they, or a part of them, go out: whoever sends them asks for their length first."""

    def __new__(cls, content, sent):
        noted = super().__new__(cls, content)
        noted.sent = sent
        return noted

    def __len__(self):
        self.sent.append(bytes(self))
        return super().__len__()

    def __bool__(self):
        return True

    def __getitem__(self, part):
        return Noted(super().__getitem__(part), self.sent)


def streamed(*times, **more):
    """A stream with an event at each of these seconds, which says its number."""
    delta = 'data: {{"choices":[{{"index":0,"delta":{{"content":"{}"}}}}]}}\n\n'
    chunks = tuple((at, delta.format(number).encode()) for number, at in enumerate(times))
    headers = {"content-type": "text/event-stream"}
    return Answer(status=200, headers=headers, body=b"".join(chunk for _, chunk in chunks), chunks=chunks, **more)


@contextmanager
def through_the_door(replay, fault=None, pace=0.0, script=()):
    """The door of this process, as a launcher keeps it for a call; gives the address and the log."""
    if not fault:
        door.keep(replay, XAI, pace=pace)
    try:
        with replay.call(fault=fault, script=script) as log, door.breaking(replay, XAI, pace=pace) if fault else nullcontext():
            yield XAI, log
    finally:
        door.release(replay)


@contextmanager
def through_the_server(replay, fault=None, pace=0.0, script=()):
    """The loopback server, as a launcher keeps it for a call; gives the address and the log."""
    server = LoopbackServer(replay, pace=pace)
    try:
        with replay.call(fault=fault, script=script) as log, server.refusing() if fault == "refused" else nullcontext():
            yield server.base_url, log
    finally:
        server.close()


@pytest.fixture
def replay(tape):
    return Replay(tape)


@pytest.fixture
def playing():
    """Makes a replay of a tape."""
    return Replay


@pytest.fixture
def telling():
    """Makes a replay that gives one answer to every request."""
    return lambda answer: Replay(Told(answer))


@pytest.fixture
def stream():
    """Makes a stream with an event at each of these seconds."""
    return streamed


@pytest.fixture
def noted():
    """Makes bytes that note in a list when they go out."""
    return Noted


@pytest.fixture
def in_process():
    """Opens a call in process."""
    return through_the_door


@pytest.fixture
def over_loopback():
    """Opens a call over loopback."""
    return through_the_server


@pytest.fixture(params=[through_the_door, through_the_server], ids=["in-process", "loopback"])
def vehicle(request):
    """Opens a call in one vehicle, then in the other."""
    return request.param
