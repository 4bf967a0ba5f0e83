"""Pre-rollout testing: the two test commands of the plan, resolution under every setting, and the listing."""

import pytest

from grokgate.judgement.expect import NotApplicable, NotRun, caller, command, listing, wire
from grokgate.runs.check import sealed_code

ONE_ROW = "P1.4"
"""What the integration script is asked within the gate: a row that is decided in a moment."""


def cells(rollout):
    return {f"flag={cell.flag} allow={cell.allow} {cell.name}": cell for cell in rollout.table}


@pytest.mark.requirement("PRE.1")
def test_the_providers_own_unit_tests_pass(provider):
    if not provider.launcher.description.own_tests:
        raise NotRun('the description names no command for the provider\'s own tests; say own_tests = "…"')
    ran = provider.own_tests()
    provider.note(ran.said)
    command(ran).succeeds()


@pytest.mark.requirement("PRE.2")
def test_the_integration_script_ends_with_the_gates_verdict(provider, pytestconfig, tmp_path):
    reports = tmp_path / "reports"
    chosen = {"--provider": "provider", "--phase": "phase", "--rollout": "rollout", "--world": "world"}
    given = {option: value for option, name in chosen.items() if (value := getattr(pytestconfig.option, name))}
    asked = [word for option in given.items() for word in option] + ["--only", ONE_ROW]
    ran = provider.integration_script([*asked, "--reports", str(reports)], clean=tmp_path / "checkout")
    provider.note(ran.said)
    command(ran).ends(sealed_code(reports / "evidence.jsonl"), "the script does not end with the gate's verdict")


@pytest.mark.requirement("PRE.3")
@pytest.mark.each("cell", cells)
def test_a_name_means_what_the_table_says(provider, rollout, cell):
    call = provider.flag(cell.flag).allowing(cell.allow).chat(cell.name)
    wire(call).resolves_to(cell.expect, rollout)


def shows_the_model(provider, rollout):
    """The target stands there with its short names, its window and its capabilities."""
    shown = listing(provider.models())
    shown.has_names(rollout.model, rollout.target.names)
    shown.declares(rollout.model, "the window", rollout.target.window, lambda card: card.context_window)
    shown.has_capabilities(rollout.model, rollout.target.capabilities)


def follows_the_flag(provider, rollout):
    """With the flag on, the name that it moves is one of the target, and of no other model."""
    if "flag" not in provider.claims:
        raise NotApplicable("the provider offers no flag; P2.1 says so")
    shown = listing(provider.flag(rollout.flag.on[0]).models())
    shown.has_names(rollout.model, [rollout.flag.moves])
    shown.has_name_once(rollout.flag.moves)


def shows_only_what_can_be_called(provider, _):
    """Each model that is shown, and not marked as blocked, answers."""
    shown = [card for card in provider.models() if not card.blocked]
    if not shown:
        raise NotApplicable("the listing shows no model that is not blocked; P1.1 judges that")
    for card in shown:
        caller(provider.chat(card.id)).gets_text()


@pytest.mark.requirement("PRE.4")
@pytest.mark.parametrize(
    "statement",
    [shows_the_model, follows_the_flag, shows_only_what_can_be_called],
    ids=["entry", "flag", "callable"],
)
def test_the_listing_is_right(provider, rollout, statement):
    statement(provider, rollout)
