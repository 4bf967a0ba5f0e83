"""A question is graded by the last number, or the last word, of what was said."""

import pytest

from grokgate.values.question import Question


def asked(answer):
    return Question(name="one", text="?", answer=answer)


@pytest.mark.parametrize("said", ["42", "**42**.", "6 x 7 = 42", "It is 42 euros.", "42.0", "The answer: 42\n"])
def test_the_last_number_is_the_answer(said):
    assert asked(42).graded(said)


@pytest.mark.parametrize("said", ["", "forty-two", "42, or rather 43", "-42", "4.2", "142", "42.5"])
def test_another_number_or_none_is_not(said):
    assert not asked(42).graded(said)


def test_commas_part_thousands():
    assert asked(8100).graded("8,100 seconds")


@pytest.mark.parametrize("said", ["Saturday", "It is a *saturday*.", "SATURDAY!"])
def test_the_last_word_is_the_answer(said):
    assert asked("Saturday").graded(said)


@pytest.mark.parametrize("said", ["", "Sunday", "Saturday, no: Sunday", "12"])
def test_another_word_or_none_is_not(said):
    assert not asked("Saturday").graded(said)
