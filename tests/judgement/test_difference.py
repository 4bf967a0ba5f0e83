"""Where two JSON values differ: the place, both values, and a sentence that shows what differs."""

import pytest

from grokgate.judgement.expect.difference import Difference, differences, told

LONG = "a" * 100


@pytest.mark.parametrize(
    ("mine", "other", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": 1}, {}, [("a", 1, "nothing")]),
        ({}, {"a": None}, [("a", "nothing", None)]),
        ({"a": 7.0}, {"a": 7}, [("a", 7.0, 7)]),
        ({"a": True}, {"a": 1}, [("a", True, 1)]),
        ({"a": "1"}, {"a": 1}, [("a", "1", 1)]),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, [("a.b[1].c", 2, 3)]),
        ({"a": [1]}, {"a": [1, 2]}, [("a", [1], [1, 2])]),
        ({"a": [{"b": 1, "c": 2}]}, {"a": [{"c": 2, "b": 1}]}, []),
    ],
)
def test_differences(mine, other, found):
    assert list(differences(mine, other)) == found


def test_the_key_at_the_top_holds_the_place():
    assert [Difference(place, 1, 2).top for place in ("stop", "messages[0].content", "usage.total_tokens")] == [
        "stop",
        "messages",
        "usage",
    ]


def test_a_difference_is_told_as_json_writes_it():
    assert told([Difference("role", "developer", "system")]) == 'role is "developer" and was "system"'
    assert told([Difference("limit", 1000, "nothing")]) == "limit is 1000 and was nothing"


def test_of_long_texts_the_place_is_shown_where_they_part():
    said = told([Difference("text", f"{LONG}x", f"{LONG}y")])
    assert said == 'text is …aaaaaaaaaaaax" and was …aaaaaaaaaaaay"'


def test_three_differences_are_told_and_the_rest_counted():
    found = [Difference(str(number), 1, 2) for number in range(5)]
    assert told(found[:1]) == "0 is 1 and was 2"
    assert told(found) == "0 is 1 and was 2; 1 is 1 and was 2; 2 is 1 and was 2; and 2 more"
