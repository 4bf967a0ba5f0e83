"""Post-rollout validation 3: context window limits."""

import pytest

from grokgate.judgement.expect import NotApplicable, Unkept, caller, listing, wire

FAR = 400_000
"""Tokens of a window that the prompts named over-by do not fill; those named far-over-by do."""


@pytest.mark.requirement("POST-3.1")
@pytest.mark.parametrize("id", ["grok-4", "grok-3"])
def test_the_declared_window_is_the_real_one(provider, rollout, id):
    listing(provider.models()).declares(id, "the window", rollout.models[id].window, lambda card: card.context_window)


@pytest.mark.requirement("POST-3.2")
@pytest.mark.parametrize("mode", ["chat", "stream"])
def test_a_prompt_just_under_the_limit_arrives_whole(provider, rollout, mode):
    if mode not in provider.modes:
        raise NotApplicable(f"the provider has no face for {mode}")
    call = provider.chat(rollout.model, "under-256000", mode=mode)
    wire(call).reaches(rollout.target)
    wire(call).carries_the_prompt()
    caller(call).gets_text()


@pytest.mark.requirement("POST-3.3")
def test_a_prompt_over_the_limit_gives_an_error_that_states_it(provider, rollout):
    call = provider.chat(rollout.model, "over-256000")
    wire(call).cuts_nothing()
    wire(call).leaves_once_or_never("a prompt that is too long")
    caller(call).is_told_the_window(rollout.target.window)


@pytest.mark.requirement("POST-3.4")
def test_a_prompt_between_the_windows_fits_grok_4_alone(provider, rollout):
    old = rollout.models[rollout.flag.off]
    refused = provider.chat(old.id, "between-the-windows")
    caller(refused).is_told_the_window(old.window)
    taken = provider.chat(rollout.model, "between-the-windows")
    wire(taken).reaches(rollout.target)
    wire(taken).carries_the_prompt()
    caller(taken).gets_text()


@pytest.mark.requirement("POST-3.5")
@pytest.mark.parametrize("count", ["408", "429", "500", "503"])
def test_a_token_count_is_not_taken_for_a_status(provider, rollout, count):
    far = "far-" if rollout.target.window >= FAR else ""
    call = provider.chat(rollout.model, f"{far}over-by-{count}")
    wire(call).leaves_once_or_never(f"an overflow whose text has {count} in it")
    caller(call).is_refused_for(count)


@pytest.mark.requirement("POST-3.6")
def test_the_output_limit_leaves_room_for_the_prompt(provider, rollout):
    cards = [card for card in provider.models() if not card.blocked]
    if silent := [card.id for card in cards if card.max_output_tokens is None]:
        provider.note(f"no output limit is declared for {', '.join(silent)}")
    for card in cards:
        facts = rollout.models.get(card.id)
        try:
            listing(cards).leaves_room(card.id, facts and facts.window)
        except Unkept:
            if facts is None:  # what xAI answers to other models is not known here, so that the listing alone decides
                raise
            call = provider.chat(card.id, "under-131072", limit=card.max_output_tokens)
            wire(call).shrinks_the_limit(card.max_output_tokens)
