"""What the tests of providers share."""

import pytest

from grokgate.formats.fixtures import prompts
from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.replay import Replay
from grokgate.upstream.tape import Tape


@pytest.fixture(scope="module")
def xai(later_world):
    """The tape of the later world on loopback, and its server."""
    replay = Replay(Tape(later_world, prompts(), key="example-key"))
    server = LoopbackServer(replay)
    yield replay, server
    server.close()
