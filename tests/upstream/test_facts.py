"""What is known of xAI's refusals and of the parameters that it takes, played on both tapes, each in the words of its time."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from grokgate.formats.fixtures import long_prompt
from grokgate.upstream.library import tapes
from grokgate.values.wire import Miss, WireRequest

HI = [{"role": "user", "content": "Hi"}]
CODES = {
    "argument": ("Client specified an invalid argument", "invalid-argument"),
    "permission": ("The caller does not have permission to execute the specified operation", "permission-denied"),
    "not-found": ("Some requested entity was not found", "not-found"),
    "capacity": ("The service is currently unavailable", "unavailable"),
    "exhausted": ("Some resource has been exhausted", "resource-exhausted"),
    "spending": (None, "personal-team-blocked:spending-limit"),
    "key": ("The request does not have valid authentication credentials", "unauthenticated:no-credentials"),
}
"""The vocabulary until June 2026, and since July."""
GONE = "Live search is deprecated. Please switch to the Agent Tools API: https://docs.x.ai/docs/guides/tools/overview"


TAPES = tapes()
"""Every bundled world."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that differs from a plain one in what is said here."""

    body: dict[str, Any] | bytes = field(default_factory=dict)
    path: str = "/v1/chat/completions"
    method: str = "POST"
    key: str | None = "example-key"
    scenario: str = "plain"

    def of(self, tape):
        said = {"input" if self.path.endswith("responses") else "messages": HI}
        body = self.body if isinstance(self.body, bytes) else json.dumps({"model": "grok-4"} | said | self.body).encode()
        key = tape.key if self.key == "example-key" else self.key
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return tape.answer(WireRequest(self.method, f"https://api.x.ai{self.path}", headers, body), self.scenario)


def asked(**body):
    return Asked(body=body)


def on_responses(**body):
    return Asked(body=body, path="/v1/responses")


def told(tokens, **body):
    return asked(messages=[{"role": "user", "content": long_prompt(tokens).text}], **body)


def tools(count):
    return [{"type": "function", "function": {"name": f"f{number}"}} for number in range(count)]


def with_parameters(schema):
    return asked(tools=[{"type": "function", "function": {"name": "f", "parameters": schema}}])


def called_back(arguments):
    calls = [{"id": "c1", "type": "function", "function": {"name": "a", "arguments": arguments}}]
    return asked(messages=[*HI, {"role": "assistant", "content": "", "tool_calls": calls}, {"role": "tool", "content": "1"}])


def unsupported(parameter):
    """The refusal of a parameter, then and now."""
    now = f"Model grok-4 does not support parameter {parameter}."
    return f"Argument not supported on this model: {parameter}", now


UNION = "f: tool parameter root must be an object type (root schema is an anyOf/oneOf union with a non-object branch)"
NO = None
"""The fact does not hold in that world."""
REFUSALS = [
    # request                                                     status  code          a word of the text: then, now
    (asked(presence_penalty=0), 400, "argument", *unsupported("presencePenalty")),
    (asked(presence_penalty=0, model="grok-3"), 400, "argument", unsupported("presencePenalty")[0], "Model grok-3 does not"),
    (asked(frequency_penalty=0), 400, "argument", *unsupported("frequencyPenalty")),
    (asked(stop=["END"]), 400, "argument", *unsupported("stop")),
    (
        asked(stop=["END"], model="grok-4.3"),
        400,
        "argument",
        unsupported("stop")[0],
        "Model grok-4.3 does not support parameter stop.",
    ),
    (asked(stop=["END"], model="grok-4.6"), 400, "argument", NO, "Model grok-4.6 does not support parameter stop."),
    (asked(reasoning_effort="low"), 400, "argument", "Model grok-4 does not support parameter reasoningEffort.", NO),
    (asked(reasoning_effort="low", model="grok-code-fast-1"), 400, "argument", *["code-fast-1 does not support"] * 2),
    (on_responses(reasoning={"effort": "low"}), 400, "argument", "grok-4 does not support parameter reasoningEffort.", NO),
    (told(256_001), 400, "argument", "maximum prompt length is 256000 but the request contains 256001 tokens.", NO),
    (told(1_000_001), 400, "argument", "length is 256000 but", "is 1000000 but the request contains 1000001 tokens."),
    (told(200_000, model="grok-3"), 400, "argument", "131072 but the request contains 200000 tokens.", NO),
    (Asked(key="incorrect-key"), 400, "argument", "Incorrect API key provided: in***ey.", "Incorrect API key provided. You"),
    (Asked(key=None), 401, "key", "API key", "API key"),
    (Asked(scenario="no-credits"), 403, "permission", *["doesn't have any credits yet"] * 2),
    (Asked(scenario="access-denied"), 403, "permission", *["Access to the chat endpoint is denied."] * 2),
    (Asked(scenario="access-denied-503"), 403, "permission", *["503"] * 2),
    (asked(model="grok-nonesuch-9"), 404, "not-found", "using the correct API key.", "does not have access to it. If you"),
    (asked(model="grok-beta"), 404, "not-found", *["deprecated on 2025-09-15 and is no longer accessible via the API"] * 2),
    (on_responses(model="grok-nonesuch-9"), 400, "argument", *["Model not found: grok-nonesuch-9"] * 2),
    (Asked(scenario="retired-names-refused"), 404, "not-found", NO, "The model grok-4 was deprecated on 2026-05-15"),
    (Asked(path="/v1/chat/completion"), 404, "not-found", *["No handler found on route."] * 2),
    (Asked(method="GET", body=b""), 405, NO, "", ""),
    (Asked(body=b""), 415, NO, *["Expected request with `Content-Type: application/json`"] * 2),
    (Asked(body=b'{"model":"grok-4"'), 422, NO, *["Failed to deserialize the JSON body"] * 2),
    (Asked(body=b'{"messages":[]}'), 422, NO, *["missing field `model`"] * 2),
    (Asked(body=b'{"model":"grok-4"}'), 422, NO, *["missing field `messages`"] * 2),
    (Asked(body=b'{"model":"grok-4"}', path="/v1/responses"), 422, NO, *["missing field `input`"] * 2),
    (Asked(scenario="no-such-model"), 404, "not-found", *["The model grok-4 does not exist or your team"] * 2),
    (Asked(scenario="no-such-model", path="/v1/responses"), 400, "argument", *["Model not found: grok-4"] * 2),
    (Asked(scenario="retired"), 404, "not-found", *["deprecated on 2026-05-15 and is no longer accessible"] * 2),
    (Asked(scenario="retired", path="/v1/responses"), 400, "argument", *["Model not found: grok-4"] * 2),
    (Asked(scenario="unreadable"), 422, NO, *["messages[0]: missing field `content`"] * 2),
    (Asked(scenario="live-search"), 410, "none", *[GONE] * 2),
    (asked(search_parameters={"mode": "off"}), 410, "none", *[GONE] * 2),
    (on_responses(search_parameters={"mode": "auto"}), 410, "none", *[GONE] * 2),
    (asked(search_parameters={}, model="grok-4.5"), 410, "none", NO, GONE),
    (
        Asked(scenario="rate-limit"),
        429,
        "exhausted",
        "and model grok-4-0709. Your team's rate limit is",
        "Too many requests for team",
    ),
    (Asked(scenario="content-refused"), 403, "permission", "SAFETY_CHECK_TYPE_", "Content violates usage guidelines. "),
    (Asked(scenario="credits-spent-403"), 403, "permission", NO, "has either used all available credits or reached"),
    (Asked(scenario="spending-limit"), 403, "spending", NO, "run out of credits or need a Grok subscription."),
    (Asked(scenario="invalid-arguments"), 400, "argument", NO, "Invalid arguments passed to the model"),
    (with_parameters({"anyOf": [{"type": "object"}, {"type": "null"}]}), 400, "argument", NO, UNION),
    (with_parameters({"type": "object", "oneOf": [{"type": "string"}]}), 400, "argument", NO, UNION),
    (with_parameters({"type": "array"}), 400, "argument", NO, "f: tool parameter root must be an object type"),
    (with_parameters({"properties": {"a": {"enum": []}}}), 400, "argument", *["Invalid function schema."] * 2),
    (with_parameters({"properties": {"a": {"items": {"anyOf": []}}}}), 400, "argument", *["Invalid function schema."] * 2),
    (
        on_responses(tools=[{"type": "function", "name": "f", "parameters": {"enum": []}}]),
        400,
        "argument",
        *["Invalid function"] * 2,
    ),
    (
        Asked(path="/v1/models/grok-nonesuch-9", method="GET", body=b""),
        404,
        "not-found",
        *["The model grok-nonesuch-9 does not"] * 2,
    ),
    (
        Asked(path="/v1/models/grok-beta", method="GET", body=b""),
        404,
        "not-found",
        *["The model grok-beta was deprecated on 2025"] * 2,
    ),
    (Asked(path="/v1/language-models/grok-beta", method="GET", body=b""), 404, "not-found", *["grok-beta was deprecated"] * 2),
    (Asked(path="/v1/models/grok-4", method="POST"), 405, NO, "", ""),
    (Asked(scenario="credits-spent"), 429, "exhausted", *["has either used all available credits or reached"] * 2),
    (Asked(scenario="capacity"), 503, "capacity", *["The model is at capacity"] * 2),
    (Asked(scenario="grammar-too-complex"), 400, "argument", *["Grammar is too complex"] * 2),
    (asked(tools=tools(201)), 400, "argument", "201 tools have been provided but the maximum is 200.", NO),
    (asked(tools=tools(351)), 400, "argument", "but the maximum is 200.", "351 tools have been provided but the maximum is 350."),
    (asked(messages=[{"role": "user", "content": []}]), 400, "argument", *["must have at least one content element."] * 2),
    (called_back(""), 400, "argument", *["The arguments to a tool_call with ID 'c1' are not a valid JSON string."] * 2),
]


@pytest.fixture(params=[0, 1], ids=["then", "now"])
def time(request):
    """Until May 2026, or since."""
    return request.param


@pytest.fixture
def of_its_time(time, tape, later_tape):
    return (tape, later_tape)[time]


@pytest.mark.parametrize(
    ("request_", "status", "code", "then", "now"), REFUSALS, ids=[f"{n}-{row[1]}" for n, row in enumerate(REFUSALS)]
)
def test_what_xai_refuses_is_refused_in_the_words_of_its_time(request_, status, code, then, now, time, of_its_time):
    words = (then, now)[time]
    answer = request_.of(of_its_time)
    if words is None:
        assert isinstance(answer, Miss) or (then or now).encode() not in answer.body
        return
    assert answer.status == status
    if code is None:  # plain text
        assert words in answer.body.decode()
        return
    refusal = json.loads(answer.body)
    assert words in refusal["error"]
    assert refusal.get("code") == (CODES[code][time] if code in CODES else None)


def test_a_wrong_key_is_echoed_no_longer(later_tape):
    assert b"in***ey" not in Asked(key="incorrect-key").of(later_tape).body


# --- which model refuses which parameter --------------------------------------------------------------------------------

EFFORT = "reasoning_effort"
TAKES = {
    # model: then                     presence, frequency, stop, effort;  1: refused
    ("grok-4", 0): (1, 1, 1, 1),
    ("grok-4-latest", 0): (1, 1, 1, 1),
    ("grok-4-fast", 0): (1, 1, 1, 1),
    ("grok-4-1-fast", 0): (1, 1, 1, 1),
    ("grok-4-1-fast-non-reasoning", 0): (1, 0, 0, 1),
    ("grok-code-fast-1", 0): (1, 1, 1, 1),
    ("grok-3", 0): (1, 0, 0, 1),
    ("grok-3-mini", 0): (1, 1, 1, 0),
    # now
    ("grok-4", 1): (1, 1, 1, 0),
    ("grok-4-0709", 1): (1, 1, 1, 0),
    ("grok-3-mini", 1): (1, 1, 1, 0),
    ("grok-4.3", 1): (1, 1, 1, 0),
    ("grok-4.20-0309-reasoning", 1): (1, 1, 0, 1),
    ("grok-4.20-0309-non-reasoning", 1): (1, 0, 0, 1),
    ("grok-4.20-multi-agent", 1): (1, 1, 0, 0),
    ("grok-build-0.1", 1): (1, 1, 0, 1),
    ("grok-4.5", 1): (1, 1, 1, 0),
    ("grok-4.6", 1): (1, 1, 1, 0),
}
ON_RESPONSES = {"grok-4.20-multi-agent"}
"""Models that chat completions does not have."""


def given(name, value, path):
    """A parameter as the endpoint words it."""
    return {"reasoning": {"effort": value}} if name == EFFORT and path.endswith("responses") else {name: value}


GIVEN = {"presence_penalty": 0.5, "frequency_penalty": 0.5, "stop": ["END"], EFFORT: "high"}


@pytest.mark.parametrize(("model", "when"), TAKES, ids=str)
def test_each_model_refuses_what_it_is_known_to(model, when, tape, later_tape):
    path = "/v1/responses" if model in ON_RESPONSES else "/v1/chat/completions"
    asked = [Asked(body={"model": model, **given(name, value, path)}, path=path) for name, value in GIVEN.items()]
    found = [one.of((tape, later_tape)[when]).status for one in asked]
    assert found == [400 if refused else 200 for refused in TAKES[model, when]]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in ("presence_penalty", "frequency_penalty") for value in (0, 0.0, -2)],
        *[("stop", value) for value in ("", [], ["END"])],
        *[(EFFORT, value) for value in ("", "low")],
        *[("search_parameters", value) for value in ({}, {"mode": "off"}, 0, "", False)],
    ],
    ids=repr,
)
def test_a_refused_parameter_is_refused_with_any_value_and_null_is_none(name, value, path, tape, later_tape):
    refusing = {EFFORT: "grok-4.20", "stop": "grok-4.5"}.get(name, "grok-4")
    where, model = (tape, "grok-4") if name in ("stop", EFFORT) else (later_tape, refusing)
    said, nothing = (Asked(body={"model": model, **given(name, one, path)}, path=path).of(where) for one in (value, None))
    assert (said.status, nothing.status) == (410 if name == "search_parameters" else 400, 200)
    if name == "stop":
        assert Asked(body={"model": refusing, **given(name, value, path)}, path=path).of(later_tape).status == 400


@pytest.mark.parametrize(
    "more",
    [
        {"temperature": 0},
        {"top_p": 0.5},
        {"seed": 7},
        {"max_tokens": 500},
        {"max_completion_tokens": 500},
        {"tools": tools(1), "tool_choice": "auto"},
        {"tools": tools(1), "tool_choice": "required", "parallel_tool_calls": False},
        {"tools": tools(1), "tool_choice": {"type": "function", "function": {"name": "f0"}}},
        {"tools": tools(1), "tool_choice": {"type": "tool", "name": "f0"}},
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}},
        {"stream": True, "stream_options": {"include_usage": True}},
        {"live_search": False, "enable_cached_prompt": True},
        {"logprobs": True, "top_logprobs": 2},
        {"n": 1, "user": "somebody"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_xai_takes_is_answered(more, of_its_time):
    assert asked(**more).of(of_its_time).status == 200


# --- the world in which grok-4 is grok-4.3 ------------------------------------------------------------------------------


def message(answer):
    return json.loads(answer.body)["choices"][0]["message"]


@pytest.mark.parametrize("model", ["grok-4", "grok-4-0709", "grok-4-latest", "grok-3", "grok-4.3"])
def test_grok_4_and_its_like_are_answered_by_grok_4_3_which_shows_its_thinking(model, later_tape):
    answer = asked(model=model).of(later_tape)
    assert (answer.status, json.loads(answer.body)["model"]) == (200, "grok-4.3")
    assert message(answer)["reasoning_content"]


@pytest.mark.parametrize("effort", ["low", "medium", "high"])
def test_an_effort_is_taken(effort, later_tape):
    assert message(asked(reasoning_effort=effort).of(later_tape))["reasoning_content"]


def test_without_effort_it_does_not_think(later_tape):
    answer = asked(reasoning_effort="none").of(later_tape)
    assert "reasoning_content" not in message(answer)
    assert json.loads(answer.body)["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0


def test_a_name_that_never_thought_is_answered_without_thinking(later_tape):
    answer = asked(model="grok-4-fast-non-reasoning").of(later_tape)
    assert json.loads(answer.body)["model"] == "grok-4.3"
    assert "reasoning_content" not in message(answer)


LADDER = ("none", "minimal", "low", "medium", "high", "xhigh", "extreme", "")
EACH_MODEL = [(name, model.id) for name, tape in TAPES.items() for model in tape.world.models]


@pytest.mark.parametrize(("name", "id"), EACH_MODEL)
@pytest.mark.parametrize("effort", LADDER)
@pytest.mark.parametrize("endpoint", ["chat", "responses"])
def test_every_effort_is_taken_or_refused_in_a_sentence(endpoint, effort, name, id):
    tape = TAPES[name]
    model = tape.world.served[id]
    asking = (
        asked(model=id, reasoning_effort=effort) if endpoint == "chat" else on_responses(model=id, reasoning={"effort": effort})
    )
    answer = asking.of(tape)
    assert not isinstance(answer, Miss), answer.reason
    said = json.loads(answer.body)
    if endpoint in model.endpoints and model.takes_effort(effort):
        assert (answer.status, said["model"]) == (200, model.named(effort))
        return
    sentence = f"This model does not support `reasoning_effort` value `{effort}`."
    if EFFORT in model.refuses:
        sentence = f"Model {id} does not support parameter reasoningEffort."
    refusal = {"code": CODES["argument"][name != "grok-4-0709"], "error": sentence}
    if endpoint not in model.endpoints:
        refusal = "Multi Agent requests are not allowed on chat completions"
    assert (answer.status, said) == (400, refusal)


@pytest.mark.parametrize("reasoning", [{}, {"effort": None}, {"summary": "auto"}, None], ids=str)
@pytest.mark.parametrize("name", ["grok-4.3", "grok-4.7"])
def test_reasoning_without_an_effort_is_fine(reasoning, name):
    assert on_responses(reasoning=reasoning).of(TAPES[name]).status == 200


@pytest.mark.parametrize("effort", ["medium", "high"])
def test_grok_3_mini_thought_no_more_than_high(effort, tape):
    answer = asked(model="grok-3-mini", reasoning_effort=effort).of(tape)
    assert json.loads(answer.body)["model"] == "grok-3-mini-high"


WEATHER = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
BEFORE_A_CALL = [
    ("grok-4-0709", "grok-2-1212", "auto", "I look it up."),
    ("grok-4-0709", "grok-2-1212", "required", ""),
    ("grok-4-0709", "grok-3-mini", "auto", ""),
    ("grok-4-0709", "grok-3-mini", "required", " "),
    *[("grok-4-0709", model, "auto", "") for model in ("grok-4", "grok-3", "grok-code-fast-1", "grok-4.3")],
    *[("grok-4.7", model, choice, "") for model in ("grok-4.7", "grok-4.3") for choice in ("auto", "required")],
]
"""What a stream says before it calls: the world, the model, the choice and the words. A blank is no word."""


@pytest.mark.parametrize(("name", "model", "choice", "words"), BEFORE_A_CALL)
def test_nothing_but_grok_2_speaks_before_a_streamed_call(name, model, choice, words):
    said = [{"role": "user", "content": "How is the weather?"}]
    answer = asked(model=model, messages=said, tools=WEATHER, tool_choice=choice, stream=True).of(TAPES[name])
    assert "tool_calls" in answer.body.decode()
    before = answer.body.decode().partition('"tool_calls"')[0].split("data: ")
    deltas = [json.loads(event)["choices"][0]["delta"] for event in before[1:] if event.endswith("\n\n")]
    assert "".join(delta.get("content", "") for delta in deltas) == words


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("tier", "named", "times"), [("priority", "priority", 2), ("default", "default", 1), (None, "default", 1)]
)
def test_the_priority_tier_is_named_and_costs_twice_as_much(tier, named, times, stream, later_tape):
    plain, answer = (
        asked(service_tier=one, stream=stream, stream_options={"include_usage": True}).of(later_tape) for one in (None, tier)
    )
    ticks = [int(re.search(rb'"cost_in_usd_ticks":(\d+)', one.body)[1]) for one in (plain, answer)]
    assert ticks[1] == times * ticks[0]
    assert set(re.findall(rb'"service_tier":"(\w+)"', answer.body)) == {named.encode()}
    assert answer.body.count(b'"service_tier"') == answer.body.count(b'"object"')


@pytest.mark.parametrize("name", ["grok-4.3", "grok-4.7"])
def test_the_newest_name_moves_on(name):
    answer = asked(model="grok-latest").of(TAPES[name])
    assert json.loads(answer.body)["model"] == name


def test_grok_4_7_is_there_from_its_day_on(later_tape):
    tape = TAPES["grok-4.7"]
    assert asked(model="grok-4.7").of(later_tape).status == 404
    assert asked(model="grok-4.6-latest").of(tape).status == 404
    answer = asked(model="grok-4.7").of(tape)
    assert message(answer)["reasoning_content"]
    refused = told(500_001, model="grok-4.7").of(tape)
    assert "is 500000 but the request contains 500001 tokens." in json.loads(refused.body)["error"]


@pytest.mark.parametrize("mode", ["on", "off", "auto"])
@pytest.mark.parametrize("ask", [asked, on_responses])
@pytest.mark.parametrize("tape", TAPES.values(), ids=TAPES)
def test_live_search_is_gone_from_its_day_on_whatever_was_asked_of_it(mode, ask, tape):
    asking = ask(search_parameters={"mode": mode})
    for day in ("", "2026-01-12", "2026-08-10"):  # a run plays the end of the era
        answer = asking.of(tape.on(day))
        assert (answer.status, json.loads(answer.body)) == (410, {"error": GONE})
    assert asking.of(tape.on("2026-01-11")).status == 200


@pytest.mark.parametrize(("day", "shown"), [("2025-10-14", False), ("2026-03-12", True), ("", True)])
def test_grok_code_fast_1_came_to_show_its_thinking_in_one_piece(day, shown, tape):
    asking = asked(model="grok-code-fast-1")
    assert ("reasoning_content" in message(asking.of(tape.on(day)))) is shown
    streamed = asked(model="grok-code-fast-1", stream=True).of(tape.on(day))
    assert b'"reasoning_content"' in streamed.body


CALLED = [
    {"role": "user", "content": "How is the weather?"},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"name": "get_weather", "arguments": "{}"}}]},
    {"role": "tool", "tool_call_id": "c", "content": "Rain."},
]
IMAGE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("tape", TAPES.values(), ids=TAPES)
@pytest.mark.parametrize(
    ("said", "more", "calls"),
    [
        (CALLED, {}, False),
        (CALLED, {"tool_choice": "required"}, True),
        (CALLED, {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}}, True),
        (CALLED, {"response_format": SCHEMA}, False),
        (CALLED, {"response_format": {"type": "json_object"}}, False),
        (CALLED, {"max_tokens": 3}, False),
        ([*CALLED, IMAGE], {}, False),
        ([*HI, {"role": "assistant", "content": "It is"}], {}, False),
        ([*HI, {"role": "system", "content": "Be brief."}], {"response_format": SCHEMA}, False),
    ],
)
def test_whoever_speaks_last_is_answered_and_a_call_that_is_demanded_comes(said, more, calls, tape, stream):
    model = tape.world.substitute
    answer = asked(model=model, messages=said, tools=WEATHER, stream=stream, **more).of(tape)
    assert not isinstance(answer, Miss), answer.reason
    assert answer.status == 200
    assert (b'"tool_calls":[' in answer.body) is calls


ELSEWHERE = ["stt", "tts", "tts/voices", "videos/generations", "videos/v1", "batches", "batches/b1/requests", "images/edits"]
ELSEWHERE += ["images/generations", "files", "realtime/client_secrets", "embeddings", "tokenize-text", "api-key", "models/a/b"]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_what_xai_has_elsewhere_is_not_on_tape_and_no_404(path, of_its_time):
    assert isinstance(Asked(path=f"/v1/{path}").of(of_its_time), Miss)


@pytest.mark.parametrize(
    ("name", "model", "row"),
    [
        ("grok-4-0709", "grok-4", "grok-4-0709"),
        ("grok-4-0709", "grok-4-0709", "grok-4-0709"),
        ("grok-4-0709", "grok-3-fast", "grok-3"),
        ("grok-4.3", "grok-4", "grok-4.3"),
        ("grok-4.3", "grok-code-fast-1", "grok-build-0.1"),
        ("grok-4.7", "grok-latest", "grok-4.7"),
        ("grok-4.7", "grok-4.20-multi-agent", "grok-4.20-multi-agent-0309"),
    ],
)
def test_one_of_a_list_is_its_row_there(name, model, row):
    for path, rows in (("models", "data"), ("language-models", "models")):
        one, whole = (
            json.loads(Asked(path=f"/v1/{path}{rest}", method="GET", body=b"").of(TAPES[name]).body) for rest in (f"/{model}", "")
        )
        assert one["id"] == row
        assert one in whole[rows]


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"type": "object"},
        {"type": ["object"]},
        {"properties": {}},
        {"anyOf": [{"type": "object"}, {"$ref": "#/$defs/a"}]},
    ],
    ids=str,
)
def test_parameters_with_an_object_at_their_root_are_taken(schema, of_its_time):
    assert with_parameters(schema).of(of_its_time).status == 200


def test_where_the_retired_names_are_refused_their_heir_is_not(later_tape):
    assert Asked(scenario="retired-names-refused").of(later_tape).status == 404
    heir = Asked(scenario="retired-names-refused", body={"model": "grok-4.3"}).of(later_tape)
    assert isinstance(heir, Miss) or heir.status == 200


def test_then_grok_4_kept_its_thinking_to_itself(tape):
    answer = asked().of(tape)
    assert json.loads(answer.body)["model"] == "grok-4-0709"
    assert "reasoning_content" not in message(answer)
    assert json.loads(answer.body)["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0


@pytest.mark.parametrize("effort", ["low", None])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tools": [{"type": "function", "name": "f0", "parameters": {"type": "object"}}], "tool_choice": "required"},
        {"text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}}}},
    ],
    ids=["plain", "tools", "schema"],
)
def test_thinking_comes_encrypted_where_it_is_wanted_and_only_there(more, effort, later_tape):
    for include in ([], ["reasoning.encrypted_content"]):
        answer = on_responses(include=include, reasoning={"effort": effort}, **more).of(later_tape)
        [thought] = [item for item in json.loads(answer.body)["output"] if item["type"] == "reasoning"]
        assert ("encrypted_content" in thought) is bool(include)
