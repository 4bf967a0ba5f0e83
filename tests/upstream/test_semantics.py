"""What a request means, dimension by dimension; how it is worded does not matter, nor on which endpoint."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.formats.fixtures import long_prompt, prompts
from grokgate.formats.home import SCHEMAS
from grokgate.upstream import semantics
from grokgate.upstream.sealed import sealed
from grokgate.upstream.semantics import meaning
from grokgate.upstream.wording import content_of
from grokgate.values.wire import WireRequest

PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}
HI = [{"role": "user", "content": "Hi"}]
PLAIN = {"chat": {"model": "grok-4", "messages": HI}, "responses": {"model": "grok-4", "input": HI}}
PIXEL = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
BOTH = pytest.mark.parametrize("endpoint", PATHS)


@pytest.fixture(scope="session")
def means(world):
    """The meaning of a request with more in its body, or of another body, path, method or key; it is a chat unless it is said."""

    def of(
        more=None,
        *,
        on="chat",
        body=None,
        method="POST",
        path=None,
        key="Bearer good-key",
        scenario="plain",
        world=world,
        issued=None,
    ):
        raw = json.dumps(PLAIN[on] | (more or {})).encode() if body is None else body
        request = WireRequest(method, f"https://api.x.ai{path or PATHS[on]}", {"authorization": key}, raw)
        return meaning(request, world, prompts(), key="good-key", scenario=scenario, given=issued)

    return of


def said(*turns, on="chat"):
    """A conversation: role and content of each message."""
    return {"messages" if on == "chat" else "input": [{"role": role, "content": content} for role, content in turns]}


def told(text, on):
    return said(("user", text), on=on)


def test_a_plain_request_means_this(means):
    assert means() == {
        "scenario": "plain",
        "route": "chat",
        "method": "right",
        "key": "good",
        "body": "object",
        "complaint": "none",
        "asked": "grok-4",
        "served": "grok-4-0709",
        "refused": "none",
        "thinking": "hidden",
        "trait": "none",
        "effort": "unset",
        "length": "fits",
        "limit": "open",
        "stream": "no",
        "format": "text",
        "schema": "none",
        "tools": "none",
        "offered": "none",
        "choice": "unset",
        "demanded": "none",
        "call": "no",
        "parallel": "yes",
        "turn": "user",
        "turns": "fine",
        "parts": "text",
        "include": "none",
        "extras": "none",
        "prompt": "other",
    }


def test_on_responses_it_means_the_same_but_for_the_route(means):
    assert means(on="responses") == means() | {"route": "responses"}


# --- every value of a dimension, worded as either endpoint words it -----------------------------------------------------


def function(name, on, **parameters):
    """A function that is offered."""
    found = {"name": name, "parameters": parameters}
    return {"type": "function", "function": found} if on == "chat" else {"type": "function", **found}


def offered(*names, on):
    return {"tools": [function(name, on) for name in names]}


def shaped(kind, on, **more):
    """A response format."""
    if on == "chat":
        return {"response_format": {"type": kind, **({"json_schema": more} if more else {})}}
    return {"text": {"format": {"type": kind, **more}}}


def chosen(name, on):
    return {"tool_choice": {"type": "function", **({"function": {"name": name}} if on == "chat" else {"name": name})}}


def called_back(arguments, on):
    """A tool call that goes back with these arguments, and its result."""
    if on == "chat":
        call = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": arguments}}
        asked = {"role": "assistant", "content": None, "tool_calls": [call]}
        return {"messages": [*HI, asked, {"role": "tool", "tool_call_id": "c1", "content": "18"}]}
    call = {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": arguments}
    return {"input": [*HI, call, {"type": "function_call_output", "call_id": "c1", "output": "18"}]}


def limited(most, on):
    return {"max_completion_tokens" if on == "chat" else "max_output_tokens": most}


def effort(how, on, model="grok-4"):
    return {"model": model, **({"reasoning_effort": how} if on == "chat" else {"reasoning": {"effort": how}})}


def alike(more):
    return lambda _: more


WORDINGS = [
    ("served", "grok-4-0709", alike({})),
    ("served", "grok-3-fast", alike({"model": "grok-3-fast"})),
    ("served", "retired", alike({"model": "grok-beta"})),
    ("served", "unknown", alike({"model": "grok-nonesuch-9"})),
    ("refused", "none", alike({"temperature": 0})),
    ("refused", "presence_penalty", alike({"presence_penalty": 0})),
    ("refused", "frequency_penalty", alike({"frequency_penalty": 0.0})),
    ("refused", "stop", alike({"stop": []})),
    ("refused", "reasoning_effort", lambda on: effort("high", on)),
    ("refused", "none", lambda on: effort("medium", on, "grok-3-mini")),
    ("refused", "none", lambda on: effort(None, on)),
    ("refused", "effort-value", lambda on: effort("xhigh", on, "grok-3-mini")),
    ("refused", "effort-value", lambda on: effort("", on, "grok-3-mini")),
    ("body", "unreadable", lambda on: effort(3, on, "grok-3-mini")),
    ("body", "unreadable", lambda on: effort(["low"], on, "grok-3-mini")),
    ("thinking", "hidden", alike({})),
    ("thinking", "none", alike({"model": "grok-3"})),
    ("thinking", "shown", lambda on: effort("low", on, "grok-3-mini")),
    ("thinking", "unknown", alike({"model": "grok-nonesuch-9"})),
    ("length", "fits", lambda on: told(long_prompt(255_000).text, on)),
    ("length", "over", lambda on: told(long_prompt(256_001).text, on)),
    ("length", "unclear", lambda on: told("word" * 64_001, on)),
    ("limit", "tight", lambda on: limited(6, on)),
    ("limit", "small", lambda on: limited(7, on)),
    ("limit", "small", lambda on: limited(31, on)),
    ("limit", "open", lambda on: limited(32, on)),
    ("limit", "open", lambda on: limited(None, on)),
    ("limit", "other", lambda on: limited(0, on)),
    ("limit", "other", lambda on: limited("5", on)),
    ("stream", "no", alike({"stream": False})),
    ("stream", "yes", alike({"stream": True})),
    ("stream", "with-usage", alike({"stream": True, "stream_options": {"include_usage": True}})),
    ("format", "text", lambda on: shaped("text", on)),
    ("format", "json_object", lambda on: shaped("json_object", on)),
    ("format", "json_schema", lambda on: shaped("json_schema", on, name="person", schema={})),
    ("format", "other", lambda on: shaped("xml", on)),
    ("schema", "person", lambda on: shaped("json_schema", on, name="person", schema={})),
    ("schema", "unusable", lambda on: shaped("json_schema", on, name="person", schema={"enum": []})),
    ("schema", "none", lambda on: shaped("json_object", on)),
    ("tools", "none", alike({"tools": []})),
    ("tools", "get_time get_weather", lambda on: offered("get_weather", "get_time", on=on)),
    ("offered", "none", alike({"tools": None})),
    ("offered", "functions", lambda on: offered("get_weather", on=on)),
    ("offered", "server", alike({"tools": [{"type": "web_search"}]})),
    ("offered", "too-many", lambda on: offered(*(f"f{number}" for number in range(201)), on=on)),
    ("offered", "unusable", lambda on: {"tools": [function("a", on, enum=[])]}),
    ("choice", "unset", alike({"tool_choice": None})),
    ("choice", "auto", alike({"tool_choice": "auto"})),
    ("choice", "none", alike({"tool_choice": "none"})),
    ("choice", "required", alike({"tool_choice": "required"})),
    ("choice", "function", lambda on: chosen("get_weather", on)),
    ("choice", "other", alike({"tool_choice": "sometimes"})),
    ("call", "no", lambda on: offered("get_weather", on=on)),
    ("call", "no", lambda on: offered("get_weather", on=on) | told("And the weather?", on) | {"tool_choice": "none"}),
    ("call", "yes", lambda on: offered("get_weather", on=on) | told("And the weather?", on)),
    ("call", "yes", lambda on: offered("get_weather", on=on) | {"tool_choice": "required"}),
    ("call", "yes", lambda on: offered("get_weather", on=on) | chosen("get_weather", on)),
    ("parallel", "yes", alike({"parallel_tool_calls": True})),
    ("parallel", "no", alike({"parallel_tool_calls": False})),
    ("turn", "user", alike({})),
    ("turn", "tool", lambda on: called_back("{}", on)),
    ("turn", "system", lambda on: said(("user", "Hi"), ("system", "Be brief"), on=on)),
    ("turns", "fine", lambda on: called_back('{"city": "Paris"}', on)),
    ("turns", "empty", lambda on: said(("user", []), on=on)),
    ("turns", "empty", lambda on: said(("user", "Hi"), ("assistant", None), on=on)),
    ("turns", "bad-arguments", lambda on: called_back("", on)),
    ("turns", "bad-arguments", lambda on: called_back('{"city":', on)),
    ("parts", "text", lambda on: said(("user", [{"type": "text", "text": "Hi"}]), on=on)),
    ("parts", "image", lambda on: said(("user", [PIXEL]), ("assistant", "A pixel"), ("user", "And?"), on=on)),
    ("parts", "file", lambda on: said(("user", [{"type": "input_file", "file_data": "data:application/pdf;base64,"}]), on=on)),
    ("extras", "none", alike({"n": 1})),
    ("extras", "n", alike({"n": 2})),
    ("extras", "deferred background", alike({"deferred": True, "background": True})),
    ("prompt", "puzzle", lambda on: told(f"Please: {prompts()['puzzle']} Thank you.", on)),
    ("prompt", "long", lambda on: told(f"Please: {long_prompt(129_900).text} Thank you.", on)),
    ("prompt", "long", lambda on: told(long_prompt(100).text, on)),
    ("prompt", "other", lambda on: told("Hi", on)),
]


@BOTH
@pytest.mark.parametrize(
    ("dimension", "value", "worded"), WORDINGS, ids=[f"{n}-{name}-{value}" for n, (name, value, _) in enumerate(WORDINGS)]
)
def test_either_endpoint_words_each_value_in_its_way(dimension, value, worded, endpoint, means):
    assert means(worded(endpoint), on=endpoint)[dimension] == value


@BOTH
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("none", b""),
        ("unreadable", b'{"model":'),
        ("unreadable", b"[]"),
        ("unreadable", b"[" * 99_999),
        ("unreadable", b"{}"),
        ("unreadable", b'{"model": 4, "messages": [], "input": []}'),
        ("unreadable", b'{"model": "grok-4"}'),
        ("unreadable", b'{"model": "grok-4", "messages": 4, "input": 4}'),
        ("object", b'{"model": "grok-4", "messages": [], "input": []}'),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_is_read_or_not(kind, body, endpoint, means):
    assert means(body=body, on=endpoint)["body"] == kind


@BOTH
@pytest.mark.parametrize(("method", "told"), [("POST", "right"), ("GET", "wrong"), ("PUT", "wrong")])
def test_the_method_is_that_of_the_endpoint_or_not(method, told, endpoint, means):
    assert means(on=endpoint, method=method)["method"] == told


@BOTH
@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer good-key", "good"),
        ("bearer good-key ", "good"),
        ("Bearer other-key", "wrong"),
        ("Bearer good-key-and-more", "wrong"),
        ("Bearer ", "missing"),
        ("Basic good-key", "missing"),
        ("good-key", "missing"),
        ("", "missing"),
    ],
)
def test_the_key_is_good_wrong_or_missing(header, key, endpoint, means):
    assert means(on=endpoint, key=header)["key"] == key


def test_of_thinking_that_is_sent_back_is_told_whether_it_is_as_it_came(means):
    whole = {"type": "reasoning", "summary": [], "encrypted_content": sealed("an answer")}
    bare = {"type": "reasoning", "id": "rs_1"}
    for item, turns in ((whole, "fine"), ({**whole, "encrypted_content": "other"}, "changed-reasoning"), (bare, "no-reasoning")):
        assert means({"input": [*HI, item, *HI]}, on="responses", issued=())["turns"] == turns
    assert means({"input": [*HI, {**whole, "encrypted_content": "other"}]}, on="responses", issued=("other",))["turns"] == "fine"


def test_what_a_responses_request_wants_included_is_told(means):
    wanted = {"include": ["reasoning.encrypted_content"]}
    assert means(wanted, on="responses")["include"] == "encrypted-reasoning"
    assert (
        means({"include": [*wanted["include"], "web_search_call.action.sources"]}, on="responses")["include"]
        == "encrypted-reasoning"
    )
    assert means({"include": ["web_search_call.action.sources"]}, on="responses")["include"] == "none"
    assert means({"include": ["something.else"]}, on="responses")["include"] == "other"
    assert means({"include": []}, on="responses")["include"] == "none"
    assert means(wanted)["include"] == "none"


# --- the docstring and the schemas say what is so -----------------------------------------------------------------------

DOCUMENTED = dict(re.findall(r"^(\w+) +(\S.*(?:\n {11}.*)*)$", semantics.__doc__.split("=\n")[1], re.MULTILINE))
CLOSED = {
    name: set(re.findall(r"``([\w-]+)``", DOCUMENTED[name]))
    for name in [
        "body",
        "call",
        "choice",
        "format",
        "include",
        "key",
        "length",
        "limit",
        "method",
        "offered",
        "parallel",
        "parts",
        "stream",
        "thinking",
        "trait",
        "turns",
    ]
}


def listed(schema, place):
    """The dimensions of a schema's ``when`` with their values, where they are listed."""
    found = json.loads((SCHEMAS / f"{schema}.schema.json").read_bytes())
    for step in place.split("/"):
        found = found[step]
    return {name: set(rule["else"].get("enum", ())) - {"any"} for name, rule in found["properties"].items()}


def test_the_documented_dimensions_are_those_of_a_meaning_in_their_order(means):
    assert list(DOCUMENTED) == list(means())


@pytest.mark.parametrize(
    ("schema", "place"),
    [("rules", "$defs/when"), ("cassette", "properties/interactions/items/properties/grokgate/properties/when")],
)
def test_a_rule_may_want_each_documented_value_and_no_other(schema, place, means):
    allowed = listed(schema, place)
    assert allowed.keys() == means().keys()
    assert {name: allowed[name] for name in CLOSED} == CLOSED


def test_every_documented_value_is_worded_here():
    elsewhere = {"body", "include", "key", "method", "trait"}
    worded = {name: {value for dimension, value, _ in WORDINGS if dimension == name} for name in CLOSED.keys() - elsewhere}
    of_one = {"strange-root", "no-reasoning", "changed-reasoning"}  # not of the first world, and not of both endpoints
    assert worded == {name: CLOSED[name] - of_one for name in worded}


# --- one dimension after another ----------------------------------------------------------------------------------------


def test_the_scenario_is_the_one_that_was_asked_for(means):
    assert means(scenario="capacity")["scenario"] == "capacity"


@pytest.mark.parametrize(
    ("model", "scenario", "trait"),
    [
        ("grok-4", "thinking-shown", "showed-thinking"),
        ("grok-4", "limit-counts-thinking", "limit-counted-thinking"),
        ("grok-4", "plain", "none"),
        ("grok-3", "thinking-shown", "none"),
        ("grok-nonesuch-9", "thinking-shown", "none"),
    ],
)
def test_a_habit_is_told_where_the_scenario_is_about_it_and_the_model_has_it(model, scenario, trait, means):
    assert means({"model": model}, scenario=scenario)["trait"] == trait


def test_where_another_model_answers_what_it_refuses_thinks_and_holds_counts(means):
    asked = {"reasoning_effort": "none", **told(long_prompt(300_000).text, "chat")}
    plain, redirected = (means(asked, scenario=scenario) for scenario in ("plain", "redirected"))
    about = ("served", "refused", "thinking", "length")
    assert [plain[name] for name in about] == ["grok-4-0709", "reasoning_effort", "hidden", "over"]
    assert [redirected[name] for name in about] == ["grok-4.3", "none", "none", "fits"]
    assert means({"model": "grok-nonesuch-9"}, scenario="redirected")["served"] == "unknown"
    assert means({"model": "grok-4.3"}, scenario="redirected")["served"] != "grok-4.3"


def test_a_field_that_was_retired_is_refused_before_all_else(means, later_world):
    asked = {"search_parameters": {}, "presence_penalty": 0, "model": "grok-4.20-multi-agent"}
    assert means(asked, world=later_world)["refused"] == "search_parameters"
    assert means({"search_parameters": {}})["refused"] == "search_parameters"


def test_a_model_may_be_had_on_one_endpoint_alone(means, later_world):
    asked = {"model": "grok-4.20-multi-agent", "presence_penalty": 0}
    assert [means(asked, on=on, world=later_world)["refused"] for on in PATHS] == ["endpoint", "presence_penalty"]


def test_the_names_of_retired_models_are_retired_where_they_are_refused(means, later_world):
    found = [means({"model": name}, scenario="retired-names-refused", world=later_world) for name in ("grok-4", "grok-4.3")]
    assert [one["served"] for one in found] == ["retired", "grok-4.3"]


def test_in_the_scenario_wrong_key_the_good_key_is_wrong(means):
    assert means(scenario="wrong-key")["key"] == "wrong"


def test_a_request_without_an_authorization_has_no_key(world):
    request = WireRequest("GET", "https://api.x.ai/v1/models", {})
    assert meaning(request, world, {}, key="good-key", scenario="plain")["key"] == "missing"


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/v1/chat/completions", "chat"),
        ("POST", "/v1/chat/completions/", "chat"),
        ("POST", "/v1/chat/completions?x=1", "chat"),
        ("POST", "/gateway/v1/chat/completions", "chat"),
        ("GET", "/v1/chat/completions", "chat"),
        ("POST", "/v1/responses", "responses"),
        ("POST", "/v1/responses/", "responses"),
        ("POST", "/v1/chat/completion", "other"),
        ("POST", "/chat/completions", "other"),
        ("GET", "/v1/models", "models"),
        ("GET", "/v1/language-models", "language-models"),
        ("GET", "/v1/models/grok-4", "model"),
        ("GET", "/v1/language-models/grok-4", "language-model"),
        ("POST", "/v1/tokenize-text", "tokenize-text"),
        ("GET", "/v1/chat/deferred-completion/1", "chat/deferred-completion/1"),
        ("GET", "/", "other"),
    ],
)
def test_the_route_is_the_path(method, path, route, means):
    assert means(method=method, path=path)["route"] == route


def test_a_path_with_a_slash_behind_it_is_read_like_one_without(means):
    assert means(on="responses", path="/v1/responses/") == means(on="responses")


@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("grok-4-latest", "grok-4-0709"),
        ("grok-4-0709", "grok-4-0709"),
        ("grok-3-mini-beta", "grok-3-mini"),
        ("Grok-4", "unknown"),
        ("grok4", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_model_served_is_the_one_behind_the_name_as_it_is_spelt(name, served, means):
    assert means({"model": name})["served"] == served


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"presence_penalty": None}, "none"),
        ({"stop": "", "model": "grok-4"}, "stop"),
        ({"reasoning_effort": "none"}, "reasoning_effort"),
        ({"stop": ["END"], "frequency_penalty": 1.0, "presence_penalty": 0.5}, "presence_penalty"),
        ({"stop": ["END"], "model": "grok-3"}, "none"),
        ({"reasoning_effort": "low", "model": "grok-3-mini"}, "none"),
        ({"presence_penalty": 1, "model": "grok-nonesuch-9"}, "none"),
        ({"presencePenalty": 1, "temperature": 0, "max_completion_tokens": 5}, "none"),
    ],
    ids=str,
)
def test_the_first_parameter_that_this_model_refuses_is_named(more, refused, means):
    assert means(more)["refused"] == refused


@pytest.mark.parametrize(
    ("more", "thinking"),
    [
        ({"model": "grok-4.3", "reasoning_effort": "none"}, "none"),
        ({"model": "grok-4.3", "reasoning_effort": "xhigh"}, "shown"),
        ({"model": "grok-4-fast-non-reasoning"}, "none"),
        ({"model": "grok-4-fast-non-reasoning", "reasoning_effort": "none"}, "none"),
        ({"model": "grok-4-fast-non-reasoning", "reasoning_effort": "low"}, "shown"),
        ({"model": "grok-4.6", "reasoning_effort": "xhigh"}, "shown"),
        ({"model": "grok-4", "reasoning_effort": "medium"}, "shown"),
        ({"model": "grok-4.20-non-reasoning"}, "none"),
    ],
    ids=str,
)
def test_the_effort_decides_what_a_model_of_today_thinks(more, thinking, means, later_world):
    assert means(more, world=later_world)["thinking"] == thinking


@pytest.mark.parametrize(("day", "whole"), [("2025-10-14", "hidden"), ("2026-03-12", "shown")])
def test_a_model_may_have_shown_its_thinking_in_streams_alone(day, whole, means, tape):
    asked, world = {"model": "grok-code-fast-1"}, tape.on(day).world
    assert means(asked, world=world)["thinking"] == whole
    assert means(asked | {"stream": True}, world=world)["thinking"] == "shown"


@pytest.mark.parametrize("most", [{"max_tokens": 5}, {"max_tokens": 500, "max_completion_tokens": 5}])
def test_the_newer_name_of_the_limit_goes_first(most, means):
    assert means(most)["limit"] == "tight"


def test_a_limit_that_is_true_is_no_number(means):
    assert means(limited(True, "chat"))["limit"] == "other"


@pytest.mark.parametrize(
    ("more", "stream"),
    [
        ({"stream": None}, "no"),
        ({"stream": True, "stream_options": {"include_usage": False}}, "yes"),
        ({"stream": True, "stream_options": None}, "yes"),
        ({"stream_options": {"include_usage": True}}, "no"),
    ],
    ids=str,
)
def test_usage_comes_with_a_stream_that_asked_for_it(more, stream, means):
    assert means(more)["stream"] == stream


@pytest.mark.parametrize(
    ("wanted", "format", "schema"),
    [
        (None, "text", "none"),
        ({"type": "json_schema"}, "json_schema", "none"),
        ({}, "other", "none"),
        ("json_object", "other", "none"),
    ],
    ids=str,
)
def test_a_format_that_is_half_there_is_told_as_far_as_it_goes(wanted, format, schema, means):
    found = means({"response_format": wanted})
    assert (found["format"], found["schema"]) == (format, schema)


@pytest.mark.parametrize(
    ("schema", "usable"),
    [
        ({"type": "object", "properties": {"a": {"enum": []}}}, False),
        ({"anyOf": []}, False),
        ({"properties": {"a": True}}, False),
        ({"type": "array", "items": [{"type": "string"}]}, False),
        ({"$defs": {"a": {"type": "array", "contains": {}, "minContains": 2}}}, False),
        ({"anyOf": [{"type": "array", "maxContains": 1}]}, False),
        ({"properties": {"minContains": {"type": "integer"}, "items": {"type": "array"}}}, True),
        ({"enum": [{"enum": []}], "default": {"anyOf": []}}, True),
        ({"type": "object", "additionalProperties": False, "required": []}, True),
        (None, True),
    ],
    ids=str,
)
def test_a_schema_is_unusable_where_the_documentation_says_so(schema, usable, means):
    found = means(shaped("json_schema", "chat", name="person", schema=schema))["schema"]
    assert found == ("person" if usable else "unusable")


@pytest.mark.parametrize(
    ("tools", "offered"),
    [
        ([function("a", "chat"), {"type": "web_search"}], "server"),
        ("a", "none"),
    ],
    ids=str,
)
def test_tools_that_are_not_all_functions_are_told_apart(tools, offered, means):
    assert means({"tools": tools})["offered"] == offered


def test_functions_as_the_other_endpoint_writes_them_are_none_here(means):
    assert means({"tools": [function("a", "chat")]}, on="responses")["body"] == "unreadable"
    assert means({"tools": [function("a", "responses")]})["body"] == "unreadable"


def test_the_root_of_parameters_must_be_an_object_where_the_world_says_so(means, later_world):
    asked = {"tools": [function("a", "chat", anyOf=[{"type": "string"}, {"type": "object"}])]}
    assert (means(asked)["offered"], means(asked, world=later_world)["offered"]) == ("functions", "strange-root")


def test_the_most_tools_are_those_of_the_world(means, later_world):
    asked = offered(*(f"f{number}" for number in range(350)), on="chat")
    assert (means(asked)["offered"], means(asked, world=later_world)["offered"]) == ("too-many", "functions")


def test_another_vendors_choice_of_a_tool_is_taken(means):
    assert means({"tool_choice": {"type": "tool", "name": "get_weather"}})["choice"] == "function"


@BOTH
@pytest.mark.parametrize("content", [None, "", [], "I look it up."], ids=str)
def test_what_stands_beside_a_tool_call_does_not_matter(content, endpoint, means):
    asked = called_back("{}", endpoint)
    if endpoint == "chat":
        asked["messages"][1]["content"] = content
    assert means(asked, on=endpoint)["turns"] == "fine"


def test_no_message_is_no_turn(means):
    assert means(said())["turn"] == "none"


def test_input_may_be_a_text_and_instructions_are_no_prompt(means):
    assert means({"input": prompts()["puzzle"]}, on="responses")["prompt"] == "puzzle"
    assert means({"instructions": prompts()["puzzle"]}, on="responses")["prompt"] == "other"


PUZZLE = prompts()["puzzle"]


@BOTH
@pytest.mark.parametrize(
    ("turns", "prompt"),
    [
        ([("user", PUZZLE)], "puzzle"),
        ([("user", [{"type": "text", "text": PUZZLE}, PIXEL])], "puzzle"),
        ([("user", [{"type": "text", "text": PUZZLE[:9]}, {"type": "text", "text": PUZZLE[9:]}])], "puzzle"),
        ([("user", PUZZLE), ("assistant", None), ("tool", "5 cents")], "puzzle"),
        ([("user", PUZZLE), ("user", "Hi")], "other"),
        ([("system", PUZZLE), ("user", "Hi")], "other"),
        ([("user", "x" * 9999 + PUZZLE)], "puzzle"),
        ([("user", PUZZLE + "x" * 9999)], "puzzle"),
        ([("user", "x" * 9999 + PUZZLE + "x" * 9999)], "puzzle"),
        ([("user", prompts()["non-ascii"])], "non-ascii"),
        ([("user", None)], "other"),
        ([], "other"),
    ],
    ids=[
        "alone",
        "part",
        "split",
        "before-a-tool",
        "earlier",
        "system",
        "behind-much",
        "before-much",
        "amid-much",
        "non-ascii",
        "no-content",
        "nothing",
    ],
)
def test_the_prompt_is_known_wherever_a_provider_puts_it(turns, prompt, endpoint, means):
    assert means(said(*turns, on=endpoint), on=endpoint)["prompt"] == prompt


@pytest.mark.parametrize("name", prompts())
def test_no_prompt_stands_in_another(name):
    assert [other for other, text in prompts().items() if prompts()[name] in text] == [name]


def test_non_ascii_is_known_escaped_or_not(means):
    content = PLAIN["chat"] | told(prompts()["non-ascii"], "chat")
    bodies = [json.dumps(content, ensure_ascii=ascii).encode() for ascii in (True, False)]
    assert [means(body=body)["prompt"] for body in bodies] == ["non-ascii", "non-ascii"]


@BOTH
def test_what_the_endpoint_does_not_know_changes_nothing(endpoint, means):
    other = {"chat": "responses", "responses": "chat"}[endpoint]
    foreign = {
        **shaped("json_object", other),
        **told(prompts()["puzzle"], other),
        **({"reasoning": {"effort": "high"}, "instructions": "Be brief"} if endpoint == "chat" else {}),
    }
    assert means(foreign, on=endpoint) == means(on=endpoint)


def test_the_content_has_chats_names_without_what_the_endpoint_does_not_know():
    body = json.dumps({"model": "grok-4", "messages": [], "input": []}).encode()
    found = [content_of(WireRequest("POST", f"https://api.x.ai{path}", {}, body)) for path in [*PATHS.values(), "/v1/models"]]
    assert [sorted(content) for content in found] == [
        ["messages", "model"],
        ["messages", "model"],
        ["messages", "model"],
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "type", "function", "name", "content", "tool_calls", "text", "output", "arguments"])
            | st.sampled_from(["json_schema", "format", "effort", "properties", "enum"]),
            inner,
        )
    ),
    max_leaves=6,
)
FIELDS = [
    *("model", "messages", "input", "instructions", "stream", "stream_options", "response_format", "text", "tools"),
    *("tool_choice", "stop", "reasoning", "reasoning_effort", "max_tokens", "include", "n", "previous_response_id"),
]
TURNS = st.lists(st.dictionaries(st.sampled_from(["role", "content", "tool_calls", "type", "arguments"]), JSON), max_size=3)


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON)
    | st.fixed_dictionaries({"model": st.just("grok-4"), "messages": TURNS, "input": TURNS, "tools": TURNS, "tool_choice": JSON}),
    st.sampled_from(list(PATHS)),
)
def test_whatever_a_provider_sends_has_a_meaning(means, content, endpoint):
    found = means(body=json.dumps(content).encode(), on=endpoint)
    assert {type(value) for value in found.values()} == {str}
    assert found.keys() == means().keys()
