"""The bundled exchanges: each plays its own rule, keeps what every answer of xAI keeps, and claims no more than is true."""

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from vcr.persisters.filesystem import FilesystemPersister
from vcr.serializers import yamlserializer

from grokgate.formats.document import load
from grokgate.formats.fixtures import prompt as text_of
from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.upstream.cassette import Recording, load_cassette
from grokgate.upstream.fidelity.shape import GONE
from grokgate.upstream.length import long_prompt_in
from grokgate.upstream.tape import Tape
from grokgate.upstream.wording import content_of, format_of, functions_of
from grokgate.upstream.world import Rule, World, load_world
from grokgate.values.wire import Answer, Miss, WireRequest

SECRETS = re.compile(
    r"xai-[A-Za-z0-9]{8}|sk-[A-Za-z0-9]{8}|gh[pousr]_\w{8}|AKIA[0-9A-Z]{16}|AIza[\w-]{30}|eyJ[\w-]{10,}\."
    r"|Bearer (?!example-key|incorrect-example)\S|[Bb]asic [A-Za-z0-9+/]{8}|-----BEGIN|[\w.]+@[\w-]+\.\w|[Cc]ookie"
)
FINISHES = {"stop", "length", "tool_calls"}
BAD_CALLS = {
    "tool-arguments-cut": ("get_weather", '{"city":"Par'),
    "tool-arguments-empty": ("get_weather", ""),
    "tool-unknown": ("get_forecast", '{"city":"Paris","unit":"celsius"}'),
}
"""Calls that no provider should take for good, by the scenario that asks for them."""


SENTENCES = {"multi-agent-on-chat"}
"""Rules whose refusal is a text in quotes."""


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
    def thinking(self) -> str:
        """What the model of the example does with its thinking, where the rule looks at that."""
        if "thinking" not in self.rule.when:
            return "other"
        return TAPES[self.world.name].meaning(self.request, self.scenario)["thinking"]

    @property
    def kind(self) -> str:
        return self.recording.headers["content-type"]

    @property
    def is_refusal(self) -> bool:
        return self.recording.status >= 400

    @property
    def is_answer(self) -> bool:
        """Whether it is what a model says in one piece."""
        return self.kind == "application/json" and not self.is_refusal and self.recording.endpoint == "chat"

    @property
    def is_stream(self) -> bool:
        return self.kind == "text/event-stream"

    @property
    def asked(self) -> dict[str, Any]:
        """The example request's body."""
        return json.loads(self.request.body)

    @cached_property
    def request(self) -> WireRequest:
        """The example request; a long prompt that it names is written out."""
        asked, body = self.row["request"], self.row["request"]["body"] or ""
        if recipe := self.row["grokgate"].get("recipe"):
            body = body.replace("${prompt}", json.dumps(text_of(recipe))[1:-1])
        headers = {name: values[0] for name, values in asked["headers"].items()}
        return WireRequest(asked["method"], asked["uri"], headers, body.encode())

    def played(self, scenario: str | None = None, **more: Any) -> Answer | Miss:
        """What its example request gets, in its scenario or another one, with more in its body."""
        asked = self.request
        body = json.dumps(self.asked | more).encode() if more else asked.body
        request = WireRequest(asked.method, asked.url, asked.headers, body)
        return TAPES[self.world.name].answer(request, scenario or self.scenario)

    @cached_property
    def json(self) -> Any:
        """The body that is played, parsed."""
        return json.loads(self.played().body)

    @cached_property
    def events(self) -> list[Any]:
        """The events of the stream that is played, parsed; without the ``[DONE]`` at the end of a chat."""
        return [json.loads(data) for data in re.findall(r"^data: (\{.*)$", self.played().body.decode(), re.MULTILINE)]

    @property
    def usage(self) -> dict[str, int]:
        """The usage, under short names; reasoning apart."""
        return counted((self.events[-1] if self.is_stream else self.json)["usage"])

    @property
    def parts(self) -> list[Any]:
        """What the model said: messages and deltas."""
        if self.is_answer:
            return [choice["message"] for choice in self.json["choices"]]
        return [choice["delta"] for event in self.events for choice in event["choices"]]

    @property
    def said(self) -> str:
        """The text of the answer."""
        return "".join(part.get("content", "") for part in self.parts)

    @property
    def finish(self) -> str:
        """The finish reason of an answer of chat."""
        messages = self.events if self.kind == "text/event-stream" else [self.json]
        return [choice.get("finish_reason") for message in messages for choice in message["choices"]][-1]

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The functions that are called, with their arguments."""
        called = [call["function"] for part in self.parts for call in part.get("tool_calls", ())]
        return [(call["name"], call["arguments"]) for call in called]


def counted(usage):
    """The counts of a usage under short names."""
    inner, outer = usage["prompt_tokens_details"], usage["completion_tokens_details"]
    prompt, visible = usage["prompt_tokens"], usage["completion_tokens"]
    return {
        "prompt": prompt,
        "cached": inner["cached_tokens"],
        "visible": visible,
        "reasoning": outer["reasoning_tokens"],
        "total": usage["total_tokens"],
        "cost": usage.get("cost_in_usd_ticks"),
    }


def of(path: Path) -> list[Exchange]:
    """The exchanges of a cassette."""
    world = WORLDS[path.parent]
    rules = {rule.id: rule for rule in world.rules}
    rows = load(path, "cassette")["interactions"]
    return [
        Exchange(world, row, recording, rules[recording.rule]) for row, recording in zip(rows, load_cassette(path), strict=True)
    ]


CASSETTES = sorted((home() / "cassettes").glob("*/*.yaml"))
WORLDS = {path.parent: load_world(path.parent) for path in sorted((home() / "cassettes").glob("*/world.toml"))}
TAPES = {world.name: Tape(world, prompts(), key="example-key") for world in WORLDS.values()}
EXCHANGES = [exchange for path in CASSETTES for exchange in of(path)]
PRICES = {
    world.name: {row["id"]: row["price"] for row in tomllib.loads((folder / "world.toml").read_text())["model"] if "price" in row}
    for folder, world in WORLDS.items()
}
"""As each world's own file gives them."""


def exchanges(fits):
    """The exchanges that a statement is about."""
    chosen = [exchange for exchange in EXCHANGES if fits(exchange)]
    return pytest.mark.parametrize("exchange", chosen, ids=[f"{one.world.name}:{one.recording.id}" for one in chosen])


def every(_):
    return True


def by_a_model(exchange):
    """Whether it is what a model says: in one piece or as a stream."""
    return exchange.is_answer or exchange.is_stream


@exchanges(every)
def test_the_example_request_plays_its_own_rule(exchange):
    answer = exchange.played()
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
    assert set(re.findall(r"\$\{([a-z_]+)", exchange.recording.body)) == set(exchange.recording.fill)
    assert b"${" not in exchange.played().body


@exchanges(every)
def test_headers_of_a_connection_are_left_to_the_player(exchange):
    connection = {"content-length", "transfer-encoding", "date", "connection", "content-encoding"}
    assert exchange.recording.headers.keys().isdisjoint(connection)


@exchanges(lambda exchange: exchange.kind == "application/json")
def test_a_body_of_json_is_json(exchange):
    assert isinstance(exchange.json, str if exchange.rule.id in SENTENCES else dict)


@exchanges(lambda exchange: exchange.row["grokgate"].get("recipe"))
def test_a_recipe_names_a_long_prompt_and_the_request_has_a_place_for_it(exchange):
    assert long_prompt_in(text_of(exchange.row["grokgate"]["recipe"])) == exchange.row["grokgate"]["recipe"]
    assert exchange.row["request"]["body"].count("${prompt}") == 1


# --- answers ------------------------------------------------------------------------------------------------------------


@exchanges(by_a_model)
def test_tokens_add_up(exchange):
    usage = exchange.usage
    assert usage["total"] == usage["prompt"] + usage["visible"] + usage["reasoning"]
    assert 0 <= usage["cached"] <= usage["prompt"]
    assert min(usage["visible"], usage["reasoning"]) >= 0


@exchanges(by_a_model)
def test_an_answer_costs_what_its_tokens_do(exchange):
    usage = exchange.usage
    if exchange.scenario == "redirected":
        price = PRICES["grok-4.3"]["grok-4.3"]
    else:
        price = PRICES[exchange.world.name][exchange.world.served[exchange.asked["model"]].id]
    fresh, output = usage["prompt"] - usage["cached"], usage["visible"] + usage["reasoning"]
    once = fresh * price["prompt"] + usage["cached"] * price["cached"] + output * price["completion"]
    dated = exchange.scenario in ("redirected", "billed", "billed-long")
    charged = exchange.world.name == "grok-4.3" or dated
    assert usage["cost"] == (once * (2 if 0 < price.get("long_from", 0) <= usage["prompt"] else 1) if charged else None)


@exchanges(by_a_model)
def test_a_model_that_does_not_think_has_no_tokens_of_thinking_and_one_that_shows_it_says_what(exchange):
    thinking = exchange.thinking
    if thinking == "none":
        assert exchange.usage["reasoning"] == 0
    if thinking in ("none", "hidden") and exchange.scenario == "plain":
        assert b'"reasoning_content"' not in exchange.played().body
    if thinking == "shown":
        assert b'"reasoning_content"' in exchange.played().body


@exchanges(lambda exchange: exchange.is_answer)
def test_text_tokens_are_those_of_the_prompt(exchange):
    usage = exchange.json["usage"]
    prompt = usage["prompt_tokens_details"]
    assert usage["prompt_tokens"] == prompt["text_tokens"] + prompt["audio_tokens"] + prompt["image_tokens"]


@exchanges(lambda exchange: exchange.is_answer)
def test_an_answer_has_one_choice_of_the_assistant_and_a_known_finish(exchange):
    [choice] = exchange.json["choices"]
    assert (choice["index"], choice["message"]["role"], choice["message"]["refusal"]) == (0, "assistant", None)
    assert choice["finish_reason"] in FINISHES
    assert (choice["finish_reason"] == "tool_calls") == bool(choice["message"].get("tool_calls"))


@exchanges(lambda exchange: exchange.is_answer and exchange.rule.stage == "content")
def test_an_answer_names_the_model_that_served_it(exchange):
    model = exchange.world.served[exchange.asked["model"]]
    assert exchange.json["model"] == model.named(exchange.asked.get("reasoning_effort"))
    assert exchange.json["object"] == "chat.completion"


@exchanges(lambda exchange: exchange.scenario == "redirected")
def test_the_redirected_answer_names_what_came_after(exchange):
    messages = exchange.events if exchange.kind == "text/event-stream" else [exchange.json]
    assert {message["model"] for message in messages} == {"grok-4.3"}


@exchanges(lambda exchange: by_a_model(exchange) and exchange.rule.when.get("format") == ("json_schema",))
def test_an_answer_by_schema_fits_the_one_that_was_asked_for(exchange):
    jsonschema.validate(json.loads(exchange.said), format_of(content_of(exchange.request))["schema"])


@exchanges(
    lambda exchange: (
        by_a_model(exchange) and exchange.rule.when.get("format") == ("json_object",) and exchange.scenario != "json-cut"
    )
)
def test_an_answer_in_json_is_an_object(exchange):
    assert isinstance(json.loads(exchange.said), dict)
    assert exchange.said.startswith(" {" if exchange.scenario == "json-blank" else "{")


@exchanges(lambda exchange: exchange.scenario == "json-cut")
def test_json_that_was_cut_has_the_tokens_of_its_limit_and_no_end(exchange):
    assert exchange.usage["visible"] == exchange.asked["max_completion_tokens"]
    assert exchange.finish == "length"
    with pytest.raises(ValueError, match="Unterminated string"):
        json.loads(exchange.said)


@exchanges(lambda exchange: exchange.scenario in BAD_CALLS)
def test_a_bad_call_is_bad_in_one_way_and_says_that_nobody_showed_it(exchange):
    assert exchange.calls == [BAD_CALLS[exchange.scenario]]
    assert exchange.finish == "tool_calls"
    assert any("made for" in source or "not said" in source for source in exchange.recording.sources)


@exchanges(lambda exchange: exchange.scenario in ("billed", "billed-long"))
def test_in_what_is_billed_each_price_counts(exchange):
    usage, price = exchange.usage, PRICES[exchange.world.name][exchange.world.served[exchange.asked["model"]].id]
    assert min(usage["prompt"] - usage["cached"], usage["cached"], usage["visible"], usage["reasoning"]) > 0
    assert (usage["prompt"] >= price["long_from"]) == (exchange.scenario == "billed-long")


ON_CHAT = [
    (world, model.id)
    for world in WORLDS.values()
    for model in world.models
    if model.window > 131_000 and "chat" in model.endpoints
]
"""Models that hold a prompt of the long tier."""


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("scenario", "prompt"), [("billed", "greeting"), ("billed-long", "long-130000")])
@pytest.mark.parametrize(
    ("world", "model"),
    [
        (world, model.id)
        for world in WORLDS.values()
        for model in world.models
        if model.window > 131_072 and "chat" in model.endpoints
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_what_is_billed_can_be_asked_for_in_every_world_of_every_model(world, model, scenario, prompt, stream):
    asked = {"model": model, "messages": [{"role": "user", "content": text_of(prompt)}]}
    asked |= {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    headers = {"authorization": "Bearer example-key"}
    request = WireRequest("POST", "https://api.x.ai/v1/chat/completions", headers, json.dumps(asked).encode())
    assert b'"cost_in_usd_ticks":' in TAPES[world.name].answer(request, scenario).body


@exchanges(
    lambda exchange: by_a_model(exchange) and exchange.rule.when.get("call") == ("yes",) and exchange.rule.stage == "content"
)
def test_what_is_called_is_offered_and_its_arguments_fit(exchange):
    offered = {function["name"]: function["parameters"] for function in functions_of(content_of(exchange.request))}
    assert len(exchange.calls) == (2 if "two-tool-calls" in exchange.rule.id else 1)
    for name, arguments in exchange.calls:
        jsonschema.validate(json.loads(arguments), offered[name])


@exchanges(lambda exchange: by_a_model(exchange) and exchange.rule.when.get("call") != ("yes",))
def test_nothing_is_called_where_nothing_should_be(exchange):
    assert exchange.calls == []


# --- streams ------------------------------------------------------------------------------------------------------------

CHATS = exchanges(lambda exchange: exchange.is_stream)


@CHATS
def test_a_stream_has_a_time_for_each_event_and_they_rise(exchange):
    times = [second for second, _ in exchange.played().chunks]
    assert len(exchange.recording.at) == exchange.recording.body.count("\n\n")
    assert len(times) == exchange.played().body.count(b"\n\n")
    assert times == sorted(times)


@CHATS
def test_a_stream_is_lines_of_data_and_ends_with_done(exchange):
    assert re.fullmatch(rb"(data: \{[^\n]+\}\n\n)+data: \[DONE\]\n\n", exchange.played().body)


@CHATS
def test_a_stream_gives_the_role_in_its_first_event_alone(exchange):
    roles = [choice["delta"].get("role") for event in exchange.events for choice in event["choices"]]
    assert roles == ["assistant", *[None] * (len(roles) - 1)]


@CHATS
def test_a_stream_gives_its_finish_with_the_last_delta_which_is_empty(exchange):
    *before, last = [choice for event in exchange.events for choice in event["choices"]]
    assert {choice.get("finish_reason") for choice in before} == {None}
    assert last["finish_reason"] in FINISHES
    if "words-before-call" not in exchange.world.served[exchange.asked["model"]].traits:  # that of grok-2 comes with the call
        assert last["delta"] == {}


@CHATS
def test_a_stream_is_one_answer_of_the_model_that_served_it(exchange):
    [(_, _, model, kind)] = {(event["id"], event["created"], event["model"], event["object"]) for event in exchange.events}
    asked = exchange.world.served[exchange.asked["model"]]
    assert model == (exchange.world.stand_in(asked) if exchange.scenario == "redirected" else asked).named(None)
    assert kind == "chat.completion.chunk"


@CHATS
def test_usage_comes_where_it_was_asked_for_last_and_without_choices_and_nowhere_else(exchange):
    *before, last = exchange.events
    assert (last["choices"], "usage" in last) == ([], True)
    assert [event for event in before if event.get("usage") or not event["choices"]] == []
    without = exchange.played(stream_options={"include_usage": False})
    assert (without.exchange, b'"usage"' in without.body) == (exchange.recording.id, False)
    assert len(without.chunks) == len(exchange.played().chunks) - 1


@CHATS
def test_only_a_model_that_thinks_in_silence_sends_empty_deltas_to_keep_the_line(exchange):
    empty = [event for event in exchange.events if event["choices"] and event["choices"][0] == {"index": 0, "delta": {}}]
    assert (len(empty) >= 40) == (exchange.thinking == "hidden")
    assert len(empty) == (exchange.recording.repeat.times if exchange.recording.repeat else 0)


@CHATS
def test_a_tool_call_comes_in_one_event_with_whole_arguments(exchange):
    deltas = [choice["delta"] for event in exchange.events for choice in event["choices"]]
    calls = [call for delta in deltas for call in delta.get("tool_calls", ())]
    assert [call["index"] for call in calls] == list(range(len(calls)))
    if exchange.scenario not in BAD_CALLS:
        assert all(isinstance(json.loads(call["function"]["arguments"]), dict) for call in calls)
    finishes = [choice.get("finish_reason") for event in exchange.events for choice in event["choices"]]
    assert (finishes[-1] == "tool_calls") == bool(calls)


# --- refusals -----------------------------------------------------------------------------------------------------------


@exchanges(lambda exchange: exchange.is_refusal and exchange.kind == "application/json")
def test_a_refusal_carries_code_and_error_as_text(exchange):
    if exchange.rule.id in SENTENCES:
        assert isinstance(exchange.json, str)
        return
    found = {name: type(value) for name, value in exchange.json.items()}
    assert found == ({"error": str} if exchange.recording.status == GONE else {"code": str, "error": str})


@exchanges(lambda exchange: exchange.is_refusal)
def test_a_refusal_gives_no_hint_when_to_come_back(exchange):
    hints = ("retry-after", "x-ratelimit", "x-request-id")
    assert [name for name in exchange.recording.headers if name.startswith(hints)] == []


# --- files and worlds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_vcrpy_reads_the_file(path):
    requests, responses = FilesystemPersister.load_cassette(path, yamlserializer)
    rows = load(path, "cassette")["interactions"]
    assert [(request.method, request.uri) for request in requests] == [
        (row["request"]["method"], row["request"]["uri"]) for row in rows
    ]
    assert [response["body"]["string"] for response in responses] == [row["response"]["body"]["string"].encode() for row in rows]


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_file_holds_anything_like_a_secret(path):
    assert SECRETS.findall(path.read_text("utf-8")) == []


EACH_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=lambda world: world.name)


@pytest.mark.parametrize("folder", WORLDS, ids=lambda folder: folder.name)
def test_a_world_bears_the_name_of_its_folder(folder):
    assert WORLDS[folder].name == folder.name


def test_one_world_ends_on_the_day_on_which_the_next_begins():
    assert [world.era for world in WORLDS.values()] == [
        ("2025-07-09", "2026-05-15"),
        ("2026-05-15", "2026-09-21"),
        ("2026-09-21", ""),
    ]


@EACH_WORLD
def test_every_rule_has_an_exchange_that_plays_for_all_that_it_covers(world):
    assert [rule.id for rule in world.rules if all(one.when for one in world.playing[rule.id])] == []


@EACH_WORLD
def test_every_model_has_a_price(world):
    assert [model.id for model in world.models if model.price is None] == []


@EACH_WORLD
def test_the_list_of_models_has_those_of_the_world_that_answer_by_their_own_name(world):
    request = WireRequest("GET", "https://api.x.ai/v1/models", {"authorization": "Bearer example-key"})
    listed = {row["id"]: row for row in json.loads(TAPES[world.name].answer(request).body)["data"]}
    assert listed.keys() == {model.id for model in world.models if not model.answers_as}
    for model in world.models if world.name != "grok-4-0709" else ():
        if model.id in listed:
            row = listed[model.id]
            assert {*row["aliases"], model.id} == model.names
            assert (row["context_length"], row["long_context_threshold"]) == (model.window, model.price.long_from)
            assert (row["prompt_text_token_price"], row["completion_text_token_price"]) == (
                model.price.prompt,
                model.price.completion,
            )
            assert row["cached_prompt_text_token_price"] == model.price.cached
            assert row["prompt_text_token_price_long_context"] == 2 * model.price.prompt
