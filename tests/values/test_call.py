"""A call tells what left, what came back, and itself in one line; evidence keeps it as its schema says."""

import json

import pytest

from grokgate.formats.document import check
from grokgate.formats.home import SCHEMAS
from grokgate.values.call import LARGE, LONGEST_LINE, Call
from grokgate.values.chat import ChatRequest, ChatResult, Failure, Message
from grokgate.values.wire import Answer, Egress, Exchange, Miss, WireRequest

TOOL = {"type": "function", "function": {"name": "get_weather"}}
ASKED = ChatRequest(model="grok-4", messages=())


def exchange(body=b"{}", answer=b'{"model": "grok-4-0709"}', **more):
    request = WireRequest("POST", "https://api.x.ai/v1/chat/completions", {"authorization": "[key]"}, body)
    return Exchange(request=request, answer=Answer(status=200, headers={}, body=answer, provenance="derived"), **more)


def call(*exchanges, asked=ASKED, mode="chat", environment=None, **more):
    return Call(asked=asked, mode=mode, environment=environment or {}, exchanges=exchanges, **more)


def test_what_left_is_what_did_not_stray():
    stray, first, again = exchange(b"0", stray=True), exchange(b"1"), exchange(b"2")
    assert [request.body for request in call(stray, first, again).left] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("answers", "parsed"),
    [([], None), ([b'{"a": 1}'], {"a": 1}), ([b'{"a": 1}', b'{"a": 2}'], {"a": 2}), ([b"data: {}\n\n"], None), ([b""], None)],
    ids=["none", "one", "retried", "stream", "empty"],
)
def test_the_answer_is_the_last_one_parsed(answers, parsed):
    assert call(*(exchange(answer=answer) for answer in answers)).answer == parsed


def test_a_call_that_was_broken_off_has_no_answer():
    assert call(Exchange(request=exchange().request, fault="disconnect")).answer is None


def test_misses_are_told_by_their_reasons():
    assert call(exchange(), exchange(miss=Miss(meaning={}))).misses == ("no rule of this world covers the request",)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "chat(model='grok-4')"),
        ({"limit": 0, "parameters": {"stop": ["END"]}}, "chat(model='grok-4', limit=0, stop=['END'])"),
        ({"response_format": {"type": "json_object"}}, "chat(model='grok-4', response_format='json_object')"),
        ({"tools": (TOOL,), "tool_choice": "none"}, "chat(model='grok-4', tools=['get_weather'], tool_choice='none')"),
    ],
)
def test_a_call_says_itself_in_one_line(asked, said):
    assert call(asked=ChatRequest(model="grok-4", messages=(), **asked)).said == said


def test_a_call_says_what_it_has_beside_a_question():
    turns = [
        Message(role=role, content=text) for role, text in (("system", "Be brief."), ("user", "x" * 5000), ("assistant", "y"))
    ]
    asked = ChatRequest(model="grok-4", messages=tuple(turns))
    assert call(asked=asked).said == "chat(model='grok-4', system='Be brief.', turns=2, prompt=5,000 characters)"
    question = ChatRequest(model="grok-4", messages=tuple(turns[2:]))
    assert call(asked=question).said == "chat(model='grok-4')"


def test_a_call_says_its_mode_and_the_variables_that_differ():
    varied = call(mode="astream", environment={"GROK4_DEFAULT": "true", "XAI_ALLOWED_MODELS": ""})
    assert varied.said == "GROK4_DEFAULT='true' XAI_ALLOWED_MODELS='' astream(model='grok-4')"


@pytest.mark.parametrize(
    "made",
    [
        call(result=ChatResult(text="Hi")),
        call(exchange(), exchange(miss=Miss(meaning={}), stray=True), result=ChatResult(text=None), log="a line\n"),
        call(
            Exchange(request=exchange().request, fault="disconnect"),
            failure=Failure(kind="APIConnectionError", message="Connection error."),
            egress=(Egress(target="telemetry.example:443", stack="in send\n"),),
            environment={"GROK4_DEFAULT": "true"},
        ),
    ],
    ids=["nothing-left", "answered", "broken"],
)
def test_evidence_keeps_a_call_as_its_schema_says(made):
    schema = json.loads((SCHEMAS / "evidence.schema.json").read_bytes())
    of_a_call = schema["$defs"]["case"]["properties"]["observations"]["items"]
    check(json.loads(json.dumps(made.to_json())), of_a_call, "a call")


def test_evidence_keeps_the_digest_of_a_large_body():
    [kept] = call(exchange(b"x" * (LARGE + 1), answer=b"y" * LARGE)).to_json()["wire"]
    assert kept["body"].startswith("sha256:")
    assert kept["answer"] == "y" * LARGE


def test_evidence_keeps_the_beginning_of_a_long_line_of_the_log():
    kept = call(log=f"short\n{'x' * (LONGEST_LINE + 1500)}\nlast").to_json()["log"]
    assert kept == f"short\n{'x' * LONGEST_LINE}… (1,500 more characters)\nlast"
