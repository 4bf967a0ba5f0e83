"""``grokgate serve``: xAI as it is on tape, for any client."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import httpx
import pytest

from grokgate.faces.serve import NotServed, serve

HELLO = {"model": "grok-4", "messages": [{"role": "user", "content": "Hello"}]}


@contextmanager
def served(**asked):
    """The server's address, and what it says."""
    said, up, until = [], threading.Event(), threading.Event()

    def say(line):
        said.append(line)
        up.set()

    settings = {"scenario": "plain", "fault": None, "pace": 0.0, **asked}
    thread = threading.Thread(target=lambda: serve(None, 0, **settings, say=say, until=until))
    thread.start()
    assert up.wait(20)
    try:
        yield said[0].partition(": ")[2].split()[0], said
    finally:
        until.set()
        thread.join(20)


def asked(address, key="any", **more):
    return httpx.post(f"{address}/chat/completions", json={**HELLO, **more}, headers={"Authorization": f"Bearer {key}"})


def test_any_key_is_good_and_what_xai_refuses_is_refused():
    with served() as (address, said):
        assert asked(address).json()["choices"][0]["message"]["content"]
        assert asked(address, key="another", stop=["END"]).status_code == 400
    assert [line.partition(", rule")[0] for line in said[1:]] == [
        "POST /v1/chat/completions grok-4: 200",
        "POST /v1/chat/completions grok-4: 400",
    ]


def test_a_scenario_and_a_fault_strike_every_request():
    with served(scenario="no-credits") as (address, _):
        assert asked(address).status_code == asked(address).status_code == 403
    with served(fault="reset") as (address, _), pytest.raises(httpx.NetworkError):
        asked(address)


def test_what_is_not_on_tape_is_said_and_kept_from_the_client_as_an_answer():
    with served() as (address, said):
        assert asked(address, response_format={"type": "json_object"}, tools=[{"type": "web_search"}]).status_code == 599
    assert "599" in said[-1]


@pytest.mark.parametrize(
    ("wrong", "names"), [({"scenario": "nix"}, "no-credits"), ({"fault": "nix"}, "stream-cut"), ({"fault": "refused"}, "nobody")]
)
def test_what_cannot_be_served_is_refused_with_what_can(wrong, names):
    with pytest.raises(NotServed, match=names):
        serve(None, 0, **{"scenario": "plain", "fault": None, "pace": 0.0, **wrong}, say=lambda _: None)


def test_a_port_that_is_taken_is_named():
    with served() as (address, _):
        port = int(address.rpartition(":")[2].partition("/")[0])
        with pytest.raises(NotServed, match=str(port)):
            serve(None, port, scenario="plain", fault=None, pace=0.0, say=lambda _: None)
