"""A recorded answer is placed where it says what the rule says, and nowhere else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grokgate.formats.document import load
from grokgate.formats.fixtures import prompt
from grokgate.upstream.fidelity.reply import captured
from grokgate.upstream.library import tapes
from grokgate.upstream.placement import placed
from grokgate.upstream.refusal import difference, refusal
from grokgate.upstream.tape import Tape
from grokgate.values.capture import Capture
from grokgate.values.wire import WireRequest

TAPES = tapes()
RECIPES = {
    row["grokgate"]["id"]: row["grokgate"].get("recipe")
    for tape in TAPES.values()
    for folder in tape.world.folders
    for file in Path(folder).glob("*.yaml")
    for row in load(file, "cassette")["interactions"]
}
NOT_THERE = {"no-such-model", "unknown-model", "unknown-model-on-responses", "retired", "retired-model", "retired-names-refused"}
TWINS = (NOT_THERE, {"live-search", "live-search-asked"}, {"no-credits", "access-denied-503"})
"""Rules that say the same; which of them it is follows from the request, or cannot be told."""
CHAT = "https://api.x.ai/v1/chat/completions"

RUNNING = {name: Tape(tape.world, tape.prompts, key=tape.key) for name, tape in TAPES.items()}
"""The same as a run has them: they refuse thinking that they did not encrypt."""


def refusing():
    return [
        pytest.param(tape, recording, id=f"{name}-{recording.id}")
        for name, tape in TAPES.items()
        for recording in tape.world.recordings
        if recording.rule and recording.status >= 400
    ]


REFUSING = refusing()


def scenario_of(tape, recording):
    return tape.when(recording).get("scenario", ("plain",))[0]


def example(tape, recording):
    """The example request with its long prompt written out, and the answer that it gets."""
    request = recording.request
    if recipe := RECIPES[recording.id]:
        request = replace(request, body=request.body.replace(b"${prompt}", json.dumps(prompt(recipe))[1:-1].encode()))
    headers = dict(request.headers)
    if headers.get("authorization") == "Bearer example-key":
        headers["authorization"] = f"Bearer {tape.key}"
    request = replace(request, headers=headers)
    answer = RUNNING[tape.world.name].answer(request, scenario_of(tape, recording))
    assert answer.exchange == recording.id
    return captured(request, answer)


def same(one, other):
    return one == other or any({one, other} <= twins for twins in TWINS)


@pytest.mark.parametrize(("tape", "recording"), REFUSING)
def test_a_refusal_is_placed_at_its_own_rule_whatever_its_ids_and_numbers(tape, recording):
    """A key is not kept, and ids are other people's."""
    capture = example(tape, recording)
    bare = {name: value for name, value in capture.request.headers.items() if name != "authorization"}
    other = capture.body.replace(b"00000000-0000-0000-0000-000000000000", b"5c2a1f9e-7b34-4d10-9a6f-2f0d8b3c4e51")
    other = other.replace(b"65605/16000", b"81/60").replace(b"column 30", b"column 7").replace(b"line 1", b"line 12")
    for body in (capture.body, other):
        place = placed(replace(capture, request=replace(capture.request, headers=bare), body=body), tape)
        assert same(place.rule, recording.rule), place.reason
        assert place.reason == ""


@pytest.mark.parametrize("tape", TAPES.values(), ids=TAPES)
def test_no_other_rule_s_refusal_is_taken_for_a_rule_s(tape):
    """Each answer beside the exchange of each other rule: status, code and sentence are never all the same but for twins."""
    several = [param.values[1] for param in REFUSING if param.values[0] is tape]
    said = {one.id: example(tape, one).body.decode() for one in several if not RECIPES[one.id]}
    wrong = {
        (one.rule, other.rule)
        for one in several
        for other in several
        if other.id in said and one.status == other.status and not same(one.rule, other.rule)
        if not difference(said[other.id], one.body, {})
        if refusal(said[one.id]) != refusal(said[other.id])
    }
    wrong.discard(("unreadable-body", "unreadable"))  # what a deserializer says of a body, and what a test asks it to say
    assert {pair for pair in wrong if not all(rule.startswith("refused/") for rule in pair)} == set()


def on_responses(request):
    """The same request as the responses endpoint writes it."""
    content = dict(request.json)
    content["input"] = content.pop("messages")
    if effort := content.pop("reasoning_effort", None):
        content["reasoning"] = {"effort": effort}
    if shape := content.pop("response_format", None):
        content["text"] = {"format": {"type": "json_schema", **shape["json_schema"]}}
    if "tools" in content:
        content["tools"] = [{"type": "function", **tool.get("function", {})} for tool in content["tools"]]
    return replace(request, url="https://api.x.ai/v1/responses", body=json.dumps(content).encode())


@pytest.mark.parametrize("tape", TAPES.values(), ids=TAPES)
def test_a_refusal_on_responses_is_placed_at_the_rule_that_it_shares_with_chat(tape):
    count = 0
    for recording in (param.values[1] for param in REFUSING if param.values[0] is tape and not RECIPES[param.values[1].id]):
        asked = recording.request.json
        if "responses" not in tape.when(recording)["route"] or not isinstance(asked, dict) or "messages" not in asked:
            continue
        request = on_responses(example(tape, recording).request)
        answer = tape.answer(request, scenario_of(tape, recording))
        if answer.exchange == recording.id:  # some rules have another exchange there
            count += 1
            assert same(placed(captured(request, answer), tape).rule, recording.rule)
    assert count > 20


OVERFLOW = "This model's maximum prompt length is 131072 but the request contains 625077 tokens."
OLD, NEW = "Client specified an invalid argument", "invalid-argument"


@pytest.fixture
def refused():
    """The place of a refusal of an ordinary request, as somebody recorded it."""

    def place(error, *, status=400, code=OLD, world="grok-4-0709", body=None, **more):
        asked = {"model": "grok-3-mini", "messages": [{"role": "user", "content": "Hi"}]} | more
        answer = body or json.dumps({"code": code, "error": error}).encode()
        request = WireRequest("POST", CHAT, {}, json.dumps(asked).encode())
        return placed(Capture(request=request, status=status, headers={}, body=answer), TAPES[world])

    return place


def test_a_real_overflow_whose_prompt_was_taken_out_plays_nothing_and_says_which_rule_says_so(refused):
    place = refused(OVERFLOW)
    assert place.rule == ""
    assert place.reason == (
        "the answer is 400; rule plain/shown answers 200; "
        "it says what rule too-long says, but length is fits, the rule wants over"
    )


@pytest.mark.parametrize(
    ("error", "more", "reason"),
    [
        ("Grammar is too complex.", {}, "nearest is rule grammar-too-complex, but its sentence is another"),
        ("grammar is too complex", {}, "nearest is rule grammar-too-complex, but its sentence is another"),
        ("Grammar is too complex", {"code": NEW}, f"grammar-too-complex, but its code is {OLD!r}, this one's {NEW!r}"),
        ("Grammar is too complex", {"status": 422}, "nearest is rule grammar-too-complex, but its status is 400"),
        ("Grammar is too complex", {"body": b'"Grammar is too complex"'}, "worded in another form"),
        (
            "Argument not supported on this model: stop",
            {"presence_penalty": 0},
            "it says what rule refused/presence-penalty says, but of another model or parameter than was sent",
        ),
        (
            "Argument not supported on this model: stop",
            {},
            "it says what rule refused/presence-penalty says, but refused is none, the rule wants presence_penalty",
        ),
    ],
)
def test_a_near_miss_plays_nothing_and_is_told_with_the_nearest(error, more, reason, refused):
    place = refused(error, **more)
    assert (place.rule, place.when) == ("", None)
    assert reason in place.reason


def test_what_is_refused_by_name_is_refused_to_that_name_alone(refused):
    place = refused(
        "Model grok-code-fast-1 does not support parameter reasoningEffort.", model="grok-code-fast-1", reasoning_effort="low"
    )
    assert (place.rule, place.when) == ("refused/reasoning-effort", {"asked": ("grok-code-fast-1",)})


def test_an_effort_that_is_refused_by_its_value_is_that_effort_alone(refused):
    error = "This model does not support `reasoning_effort` value `none`."
    place = refused(error, code=NEW, world="grok-4.7", model="grok-4.5", reasoning_effort="none")
    assert (place.rule, place.when) == ("effort-value", {"effort": ("none",)})
    assert refused(error, code=NEW, world="grok-4.7", model="grok-4.5", reasoning_effort="least").rule == ""


def test_what_is_said_of_a_body_is_said_of_its_like_alone(refused):
    error = b'Failed to deserialize the JSON body into the target type: max_tokens: invalid type: string "many", expected i32'
    place = refused("", status=422, body=error + b" at line 9 column 9", max_tokens="many")
    assert (place.rule, place.when) == (
        "unreadable-body",
        {"complaint": ('max_tokens: invalid type: string "many", expected i32',)},
    )
    assert refused("", status=422, body=error.replace(b"many", b"few") + b" at line 9 column 9", max_tokens="many").rule == ""


def test_a_refusal_that_comes_whatever_is_asked_is_one_of_a_scenario(refused):
    error = (
        "Too many tokens for team 5c2a1f9e-7b34-4d10-9a6f-2f0d8b3c4e51 and model grok-4-0709. Your team's rate limit is — Tokens"
    )
    error += " per Minute (actual/limit): 81/60. You can view your team rate limits at https://console.x.ai."
    place = refused(error, status=429, code="Some resource has been exhausted", model="grok-4")
    assert (place.rule, place.when) == ("rate-limit", {"asked": ("grok-4",)})
    assert refused(error, status=429, code="Some resource has been exhausted", model="grok-3").rule == ""


@pytest.mark.parametrize(
    ("told", "wanted", "values", "differs"),
    [
        ('{"code":"c","error":"a  12,5\\n b"}', '{"code":"c","error":"a 3 b"}', {}, False),
        ('{"code":"c","error":"a 12 b."}', '{"code":"c","error":"a 3 b"}', {}, True),
        ('{"code":"c","error":"for grok-4"}', '{"code":"c","error":"for ${asked}"}', {}, False),
        ('{"code":"c","error":"for grok-4 and more"}', '{"code":"c","error":"for ${asked}"}', {}, True),
        ('{"code":"c","error":"not stop"}', '{"code":"c","error":"not ${argument}"}', {"argument": {"stop"}}, False),
        ('{"code":"c","error":"not stops"}', '{"code":"c","error":"not ${argument}"}', {"argument": {"stop"}}, True),
        ('{"error":"a"}', '{"code":"c","error":"a"}', {}, True),
        ('{"error":{"message":"a"}}', '{"error":"a"}', {}, True),
        ("a", '"a"', {}, True),
        ("", "", {}, False),
        ("<html>", "", {}, True),
    ],
)
def test_two_refusals_are_the_same_up_to_names_numbers_and_ids(told, wanted, values, differs):
    assert bool(difference(told, wanted, values)) is differs


def tool(name):
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}


def answered(world="grok-4-0709", served="grok-3-mini", calls=(), **more):
    """The place of an ordinary answer, as somebody recorded it; it may call functions."""
    asked = {"model": "grok-3-mini", "messages": [{"role": "user", "content": "Hi"}]} | more
    message = {"role": "assistant", "content": "" if calls else "Hi"}
    if calls:
        message["tool_calls"] = [
            {"id": "call_1", "type": "function", "function": {"name": name, "arguments": "{}"}} for name in calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    body = json.dumps({"object": "chat.completion", "model": served, "choices": [choice]}).encode()
    request = WireRequest("POST", CHAT, {}, json.dumps(asked).encode())
    return placed(Capture(request=request, status=200, headers={"content-type": "application/json"}, body=body), TAPES[world])


def test_an_answer_by_another_model_plays_nothing():
    place = answered(served="grok-4.3")
    assert place.reason == "rule plain/shown: grok-4.3 answered, which is not who does in world grok-4-0709"


def test_an_answer_plays_for_the_efforts_under_which_its_model_bears_that_name():
    assert answered().when == {"served": ("grok-3-mini",), "effort": ("unset", "low")}
    assert "unset" not in answered(served="grok-3-mini-high", reasoning_effort="high").when["effort"]


def test_a_call_plays_where_it_is_as_free_and_for_the_function_that_is_demanded():
    tools = [tool("get_weather"), tool("get_time")]
    one = {"type": "function", "function": {"name": "get_time"}}
    weather = [{"role": "user", "content": "How is the weather?"}]
    free = answered(calls=["get_weather"], tools=tools, messages=weather)
    assert (free.when["choice"], "demanded" in free.when, "parallel" in free.when) == (("unset", "auto"), False, False)
    demanded = answered(calls=["get_time"], tools=tools, tool_choice=one)
    assert (demanded.when["choice"], demanded.when["demanded"]) == (("function",), ("get_time",))
    assert answered(calls=["get_weather", "get_time"], tools=tools, messages=weather).when["parallel"] == ("yes",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "it was recorded without its body"),
        (b"<html>busy</html>", "its answer is no JSON"),
        (b'{"object":"list","data":[]}', "its answer has choices, this one not"),
        (b'data: {"choices":[]}\n\ndata: [DONE]\n\n', "its answer is in one piece, this one not"),
    ],
)
def test_an_answer_of_another_sort_plays_nothing(body, reason):
    request = WireRequest("POST", CHAT, {}, b'{"model":"grok-3-mini","messages":[{"role":"user","content":"Hi"}]}')
    place = placed(Capture(request=request, status=200, headers={}, body=body), TAPES["grok-4-0709"])
    assert place.reason == f"rule plain/shown: {reason}"


@pytest.mark.parametrize("comments", ["", ": keepalive\n\n", ": keepalive\n" * 7 + "\n"])
@pytest.mark.parametrize(
    ("end", "reason"), [("data: [DONE]\n\n", ""), ("", "the stream was cut before its end by whoever recorded it")]
)
def test_a_stream_with_comments_is_a_stream(comments, end, reason):
    chunk = {"object": "chat.completion.chunk", "model": "grok-3-mini"}
    chunk["choices"] = [{"index": 0, "delta": {"content": "Hi", "role": "assistant"}, "finish_reason": "stop"}]
    body = f"{comments}data: {json.dumps(chunk)}\n\n{end}".encode()
    request = WireRequest("POST", CHAT, {}, b'{"model":"grok-3-mini","stream":true,"messages":[{"role":"user","content":"Hi"}]}')
    for sent in (body, body.replace(b"\n", b"\r\n")):
        place = placed(Capture(request=request, status=200, headers={}, body=sent), TAPES["grok-4-0709"])
        assert place.reason.removeprefix("rule plain-stream/shown: ") == reason
