"""What a world's facts amount to: who answers for whom, what it costs, when a name ends."""

from dataclasses import replace

import pytest

from grokgate.values.world import Model, Price, Retired, WorldFacts, in_words

PRICE = Price(prompt=10, cached=1, completion=100)


def model(id, **more):
    return Model(
        id=id,
        names=frozenset({id, *more.pop("aliases", ())}),
        window=1000,
        refuses=("stop",),
        price=more.pop("price", PRICE),
        **more,
    )


NEW, OLD, OTHER = model("zork-9"), model("zork-8", aliases=("zork",)), model("zork-7", endpoints=("responses",))
GONE = model("zork-6", answers_as="zork-8", redirected="2026-05-15", price=replace(PRICE, prompt=20))
FAST = model("zork-9-fast", answers_as="zork-9", price=replace(PRICE, prompt=30))
WORLD = WorldFacts(
    name="zork",
    title="zork",
    models=(OTHER, FAST, NEW, OLD, GONE),
    substitute="zork",
    era=("2026-01-05", "2026-10-12"),
    retired={"zork-1": Retired(name="zork-1", on="2025-12-01", instead="zork-3")},
)


def test_each_name_leads_to_its_model():
    assert WORLD.served["zork"] is OLD
    assert WORLD.served.keys() == {"zork-9", "zork-9-fast", "zork-8", "zork", "zork-7", "zork-6"}


def test_the_substitute_answers_for_all_but_itself_for_which_another_does_that_can_be_had_there():
    assert [WORLD.stand_in(one).id for one in (NEW, GONE, OTHER, None)] == ["zork-8"] * 4
    assert WORLD.stand_in(OLD) is NEW
    alone = replace(WORLD, models=(OLD,))
    assert alone.stand_in(OLD) is OLD


def test_an_answer_costs_what_the_model_does_whose_own_name_it_bears():
    assert WORLD.prices == {"zork-9": PRICE, "zork-8": PRICE, "zork-7": PRICE}


def test_those_are_listed_that_answer_under_their_own_name():
    assert [one.id for one in WORLD.listed] == ["zork-7", "zork-8", "zork-9"]


@pytest.mark.parametrize(
    ("name", "on", "instead"),
    [
        ("zork-1", "2025-12-01", "zork-3"),
        ("zork-6", "2026-05-15", "zork-8"),
        ("zork-9", "2026-10-12", "zork-8"),
        ("zork-8", "2026-10-12", "zork-9"),
        ("nothing", "2026-10-12", "zork-8"),
    ],
)
def test_a_name_ends_as_it_did_or_as_it_would_on_the_last_day(name, on, instead):
    assert WORLD.retirement(name) == Retired(name=name, on=on, instead=instead)


def test_while_an_era_lasts_a_name_would_have_ended_on_its_first_day():
    assert replace(WORLD, era=("2026-01-05", "")).retirement("zork-9").on == "2026-01-05"


def test_an_era_is_told_in_words():
    assert WORLD.days == "from 5 January 2026 to 12 October 2026"
    assert replace(WORLD, era=("2026-09-21", "")).days == "since 21 September 2026"
    assert in_words("2025-07-09") == "9 July 2025"


@pytest.mark.parametrize(
    ("thinking", "effort", "streamed", "does"),
    [
        ("shown", None, False, "shown"),
        ("shown", "none", False, "none"),
        ("hidden", "low", True, "hidden"),
        ("none", None, False, "none"),
        ("none", "none", False, "none"),
        ("none", "low", True, "shown"),
        ("none", "xhigh", False, "none"),
    ],
)
def test_what_a_model_thinks_follows_from_the_effort(thinking, effort, streamed, does):
    thinker = replace(NEW, thinking=thinking, efforts=("none", "low"))
    assert thinker.thinking_of(effort, streamed=streamed) == does


def test_an_effort_is_taken_where_the_model_has_it_and_does_not_refuse_them_all():
    thinker = replace(NEW, efforts=("low",), suffixed={"low": "mini"})
    assert [thinker.takes_effort(value) for value in ("low", "high", "", 3, ["low"], None)] == [True, *[False] * 5]
    assert not replace(thinker, refuses=("reasoning_effort",)).takes_effort("low")
    assert [thinker.named(effort) for effort in ("low", "high", None)] == ["zork-9-mini", "zork-9", "zork-9"]
    assert thinker.served == {"zork-9", "zork-9-mini"}
    assert GONE.served == {"zork-6"} != {GONE.named(None)}
