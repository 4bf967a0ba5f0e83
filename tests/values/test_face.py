"""What a face takes and tells: what it has not is not offered."""

from dataclasses import replace

import pytest

from grokgate.values.chat import ChatRequest, Message
from grokgate.values.face import Face, NotOffered, Tells

QUESTION = Message(role="user", content="Hello.")
ALL = {"model", "system", "conversation", "name", "limit", "stop", "tools"}


def asked(*messages, **more):
    return ChatRequest(model="grok-4", messages=messages or (QUESTION,), **more)


def refused(request, **face):
    with pytest.raises(NotOffered) as found:
        Face(**face).fit(request)
    return str(found.value)


def test_a_face_that_says_nothing_takes_all():
    request = asked(limit=3, parameters={"whatever": 1}, images=("data:,",))
    assert Face().fit(request) == (request, ())


@pytest.mark.parametrize(
    ("lacks", "request_", "because"),
    [
        ("model", asked(), "its users cannot choose a model"),
        ("system", asked(Message(role="system", content="Be short."), QUESTION), "its users cannot give a system prompt"),
        ("name", asked(replace(QUESTION, name="ana")), "its users cannot say who speaks"),
        ("conversation", asked(QUESTION, QUESTION), "its users cannot go on with a conversation"),
        ("tools", asked(tools=({"type": "function"},)), "its users cannot offer tools"),
        ("limit", asked(limit=3), "its users cannot limit the answer"),
        ("limit", asked(parameters={"maxTokens": 3}), "its users cannot limit the answer"),
        ("top_p", asked(parameters={"top_p": 1}), "its users cannot set top_p"),
        ("presence_penalty", asked(parameters={"presencePenalty": 1}), "its users cannot set presence_penalty"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_what_it_has_no_field_for_its_users_cannot_do(lacks, request_, because):
    assert refused(request_, takes=frozenset(ALL - {lacks})) == because


def test_of_several_options_those_are_asked_that_it_has():
    given = asked(limit=3, parameters={"stop": "END", "topP": 1})
    fitted, missing = Face(takes=frozenset(ALL)).fit(given)
    assert (fitted, missing) == (asked(limit=3, parameters={"stop": "END"}), ("top_p",))
    because = refused(asked(parameters={"topP": 1, "seed": 7}), takes=frozenset(ALL))
    assert because == "its users cannot set top_p or seed"


def test_a_prompt_that_is_too_long_for_it_is_not_sent():
    assert refused(asked(), max_prompt_chars=5) == "its users cannot send a prompt of more than 5 characters"
    assert Face(max_prompt_chars=6).fit(asked()) == (asked(), ())


def test_what_it_does_not_tell_its_users_cannot_see():
    told = Tells.of({"model": False, "reasoning": False})
    for part, because in {
        "model": "cannot tell which model answered",
        "reasoning": "cannot tell how many tokens were thought",
    }.items():
        with pytest.raises(NotOffered, match=because):
            told.needs(part)
    told.needs("usage")
    with pytest.raises(NotOffered):
        Tells(usage=False).needs("reasoning")


def test_description_and_adapter_tell_together():
    both = Tells(usage=False, reasoning="included").narrowed(Tells(cost=False, reasoning="beside"))
    assert both == Tells(usage=False, cost=False, reasoning="included")
    assert Tells().narrowed(Tells(reasoning="beside")).reasoning == "beside"


@pytest.mark.parametrize("tells", [Tells(), Tells(model=False), Tells(reasoning="untold"), Tells(reasoning="beside")])
def test_a_host_says_it_as_a_description_does(tells):
    assert Tells.of(tells.to_json()) == tells
