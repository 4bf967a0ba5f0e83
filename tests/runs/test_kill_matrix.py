"""The kill matrix says of each figure in which rollout, and at which endpoint, it was measured."""

import json

import pytest

from grokgate.runs.kill_matrix import as_json, page
from grokgate.runs.kills import Kills
from grokgate.runs.mutants import Mutant


def mutant(name, breaks, elsewhere=None, **more):
    rows = {place: frozenset(rows) for place, rows in (elsewhere or {}).items()}
    return Mutant(name=name, doc="It is broken.", breaks=frozenset(breaks), phase="1", live=frozenset(), elsewhere=rows, **more)


EVERYWHERE, OTHERWISE, NOWHERE = (
    mutant("everywhere", {"P1.1", "POST-6.2"}),
    mutant("otherwise", {"P1.2"}, {"theirs": {"P1.3"}}),
    mutant("no-fault-there", {"P1.4"}, {"theirs": set()}),
)
KNOWN = (EVERYWHERE, OTHERWISE, NOWHERE)
ENDPOINTS = (
    mutant("of-chat", {"P1.1"}, apis=("chat",)),
    mutant("of-responses", {"P1.2"}, apis=("responses",)),
    mutant("otherwise-there", {"P1.3"}, {"@responses": {"P1.4"}}),
    mutant("once", {"P1.5"}, {"theirs@responses": set()}),
)


def kills(ground, lacks=(), known=KNOWN, **strays):
    lacks = frozenset(lacks)
    named = {one.name: one.breaks_on(ground, lacks) for one in known}
    return Kills(ground=ground, lacks=lacks, known=known, rows_of={**named, **strays})


@pytest.fixture
def judged():
    return [kills("ours"), kills("theirs", lacks={"POST-6.2"})]


@pytest.fixture
def at_both():
    return [kills(ground, known=ENDPOINTS) for ground in ("ours", "theirs", "ours@responses", "theirs@responses")]


def line(text, start):
    return next(line for line in text.splitlines() if line.startswith(start))


def test_a_row_that_does_not_apply_is_not_asked_of_a_mutant(judged):
    ours, theirs = judged
    assert (ours.named(EVERYWHERE), theirs.named(EVERYWHERE)) == ({"P1.1", "POST-6.2"}, {"P1.1"})
    assert "POST-6.2" in ours.rows
    assert "POST-6.2" not in theirs.rows


def test_a_mutant_without_a_fault_in_a_rollout_is_not_counted_there(judged):
    assert [(len(one.faulty), one.total) for one in judged] == [(3, 4), (2, 2)]


def test_a_mutant_that_turns_other_rows_red_is_a_stray():
    stray = kills("ours", everywhere=frozenset({"P1.1"}))
    assert stray.strays == [EVERYWHERE]
    assert "| ours on chat | 75 | 3 | 3 | everywhere | none | " in page([stray])


def test_the_page_has_the_figures_of_each_rollout(judged):
    text = page(judged)
    assert line(text, "| ours on chat |").startswith("| ours on chat | 75 | 3 | 4 | none | none | ")
    assert line(text, "| theirs on chat |").startswith("| theirs on chat | 74 | 2 | 2 | none | POST-6.2 | ")


def test_the_page_names_the_rollout_where_not_every_one_shows_it(judged):
    text = page(judged)
    assert line(text, "| [P1.1](").endswith("| everywhere |")
    assert line(text, "| [POST-6.2](").endswith("| everywhere |"), "the other rollout has no such row"
    assert line(text, "| [P1.2](").endswith("| otherwise (ours) |")
    assert line(text, "| [P1.3](").endswith("| otherwise (theirs) |")
    assert line(text, "| everywhere |").endswith("| P1.1 POST-6.2 |")
    assert line(text, "| otherwise |").endswith("| ours: P1.2; theirs: P1.3 |")
    assert line(text, "| no-fault-there |").endswith("| ours: P1.4; theirs: no fault there |")


def test_machines_read_the_same(judged):
    matrix = json.loads(as_json(judged))
    assert [matrix["grounds"][name]["kills"] for name in ("ours", "theirs")] == [4, 2]
    assert matrix["grounds"]["theirs"]["not applicable"] == ["POST-6.2"]
    assert matrix["mutants"][1]["kills"] == {"ours": ["P1.2"], "theirs": ["P1.3"]}


def test_a_fault_of_one_endpoint_is_told_with_it(at_both):
    assert [len(one.faulty) for one in at_both] == [3, 3, 3, 2]
    text = page(at_both)
    assert line(text, "| [P1.1](").endswith("| of-chat (on chat) |")
    assert line(text, "| [P1.2](").endswith("| of-responses (on responses) |")
    assert line(text, "| [P1.5](").endswith("| once (ours on chat, theirs on chat, ours on responses) |")
    assert line(text, "| of-chat |").endswith("| on chat: P1.1; on responses: no fault there |")
    assert line(text, "| otherwise-there |").endswith("| on chat: P1.3; on responses: P1.4 |")
    assert json.loads(as_json(at_both))["mutants"][0]["kills"]["theirs@responses"] == []
