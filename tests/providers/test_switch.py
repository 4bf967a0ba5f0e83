"""A deployment whose file of variables is switched: what a call says of it is what stands there."""

from dataclasses import replace

import pytest

from grokgate.formats.fixtures import prompts
from grokgate.formats.rollout_file import rollout
from grokgate.providers.description import Switch, find_provider
from grokgate.providers.launcher import Launcher
from grokgate.providers.subject import Subject, Transcript

ON, OFF = {"GROK4_DEFAULT": "true"}, {"GROK4_DEFAULT": "false"}


@pytest.fixture
def deployed(world):
    """The reference, with the switch that its description would name."""
    launchers = []

    def make(**switch):
        plan = rollout("grok-4", None, "2")
        described = replace(find_provider("reference").in_rollout(plan.id), switch=Switch(**switch))
        launcher = Launcher(described, world, prompts(), key="example-key", say=print, rollout=plan.path)
        launchers.append(launcher)
        return Subject(launcher=launcher, transcript=Transcript(), rollout=plan, prompts=prompts())

    yield make
    for launcher in launchers:
        launcher.close()


@pytest.mark.parametrize(("restart", "how"), [(False, "without a restart"), (True, "after a restart")])
def test_a_call_after_the_switch_says_what_stands_in_the_file_now(restart, how, deployed):
    pilot = deployed(file=".env", restart=restart).with_env_file(**ON)
    before, after = pilot.chat("grok"), pilot.switched(**OFF).chat("grok")
    assert [call.left[0].field("model") for call in (before, after)] == ["grok-4", "grok-3"]
    assert [call.env_file for call in (before, after)] == [ON, OFF]
    assert after.said.startswith("[in its file: GROK4_DEFAULT='false'] chat(model='grok'")
    assert after.to_json()["env_file"] == OFF
    [note] = pilot.transcript.notes
    assert note.startswith(f"switched in .env, {how}, in ")


def test_a_deployment_that_was_switched_is_no_longer_the_one_that_it_was(deployed):
    subject = deployed(file=".env")
    pilot = subject.with_env_file(**ON)
    pilot.switched(**OFF).switched(**ON).switched(**OFF)
    assert subject.with_env_file(**ON).chat("grok").left[0].field("model") == "grok-4"


def test_what_a_launcher_says_and_what_stands_in_the_file_are_told_apart(deployed):
    subject = deployed(file=".env")
    subject.note_which_overrules(subject.rollout.flag)
    [call] = subject.transcript.calls
    assert (call.environment, call.env_file) == (ON, OFF)
    assert call.said.startswith("GROK4_DEFAULT='true' [in its file: GROK4_DEFAULT='false'] chat(")
    assert subject.transcript.notes == ["with GROK4_DEFAULT=true from the launcher and false in the file, grok left as grok-4"]


def test_without_a_file_the_deployment_starts_anew_and_nothing_is_said_of_a_file(deployed):
    subject = deployed()
    after = subject.under(**ON).switched(**OFF).chat("grok")
    assert (after.environment, after.env_file, after.left[0].field("model")) == (OFF, {}, "grok-3")
    subject.note_which_overrules(subject.rollout.flag)
    switched, overrules = subject.transcript.notes
    assert switched.startswith("switched by a start with other variables, in ")
    assert overrules == "the description names no file of variables, so there is none that a launcher could overrule"


def test_the_evidence_of_the_row_says_what_stood_in_the_file_of_each_call_and_its_figures_are_told(gate):
    ran = gate("--provider", "reference", "--phase", "2", "--only", "RB.1")
    [case] = ran.evidence.cases
    assert [(call["env_file"], call["wire"][0]["status"]) for call in case.observations] == [(ON, 200), (OFF, 200), (OFF, 200)]
    assert [call["environment"] for call in case.observations] == [{}, {}, ON]
    summary = (ran.reports / "summary.md").read_text()
    assert "- RB.1: switched in .env, without a restart, in 0." in summary
    results = [path.read_text() for path in ran.reports.glob("allure-results/*-result.json")]
    assert any("switched in .env, without a restart" in result for result in results)
