"""Questions of users: those that everybody has, and those that the failures of this run raise."""

from __future__ import annotations

from collections.abc import Iterator

from grokgate.reports.draft.source import FAILED, RAN, WAIVED, Source, said
from grokgate.values.evidence import Row
from grokgate.values.requirement import Users

RAISING = (FAILED, WAIVED)
"""What users will ask about."""


def faq(source: Source) -> Iterator[str]:
    """The general questions first; each answer says what this provider does about it, as far as it was decided."""
    yield from source.head(f"Questions about {source.target} with {source.title}")
    found = [(row, users) for row in source.verdict.rows if (users := source.users(row)) and users.question]
    common = [(row, users) for row, users in found if users.common]
    raised = [(row, users) for row, users in found if not users.common and row.status in RAISING]
    for title, entries in (("What everybody asks", common), ("What users of this build will ask", raised)):
        if entries:
            yield f"## {title}"
            yield ""
        for row, users in entries:
            yield from _entry(source, row, users)
    if not raised:
        yield "No row failed that raises a question of its own."
        yield ""


def _entry(source: Source, row: Row, users: Users) -> Iterator[str]:
    yield f"### {users.question}"
    yield ""
    fact = users.answer if row.status in RAN else ""
    yield said(" ".join(filter(None, (fact, f"This provider: {source.told(row)}"))), row)
    yield ""
