"""A world whose rules and exchanges do not fit together is refused with file, place and reason."""

import json
from itertools import count

import pytest

from grokgate.formats.document import BadDocument
from grokgate.formats.home import SCHEMAS
from grokgate.upstream.cassette import Repeat, load_cassette
from grokgate.upstream.world import STAGES, load_world
from grokgate.values.world import Price, Retired

MODEL = """
[[model]]
id = "grok-4-0709"
aliases = ["grok-4"]
window = 256000
thinking = "hidden"
refuses = ["stop", "reasoning_effort"]
price = { prompt = 30000, cached = 7500, completion = 150000 }
sources = ["docs.x.ai models page"]
"""
FACTS = f"""
name = "small"
title = "A small world"
most_tools = 200
substitute = "grok-4"
era = {{ from = "2025-07-09" }}
{MODEL}
"""
STREAM = "data: {}\n\ndata: [DONE]\n\n"


def rule(id, stage="content", when='{ route = "chat" }'):
    return f'[[rule]]\nid = "{id}"\nstage = "{stage}"\nwhen = {when}\nsources = ["a page"]\n'


def exchange(id, rule, body="{}", kind="application/json", /, **block):
    written = {"id": id, "rule": rule, "provenance": "derived", "sources": ["a page"]} | block
    return {
        "grokgate": {name: value for name, value in written.items() if value is not None},
        "request": {"method": "GET", "uri": "https://api.x.ai/v1/models", "headers": {}, "body": None},
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {"Content-Type": [kind]}, "body": {"string": body}},
    }


def cassette(*exchanges):
    return json.dumps({"version": 1, "interactions": exchanges})  # JSON is YAML


@pytest.fixture
def folder(tmp_path):
    """Writes a world of rules and cassettes, and gives its folder."""
    numbers = count()

    def write(rules, facts=FACTS, **cassettes):
        place = tmp_path / str(next(numbers)) / "small"  # facts are read once for a folder
        place.mkdir(parents=True)
        (place / "world.toml").write_text(facts)
        (place / "rules.toml").write_text(rules)
        for name, content in cassettes.items():
            (place / f"{name}.yaml").write_text(content)
        return place

    return write


def test_a_world_is_its_facts_its_rules_and_its_exchanges(folder):
    world = load_world(folder(rule("a") + rule("b"), chat=cassette(exchange("a/1", "a")), more=cassette(exchange("b/1", "b"))))
    assert (world.name, [model.id for model in world.models], world.served["grok-4"].id) == (
        "small",
        ["grok-4-0709"],
        "grok-4-0709",
    )
    assert [(recording.rule, recording.id) for recording in world.recordings] == [("a", "a/1"), ("b", "b/1")]
    assert world.recordings[0].headers == {"content-type": "application/json"}


def test_a_model_is_told_with_all_that_matters_about_it(folder):
    row = MODEL.replace(', "reasoning_effort"', "")
    row += 'streamed = "shown"\nefforts = ["low", "high"]\nsuffixed = { high = "high" }\n'
    row = row.replace(
        "{ prompt = 30000, cached = 7500, completion = 150000 }", "{ prompt = 3, cached = 1, completion = 15, long_from = 128 }"
    )
    facts = FACTS.replace(MODEL, row)
    [model] = load_world(folder(rule("a"), facts=facts, chat=cassette(exchange("a/1", "a")))).models
    assert (model.window, model.refuses, model.price) == (
        256_000,
        ("stop",),
        Price(prompt=3, cached=1, completion=15, long_from=128),
    )
    assert [model.thinking_of(None, streamed=streamed) for streamed in (False, True)] == ["hidden", "shown"]
    assert [model.named(effort) for effort in (None, "low", "high")] == ["grok-4-0709", "grok-4-0709", "grok-4-0709-high"]


def test_a_model_that_answers_as_another_is_reached_by_its_own_names_and_not_listed(folder):
    heir = MODEL.replace("grok-4-0709", "grok-4.3").replace('"grok-4"', "")
    facts = FACTS.replace("aliases", 'answers_as = "grok-4.3"\nredirected = "2026-05-15"\naliases') + heir
    world = load_world(folder(rule("a"), facts=facts, chat=cassette(exchange("a/1", "a"))))
    assert world.served.keys() == {"grok-4", "grok-4-0709", "grok-4.3"}
    assert world.served["grok-4"].named(None) == "grok-4.3"
    assert [model.id for model in world.listed] == ["grok-4.3"]
    assert world.retirement("grok-4") == Retired(name="grok-4", on="2026-05-15", instead="grok-4.3")


def test_retired_models_are_told_with_their_day_and_heir(folder):
    row = '[[retired]]\nname = "grok-beta"\non = "2025-09-15"\ninstead = "grok-3"\nsources = ["a page"]\n'
    world = load_world(folder(rule("a"), facts=FACTS + row, chat=cassette(exchange("a/1", "a"))))
    assert [(one.name, one.on, one.instead) for one in world.retired.values()] == [("grok-beta", "2025-09-15", "grok-3")]


def test_a_stage_says_what_all_its_rules_want_and_each_may_say_otherwise(folder):
    stage = '[stage.content.when]\nroute = "chat"\nstream = "no"\n'
    named = [rule("a", when='{ key = "good" }'), rule("b", when='{ stream = ["yes", "no"], route = "any" }'), rule("c", "key")]
    world = load_world(folder(stage + "".join(named), chat=cassette(*(exchange(f"{one}/1", one) for one in "abc"))))
    assert {one.id: one.when for one in world.rules} == {
        "a": {"route": ("chat",), "stream": ("no",), "key": ("good",)},
        "b": {"stream": ("yes", "no")},
        "c": {"route": ("chat",)},
    }


RECORDED = {"provenance": "recorded", "recorded_at": "2025-12-01T10:00:00Z"}


def test_a_recording_may_stand_without_a_rule_and_does_not_play(folder):
    exchanges = cassette(exchange("a/1", "a"), exchange("kept/1", None, **RECORDED))
    world = load_world(folder(rule("a"), chat=exchanges))
    assert [recording.id for recording in world.recordings] == ["a/1", "kept/1"]
    assert [recording.id for recording in world.playing["a"]] == ["a/1"]


def test_a_rule_may_have_several_recordings_as_wide_and_the_newest_plays(folder):
    newer = RECORDED | {"recorded_at": "2026-01-01T10:00:00Z"}
    exchanges = cassette(exchange("a/1", "a"), exchange("a/2", "a", **RECORDED), exchange("a/3", "a", **newer))
    assert [one.id for one in load_world(folder(rule("a"), chat=exchanges)).playing["a"]] == ["a/3", "a/2", "a/1"]


def test_other_exchanges_may_leave_rules_without_any(folder, tmp_path):
    there = folder(rule("a") + rule("b"), chat=cassette(exchange("a/1", "a"), exchange("b/1", "b")))
    other = tmp_path / "mine"
    other.mkdir()
    (other / "x.yaml").write_text(cassette(exchange("b/2", "b", **RECORDED)))
    alone, behind = load_world(there, [other]), load_world(there, [other, there])
    assert {rule: [one.id for one in several] for rule, several in alone.playing.items()} == {"a": [], "b": ["b/2"]}
    assert {rule: [one.id for one in several] for rule, several in behind.playing.items()} == {"a": ["a/1"], "b": ["b/2", "b/1"]}
    assert alone.digest != behind.digest


def test_rules_are_ordered_by_stage_and_then_by_place(folder):
    stages = ["content", "key", "content", "route", "fault"]
    listed = "".join(rule(f"r{n}", stage, '{ scenario = "x" }') for n, stage in enumerate(stages))
    world = load_world(folder(listed, chat=cassette(*(exchange(f"r{n}/1", f"r{n}") for n in range(5)))))
    assert [entry.id for entry in world.rules] == ["r4", "r3", "r1", "r0", "r2"]


def test_the_digest_covers_every_file(folder):
    digests = {
        load_world(folder(rule("a"), chat=cassette(exchange("a/1", "a")))).digest,
        load_world(folder(rule("a"), chat=cassette(exchange("a/2", "a")))).digest,
        load_world(folder(rule("a") + "\n", chat=cassette(exchange("a/1", "a")))).digest,
        load_world(folder(rule("a"), facts=FACTS + "\n", chat=cassette(exchange("a/1", "a")))).digest,
    }
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("rules", "cassettes", "reason"),
    [
        (rule("a") + rule("b"), [[("a/1", "a")]], r"rules\.toml: b: no exchange plays for this rule"),
        (rule("a"), [], r"rules\.toml: a: no exchange plays for this rule"),
        (rule("a"), [[("a/1", "a"), ("b/1", "b")]], r"rules\.toml: b: exchange 'b/1' plays for a rule that is not there"),
        (rule("a"), [[("a/1", "a"), ("a/2", "a")]], r"rules\.toml: a/2: rule 'a' has the exchange 'a/1' already, just as wide"),
        (rule("a"), [[("a/1", "a")], [("a/2", "a")]], r"rules\.toml: a/2: rule 'a' has the exchange 'a/1' already, just as wide"),
        (rule("a") + rule("a", "key"), [[("a/1", "a")]], r"rules\.toml: a: the rule stands twice"),
        (rule("a") + rule("b"), [[("a/1", "a"), ("a/1", "b")]], r"c0\.yaml: a/1: the exchange stands twice"),
        (rule("a") + rule("b"), [[("a/1", "a")], [("a/1", "b")]], r"c1\.yaml: a/1: the exchange stands twice"),
        (rule("a", "weather"), [[("a/1", "a")]], r"rules\.toml: rule\[0\] \(a\)\.stage: 'weather' is not one of"),
        (rule("a", when='{ mood = "good" }'), [[("a/1", "a")]], r"rules\.toml: rule\[0\] \(a\)\.when: .*'mood' was unexpected"),
        (
            rule("a", when='{ stream = "often" }'),
            [[("a/1", "a")]],
            r"rules\.toml: rule\[0\] \(a\)\.when\.stream: 'often' is not one",
        ),
        (rule("a", when="{}"), [[("a/1", "a")]], r"rules\.toml: rule\[0\] \(a\)\.when: .*non-empty|should be non-empty"),
        (rule("a", "fault"), [[("a/1", "a")]], r"rules\.toml: rule\[0\] \(a\)\.when: 'scenario' is a required property"),
    ],
    ids=[
        "rule-without-exchange",
        "no-exchanges",
        "exchange-without-rule",
        "second-exchange",
        "second-exchange-elsewhere",
        "rule-twice",
        "exchange-twice",
        "exchange-twice-elsewhere",
        "no-such-stage",
        "no-such-dimension",
        "no-such-value",
        "fits-everything",
        "fault-without-scenario",
    ],
)
def test_rules_and_exchanges_that_do_not_fit_are_refused(rules, cassettes, reason, folder):
    files = {f"c{n}": cassette(*(exchange(*pair) for pair in pairs)) for n, pairs in enumerate(cassettes)}
    with pytest.raises(BadDocument, match=reason):
        load_world(folder(rules, **files))


def test_an_exchange_that_can_never_play_is_refused(folder):
    never = exchange("a/2", "a", when={"prompt": "weather", "stream": ["yes", "with-usage"]})
    with pytest.raises(BadDocument, match=r"rules\.toml: a/2: it can never play: rule 'a' wants another stream"):
        load_world(folder(rule("a", when='{ stream = "no" }'), chat=cassette(exchange("a/1", "a"), never)))


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (MODEL, "grok-4-0709: the name 'grok-4-0709' stands twice"),
        (MODEL.replace("-0709", ".3"), r"grok-4\.3: the name 'grok-4' leads to grok-4-0709 already"),
        (
            MODEL.replace("-0709", ".3").replace('"grok-4"', '"grok-4.3"'),
            r"grok-4\.3: the name 'grok-4\.3' stands twice",
        ),
    ],
    ids=["same-id", "same-alias", "alias-is-id"],
)
def test_a_name_that_leads_to_two_models_is_refused(second, reason, folder):
    with pytest.raises(BadDocument, match=rf"world\.toml: {reason}"):
        load_world(folder(rule("a"), facts=FACTS + second, chat=cassette(exchange("a/1", "a"))))


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ({"provenance": "recorded", "sources": ["x"]}, "'recorded_at' is a required property"),
        ({"recorded_at": "2025-12-01T10:00:00Z"}, "False schema does not allow"),
        ({"sources": []}, r"\[\] should be non-empty"),
        ({"fill": ["weather"]}, "'weather' is not one of"),
        ({"at": [0.1, -1]}, "-1 is less than the minimum of 0"),
        ({"rule": None}, "'rule' is a required property"),
        ({"origin": "a.har: entry 3"}, "False schema does not allow"),
        ({"when": {"mood": "good"}}, "'mood' was unexpected"),
        ({"repeat": {"event": 0, "times": 0, "every": 0.1}}, "0 is less than the minimum of 1"),
    ],
    ids=[
        "recorded-without-date",
        "derived-with-date",
        "no-sources",
        "unknown-fill",
        "before-the-start",
        "derived-without-rule",
        "derived-with-origin",
        "no-such-dimension",
        "repeated-never",
    ],
)
def test_an_exchange_that_claims_what_it_may_not_is_refused(block, reason, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(cassette(exchange("a/1", "a", **block)))
    with pytest.raises(BadDocument, match=rf"x\.yaml: interactions\[0\]\.grokgate.*{reason}"):
        load_cassette(path)


@pytest.mark.parametrize("at", [[0.1], [0.1, 0.2, 0.3]])
def test_a_stream_with_times_for_other_events_is_refused(at, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(cassette(exchange("a/1", "a", STREAM, at=at)))
    with pytest.raises(BadDocument, match=rf"x\.yaml: a/1: {len(at)} times for 2 events of the stream"):
        load_cassette(path)


def test_a_repeated_event_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(cassette(exchange("a/1", "a", STREAM, repeat={"event": 2, "times": 3, "every": 0.1})))
    with pytest.raises(BadDocument, match=r"x\.yaml: a/1: event 2 is repeated, but there are 2"):
        load_cassette(path)


def test_a_repeated_event_comes_as_often_as_it_is_said_each_a_while_after_the_other(tmp_path):
    path = tmp_path / "x.yaml"
    repeat = {"event": 1, "times": 3, "every": 0.25}
    body = "data: {}\n\ndata: {1}\n\ndata: [DONE]\n\n"
    path.write_text(cassette(exchange("a/1", "a", body, "text/event-stream", repeat=repeat, at=[0.5, 1, 2])))
    [recording] = load_cassette(path)
    assert recording.repeat == Repeat(**repeat)
    answer = recording.with_body(recording.body)
    assert [second for second, _ in answer.chunks] == [0.5, 1, 1.25, 1.5, 2]
    assert answer.body == b"data: {}\n\n" + b"data: {1}\n\n" * 3 + b"data: [DONE]\n\n"


def test_a_stream_without_times_comes_at_once(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(cassette(exchange("a/1", "a", STREAM, "text/event-stream")))
    [recording] = load_cassette(path)
    assert recording.with_body(recording.body).chunks == ((0.0, b"data: {}\n\n"), (0.0, b"data: [DONE]\n\n"))


def test_a_folder_that_is_no_world_is_refused(tmp_path):
    with pytest.raises(BadDocument, match=r"world\.toml: No such file"):
        load_world(tmp_path)


def test_the_stages_of_the_format_are_those_of_the_code():
    schema = json.loads((SCHEMAS / "rules.schema.json").read_bytes())
    assert tuple(schema["properties"]["rule"]["items"]["properties"]["stage"]["enum"]) == STAGES


def test_a_stream_whose_last_event_lacks_its_blank_line_is_played_whole(tmp_path):
    path = tmp_path / "x.yaml"
    content = json.loads(cassette(exchange("a/1", "a", STREAM.rstrip())))
    content["interactions"][0]["response"]["headers"] = {"content-type": ["text/event-stream"]}
    path.write_text(json.dumps(content))
    [recording] = load_cassette(path)
    assert recording.with_body(recording.body).body == STREAM.encode()


# --- a world that is based on another -----------------------------------------------------------------------------------


def model(id, **said):
    return "[[model]]\n" + "".join(f"{key} = {value}\n" for key, value in {"id": json.dumps(id), **said}.items())


WHOLE = {
    "aliases": "[]",
    "window": "1000",
    "thinking": '"none"',
    "refuses": '["stop", "reasoning_effort"]',
    "price": "{ prompt = 3, cached = 1, completion = 9 }",
    "sources": '["a page"]',
}


@pytest.fixture
def worlds(tmp_path):
    """Writes worlds beside one another, each as what its file says beside its name, and gives their folders."""

    def write(rules=None, **told):
        for name, said in told.items():
            place = tmp_path / name
            place.mkdir()
            era = "" if "era =" in said else 'era = { from = "2025-07-09" }\n'
            (place / "world.toml").write_text(f'name = "{name}"\ntitle = "{name}"\n{era}{said}')
        first = next(iter(told))
        (tmp_path / first / "rules.toml").write_text(rules or rule("a"))
        (tmp_path / first / "chat.yaml").write_text(cassette(exchange("a/1", "a"), exchange("a/2", "a", when={"stream": "yes"})))
        return [tmp_path / name for name in told]

    return write


BASE = 'substitute = "zork-8"\nmost_tools = 9\n' + model("zork-8", **WHOLE) + model("zork-7", **WHOLE | {"window": "700"})


def test_what_a_world_does_not_say_holds_as_in_its_base_key_by_key(worlds):
    row = model("zork-9", **WHOLE) + model("zork-8", window="2000", aliases='["zork-latest"]')
    _, place = worlds(base=BASE, later='based_on = "base"\ngone = ["zork-7"]\nmost_tools = 10\n' + row)
    later = load_world(place)
    assert (later.name, later.title, later.substitute, later.most_tools) == ("later", "later", "zork-8", 10)
    assert [one.id for one in later.models] == ["zork-9", "zork-8"]
    assert later.served["zork-latest"].window == 2000
    assert later.served["zork-8"].refuses == ("stop", "reasoning_effort")
    assert [folder.name for folder in later.folders] == ["later", "base"]
    assert [one.id for one in later.rules] == ["a"]
    assert [one.id for one in later.recordings] == ["a/1", "a/2"]


def test_its_own_rules_come_first_and_its_own_exchange_plays_in_place_of_theirs(worlds):
    _, place = worlds(base=BASE, later='based_on = "base"\n')
    (place / "rules.toml").write_text(rule("b", when='{ key = "good" }'))
    (place / "chat.yaml").write_text(cassette(exchange("b/1", "b"), exchange("a/9", "a")))
    later = load_world(place)
    assert [one.id for one in later.rules] == ["b", "a"]
    assert [one.id for one in later.playing["a"]] == ["a/2", "a/9"]
    mine = load_world(place, [place.parent / "base"])
    assert {id: len(several) for id, several in mine.playing.items()} == {"a": 2, "b": 0}


def test_the_digest_of_a_world_covers_those_it_is_based_on(worlds):
    base, place = worlds(base=BASE, later='based_on = "base"\n')
    before = load_world(place).digest
    (base / "rules.toml").write_text(rule("a") + "# a word more\n")
    assert load_world(place).digest != before


def test_a_model_may_be_as_it_is_in_a_third_world(worlds):
    own = model("zork-8", as_in='"third"', aliases='["eight"]') + model("zork-7", thinking='"hidden"')
    third = 'substitute = "zork-8"\nmost_tools = 1\n' + model("zork-8", **WHOLE | {"window": "3000", "aliases": '["old"]'})
    _, _, place = worlds(base=BASE, third=third, later='based_on = "base"\n' + own)
    found = {one.id: one for one in load_world(place).models}
    assert (found["zork-8"].window, found["zork-8"].names) == (3000, {"zork-8", "eight"})
    assert (found["zork-7"].window, found["zork-7"].thinking) == (700, "hidden")


def test_a_world_may_be_based_on_a_bundled_one(worlds):
    [place] = worlds(later='based_on = "grok-4.7"\nsubstitute = "grok-4.7"\n')
    later = load_world(place)
    assert [folder.name for folder in later.folders] == ["later", "grok-4.7", "grok-4.3"]
    assert later.served["grok-latest"].id == "grok-4.7"
    assert later.stand_in(later.served["grok-4.3"]).id == "grok-4.7"


SHORT = {key: value for key, value in WHOLE.items() if key != "window"}


@pytest.mark.parametrize(
    ("told", "place", "reason"),
    [
        ({"a": 'based_on = "nowhere"\n'}, "a", "based_on: no world 'nowhere', neither beside this folder nor bundled"),
        ({"b": 'based_on = "a"\n' + BASE, "a": 'based_on = "b"\n'}, "[ab]", "based_on: 'a' is based on this world"),
        ({"a": 'based_on = "a"\n'}, "a", "based_on: 'a' is based on this world"),
        ({"a": "substitute = 'z'\nmost_tools = 1\n"}, "a", "model: the world says nothing of it, and neither does one that"),
        ({"a": "most_tools = 1\n" + model("z", **WHOLE)}, "a", "substitute: the world says nothing of it"),
        ({"a": "substitute = 'z'\n" + model("z", **WHOLE)}, "a", "most_tools: the world says nothing of it"),
        ({"a": BASE + model("zork-6", **SHORT)}, "a", "zork-6: says nothing of window, and neither does a world that this is"),
        ({"a": BASE + model("zork-6", **WHOLE | {"refuses": "[]"})}, "a", "zork-6: takes reasoning_effort, and efforts does not"),
        ({"a": BASE.replace('"zork-8"\nmost', '"zork-9"\nmost')}, "a", "substitute: no model is called 'zork-9'"),
        ({"a": BASE + model("zork-6", **WHOLE, answers_as='"z"')}, "a", "zork-6: answers_as: no model is called 'z'"),
        (
            {"a": BASE + model("zork-6", **WHOLE, answers_as='"zork-5"') + model("zork-5", **WHOLE, answers_as='"zork-8"')},
            "a",
            "zork-6: answers_as: 'zork-5' is not the id of a model that answers as itself",
        ),
        (
            {"a": 'era = { from = "2026-10-02", to = "2026-10-01" }\n' + BASE},
            "a",
            "era.to: 2026-10-01 is before 2026-10-02",
        ),
        ({"a": BASE + model("zork-6", **WHOLE, redirected='"2026-05-15"')}, "a", "zork-6: redirected: answers_as does not say"),
        ({"b": BASE, "a": 'based_on = "b"\ngone = ["z"]\n'}, "a", "gone: the world that it is based on has no model 'z'"),
        ({"b": BASE, "a": 'based_on = "b"\ngone = ["zork-8"]\n'}, "a", "substitute: no model is called 'zork-8'"),
        (
            {"b": BASE, "a": 'based_on = "b"\n' + model("z", **WHOLE | {"aliases": '["zork-7"]'})},
            "a",
            "zork-7: the name 'zork-7'",
        ),
        ({"a": BASE + model("zork-6", as_in='"nowhere"')}, "a", "zork-6: the world 'nowhere' has no such model"),
        ({"b": BASE, "a": BASE + model("zork-6", as_in='"b"')}, "a", "zork-6: the world 'b' has no such model"),
        ({"a": BASE + model("zork-6", as_in='"a"')}, "a", "zork-6: as_in goes round: 'a' leads back to this world"),
        (
            {"b": BASE + model("z", as_in='"a"'), "a": BASE + model("z", as_in='"b"')},
            "b",
            "z: as_in goes round: 'a' leads back to this world",
        ),
        ({"a": "based_on = 3\n" + BASE}, "a", "based_on: 3 is not of type 'string'"),
        ({"a": BASE.replace("window = 1000", 'window = "wide"')}, "a", r"model\[0\] \(zork-8\)\.window: 'wide' is not of type"),
    ],
    ids=[
        *("unknown-base", "cycle", "based-on-itself", "no-model", "no-substitute", "no-most-tools", "missing-key", "no-efforts"),
        *(
            "unknown-substitute",
            "unknown-heir",
            "heir-of-an-heir",
            "era-backwards",
            "redirected-nowhere",
            "gone-unknown",
            "substitute-gone",
            "name-clash",
        ),
        *("as-in-nowhere", "as-in-without-it", "as-in-itself", "as-in-round", "based-on-a-number", "window-is-no-number"),
    ],
)
def test_a_world_file_that_does_not_hold_is_refused_with_file_place_and_reason(told, place, reason, worlds):
    folders = worlds(**told)
    with pytest.raises(BadDocument, match=rf"/{place}/world\.toml: .*({reason})"):
        load_world(folders[-1])


def test_a_world_bears_the_name_of_its_folder(worlds):
    [folder] = worlds(a=BASE)
    (folder / "world.toml").write_text((folder / "world.toml").read_text().replace('name = "a"', 'name = "b"'))
    with pytest.raises(BadDocument, match=r"a/world\.toml: name: the folder is called 'a'; a world bears the name of its folder"):
        load_world(folder)
