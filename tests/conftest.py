"""What several floors test with: a world and a tape of it."""

import pytest
from hypothesis import settings

from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world

settings.register_profile("grokgate", deadline=None, database=None)
settings.load_profile("grokgate")


@pytest.fixture(scope="session")
def world():
    """How xAI behaved while grok-4 was grok-4-0709."""
    return load_world(home() / "cassettes" / "grok-4-0709")


@pytest.fixture(scope="session")
def tape(world):
    """That world, answering the one key ``example-key``."""
    return Tape(world, prompts(), key="example-key")
