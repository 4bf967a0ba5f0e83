"""Texts for users and operators, made from one run. Each statement names the row that it rests on."""

from collections.abc import Callable, Iterator, Mapping

from grokgate.reports.draft.faq import faq
from grokgate.reports.draft.limitations import limitations
from grokgate.reports.draft.migration import migration
from grokgate.reports.draft.release_notes import release_notes
from grokgate.reports.draft.source import Source

DRAFTS: Mapping[str, Callable[[Source], Iterator[str]]] = {
    "release-notes": release_notes,
    "limitations": limitations,
    "migration": migration,
    "faq": faq,
}
"""What can be drafted, by its name on the command line; each gives lines of Markdown."""

__all__ = ["DRAFTS", "Source"]
