"""Release notes: the capabilities whose rows passed, and no other."""

from __future__ import annotations

from collections.abc import Iterator

from grokgate.reports.draft.source import PASSED, Source, point
from grokgate.reports.draft.window import lost_window
from grokgate.values.evidence import Row


def release_notes(source: Source) -> Iterator[str]:
    """What users have, topic by topic; at the end which rows the notes are silent about."""
    yield from source.head(f"Release notes: {source.target} with {source.title}")
    topics: dict[str, list[Row]] = {}
    for row in source.rows(PASSED):
        if source.users(row):
            topics.setdefault(source.topic(row), []).append(row)
    for topic, rows in topics.items():
        yield f"## {topic}"
        yield ""
        yield from (point(source.told(row), row) for row in rows)
        yield ""
    if not topics:
        yield "No row passed that users notice, so there is nothing to announce."
        yield ""
    yield from _less(source)
    yield from _silent(source)


def _less(source: Source) -> Iterator[str]:
    """What users had before and have no more."""
    if lost := list(lost_window(source)):
        yield from ("## What becomes less", "", *lost, "")


def _silent(source: Source) -> Iterator[str]:
    """The rows that did not pass: nothing is claimed of them."""
    silent = [row for row in source.verdict.rows if row.status is not PASSED]
    if silent:
        many = f"{len(silent)} rows" if len(silent) > 1 else "one row"
        yield "## What these notes do not promise"
        yield ""
        why = "`grokgate draft limitations` tells why."
        yield point(f"Of {many} nothing is claimed, since the run did not see them kept; {why}", *silent)
        yield ""
