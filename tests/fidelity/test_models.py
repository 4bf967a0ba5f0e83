"""The worlds beside xAI's own lists of models: each text model that a list has is in the world of its day, as the list tells it.

The recordings are not part of the project; where their folder is absent these tests are skipped.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from grokgate.formats.home import home, worlds
from grokgate.formats.recordings.reader import read_recordings
from grokgate.formats.world_file import world_facts
from grokgate.upstream.listing import priced

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the real recordings are not beside this checkout")

OTHERWISE = {
    ("grok-4.3", "aliases"): 4,  # 16 to 18 June with the names of those that were retired; 17 August without grok-latest
    ("grok-4.5", "cached_prompt_text_token_price"): 1,  # 13 July: $0.50 in its first weeks, by August $0.30
    ("grok-4.5", "cached_prompt_text_token_price_long_context"): 1,
}
"""What a list tells of a model that its world tells otherwise, and in how many of the lists."""


@pytest.fixture(scope="module")
def lists():
    """Each list: its day, and the rows of text models by their ids."""
    found = read_recordings(RECORDINGS / "v1-models-by-date.json").captures
    rows = [(one.recorded_at[:10], json.loads(one.body)["data"]) for one in found]
    return [(day, {row["id"]: row for row in data if "imag" not in row["id"]}) for day, data in rows]


@pytest.fixture(scope="module")
def told():
    """What the world of a day tells of its models, and the world."""
    facts = [world_facts(home() / "cassettes" / name) for name in worlds()]

    def of(day):
        world = next(one for one in facts if one.era[0] <= day and (not one.era[1] or day < one.era[1]))
        return {row["id"]: row for row in json.loads(f"[{priced(world)}]")}, world

    return of


def plain(key, value):
    return set(value) if key == "aliases" else value


def test_each_listed_model_is_in_the_world_of_its_day(lists, told):
    assert len(lists) == 21
    assert [(day, id) for day, rows in lists for id in rows if id not in told(day)[0]] == []


def test_a_world_tells_of_a_model_what_the_list_does_but_for_these(lists, told):
    differing = Counter(
        (id, key)
        for day, rows in lists
        for id, row in rows.items()
        for key, value in row.items()
        if plain(key, value) != plain(key, told(day)[0][id].get(key, ()))
    )
    assert differing == OTHERWISE


def test_every_name_of_a_list_reaches_a_model_in_the_world_of_its_day(lists, told):
    names = [(told(day)[1], name) for day, rows in lists for id, row in rows.items() for name in (id, *row.get("aliases", ()))]
    assert [name for world, name in names if name not in world.served] == []
