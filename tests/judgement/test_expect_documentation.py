"""Statements about documentation, notices and what is written at the start: each holds, and each breaks with its sentence."""

from dataclasses import replace

import pytest

from grokgate.judgement.expect import Unkept, caller, documentation, log_text
from grokgate.judgement.outcome import _decided
from grokgate.providers.description import find_provider
from grokgate.providers.subject import NoDocumentation, Transcript

DEFAULT = r"[Dd]efault Grok model[^\n]*?(grok-[\w.-]+)"
GROK_4 = frozenset({"grok-4", "grok-4-0709"})
NOTICE = "[Dd]eprecat"


def broken(statement, *arguments, **named) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments, **named)
    return raised.value


@pytest.mark.parametrize(
    "text",
    [
        "Default Grok model: grok-4",
        "| Default Grok model | `grok-4-0709` |",
        "The default Grok model is grok-4. Formerly grok-3.",
    ],
)
def test_the_documentation_names_the_default(text):
    documentation(f"# Models\n\n{text}\n\n- grok-3\n").names("the default", DEFAULT, GROK_4)


def test_each_place_counts():
    text = "Default Grok model: grok-4\n\nNote: the default Grok model is grok-3.\n"
    unkept = broken(documentation(text).names, "the default", DEFAULT, GROK_4)
    assert str(unkept) == "the documentation names grok-3 as the default, not grok-4: Note: the default Grok model is grok-3."
    assert unkept.saw == "Note: the default Grok model is grok-3."


def test_the_documentation_names_no_default():
    because = f"the documentation nowhere names the default: {DEFAULT!r} finds nothing"
    assert str(broken(documentation("# Models\n- grok-4\n").names, "the default", DEFAULT, GROK_4)) == because


def test_no_documentation_where_it_is_claimed_is_a_failure():
    status, because, blame, _ = _decided(NoDocumentation("it names no file"), Transcript(), find_provider("reference"))
    assert (status, because, blame) == ("failed", "it names no file", "provider")


@pytest.mark.parametrize(
    "said",
    [
        {"notices": ("grok-3 is deprecated",)},
        {"log": "INFO start\nWARNING Deprecation of grok-3\n"},
        {"failure": "ValueError: Grok3 is deprecated"},
    ],
    ids=["notice", "log", "error"],
)
def test_a_notice_is_given(said, call):
    caller(call(model="grok-3", **said)).is_given(NOTICE, ["grok"])
    unkept = broken(caller(call(model="grok-4", **said)).is_not_given, NOTICE, ["grok"])
    assert str(unkept).startswith("asking for grok-4 gives the notice of deprecated names: ")


def test_a_warning_counts(call):
    caller(replace(call(model="grok-3"), aside="FutureWarning: grok-3 is deprecated")).is_given(NOTICE, ["grok"])


@pytest.mark.parametrize("said", [{}, {"log": "datetime.utcnow is deprecated\n"}, {"log": "deprecated\ngrok-3\n"}])
def test_no_notice_is_given(said, call):
    caller(call(**said)).is_not_given(NOTICE, ["grok"])
    unkept = broken(caller(call(model="grok-3", **said)).is_given, NOTICE, ["grok"])
    assert str(unkept) == "asking for grok-3 gives no notice that matches '[Dd]eprecat'"


START = "12:00:01 INFO allowed: grok-3, {0}\n"
REPORT = "12:00:02 WARNING XAI_ALLOWED_MODELS names {0}, which no model has\n"


@pytest.mark.parametrize("before", ["", START])
def test_an_unknown_entry_is_reported(before):
    said, otherwise = (before + REPORT).format("grok-9"), before.format("grokfast").replace("12:00", "12:07")
    log_text(said).reports("grok-9", known="grokfast", otherwise=otherwise)


@pytest.mark.parametrize("text", ["", "INFO start\n", "INFO grok-99 and my-grok-9\n"])
def test_an_unknown_entry_is_not_spoken_of(text):
    because = "the allow-list has grok-9, which no model has, and nothing is said of it at the start"
    assert str(broken(log_text(text).reports, "grok-9", known="grok", otherwise=text)) == because


@pytest.mark.parametrize("line", [START, REPORT], ids=["the list as it is", "each entry"])
@pytest.mark.parametrize("known", ["grok-3-fast", "grokfast", "grok"])
def test_what_is_said_of_known_entries_too_is_no_report(line, known):
    otherwise = line.format(known).replace("12:00", "12:07")
    unkept = broken(log_text(line.format("grok-9")).reports, "grok-9", known=known, otherwise=otherwise)
    assert str(unkept).startswith(f"what is said of grok-9 at the start is said of {known} too, which is a model: 12:00:0")
