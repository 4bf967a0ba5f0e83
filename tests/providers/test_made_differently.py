"""A right provider is right however it is made."""

import shutil
from pathlib import Path

import pytest

from grokgate.formats.home import home
from grokgate.formats.rollout_file import rollout


def made(name):
    """A provider of ``made_differently.py`` as ``--provider`` takes it."""
    return f"{Path(__file__).parent / 'made_differently.py'}:{name}"


NEVER_HAD = made("NeverHadTheLast")


@pytest.fixture
def described(tmp_path):
    """Writes the reference's description, with the models that it says it had before the rollout; gives its path."""

    def write(models):
        for name in ("providers", "reference"):
            shutil.copytree(home() / "fixtures" / name, tmp_path / name, dirs_exist_ok=True)
        path = tmp_path / "providers" / "reference.toml"
        path.write_text(path.read_text("utf-8").replace("[environment]", f"models = {models}\n\n[environment]", 1), "utf-8")
        return str(path)

    return write


@pytest.mark.parametrize(("name", "phase"), [("grok-4", "1"), ("grok-4.7", "rollback")])
def test_one_that_never_had_another_model_is_go(name, phase, gate):
    ran = gate("--provider", NEVER_HAD, "--rollout", name, "--phase", phase)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said


@pytest.mark.parametrize(("name", "phase"), [("grok-4", "1"), ("grok-4.7", "rollback")])
def test_one_whose_description_names_the_old_model_alone_is_go(name, phase, described, gate):
    ran = gate("--provider", described([rollout(name).old.id]), "--rollout", name, "--phase", phase)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said


@pytest.mark.parametrize(
    ("provider", "name", "phase"),
    [("WithoutAsync", "grok-4", "2"), ("InOtherTerms", "grok-4.7", "2")],
)
def test_faces_and_ways_of_telling_are_the_providers_own(provider, name, phase, gate):
    ran = gate("--provider", made(provider), "--rollout", name, "--phase", phase)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said


def test_what_is_mended_for_the_old_model_breaks_nothing(gate):
    ran = gate("--provider", made("MendedTheOldModel"), "--only", "P1.3", "--only", "POST-2.10")
    assert ran.rows == {"P1.3": "passed", "POST-2.10": "passed"}
    notes = {note for case in ran.evidence.cases for note in case.notes}
    assert "mended: presence_penalty leaves no more for grok-3, which refuses it" in notes
    assert "user leaves for grok-3 as it did before the rollout, and not as it was given" in notes


def test_what_it_never_had_is_not_asked_for(described, gate):
    *had, last = [model.id for model in rollout().before]
    for provider in (NEVER_HAD, described(had)):
        ran = gate("--provider", provider, "--phase", "1", "--only", "P1.1")
        status = {entry.id: entry.status for entry in ran.evidence.cases}
        assert ran.rows == {"P1.1": "passed"}
        assert status.get(f"P1.1[{last}]") in (None, "not_applicable")


ALIKE = [
    ("AsynchronousAlone", "grok-4", "1"),
    ("WithWordsOfItsOwn", "grok-4.7", "1"),
    ("WithoutStreaming", "grok-4", "rollback"),
]
"""Phases 1 to 3 ask for streaming, so that who does not stream is no go there."""


@pytest.mark.parametrize(("provider", "name", "phase"), ALIKE)
def test_one_with_other_faces_or_words_is_go(provider, name, phase, gate):
    ran = gate("--provider", made(provider), "--rollout", name, "--phase", phase)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said


@pytest.fixture
def found(gate):
    """Judges a provider by some rows; gives the status of each, and why."""

    def judge(provider, *rows):
        ran = gate("--provider", made(provider), *(word for row in rows for word in ("--only", row)))
        cases = {case.id: (str(case.status), case.because) for case in ran.evidence.cases}
        return ran.rows, {**{row["id"]: (row["status"], row["because"]) for row in ran.verdict["rows"]}, **cases}

    return judge


def test_a_face_without_a_parameter_does_not_offer_it_and_fails_nothing(found):
    rows, because = found("WithoutTopP", "P1.3", "POST-2.7", "POST-2.8", "POST-2.10", "MON.2", "MON.9")
    kept, missing = ("P1.3", "POST-2.8", "MON.2", "MON.9"), ("POST-2.7", "POST-2.10")
    assert rows == {**dict.fromkeys(kept, "passed"), **dict.fromkeys(missing, "not_offered")}
    assert because["POST-2.7[top_p]"] == ("not_offered", "its users cannot set top_p")


def test_a_capability_that_neither_description_nor_listing_claims_is_not_offered(found):
    asked = ("POST-4.1", "POST-4.4", "POST-6.1")
    rows, _ = found("DeclaredByItsListing", *asked)
    assert rows == dict.fromkeys(asked, "passed")
    rows, because = found("DeclaresNothing", *asked)
    assert rows == {"POST-4.1": "not_offered", "POST-4.4": "not_offered", "POST-6.1": "passed"}
    assert because["POST-4.1"][1] == "the provider does not claim 'json', and phase 1 asks for it"
    rows, _ = found("DeclaresWhatItsFaceHasNot", "POST-4.8", "POST-6.1")
    assert rows == {"POST-4.8": "failed", "POST-6.1": "not_offered"}


def test_nothing_left_because_nothing_was_understood_is_no_conversion(found):
    rows, because = found("UnderstandsNoStop", "POST-2.2", "POST-2.4", "POST-2.6", "POST-2.8")
    assert rows == {"POST-2.2": "passed", "POST-2.4": "unproven", "POST-2.6": "passed", "POST-2.8": "unproven"}
    assert because["POST-2.4[list]"][1].startswith("stop left for no model, and no remark, error or line of the log tells of it")
    assert because["POST-2.4[list]"][1].endswith('say so in the description: [names.parameters] stop = "…"')


def test_the_words_of_a_library_stand_beside_what_is_asked(gate):
    ran = gate("--provider", made("WithWordsOfItsOwn"), "--only", "POST-2.4")
    (said, *_) = (case.observations[0]["said"] for case in ran.evidence.cases if case.id == "POST-2.4[list]")
    assert said == "chat(model='grok-4', stop=['END'])  where grok-4 is x-ai/grok-4, stop is stop_sequences"


def test_a_raw_sdk_is_judged_by_a_listing_that_it_claims_alone(found):
    rows, _ = found("PassesOnAndLists", "POST-5.1", "P1.1", "PRE.4", "POST-3.1", "RB.5")
    assert set(rows.values()) == {"not_applicable"}


def test_an_allow_list_is_judged_without_a_listing_that_nobody_promised(gate):
    ran = gate("--provider", made("RestrictsAndListsNothing"), "--phase", "rollback", "--only", "RB.5", "--only", "RB.6")
    assert set(ran.rows.values()) == {"passed"}


def test_a_block_that_was_tried_without_other_providers_says_so(gate):
    ran = gate("--provider", "reference", "--only", "RB.4")
    [row] = ran.verdict["rows"]
    told = "no fallback was tried: the description names none under [fallbacks]"
    assert (row["status"], row["because"]) == ("passed", told)


def test_what_a_provider_changes_beside_what_it_says_that_it_converts_is_told(found):
    rows, because = found("ConvertsStopAlone", "POST-2.1", "POST-2.2", "POST-2.4", "POST-2.5", "POST-2.8", "POST-2.10", "P1.5")
    assert rows == {
        **dict.fromkeys(("POST-2.1", "POST-2.2", "POST-2.5", "P1.5"), "not_applicable"),
        **dict.fromkeys(("POST-2.4", "POST-2.8", "POST-2.10"), "passed"),
    }
    told = {
        "POST-2.2[half]": "all the same it drops presence_penalty without a word",
        "POST-2.5[grok-4]": "all the same it renames reasoning_effort to effort",
        "P1.5[grok4-grok-4]": "all the same it sends 'grok4' as 'grok-4'",
    }
    assert all(because[id][1].endswith(change) for id, change in told.items()), because
    assert because["POST-2.10[stop]"][0] == "passed"
    assert because["POST-2.10[seed]"][1].endswith("all the same it drops seed without a word")


def test_a_face_that_tells_text_alone_is_blamed_for_no_other_part(found):
    asked = ("POST-1.1", "POST-1.2", "POST-1.3", "POST-2.7", "POST-3.2", "POST-5.2", "POST-5.4", "MON.3")
    rows, because = found("ToolOfAServer", *asked)
    assert set(rows.values()) == {"not_offered"}, because
    assert because["POST-1.1[redirected]"][1] == "its users cannot tell which model answered"
    assert because["POST-1.2[text]"][0] == because["POST-2.7[temperature]"][0] == "passed"
    assert because["POST-1.3[greeting]"][1] == "its users cannot give a system prompt"
    assert because["POST-3.2[chat]"][1] == "its users cannot send a prompt of more than 60,000 characters"


def test_what_a_client_drops_that_was_busy_with_what_came_was_handed_on(found):
    rows, because = found("StreamsByAiohttp", "POST-6.3")
    assert rows == {"POST-6.3": "passed"}, because


def test_who_has_streams_alone_is_asked_by_them(found):
    rows, because = found("StreamsAndNothingElse", "POST-1.2", "POST-2.2", "POST-6.1", "MON.2", "MON.5")
    assert rows == {**dict.fromkeys(("POST-1.2", "POST-2.2", "MON.2", "MON.5"), "passed"), "POST-6.1": "not_applicable"}
    assert because["MON.2[grok-4]"][0] == "passed"


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_null_and_what_is_made_anew_for_each_request_say_nothing(api, found):
    asked = ("P1.3", "POST-2.2", "POST-2.4", "POST-2.5", "POST-2.6", "POST-2.8", "POST-2.9", "MON.2")
    rows, because = found(f"WritesMoreThanItMust@{api}", *asked)
    assert rows == dict.fromkeys(asked, "passed"), because


def test_what_moves_to_the_other_endpoint_and_says_the_same_there_is_told_and_breaks_nothing(gate):
    ran = gate("--provider", made("MovedWithTheRollout"), "--rollout", "grok-4.7", "--only", "P1.3")
    assert ran.rows == {"P1.3": "passed"}, ran.said
    moved = (
        "a request for grok-4.3 leaves for /v1/responses, which was /v1/chat/completions before the rollout, and says the same"
    )
    assert {note for case in ran.evidence.cases for note in case.notes} == {moved}


@pytest.mark.parametrize("provider", ["TellsByWarnings", "TellsByALogger", "TellsNothing"])
def test_a_warning_tells_and_what_is_dropped_in_silence_was_known(provider, found):
    rows, because = found(provider, "POST-2.2", "POST-2.8", "POST-2.9")
    told = "failed" if provider == "TellsNothing" else "passed"
    assert rows == {"POST-2.2": "passed", "POST-2.8": "passed", "POST-2.9": told}, because
