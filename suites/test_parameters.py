"""Post-rollout validation 2: parameter conversion for reasoning models."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import NotApplicable, caller, camel, wire
from grokgate.values.chat import MODES, ChatRequest, Message

ROLLOUT = read_rollout()
REFUSED = {"presence_penalty": 0.5, "frequency_penalty": 0.5, "stop": ["END"], "reasoning_effort": "low"}
TAKEN = {"temperature": 0.3, "top_p": 0.9, "seed": 7, "user": "u-17", "logprobs": True}
GIVEN_TO_GROK_3 = {"limit": 1000, "temperature": 0.3, "top_p": 0.9, "seed": 7, **REFUSED}
del GIVEN_TO_GROK_3["reasoning_effort"]  # POST-2.5 judges it for every model
CONVERSATION = (
    Message(role="user", content="Name the capital of France in one short sentence.", name="ana"),
    Message(role="assistant", content="Paris."),
    Message(role="user", content="And of Norway?", name="ben"),
)


@pytest.mark.requirement("POST-2.1")
@pytest.mark.parametrize(
    ("asked", "limit"),
    [({"limit": 1000}, 1000), ({"unlimited": True}, None), ({"max_tokens": 1000}, 1000), ({"maxTokens": 1000}, 1000)],
    ids=["limit", "no-limit", "max_tokens", "maxTokens"],
)
def test_the_limit_leaves_as_max_completion_tokens(provider, rollout, asked, limit):
    call = provider.chat(rollout.model, **asked)
    wire(call).limits("max_completion_tokens", limit, dropped_is_fine="limit" not in asked)


@pytest.mark.requirement("POST-2.2")
@pytest.mark.parametrize("value", [0.5, 0], ids=["half", "zero"])
def test_presence_penalty_does_not_leave(provider, rollout, value):
    call = provider.chat(rollout.model, presence_penalty=value)
    wire(call).without("presence_penalty")


@pytest.mark.requirement("POST-2.3")
@pytest.mark.parametrize("value", [0.5, 0], ids=["half", "zero"])
def test_frequency_penalty_does_not_leave(provider, rollout, value):
    call = provider.chat(rollout.model, frequency_penalty=value)
    wire(call).without("frequency_penalty")


@pytest.mark.requirement("POST-2.4")
@pytest.mark.parametrize("value", [["END"], "END", []], ids=["list", "text", "empty"])
def test_stop_does_not_leave(provider, rollout, value):
    call = provider.chat(rollout.model, stop=value)
    wire(call).without("stop")


@pytest.mark.requirement("POST-2.5")
@pytest.mark.parametrize("id", ["grok-4", "grok-3-mini", "grok-3"])
def test_reasoning_effort_leaves_exactly_for_the_models_that_take_it(provider, rollout, id):
    call = provider.chat(id, reasoning_effort="low")
    wire(call).converts("reasoning_effort", "low", rollout.models[id])


@pytest.mark.requirement("POST-2.6")
@pytest.mark.parametrize("name", REFUSED)
def test_the_spelling_of_a_parameter_does_not_matter(provider, rollout, name):
    snake = provider.chat(rollout.model, **{name: REFUSED[name]})
    camels = provider.chat(rollout.model, **{camel(name): REFUSED[name]})
    wire(camels).is_same_as(snake, f"{camel(name)} and {name}")


@pytest.mark.requirement("POST-2.7")
@pytest.mark.parametrize("name", [*TAKEN, "messages"])
def test_what_grok_4_takes_leaves_unchanged(provider, rollout, name):
    request = ChatRequest(model=rollout.model, messages=CONVERSATION, parameters={name: TAKEN[name]} if name in TAKEN else {})
    call = provider.ask(request)
    wire(call).carries_what_was_asked(name)


@pytest.mark.requirement("POST-2.8")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ROLLOUT.target.names)
def test_the_conversion_is_the_same_for_every_name_and_mode(provider, rollout, name, mode):
    if mode not in provider.modes:
        raise NotApplicable(f"the provider has no face for {mode}")
    plain = provider.chat(rollout.model, limit=500, temperature=0.3, **REFUSED)
    other = provider.chat(name, limit=500, temperature=0.3, mode=mode, **REFUSED)
    wire(other).is_same_as(plain, f"{name} by {mode} and {rollout.model}")


@pytest.mark.requirement("POST-2.9")
@pytest.mark.parametrize("names", [*((name,) for name in REFUSED), tuple(REFUSED)], ids=[*REFUSED, "all"])
def test_a_removed_parameter_is_made_known(provider, rollout, names):
    call = provider.chat(rollout.model, **{name: REFUSED[name] for name in names})
    wire(call).removed(*names)
    caller(call).or_log_names(*names)


@pytest.mark.requirement("POST-2.10")
@pytest.mark.parametrize("name", GIVEN_TO_GROK_3)
def test_for_grok_3_parameters_leave_as_given(provider, rollout, name):
    grok_3 = rollout.models[rollout.flag.off]
    call = provider.chat(grok_3.id, **{name: GIVEN_TO_GROK_3[name]})
    wire(call).converts(name, GIVEN_TO_GROK_3[name], grok_3)
