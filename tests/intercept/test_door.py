"""In one process one tape stands behind the door: from its first call until it is released, or another takes its place."""

import httpx
import pytest

from grokgate.intercept import door
from grokgate.intercept.egress import EgressBlocked
from grokgate.intercept.replay import Replay

BASE = "https://api.x.ai/v1"
OUTSIDE = httpx.HTTPTransport.handle_request


def ask():
    return httpx.get(f"{BASE}/models", headers={"Authorization": "Bearer example-key"}).status_code


@pytest.fixture
def kept(replay):
    """A replay behind the door."""
    door.keep(replay, BASE)
    yield replay
    door.release(replay)


def test_it_answers_call_after_call_and_in_between(kept):
    assert ask() == 200
    with kept.call() as log:
        assert ask() == 200
    assert [exchange.stray for exchange in log.exchanges] == [True, False]


def test_nothing_else_leaves_in_between(kept):
    with pytest.raises(EgressBlocked):
        httpx.get("https://telemetry.example/")
    with kept.call() as log:
        pass
    assert [attempt.target for attempt in log.egress] == ["GET https://telemetry.example/"]


def test_keeping_it_twice_changes_nothing(kept):
    before = httpx.HTTPTransport.handle_request
    door.keep(kept, BASE)
    assert httpx.HTTPTransport.handle_request is before


def test_released_it_leaves_no_trace(replay):
    door.keep(replay, BASE)
    assert httpx.HTTPTransport.handle_request is not OUTSIDE
    door.release(replay)
    assert httpx.HTTPTransport.handle_request is OUTSIDE


def test_another_takes_its_place_and_releasing_the_first_changes_nothing(kept, tape):
    other = Replay(tape)
    door.keep(other, BASE)
    door.release(kept)
    with other.call() as log, kept.call() as unused:
        assert ask() == 200
    assert (len(log.exchanges), len(unused.exchanges)) == (1, 0)
    door.release(other)
    assert httpx.HTTPTransport.handle_request is OUTSIDE


def test_while_connections_break_respx_stands_there_and_afterwards_vcrpy_again(kept):
    with kept.call(fault="disconnect") as log, door.breaking(kept, BASE), pytest.raises(httpx.RemoteProtocolError):
        ask()
    with kept.call() as next_log:
        assert ask() == 200
    assert [exchange.fault for exchange in (*log.exchanges, *next_log.exchanges)] == ["disconnect", None]
