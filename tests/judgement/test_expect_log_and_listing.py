"""Statements about the provider's log and its listing: each holds, and each breaks with a sentence that names the thing."""

from types import SimpleNamespace

import pytest

from grokgate.judgement.expect import NotApplicable, NotRun, Unkept, declares, listing, log, undeclared
from grokgate.providers.subject import NoListing
from grokgate.values.chat import ModelCard

GROK_4 = ModelCard(id="grok-4", aliases=("grok4",), context_window=256_000, capabilities=("json", "tools"))
GROK_3 = ModelCard(id="grok-3", blocked=True)


def broken(statement, *arguments, **named) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments, **named)
    return raised.value


def test_a_line_matches_all_patterns_and_names_all_words(call):
    said = call(log="INFO start\n12:00 ERROR call of grok-4 failed: 403\n")
    log(said).has_line("grok-4", "ERROR")
    log(said).has_line("call of .* failed", naming=["grok-4", "403"])


@pytest.mark.parametrize("text", ["", "INFO grok-4\nERROR 403\n"], ids=["empty", "two-lines"])
def test_no_line_matches(text, call):
    unkept = broken(log(call(log=text)).has_line, "grok-4", "ERROR")
    assert str(unkept) == 'grep "grok-4" | grep "ERROR" finds no line in the log'
    assert unkept.saw == (text.splitlines() or ["(the call left no line)"])


def test_a_line_names_too_little(call):
    unkept = broken(log(call(log="Removing unsupported parameter\n")).has_line, "Removing", naming=["stop"])
    assert str(unkept) == 'grep "Removing" finds a line, but it does not name stop'


def test_a_claimed_log_that_no_file_holds_is_configuration(call):
    unkept = broken(log, call(log=None))
    assert str(unkept) == "the provider claims a log, but its description names no log file"
    assert unkept.blame == "configuration"


@pytest.mark.parametrize("name", ["grok-4", "grok4"])
def test_the_listing_shows_a_model_by_any_name(name):
    assert listing([GROK_3, GROK_4]).card(name) is GROK_4


def test_the_listing_does_not_show_a_model():
    unkept = broken(listing([GROK_3]).card, "grok-4")
    assert (str(unkept), unkept.saw) == ("the listing does not show grok-4", ["grok-3"])


def test_the_listing_registers_a_model_as_an_entry_of_its_own():
    listing([GROK_4]).registers("grok-4")
    assert str(broken(listing([GROK_4]).registers, "grok4")) == "grok4 is only an alias of grok-4 in the listing"


def test_the_listing_offers_what_is_not_blocked():
    listing([GROK_4]).offers("grok4")
    assert str(broken(listing([GROK_3]).offers, "grok-3")) == "grok-3 is allowed, but the listing marks it as blocked"


def test_the_listing_has_a_name_once():
    listing([GROK_3, GROK_4]).has_name_once("grok4")
    twice = [GROK_4, ModelCard(id="grok-3", aliases=("grok4",))]
    assert str(broken(listing(twice).has_name_once, "grok4")) == "the listing shows grok4 at grok-4 and at grok-3"


def test_the_listing_declares():
    shown = listing([GROK_4])
    shown.declares("grok-4", "the window", 256_000, lambda card: card.context_window)
    unkept = broken(shown.declares, "grok-4", "the window", 262_144, lambda card: card.context_window)
    assert str(unkept) == "the listing declares the window of grok-4 as 256000, not 262144"


ROOMS = {"below": (16_384, 256_000, None), "no output": (None, 256_000, None), "no window": (256_000, None, None)}


@pytest.mark.parametrize(("output", "window", "known"), ROOMS.values(), ids=ROOMS)
def test_the_listing_leaves_room(output, window, known):
    listing([ModelCard(id="grok-4", context_window=window, max_output_tokens=output)]).leaves_room("grok-4", known)


@pytest.mark.parametrize(
    ("output", "window", "known"), [(256_000, 256_000, None), (262_144, 256_000, 1), (256_000, None, 256_000)]
)
def test_the_listing_leaves_no_room(output, window, known):
    card = ModelCard(id="grok-4", context_window=window, max_output_tokens=output)
    unkept = broken(listing([card]).leaves_room, "grok-4", known)
    assert str(unkept) == f"the listing declares an output of {output:,} tokens for grok-4, all of its window of 256,000 or more"


def test_the_listing_has_names():
    listing([GROK_4]).has_names("grok-4", ["grok-4", "grok4"])
    assert str(broken(listing([GROK_4]).has_names, "grok-4", ["grok"])) == "the listing does not show grok at grok-4"


@pytest.mark.parametrize("card", [GROK_4, ModelCard(id="grok-4")], ids=["some", "unsaid"])
def test_the_listing_lacks_a_capability(card):
    unkept = broken(listing([card]).has_capabilities, "grok-4", ["thinking"])
    assert str(unkept) == "the listing does not show thinking for grok-4"


def test_the_listing_has_capabilities_and_more():
    listing([GROK_4]).has_capabilities("grok-4", ["json"])


def test_what_is_blocked_is_hidden_or_marked():
    listing([GROK_4]).hides_or_marks("grok-3")
    listing([GROK_3]).hides_or_marks("grok-3")
    assert str(broken(listing([GROK_4]).hides_or_marks, "grok4")).startswith("grok4 is blocked, but the listing shows it")


def test_an_undeclared_capability_is_broken_where_the_rollout_asks_for_it(rollout):
    missing = undeclared("json", rollout.target)
    assert isinstance(missing, Unkept)
    assert str(missing) == "the rollout asks for json of grok-4, but neither listing nor description declares it"
    assert isinstance(undeclared("images", rollout.target), NotApplicable)


def test_what_a_listing_that_fails_declares_cannot_be_told():
    def declared(*_):
        raise NoListing("the provider's listing fails with KeyError: 'window'")

    provider = SimpleNamespace(claims=("models",), declares=declared)
    with pytest.raises(
        NotRun, match=r"^P1\.1 fails: the provider's listing fails .* so whether it declares tools cannot be told"
    ):
        declares(provider, "tools", "grok-4")
