"""The search for a way to ask that gets past a block: what it tries, and that it finds the smallest."""

import unicodedata

import pytest

from grokgate.formats.rollout_file import rollout as rollout_at
from grokgate.judgement import spellings
from grokgate.judgement.expect import Unkept
from grokgate.judgement.spellings import Space, Way, search


@pytest.fixture
def space(rollout):
    return Space(rollout=rollout, flags=["unset", "true"], fallbacks=[False, True])


@pytest.fixture
def leaking():
    """A statement that breaks for the ways for which ``leaks`` holds, and the ways that were asked for."""

    def make(leaks):
        asked = []

        def state(way):
            asked.append(way)
            if leaks(way):
                raise Unkept(f"{way.name} left")

        return state, asked

    return make


def folded(name):
    return unicodedata.normalize("NFKC", name).strip().lower()


def test_each_change_alone_comes_first_and_the_plain_name_before_all(space):
    ways = list(space.single())
    assert ways[0] == Way("grok-4", "unset", fallbacks=False)
    names = {way.name for way in ways}
    assert names >= {"grok4", "grok-4-0709", "grok-4-latest", "grok", "GROK-4", "x-ai/grok-4", "grok-4:free", "\u200bgrok-4"}
    assert {way.flag for way in ways if way.name == "grok"} == {"true"}
    assert {(way.flag, way.fallbacks) for way in ways if way.name == "x-ai/grok-4"} == {
        ("unset", False),
        ("true", False),
        ("unset", True),
        ("true", True),
    }


def test_where_nothing_gets_out_many_ways_are_tried_always_the_same(space, leaking):
    (first, one), (second, other) = leaking(lambda _: False), leaking(lambda _: False)
    search(space, first)
    search(space, second)
    assert one == other
    assert len(one) == len(set(one)) > len(list(space.single())) + 20


@pytest.mark.parametrize(
    ("leaks", "smallest"),
    [
        (lambda _: True, Way("grok-4", "unset", fallbacks=False)),
        (lambda way: way.name.startswith("x-ai/") and way.fallbacks, Way("x-ai/grok-4", "unset", fallbacks=True)),
        (lambda way: folded(way.name) == "grok", Way("grok", "true", fallbacks=False)),
        (
            lambda way: not way.name.isascii() and folded(way.name) == "grok-4",
            Way("\uff47\uff52\uff4f\uff4b-\uff14", "unset", fallbacks=False),
        ),
        (lambda way: "\u212a" in way.name, Way("gro\u212a-4", "unset", fallbacks=False)),
    ],
    ids=["any", "fallback", "flag", "folded", "kelvin"],
)
def test_the_smallest_way_out_is_found_and_asked_for_last(leaks, smallest, space, leaking):
    state, asked = leaking(leaks)
    with pytest.raises(Unkept, match=r"left$"):
        search(space, state)
    assert asked[-1] == smallest


def trimmed_behind_a_prefix(way):
    return "/" in way.name and way.name != way.name.strip() and way.name.isascii()


def test_two_changes_that_leak_together_are_found_and_no_third_is_blamed(space, leaking):
    state, asked = leaking(trimmed_behind_a_prefix)
    with pytest.raises(Unkept):
        search(space, state)
    smallest = asked[-1]
    assert (smallest.flag, smallest.fallbacks) == ("unset", False)
    assert smallest.name.strip() in ("xai/grok-4", "x-ai/grok-4", "openrouter/x-ai/grok-4", "/grok-4")
    assert len(smallest.name) == len(smallest.name.strip()) + 1


def test_what_breaks_once_is_enough(space, leaking):
    left = []
    state, _ = leaking(lambda way: trimmed_behind_a_prefix(way) and not left and not left.append(way))
    with pytest.raises(Unkept):
        search(space, state)


def test_what_takes_long_is_not_made_smaller(space, leaking, monkeypatch):
    monkeypatch.setattr(spellings, "PATIENCE", 0.0)
    state, asked = leaking(lambda way: way not in singles)
    singles = set(space.single())
    search(space, state)
    assert len(asked) == len(singles)


def test_it_leaves_nothing_behind(space, leaking, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search(space, leaking(lambda _: False)[0])
    assert not any(tmp_path.iterdir())


def test_what_is_the_name_of_another_model_is_no_way_to_ask_for_the_target(zork, tmp_path):
    """``zork`` with ``-latest`` behind it reaches zork-8 here, which the list allows."""
    (tmp_path / "zorld").mkdir()
    world = (zork.parent / "zorld" / "world.toml").read_text()
    old = 'id = "zork-8"\naliases = []'
    assert old in world
    (tmp_path / "zorld" / "world.toml").write_text(world.replace(old, old.replace("[]", '["zork-latest"]')))
    (tmp_path / "zork.toml").write_text(zork.read_text())
    names = {
        way.name for way in Space(rollout=rollout_at(str(tmp_path / "zork.toml")), flags=["zork-9"], fallbacks=[False]).single()
    }
    assert names >= {"zork", "zork-9-latest", "zork:latest"}
    assert "zork-latest" not in names
