"""What stands between the tests' clients and the tape."""

import pytest

from grokgate.intercept.replay import Replay


@pytest.fixture
def replay(tape):
    return Replay(tape)
