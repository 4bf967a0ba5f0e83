"""Real clients against the stand-in, in each world: what they ask by themselves is on tape, and loops come to their end."""

import json
import shutil
import subprocess
from pathlib import Path

import openai
import pytest

from grokgate.formats.home import worlds
from grokgate.intercept.stand_in import StandIn
from grokgate.values.script import Called, Scripted, calls, says

MODELS = {"grok-4-0709": "grok-4", "grok-4.3": "grok-4.3", "grok-4.7": "grok-4.7"}
PAIR = (Called(name="book_seat", arguments={"place": "Oslo"}), Called(name="find_train", arguments={"place": "Moss"}))
LOOP = (calls("find_train", place="Oslo"), Scripted(calls=PAIR), says("At 08:15."))
NODE = shutil.which("node")
LOOPS = Path(__file__).parent / "agent_loops.cjs"
BY_NODE = ["openai", *(f"{endpoint} by {ask}" for endpoint in ("chat", "responses") for ask in ("generateText", "streamText"))]


@pytest.fixture(scope="module", params=worlds())
def xai(request):
    """A stand-in of each world in turn."""
    with StandIn(request.param) as xai:
        yield xai


@pytest.fixture(scope="module")
def client(xai):
    """openai's client."""
    with openai.OpenAI(api_key="any", base_url=xai.base_url, max_retries=0) as client:
        yield client


@pytest.fixture
def model(xai):
    """The model that each world is about."""
    return MODELS[xai.world.name]


HI, WEATHER = [{"role": "user", "content": "Hello"}], [{"role": "user", "content": "What is the weather in Oslo?"}]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
ON_CHAT = {"type": "function", "function": {"name": "get_weather", "parameters": CITY}}
ON_RESPONSES = {"type": "function", "name": "get_weather", "parameters": CITY, "strict": True}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "place", "strict": True, "schema": CITY}}
CHATS = {
    "plain": {"messages": HI},
    "small limit": {"messages": HI, "max_completion_tokens": 20},
    "tools": {"messages": WEATHER, "tools": [ON_CHAT]},
    "required": {"messages": HI, "tools": [ON_CHAT], "tool_choice": "required"},
    "schema": {"messages": HI, "response_format": SCHEMA},
    "object": {"messages": HI, "response_format": {"type": "json_object"}},
}
RESPONSES = {
    "plain": {"input": "Hello"},
    "instructions": {"input": HI, "instructions": "Be short.", "max_output_tokens": 200},
    "encrypted": {"input": HI, "store": False, "include": ["reasoning.encrypted_content"]},
    "tools": {"input": WEATHER, "tools": [ON_RESPONSES]},
    "schema": {"input": HI, "text": {"format": {"type": "json_schema", "name": "place", "strict": True, "schema": CITY}}},
}


@pytest.mark.parametrize("asked", CHATS.values(), ids=CHATS)
def test_openai_on_chat(client, model, asked):
    whole = client.chat.completions.create(model=model, **asked).choices[0]
    with client.chat.completions.stream(model=model, stream_options={"include_usage": True}, **asked) as stream:
        streamed = stream.get_final_completion()
    assert streamed.usage.total_tokens
    assert streamed.choices[0].finish_reason == whole.finish_reason
    assert bool(whole.message.tool_calls) is ("tools" in asked)


@pytest.mark.parametrize("asked", RESPONSES.values(), ids=RESPONSES)
def test_openai_on_responses(client, model, asked):
    whole = client.responses.create(model=model, **asked)
    with client.responses.stream(model=model, **asked) as stream:
        streamed = stream.get_final_response()
    assert [item.type for item in streamed.output] == [item.type for item in whole.output]
    assert any(item.type == "function_call" for item in whole.output) is ("tools" in asked)
    assert streamed.usage.total_tokens


def resolvable():
    """Whether Node finds the packages of the loops: they are no part of grokgate, and NODE_PATH may name where they are."""
    if not NODE:
        return False
    asked = "['openai', 'ai', '@ai-sdk/xai'].forEach((name) => require.resolve(name))"
    return subprocess.run([NODE, "-e", asked], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not resolvable(), reason="there is no Node here that finds openai, ai and @ai-sdk/xai (NODE_PATH)")
@pytest.mark.parametrize("world", worlds())
def test_loops_of_clients_of_node(world):
    with StandIn(world, answers=LOOP * len(BY_NODE)) as xai:
        words = [NODE, str(LOOPS), xai.base_url, MODELS[world]]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    called = ["find_train Oslo", "book_seat Oslo", "find_train Moss"]
    assert [json.loads(line) for line in done.stdout.splitlines()] == [[who, called, "At 08:15."] for who in BY_NODE], done.stderr
    assert [seen.rule for seen in xai.requests] == ["scripted"] * len(LOOP) * len(BY_NODE)
