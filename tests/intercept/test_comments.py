"""A stream that opens with comments, which keep its line open while nothing comes: clients get it as it was sent."""

import json

import httpx
import openai
import pytest

from grokgate.formats.home import home
from grokgate.providers.protocol import Setting
from grokgate.providers.vehicle import load_adapter
from grokgate.runs.cassettes import imported
from grokgate.upstream.cassette import events_of
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world
from grokgate.values.chat import ChatRequest, Message, joined
from grokgate.values.wire import WireRequest

Reference = load_adapter("provider.py:Reference", home() / "fixtures" / "reference")

WORLD = home() / "cassettes" / "grok-4.3"
PATHS = {"chat": "/chat/completions", "responses": "/responses"}
HI = [{"role": "user", "content": "Hi"}]
ASKED = {
    "chat": {"model": "grok-4", "messages": HI, "stream": True, "stream_options": {"include_usage": True}},
    "responses": {"model": "grok-4", "input": HI, "stream": True},
}
COMMENTS = {
    "seven": ": keepalive\n\n" * 7,
    "without a line between": ": keepalive\n" * 7,
    "lines of one block": ": keepalive\n" * 7 + "\n",
    "that say nothing": ":\n\n" * 7,
    "blank lines, too": ": keepalive\n\n\n\n: keepalive\n\n\n",
}


@pytest.fixture(scope="module", params=PATHS)
def on(request):
    """Each endpoint in turn."""
    return request.param


@pytest.fixture(scope="module", params=COMMENTS.values(), ids=COMMENTS)
def recorded(request, on, tmp_path_factory, later_tape):
    """A tape of an imported stream that opens so, and has one in the middle; and its bytes."""
    folder = tmp_path_factory.mktemp("comments")
    *events, last = events_of(_played(later_tape, on))
    sent = request.param + b"".join([*events, b": keepalive\n\n", last]).decode()
    exchange = {
        "method": "POST",
        "url": f"https://api.x.ai/v1{PATHS[on]}",
        "request_headers": {"content-type": "application/json"},
        "request_body": json.dumps(ASKED[on]),
        "status": 200,
        "response_headers": {"content-type": "text/event-stream"},
        "response_body": sent,
        "recorded_at": "2026-08-13T10:00:00Z",
    }
    (folder / "made.jsonl").write_text(json.dumps(exchange))
    imported(folder / "made.jsonl", folder / "mine", redact=False, world=WORLD, hosts=[], day="", replace=False)
    world = load_world(WORLD, [folder / "mine" / "grok-4.3"])
    return Tape(world, later_tape.prompts, key="example-key"), sent.encode()


def _played(tape, on):
    """The stream that stands on tape."""
    headers = {"authorization": "Bearer example-key"}
    url = f"https://api.x.ai/v1{PATHS[on]}"
    return tape.answer(WireRequest("POST", url, headers, json.dumps(ASKED[on]).encode())).body.decode()


@pytest.mark.parametrize("pace", [0.0, 0.001], ids=["at once", "in time"])
def test_every_byte_of_it_comes_as_it_was_sent(on, recorded, playing, vehicle, pace):
    tape, sent = recorded
    with vehicle(playing(tape), pace=pace) as (url, log), httpx.Client(headers={"authorization": "Bearer example-key"}) as client:
        came = client.post(f"{url}{PATHS[on]}", json=ASKED[on])
    assert came.content == sent
    assert log.exchanges[0].answer.provenance == "recorded"


def test_openai_reads_past_it(on, recorded, playing, vehicle):
    with vehicle(playing(recorded[0])) as (url, _), openai.OpenAI(api_key="example-key", base_url=url, max_retries=0) as client:
        if on == "chat":
            text = "".join(c.delta.content or "" for chunk in client.chat.completions.create(**ASKED[on]) for c in chunk.choices)
        else:
            *_, last = client.responses.create(**ASKED[on])
            text = last.response.output_text
    assert text == "Paris is the capital of France."


def test_so_does_the_reference(on, recorded, playing, over_loopback, tmp_path):
    deployed = {"environment": {"GROKGATE_WORLD": "grok-4.3"}, "options": {"api": on}}
    with over_loopback(playing(recorded[0])) as (url, _):
        provider = Reference(Setting(base_url=url, api_key="example-key", workdir=tmp_path, **deployed))
        deltas = [*provider.stream(ChatRequest(model="grok-4", messages=(Message(role="user", content="Hi"),)))]
    assert joined(deltas).text == "Paris is the capital of France."


def test_every_bundled_stream_ends_with_a_blank_line_and_no_more(later_world):
    for recording in later_world.recordings:
        if recording.is_stream:
            assert events_of(recording.body)[-1].endswith(b"}\n\n" if "/responses" in recording.request.url else b"[DONE]\n\n")
