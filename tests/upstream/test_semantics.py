"""What a request means, dimension by dimension; how it is worded does not matter."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.formats.fixtures import prompts
from grokgate.upstream.semantics import meaning
from grokgate.values.wire import WireRequest

CHAT = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}
PIXEL = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
WEATHER = {"type": "function", "function": {"name": "get_weather"}}
TIME = {"type": "function", "function": {"name": "get_time"}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "person", "schema": {}}}


@pytest.fixture(scope="session")
def means(world):
    """The meaning of a chat request with more in its body, or of another body, path, method or key."""

    def of(more=None, *, body=None, method="POST", path="/v1/chat/completions", key="Bearer good-key", scenario="plain"):
        raw = json.dumps(CHAT | (more or {})).encode() if body is None else body
        request = WireRequest(method, f"https://api.x.ai{path}", {"authorization": key}, raw)
        return meaning(request, world, prompts(), key="good-key", scenario=scenario)

    return of


def said(*turns):
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def test_a_plain_request_means_this(means):
    assert means() == {
        "scenario": "plain",
        "route": "chat",
        "key": "good",
        "body": "object",
        "served": "grok-4-0709",
        "refused": "none",
        "stream": "no",
        "format": "text",
        "schema": "none",
        "tools": "none",
        "choice": "unset",
        "turn": "user",
        "parts": "text",
        "prompt": "other",
    }


def test_the_scenario_is_the_one_that_was_asked_for(means):
    assert means(scenario="capacity")["scenario"] == "capacity"


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/v1/chat/completions", "chat"),
        ("POST", "/v1/chat/completions/", "chat"),
        ("POST", "/v1/chat/completions?x=1", "chat"),
        ("POST", "/gateway/v1/chat/completions", "chat"),
        ("GET", "/v1/chat/completions", "other"),
        ("POST", "/v1/chat/completion", "other"),
        ("POST", "/chat/completions", "other"),
        ("GET", "/v1/models", "models"),
        ("GET", "/v1/models/grok-4", "models/grok-4"),
        ("POST", "/v1/responses", "responses"),
        ("POST", "/v1/tokenize-text", "tokenize-text"),
        ("GET", "/", "other"),
    ],
)
def test_the_route_is_method_and_path(method, path, route, means):
    assert means(method=method, path=path)["route"] == route


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
def test_the_key_is_good_wrong_or_missing(header, key, means):
    assert means(key=header)["key"] == key


def test_in_the_scenario_wrong_key_the_good_key_is_wrong(means):
    assert means(scenario="wrong-key")["key"] == "wrong"


def test_a_request_without_an_authorization_has_no_key(world):
    request = WireRequest("GET", "https://api.x.ai/v1/models", {})
    assert meaning(request, world, {}, key="good-key", scenario="plain")["key"] == "missing"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "none"),
        (b'{"model":', "not-json"),
        (b"[]", "not-json"),
        (b"[" * 99_999, "not-json"),
        (b"{}", "no-model"),
        (b'{"model": 4, "messages": []}', "no-model"),
        (b'{"model": "grok-4"}', "no-messages"),
        (b'{"model": "grok-4", "messages": "Hi"}', "no-messages"),
        (b'{"model": "grok-4", "messages": 4}', "no-messages"),
        (b'{"model": "grok-4", "messages": []}', "object"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_body_is_told_by_what_it_lacks(body, kind, means):
    assert means(body=body)["body"] == kind


@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("grok-4", "grok-4-0709"),
        ("grok-4-latest", "grok-4-0709"),
        ("grok-4-0709", "grok-4-0709"),
        ("grok-3-fast", "grok-3"),
        ("grok-3-mini-beta", "grok-3-mini"),
        ("Grok-4", "unknown"),
        ("grok4", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_model_served_is_the_one_behind_the_name(name, served, means):
    assert means({"model": name})["served"] == served


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"presence_penalty": 0}, "presence_penalty"),
        ({"presence_penalty": None}, "none"),
        ({"stop": []}, "stop"),
        ({"reasoning_effort": "high"}, "reasoning_effort"),
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
    ("more", "stream"),
    [
        ({}, "no"),
        ({"stream": False}, "no"),
        ({"stream": None}, "no"),
        ({"stream": True}, "yes"),
        ({"stream": True, "stream_options": {"include_usage": True}}, "with-usage"),
        ({"stream": True, "stream_options": {"include_usage": False}}, "yes"),
        ({"stream": True, "stream_options": None}, "yes"),
        ({"stream_options": {"include_usage": True}}, "no"),
    ],
    ids=str,
)
def test_a_stream_comes_with_or_without_usage(more, stream, means):
    assert means(more)["stream"] == stream


@pytest.mark.parametrize(
    ("wanted", "format", "schema"),
    [
        (None, "text", "none"),
        ({"type": "text"}, "text", "none"),
        ({"type": "json_object"}, "json_object", "none"),
        (SCHEMA, "json_schema", "person"),
        ({"type": "json_schema"}, "json_schema", "none"),
        ({"type": "xml"}, "other", "none"),
        ({}, "other", "none"),
        ("json_object", "other", "none"),
    ],
    ids=str,
)
def test_the_format_is_told_with_the_name_of_its_schema(wanted, format, schema, means):
    found = means({"response_format": wanted})
    assert (found["format"], found["schema"]) == (format, schema)


@pytest.mark.parametrize(
    ("offered", "tools"),
    [
        (None, "none"),
        ([], "none"),
        ([WEATHER], "get_weather"),
        ([WEATHER, TIME], "get_time get_weather"),
        ([TIME, WEATHER], "get_time get_weather"),
        ([{"type": "live_search"}], "?"),
        ([{"type": "function", "function": None}, "get_weather"], "? ?"),
    ],
    ids=str,
)
def test_tools_are_told_by_their_names_in_any_order(offered, tools, means):
    assert means({"tools": offered})["tools"] == tools


@pytest.mark.parametrize(
    ("asked", "choice"),
    [(None, "unset"), ("auto", "auto"), ("none", "none"), ("required", "required"), (WEATHER, "function")],
    ids=str,
)
def test_the_choice_of_tools_is_told(asked, choice, means):
    assert means({"tool_choice": asked})["choice"] == choice


@pytest.mark.parametrize(
    ("turns", "turn"),
    [
        ([("user", "Hi")], "user"),
        ([("user", "Hi"), ("assistant", None), ("tool", "21 °C")], "tool"),
        ([("user", "Hi"), ("system", "Be brief")], "system"),
        ([], "none"),
    ],
    ids=str,
)
def test_the_turn_is_that_of_the_last_message(turns, turn, means):
    assert means(said(*turns))["turn"] == turn


@pytest.mark.parametrize(
    ("turns", "parts"),
    [
        ([("user", "Hi")], "text"),
        ([("user", [{"type": "text", "text": "Hi"}])], "text"),
        ([("user", [{"type": "text", "text": "Hi"}, PIXEL])], "image"),
        ([("user", [PIXEL]), ("assistant", "A pixel"), ("user", "And?")], "image"),
    ],
    ids=["string", "part", "image", "image-before"],
)
def test_an_image_in_any_message_is_seen(turns, parts, means):
    assert means(said(*turns))["parts"] == parts


@pytest.mark.parametrize(
    ("turns", "prompt"),
    [
        ([("user", prompts()["puzzle"])], "puzzle"),
        ([("user", f"Please: {prompts()['puzzle']} Thank you.")], "puzzle"),
        ([("user", [{"type": "text", "text": prompts()["puzzle"]}, PIXEL])], "puzzle"),
        (
            [("user", [{"type": "text", "text": prompts()["puzzle"][:9]}, {"type": "text", "text": prompts()["puzzle"][9:]}])],
            "puzzle",
        ),
        ([("user", prompts()["puzzle"]), ("assistant", None), ("tool", "5 cents")], "puzzle"),
        ([("user", prompts()["puzzle"]), ("user", "Hi")], "other"),
        ([("system", prompts()["puzzle"]), ("user", "Hi")], "other"),
        ([("user", prompts()["non-ascii"])], "non-ascii"),
        ([("user", None)], "other"),
        ([], "other"),
    ],
    ids=["alone", "within", "part", "split", "before-a-tool", "earlier", "system", "non-ascii", "no-content", "nothing"],
)
def test_the_prompt_is_known_wherever_a_provider_puts_it(turns, prompt, means):
    assert means(said(*turns))["prompt"] == prompt


@pytest.mark.parametrize("name", prompts())
def test_no_prompt_stands_in_another(name):
    assert [other for other, text in prompts().items() if prompts()[name] in text] == [name]


def test_non_ascii_is_known_escaped_or_not(means):
    content = CHAT | said(("user", prompts()["non-ascii"]))
    bodies = [json.dumps(content, ensure_ascii=ascii).encode() for ascii in (True, False)]
    assert [means(body=body)["prompt"] for body in bodies] == ["non-ascii", "non-ascii"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "type", "function", "name"]), inner),
    max_leaves=6,
)
FIELDS = ["model", "messages", "stream", "stream_options", "response_format", "tools", "tool_choice", "stop"]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_whatever_a_provider_sends_has_a_meaning(means, content):
    found = means(body=json.dumps(content).encode())
    assert {type(value) for value in found.values()} == {str}
    assert found.keys() == means().keys()
