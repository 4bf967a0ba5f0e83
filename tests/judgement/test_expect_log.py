"""Statements about failed calls in the log, and about what must not stand in it."""

import json

import pytest

from grokgate.judgement.expect import NotRun, Unkept, failures, log
from grokgate.values.call import Call
from grokgate.values.chat import ChatRequest, Message, ToolCall
from grokgate.values.wire import Answer, Exchange, WireRequest

PATTERNS = ("grok-4", "ERROR")
LINE = "12:00 ERROR call of grok-4 failed\n"
KEY = "xai-grokgate-0123456789abcdef01234567"
PROMPT = "Where did you put the “blue” folder,\nthe one with my résumé?"
SYSTEM = "You are the archivist of the northern branch."
ARGUMENTS = {"city": "Lillehammer"}
ANSWERED = "It lies under the red one, on the left."


@pytest.fixture
def tally(rollout):
    return lambda *calls: failures(calls, rollout.target, PATTERNS)


@pytest.fixture
def said():
    """Makes a call with a long prompt, a tool call in its history, and an answer; ``said(log=…)``."""

    def make(log, answer=None) -> Call:
        message = {"content": ANSWERED, "tool_calls": [{"function": {"arguments": json.dumps({"unit": "fahrenheit"})}}]}
        body = json.dumps({"choices": [{"message": message}]}).encode() if answer is None else answer
        calls = (ToolCall(id="1", name="get_weather", arguments=ARGUMENTS),)
        messages = (
            Message(role="system", content=SYSTEM),
            Message(role="user", content=PROMPT),
            Message(role="assistant", content=None, tool_calls=calls),
        )
        exchange = Exchange(
            request=WireRequest("POST", "https://api.x.ai/v1/chat/completions", {}, b"{}"),
            answer=Answer(status=200, headers={}, body=body),
        )
        return Call(
            asked=ChatRequest(model="grok-4", messages=messages), mode="chat", environment={}, exchanges=(exchange,), log=log
        )

    return make


def broken(statement, *arguments) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments)
    return raised.value


# --- failed calls


def test_a_refusal_that_the_caller_never_hears_of_is_no_failed_call(call, tally):
    refused = call(status=403, answer={"code": "x", "error": "no credits"}, log="INFO fine\n")
    with pytest.raises(NotRun, match=r"POST-7\.1 fails: the caller of .* got an answer where xAI gave none"):
        tally(refused).are_logged_once_each()


def test_a_log_that_was_never_written_hides_nothing(said):
    with pytest.raises(NotRun, match="nothing was ever written to the log"):
        log(said("")).hides_the_key(KEY, "\n")


def test_each_failed_call_left_one_line(call, tally):
    seen = tally(call(failure="XAIError: no", log=LINE), call(log="INFO fine\n"), call(model="grok4", failure="E: no", log=LINE))
    seen.are_logged_once_each()
    assert str(seen) == "2 of 3 grok-4 calls failed; ERROR lines in the log: 2"


def test_failed_calls_that_left_no_line_are_counted(call, tally):
    lost, told = call(failure="XAIError: no", log="WARNING no\n"), call(failure="XAIError: no", log=LINE)
    assert str(broken(tally(lost, told, lost).are_logged_once_each)) == "2 of 3 failed grok-4 calls left no ERROR line"


def test_a_failure_is_logged_by_two_layers(call, tally):
    twice = call(failure="XAIError: no", log=LINE * 2)
    assert str(broken(tally(twice).are_logged_once_each)) == "2 ERROR lines for one failed grok-4 call"


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"body": {"model": "grok-3"}, "model": "grok-3", "failure": "E: no"},
        {"exchanges": (), "failure": "E: no", "model": "x"},
    ],
    ids=["answered", "of-another-model", "never-made"],
)
def test_a_line_stands_where_no_call_of_the_model_failed(call, tally, other):
    unkept = broken(tally(call(log=LINE, **other)).are_logged_once_each)
    assert str(unkept).startswith("an ERROR line names grok-4 where no call of it failed: chat(model=")


def test_an_alias_that_leaves_as_it_is_was_a_call_of_the_model_all_the_same(call, tally):
    tally(call({"model": "grok4"}, model="grok4", failure="E: no", log=LINE)).are_logged_once_each()


def test_a_call_that_succeeds_in_the_end_is_no_failed_one(call, exchange, tally):
    tally(
        call(exchanges=[exchange(status=503, answer={"error": "no"}), exchange()], log="WARNING again\n")
    ).are_logged_once_each()


# --- what was said


@pytest.mark.parametrize(
    ("line", "whose"),
    [
        (f"INFO asked {PROMPT!r}", "the user message 2"),
        (f"INFO sending {json.dumps({'content': PROMPT})}", "the user message 2"),
        (f"INFO sending {json.dumps(json.dumps({'content': PROMPT}))}", "the user message 2"),
        (f"INFO asked {PROMPT[:21]}", "the user message 2"),
        (f"INFO asked …{PROMPT[-22:]}", "the user message 2"),
        (f"INFO as {SYSTEM}", "the system message 1"),
        (f"INFO called with {ARGUMENTS}", "the arguments of get_weather in message 3"),
        (f"INFO calls with {json.dumps(json.dumps({'unit': 'fahrenheit'}))}", "the arguments of tool call 1 in answer 1"),
        (f"INFO got {ANSWERED}", "answer 1"),
    ],
)
def test_what_was_said_stands_in_the_log(said, line, whose):
    unkept = broken(log(said(f"INFO start\n{line}\n")).holds_nothing_said)
    assert unkept.because.startswith(f"line 2 of the call's log quotes {whose}: ")
    assert len(unkept.because.partition(": ")[2]) <= 20 + len("''")


@pytest.mark.parametrize(
    "line",
    [
        "INFO call of grok-4 with get_weather, 3 messages, 62 characters",
        f"INFO asked {PROMPT[:15]}…",
        "INFO the weather in Lillestrøm is left to others",
        "",
    ],
)
def test_names_figures_and_ordinary_words_are_no_text_of_anybody(said, line):
    log(said(f"{line}\n")).holds_nothing_said()


def test_half_an_answer_is_text_of_the_model_too(said):
    half = json.dumps({"id": "1", "choices": [{"message": {"content": ANSWERED}}]}).encode()[:-15]
    assert broken(log(said(f"WARNING no JSON: {half.decode()}", half)).holds_nothing_said).because.startswith("line 1")


def test_a_stream_is_put_together_before_it_is_looked_for(said):
    pieces = [ANSWERED[start : start + 3] for start in range(0, len(ANSWERED), 3)]
    stream = "".join(f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n" for piece in pieces).encode()
    assert broken(log(said(f"INFO streamed {ANSWERED}", stream)).holds_nothing_said).because.startswith("line 1")


# --- the key


@pytest.mark.parametrize("shown", [KEY, KEY[:-4] + "****", f"…{KEY[-8:]}", repr(KEY)])
def test_a_part_of_the_key_that_tells_it_stands_in_the_log(call, shown):
    unkept = broken(log(call(log="")).hides_the_key, KEY, f"INFO start\nINFO key {shown}\n")
    assert (str(unkept), unkept.saw) == ("the API key stands in line 2 of the log", "the key")


@pytest.mark.parametrize("shown", ["[key]", "xa***67", "xai-grokgate-", ""])
def test_a_masked_key_is_none(call, shown):
    log(call(log="")).hides_the_key(KEY, f"INFO key {shown}\n")
