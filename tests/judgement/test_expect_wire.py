"""Statements about what left: each holds, and each breaks with a sentence that names the thing."""

from dataclasses import replace

import pytest

from grokgate.formats.fixtures import PIXEL
from grokgate.judgement.expect import NotApplicable, Unkept, camel, wire
from grokgate.judgement.expect.unkept import called
from grokgate.values.chat import Message, ToolCall

GROK_3 = {"model": "grok-3"}
REFUSAL = {"error": "Argument not supported on this model"}
SYSTEM = {"role": "system", "content": "Be short."}
USER = {"role": "user", "content": "Hello."}


def broken(statement, *arguments, **named) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments, **named)
    return raised.value


@pytest.mark.parametrize("name", ["grok-4", "grok-4-0709", "grok-4-latest"])
def test_reaches(name, call, rollout):
    wire(call({"model": name})).reaches(rollout.target)


def test_reaches_another_model(call, rollout):
    unkept = broken(wire(call(GROK_3, model="grok4")).reaches, rollout.target)
    assert str(unkept) == "grok4 left as grok-3, not as grok-4"
    assert (unkept.expected, unkept.saw, unkept.at, unkept.blame) == ("grok-4", "grok-3", "model", "provider")


def test_reaches_nothing(call, rollout):
    unkept = broken(wire(call(exchanges=[], failure="ValueError: unknown model")).reaches, rollout.target)
    assert str(unkept) == "nothing left for grok-4; the caller got ValueError: unknown model"


def test_blanks_in_a_name_are_shown(call, rollout):
    assert str(broken(wire(call(GROK_3, model="grok-4\n")).reaches, rollout.target)).startswith(r"'grok-4\n' left as grok-3")


def test_a_stray_request_and_a_look_up_do_not_count(call, exchange, rollout):
    lookup = exchange()
    lookup = replace(lookup, request=replace(lookup.request, method="GET", url="https://api.x.ai/v1/models", body=b""))
    looked_up = call(exchanges=[exchange(GROK_3, stray=True), lookup, exchange()])
    wire(looked_up).reaches(rollout.target)
    wire(call(exchanges=[lookup])).nothing_left()


SECOND = {
    "reaches": ({"model": "grok-3"}, lambda said, rollout: said.reaches(rollout.target)),
    "without": ({"stop": "END"}, lambda said, _: said.without("stop")),
    "carries": ({"seed": 8}, lambda said, _: said.carries("seed", 7)),
    "limits": ({"max_tokens": 9}, lambda said, _: said.limits("max_completion_tokens", None)),
    "messages": ({"messages": [SYSTEM]}, lambda said, _: said.messages([{"role": "user", "content": "Hello."}])),
}


@pytest.mark.parametrize(("differs", "statement"), SECOND.values(), ids=SECOND)
def test_no_second_request_hides_behind_the_first(differs, statement, call, exchange, rollout):
    first = exchange({"seed": 7})
    statement(wire(call(exchanges=[first, first])), rollout)
    broken(statement, wire(call(exchanges=[first, exchange({"seed": 7, **differs})])), rollout)


def test_nothing_left(call, exchange):
    wire(call(exchanges=[], failure="PermissionError: no")).nothing_left()
    wire(call(exchanges=[exchange(stray=True)])).nothing_left()


def test_something_left(call):
    assert str(broken(wire(call(model="xai/grok-4")).nothing_left)) == "a request for xai/grok-4 left, as grok-4"


def test_leaves_at_most(call, exchange):
    wire(call()).leaves_at_most(1, "503")
    lookup = replace(exchange(), request=replace(exchange().request, method="GET"))
    wire(call(exchanges=[lookup, exchange(), exchange(), exchange()])).leaves_at_most(3, "503")


@pytest.mark.parametrize(("most", "bound"), [(1, "no second one could help"), (3, "the bound is 3")])
def test_leaves_more_often(most, bound, call, exchange):
    unkept = broken(wire(call(exchanges=[exchange()] * 12)).leaves_at_most, most, "429 rate")
    assert str(unkept) == f"12 requests left for one call that met 429 rate; {bound}"
    assert "nothing left for grok-4" in str(broken(wire(call(exchanges=[])).leaves_at_most, most, "429 rate"))


def test_the_layer_that_asked_again_is_named_where_a_request_tells(call, exchange):
    counted = [replace(exchange(), request=replace(exchange().request, headers={"x-stainless-retry-count": n})) for n in "012"]
    unkept = broken(wire(call(exchanges=counted)).leaves_at_most, 1, "503")
    assert str(unkept).endswith("no second one could help; 2 of them are retries of the openai client itself (its max_retries)")
    assert "1 of them is a retry" in str(broken(wire(call(exchanges=counted[:2])).leaves_once_or_never, "503"))


def test_resolves_to_a_model_or_to_nothing(call, rollout):
    wire(call(GROK_3)).resolves_to("grok-3", rollout)
    wire(call(exchanges=[], failure="PermissionError: no")).resolves_to("refused", rollout)
    assert "a request for grok-4 left" in str(broken(wire(call()).resolves_to, "refused", rollout))
    assert "not as grok-3" in str(broken(wire(call()).resolves_to, "grok-3", rollout))


def test_without(call):
    wire(call()).without("presence_penalty")


@pytest.mark.parametrize("spelling", ["presence_penalty", "presencePenalty"])
@pytest.mark.parametrize("value", [0.5, 0, None])
def test_with_it_in_either_spelling_whatever_the_value(spelling, value, call):
    unkept = broken(wire(call({spelling: value}, status=400, answer=REFUSAL)).without, "presence_penalty")
    assert str(unkept) == f"{spelling} left for grok-4, which answers 400"
    assert (unkept.expected, unkept.saw, unkept.at) == (f"no {spelling} on the wire", value, spelling)


def test_an_answer_that_is_no_refusal_is_not_told(call):
    assert str(broken(wire(call({"stop": []})).without, "stop")) == "stop left for grok-4"


@pytest.mark.parametrize("body", [{"stop": None}, {"stop": None, "temperature": None, "tools": []}])
def test_null_says_nothing(body, call, rollout):
    given = {"parameters": {"stop": ["END"]}}
    said = wire(call({"seed": 7, "max_tokens": None, **body}, **given))
    said.without("stop")
    said.removed("stop")
    said.limits("max_completion_tokens", None)
    said.is_same_as(call({"seed": 7}, **given), "two ways to write it", rollout.target)


def test_carries(call):
    wire(call({"seed": 7})).carries("seed", 7)
    wire(call({"stop": "END"})).carries("stop", ["END"])
    weather = {"type": "function", "function": {"name": "get_weather"}}
    wire(call({"tools": [weather], "tool_choice": "required"})).carries("tool_choice", weather)
    wire(call({"tools": [weather]})).carries("tool_choice", "auto")


@pytest.mark.parametrize(
    ("body", "because"),
    [
        ({}, "seed never left for grok-4"),
        ({"seed": 8}, "seed left changed for grok-4: seed is 8 and was 7"),
        ([1, 2], "seed never left for grok-4"),
        (b"not json", "seed never left for grok-4"),
    ],
    ids=["absent", "changed", "list", "not-json"],
)
def test_does_not_carry(body, because, call):
    unkept = broken(wire(call(body)).carries, "seed", 7)
    assert (str(unkept), unkept.expected, unkept.at) == (because, 7, "seed")


@pytest.mark.parametrize(("body", "limit"), [({"max_completion_tokens": 1000}, 1000), ({}, None)], ids=["limit", "no-limit"])
def test_limits(body, limit, call):
    wire(call(body)).limits("max_completion_tokens", limit)


@pytest.mark.parametrize(
    ("body", "limit", "because", "at"),
    [
        ({"max_tokens": 5}, 5, "the limit 5 belongs in max_completion_tokens, but max_tokens=5 left for grok-4", "max_tokens"),
        (
            {"max_tokens": 5, "max_completion_tokens": 5},
            5,
            "the limit 5 belongs in max_completion_tokens, but max_tokens=5 and max_completion_tokens=5 left for grok-4",
            "max_tokens",
        ),
        ({}, 5, "the limit 5 belongs in max_completion_tokens, but nothing left for grok-4", "max_completion_tokens"),
        ({"max_tokens": 9}, None, "no limit was asked for, but max_tokens=9 left for grok-4", "max_tokens"),
    ],
    ids=["wrong-field", "both", "neither", "invented"],
)
def test_limits_otherwise(body, limit, because, at, call):
    unkept = broken(wire(call(body)).limits, "max_completion_tokens", limit)
    assert (str(unkept), unkept.at) == (because, at)


def test_a_spelling_that_need_not_be_known_may_be_dropped(call):
    for made in (call(parameters={"maxTokens": 5}), call(exchanges=[], failure="TypeError: no", parameters={"maxTokens": 5})):
        with pytest.raises(NotApplicable, match=r"^maxTokens is no parameter of the provider's: no limit left"):
            wire(made).limits("max_completion_tokens", 5, dropped_is_fine=True)
    unkept = broken(wire(call({"max_tokens": 5})).limits, "max_completion_tokens", 5, dropped_is_fine=True)
    assert "max_tokens=5 left" in str(unkept)


def test_what_is_refused_gives_an_error_and_leaves_nothing(call, rollout):
    wire(call(exchanges=[], failure="ValueError: unknown")).resolves_to("refused", rollout)
    assert "the caller got an answer where an error was due" in str(
        broken(wire(call(exchanges=[])).resolves_to, "refused", rollout)
    )


def test_converts_what_the_model_refuses_to_nothing(call, rollout):
    wire(call()).converts("stop", ["END"], rollout.target)
    assert "stop left" in str(broken(wire(call({"stop": ["END"]})).converts, "stop", ["END"], rollout.target))


def test_converts_what_the_model_takes_to_itself(call, rollout):
    grok_3 = rollout.models["grok-3"]
    wire(call(GROK_3 | {"stop": ["END"]})).converts("stop", ["END"], grok_3)
    assert "stop never left" in str(broken(wire(call(GROK_3)).converts, "stop", ["END"], grok_3))


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_converts_a_limit_in_whichever_field(field, call, rollout):
    wire(call(GROK_3 | {field: 10})).converts("limit", 10, rollout.models["grok-3"])


def test_converts_a_limit_to_another_number(call, rollout):
    unkept = broken(wire(call(GROK_3 | {"max_tokens": 9})).converts, "limit", 10, rollout.models["grok-3"])
    assert "the limit 10 belongs in max_tokens, but max_tokens=9 left" in str(unkept)


def test_removed(call):
    wire(call()).removed("stop", "seed")
    with pytest.raises(NotApplicable, match="not removed: stop"):
        wire(call({"stop": ["END"]})).removed("seed", "stop")


def test_of_what_left_changed_the_place_is_told(call):
    given = [{"type": "function", "function": {"name": "book", "strict": True, "parameters": {"required": ["a", "b"]}}}]
    sent = [{"type": "function", "function": {"name": "book", "parameters": {"required": ["a"]}}}]
    because = 'tools left changed for grok-4: tools[0].function.parameters.required is ["a"] and was ["a", "b"]; '
    because += "tools[0].function.strict is nothing and was true"
    assert str(broken(wire(call({"tools": sent})).carries, "tools", given)) == because


def test_is_the_same_but_for_the_name_and_the_stream(call, rollout):
    streamed = call({"model": "grok-4-0709", "stream": True, "stream_options": {"include_usage": True}})
    wire(streamed).is_same_as(call(), "grok-4-0709 by stream and grok-4", rollout.target)


@pytest.mark.parametrize(
    ("mine", "others", "difference"),
    [
        ({"stop": ["END"]}, {}, "stop is ['END'] and nothing"),
        ({}, {"seed": 7}, "seed is nothing and 7"),
        ({"seed": 7}, {"seed": 8}, "seed is 7 and 8"),
    ],
)
def test_is_not_the_same(mine, others, difference, call, rollout):
    unkept = broken(wire(call(mine)).is_same_as, call(others), "presencePenalty and presence_penalty", rollout.target)
    assert str(unkept) == f"presencePenalty and presence_penalty leave differently: {difference}"


@pytest.mark.parametrize("given", [{}, {"seed": 1}])
def test_what_is_made_anew_for_each_request_makes_no_difference(given, call, rollout):
    one, other, more = (call({"seed": number}, parameters=given) for number in (1, 2, 3))
    if given:  # then it is the caller's
        broken(wire(one).is_same_as, other, "both", rollout.target, lambda: more)
    else:
        wire(one).is_same_as(other, "both", rollout.target, lambda: more)
    broken(wire(one).is_same_as, other, "both", rollout.target, lambda: one)
    broken(wire(one).is_same_as, call({}, parameters=given), "both", rollout.target, lambda: more)


RIGHT_AND_WRONG = {
    "removed": ({}, {"presence_penalty": 0.5}, {"presence_penalty": 0.5}),
    "removed in camel case": ({}, {"presencePenalty": 0.5}, {"presencePenalty": 0.5}),
    "taken": ({"temperature": 0.3}, {}, {"temperature": 0.3}),
    "messages": ({"messages": [USER]}, {"messages": [SYSTEM]}, {}),
    "unasked": ({}, {"top_k": 3}, {}),
}


@pytest.mark.parametrize(("right", "wrong", "asked"), RIGHT_AND_WRONG.values(), ids=RIGHT_AND_WRONG)
def test_of_two_that_differ_the_wrong_one_is_shown(right, wrong, asked, call, rollout):
    good, bad = call(right, parameters=asked), call(wrong, parameters=asked)
    for one, other in ((good, bad), (bad, good)):
        unkept = broken(wire(one).is_same_as, other, "both", rollout.target)
        key = next(iter(right or wrong))
        assert called(unkept) is bad
        assert (unkept.expected, unkept.saw) == (right.get(key, "nothing"), wrong.get(key, "nothing"))


def test_of_two_the_one_with_its_limit_in_the_wrong_field_is_shown(call, rollout):
    good, bad = call({"max_completion_tokens": 9}), call({"max_tokens": 9})
    both = [replace(one, asked=replace(one.asked, limit=9)) for one in (good, bad)]
    assert called(broken(wire(both[0]).is_same_as, both[1], "both", rollout.target)) is both[1]


@pytest.mark.parametrize(
    "sent",
    [
        [SYSTEM, USER],
        [SYSTEM, USER | {"content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}]}],
        [SYSTEM, USER | {"name": None}],
        [{"role": "system", "content": "You are the assistant of a shop."}, SYSTEM, USER],
    ],
    ids=["text", "parts", "null", "its own before"],
)
def test_messages(sent, call):
    wire(call({"messages": sent})).messages([SYSTEM, USER])


@pytest.mark.parametrize("sent", [[USER, SYSTEM], [USER], None, [USER, SYSTEM, USER]], ids=["order", "lost", "none", "more"])
def test_messages_otherwise(sent, call):
    unkept = broken(wire(call({"messages": sent})).messages, [SYSTEM, USER])
    assert str(unkept).startswith("the messages left changed for grok-4: messages")
    assert (unkept.expected, unkept.at) == ([SYSTEM, USER], "messages")


def test_carries_what_was_asked(call):
    wire(call({"seed": 7}, parameters={"seed": 7})).carries_what_was_asked("seed")
    assert "seed never left" in str(broken(wire(call(parameters={"seed": 7})).carries_what_was_asked, "seed"))
    wire(call({"messages": [USER]})).carries_what_was_asked("messages")
    assert "the messages left changed" in str(broken(wire(call({"messages": []})).carries_what_was_asked, "messages"))


def test_carries_the_image(call):
    image = {"type": "image_url", "image_url": {"url": PIXEL}}
    wire(call({"messages": [USER | {"content": [{"type": "text", "text": "Look."}, image]}]})).carries_image(PIXEL)
    assert str(broken(wire(call()).carries_image, PIXEL)) == "the image never left for grok-4"


@pytest.mark.parametrize(("snake", "written"), [("stop", "stop"), ("top_p", "topP"), ("presence_penalty", "presencePenalty")])
def test_camel(snake, written):
    assert camel(snake) == written


LONG = "[long prompt: x]\nthe of and\n[end of x]"
ASKED = (Message(role="user", content=LONG),)


@pytest.fixture
def conversing(call):
    """Makes a call with these turns, of which ``left`` left."""

    def make(turns, *left):
        made = call({"messages": list(left)})
        return wire(replace(made, asked=replace(made.asked, messages=tuple(turns))))

    return make


def test_carries_the_prompt(conversing):
    conversing(ASKED, SYSTEM, {"role": "user", "content": LONG}).carries_the_prompt()
    conversing(ASKED, {"role": "user", "content": [{"type": "text", "text": LONG}]}).carries_the_prompt()


@pytest.mark.parametrize(
    ("left", "because"),
    [
        (LONG.replace("of", "[...]"), "of 38 characters of the prompt for grok-4, 44 left"),
        (LONG[:-1], "of 38 characters of the prompt for grok-4, 37 left"),
        (LONG.replace("\n", " "), "of 38 characters of the prompt for grok-4, 38 left, and not the same"),
    ],
    ids=["middle", "end", "blanks"],
)
def test_carries_another_prompt(left, because, conversing):
    said = conversing(ASKED, {"role": "user", "content": left})
    assert str(broken(said.carries_the_prompt)) == because
    assert str(broken(said.cuts_nothing)) == because


def test_what_never_left_is_not_cut(call):
    wire(call(exchanges=[], failure="ValueError: too long")).cuts_nothing()


def test_leaves_once_or_never(call, exchange):
    wire(call()).leaves_once_or_never("an overflow")
    wire(call(exchanges=[], failure="ValueError: too long")).leaves_once_or_never("an overflow")
    unkept = broken(wire(call(exchanges=[exchange()] * 4)).leaves_once_or_never, "an overflow whose text has 503 in it")
    assert str(unkept) == "4 requests left for one call that met an overflow whose text has 503 in it; no second one could help"


def test_shrinks_the_limit(call):
    wire(call({"max_completion_tokens": 100})).shrinks_the_limit(256_000)


@pytest.mark.parametrize(
    ("body", "left"), [({"max_tokens": 256_000}, "256,000"), ({}, "nothing"), ({"max_tokens": "100"}, "nothing")]
)
def test_does_not_shrink_the_limit(body, left, call):
    unkept = broken(wire(call(body)).shrinks_the_limit, 256_000)
    assert str(unkept) == f"an output of 256,000 tokens for grok-4 left as {left} beside a long prompt, and has no room"


CALL = ToolCall(id="call_1", name="get_weather", arguments={"city": "Paris"})
TURNS = (
    Message(role="user", content="How is Paris?"),
    Message(role="assistant", content=None, tool_calls=(CALL,)),
    Message(role="tool", content="18 C", tool_call_id="call_1"),
)
QUESTION = {"role": "user", "content": "How is Paris?"}
MADE = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{ "city": "Paris" }'}}
CALLED = {"role": "assistant", "content": None, "tool_calls": [MADE]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "18 C"}


@pytest.mark.parametrize(
    "left",
    [
        (QUESTION, CALLED, RESULT),
        (SYSTEM, QUESTION, {**CALLED, "content": ""}, {**RESULT, "name": "get_weather"}),
        (QUESTION, {"role": "assistant", "tool_calls": [MADE]}, {**RESULT, "content": [{"type": "text", "text": "18 C"}]}),
    ],
    ids=["as given", "with a system prompt", "in parts"],
)
def test_carries_the_turns(left, conversing):
    conversing(TURNS, *left).carries_the_turns()


def changed(**function):
    return {**CALLED, "tool_calls": [{**MADE, "function": {**MADE["function"], **function}}]}


@pytest.mark.parametrize(
    ("left", "because"),
    [
        (
            (QUESTION,),
            "turn 2 of the conversation left as nothing, and was assistant the call get_weather({'city': 'Paris'}) as call_1",
        ),
        ((QUESTION, CALLED), "turn 3 of the conversation left as nothing, and was tool '18 C' in answer to call_1"),
        ((QUESTION, RESULT, CALLED), "turn 2 of the conversation left as tool '18 C' in answer to call_1"),
        ((QUESTION, {**CALLED, "tool_calls": []}, RESULT), "turn 2 of the conversation left as assistant '', and was"),
        ((QUESTION, CALLED, {**RESULT, "tool_call_id": None}), "turn 3 of the conversation left as tool '18 C', and was"),
        ((QUESTION, CALLED, {**RESULT, "content": "19 C"}), "turn 3 of the conversation left as tool '19 C' in answer"),
        ((QUESTION, changed(name="weather"), RESULT), "turn 2 of the conversation left as assistant the call weather("),
        (
            (QUESTION, changed(arguments={"city": "Paris"}), RESULT),
            "turn 2 of the conversation left as assistant the call get_weather(no JSON",
        ),
        (
            (QUESTION, changed(arguments="{'city': 'Paris'}"), RESULT),
            "turn 2 of the conversation left as assistant the call get_weather(no",
        ),
        ((QUESTION, changed(arguments='{"city": "Oslo"}'), RESULT), "turn 2 of the conversation left as assistant the call"),
        (
            (QUESTION, {**CALLED, "tool_calls": [{**MADE, "type": None}]}, RESULT),
            "turn 2 of the conversation left as assistant the call",
        ),
        ((SYSTEM, {"role": "user", "content": "user: How is Paris?"}), "turn 1 of the conversation left as user 'user: How"),
        ((QUESTION, CALLED, RESULT, QUESTION), "turn 4 of the conversation left as user 'How is Paris?', and was nothing"),
    ],
)
def test_carries_other_turns(left, because, conversing):
    unkept = broken(conversing(TURNS, *left).carries_the_turns)
    assert str(unkept).startswith(because)
    assert unkept.at == "messages"


def test_a_system_turn_that_was_given_counts(conversing):
    given = (Message(role="system", content="Be short."), *TURNS)
    conversing(given, SYSTEM, QUESTION, CALLED, RESULT).carries_the_turns()
    assert "turn 1 of the conversation left as user" in str(broken(conversing(given, QUESTION, CALLED, RESULT).carries_the_turns))
