"""The verbs that read what runs have written: verify, signoff, waive, diff, draft, report."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from grokgate.faces.refusal import EXIT_CODES, Refused, refusing_evidence
from grokgate.faces.selection import found_again


@click.command(epilog=EXIT_CODES)
@click.argument("file", type=click.Path(path_type=Path))
def verify(file: Path) -> None:
    """Recompute the verdict from an evidence file, offline. Refuses a file that is cut off or was changed."""
    from grokgate.runs.verify import recomputed

    with refusing_evidence():
        text, code = recomputed(file)
    click.echo(text)
    sys.exit(code)


@click.command(epilog=EXIT_CODES)
@click.argument("evidence", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--accept", multiple=True, type=click.Path(path_type=Path), help="Waivers and attestations, in TOML. May be repeated."
)
@click.option("--strict", is_flag=True, help="Let rows of severity should decide, too.")
@click.option(
    "--stand-in-counts",
    is_flag=True,
    help="Let live runs that another than xAI answered count, as in a rehearsal. Each report says so.",
)
@click.option(
    "--reports", type=click.Path(path_type=Path), metavar="DIR", help="Where it goes. Default: reports/<provider>/signoff."
)
@click.option("--since", type=click.Path(path_type=Path), metavar="FILE", help="An earlier run; the page tells what changed.")
@found_again
def signoff(
    evidence: tuple[Path, ...],
    accept: tuple[Path, ...],
    strict: bool,
    stand_in_counts: bool,
    reports: Path | None,
    since: Path | None,
    rollout: str | None,
    world: str | None,
) -> None:
    """Make one verdict of the runs of a build, of what people attest, and of what they waive.

    The runs may be shards of a CI matrix, or those before and after a deploy. They must be of the same build, phase, rollout
    and contract; others are refused with the reason.

    \b
    Example:  grokgate signoff reports/pal/evidence.jsonl --accept attestations.toml

    \b
    Writes reports/<provider>/signoff/:
      signoff.html     the page that people sign; it prints to PDF
      signoff.jsonl    all that it rests on, sealed; grokgate verify judges it again
      verdict.json, summary.md, junit.xml
    """
    from grokgate.formats.document import BadDocument
    from grokgate.runs.signoff import SignOff, said

    with refusing_evidence():
        try:
            made = SignOff(
                evidence, accept, strict=strict, stand_in_counts=stand_in_counts, since=since, rollout=rollout, world=world
            )
        except BadDocument as refused:
            raise Refused(str(refused)) from None
        folder = reports or Path("reports") / made.header["provider"]["name"] / "signoff"
        try:
            verdict = made.write(folder)
        except OSError as error:
            raise Refused(f"{folder} cannot be written: {error.strerror or error}") from None
    said(click.secho, made.header, verdict, folder)
    sys.exit(verdict.exit_code)


@click.command(epilog="Exit codes: 0, 2 nothing to waive, 4 evidence refused.")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("id")
def waive(file: Path, id: str) -> None:
    """Print the entry with which somebody accepts a failure of that row, for grokgate check --accept.

    \b
    Example:  grokgate waive reports/pal/evidence.jsonl POST-2.4 >>waivers.toml
    """
    from grokgate.faces.waive import NothingToWaive, entry

    with refusing_evidence():
        try:
            click.echo(entry(file, id, datetime.now(UTC).date()))
        except NothingToWaive as refused:
            raise Refused(str(refused)) from None


@click.command(epilog="Exit codes: 0 nothing got worse, 1 a row that was kept is red or open, 2 wrong use, 4 evidence refused.")
@click.argument("files", metavar="EARLIER... LATER", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
def diff(files: tuple[Path, ...], as_json: bool) -> None:
    """Say what changed between two runs, and over many.

    Takes evidence files, the earlier first. Tells rows, causes, what left, and what differs in the question. What belongs to
    one run alone, such as ports, times and identifiers, is no difference. Of more than two files the last two are compared,
    and each row that was not the same in all of them is shown with a sign per run.

    \b
    Example:  cp reports/pal/evidence.jsonl before.jsonl
              grokgate check --provider pal
              grokgate diff before.jsonl reports/pal/evidence.jsonl
    """
    from grokgate.faces.diff import compared

    if len(files) < 2:
        raise Refused("two evidence files are compared, the earlier first: grokgate diff EARLIER LATER")
    with refusing_evidence():
        text, code = compared(files, as_json=as_json)
    click.echo(text)
    sys.exit(code)


@click.command(epilog="Exit codes: 0, 2 wrong use, 4 evidence refused.")
@click.argument("kind", type=click.Choice(["release-notes", "limitations", "migration", "faq"]))
@click.argument("evidence", type=click.Path(path_type=Path))
@found_again
def draft(kind: str, evidence: Path, rollout: str | None, world: str | None) -> None:
    """Write a text for users from a run's results, in Markdown.

    It claims what a row proved, and names the row.

    \b
    release-notes  what users have: the rows that passed
    limitations    red, not offered, waived and open rows; facts of the model
    migration      what changes for callers of the old model
    faq            general questions, and those that the failures raise

    \b
    Example:  grokgate draft faq reports/pal/evidence.jsonl >FAQ.md
    """
    from grokgate.faces.draft import NotDrafted, drafted

    with refusing_evidence():
        try:
            click.echo(drafted(kind, evidence, rollout, world))
        except NotDrafted as refused:
            raise Refused(str(refused)) from None


@click.command(epilog="Exit codes: 0, 2 wrong use or no page, 4 evidence refused.")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Where the page and its history go.",
)
def report(folders: tuple[Path, ...], reports: Path) -> None:
    """Make one Allure page of what gates have written: allure.html.

    FOLDERS are what gates wrote; by default all below the folder of reports. It needs Node 22 or later; tox -e report brings it.

    \b
    Example:  grokgate report reports/pal
    """
    from grokgate.runs.report import NotMade, found, make

    with refusing_evidence():
        try:
            page = make(folders or found(reports), reports)
        except NotMade as hindered:
            raise Refused(str(hindered)) from None
    click.echo(f"{page}  {page.stat().st_size / 1e6:.1f} MB")
