"""The plan's log monitoring as its operators type it: a shell and grep find the lines that the suites find."""

import subprocess
from pathlib import Path

import pytest

from grokgate.formats.fixtures import prompts
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.expect import log
from grokgate.providers.launcher import Launcher, new_key
from grokgate.providers.subject import Subject, Transcript
from grokgate.runs.listing import found

PLAN = {
    "errors": 'grep "grok-4" logs/mcp_server.log | grep ERROR',
    "removed": 'grep "Removing unsupported parameter" logs/mcp_server.log',
    "resolved": 'grep "_resolve_model_name.*grok" logs/mcp_server.log',
}
CALLS = (
    {"model": "grok-4"},
    {"model": "grok4", "stop": ["END"], "presence_penalty": 0},
    {"model": "grok"},
    {"model": "grok-4", "scenario": "no-credits"},
    {"model": "grok-4-0709", "fault": "html-page"},
    {"model": "grok-3", "scenario": "no-credits"},
    {"model": "grok-nonesuch-9"},
    {"model": "grok-4", "mode": "stream", "fault": "stream-cut"},
)


@pytest.fixture(scope="module")
def seen(world):
    """The calls of a reference provider, and the folder in which it runs."""
    launcher = Launcher(found("reference"), world, prompts(), key=new_key(), say=print)
    subject = Subject(launcher=launcher, transcript=Transcript(), rollout=rollout(), prompts=prompts())
    yield [subject.chat(**call) for call in CALLS], subject.started.workdir
    launcher.close()


@pytest.mark.parametrize("which", PLAN)
def test_grep_finds_the_lines_that_the_suites_find(seen, which):
    calls, workdir = seen
    pattern = getattr(rollout().logs, which)
    patterns = [pattern] if isinstance(pattern, str) else pattern
    expected = [line for call in calls for line in log(call).found(*patterns)]
    assert expected
    assert grepped(PLAN[which], workdir) == expected


def grepped(command: str, workdir: Path) -> list[str]:
    done = subprocess.run(["/bin/sh", "-c", command], cwd=workdir, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()
