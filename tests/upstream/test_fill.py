"""What is put into an answer is what was asked, in JSON's own spelling."""

import json

import pytest

from grokgate.formats.home import SCHEMAS
from grokgate.upstream.fill import FILLS, Asked, filled
from grokgate.upstream.instance import NoInstance
from grokgate.upstream.price import Price
from grokgate.upstream.semantics import meaning
from grokgate.values.chat import camel_case
from grokgate.values.wire import WireRequest

HI = [{"role": "user", "content": "Hi"}]
WEATHER = {"name": "get_weather", "parameters": {"properties": {"city": {"type": "string"}}, "required": ["city"]}}
TIME = {"name": "get_time", "parameters": {"type": "object"}}


def nested(function):
    return {"type": "function", "function": function}


def flat(function):
    return {"type": "function", **function}


@pytest.fixture(scope="session")
def fill(world, later_world):
    """What a place gets for a request with this in its body."""

    def of(name, path="chat/completions", authorization="Bearer good-key", later=False, **content):
        said = {"input" if path == "responses" else "messages": HI}
        body = json.dumps({"model": "grok-4"} | said | content).encode()
        request = WireRequest("POST", f"https://api.x.ai/v1/{path}", {"authorization": authorization}, body)
        where = later_world if later else world
        return FILLS[name](Asked(request, meaning(request, where, {}, key="good-key", scenario="plain"), where))

    return of


def test_the_model_is_named_as_it_was_asked_for_and_as_it_answers(fill):
    assert [fill(name, model="grok-4-latest") for name in ("asked", "served")] == ["grok-4-latest", "grok-4-0709"]
    assert fill("served", later=True) == "grok-4.3"
    assert fill("served", model="grok-nonesuch-9") == "grok-nonesuch-9"


@pytest.mark.parametrize(("effort", "name"), [("low", "grok-3-mini"), ("high", "grok-3-mini-high")])
def test_a_model_may_add_the_effort_to_its_name(effort, name, fill):
    assert fill("served", model="grok-3-mini-fast", reasoning_effort=effort) == name
    assert fill("served", path="responses", model="grok-3-mini-fast", reasoning={"effort": effort}) == name


def test_the_refused_argument_is_named_in_camel_case(fill):
    assert fill("argument", frequency_penalty=0) == "frequencyPenalty"
    assert fill("argument", path="responses", reasoning={"effort": "low"}) == "reasoningEffort"


@pytest.mark.parametrize(("snake", "camel"), [("stop", "stop"), ("presence_penalty", "presencePenalty"), ("a_b_c", "aBC")])
def test_camel_case_joins_words(snake, camel):
    assert camel_case(snake) == camel


@pytest.mark.parametrize(("key", "echoed"), [("xai-wrong-key", "xa***ey"), ("abcde", "ab***de"), ("abcd", "***"), ("", "***")])
def test_a_key_is_masked_but_for_two_characters_at_either_end(key, echoed, fill):
    assert fill("masked_key", authorization=f"Bearer {key}") == echoed


def test_windows_limits_and_counts_are_numbers(fill):
    assert fill("window") == "256000"
    assert fill("window", later=True) == "1000000"
    assert fill("tokens", messages=[{"role": "system", "content": "Be brief"}, *HI]) == "3"
    assert fill("tokens", path="responses", instructions="Be brief") == "3"
    assert fill("limit", max_tokens=5) == "5"
    assert fill("limit", path="responses", max_output_tokens=5) == "5"
    assert fill("offered", tools=[nested(TIME)] * 3) == "3"
    assert (fill("most_tools"), fill("most_tools", later=True)) == ("200", "350")


@pytest.mark.parametrize(
    ("choice", "said", "called"),
    [
        ({"type": "function", "function": {"name": "get_time"}}, "Hi", "get_time"),
        ({"type": "tool", "name": "get_time"}, "Hi", "get_time"),
        ({"type": "function", "function": {"name": "get_lost"}}, "Hi", "get_weather"),
        ("auto", "What time is it?", "get_time"),
        ("required", "What time is it?", "get_time"),
        ("required", "Hi", "get_weather"),
        ("auto", "Hi", "get_weather"),
    ],
    ids=str,
)
def test_the_function_that_is_called_is_the_chosen_one_else_what_was_spoken_of_else_the_first(choice, said, called, fill):
    turns = [{"role": "user", "content": said}]
    assert fill("tool", tools=[nested(WEATHER), nested(TIME)], tool_choice=choice, messages=turns) == called
    flattened = {**choice, "name": choice.get("name") or choice["function"]["name"]} if isinstance(choice, dict) else choice
    assert fill("tool", path="responses", tools=[flat(WEATHER), flat(TIME)], tool_choice=flattened, input=turns) == called


def test_its_arguments_are_json_that_its_parameters_describe(fill):
    assert json.loads(fill("arguments", tools=[nested(WEATHER)])) == {"city": "example"}
    assert json.loads(fill("arguments", path="responses", tools=[flat(WEATHER)])) == {"city": "example"}
    assert json.loads(fill("arguments", tools=[nested({"name": "ping"})])) == {}


def test_an_instance_is_json_that_the_format_describes(fill):
    schema = {"type": "object", "properties": {"age": {"type": "integer", "minimum": 36}}, "required": ["age"]}
    chat = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    responses = {"format": {"type": "json_schema", "name": "person", "schema": schema}}
    assert json.loads(fill("instance", response_format=chat)) == {"age": 36}
    assert json.loads(fill("instance", path="responses", text=responses)) == {"age": 36}


def test_an_instance_that_cannot_be_made_up_is_refused(fill):
    schema = {"type": "string", "pattern": "^a+$"}
    with pytest.raises(NoInstance):
        fill("instance", response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}})


def test_the_call_with_bad_arguments_is_named(fill):
    calls = [{"id": f"c{n}", "function": {"arguments": given}} for n, given in enumerate(["{}", "", "{"])]
    turns = [*HI, {"role": "assistant", "content": "", "tool_calls": calls}]
    assert fill("call_id", messages=turns) == "c1"
    items = [{"type": "function_call", "call_id": "c7", "name": "a", "arguments": "{"}]
    assert fill("call_id", path="responses", input=[*HI, *items]) == "c7"


def test_a_retired_model_is_told_with_its_day_and_its_heir(fill):
    assert (fill("retired_on", model="grok-beta"), fill("instead", model="grok-beta")) == ("2025-09-15", "grok-3")


def test_the_places_of_the_format_are_those_of_the_code():
    schema = json.loads((SCHEMAS / "cassette.schema.json").read_bytes())
    block = schema["properties"]["interactions"]["items"]["properties"]["grokgate"]["properties"]
    assert set(block["fill"]["items"]["enum"]) == {*FILLS, "cost"}


# --- bodies -------------------------------------------------------------------------------------------------------------


def test_each_place_of_a_body_is_filled_and_what_is_none_is_left():
    assert filled('{"a":"${asked}","b":"${asked}","c":"$5","d":"{x}"}', {"asked": "m"}, None) == (
        '{"a":"m","b":"m","c":"$5","d":"{x}"}'
    )


def test_a_text_is_put_in_as_json_spells_it():
    value = 'a "quoted"\nline\\ ü ${asked}'
    assert json.loads(filled('{"a":"${tool}"}', {"tool": value, "asked": "m"}, None)) == {"a": value}


def test_a_sum_adds_to_a_number():
    assert filled('{"total":${limit+694},"of":${limit}}', {"limit": "6"}, None) == '{"total":700,"of":6}'


def test_the_cost_is_reckoned_from_what_was_filled_in():
    body = '{"usage":{"prompt_tokens":${tokens+3},"completion_tokens":2,"cost_in_usd_ticks":${cost}}}'
    price = Price(prompt=10, cached=1, completion=100)
    assert json.loads(filled(body, {"tokens": "7"}, price))["usage"]["cost_in_usd_ticks"] == 10 * 10 + 2 * 100


def test_a_place_that_nobody_knows_is_no_silent_hole():
    with pytest.raises(KeyError):
        filled('"${weather}"', {"asked": "m"}, None)
