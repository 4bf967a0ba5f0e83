"""A body that xAI cannot read is refused with a sentence that names the field, what is wrong with it, and its place there."""

import json

import pytest

from grokgate.upstream.complaint import complaint
from grokgate.upstream.library import tapes
from grokgate.upstream.spelling.endpoints import SPELLINGS
from grokgate.values.wire import WireRequest

CHAT, RESPONSES = SPELLINGS
HI = [{"role": "user", "content": "Hi"}]
TAPES = tapes()


def chat(**fields):
    return json.dumps({"model": "grok-4.3", "messages": HI} | fields).encode()


def response(**fields):
    return json.dumps({"model": "grok-4.3", "input": "Hi"} | fields).encode()


SAID = [
    # of chat                                            without the place
    (chat(max_tokens="many"), 'max_tokens: invalid type: string "many", expected i32'),
    (chat(max_completion_tokens=1.5), "max_completion_tokens: invalid type: floating point `1.5`, expected i32"),
    (chat(n=True), "n: invalid type: boolean `true`, expected i32"),
    (chat(seed=2**31), "seed: invalid value: integer `2147483648`, expected i32"),
    (chat(temperature="hot"), 'temperature: invalid type: string "hot", expected f32'),
    (chat(top_p=[]), "top_p: invalid type: sequence, expected f32"),
    (chat(presence_penalty={}), "presence_penalty: invalid type: map, expected f32"),
    (chat(stream="yes"), 'stream: invalid type: string "yes", expected a boolean'),
    (chat(parallel_tool_calls=0), "parallel_tool_calls: invalid type: integer `0`, expected a boolean"),
    (chat(stop=3), "stop: data did not match any variant of untagged enum Stop"),
    (chat(user=7), "user: invalid type: integer `7`, expected a string"),
    (chat(reasoning_effort=3), "reasoning_effort: invalid type: integer `3`, expected a string"),
    (chat(model=5), "model: invalid type: integer `5`, expected a string"),
    (chat(model=None), "model: invalid type: null, expected a string"),
    (chat(messages="Hi"), 'messages: invalid type: string "Hi", expected a sequence'),
    (chat(messages=["Hi"]), 'messages[0]: invalid type: string "Hi", expected struct Message'),
    (chat(messages=[*HI, {"content": "Hi"}]), "messages[1]: missing field `role`"),
    (
        chat(messages=[{"role": "developer", "content": "Hi"}]),
        "messages[0].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`, `function`",
    ),
    (
        chat(messages=[{"role": "user", "content": 5}]),
        "messages[0].content: data did not match any variant of untagged enum Content",
    ),
    (
        chat(messages=[{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}]),
        "messages[0].tool_calls[0].function.arguments: invalid type: map, expected a string",
    ),
    (chat(tools={}), "tools: invalid type: map, expected a sequence"),
    (chat(tools=[{"type": "function", "name": "f"}]), "tools[0]: missing field `function`"),
    (chat(tools=[{"type": "function", "function": {}}]), "tools[0].function: missing field `name`"),
    (chat(tool_choice=1), "tool_choice: data did not match any variant of untagged enum ToolChoice"),
    (
        chat(response_format="json_object"),
        'response_format: invalid type: string "json_object", expected internally tagged enum ResponseFormat',
    ),
    (chat(response_format={}), "response_format: missing field `type`"),
    (
        chat(response_format={"type": "xml"}),
        "response_format.type: unknown variant `xml`, expected one of `text`, `json_object`, `json_schema`",
    ),
    (
        chat(stream_options={"include_usage": "yes"}),
        'stream_options.include_usage: invalid type: string "yes", expected a boolean',
    ),
    (b'{"model":"grok-4.3"}', "missing field `messages`"),
    (b'{"messages":[]}', "missing field `model`"),
    (b"[]", "invalid type: sequence, expected struct ChatRequest"),
    # no JSON
    (b'{"model":"grok-4.3","messages":[', "EOF while parsing a list"),
    (b'{"model":', "EOF while parsing an object"),
    (b'{"model":"gro', "EOF while parsing a string"),
    (b'{"model":"grok-4.3",}', "trailing comma"),
    (b"{} {}", "trailing characters"),
    (b"model=grok-4.3", "expected value"),
]
SAID_ON_RESPONSES = [
    (response(max_output_tokens="many"), 'max_output_tokens: invalid type: string "many", expected i32'),
    (response(input=5), "input: data did not match any variant of untagged enum ModelInput"),
    (response(input=[{"content": "Hi"}]), "input: data did not match any variant of untagged enum ModelInput"),
    (response(store="no"), 'store: invalid type: string "no", expected a boolean'),
    (response(reasoning={"effort": 3}), "reasoning.effort: invalid type: integer `3`, expected a string"),
    (response(reasoning="low"), 'reasoning: invalid type: string "low", expected struct Reasoning'),
    (response(tools=[{"type": "function", "function": {"name": "f"}}]), "tools[0]: missing field `name`"),
    (response(text={"format": {"type": "xml"}}), "text.format.type: unknown variant `xml`, expected one of"),
    (response(include="reasoning"), 'include: invalid type: string "reasoning", expected a sequence'),
    (b'{"model":"grok-4.3"}', "missing field `input`"),
]


@pytest.mark.parametrize(
    ("endpoint", "body", "said"), [*[(CHAT, *row) for row in SAID], *[(RESPONSES, *row) for row in SAID_ON_RESPONSES]]
)
def test_a_field_of_another_type_is_refused_in_every_world(endpoint, body, said):
    assert complaint(body, endpoint).startswith(said)
    for tape in TAPES.values():
        url = f"https://api.x.ai/v1/{endpoint}"
        answer = tape.answer(WireRequest("POST", url, {"authorization": f"Bearer {tape.key}"}, body))
        assert (answer.status, answer.headers["content-type"]) == (422, "text/plain; charset=utf-8")
        whole = answer.body.decode()
        assert whole == f"Failed to deserialize the JSON body into the target type: {complaint(body, endpoint)}"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"max_tokens":"many"}', "line 1 column 20"),  # behind the value
        (b'{"max_tokens":\n  "many"}', "line 2 column 8"),
        ('{"user":"é","max_tokens":"many"}'.encode(), "line 1 column 32"),  # counted in bytes
        (b'{"messages":{"a":1}}', "line 1 column 12"),  # before a bracket that it did not want
        (b'{"model":"a","messages":[{"content":"Hi"} ]}', "line 1 column 41"),  # behind the object that lacks it
        (b'{"max_tokens":1,"max_tokens":"many"}', "line 1 column 35"),
        (b'{"model":"gro', "line 1 column 13"),
        (b'{"model":"g",}', "line 1 column 14"),
    ],
)
def test_its_place_is_that_in_the_body(body, place):
    assert complaint(body, CHAT).endswith(f" at {place}")


@pytest.mark.parametrize(
    "body",
    [
        chat(max_tokens=None, temperature=1, stop="END", tools=None, response_format=None, stream_options=None),
        chat(messages=[{"role": "assistant", "content": None, "tool_calls": []}, {"role": "tool", "content": "", "name": None}]),
        chat(messages=[{"role": "user", "content": [{"type": "text", "text": "Hi"}], "cache_control": 3}]),
        chat(tools=[{"type": "web_search"}], live_search=False, metadata=5, search_parameters=0),
        chat(
            tools=[{"type": "function", "function": {"name": "f", "parameters": None}}], tool_choice={"type": "tool", "name": "f"}
        ),
    ],
)
def test_what_may_be_absent_may_be_null_and_what_is_not_known_is_passed_over(body):
    assert complaint(body, CHAT) == ""


def test_on_another_endpoint_nothing_is_known():
    assert complaint(b'{"max_tokens":"many"}', "embeddings") == ""
