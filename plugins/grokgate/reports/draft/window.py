"""What users lose where the model that is rolled out takes shorter prompts than the one before it."""

from __future__ import annotations

from collections.abc import Iterator

from grokgate.reports.draft.source import Source, point


def lost_window(source: Source) -> Iterator[str]:
    """The loss, where the rows that are about the window ran; nothing where users lose nothing."""
    rollout, rows = source.rollout, source.ran("window", "overflow")
    if rollout and rows and rollout.target.window < rollout.old.window:
        new, old = rollout.target, rollout.old
        lost = f"A prompt of more than {new.window:,} tokens is too long for `{new.id}`; `{old.id}` takes up to {old.window:,}."
        yield point(f"{lost} Shorten such prompts, or go on asking for `{old.id}`.", *rows)
