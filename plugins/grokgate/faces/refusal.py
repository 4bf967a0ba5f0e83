"""How a verb of the command line refuses: one sentence, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

EXIT_CODES = "Exit codes: 0 go, 1 no-go, 10 inconclusive, 2 wrong use, 3 the harness itself failed, 4 evidence refused."


class Refused(click.ClickException):
    """Wrong use, or input that is refused: one sentence that says what to do."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002  click's signature
        click.echo(f"grokgate: {self.message}", err=True)


class EvidenceIsRefused(Refused):
    """What was handed over as evidence is none."""

    exit_code = 4


@contextmanager
def refusing_evidence() -> Iterator[None]:
    """Evidence that is refused, in one sentence."""
    from grokgate.formats.evidence_file import EvidenceRefused

    try:
        yield
    except EvidenceRefused as refused:
        raise EvidenceIsRefused(f"evidence refused: {refused}") from None


@contextmanager
def refusing() -> Iterator[None]:
    """Input that is refused, in one sentence."""
    from grokgate.formats.document import BadDocument
    from grokgate.runs.cassettes import NothingToImport, SecretFound
    from grokgate.upstream.library import AlreadyThere, NoWorld

    try:
        yield
    except (BadDocument, SecretFound, NothingToImport, AlreadyThere, NoWorld) as refused:
        raise Refused(str(refused)) from None
