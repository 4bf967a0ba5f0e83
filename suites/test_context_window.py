"""Post-rollout validation 3: context window limits."""

import pytest

from grokgate.judgement.expect import listing


@pytest.mark.requirement("POST-3.1")
@pytest.mark.parametrize("id", ["grok-4", "grok-3"])
def test_the_declared_window_is_the_real_one(provider, rollout, id):
    listing(provider.models()).declares(id, "the window", rollout.models[id].window, lambda card: card.context_window)
