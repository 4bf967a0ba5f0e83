"""How statuses look and read, the same in every report. Shape carries the status as well as colour does."""

from __future__ import annotations

from collections.abc import Mapping

from grokgate.values.evidence import Decision, Status

SIGNS: Mapping[Status, str] = {
    Status.PASSED: "✔",
    Status.FAILED: "✘",
    Status.NOT_OFFERED: "∅",
    Status.HARNESS_ERROR: "!",
    Status.UNPROVEN: "?",
    Status.NOT_RUN: "○",
    Status.WAIVED: "~",
    Status.ATTESTED: "✎",
    Status.NOT_APPLICABLE: "–",
}

COLOURS: Mapping[Status, str] = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.NOT_OFFERED: "red",
    Status.HARNESS_ERROR: "yellow",
    Status.UNPROVEN: "yellow",
    Status.NOT_RUN: "yellow",
    Status.WAIVED: "cyan",
    Status.ATTESTED: "cyan",
    Status.NOT_APPLICABLE: "white",
}

DECISION_COLOURS: Mapping[Decision, str] = {Decision.GO: "green", Decision.NO_GO: "red", Decision.INCONCLUSIVE: "yellow"}

RED = (Status.FAILED, Status.NOT_OFFERED, Status.HARNESS_ERROR)
"""Statuses whose rows are told one by one."""
OPEN = (Status.UNPROVEN, Status.NOT_RUN)
"""Statuses that are open rather than bad."""


def name_of(status: Status) -> str:
    """``not_run`` as people write it."""
    return status.value.replace("_", " ")
