"""``grokgate serve``: xAI as it is on tape, for any client."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
import pytest

from grokgate.faces.serve import serve
from grokgate.intercept.stand_in import NotServed

HELLO = {"model": "grok-4", "messages": [{"role": "user", "content": "Hello"}]}
KEY = "xai-Zq8Rr2LmN0pVb7Xw5Ty3Uc1Ka9Hd6Ge4"
OPENING = 3
"""Lines that are said before the first request."""


@contextmanager
def served(**asked):
    """The server's address, and what it says."""
    said, up, until = [], threading.Event(), threading.Event()

    def say(line):
        said.append(click.unstyle(line))
        if len(said) == OPENING:
            up.set()

    settings = {"scenario": "plain", "fault": None, "pace": 0.0, **asked}
    thread = threading.Thread(target=lambda: serve(None, 0, **settings, say=say, until=until))
    thread.start()
    assert up.wait(20)
    try:
        yield said[0].split()[0], said
    finally:
        until.set()
        thread.join(20)


@contextmanager
def running(*words, **variables):
    """``grokgate serve`` in a process of its own, and the lines with which it begins."""
    command = [sys.executable, "-m", "grokgate", "serve", "--port", "0", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **variables}) as process:
        try:
            yield process, [process.stderr.readline() for _ in range(OPENING)]
        finally:
            process.kill()


def asked(address, key="any", **more):
    return httpx.post(f"{address}/chat/completions", json={**HELLO, **more}, headers={"Authorization": f"Bearer {key}"})


def test_any_key_is_good_and_what_xai_refuses_is_refused():
    with served() as (address, said):
        assert asked(address).json()["choices"][0]["message"]["content"]
        assert asked(address, key="another", stop=["END"]).status_code == 400
    first, second = said[OPENING : OPENING + 2]
    assert first[9:] == "200    POST /v1/chat/completions grok-4  plain/hidden"
    assert second[9:].splitlines() == [
        "400    POST /v1/chat/completions grok-4  refused/stop",
        "         xAI: Argument not supported on this model: stop",
    ]
    assert said[-1].splitlines()[0] == "2 requests: 1 refused, 0 missed, 0 struck by a fault"


def test_a_scenario_and_a_fault_strike_every_request():
    with served(scenario="no-credits") as (address, _):
        assert asked(address).status_code == asked(address).status_code == 403
    with served(fault="reset") as (address, _), pytest.raises(httpx.NetworkError):
        asked(address)


WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}


def test_answers_are_given_one_after_another_and_the_last_again():
    with served(answers=["tool:get_weather", "It is mild.", "Good night."]) as (address, said):
        made = [asked(address, tools=[WEATHER]).json()["choices"][0] for _ in range(4)]
    assert [choice["finish_reason"] for choice in made] == ["tool_calls", "stop", "stop", "stop"]
    assert [choice["message"]["content"] for choice in made] == ["", "It is mild.", "Good night.", "Good night."]
    assert said[OPENING][9:] == "200    POST /v1/chat/completions grok-4  scripted"


def test_a_script_says_why_it_cannot_call():
    with served(answers=["tool:get_weather"]) as (address, said):
        assert asked(address).status_code == 599
    assert said[OPENING].splitlines()[1] == "         the script calls get_weather, and the request offers no function"


def test_what_is_not_on_tape_is_said_and_kept_from_the_client_as_an_answer():
    with served() as (address, said):
        assert asked(address, response_format={"type": "json_object"}, tools=[{"type": "web_search"}]).status_code == 599
    assert "599    POST" in said[OPENING]
    assert "nearest is rule" in said[OPENING]


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


def test_a_certificate_without_its_key_is_refused():
    with pytest.raises(NotServed, match="belong together"):
        serve(None, 0, scenario="plain", fault=None, pace=0.0, certificate="cert.pem", say=lambda _: None)


def test_the_first_line_names_the_address_and_the_variable_by_which_a_client_trusts_it(monkeypatch):
    with served(tls=True) as (address, said):
        name, _, file = said[0].split()[1].partition("=")
        monkeypatch.setenv(name, file)
        assert asked(address).status_code == 200


def test_a_quiet_one_says_its_address_and_its_sums_alone():
    with served(quiet=True) as (address, said):
        asked(address)
        assert len(said) == OPENING
    assert said[OPENING].startswith("1 request: 0 refused")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_it_ends_with_its_sums_and_takes_its_file_away(how):
    with running("--tls") as (process, opening):
        file = opening[0].partition("SSL_CERT_FILE=")[2].strip()
        assert Path(file).exists()
        process.send_signal(how)
        assert "0 requests: 0 refused" in process.communicate(timeout=20)[1]
    assert process.returncode == 0
    assert not Path(file).exists()


def test_one_key_is_good_and_no_key_is_ever_said():
    with running("--api-key-env", "MY_KEY", "--after", "1:world=grok-4.3", MY_KEY=KEY) as (process, opening):
        address = opening[0].split()[0]
        assert [asked(address, key).status_code for key in (KEY, "xai-Bq8Rr2LmN0pVb7Xw5Ty3Uc1Ka9Hd6Ge4")] == [200, 400]
        asked(address, KEY, model=KEY)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[1]
    assert "xAI: Incorrect API key provided" in said
    assert "Zq8Rr2" not in str(opening) + said
    assert "Bq8Rr2" not in said
    assert "Hello" not in said


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--api-key-env", KEY], "the name of an environment variable"),
        (["--after", "x:world=grok-4.3"], "such as 'after 3:world=grok-4.3'"),
        (["--every", "3:fault=nix"], "stream-cut"),
        (["--after", "3:world=nix"], "grok-4-0709"),
        (["--cert", "cert.pem"], "--key-file"),
        (["--answer", "tool:get_weather={"], 'such as tool:get_weather={"city": "Oslo"}'),
        (["--answer", "nix.yaml"], "nix.yaml: No such file"),
        (["--cert", "cert.pem", "--key-file", "key.pem"], "there is no file cert.pem"),
    ],
    ids=str,
)
def test_wrong_use_is_one_sentence_with_exit_code_2(words, names, grokgate):
    done = grokgate("serve", "--port", "0", *words)
    assert (done.code, done.said) == (2, "")
    assert done.complained.startswith("grokgate: ")
    assert done.complained.count("\n") == 1
    assert names in done.complained
    assert KEY not in done.complained
