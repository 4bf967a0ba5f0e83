"""The contract as judgement sees it: a rollout, and rows made by hand."""

from collections.abc import Callable

import pytest

from grokgate.formats.rollout_file import rollout as read_rollout
from grokgate.values.requirement import Requirement
from grokgate.values.rollout import Rollout


@pytest.fixture
def rollout() -> Rollout:
    """The rollout of grok-4; this hides the fixture of that name that suites use."""
    return read_rollout()


@pytest.fixture
def requirement() -> Callable[..., Requirement]:
    """Makes a row of the contract that a replayed test decides, in every phase."""

    def make(id="POST-2.2", **more) -> Requirement:
        facts = {
            "title": "a title",
            "promise": "a promise",
            "plan": "a plan",
            "section": "a section",
            "prefix": "POST-2",
            "severity": "must",
            "phases": ("1", "2", "3", "rollback"),
            "modes": ("replay",),
            "judges": "any",
        }
        return Requirement(id=id, **{**facts, **more})

    return make
