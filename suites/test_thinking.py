"""Post-rollout validation 5: thinking mode."""

import pytest

from grokgate.judgement.expect import caller, listing


@pytest.mark.requirement("POST-5.1")
@pytest.mark.parametrize("id", ["grok-4", "grok-3"])
def test_the_listing_tells_which_model_reasons(provider, rollout, id):
    reasons = rollout.models[id].reasoning
    listing(provider.models()).declares(id, "thinking", reasons, lambda card: "thinking" in (card.capabilities or ()))


@pytest.mark.requirement("POST-5.2")
def test_reasoning_tokens_have_a_field_of_their_own(provider, rollout):
    call = provider.chat(rollout.model, "puzzle")
    caller(call).gets_reasoning_tokens()


@pytest.mark.requirement("POST-5.3")
@pytest.mark.parametrize("scenario", ["plain", "thinking-shown"], ids=["hidden", "shown"])
def test_thinking_may_be_hidden_and_is_surfaced_where_it_is_shown(provider, rollout, scenario):
    call = provider.chat(rollout.model, scenario=scenario)
    caller(call).gets_answered("text")
    caller(call).gets_answered("reasoning")
