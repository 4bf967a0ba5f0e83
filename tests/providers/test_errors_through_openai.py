"""Each refusal of xAI, in each world, through the official openai client: which exception its user sees."""

import json
from dataclasses import dataclass
from typing import Any

import openai
import pytest

from grokgate.formats.fixtures import prompt, prompts
from grokgate.formats.home import home
from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.replay import Replay
from grokgate.upstream.cassette import Recording
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import World, load_world

KEY = "example-key"
SEEN = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    405: openai.APIStatusError,
    410: openai.APIStatusError,
    415: openai.APIStatusError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
    503: openai.InternalServerError,
}
WORLDS = [load_world(home() / "cassettes" / name) for name in ("grok-4-0709", "grok-4.3")]


@dataclass(frozen=True)
class Refusal:
    """A refusal of a world, with the scenario in which it comes."""

    world: World
    recording: Recording

    @property
    def scenario(self) -> str:
        rule = next(rule for rule in self.world.rules if rule.id == self.recording.rule)
        return rule.when.get("scenario", ("plain",))[0]

    @property
    def asked(self) -> dict[str, Any] | bytes:
        """The example request's body; what is no JSON stays as it is."""
        body = self.recording.request.body
        if b"${prompt}" in body:
            name = "long-256001" if self.world.name == "grok-4-0709" else "long-1000001"
            body = body.replace(b"${prompt}", json.dumps(prompt(name))[1:-1].encode())
        try:
            return json.loads(body)
        except ValueError:
            return body


REFUSALS = [Refusal(world, one) for world in WORLDS for one in world.recordings if one.status >= 400]


@pytest.fixture(scope="module")
def served():
    """Each world on loopback."""
    replays = {world.name: Replay(Tape(world, prompts(), key=KEY)) for world in WORLDS}
    servers = {name: LoopbackServer(replay) for name, replay in replays.items()}
    yield {name: (replays[name], servers[name]) for name in replays}
    for server in servers.values():
        server.close()


def ask(refusal, server):
    """Send the example request of a refusal with openai's client, without retries."""
    header = refusal.recording.request.headers.get("authorization", "")
    headers = {} if header else {"Authorization": "none"}  # malformed; the client sends no request without one
    client = openai.OpenAI(
        api_key=header.partition(" ")[2] or "none", base_url=server.base_url, default_headers=headers, max_retries=0
    )
    path = refusal.recording.request.path.removeprefix("/v1")
    asked = refusal.asked
    with client:
        if refusal.recording.request.method == "GET":
            client.get(path, cast_to=object)
        elif isinstance(asked, bytes):
            client.post(path, cast_to=object, content=asked, options={"headers": {"content-type": "application/json"}})
        elif "input" in asked and "model" in asked:
            client.responses.create(**asked)
        elif path == "/chat/completions" and {"model", "messages"} <= asked.keys():
            known = {"model", "messages", "tools", "response_format", "stop", "presence_penalty", "frequency_penalty"}
            more = {name: value for name, value in asked.items() if name not in known}
            client.chat.completions.create(
                **{name: value for name, value in asked.items() if name in known}, extra_body=more or None
            )
        else:
            client.post(path, cast_to=object, body=asked)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: f"{one.world.name}:{one.recording.rule}")
def test_the_user_sees_the_exception_of_the_status_and_xais_words(refusal, served):
    replay, server = served[refusal.world.name]
    with replay.call(refusal.scenario) as log, pytest.raises(openai.APIStatusError) as seen:
        ask(refusal, server)
    [exchange] = log.exchanges
    assert exchange.answer.rule == refusal.recording.rule
    assert type(seen.value) is SEEN[refusal.recording.status]
    assert seen.value.status_code == refusal.recording.status
    if exchange.answer.headers["content-type"] == "application/json":
        told = json.loads(exchange.answer.body)
        assert (told if isinstance(told, str) else told["error"]) in str(seen.value) + str(seen.value.body)


def test_every_status_that_xai_refuses_with_is_seen():
    assert {one.recording.status for one in REFUSALS} == set(SEEN)
