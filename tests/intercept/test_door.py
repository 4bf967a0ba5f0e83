"""vcrpy stays in the door between calls: what is sent meanwhile is stray, and whoever closes last leaves httpx as it was."""

import httpx
import pytest

from grokgate.intercept import door
from grokgate.intercept.egress import EgressBlocked
from grokgate.intercept.replay import Replay
from grokgate.providers.description import find_provider
from grokgate.providers.launcher import XAI, Launcher

KEY = "example-key"
REAL = httpx.HTTPTransport.handle_request


@pytest.fixture
def launcher(tape):
    launcher = Launcher(find_provider("reference"), tape.world, {}, key=KEY, say=print)
    yield launcher
    launcher.close()
    assert httpx.HTTPTransport.handle_request is REAL


def ask():
    return httpx.get(f"{XAI}/models", headers={"Authorization": f"Bearer {KEY}"})


def rules(wire):
    return [(exchange.answer.rule if exchange.answer else exchange.fault, exchange.stray) for exchange in wire.exchanges]


@pytest.mark.usefixtures("launcher")
def test_before_the_first_call_nothing_stands_there():
    assert httpx.HTTPTransport.handle_request is REAL


def test_what_is_sent_between_two_calls_is_answered_and_logged_as_stray(launcher):
    with launcher.call() as first:
        ask()
    assert ask().status_code == 200
    with launcher.call() as second:
        ask()
    assert (rules(first), rules(second)) == ([("models", False)], [("models", True), ("models", False)])


def test_what_is_sent_elsewhere_between_two_calls_does_not_leave(launcher):
    with launcher.call():
        pass
    with pytest.raises(EgressBlocked):
        httpx.get("https://telemetry.example/collect")
    with launcher.call() as wire:
        pass
    assert [attempt.target for attempt in wire.egress] == ["GET https://telemetry.example/collect"]


def test_a_fault_between_two_calls_breaks_its_own_call_alone(launcher):
    with launcher.call() as before:
        ask()
    with launcher.call(fault="reset") as broken, pytest.raises(httpx.ReadError):
        ask()
    ask()
    with launcher.call() as after:
        ask()
    assert [rules(wire) for wire in (before, broken, after)] == [
        [("models", False)],
        [("reset", False)],
        [("models", True), ("models", False)],
    ]


def test_a_call_that_raises_leaves_the_door_kept(launcher):
    with pytest.raises(ZeroDivisionError), launcher.call(fault="reset"):
        raise ZeroDivisionError
    ask()
    with launcher.call() as wire:
        pass
    assert rules(wire) == [("models", True)]


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_the_one_that_was_asked_last_answers_whoever_closes_first(first, tape):
    replays = [Replay(tape), Replay(tape)]
    for replay in replays:
        door.keep(replay, XAI)
    ask()
    with replays[1].call() as wire:
        pass
    assert rules(wire) == [("models", True)]
    door.release(replays[first])
    door.release(replays[1 - first])
    assert httpx.HTTPTransport.handle_request is REAL
