"""One verdict, however grokgate is there: a checkout, an editable install, a wheel, plain pytest, two workers."""

import ensurepip
import fcntl
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ASKED = ("--provider", "reference")
CHECKOUT = Path(__file__).parents[2]
UNLINKED = ("grokgate", "_editable_impl_grokgate")
"""grokgate itself, and what pytest would load for nothing."""
PIP = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")) / "pip"
"""The pip that comes with Python; it runs from its wheel."""


@pytest.fixture(scope="session")
def wheel(shared) -> Path:
    """The wheel of this checkout."""
    folder = shared / "wheel"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(folder.glob("*.whl")):
            build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
            subprocess.run(build, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


def environment_without_grokgate(folder: Path) -> Path:
    """A virtual environment with what grokgate needs, linked from this one, and without grokgate; its interpreter."""
    venv.create(folder, symlinks=True)
    here = Path(sysconfig.get_path("purelib"))
    there = folder / here.relative_to(sys.prefix)
    for entry in here.iterdir():
        if not entry.name.startswith(UNLINKED) and entry.suffix != ".pth":
            (there / entry.name).symlink_to(entry)
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def bare(shared) -> Path:
    """An interpreter that has all that grokgate needs, and not grokgate."""
    with (shared / "bare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = shared / "bare" / "bin" / "python"
        return python if python.exists() else environment_without_grokgate(shared / "bare")


@pytest.fixture(scope="session")
def installed(shared, wheel) -> Path:
    """An interpreter in whose environment the wheel is installed, and nothing else of grokgate."""
    with (shared / "installed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = shared / "installed" / "bin" / "python"
        if not python.exists():
            environment_without_grokgate(shared / "installed")
            subprocess.run([python, PIP, "install", "--no-deps", "--no-index", wheel], check=True, capture_output=True)
        return python


@pytest.fixture(scope="session")
def editable(gate):
    """The gate as the others must be: ``grokgate check`` where these tests run."""
    return gate(*ASKED)


def found(ran):
    """All that must be the same: the verdict with its rows, and the case, node and status of each test."""
    return ran.verdict, sorted((case.id, case.node, case.status, case.because) for case in ran.evidence.cases)


def the_same(ran, other):
    assert ran.code == other.code, ran.said + ran.complained
    assert found(ran) == found(other)
    assert ran.evidence.header["digests"] == other.evidence.header["digests"]


def test_node_ids_are_relative_to_the_home(editable):
    assert len(editable.evidence.cases) > 100
    assert all(case.node.startswith("suites/test_") for case in editable.evidence.cases)


def test_in_a_checkout_that_is_not_installed(editable, once, bare):
    source = str(CHECKOUT / "plugins")
    absent = subprocess.run([bare, "-c", "import grokgate"], capture_output=True, check=False)
    assert b"No module named 'grokgate'" in absent.stderr
    command = ["env", f"PYTHONPATH={source}", str(bare), "-m", "grokgate", "check", *ASKED, "--reports", "{folder}/reports"]
    the_same(once(*command), editable)


def test_as_a_wheel_from_another_folder(editable, once, installed):
    command = ["env", "-u", "PYTHONPATH", str(installed.with_name("grokgate")), "check", *ASKED, "--reports", "{folder}/reports"]
    ran = once(*command)
    the_same(ran, editable)
    where = subprocess.run(
        [installed, "-c", "import grokgate; print(grokgate.__file__)"], env={}, capture_output=True, check=True
    )
    assert where.stdout.decode().startswith(str(installed.parents[1]))


def test_as_plain_pytest_in_the_checkout(editable, once):
    command = [sys.executable, "-m", "pytest", "suites", *ASKED, "--reports", "{folder}/reports"]
    the_same(once(*command, where=CHECKOUT), editable)


def test_with_two_workers(editable, gate):
    the_same(gate(*ASKED, "--", "-n", "2"), editable)


def test_the_wheel_puts_nothing_into_site_packages_but_grokgate(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names}
    assert sorted(top) == ["grokgate", f"{wheel.name.rpartition('-py3')[0]}.dist-info"]
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_the_wheel_holds_all_that_a_gate_needs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("suites", "cassettes", "fixtures"):
        tracked = subprocess.run(["git", "ls-files", folder], cwd=CHECKOUT, capture_output=True, text=True, check=False).stdout
        assert {f"grokgate/{path}" for path in tracked.splitlines() if os.path.lexists(CHECKOUT / path)} <= names
    assert "grokgate/formats/schemas/verdict.schema.json" in names
