"""One exchange for models of several kinds of thinking: what is left out, and that the rest adds up."""

import json
import re
from dataclasses import replace

import pytest

from grokgate.formats.home import home
from grokgate.upstream.kinds import as_it_thinks
from grokgate.upstream.world import load_world

WORLDS = {name: load_world(home() / "cassettes" / name) for name in ("grok-4-0709", "grok-4.3")}
SEVERAL = [
    pytest.param(recording, kind, id=f"{name}:{recording.id}:{kind}")
    for name, world in WORLDS.items()
    for rule in world.rules
    if len(rule.when.get("thinking", ())) > 1
    for recording in world.playing[rule.id]
    for kind in rule.when["thinking"]
]
USAGE = re.compile(r'"(prompt|completion|input|output|reasoning|total)_tokens":(\d+)')


def filled(place):
    """Something that may stand in a place of a body."""
    name, more = place.groups()
    number = str(3 + int(more or 0))
    return {"limit": number, "tokens": number, "cost": "1", "billed": "", "encrypted": ""}.get(name, "x")


def played(recording, kind):
    """The exchange for a kind of thinking, and its body as it is sent."""
    made = as_it_thinks(recording, kind)
    return made, made.with_body(re.sub(r"\$\{(\w+)(?:\+(\d+))?\}", filled, made.body)).body.decode()


@pytest.mark.parametrize(("recording", "kind"), SEVERAL)
def test_the_tokens_add_up_and_nothing_shows_that_should_not(recording, kind):
    made, body = played(recording, kind)
    usage = dict(USAGE.findall(body))
    count = {name: int(tokens) for name, tokens in usage.items()}
    assert (count["reasoning"] == 0) == (kind == "none")
    if "output" in count:
        assert count["total"] == count["input"] + count["output"]
    else:
        assert count["total"] == count["prompt"] + count["completion"] + count["reasoning"]
    if kind != "shown":
        assert "reasoning_content" not in body
        assert "summary_text" not in body
    if made is not recording:
        assert (made.provenance, made.sources[:-1]) == ("derived", recording.sources)
        assert made.sources[-1].startswith("not seen of a model that")


@pytest.mark.parametrize(("recording", "kind"), [each for each in SEVERAL if each.values[0].is_stream])
def test_a_stream_begins_with_the_role_and_counts_its_events(recording, kind):
    made, body = played(recording, kind)
    events = [json.loads(data) for data in re.findall(r"^data: (\{.*)$", body, re.MULTILINE)]
    if numbers := re.findall(r'"sequence_number":(\d+)', body):
        assert numbers == [str(number) for number in range(len(numbers))]
    else:
        deltas = [choice["delta"] for event in events for choice in event["choices"]]
        assert [number for number, delta in enumerate(deltas) if "role" in delta] == [0]
        assert deltas.count({}) == 1 + (made.repeat.times if made.repeat else 0)
    assert (made.repeat is not None) == (recording.repeat is not None and kind == "hidden")
    assert len(made.at) == len(made.with_body(made.body).chunks) - (made.repeat.times - 1 if made.repeat else 0)


def test_what_was_recorded_is_played_as_it_is():
    recorded = replace(WORLDS["grok-4.3"].playing["plain/shown"][-1], provenance="recorded")
    assert [as_it_thinks(recorded, kind) is recorded for kind in ("none", "hidden", "shown")] == [True] * 3
