"""One call of many that are counted: kept, failed, or hindered by what is not the provider's doing."""

from __future__ import annotations

from enum import StrEnum

from grokgate.values.call import Call


class Outcome(StrEnum):
    """What a counted call amounts to."""

    KEPT = "kept"
    """The caller got an answer."""
    FAILED = "failed"
    """The caller got an error, or an answer with nothing in it."""
    HINDERED = "hindered"
    """xAI was busy or broke off, or the budget did not reach: it is told, and is no part of any rate."""


def outcome_of(call: Call) -> Outcome:
    """What a call amounts to, by what the caller got and by what hindered it."""
    if call.hindrance:
        return Outcome.HINDERED
    answered = call.result is not None and bool(call.result.text or call.result.tool_calls)
    return Outcome.KEPT if answered else Outcome.FAILED
