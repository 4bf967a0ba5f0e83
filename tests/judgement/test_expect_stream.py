"""Statements about streams: what the caller was handed, beside what xAI sent on the stream and unstreamed."""

import json
from dataclasses import replace

import pytest

from grokgate.judgement.expect import NotRun, Unkept, Unproven, caller, stream
from grokgate.judgement.expect.sent import sent
from grokgate.judgement.expect.unkept import called as shows
from grokgate.values.chat import ChatResult, Failure, ToolCall, Usage

WORDS = ("Paris", " is", " it.")
TEXT = "".join(WORDS)
EMPTY = {"delta": {}}
USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 32, "completion_tokens_details": {"reasoning_tokens": 20}}
COUNTED = Usage(prompt_tokens=10, completion_tokens=2, total_tokens=32, reasoning_tokens=20)
WEATHER = {"id": "call_1", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
IN_PARIS = ToolCall(id="call_1", name="get_weather", arguments={"city": "Paris"})
TOOLS = [{"type": "function", "function": {"name": "get_weather"}}]


def says(*words):
    return [{"delta": {"content": word}} for word in words]


def event(content):
    return b"data: " + json.dumps(content).encode() + b"\n\n"


@pytest.fixture
def streamed(call, exchange):
    """Makes a streamed call: its choices in order, whether it is counted, and what the caller got."""

    def make(*choices, finish="stop", counted=USAGE, body=None, failure=None, headers=None, url=None, fault=None, **result):
        chunks = [{"choices": [{"index": 0, **choice}]} for choice in choices]
        chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}] if finish else []
        chunks += [{"choices": [], "usage": counted}] if counted else []
        left = exchange({"stream": True, **(body or {})})
        request = replace(left.request, headers=headers or {}, url=url or left.request.url)
        sse = b"".join(event(chunk) for chunk in chunks)
        answer = replace(left.answer, headers={"content-type": "text/event-stream"}, body=sse)
        made = replace(call(exchanges=[replace(left, request=request, answer=answer)]), mode="stream", fault=fault)
        if failure:
            return replace(made, result=None, failure=failure)
        got = {"text": TEXT, "finish_reason": finish, "usage": COUNTED, **result}
        return replace(made, result=ChatResult(**got))

    return make


@pytest.fixture
def whole(call):
    """Makes the same call unstreamed."""

    def make(answer=None, **result):
        choice = {"message": {"content": TEXT}, "finish_reason": "stop"}
        answer = answer or {"model": "grok-4-0709", "choices": [choice], "usage": USAGE}
        return call(answer=answer, **{"text": TEXT, "finish_reason": "stop", "usage": COUNTED, **result})

    return make


def broken(statement, *arguments) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments)
    return raised.value


# --- POST-6.1 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["text", "finish_reason", "usage"])
def test_is_same_as_unstreamed(part, streamed, whole):
    stream(streamed(*says(*WORDS))).is_same_as(whole(), part)


@pytest.mark.parametrize(
    ("part", "got", "because"),
    [
        ("text", {"text": "Paris"}, "streamed, the caller got Paris as text; unstreamed, Paris is it."),
        ("text", {"text": None}, "streamed, the caller got nothing as text; unstreamed, Paris is it."),
        ("finish_reason", {"finish_reason": None}, "streamed, the caller got nothing as finish reason; unstreamed, stop"),
        (
            "usage",
            {"usage": replace(COUNTED, reasoning_tokens=None)},
            "streamed, the caller got {'prompt_tokens': 10, 'completion_tokens': 2, 'total_tokens': 32}",
        ),
        (
            "usage",
            {"usage": None, "body": {"stream_options": {}}},
            "streamed, the caller got nothing as usage; unstreamed, {'prompt_tokens': 10, ",
        ),
    ],
)
def test_is_other_than_unstreamed(part, got, because, streamed, whole):
    unkept = broken(stream(streamed(*says(*WORDS), **got)).is_same_as, whole(), part)
    assert str(unkept).startswith(because)
    assert unkept.at == part


def test_usage_is_the_same_in_whichever_way_it_is_told(streamed, whole):
    included = replace(COUNTED, completion_tokens=22)
    for usage in (included, replace(included, reasoning_tokens=None)):
        stream(streamed(*says(*WORDS), usage=usage)).is_same_as(whole(usage=usage), "usage")
    other = {**USAGE, "total_tokens": 33, "completion_tokens_details": {"reasoning_tokens": 21}}  # xAI thinks anew
    thought_more = streamed(
        *says(*WORDS), counted=other, usage=replace(included, completion_tokens=23, reasoning_tokens=21, total_tokens=33)
    )
    stream(thought_more).is_same_as(whole(usage=included), "usage")


@pytest.mark.parametrize(("part", "got"), [("usage", {"usage": None}), ("finish_reason", {"finish_reason": None})])
def test_what_is_told_in_neither_way_is_not_the_same(part, got, streamed, whole):
    with pytest.raises(NotRun, match=f"told no {part.replace('_', ' ')} in either way; POST-1.2 judges that"):
        stream(streamed(*says(*WORDS), **got)).is_same_as(whole(**got), part)


@pytest.mark.parametrize(("part", "row"), [("text", r"POST-1\.2"), ("tool_calls", r"POST-4\.5")])
def test_where_the_unstreamed_call_fails_there_is_nothing_to_compare(part, row, streamed, call):
    with pytest.raises(NotRun, match=f"^{row} fails: the caller got ValueError: no, so there is nothing to hold the stream"):
        stream(streamed(*says(*WORDS))).is_same_as(call(failure="ValueError: no"), part)


@pytest.mark.parametrize("part", ["text", "finish_reason"])
def test_what_the_caller_of_a_stream_got_is_held_against_what_came(part, streamed):
    caller(streamed(*says(*WORDS))).gets_answered(part)
    lost = {"text": {"text": "Rome."}, "finish_reason": {"finish_reason": None}}[part]
    assert "; xAI answered" in str(broken(caller(streamed(*says(*WORDS), finish="stop", **lost)).gets_answered, part))


def test_calls_of_a_stream_are_held_against_what_came(streamed):
    caller(streamed({"delta": {"tool_calls": [WEATHER]}}, text="", tool_calls=(IN_PARIS,))).gets_tool_calls(1)


@pytest.mark.parametrize(("told", "unstreamed", "kept"), [("m", "m", True), ("asked", "m", False), ("asked", None, True)])
def test_a_stream_names_who_answered_as_it_is_named_unstreamed(told, unstreamed, kept, streamed, whole):
    held = stream(streamed(*says(*WORDS), told_model=told))
    if kept:
        held.is_same_as(whole(told_model=unstreamed), "told_model")
    else:
        unkept = broken(held.is_same_as, whole(told_model=unstreamed), "told_model")
        assert str(unkept) == "streamed, the caller got asked as told model; unstreamed, m"


def test_where_the_unstreamed_answer_is_the_wrong_one_it_is_shown(streamed, whole):
    right, wrong = streamed(*says(*WORDS)), whole(finish_reason=None)
    unkept = broken(stream(right).is_same_as, wrong, "finish_reason")
    assert shows(unkept) is wrong
    assert (unkept.expected, unkept.saw) == ("stop", None)


def test_who_does_not_ask_for_usage_is_told_none(streamed, whole):
    unkept = broken(stream(streamed(*says(*WORDS), counted=None, usage=None)).is_same_as, whole(), "usage")
    assert "where stream_options asks for it, which did not leave" in str(unkept)


def called(call_id="call_1", **more):
    said = {"content": None, "tool_calls": [{**WEATHER, "id": call_id}], **more}
    return {"model": "grok-4-0709", "choices": [{"message": said, "finish_reason": "tool_calls"}], "usage": USAGE}


@pytest.mark.parametrize("unstreamed", ["call_1", "call_2"])
def test_tool_calls_are_the_same_but_for_an_id_that_xai_made_anew(unstreamed, streamed, whole):
    one = streamed({"delta": {"tool_calls": [WEATHER]}}, text="", tool_calls=(IN_PARIS,))
    other = whole(called(unstreamed), text=None, tool_calls=(replace(IN_PARIS, id=unstreamed),))
    stream(one).is_same_as(other, "tool_calls")


@pytest.mark.parametrize("got", [(), (replace(IN_PARIS, id=""),), (IN_PARIS, IN_PARIS)], ids=["none", "no id", "twice"])
def test_tool_calls_are_not_the_same(got, streamed, whole):
    one = streamed({"delta": {"tool_calls": [WEATHER]}}, text="", tool_calls=got)
    other = whole(called("call_2"), text=None, tool_calls=(replace(IN_PARIS, id="call_2"),))
    assert "as tool calls; unstreamed" in str(broken(stream(one).is_same_as, other, "tool_calls"))


def test_where_another_request_left_xai_is_no_excuse(streamed, whole):
    one = streamed(*says("Rome."), body={"temperature": 2}, text="Rome.")
    assert "the caller got Rome. as text" in str(broken(stream(one).is_same_as, whole(), "text"))


def test_without_a_tool_call_nothing_is_proved(streamed, whole):
    with pytest.raises(Unproven, match="no tool was called"):
        stream(streamed(*says(*WORDS))).is_same_as(whole(), "tool_calls")


def test_an_error_is_told_as_it_is(streamed, whole):
    failed = streamed(failure=Failure(kind="TypeError", message="stream"))
    assert str(broken(stream(failed).is_same_as, whole(), "text")) == "the caller got TypeError: stream"


# --- POST-6.2 ---------------------------------------------------------------------------------------------------------------


def test_empty_deltas_are_not_shown(streamed):
    stream(streamed(EMPTY, EMPTY, *says(*WORDS))).shows_nothing_of_empty_deltas()


@pytest.mark.parametrize(
    ("got", "because"),
    [
        (
            {"text": f"..{TEXT}"},
            "of a stream with 2 silent events the caller got ..Paris is it. as text; xAI sent Paris is it.",
        ),
        ({"text": None}, "of a stream with 2 silent events the caller got nothing as text; xAI sent Paris is it."),
        (
            {"reasoning": "Hm. Hm. "},
            "of a stream with 2 silent events the caller got Hm. Hm.  as reasoning; xAI sent nothing",
        ),
    ],
)
def test_empty_deltas_are_shown(got, because, streamed):
    unkept = broken(stream(streamed(EMPTY, EMPTY, *says(*WORDS), **got)).shows_nothing_of_empty_deltas)
    assert str(unkept).replace("  ", " ") == because.replace("  ", " ")


def test_without_an_empty_delta_nothing_is_proved(streamed):
    with pytest.raises(Unproven, match="no empty delta came"):
        stream(streamed(*says(*WORDS))).shows_nothing_of_empty_deltas()


# --- POST-6.3 ---------------------------------------------------------------------------------------------------------------


def cut(handed=""):
    return Failure(kind="BrokenStream", message="the peer closed", handed=handed)


@pytest.mark.parametrize("handed", ["Paris", "Paris is", "Pa"])
def test_text_was_handed_on(handed, streamed):
    stream(streamed(*says("Paris", " is"), finish=None, counted=None, failure=cut(handed))).was_handed_on_as_it_came()


@pytest.mark.parametrize(
    ("handed", "because"),
    [
        ("", "the stream broke with BrokenStream after xAI had sent Paris is, and the caller had been handed nothing of it"),
        ("..Paris", "before the stream broke the caller was handed ..Paris; xAI had sent Paris is"),
        ("Paris is Paris", "before the stream broke the caller was handed Paris is Paris; xAI had sent Paris is"),
    ],
)
def test_text_was_not_handed_on(handed, because, streamed):
    held = streamed(*says("Paris", " is"), finish=None, counted=None, failure=cut(handed))
    assert str(broken(stream(held).was_handed_on_as_it_came)) == because


def test_what_was_never_asked_for_as_a_stream_is_none(call):
    assert "stream never left" in str(broken(stream(call(failure="XAIError: cut")).was_handed_on_as_it_came))


def test_a_break_that_was_not_noticed_tells_nothing_of_the_order(streamed):
    with pytest.raises(NotRun, match=r"POST-6\.4 fails"):
        stream(streamed(*says("Paris"), finish=None)).was_handed_on_as_it_came()


@pytest.mark.parametrize("client", ["python-requests/2.32", "Python/3.11 aiohttp/3.12"])
def test_a_client_that_gets_nothing_of_a_cut_stream_is_asked_for_a_host(client, streamed):
    made = streamed(*says("Paris"), finish=None, headers={"user-agent": client}, failure=cut())
    with pytest.raises(NotRun, match='vehicle = "host"'):
        stream(made).was_handed_on_as_it_came()
    over_loopback = streamed(
        *says("Paris"), finish=None, headers={"user-agent": client}, url="http://127.0.0.1:80/v1/chat/completions", failure=cut()
    )
    assert "handed nothing of it" in str(broken(stream(over_loopback).was_handed_on_as_it_came))


# --- POST-6.4 ---------------------------------------------------------------------------------------------------------------


def test_a_stream_that_fails_is_no_success(streamed):
    stream(streamed(failure=cut("Paris"))).is_no_success()


@pytest.mark.parametrize(("text", "shown"), [("Paris", "Paris"), ("", "nothing")])
def test_a_stream_that_fails_is_taken_for_a_success(text, shown, streamed):
    unkept = broken(stream(streamed(fault="stream-cut", finish=None, text=text)).is_no_success)
    assert str(unkept) == f"the connection breaks after half of the chunks; the caller got {shown} and no error"


def test_a_whole_stream_decides(streamed):
    stream(streamed(*says(*WORDS))).decides_what_rests_on_it()


@pytest.mark.parametrize(
    ("got", "met"),
    [
        ({"text": "Rome."}, "Rome. as text"),
        ({"text": None}, "nothing as text"),
        ({"failure": cut()}, "BrokenStream: the peer closed"),
    ],
)
def test_a_stream_that_lacks_its_text_does_not(got, met, streamed):
    with pytest.raises(NotRun, match=r"POST-6\.1 fails: the caller of an undisturbed stream got") as raised:
        stream(streamed(*says(*WORDS), **got)).decides_what_rests_on_it()
    assert str(raised.value).endswith(met)
    assert raised.value.blame == "provider"


# --- what xAI sent ----------------------------------------------------------------------------------------------------------


def test_what_was_sent_is_read_alike_streamed_and_whole(streamed, whole):
    on_a_stream, at_once = sent(streamed(EMPTY, *says(*WORDS))), sent(whole())
    for part in ("text", "finish_reason", "usage", "tool_calls", "reasoning"):
        assert on_a_stream.part(part) == at_once.part(part)
    assert (on_a_stream.said.quiet, at_once.said.quiet) == (1, 0)


def test_arguments_that_do_not_parse_stay_text(streamed):
    call = {"id": "call_1", "function": {"name": "get_weather", "arguments": '{"city'}}
    assert sent(streamed({"delta": {"tool_calls": [call]}})).part("tool_calls") == [("call_1", "get_weather", '{"city')]


def test_an_answer_has_no_other_parts(whole):
    with pytest.raises(LookupError):
        sent(whole()).part("model")


def test_where_nothing_came_nothing_was_sent(call, exchange):
    assert sent(call(exchanges=[])) is None
    assert sent(call(exchanges=[replace(exchange(), answer=None, fault="reset")])) is None
    assert "no answer came for grok-4; the caller got" in str(broken(stream(call(exchanges=[])).is_same_as, call(), "tool_calls"))
