"""A run that is refused, at whatever stage, leaves what an earlier run wrote as it is, and is no go."""

import sys

import pytest

from grokgate.formats.evidence_file import EvidenceWriter
from grokgate.runs.check import child_environment

ONE = ("--provider", "reference", "--only", "P1.1", "--reports", "reports")
BREAKS = """
import pytest

def pytest_pycollect_makeitem(name):
    if name.startswith("test_"):
        raise ValueError("not collected")
"""
CLASHES = """
def pytest_addoption(parser):
    parser.addoption("--provider", default="theirs")
"""


NO_TEST = "no test was run, so nothing was judged, and what an earlier run wrote stands"
BEHIND = {
    "no-such-path": (("nosuchdir/",), 2, "nosuchdir/ is none of grokgate's suites"),
    "other-tests": (("tests",), 2, "tests is none of grokgate's suites"),
    "other-root": (("--rootdir", "."), 2, "this pytest has those of"),
    "collect-only": (("--clean-alluredir", "--collect-only"), 2, "--collect-only judges nothing"),
    "setup-plan": (("--setup-plan",), 2, "--setup-plan judges nothing"),
    "fixtures": (("--fixtures",), 2, "--fixtures judges nothing"),
    "markers": (("--markers",), 2, "--markers judges nothing"),
    "trace": (("--trace",), 2, "--trace judges nothing"),
    "help": (("--help",), 2, "--help judges nothing"),
    "nothing-left": (("--clean-alluredir", "-k", "nothing"), 2, NO_TEST),
    "nothing-left-with-workers": (("-n", "2", "-k", "nothing"), 2, NO_TEST),
    "no-expression": (("-m", "no ("), 2, "Wrong expression passed to '-m'"),
    "no-option": (("--nonsense",), 2, "unrecognized arguments: --nonsense"),
    "not-collected": (("-p", "breaks"), 3, NO_TEST),
    "clash": (("-p", "clashes"), 2, "has an option that the gate has too"),
}


@pytest.mark.parametrize(("words", "code", "sentence"), BEHIND.values(), ids=BEHIND)
def test_what_pytest_is_told_destroys_nothing(words, code, sentence, grokgate, reports, held, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "breaks.py").write_text(BREAKS)
    (tmp_path / "clashes.py").write_text(CLASHES)
    before = held(reports)
    ran = grokgate("check", *ONE, "--", *words, **child_environment({"PYTHONPATH": str(tmp_path)}))
    assert (ran.code, sentence in ran.said + ran.complained) == (code, True), ran.said + ran.complained
    assert held(reports) == before
    assert "Traceback (most" not in ran.said + ran.complained


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--reports", "file"), "file is a file"),
        (("--evidence", "reports"), "--evidence reports is a folder"),
        (("--only", "P3.2"), "phase 1 in scope predeploy asks for none of these: P3.2 is of phase 3"),
        (("--provider", "misspelt.toml"), "mine.py has no Mien; it has Mine"),
        (("--provider", "gone.toml"), "the command gone is not there"),
    ],
    ids=["reports", "evidence", "another-phase", "host-without-class", "no-command"],
)
def test_what_the_gate_is_told_destroys_nothing(words, sentence, grokgate, reports, held, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "mine.py").write_text("class Mine:\n    pass\n")
    (tmp_path / "misspelt.toml").write_text('name = "mine"\nadapter = "mine.py:Mien"\nvehicle = "host"\n')
    (tmp_path / "gone.toml").write_text('name = "gone"\ncommand = ["gone"]\n')
    before = held(reports)
    only = ("--only", "P1.1") if "--only" not in words else ()
    ran = grokgate("check", *ONE[:2], "--reports", "reports", *only, *words)
    assert (ran.code, sentence in ran.complained) == (2, True), ran.said + ran.complained
    assert held(reports) == before


def test_a_run_into_a_folder_in_which_another_one_writes_is_refused(grokgate, reports, held):
    other = EvidenceWriter(reports / "evidence.jsonl", ())
    other.write("header", {})
    before = held(reports)
    ran = grokgate("check", *ONE)
    assert (ran.code, "another run writes it; wait for its end, or name another --reports" in ran.complained) == (2, True)
    assert held(reports) == before


def test_variables_of_pytest_change_no_place_of_evidence(grokgate, tmp_path):
    ran = grokgate("check", *ONE, PYTEST_ADDOPTS=f"--evidence={tmp_path / 'elsewhere.jsonl'}")
    assert (ran.code, ran.rows) == (10, {"P1.1": "passed"})
    assert not (tmp_path / "elsewhere.jsonl").exists()


# --- plain pytest


@pytest.fixture
def plain(once, tmp_path):
    """Runs plain pytest in a folder that holds these files."""

    def run(*words, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        return once(sys.executable, "-m", "pytest", *words, where=tmp_path)

    return run


THEIRS = "def test_theirs(): pass\n"
JUDGES = ("--grokgate", "--provider", "reference")


def test_in_a_repository_of_others_it_is_refused_with_the_command_that_works(plain, reports, held):
    before = held(reports)
    ran = plain(*JUDGES, "--reports", "reports", test_theirs=THEIRS)
    assert (ran.code, "from any folder: grokgate check --provider reference" in ran.complained) == (4, True)
    assert held(reports) == before


def test_without_a_provider_their_tests_are_no_gate(plain):
    ran = plain("--grokgate", test_theirs=THEIRS)
    assert (ran.code, "--grokgate judges a provider, and none is named" in ran.complained) == (4, True)


@pytest.mark.parametrize("words", [JUDGES, ("--grokgate", "--help")], ids=" ".join)
@pytest.mark.parametrize("theirs", [CLASHES, CLASHES.replace("default", "dest")], ids=["same-place", "another-place"])
def test_an_option_of_the_same_name_is_told_in_a_sentence(words, theirs, plain):
    ran = plain(*words, conftest=theirs, test_theirs=THEIRS)
    assert "Traceback (most" not in ran.said + ran.complained
    assert (ran.code, "has an option that the gate has too (" in ran.complained) == (4, True)
    assert "grokgate check --provider NAME loads no conftest.py" in ran.complained


# --- nobody named a provider


def test_the_reference_that_nobody_asked_for_is_told_first_and_last(gate):
    ran = gate("--only", "P1.1")
    first, *_, last = ran.said.splitlines()
    assert first == "grokgate: this proves grokgate, and no provider of yours; --provider names yours"
    assert last == "this proves grokgate, and no provider of yours; --provider names yours"
    assert len(first) <= 80
    assert (
        "**this proves grokgate, and no provider of yours; --provider names yours**" in (ran.reports / "summary.md").read_text()
    )
    assert ran.verdict["named"] is ran.evidence.header["provider"]["named"] is False


def test_one_that_somebody_asked_for_is_not(gate):
    ran = gate("--provider", "reference", "--only", "P1.1")
    assert "no provider of yours" not in ran.said + (ran.reports / "summary.md").read_text()
    assert ran.verdict["named"] is True


@pytest.mark.parametrize("verb", [("live", "--estimate"), ("rehearse",)], ids=" ".join)
def test_other_verbs_tell_it_too(verb, grokgate):
    first, *_, last = grokgate(*verb).said.splitlines()
    assert first == last == "this proves grokgate, and no provider of yours; --provider names yours"
