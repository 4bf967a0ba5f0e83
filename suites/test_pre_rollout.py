"""Pre-rollout testing: resolution under every setting, and the listing."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import NotApplicable, caller, listing, wire

ROLLOUT = read_rollout()
CELLS = {f"flag={cell.flag} allow={cell.allow} {cell.name}": cell for cell in ROLLOUT.resolutions}


@pytest.mark.requirement("PRE.3")
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_name_means_what_the_table_says(provider, rollout, cell):
    call = provider.flag(cell.flag).allowing(cell.allow).chat(cell.name)
    wire(call).resolves_to(rollout.expected(cell), rollout)


def shows_the_model(provider, rollout):
    """grok-4 stands there with its short names, its window and its capabilities."""
    shown = listing(provider.models())
    shown.has_names(rollout.model, rollout.target.names)
    shown.declares(rollout.model, "the window", rollout.target.window, lambda card: card.context_window)
    shown.has_capabilities(rollout.model, rollout.target.capabilities)


def follows_the_flag(provider, rollout):
    """With the flag on, grok is a name of grok-4, and of no other model."""
    if "flag" not in provider.claims:
        raise NotApplicable("the provider offers no flag; P2.1 says so")
    shown = listing(provider.flag("true").models())
    shown.has_names(rollout.flag.on, [rollout.flag.moves])
    shown.has_name_once(rollout.flag.moves)


def shows_only_what_can_be_called(provider, _):
    """Each model that is shown, and not marked as blocked, answers."""
    for card in provider.models():
        if not card.blocked:
            caller(provider.chat(card.id)).gets_text()


@pytest.mark.requirement("PRE.4")
@pytest.mark.parametrize(
    "statement",
    [shows_the_model, follows_the_flag, shows_only_what_can_be_called],
    ids=["entry", "flag", "callable"],
)
def test_the_listing_is_right(provider, rollout, statement):
    statement(provider, rollout)
