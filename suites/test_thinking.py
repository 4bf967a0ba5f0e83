"""Post-rollout validation 5: thinking mode."""

import pytest

from grokgate.judgement.expect import NotApplicable, answering, caller, listing, patience
from grokgate.values.chat import MODES
from grokgate.values.world import in_words

CUTS = {
    "cut": {"limit": 1},
    **{f"cut by {mode}": {"limit": 1, "mode": mode} for mode in MODES[1:]},
    "empty": {"limit": 20, "scenario": "limit-counts-thinking"},
    **{f"empty by {mode}": {"limit": 20, "scenario": "limit-counts-thinking", "mode": mode} for mode in MODES[1:]},
}


@pytest.mark.requirement("POST-5.1")
@pytest.mark.each("id", lambda rollout: [rollout.target.id, rollout.old.id])
def test_the_listing_tells_which_model_reasons(provider, rollout, id):
    model = rollout.models[id]
    if model is rollout.old and model.redirected:
        raise NotApplicable(f"{id} was retired on {in_words(model.redirected)}, and {model.answered_by} answers for it")
    reasons = model.reasoning
    listing(provider.models()).declares(id, "thinking", reasons, lambda card: "thinking" in (card.capabilities or ()))


def thinks(model):
    """Where a model does not think there is nothing to tell of its thinking."""
    if not model.reasoning:
        raise NotApplicable(f"{model.answered_by} does not think before it answers")


@pytest.mark.requirement("POST-5.2")
@pytest.mark.modes(also=["achat"])  # POST-6.1 holds the usage of a stream against it
def test_reasoning_tokens_have_a_field_of_their_own(provider, rollout):
    thinks(rollout.target)
    call = provider.chat(rollout.model, "puzzle")
    caller(call).gets_reasoning_tokens()


@pytest.mark.requirement("POST-5.3")
@pytest.mark.modes
@pytest.mark.parametrize("kind", ["hidden", "shown"])
def test_thinking_may_be_hidden_and_is_surfaced_where_it_is_shown(provider, rollout, kind):
    thinks(rollout.target)
    once = kind == "shown" and "showed-thinking" in rollout.target.traits
    if rollout.target.thinking != kind and not once:
        raise NotApplicable(f"the thinking of {rollout.target.answered_by} is {rollout.target.thinking}, and never {kind}")
    if once and provider.by in ("stream", "astream"):
        raise NotApplicable(f"what {rollout.target.answered_by} showed once is on tape unstreamed alone")
    scenario = "thinking-shown" if once else "plain"
    call = provider.chat(rollout.model, scenario=scenario)
    caller(call).gets_answered("text")
    caller(call).gets_answered("reasoning", if_any=kind == "hidden")


@pytest.mark.requirement("POST-5.4")
@pytest.mark.parametrize("asked", CUTS.values(), ids=CUTS)
def test_an_answer_cut_by_the_limit_is_reported_as_cut(provider, rollout, asked):
    if "scenario" in asked and "limit-counted-thinking" not in rollout.target.traits:
        raise NotApplicable(f"the thinking of {rollout.target.answered_by} never counted against the limit")
    call = provider.chat(rollout.model, **asked)
    with answering(provider, rollout.model, rollout.target, call.mode):
        caller(call).is_told_that_it_was_cut()


@pytest.mark.requirement("POST-5.5")
def test_the_read_timeout_leaves_time_to_think(provider, rollout):
    thinks(rollout.target)
    timeout = patience(provider.read_timeout())
    provider.note(f"the read timeout is {timeout.told}")
    timeout.lasts(rollout.read_timeout)
