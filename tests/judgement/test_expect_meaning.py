"""What of a request means the same to xAI, and what does not."""

import pytest

from grokgate.judgement.expect.meaning import means_the_same

WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "required": ["city", "unit"]}},
}
OTHER = {"type": "function", "function": {"name": "get_time"}}
NAMED = {"type": "function", "function": {"name": "get_weather"}}
PERSON = {"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": {"type": "object"}}}
CALL = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris", "unit": "celsius"}'}}


def tool(**function):
    return {**WEATHER, "function": {**WEATHER["function"], **function}}


def assistant(arguments=None, **more):
    function = {"name": "get_weather", "arguments": arguments or CALL["function"]["arguments"]}
    return {"role": "assistant", "content": "", "tool_calls": [{**CALL, "function": function}], **more}


SAME = [
    ("stop", "END", ["END"], {}),
    ("stop", [], None, {}),
    ("temperature", 0, 0.0, {}),
    ("top_p", 1.0, 1, {}),
    ("user", None, None, {}),
    ("n", 1, None, {}),
    ("logprobs", False, None, {}),
    ("parallel_tool_calls", True, None, {}),
    ("response_format", {"type": "text"}, None, {}),
    (
        "response_format",
        PERSON,
        {"json_schema": {"schema": {"type": "object"}, "strict": True, "name": "person"}, "type": "json_schema"},
        {},
    ),
    ("tools", [], None, {}),
    ("tools", [WEATHER], [tool(strict=False)], {}),
    ("tools", [WEATHER], [tool(description=None)], {}),
    ("tools", [WEATHER], [tool(parameters={"required": ["unit", "city"], "type": "object"})], {}),
    ("tool_choice", "auto", None, {"tools": [WEATHER]}),
    ("tool_choice", "none", None, {}),
    ("tool_choice", "required", NAMED, {"tools": [WEATHER]}),
    (
        "messages",
        [{"role": "user", "content": "Hi."}],
        [{"role": "user", "content": [{"type": "text", "text": "Hi."}], "name": None}],
        {},
    ),
    ("messages", [assistant()], [assistant('{"unit":"celsius","city":"Paris"}', content=None)], {}),
]
OTHERWISE = [
    ("stop", "END", ["END", "."], {}),
    ("temperature", 0, False, {}),
    ("logprobs", True, 1, {}),
    ("logprobs", True, None, {}),
    ("seed", 7, "7", {}),
    ("n", 2, None, {}),
    ("parallel_tool_calls", False, None, {}),
    ("response_format", {"type": "json_object"}, None, {}),
    ("response_format", PERSON, {**PERSON, "json_schema": {**PERSON["json_schema"], "strict": False}}, {}),
    ("tools", [WEATHER], [tool(strict=True)], {}),
    ("tools", [WEATHER, OTHER], [OTHER, WEATHER], {}),
    ("tools", [WEATHER], [tool(parameters={"type": "object", "required": ["city"]})], {}),
    ("tool_choice", "none", None, {"tools": [WEATHER]}),
    ("tool_choice", "required", None, {"tools": [WEATHER]}),
    ("tool_choice", "required", NAMED, {"tools": [WEATHER, OTHER]}),
    ("tool_choice", NAMED, "auto", {"tools": [WEATHER]}),
    ("messages", [{"role": "user", "content": "Hi."}], [{"role": "user", "content": "Hi. "}], {}),
    ("messages", [{"role": "user", "content": ""}], [{"role": "user"}], {}),
    ("messages", [assistant()], [assistant('{"city": "Oslo", "unit": "celsius"}')], {}),
    ("messages", [assistant()], [assistant('{"city": "Paris"')], {}),
]


@pytest.mark.parametrize(("key", "one", "other", "body"), SAME, ids=[f"{key} {place}" for place, (key, *_) in enumerate(SAME)])
def test_the_same(key, one, other, body):
    assert means_the_same(one, other, key, body)
    assert means_the_same(other, one, key, body)


@pytest.mark.parametrize(
    ("key", "one", "other", "body"), OTHERWISE, ids=[f"{key} {place}" for place, (key, *_) in enumerate(OTHERWISE)]
)
def test_something_else(key, one, other, body):
    assert not means_the_same(one, other, key, body)
    assert not means_the_same(other, one, key, body)
