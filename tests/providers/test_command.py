"""Commands that are run beside a provider."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grokgate.judgement.expect import Unkept, command
from grokgate.providers.command import run

PYTHON = Path(sys.executable)


def ran(code, tmp_path, **more):
    return run(["python", "-c", code], cwd=tmp_path, interpreter=PYTHON, **more)


def test_python_is_the_providers_own(tmp_path):
    assert ran("import sys; print(sys.executable)", tmp_path).output == str(PYTHON)


def test_a_command_that_passes_says_its_last_line(tmp_path):
    done = ran("print('3 passed')", tmp_path)
    command(done).succeeds()
    assert done.said.endswith(": 3 passed")


def test_a_command_that_fails_shows_the_end_of_its_output(tmp_path):
    done = ran("print('one failed'); raise SystemExit(3)", tmp_path)
    with pytest.raises(Unkept, match="exit code 3") as unkept:
        command(done).succeeds()
    assert unkept.value.saw == "one failed"


def test_a_command_that_does_not_end_is_stopped(tmp_path):
    done = ran("import time; print('begun', flush=True); time.sleep(60)", tmp_path, seconds=0.5)
    with pytest.raises(Unkept, match="did not end"):
        command(done).succeeds()


def test_a_command_that_is_not_there_is_named(tmp_path):
    done = run(["no-such-command"], cwd=tmp_path, interpreter=PYTHON)
    assert (done.code, done.output) == (127, "no-such-command: No such file or directory")


def test_a_code_that_cannot_be_told_is_no_pass(tmp_path):
    with pytest.raises(Unkept, match="no verdict"):
        command(ran("", tmp_path)).ends(None, "no verdict")


@pytest.mark.parametrize("name", ["PYTEST_XDIST_WORKER", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"])
def test_a_calling_pytest_or_step_of_github_is_not_told(name, tmp_path, monkeypatch):
    monkeypatch.setenv(name, "gw7")
    assert ran(f"import os; print({name!r} in os.environ)", tmp_path).output == "False"
