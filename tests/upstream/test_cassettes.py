"""The bundled exchanges: each plays its own rule, keeps what every answer of xAI keeps, and claims no more than is true."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from vcr.persisters.filesystem import FilesystemPersister
from vcr.serializers import yamlserializer

from grokgate.formats.document import load
from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.upstream.cassette import Recording, load_cassette
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import Rule, World, load_world
from grokgate.values.wire import Answer, Miss, WireRequest

SECRETS = re.compile(
    r"xai-[A-Za-z0-9]{8}|sk-[A-Za-z0-9]{8}|gh[pousr]_\w{8}|AKIA[0-9A-Z]{16}|AIza[\w-]{30}|eyJ[\w-]{10,}\."
    r"|Bearer (?!example-key|incorrect-example)\S|[Bb]asic [A-Za-z0-9+/]{8}|-----BEGIN|[\w.]+@[\w-]+\.\w|[Cc]ookie"
)


@dataclass(frozen=True)
class Exchange:
    """An exchange as its file has it, the rule that it plays for, and the answer that its example request gets."""

    world: World
    row: dict[str, Any]
    recording: Recording
    rule: Rule

    @property
    def scenario(self) -> str:
        return self.rule.when.get("scenario", ("plain",))[0]

    @property
    def kind(self) -> str:
        return self.recording.headers["content-type"]

    @property
    def is_answer(self) -> bool:
        return self.kind == "application/json" and self.recording.status == 200 and "chat" in self.rule.when["route"]

    @property
    def is_stream(self) -> bool:
        return self.kind == "text/event-stream"

    @property
    def is_refusal(self) -> bool:
        return self.recording.status >= 400

    def played(self, scenario: str) -> Answer | Miss:
        """What its example request gets."""
        asked = self.row["request"]
        headers = {name: values[0] for name, values in asked["headers"].items()}
        request = WireRequest(asked["method"], asked["uri"], headers, (asked["body"] or "").encode())
        return Tape(self.world, prompts(), key="example-key").answer(request, scenario)

    @property
    def json(self) -> Any:
        """The body that is played, parsed."""
        return json.loads(self.played(self.scenario).body)

    @property
    def events(self) -> list[Any]:
        """The events of the stream that is played, parsed; without the ``[DONE]`` at its end."""
        pieces = self.played(self.scenario).body.decode().split("\n\n")
        return [json.loads(piece.removeprefix("data: ")) for piece in pieces[:-2]]


def of(path: Path) -> list[Exchange]:
    """The exchanges of a cassette."""
    world = WORLDS[path.parent]
    rules = {rule.id: rule for rule in world.rules}
    rows = load(path, "cassette")["interactions"]
    return [
        Exchange(world, row, recording, rules[recording.rule]) for row, recording in zip(rows, load_cassette(path), strict=True)
    ]


CASSETTES = sorted((home() / "cassettes").glob("*/*.yaml"))
WORLDS = {path.parent: load_world(path.parent) for path in CASSETTES}
EXCHANGES = [exchange for path in CASSETTES for exchange in of(path)]


def exchanges(fits):
    """The exchanges that a statement is about."""
    chosen = [exchange for exchange in EXCHANGES if fits(exchange)]
    return pytest.mark.parametrize("exchange", chosen, ids=[f"{one.world.name}:{one.recording.id}" for one in chosen])


def billed(usage):
    return usage["prompt_tokens"] + usage["completion_tokens"] + usage["completion_tokens_details"]["reasoning_tokens"]


def every(_):
    return True


@exchanges(every)
def test_the_example_request_plays_its_own_rule(exchange):
    answer = exchange.played(exchange.scenario)
    assert (answer.rule, answer.exchange) == (exchange.rule.id, exchange.recording.id)


@exchanges(lambda exchange: exchange.rule.stage == "fault")
def test_what_is_asked_for_by_scenario_plays_in_no_other(exchange):
    assert exchange.played("plain").rule != exchange.rule.id


@exchanges(every)
def test_nothing_claims_to_be_recorded_and_everything_has_a_source(exchange):
    assert exchange.recording.provenance == "derived"
    assert all(exchange.recording.sources)
    assert all(exchange.rule.sources)


@exchanges(every)
def test_what_is_filled_in_is_what_the_body_asks_for(exchange):
    assert set(re.findall(r"\$\{(\w+)\}", exchange.recording.body)) == set(exchange.recording.fill)


@exchanges(every)
def test_headers_of_a_connection_are_left_to_the_player(exchange):
    connection = {"content-length", "transfer-encoding", "date", "connection", "content-encoding"}
    assert exchange.recording.headers.keys().isdisjoint(connection)


@exchanges(lambda exchange: exchange.kind == "application/json")
def test_a_body_of_json_is_json(exchange):
    assert isinstance(exchange.json, dict)


@exchanges(lambda exchange: exchange.is_answer)
def test_tokens_add_up(exchange):
    usage = exchange.json["usage"]
    prompt = usage["prompt_tokens_details"]
    assert usage["total_tokens"] == billed(usage)
    assert usage["prompt_tokens"] == prompt["text_tokens"] + prompt["audio_tokens"] + prompt["image_tokens"]
    assert 0 <= prompt["cached_tokens"] <= usage["prompt_tokens"]


@exchanges(lambda exchange: exchange.is_answer)
def test_an_answer_has_one_choice_of_the_assistant_and_a_known_finish(exchange):
    [choice] = exchange.json["choices"]
    assert (choice["index"], choice["message"]["role"]) == (0, "assistant")
    assert choice["finish_reason"] in {"stop", "length", "tool_calls"}
    assert (choice["finish_reason"] == "tool_calls") == bool(choice["message"].get("tool_calls"))


@exchanges(lambda exchange: exchange.is_answer and exchange.rule.stage == "content")
def test_an_answer_names_the_model_that_served_it(exchange):
    assert exchange.json["model"] in exchange.rule.when["served"]
    assert exchange.json["object"] == "chat.completion"


@exchanges(lambda exchange: exchange.rule.id == "redirected")
def test_the_redirected_answer_names_what_came_after(exchange):
    assert exchange.json["model"] == "grok-4.3"


@exchanges(lambda exchange: exchange.is_stream)
def test_a_stream_is_lines_of_data_and_ends_with_done(exchange):
    assert re.fullmatch(r"(data: \{[^\n]+\}\n\n)+data: \[DONE\]\n\n", exchange.recording.body)


@exchanges(lambda exchange: exchange.is_stream)
def test_a_stream_has_a_time_for_each_event_and_they_rise(exchange):
    assert len(exchange.recording.at) == len(exchange.events) + 1
    assert list(exchange.recording.at) == sorted(exchange.recording.at)


@exchanges(lambda exchange: exchange.is_stream)
def test_a_stream_gives_the_role_in_its_first_event_alone(exchange):
    roles = [choice["delta"].get("role") for event in exchange.events for choice in event["choices"]]
    assert roles == ["assistant", *[None] * (len(roles) - 1)]


@exchanges(lambda exchange: exchange.is_stream)
def test_a_stream_gives_its_finish_with_the_last_delta_which_is_empty(exchange):
    *before, last = [choice for event in exchange.events for choice in event["choices"]]
    assert {choice.get("finish_reason") for choice in before} == {None}
    assert last["finish_reason"] in {"stop", "length", "tool_calls"}
    assert last["delta"] == {}


@exchanges(lambda exchange: exchange.is_stream)
def test_a_stream_is_one_answer_of_the_model_that_served_it(exchange):
    [(_, _, model, kind)] = {(event["id"], event["created"], event["model"], event["object"]) for event in exchange.events}
    assert model in exchange.rule.when["served"]
    assert kind == "chat.completion.chunk"


@exchanges(lambda exchange: exchange.is_stream and exchange.rule.when["stream"] == ("with-usage",))
def test_usage_comes_where_it_was_asked_for_last_and_without_choices(exchange):
    *before, last = exchange.events
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == billed(last["usage"])
    assert [event for event in before if event.get("usage") or not event["choices"]] == []


@exchanges(lambda exchange: exchange.is_stream and exchange.rule.when["stream"] == ("yes",))
def test_usage_stays_away_where_it_was_not_asked_for(exchange):
    assert [event for event in exchange.events if "usage" in event or not event["choices"]] == []


@exchanges(lambda exchange: '"arguments"' in exchange.recording.body)
def test_the_arguments_of_a_tool_call_are_json_in_a_string(exchange):
    written = re.findall(r'"arguments":("(?:[^"\\]|\\.)*")', exchange.recording.body)
    assert {type(json.loads(json.loads(arguments))) for arguments in written} == {dict}


@exchanges(lambda exchange: exchange.is_refusal and exchange.kind == "application/json")
def test_a_refusal_carries_code_and_error_as_text(exchange):
    assert {name: type(value) for name, value in exchange.json.items()} == {"code": str, "error": str}


@exchanges(lambda exchange: exchange.is_refusal)
def test_a_refusal_gives_no_hint_when_to_come_back(exchange):
    assert [name for name in exchange.recording.headers if name.startswith(("retry-after", "x-ratelimit"))] == []


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.name)
def test_vcrpy_reads_the_file(path):
    requests, responses = FilesystemPersister.load_cassette(path, yamlserializer)
    rows = load(path, "cassette")["interactions"]
    assert [(request.method, request.uri) for request in requests] == [
        (row["request"]["method"], row["request"]["uri"]) for row in rows
    ]
    assert [response["body"]["string"] for response in responses] == [row["response"]["body"]["string"].encode() for row in rows]


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.name)
def test_no_file_holds_anything_like_a_secret(path):
    assert SECRETS.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("folder", WORLDS, ids=lambda folder: folder.name)
def test_a_world_bears_the_name_of_its_folder(folder):
    assert WORLDS[folder].name == folder.name
