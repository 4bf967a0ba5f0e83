"""Recordings put in the place of others: whole, or not at all."""

import pytest

from grokgate.upstream.library import NoWorld, put_in_place, recordings_in, sorted_in, tapes, write
from grokgate.upstream.world import load_world
from grokgate.values.capture import Capture
from grokgate.values.wire import WireRequest

VERSIONS = {"grokgate": "0"}
DAY = "2025-12-02"
URL = "https://api.x.ai/v1/models"


@pytest.fixture(scope="module")
def known():
    return tapes()


@pytest.fixture
def kept(known):
    """A recording of a question about this model, answered by a text."""

    def make(model, text="Paris."):
        body = f'{{"model": "{model}", "messages": [{{"role": "user", "content": "Hi"}}]}}'
        request = WireRequest("POST", "https://api.x.ai/v1/chat/completions", {}, body.encode())
        choice = f'{{"index": 0, "message": {{"role": "assistant", "content": "{text}"}}, "finish_reason": "stop"}}'
        answer = f'{{"model": "{model}", "choices": [{choice}]}}'.encode()
        headers = {"content-type": "application/json"}
        captured = Capture(
            request=request, status=200, headers=headers, body=answer, recorded_at=f"{DAY}T10:00:00Z", origin="a test"
        )
        [one] = sorted_in([captured], known)
        return one

    return make


def everything(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_takes_the_place_of_its_own_in_whatever_file_that_stands(kept, tmp_path):
    [place] = {path.parent for path in [*write([kept("grok-3")], tmp_path, "a", versions=VERSIONS)]}
    write([kept("grok-4")], tmp_path, "b", versions=VERSIONS)
    old = {one.rule: one.id for _, one in recordings_in(place)}
    fresh = [(kept(model, "Rome."), {old[rule]}) for model, rule in (("grok-3", "plain/none"), ("grok-4", "plain/hidden"))]
    written = put_in_place(fresh, place, DAY, versions=VERSIONS)
    assert written == {place / f"{name}.yaml": place / "old" / f"{name}.until-{DAY}.yaml" for name in "ab"}
    assert {file.stem: one.rule for file, one in recordings_in(place)} == {"a": "plain/none", "b": "plain/hidden"}
    assert all("Rome." in one.body for _, one in recordings_in(place))


def test_what_stood_twice_is_replaced_by_one(kept, tmp_path):
    for stem, text in (("a", "Paris."), ("b", "Oslo.")):
        [file] = write([kept("grok-3", text)], tmp_path, stem, versions=VERSIONS)
    doubles = {one.id for _, one in recordings_in(tmp_path)}
    put_in_place([(kept("grok-3", "Rome."), doubles)], file.parent, DAY, versions=VERSIONS)
    assert [one.id in doubles for _, one in recordings_in(tmp_path)] == [False]


def test_what_replaces_nothing_joins_the_file_of_the_day(kept, tmp_path):
    for model in ("grok-3", "grok-4"):
        put_in_place([(kept(model), {"bundled"})], tmp_path, DAY, versions=VERSIONS)
    assert sorted((file.name, one.rule) for file, one in recordings_in(tmp_path)) == [
        (f"{DAY}.yaml", "plain/hidden"),
        (f"{DAY}.yaml", "plain/none"),
    ]


def test_where_the_old_cannot_be_kept_nothing_changes(kept, tmp_path):
    put_in_place([(kept("grok-3"), set())], tmp_path, DAY, versions=VERSIONS)
    (tmp_path / "old").write_text("a file where a folder should be")
    before = everything(tmp_path)
    with pytest.raises(OSError, match="old"):
        put_in_place([(kept("grok-4"), set())], tmp_path, DAY, versions=VERSIONS)
    assert everything(tmp_path) == before


def test_a_world_that_is_not_bundled_is_named_by_its_folder_and_keeps_its_recordings_under_its_name(tmp_path):
    folder = tmp_path / "worlds" / "zork"
    folder.mkdir(parents=True)
    facts = 'name = "zork"\ntitle = "zork"\nbased_on = "grok-4.7"\nera = { from = "2026-10-01" }\n'
    (folder / "world.toml").write_text(facts)
    mine = tapes([folder])
    assert mine.keys() == {"zork"}
    answer = mine["zork"].answer(WireRequest("GET", URL, {"authorization": f"Bearer {mine['zork'].key}"}))
    taken = Capture(
        request=WireRequest("GET", URL, {}),
        status=200,
        headers={},
        body=answer.body,
        recorded_at="2026-10-02T10:00:00Z",
        origin="a test",
    )
    kept = sorted_in([taken], mine)
    written = write(kept, tmp_path / "recordings", "mine", versions={})
    assert [one.placement.rule for one in kept] == ["models"]
    assert written == [tmp_path / "recordings" / "zork" / "mine.yaml"]
    [recording] = load_world(folder, [tmp_path / "recordings" / "zork"]).playing["models"]
    assert recording.provenance == "recorded"


@pytest.mark.parametrize("name", ["nowhere", "worlds/grok-4.7", "/nowhere/zork"])
def test_a_world_that_is_not_there_is_refused(name):
    with pytest.raises(NoWorld, match=r"no world '.+': bundled are grok-4-0709, grok-4\.3, grok-4\.7; any other is named by its"):
        tapes([name])
