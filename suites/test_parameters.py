"""Post-rollout validation 2: parameter conversion for reasoning models."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import NotApplicable, caller, camel, wire
from grokgate.values.chat import MODES

ROLLOUT = read_rollout()
REFUSED = {"presence_penalty": 0.5, "frequency_penalty": 0.5, "stop": ["END"], "reasoning_effort": "low"}
TAKEN = {"temperature": 0.3, "top_p": 0.9, "seed": 7, "user": "u-17", "logprobs": True}
GIVEN_TO_GROK_3 = {**TAKEN, "presence_penalty": 0.5, "frequency_penalty": 0.5, "stop": ["END"]}
del GIVEN_TO_GROK_3["user"], GIVEN_TO_GROK_3["logprobs"]


@pytest.mark.requirement("POST-2.1")
@pytest.mark.parametrize("limit", [1000, None], ids=["limit", "no-limit"])
def test_the_limit_leaves_as_max_completion_tokens(provider, rollout, limit):
    call = provider.chat(rollout.model, limit=limit)
    wire(call).limits("max_completion_tokens", limit)


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
@pytest.mark.parametrize("id", ["grok-4", "grok-3-mini"])
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
@pytest.mark.parametrize("name", TAKEN)
def test_what_grok_4_takes_leaves_unchanged(provider, rollout, name):
    call = provider.chat(rollout.model, **{name: TAKEN[name]})
    wire(call).carries(name, TAKEN[name])


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
@pytest.mark.parametrize("name", REFUSED)
def test_a_removed_parameter_is_made_known(provider, rollout, name):
    call = provider.chat(rollout.model, **{name: REFUSED[name]})
    wire(call).removed(name)
    caller(call).or_log_names(name)


@pytest.mark.requirement("POST-2.10")
@pytest.mark.parametrize("name", ["limit", *GIVEN_TO_GROK_3])
def test_for_grok_3_parameters_leave_as_given(provider, rollout, name):
    grok_3 = rollout.models[rollout.flag.off]
    call = provider.chat(grok_3.id, **({"limit": 1000} if name == "limit" else {name: GIVEN_TO_GROK_3[name]}))
    wire(call).converts(name, 1000 if name == "limit" else GIVEN_TO_GROK_3[name], grok_3)
