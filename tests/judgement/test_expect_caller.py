"""Statements about what the caller got: each holds, and each breaks with a sentence that names the thing."""

import json
from dataclasses import replace

import pytest

from grokgate.formats.fixtures import schema
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.expect import NotApplicable, NotOffered, NotRun, Unkept, Unproven, caller
from grokgate.values.chat import Message, ToolCall, Usage
from grokgate.values.evidence import Blame
from grokgate.values.face import Tells

KEY = "xai-of-this-test-0123456789abcdef"
REFUSAL = {"code": "invalid argument", "error": "Argument not supported on this model: stop"}
TOLD = Usage(prompt_tokens=10, completion_tokens=2, total_tokens=32, reasoning_tokens=20)
ADA = '{"name": "Ada Lovelace", "age": 36}'
PERSON = schema("person")["json_schema"]["schema"]
WEATHER = {"id": "call_1", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
CALLED = {"model": "grok-4-0709", "choices": [{"message": {"content": None, "tool_calls": [WEATHER]}}]}
IN_PARIS = ToolCall(id="call_1", name="get_weather", arguments={"city": "Paris"})


def broken(statement, *arguments, **named) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments, **named)
    return raised.value


def test_gets_text(call):
    caller(call()).gets_text()
    assert str(broken(caller(call(text="")).gets_text)) == "the caller got no text"


@pytest.mark.parametrize(
    ("part", "got"),
    [
        ("text", {}),
        ("finish_reason", {"finish_reason": "stop"}),
    ],
)
def test_gets_what_xai_answered(part, got, call):
    caller(call(**got)).gets_answered(part)


@pytest.mark.parametrize(("part", "got"), [("tool_calls", {}), ("reasoning", {}), ("reasoning", {"reasoning": ""})])
def test_what_xai_never_answered_cannot_be_lost(part, got, call):
    caller(call(**got)).gets_answered(part, if_any=True)
    with pytest.raises(Unproven, match=f"xAI's answer has no {part.replace('_', ' ')}, so that none can be lost") as raised:
        caller(call(**got)).gets_answered(part)
    assert raised.value.blame is Blame.CASSETTES


@pytest.mark.parametrize(
    ("part", "got", "because"),
    [
        ("text", {"text": "Rome."}, "the caller got Rome. as text; xAI answered Paris."),
        ("finish_reason", {}, "the caller got nothing as finish reason; xAI answered stop"),
        ("reasoning", {"reasoning": "Hm."}, "the caller got Hm. as reasoning; xAI answered nothing"),
        ("tool_calls", {"tool_calls": (IN_PARIS,)}, "the caller got [('call_1', 'get_weather', {'city': 'Paris'})] as tool c"),
    ],
)
def test_gets_something_else(part, got, because, call):
    unkept = broken(caller(call(**got)).gets_answered, part)
    assert str(unkept).startswith(because)
    assert unkept.at == part


@pytest.mark.parametrize("reasoning_tokens", [20, None])
@pytest.mark.parametrize("completion_tokens", [2, 22], ids=["beside", "included"])
def test_gets_usage_told_in_either_way(completion_tokens, reasoning_tokens, call):
    caller(call(usage=replace(TOLD, completion_tokens=completion_tokens, reasoning_tokens=reasoning_tokens))).gets_usage()


@pytest.mark.parametrize("completion_tokens", [2, 22], ids=["beside", "included"])
def test_a_total_is_not_lost_where_its_parts_are_told(completion_tokens, call):
    caller(call(usage=replace(TOLD, completion_tokens=completion_tokens, total_tokens=None))).gets_usage()


@pytest.mark.parametrize(
    ("usage", "because"),
    [
        (None, "the caller is told no prompt tokens; xAI's answer says 10"),
        (replace(TOLD, total_tokens=12), "the caller is told 12 total tokens; xAI's answer says 32"),
        (Usage(prompt_tokens=10, reasoning_tokens=20), "the caller is told no completion tokens; xAI's answer says 2"),
        (replace(TOLD, total_tokens=None, reasoning_tokens=None), "the caller is told no total tokens; xAI's answer says 32"),
        (replace(TOLD, completion_tokens=22, total_tokens=52), "the caller is told 22 completion tokens; xAI's answer says 2"),
    ],
)
def test_gets_another_usage(usage, because, call):
    unkept = broken(caller(call(usage=usage)).gets_usage)
    assert (str(unkept), unkept.at, unkept.expected["total_tokens"]) == (because, "usage", 32)


STATEMENTS = {
    "gets_text": (),
    "gets_answered": ("text",),
    "gets_json": (),
    "gets_reasoning_tokens": (),
    "gets_tool_calls": (1,),
}


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("left", ["nothing", "refused"])
def test_a_failure_is_the_providers_whatever_was_to_be_stated(statement, left, call):
    sent = {"exchanges": []} if left == "nothing" else {"status": 400, "answer": REFUSAL}
    unkept = broken(getattr(caller(call(failure="XAIError: xAI answered 400", **sent)), statement), *STATEMENTS[statement])
    assert (str(unkept), unkept.blame) == ("the caller got XAIError: xAI answered 400", "provider")


@pytest.mark.parametrize("statement", ["gets_answered", "gets_reasoning_tokens", "gets_tool_calls"])
@pytest.mark.parametrize(
    ("sent", "said"),
    [({"status": 400, "answer": REFUSAL}, json.dumps(REFUSAL)), ({"exchanges": []}, "nothing")],
    ids=["400", "silence"],
)
def test_an_answer_that_xai_never_gave_is_the_providers(statement, sent, said, call, rollout):
    made_up = caller(call(**sent))
    because = f"the caller got an answer that is not xAI's, which said {said}"
    assert str(broken(getattr(made_up, statement), *STATEMENTS[statement])) == because
    assert str(broken(made_up.is_told_a_substitution, rollout.target)) == because


@pytest.mark.parametrize("asked", [None, PERSON], ids=["object", "schema"])
def test_gets_json(asked, call):
    answer = {"choices": [{"message": {"content": ADA}}]}
    caller(call(answer=answer, text=f" {ADA}\n")).gets_json(asked)


@pytest.mark.parametrize("content", ["Paris.", None, '{"name": "Ada", "age": 37}'], ids=["prose", "nothing", "another"])
def test_gets_json_that_xai_never_answered(content, call):
    unkept = broken(caller(call(answer={"choices": [{"message": {"content": content}}]}, text=ADA)).gets_json, PERSON)
    assert str(unkept) == f"the caller got JSON that xAI never answered: {ADA}"


@pytest.mark.parametrize(
    ("text", "asked"),
    [('```json\n{"name": "Ada"}\n```', None), ("[]", None), (None, None), ('{"name": "Ada"}', PERSON)],
    ids=["fenced", "list", "nothing", "schema"],
)
def test_gets_no_json(text, asked, call):
    assert "the caller got text that is not the JSON asked for" in str(broken(caller(call(text=text)).gets_json, asked))


def test_gets_tool_calls(call):
    caller(call(answer=CALLED, tool_calls=(IN_PARIS,))).gets_tool_calls(1)
    assert "asked for 2 calls" in str(broken(caller(call(answer=CALLED, tool_calls=(IN_PARIS,))).gets_tool_calls, 2))
    assert "the model called no tools" in str(broken(caller(call()).gets_tool_calls, 1))
    assert "as tool calls" in str(broken(caller(call(answer=CALLED)).gets_tool_calls, 1))
    as_text = replace(IN_PARIS, arguments=json.dumps(IN_PARIS.arguments))
    because = str(broken(caller(call(answer=CALLED, tool_calls=(as_text,))).gets_tool_calls, 1))
    assert because.startswith("the caller got the arguments of get_weather as a text, and is to have them parsed: [(")


INCLUDED = replace(TOLD, completion_tokens=22)


@pytest.mark.parametrize("usage", [TOLD, INCLUDED, replace(TOLD, total_tokens=None), replace(TOLD, prompt_tokens=None)])
def test_gets_reasoning_tokens(usage, call):
    caller(call(usage=usage)).gets_reasoning_tokens()


@pytest.mark.parametrize(("usage", "other"), [(TOLD, "included"), (INCLUDED, "beside")])
def test_a_way_of_telling_that_is_said_is_kept(usage, other, call):
    said = {"included": "beside", "beside": "included"}[other]
    kept, lost = (replace(call(usage=usage), tells=Tells(reasoning=how)) for how in (said, other))
    caller(kept).gets_reasoning_tokens()
    assert "completion tokens" in str(broken(caller(lost).gets_reasoning_tokens))
    assert "completion tokens" in str(broken(caller(lost).gets_usage))


@pytest.mark.parametrize("details", [{}, {"completion_tokens_details": {"reasoning_tokens": 0}}])
def test_where_xai_counts_no_reasoning_nothing_is_shown(details, call):
    counted = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, **details}
    made = call(answer={"choices": [{"message": {"content": "Paris."}}], "usage": counted}, usage=Usage())
    with pytest.raises(Unproven, match="counts no reasoning, so that there is none to tell") as raised:
        caller(made).gets_reasoning_tokens()
    assert raised.value.blame is Blame.CASSETTES


def test_an_answer_without_usage_proves_nothing(call):
    with pytest.raises(NotRun, match="xAI's answer tells no usage"):
        caller(call(answer={"choices": [{"message": {"content": "Paris."}}]})).gets_usage()


@pytest.mark.parametrize(
    ("usage", "because"),
    [
        (None, "xAI billed 20 reasoning tokens; the caller is told nothing"),
        (Usage(total_tokens=32), "xAI billed 20 reasoning tokens; the caller is told nothing"),
        (
            Usage(prompt_tokens=10, completion_tokens=2, total_tokens=12, reasoning_tokens=20),
            "with 20 tokens of reasoning the caller is told 12 total tokens; xAI's answer says 32",
        ),
        (
            replace(INCLUDED, total_tokens=52),
            "with 20 tokens of reasoning the caller is told 52 total tokens; xAI's answer says 32",
        ),
        (replace(INCLUDED, completion_tokens=21), "with 20 tokens of reasoning the caller is told 21 completion tokens; xAI's"),
    ],
)
def test_gets_no_reasoning_tokens(usage, because, call):
    assert str(broken(caller(call(usage=usage)).gets_reasoning_tokens)).startswith(because)


@pytest.mark.parametrize("said", ["unknown model ''", "no name was given", "the model must not be empty"])
def test_an_empty_name_is_told_as_such(said, call):
    caller(call(exchanges=[], failure=f"ValueError: {said}")).is_told("")


def test_an_error_says_nothing_of_an_empty_name(call):
    assert "does not name ''" in str(broken(caller(call(exchanges=[], failure="ValueError: no")).is_told, ""))


CUT = {"model": "grok-4-0709", "choices": [{"message": {"content": "Paris"}, "finish_reason": "length"}]}


@pytest.mark.parametrize(
    "told",
    [
        {"finish_reason": "length"},
        {"finish_reason": "MAX_TOKENS", "text": ""},
        {"finish_reason": "REASON_MAX_LEN"},
        {"notices": ("the output limit was reached",)},
        {"failure": "XAIError: the answer hit the limit of 20 tokens"},
        {"notices": ("The answer was cut by the output limit",)},
        {"failure": "IncompleteAnswer: no text"},
        {"failure": "XAIError: the answer was truncated"},
    ],
)
def test_is_told_that_it_was_cut(told, call):
    caller(call(answer=CUT, **told)).is_told_that_it_was_cut()


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ({"finish_reason": "stop", "text": "Paris"}, "the caller got Paris with finish reason stop"),
        ({"finish_reason": "stop", "notices": ("cut by the limit",)}, "the caller got Paris. with finish reason stop"),
        ({"text": ""}, "the caller got no text with finish reason nothing"),
        ({"notices": ("the limit left as max_completion_tokens",)}, "the caller got Paris. with finish reason nothing"),
        ({"failure": "ValueError: no message"}, "the caller got ValueError: no message"),
    ],
)
def test_is_not_told_that_it_was_cut(told, because, call):
    unkept = broken(caller(call(answer=CUT, **told)).is_told_that_it_was_cut)
    assert str(unkept) == f"xAI cut the answer at the limit; {because}"


@pytest.mark.parametrize("sent", [{}, {"exchanges": []}], ids=["whole", "nothing"])
def test_of_an_answer_that_was_not_cut_nothing_is_proved(sent, call):
    with pytest.raises(Unproven, match="xAI's answer was not cut"):
        caller(call(finish_reason="length", **sent)).is_told_that_it_was_cut()


@pytest.mark.parametrize("got", [{}, {"failure": "XAIError: 503"}, {"text": "x", "status": 503, "answer": REFUSAL}])
def test_gets_no_other_answer(got, call):
    caller(call(**got)).gets_no_other_answer()


def test_gets_another_answer(call):
    unkept = broken(caller(call(text="I am busy.")).gets_no_other_answer)
    assert str(unkept) == "the caller got I am busy.; xAI answered Paris."


def test_is_told(call):
    caller(call(exchanges=[], failure="ValueError: unknown model GROK-4-turbo")).is_told(" grok-4-Turbo ")


@pytest.mark.parametrize(
    ("name", "because"),
    [("grok-5", "the error does not name grok-5: no such model"), ("\tgrok-5", r"the error does not name '\tgrok-5'")],
)
def test_is_not_told(name, because, call):
    assert str(broken(caller(call(exchanges=[], failure="ValueError: no such model")).is_told, name)).startswith(because)


def test_is_told_nothing_where_an_error_was_due(call):
    assert str(broken(caller(call()).is_told, "grok-5")) == "the caller got an answer where an error was due: Paris."


@pytest.mark.parametrize(
    ("answered", "told"),
    [("grok-4-0709", None), ("grok-4-0709", "grok-4"), ("grok-4.3", "grok-4.3"), ("grok-4.3", "x-ai/grok-4.3")],
)
def test_is_told_a_substitution(answered, told, call, rollout):
    answer = {"model": answered, "choices": [{}]}
    caller(call(answer=answer, told_model=told)).is_told_a_substitution(rollout.target)


@pytest.mark.parametrize(("told", "shown"), [(None, "nothing"), ("grok-4", "grok-4"), ("x-ai/grok-4", "x-ai/grok-4")])
def test_is_not_told_a_substitution(told, shown, call, rollout):
    answered = caller(call(answer={"model": "grok-4.3", "choices": [{}]}, told_model=told))
    because = f"grok-4.3 answered for grok-4, but the caller is told {shown}"
    assert str(broken(answered.is_told_a_substitution, rollout.target)) == because


@pytest.mark.parametrize(
    "told", [{"notices": ("stop was removed",)}, {"log": "WARNING removed stop"}, {"failure": "TypeError: stop is refused"}]
)
def test_a_removed_parameter_is_named(told, call):
    caller(call(**told)).or_log_names("stop")


def test_several_are_named_in_several_places(call):
    caller(call(notices=("stop was removed",), log="WARNING removed seed")).or_log_names("stop", "seed")


@pytest.mark.parametrize("log", [None, "", "WARNING removed seed"])
def test_a_removed_parameter_is_not_named(log, call):
    unkept = broken(caller(call(log=log)).or_log_names, "stop")
    assert str(unkept) == "stop was dropped for grok-4 without a word to caller or log"
    assert "stop" in str(broken(caller(call(log=log)).or_log_names, "seed", "stop"))


@pytest.mark.parametrize(
    ("where", "log", "place"),
    [
        ({"text": f"the key is {KEY}"}, "", "the result"),
        ({"notices": (KEY,)}, "", "the result"),
        ({"failure": f"XAIError: sent with {KEY}"}, "", "the error"),
        ({"failure": f"XAIError: a key that ends in {KEY[-8:]}"}, "", "the error"),
        ({}, f"DEBUG Bearer {KEY}", "the log"),
    ],
)
def test_the_key_shows(where, log, place, call):
    unkept = broken(caller(call(**where)).never_sees, KEY, log=log)
    assert (str(unkept), unkept.at) == (f"the API key stands in {place}", place)
    assert KEY not in f"{unkept} {unkept.expected} {unkept.saw}"


def test_the_key_shows_nowhere(call):
    caller(call(text=f"{KEY[:4]}***{KEY[-2:]}")).never_sees(KEY, log="DEBUG Bearer [key]")


STATED = ["at most 256000 tokens", "at most 256,000 tokens", "256 000", "256_000 is the maximum", "the window (256.000) is full"]


@pytest.mark.parametrize("message", STATED)
def test_is_told_the_window(message, call):
    caller(call(failure=f"XAIError: {message}")).is_told_the_window(256_000)


@pytest.mark.parametrize("message", ["too long", "at most 262144 tokens", "1256000", "2560001 tokens", "256K"])
def test_is_not_told_the_window(message, call):
    unkept = broken(caller(call(failure=f"XAIError: {message}")).is_told_the_window, 256_000)
    assert str(unkept) == f"the error does not state the limit of 256,000 tokens: {message}"


def test_an_echo_of_the_prompt_states_no_window(call):
    made = call(failure="XAIError: bad request: [long prompt: over-256000]\nthe of and")
    asked = replace(made.asked, messages=(Message(role="user", content="[long prompt: over-256000]\nthe of and to\n\n[end]"),))
    assert "does not state the limit" in str(broken(caller(replace(made, asked=asked)).is_told_the_window, 256_000))


def test_is_refused_for_a_number(call):
    overflow = {"code": "x", "error": "the request contains 503000 tokens."}
    caller(call(failure="XAIError: too long", status=400, answer=overflow)).is_refused_for("503")
    with pytest.raises(NotApplicable, match="refused with ValueError before anything was sent"):
        caller(call(failure="ValueError: too long", exchanges=[])).is_refused_for("503")
    assert str(broken(caller(call()).is_refused_for, "503")) == "the caller got an answer where an error was due: Paris."
    with pytest.raises(Unproven, match="xAI's answer has no 503 in it, so XAIError proves nothing: Argument not supported"):
        caller(call(failure="XAIError: no", status=400, answer=REFUSAL)).is_refused_for("503")


BAD = {"id": "call_1", "function": {"name": "get_weather", "arguments": '{"city": "Par'}}
AS_IT_CAME = """get_weather('{"city": "Par')"""
MADE_BADLY = {"model": "grok-4-0709", "choices": [{"message": {"content": "", "tool_calls": [BAD]}}]}


def test_gets_no_bad_call(call):
    caller(call(failure="BadToolArguments: no JSON", answer=MADE_BADLY)).gets_no_bad_call(passes_on=False)
    caller(call(answer=MADE_BADLY)).gets_no_bad_call(passes_on=False)  # that nothing came at all is no error is for others to say


@pytest.mark.parametrize(
    ("arguments", "shown"), [({}, "{}"), ({"city": "Par"}, "{'city': 'Par'}"), ('{"city": "Par', '\'{"city": "Par\'')]
)
def test_gets_a_bad_call(arguments, shown, call):
    handed = ToolCall(id="call_1", name="get_weather", arguments=arguments)
    unkept = broken(caller(call(tool_calls=(handed,), answer=MADE_BADLY)).gets_no_bad_call, passes_on=False)
    because = f"the caller got get_weather({shown}) where an error was due; xAI's answer has {AS_IT_CAME}"
    assert (str(unkept), unkept.at) == (because, "tool_calls")


NO_ARGUMENTS = {"id": "call_1", "function": {"name": "get_weather", "arguments": ""}}


@pytest.mark.parametrize(("required", "is_bad"), [([], False), (["city"], True)])
def test_empty_arguments_of_a_tool_that_needs_none(required, is_bad, call):
    answer = {"choices": [{"message": {"content": "", "tool_calls": [NO_ARGUMENTS]}}]}
    made = call(tool_calls=(ToolCall(id="call_1", name="get_weather", arguments={}),), answer=answer)
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"required": required}}}
    made = replace(made, asked=replace(made.asked, tools=(tool,)))
    with pytest.raises(Unkept if is_bad else NotApplicable, match="an error was due" if is_bad else "of a tool that needs none"):
        caller(made).gets_no_bad_call(passes_on=False)


@pytest.mark.parametrize("said", ["tool_calls", "tool-calls", "TOOL_CALLS", "REASON_TOOL_CALLS"])
def test_a_finish_reason_is_told_in_another_spelling(said, call):
    called = {"choices": [{"message": {"content": ""}, "finish_reason": "tool_calls"}]}
    caller(call(answer=called, finish_reason=said)).gets_answered("finish_reason")
    broken(caller(call(answer=called, finish_reason="stop")).gets_answered, "finish_reason")


def test_a_raw_sdk_hands_on_what_came_and_nothing_else(call):
    as_it_came = ToolCall(id="call_1", name="get_weather", arguments='{"city": "Par')
    with pytest.raises(
        NotApplicable, match=r"""it hands on get_weather\('\{"city": "Par'\) as xAI made it; its caller must check"""
    ):
        caller(call(tool_calls=(as_it_came,), answer=MADE_BADLY)).gets_no_bad_call(passes_on=True)
    invented = replace(as_it_came, arguments={})
    assert "where an error was due" in str(
        broken(caller(call(tool_calls=(invented,), answer=MADE_BADLY)).gets_no_bad_call, passes_on=True)
    )


CUT = {"model": "grok-4-0709", "choices": [{"message": {"content": '{"name": "Ada'}, "finish_reason": "length"}]}


def test_gets_json_or_is_told(call):
    blank = {"model": "grok-4-0709", "choices": [{"message": {"content": f" {ADA}"}, "finish_reason": "stop"}]}
    caller(call(text=f" {ADA}", answer=blank)).gets_json_or_is_told()
    caller(call(text=ADA, answer=blank)).gets_json_or_is_told()
    caller(call(text='{"name": "Ada', finish_reason="length", answer=CUT)).gets_json_or_is_told()
    caller(call(failure="AnswerCut: the answer was cut by the limit", answer=CUT)).gets_json_or_is_told()


@pytest.mark.parametrize("text", ['{"name": "Ada"}', '{"name": "Ada'])
def test_cut_json_that_looks_whole(text, call):
    unkept = broken(caller(call(text=text, finish_reason="stop", answer=CUT)).gets_json_or_is_told)
    assert str(unkept) == f"xAI cut the answer at the limit; the caller got {text} with finish reason stop"


# --- parts that the face does not tell


UNTOLD = {
    "usage": lambda call: caller(call).gets_usage(),
    "finish_reason": lambda call: caller(call).gets_answered("finish_reason"),
    "calls": lambda call: caller(call).gets_answered("tool_calls"),
    "thinking": lambda call: caller(call).gets_answered("reasoning"),
    "model": lambda call: caller(call).is_told_a_substitution(rollout().old),
    "notices": lambda call: caller(call).or_log_names("stop"),
    "reasoning": lambda call: caller(call).gets_reasoning_tokens(),
}


@pytest.mark.parametrize("part", UNTOLD)
def test_of_a_part_that_the_face_does_not_tell_nothing_is_blamed(part, call):
    with pytest.raises(NotOffered, match="its users "):
        UNTOLD[part](replace(call(), tells=Tells.of({part: False})))


def test_a_library_may_name_a_model_and_a_parameter_in_its_own_words(call):
    words = {"grok-4": "vendor/new", "stop": "stop_sequences"}
    refused = replace(call(None, failure="Unknown: no model vendor/new"), words=words)
    caller(refused).is_told("grok-4")
    told = replace(call(notices=("Removing stop_sequences",)), words=words)
    caller(told).or_log_names("stop")
