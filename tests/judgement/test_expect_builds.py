"""Statements about two builds, and about what a restricted listing shows: each holds, and each breaks with its sentence."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from grokgate.formats.request_shapes import RequestShape
from grokgate.judgement.expect import NotApplicable, Unkept, caller, deployment, listing, pair, wire
from grokgate.providers.description import Build
from grokgate.values.chat import ModelCard, ToolCall
from grokgate.values.wire import Egress

BEFORE = "before the rollout"
GROK_3 = {"model": "grok-3", "max_tokens": 9}
CARDS = [ModelCard(id="grok-3", aliases=("grok3", "grok")), ModelCard(id="grok-4", aliases=("grok4",), blocked=True)]
BLOCKED = "XAI_ALLOWED_MODELS"


def broken(statement, *arguments, **named) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments, **named)
    return raised.value


def test_the_same_left(call):
    wire(call(GROK_3, model="grok-3")).left_as(call(GROK_3), BEFORE)
    wire(call(exchanges=[], failure="ValueError: no")).left_as(call(exchanges=[], failure="TypeError: no"), BEFORE)


def test_what_is_made_anew_for_each_request_is_not_compared(call):
    def sent(id, **more):
        return call({**GROK_3, "metadata": {"app": "ours", "request": id}, **more}, model="grok-3")

    now, then = sent("b7"), sent("a1")
    note = "metadata.request is made anew for each request, and was not compared"
    assert wire(now).left_as(then, BEFORE, again=lambda: sent("c3")) == [note]
    assert broken(wire(now).left_as, then, BEFORE, again=lambda: sent("b7")).at == "metadata", "it is made with each build"
    assert broken(wire(sent("b7", stop=["END"])).left_as, then, BEFORE, again=lambda: sent("c3")).at == "stop"
    assert broken(wire(now).left_as, call(GROK_3), BEFORE, again=lambda: sent("c3")).at == "metadata", "it came with the rollout"


def test_a_key_left_otherwise(call):
    unkept = broken(wire(call({"model": "grok-3", "max_completion_tokens": 9}, model="grok-3")).left_as, call(GROK_3), BEFORE)
    assert str(unkept) == (
        "a request for grok-3 leaves otherwise than before the rollout: "
        "max_completion_tokens is 9 and was nothing; max_tokens is nothing and was 9"
    )
    assert (unkept.at, unkept.expected["max_tokens"]) == ("max_completion_tokens", 9)


@pytest.mark.parametrize("spelt", ["presence_penalty", "presencePenalty"])
def test_what_xai_refuses_may_leave_no_more(spelt, call, rollout):
    now, then = call(GROK_3, model="grok-3"), call({**GROK_3, spelt: 0.5})
    assert wire(now).left_as(then, BEFORE, mended=rollout.old) == [f"mended: {spelt} leaves no more for grok-3, which refuses it"]
    assert broken(wire(now).left_as, then, BEFORE).at == spelt, "a reverted build is to be as it was"


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ({"presence_penalty": 0.5}, {}),
        ({"presence_penalty": 0}, {"presence_penalty": 0.5}),
        ({}, {"stop": ["END"]}),
        ({}, {"max_completion_tokens": 9}),
        ({"max_completion_tokens": 9}, {}),
    ],
    ids=["leaves since", "changed", "taken", "limit lost", "limit since"],
)
def test_nothing_else_is_mended(now, then, call, rollout):
    now, then = call({"model": "grok-3", **now}, model="grok-3"), call({"model": "grok-3", **then})
    broken(wire(now).left_as, then, BEFORE, mended=rollout.old)


def test_a_value_that_xai_refuses_may_leave_no_more(call, rollout):
    mini = rollout.models["grok-3-mini"]
    now, *then = (
        call({"model": mini.id, **effort}) for effort in ({}, {"reasoning_effort": "xhigh"}, {"reasoning_effort": "low"})
    )
    assert wire(now).left_as(then[0], BEFORE, mended=mini) == [
        "mended: reasoning_effort leaves no more for grok-3-mini, which refuses it"
    ]
    broken(wire(now).left_as, then[1], BEFORE, mended=mini)


def test_a_parameter_left_as_from_the_build_before(call):
    listed, text, completion = call({"stop": ["END"]}), call({"stop": "END"}), call({"max_completion_tokens": 9})
    assert wire(listed).sends_as(listed, "stop")
    assert not wire(listed).sends_as(text, "stop")
    assert wire(completion).sends_as(completion, "limit")
    assert not wire(completion).sends_as(call({"max_tokens": 9}), "limit")
    assert not wire(call(exchanges=[], failure="ValueError: no")).sends_as(listed, "stop")


def test_a_body_that_is_no_json_left(call):
    because = 'a request for grok-4 leaves otherwise than before the rollout: body is "a=1" and was "a=2"'
    assert str(broken(wire(call(b"a=1")).left_as, call(b"a=2"), BEFORE)) == because


def test_more_or_less_left(call, exchange):
    twice = call(exchanges=[exchange(GROK_3), exchange(GROK_3)], model="grok-3")
    because = "2 requests left for grok-3, where 1 request left before the rollout"
    assert str(broken(wire(twice).left_as, call(GROK_3), BEFORE)) == because
    because = "nothing left for grok-3; the caller got ValueError: no, where 1 request left before the rollout"
    none = call(exchanges=[], failure="ValueError: no", model="grok-3")
    assert str(broken(wire(none).left_as, call(GROK_3), BEFORE)) == because


def test_a_limit_left_as_before_at_another_endpoint(call, exchange):
    made = exchange({"max_output_tokens": 9})
    moved = call(exchanges=[replace(made, request=replace(made.request, url="https://api.x.ai/v1/responses"))])
    assert wire(moved).sends_as(call({"max_tokens": 9}), "limit")
    assert not wire(moved).sends_as(call({"max_tokens": 8}), "limit")


def moved_to(path, made):
    return replace(made, request=replace(made.request, url=f"https://api.x.ai/v1/{path}"))


def test_it_left_for_another_place(call, exchange):
    moved = call(exchanges=[moved_to("completions", exchange(GROK_3))], model="grok-3")
    because = "a request for grok-3 leaves for /v1/completions, which was /v1/chat/completions before the rollout"
    assert str(broken(wire(moved).left_as, call(GROK_3), BEFORE)) == because


SAID = {"role": "user", "content": "Hello."}


@pytest.mark.parametrize(
    ("now", "differs"),
    [
        ({"input": [SAID], "max_output_tokens": 9}, ""),
        ({"input": "Hello.", "max_output_tokens": 9.0, "parallel_tool_calls": True}, ""),
        ({"input": [SAID], "max_output_tokens": 9, "store": False}, "store is false and was nothing"),
        ({"input": "Good-bye.", "max_output_tokens": 9}, 'input is "Good-bye." and was "Hello."'),
        ({"input": [SAID], "max_tokens": 9}, "max_tokens is 9 and was nothing; limit is nothing and was 9"),
    ],
)
def test_it_left_for_the_other_endpoint(now, differs, call, exchange):
    moved = call(exchanges=[moved_to("responses", exchange({"model": "grok-3", **now}))], model="grok-3")
    then = call({**GROK_3, "messages": [SAID]})
    told = "a request for grok-3 leaves for /v1/responses, which was /v1/chat/completions before the rollout"
    if differs:
        assert str(broken(wire(moved).left_as, then, BEFORE)) == f"{told}: {differs}"
    else:
        assert wire(moved).left_as(then, BEFORE) == [f"{told}, and says the same"]


def test_what_is_stopped_leaves_nothing(call):
    wire(call(exchanges=[], failure="PermissionError: no")).is_stopped(by=BLOCKED)


def test_what_is_stopped_left_all_the_same(call):
    made = replace(call(model="GRO\u212a-4"), environment={BLOCKED: "grok-3", "GROK4_DEFAULT": "true"})
    because = "'GRO\\u212a-4' with GROK4_DEFAULT=true, blocked by XAI_ALLOWED_MODELS, left all the same, as grok-4"
    assert str(broken(wire(made).is_stopped, by=BLOCKED)) == because


def test_what_is_stopped_left_for_another_host(call):
    attempts = (
        Egress(target="metrics.example.net:443", stack=""),
        Egress(target="POST https://gateway.example.net/v1", stack=""),
    )
    made = replace(call(exchanges=[], failure="OSError: no"), egress=attempts)
    unkept = broken(wire(made).is_stopped, by=BLOCKED, usual=["metrics.example.net:443"])
    assert str(unkept) == "grok-4, blocked by XAI_ALLOWED_MODELS, left for https://gateway.example.net/v1 instead"
    assert unkept.at == "egress"
    wire(replace(made, egress=attempts[:1])).is_stopped(by=BLOCKED, usual=["metrics.example.net:443"])


def test_the_caller_gets_the_same_but_for_the_ids_of_calls(call):
    calls = [(ToolCall(id=id, name="get_weather", arguments={"city": "Paris"}),) for id in ("call_1", "call_2")]
    caller(call(tool_calls=calls[0])).gets_the_same_as(call(tool_calls=calls[1]), BEFORE)
    caller(call(failure="ValueError: at 12:01")).gets_the_same_as(call(failure="ValueError: at 12:02"), BEFORE)


@pytest.mark.parametrize(
    ("got", "difference"),
    [
        ({"notices": ("deprecated",)}, 'notices is ["deprecated"] and was []'),
        ({"text": "Rome."}, 'text is "Rome." and was "Paris."'),
    ],
)
def test_the_caller_gets_something_else(got, difference, call):
    because = f"the caller of grok-3 gets something else than before the rollout: {difference}"
    assert str(broken(caller(call(model="grok-3", **got)).gets_the_same_as, call(), BEFORE)) == because


def test_an_error_in_place_of_an_answer_is_something_else(call):
    assert broken(caller(call(failure="ValueError: no")).gets_the_same_as, call(), BEFORE).saw["error"] == "ValueError"


@pytest.mark.parametrize("message", ["no model grok", "model 'grok' is not known", "GROK!"])
def test_the_error_names_what_was_asked(message, call):
    caller(call(failure=f"ValueError: {message}")).is_told("grok")


@pytest.mark.parametrize("message", ["'grok-4'", "no grok4", "no grok.5", "x-grok"])
def test_a_longer_name_is_another(message, call):
    because = f"the error does not name grok: {message}"
    assert str(broken(caller(call(failure=f"KeyError: {message}")).is_told, "grok")) == because


def test_is_refused(call):
    caller(call(failure="ValueError: no")).is_refused()
    assert str(broken(caller(call()).is_refused)) == "the caller got an answer where an error was due: Paris."


def test_a_restricted_listing_offers_what_it_offers_without_a_list():
    listing(CARDS).offers_as_in(CARDS, "grok-3")
    fewer = [ModelCard(id="grok-3", aliases=("grok",))]
    because = "with the allow-list the listing no longer shows grok3 at grok-3, which is allowed"
    assert str(broken(listing(fewer).offers_as_in, CARDS, "grok-3")) == because
    assert "marks it as blocked" in str(broken(listing(CARDS).offers_as_in, CARDS, "grok-4"))


def test_a_listing_lacks_a_name():
    listing(CARDS).lacks("grok-5")
    assert str(broken(listing(CARDS).lacks, "grok4")) == "the listing still shows grok4, at grok-4"


def test_a_listing_shows_the_same():
    listing(CARDS).shows_the_same_as(CARDS[::-1], BEFORE)
    other = [replace(CARDS[0], context_window=256_000), CARDS[1]]
    because = "the listing shows something else than before the rollout: grok-3.context_window is 256000 and was null"
    assert str(broken(listing(other).shows_the_same_as, CARDS, BEFORE)) == because


@pytest.mark.parametrize(("environment", "build"), [({"FLAG": "1"}, {}), ({}, {"FLAG": "1"})], ids=["description", "build"])
def test_a_deployment_that_sets_the_variable_shows_nothing(environment, build):
    description = SimpleNamespace(environment=environment, builds={"phase-3": Build(environment=build)})
    subject = SimpleNamespace(launcher=SimpleNamespace(description=description), build="phase-3")
    deployment(subject).leaves_unset("OTHER")
    unkept = broken(deployment(subject).leaves_unset, "FLAG")
    assert str(unkept) == "the description sets FLAG=1, so what the code does by itself is not seen"
    assert unkept.blame == "configuration"


class Asked:
    """A build that has a face for ``chat``, declares tools, and gives back what it was asked."""

    modes = frozenset({"chat"})

    def __init__(self, name):
        self.name = name

    def declares(self, capability, model):
        return (capability, model) == ("tools", "grok-3")

    def ask(self, request, *, mode):
        return self.name, request.model, mode


def test_a_pair_is_one_request_to_two_builds():
    asked = pair(Asked("before"), Asked("now"), "grok-3", RequestShape(needs="tools"))
    assert asked == (("before", "grok-3", "chat"), ("now", "grok-3", "chat"))


@pytest.mark.parametrize(
    ("shape", "because"),
    [
        (RequestShape(mode="stream"), "the provider had no face for stream before the rollout"),
        (RequestShape(needs="json"), "neither listing nor description declared json for grok-3 before the rollout"),
    ],
)
def test_what_was_not_there_before_is_not_compared(shape, because):
    with pytest.raises(NotApplicable, match=because):
        pair(Asked("before"), Asked("now"), "grok-3", shape)
