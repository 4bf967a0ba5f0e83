"""What several reports are tested with."""

from typing import Any

import pytest


@pytest.fixture
def header() -> dict[str, Any]:
    """The header of a sign-off of a provider in a host, phase 2."""
    return {
        "grokgate": "0.1.0",
        "started": "2026-11-25T08:00:00+00:00",
        "provider": {"name": "mine", "spec": "mine", "title": "mine", "face": "class", "vehicle": "host", "requirements": []},
        "phase": "2",
        "scope": "signoff",
        "world": "grok-4-0709",
        "rollout": "grok-4",
        "mode": "replay",
        "strict": False,
        "only": [],
        "evidence": "signoff.jsonl",
        "digests": dict.fromkeys(("contract", "rollout", "world", "provider", "suites"), "0" * 64),
    }
