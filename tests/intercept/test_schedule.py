"""What changes in the middle of a run: from a request on, or for one in so many."""

import pytest

from grokgate.intercept.schedule import Change, NotAChange, Schedule, Setting


def schedule(*changes, **first):
    return Schedule(Setting(**{"world": "old", **first}), tuple(map(Change.of, changes)))


def played(schedule, what, requests=6):
    return [getattr(schedule.at(number), what) for number in range(1, requests + 1)]


def test_without_a_change_all_requests_are_answered_alike():
    assert {schedule().at(number) for number in range(1, 100)} == {Setting(world="old")}


def test_after_so_many_requests_a_change_holds_for_good():
    assert played(schedule("after 2: world=new"), "world") == ["old", "old", "new", "new", "new", "new"]


def test_every_so_many_requests_a_change_holds_for_one():
    assert played(schedule("every 3: fault=reset"), "fault") == ["none", "none", "reset", "none", "none", "reset"]


def test_a_later_change_of_the_same_kind_ends_the_earlier_in_whatever_order_they_are_written():
    back = schedule("after 4: scenario=plain", "after 1: scenario=no-credits")
    assert played(back, "scenario") == ["plain", "no-credits", "no-credits", "no-credits", "plain", "plain"]


def test_a_fault_ends_by_the_name_none():
    assert played(schedule("after 3: fault=none", fault="reset"), "fault") == ["reset"] * 3 + ["none"] * 3


def test_changes_of_other_kinds_hold_together_and_what_holds_every_so_often_goes_before_what_holds_for_good():
    both = schedule("every 2: scenario=capacity", "after 1: world=new", "after 1: scenario=no-credits")
    assert played(both, "scenario", 4) == ["plain", "capacity", "no-credits", "capacity"]
    assert played(both, "world", 4) == ["old", "new", "new", "new"]


def test_a_fault_counts_from_the_request_with_which_it_took_hold():
    assert played(schedule("after 2: fault=unavailable-once"), "since", 4) == [0, 0, 3, 3]
    assert played(schedule("every 2: fault=unavailable-once"), "since", 4) == [0, 2, 0, 4]


def test_it_tells_what_begins_with_a_request_and_all_that_it_asks_for():
    changing = schedule("after 3: world=new", "every 2: fault=reset")
    assert [[str(change) for change in changing.beginning(number)] for number in (3, 4)] == [
        [],
        ["after 3: world=new", "every 2: fault=reset"],
    ]
    assert [changing.names(what) for what in ("world", "scenario", "fault")] == [("old", "new"), ("plain",), ("none", "reset")]


@pytest.mark.parametrize("text", ["after 2:fault=reset", " after  2 : fault = reset "])
def test_blanks_do_not_matter(text):
    assert str(Change.of(text)) == "after 2: fault=reset"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "after 0: fault=reset",
        "every -1: fault=reset",
        "after x: fault=reset",
        "after 1 fault=reset",
        "after 1: fault",
        "after 1: fault=",
        "after 1: price=0",
        "at 1: fault=reset",
        "after 1: fault=a b",
    ],
)
def test_what_is_no_change_is_refused_with_one_that_is(text):
    with pytest.raises(NotAChange, match=r"such as 'after 3:world=grok-4\.3'"):
        Change.of(text)
