"""A world whose rules and exchanges do not fit together is refused with file, place and reason."""

import json

import pytest

from grokgate.formats.document import BadDocument
from grokgate.formats.home import SCHEMAS
from grokgate.upstream.cassette import load_cassette
from grokgate.upstream.world import STAGES, load_world

MODEL = """
[[model]]
id = "grok-4-0709"
aliases = ["grok-4"]
window = 256000
refuses = ["stop"]
sources = ["docs.x.ai models page"]
"""
FACTS = f"""
name = "small"
title = "A small world"
era = {{ from = "2025-07-09" }}
{MODEL}
"""
STREAM = "data: {}\n\ndata: [DONE]\n\n"


def rule(id, stage="content", when='{ route = "chat" }'):
    return f'[[rule]]\nid = "{id}"\nstage = "{stage}"\nwhen = {when}\nsources = ["a page"]\n'


def exchange(id, rule, body="{}", **block):
    return {
        "grokgate": {"id": id, "rule": rule, "provenance": "derived", "sources": ["a page"]} | block,
        "request": {"method": "GET", "uri": "https://api.x.ai/v1/models", "headers": {}, "body": None},
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {"Server": ["cloudflare"]}, "body": {"string": body}},
    }


def cassette(*exchanges):
    return json.dumps({"version": 1, "interactions": exchanges})  # JSON is YAML


@pytest.fixture
def folder(tmp_path):
    """Writes a world of rules and cassettes, and gives its folder."""

    def write(rules, facts=FACTS, **cassettes):
        (tmp_path / "world.toml").write_text(facts)
        (tmp_path / "rules.toml").write_text(rules)
        for name, content in cassettes.items():
            (tmp_path / f"{name}.yaml").write_text(content)
        return tmp_path

    return write


def test_a_world_is_its_facts_its_rules_and_its_exchanges(folder):
    world = load_world(folder(rule("a") + rule("b"), chat=cassette(exchange("a/1", "a")), more=cassette(exchange("b/1", "b"))))
    assert (world.name, [model.id for model in world.models], world.served["grok-4"].id) == (
        "small",
        ["grok-4-0709"],
        "grok-4-0709",
    )
    assert {name: recording.id for name, recording in world.recordings.items()} == {"a": "a/1", "b": "b/1"}
    assert world.recordings["a"].headers == {"server": "cloudflare"}


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
        (rule("a"), [[("a/1", "a"), ("a/2", "a")]], r"c0\.yaml: a/2: rule 'a' has a second exchange"),
        (rule("a"), [[("a/1", "a")], [("a/2", "a")]], r"c1\.yaml: a/2: rule 'a' has a second exchange"),
        (rule("a") + rule("a", "key"), [[("a/1", "a")]], r"rules\.toml: a: the rule stands twice"),
        (rule("a") + rule("b"), [[("a/1", "a"), ("a/1", "b")]], r"c0\.yaml: a/1: the exchange stands twice"),
        (rule("a") + rule("b"), [[("a/1", "a")], [("a/1", "b")]], r"c1\.yaml: a/1: the exchange stands twice"),
        (rule("a", "weather"), [[("a/1", "a")]], r"rules\.toml: rule\[0\] \(a\)\.stage: 'weather' is not one of"),
        (rule("a", when='{ mood = "good" }'), [[("a/1", "a")]], r"rules\.toml: rule\[0\] \(a\)\.when: .*'mood' was unexpected"),
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
        "fits-everything",
        "fault-without-scenario",
    ],
)
def test_rules_and_exchanges_that_do_not_fit_are_refused(rules, cassettes, reason, folder):
    files = {f"c{n}": cassette(*(exchange(*pair) for pair in pairs)) for n, pairs in enumerate(cassettes)}
    with pytest.raises(BadDocument, match=reason):
        load_world(folder(rules, **files))


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (MODEL, "grok-4-0709: the name 'grok-4-0709' leads to grok-4-0709 already"),
        (MODEL.replace("-0709", ".3"), r"grok-4\.3: the name 'grok-4' leads to grok-4-0709 already"),
        (
            MODEL.replace("-0709", ".3").replace('"grok-4"', '"grok-4.3"'),
            r"grok-4\.3: the name 'grok-4\.3' leads to grok-4\.3 already",
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
    ],
    ids=["recorded-without-date", "derived-with-date", "no-sources", "unknown-fill", "before-the-start"],
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


def test_a_folder_that_is_no_world_is_refused(tmp_path):
    with pytest.raises(BadDocument, match=r"world\.toml: No such file"):
        load_world(tmp_path)


def test_the_stages_of_the_format_are_those_of_the_code():
    schema = json.loads((SCHEMAS / "rules.schema.json").read_bytes())
    assert tuple(schema["properties"]["rule"]["items"]["properties"]["stage"]["enum"]) == STAGES
