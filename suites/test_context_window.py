"""Post-rollout validation 3: context window limits."""

import pytest

from grokgate.formats.fixtures import long_name
from grokgate.judgement.expect import NotApplicable, Unkept, caller, documentation, leaving, listing, wire

COUNTS = ("408", "429", "500", "503")
"""Statuses that a careless search finds in a number of tokens."""


def target_and_old(rollout):
    return [rollout.target.id, rollout.old.id]


@pytest.mark.requirement("POST-3.1")
@pytest.mark.each("id", target_and_old)
def test_the_declared_window_is_the_real_one(provider, rollout, id):
    listing(provider.models()).declares(id, "the window", rollout.models[id].window, lambda card: card.context_window)


@pytest.mark.requirement("POST-3.2")
@pytest.mark.parametrize("mode", ["chat", "stream"])
def test_a_prompt_just_under_the_limit_arrives_whole(provider, rollout, mode):
    call = provider.chat(rollout.model, long_name(rollout.under), mode=mode)
    with leaving(provider, rollout.model, rollout.target, mode):
        wire(call).reaches(rollout.target)
        wire(call).carries_the_prompt()


@pytest.mark.requirement("POST-3.3")
@pytest.mark.modes(also=["stream"])
def test_a_prompt_over_the_limit_gives_an_error_that_states_it(provider, rollout):
    call = provider.chat(rollout.model, long_name(rollout.over))
    wire(call).cuts_nothing()
    wire(call).leaves_once_or_never("a prompt that is too long")
    caller(call).is_told_the_window(rollout.target.window)


def is_refused_with_its_limit(provider, rollout):
    call = provider.chat(rollout.narrower.id, long_name(rollout.between))
    caller(call).is_told_the_window(rollout.narrower.window)


def is_taken(provider, rollout):
    call = provider.chat(rollout.wider.id, long_name(rollout.between))
    wire(call).reaches(rollout.wider)
    wire(call).carries_the_prompt()
    caller(call).gets_text()


def tells_the_loss(provider, rollout):
    if rollout.wider is rollout.target:
        raise NotApplicable(f"{rollout.target.id} takes longer prompts than {rollout.old.id}, so that nobody loses any")
    if "models" in provider.claims:
        cards = listing(provider.models())
        cards.declares(rollout.model, "the window", rollout.target.window, lambda card: card.context_window)
    elif "docs" in provider.claims:
        documentation(provider.documentation()).states(rollout.target.window, f"the window of {rollout.model}")
    else:
        raise NotApplicable("the provider claims neither a listing nor documentation; its caller has to know the window")


BETWEEN = {"narrow": is_refused_with_its_limit, "wide": is_taken, "told": tells_the_loss}


@pytest.mark.requirement("POST-3.4")
@pytest.mark.modes(also=["stream"], of=lambda case: case != "told")
@pytest.mark.parametrize("statement", BETWEEN.values(), ids=BETWEEN)
def test_a_prompt_between_the_windows_fits_the_wider_alone(provider, rollout, statement):
    if rollout.wider is None:
        raise NotApplicable(f"{rollout.old.id} and {rollout.target.id} take prompts of {rollout.target.window:,} tokens alike")
    statement(provider, rollout)


@pytest.mark.requirement("POST-3.5")
@pytest.mark.modes(also=["stream"], of=lambda case: case == COUNTS[1])
@pytest.mark.parametrize("count", COUNTS)
def test_a_token_count_is_not_taken_for_a_status(provider, rollout, count):
    call = provider.chat(rollout.model, long_name(rollout.over_by(count)))
    wire(call).leaves_once_or_never(f"an overflow whose text has {count} in it")
    caller(call).is_refused_for(count)


@pytest.mark.requirement("POST-3.6")
def test_the_output_limit_leaves_room_for_the_prompt(provider, rollout):
    cards = [card for card in provider.models() if not card.blocked]
    if all(card.max_output_tokens is None for card in cards):
        raise NotApplicable("the listing declares no output limit")
    if silent := [card.id for card in cards if card.max_output_tokens is None]:
        provider.note(f"no output limit is declared for {', '.join(silent)}")
    for card in cards:
        facts = rollout.models.get(card.id)
        try:
            listing(cards).leaves_room(card.id, facts and facts.window)
        except Unkept:
            if facts is None:  # what xAI answers to other models is not known here, so that the listing alone decides
                raise
            call = provider.chat(card.id, long_name(rollout.narrow), limit=card.max_output_tokens)
            wire(call).shrinks_the_limit(card.max_output_tokens)
