"""Post-rollout validation 1: explicit requests for the target, and which model really answered."""

import pytest

from grokgate.judgement.expect import NotApplicable, caller, wire


@pytest.mark.requirement("POST-1.1")
@pytest.mark.modes
@pytest.mark.parametrize("scenario", ["plain", "redirected"])
def test_the_caller_can_tell_which_model_answered(provider, rollout, scenario):
    call = provider.chat(rollout.model, scenario=scenario)
    wire(call).reaches(rollout.target)
    provider.note(f"asked {rollout.model}, left as {wire(call).model}, answered by {caller(call).answer.served}")
    if scenario == "redirected" and caller(call).answer.served in rollout.target.served:
        raise NotApplicable(f"xAI's answer names {caller(call).answer.served}, which answers for {rollout.model} anyway")
    caller(call).is_told_a_substitution(rollout.target)


@pytest.mark.requirement("POST-1.2")
@pytest.mark.modes(also=["achat"])  # POST-6.1 holds each part of a stream against it
@pytest.mark.parametrize("part", ["text", "finish_reason", "usage"])
def test_a_plain_prompt_gives_text_finish_reason_and_usage(provider, rollout, part):
    call = provider.chat(rollout.model)
    caller(call).gets_usage() if part == "usage" else caller(call).gets_answered(part)


@pytest.mark.requirement("POST-1.3")
@pytest.mark.modes
@pytest.mark.parametrize("prompt", ["greeting", "non-ascii"])
def test_system_prompt_and_text_arrive_intact(provider, rollout, prompt):
    call = provider.chat(rollout.model, prompt, system="Antworte knapp: ß, é, 漢字, 🙂")
    wire(call).messages(
        [
            {"role": "system", "content": "Antworte knapp: ß, é, 漢字, 🙂"},
            {"role": "user", "content": provider.prompts[prompt]},
        ]
    )
