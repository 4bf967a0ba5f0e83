"""Installed beside other people's tests, grokgate is not there until it is asked for."""

import fcntl
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CONFTEST = '''
import sys
from pathlib import Path
import pytest

def pytest_addoption(parser):
    parser.addoption("--mode", default="theirs")
    parser.addoption("--phase", default="theirs")
    parser.addoption("--provider", default="theirs")
    parser.addoption("--only", default="theirs")
    parser.addoption("--reports", default="theirs")

@pytest.fixture
def provider(request):
    """Theirs."""
    return request.config.getoption("--provider")

@pytest.fixture
def rollout():
    """Theirs."""
    return "theirs"

def pytest_unconfigure():
    loaded = sorted(name for name in sys.modules if name.partition(".")[0] == "grokgate")
    print("loaded of grokgate:", loaded)
'''
TESTS = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_theirs(provider, rollout, number, request):
    assert (provider, rollout, request.config.getoption("--mode")) == ("theirs",) * 3

def test_fails(provider):
    assert provider == "ours"

@pytest.mark.skip(reason="theirs")
def test_skipped():
    raise AssertionError
"""
WITHOUT = ("-p", "no:grokgate.faces.doorbell")
OTHERS = tuple(f"-pno:{name}" for name in ("xdist", "xdist.looponfail", "allure_pytest"))
"""Plugins that are no part of the question, and slow."""


@pytest.fixture(scope="module")
def project(shared: Path) -> Path:
    """Somebody else's project."""
    folder = shared / "theirs"
    folder.mkdir(exist_ok=True)
    for name, text in {
        "conftest.py": CONFTEST,
        "test_theirs.py": TESTS,
        "pytest.ini": "[pytest]\naddopts = -p no:cacheprovider\nstrict = true\n",
    }.items():
        with (folder / name).open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not file.tell():
                file.write(text)
    return folder


@pytest.fixture
def said(once, project: Path) -> Callable[..., str]:
    """What their pytest says with these arguments, without times, and without the list of installed plugins."""

    def run(*arguments: str) -> str:
        ran = once(sys.executable, "-m", "pytest", *OTHERS, *arguments, where=project)
        text = re.sub(r"^(plugins:|loaded of grokgate:) .*\n", "", ran.said + ran.complained, flags=re.MULTILINE)
        return f"exit {ran.code}\n" + re.sub(r"\d+\.\d+s\b|0x[0-9a-f]+", "…", text)

    return run


def test_the_report_is_the_same_with_and_without_it(said):
    report = said("-v", "-rA", "--setup-show")
    assert report == said("-v", "-rA", "--setup-show", *WITHOUT)
    assert report.startswith("exit 1\n")
    assert "1 failed, 2 passed, 1 skipped" in report


def test_its_fixtures_are_not_there(said):
    fixtures = said("--fixtures")
    assert fixtures == said("--fixtures", *WITHOUT)
    assert "rollout -- conftest.py" in fixtures


def test_it_adds_one_option(said):
    beside, alone = (set(re.findall(r"^  (--[\w-]+)", said("--help", *more), re.MULTILINE)) for more in ((), WITHOUT))
    assert beside - alone == {"--grokgate"}
    assert alone < beside


def test_it_imports_nothing_but_its_doorbell(once, project):
    ran = once(sys.executable, "-m", "pytest", *OTHERS, "-v", "-rA", "--setup-show", where=project)
    assert "loaded of grokgate: ['grokgate', 'grokgate.faces', 'grokgate.faces.doorbell']" in ran.said


def test_the_doorbell_brings_the_gate(once):
    ran = once(sys.executable, "-m", "pytest", *OTHERS, "--grokgate", "--help")
    assert ran.code == 0
    assert "--phase={1,2,3,rollback}" in ran.said
