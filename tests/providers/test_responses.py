"""What chat completions spell, as the responses endpoint spells it."""

import pytest

from grokgate.providers.responses import spelt

FUNCTION = {"name": "get_weather", "parameters": {"type": "object"}, "strict": True}
CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
CALLED = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": '{"city": "Paris"}'}
SAYS = {"role": "user", "content": "Hello."}
SPELT = {
    "a message": ({"messages": [SAYS]}, {"input": [SAYS]}),
    "who speaks": ({"messages": [SAYS | {"name": "Ann"}]}, {"input": [SAYS | {"name": "Ann"}]}),
    "a call": ({"messages": [{"role": "assistant", "content": None, "tool_calls": [CALL]}]}, {"input": [CALLED]}),
    "text beside a call": (
        {"messages": [{"role": "assistant", "content": "Let me see.", "tool_calls": [CALL]}]},
        {"input": [{"role": "assistant", "content": "Let me see."}, CALLED]},
    ),
    "a result": (
        {"messages": [{"role": "tool", "content": "sunny", "tool_call_id": "call_1"}]},
        {"input": [{"type": "function_call_output", "call_id": "call_1", "output": "sunny"}]},
    ),
    "an image": (
        {
            "messages": [
                SAYS | {"content": [{"type": "text", "text": "See:"}, {"type": "image_url", "image_url": {"url": "data:"}}]}
            ]
        },
        {"input": [SAYS | {"content": [{"type": "input_text", "text": "See:"}, {"type": "input_image", "image_url": "data:"}]}]},
    ),
    "a limit by any name": ({"max_tokens": 9, "max_output_tokens": 9}, {"max_tokens": 9, "max_output_tokens": 9}),
    "an effort": ({"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}),
    "any JSON": ({"response_format": {"type": "json_object"}}, {"text": {"format": {"type": "json_object"}}}),
    "a schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": {}}}},
        {"text": {"format": {"type": "json_schema", "name": "person", "strict": True, "schema": {}}}},
    ),
    "a tool": ({"tools": [{"type": "function", "function": FUNCTION}]}, {"tools": [{"type": "function", **FUNCTION}]}),
    "a chosen tool": (
        {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
        {"tool_choice": {"type": "function", "name": "get_weather"}},
    ),
    "a choice": ({"tool_choice": "required"}, {"tool_choice": "required"}),
    "a stream": ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
    "all else": ({"model": "grok-4", "seed": 7, "presencePenalty": 0}, {"model": "grok-4", "seed": 7, "presencePenalty": 0}),
}


@pytest.mark.parametrize(("asked", "body"), SPELT.values(), ids=SPELT)
def test_it_is_spelt_as_the_endpoint_wants_it(asked, body):
    assert spelt(asked) == body
