"""What a model is to answer, as a text."""

import pytest

from grokgate.values.script import Called, NotAnAnswer, Scripted, answer_of, calls, says

OSLO = Called(name="get_weather", arguments={"city": "Oslo"})
SAID = {
    "It is mild.": says("It is mild."),
    'tool:get_weather={"city": "Oslo"}': calls("get_weather", city="Oslo"),
    "tool:get_weather={}": calls("get_weather"),
    "tool:get_weather": Scripted(calls=(Called(name="get_weather"),)),
    'tool:get_weather={"city": "Oslo"} tool:now': Scripted(calls=(OSLO, Called(name="now"))),
    'tool:add={"a": "tool:b={}"} tool:now': Scripted(
        calls=(Called(name="add", arguments={"a": "tool:b={}"}), Called(name="now"))
    ),
}


@pytest.mark.parametrize(("said", "answer"), SAID.items(), ids=SAID)
def test_an_answer_is_read_and_told_alike(said, answer):
    assert Scripted.of(said) == answer
    assert str(answer) == said


def test_a_text_that_looks_like_a_call_is_said_to_be_one():
    assert Scripted.of("text:tool:get_weather") == says("tool:get_weather")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("tool:", "is no call"),
        ("tool:a b", "'b' is no call"),
        ("tool:a={", "no JSON object"),
        ("tool:a=[1]", "no JSON object"),
        ("tool:a={}tool:b", "a blank parts"),
        ("tool:a={} and then", "'and then' is no call"),
    ],
)
def test_what_is_no_answer_is_refused_with_one_that_is(said, why):
    with pytest.raises(NotAnAnswer, match=why):
        Scripted.of(said)


def test_the_last_answer_is_given_again_and_again():
    script = (calls("now"), says("Noon."))
    assert [str(answer_of(script, given)) for given in range(4)] == ["tool:now={}", "Noon.", "Noon.", "Noon."]
    assert answer_of((), 0) is None
