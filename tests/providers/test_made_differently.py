"""A right provider is right however it is made."""

import shutil
from pathlib import Path

import pytest

from grokgate.formats.home import home
from grokgate.formats.rollout_file import rollout

PHASES = ("1", "rollback")
MADE_DIFFERENTLY = Path(__file__).parent / "made_differently.py"
NEVER_HAD = f"{MADE_DIFFERENTLY}:NeverHadTheLast"


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


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", ["grok-4", "grok-4.7"])
def test_one_that_never_had_another_model_is_go(name, phase, gate):
    ran = gate("--provider", NEVER_HAD, "--rollout", name, "--phase", phase)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", ["grok-4", "grok-4.7"])
def test_one_whose_description_names_the_old_model_alone_is_go(name, phase, described, gate):
    ran = gate("--provider", described([rollout(name).old.id]), "--rollout", name, "--phase", phase)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said


@pytest.mark.parametrize(
    ("made", "name", "phase"),
    [("WithoutAsync", "grok-4", "2"), ("InOtherTerms", "grok-4", "1"), ("InOtherTerms", "grok-4.7", "2")],
)
def test_faces_and_ways_of_telling_are_the_providers_own(made, name, phase, gate):
    ran = gate("--provider", f"{MADE_DIFFERENTLY}:{made}", "--rollout", name, "--phase", phase)
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said


def test_what_is_mended_for_the_old_model_breaks_nothing(gate):
    ran = gate("--provider", f"{MADE_DIFFERENTLY}:MendedTheOldModel", "--only", "P1.3", "--only", "POST-2.10")
    assert ran.rows == {"P1.3": "passed", "POST-2.10": "passed"}
    notes = {note for case in ran.evidence.cases for note in case.notes}
    assert "mended: presence_penalty leaves no more for grok-3, which refuses it" in notes
    assert "user leaves for grok-3 as it did before the rollout, and not as it was given" in notes


def test_what_it_never_had_is_not_asked_for(described, gate):
    *had, last = [model.id for model in rollout().before]
    for provider in (NEVER_HAD, described(had)):
        ran = gate("--provider", provider, "--phase", "1")
        status = {entry.id: entry.status for entry in ran.evidence.cases}
        assert ran.code == 0
        assert status.get(f"P1.1[{last}]") in (None, "not_applicable")
