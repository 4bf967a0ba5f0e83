"""The verbs about recordings: ``record``, and ``cassettes`` with its own."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from grokgate.faces.refusal import Refused, refusing, refusing_evidence
from grokgate.faces.selection import chosen, chosen_world, of_its_day, selected


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--into", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder of cassettes.")
@click.option("--upstream", default="https://api.x.ai/v1", show_default=True, help="Who answers.")
@click.option(
    "--env",
    "variables",
    multiple=True,
    default=["XAI_BASE_URL"],
    show_default=True,
    help="Variables that tell the command xAI's address.",
)
@click.option("--name", default=lambda: f"{datetime.now():%Y-%m-%d}", help="The file's name. Default: the day.")
@of_its_day
@click.option("--replace", is_flag=True, help="Write over files that are there.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def record(
    command: tuple[str, ...],
    into: Path,
    upstream: str,
    variables: tuple[str, ...],
    name: str,
    rollout: str | None,
    world: str | None,
    replace: bool,
) -> None:
    """Run a command and keep what it and xAI say to one another, as cassettes. This calls the real xAI, and costs money.

    Keys, cookies, identifiers, e-mail addresses and phone numbers are replaced; where something still looks like a secret,
    nothing is written.
    Without --rollout and --world the exchanges belong to the world of their day.

    \b
    Example:  grokgate record --into recordings/ -- python ask_grok.py
    """
    from grokgate.runs.cassettes import record as recorded

    with refusing():
        text, code = recorded(
            *(command, into),
            upstream=upstream,
            variables=variables,
            name=name,
            world=chosen_world(rollout, world),
            replace=replace,
        )
    click.echo(text)
    sys.exit(code)


@click.group()
def cassettes() -> None:
    """List, check, import and compare recordings of xAI.

    \b
    Start:  grokgate cassettes list
            grokgate cassettes import my_vcr.yaml --into recordings/
            grokgate check --provider mine --cassettes recordings/
    """


FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@cassettes.command("list")
@click.argument("folders", nargs=-1, type=FOLDER)
def list_(folders: tuple[Path, ...]) -> None:
    """How many exchanges there are, of which kind and how old; by default the bundled ones."""
    from grokgate.runs.cassettes import listed

    with refusing():
        click.echo(listed(folders))


@cassettes.command("check")
@click.argument("folder", type=FOLDER)
@click.option("--world", type=FOLDER, help="The folder of a world that is not bundled.")
def check_cassettes(folder: Path, world: Path | None) -> None:
    """Hold cassettes against formats, rules, xAI's shapes and invariants, and search them for secrets.

    What was recorded must say what its rule says: status, code and sentence of a refusal, the sort of any other answer.
    """
    from grokgate.runs.cassettes import checked

    with refusing():
        text, good = checked(folder, world)
    click.echo(text)
    sys.exit(0 if good else 4)


@cassettes.command("import")
@click.argument("file", type=FILE)
@click.option("--into", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder of cassettes.")
@click.option(
    "--redact",
    is_flag=True,
    help="Replace keys, e-mail addresses, phone numbers and account identifiers, drop cookies. Without it a file with any is "
    "refused.",
)
@of_its_day
@click.option("--host", "hosts", multiple=True, help="A host that stands for api.x.ai in the recordings. May be repeated.")
@click.option(
    "--recorded-at", "day", metavar="YYYY-MM-DD", type=click.DateTime(["%Y-%m-%d"]), help="The day of what has no date."
)
@click.option("--replace", is_flag=True, help="Write over files that are there.")
def import_(
    file: Path,
    into: Path,
    redact: bool,
    rollout: str | None,
    world: str | None,
    hosts: tuple[str, ...],
    day: datetime | None,
    replace: bool,
) -> None:
    """Turn recordings of other tools into cassettes.

    Reads vcrpy (YAML, JSON), Ruby VCR, go-vcr, Betamax, httpmock, nock, Polly.js, WireMock, HAR, JSON lines and dated lists of
    models, plain or packed with gzip. What says something else than each rule is kept, plays nothing, and tells why. A file that
    is damaged, hostile, holds a secret or nothing to import is refused, and nothing is written. Without --rollout and --world
    each exchange belongs to the world of its date, which a header or the answer itself tells.
    """
    from grokgate.runs.cassettes import imported

    with refusing():
        click.echo(
            imported(
                file,
                into,
                redact=redact,
                world=chosen_world(rollout, world),
                hosts=hosts,
                day=f"{day:%Y-%m-%d}T00:00:00Z" if day else "",
                replace=replace,
            )
        )


@cassettes.command()
@click.option("--evidence", type=FILE, default=Path("reports/reference/evidence.jsonl"), show_default=True, help="Of which run.")
@click.option(
    "--limit", type=click.IntRange(min=0), metavar="DAYS", help="Exit 10 where anything is older, or was never recorded."
)
def age(evidence: Path, limit: int | None) -> None:
    """How old, and of which kind, the evidence of each requirement is."""
    from grokgate.runs.cassettes import aged

    with refusing_evidence():
        text, good = aged(evidence, limit)
    click.echo(text)
    sys.exit(0 if good else 10)


@cassettes.command("drift")
@click.argument("before", type=FOLDER)
@click.argument("after", required=False, type=FOLDER)
@of_its_day
@click.option("--evidence", type=FILE, help="A gate's evidence: whose requirements rest on what differs.")
def drift_(before: Path, after: Path | None, rollout: str | None, world: str | None, evidence: Path | None) -> None:
    """What differs in meaning between two folders of recordings, or between one and the bundled library. Exit 10 if anything.

    Without --rollout and --world each exchange is judged by the rules of the world of its date.
    """
    from grokgate.runs.cassettes import drifted

    with refusing(), refusing_evidence():
        text, same = drifted(before, after, chosen_world(rollout, world), evidence)
    click.echo(text)
    sys.exit(0 if same else 10)


@cassettes.command(
    "refresh",
    epilog="Exit codes: 0 in place, or nothing differs; 10 something differs and stays as it was, or has no answer; 2 wrong use, "
    "or nobody answers; 4 evidence refused; 130 stopped, and nothing written.",
)
@click.argument("folder", default=Path("recordings"), type=click.Path(path_type=Path, file_okay=False))
@chosen
@click.option(
    "--rule",
    "patterns",
    multiple=True,
    metavar="NAME",
    help="Ask what this rule is about; its example, where nothing was recorded. 'plain/*' is several, '*' all. May be repeated. "
    "Default: all that was recorded.",
)
@click.option("--budget", default=1.0, show_default=True, metavar="DOLLARS", help="The most that it may cost.")
@click.option("--replace", is_flag=True, help="Put the new answers in place. Without it you are asked, on a terminal.")
@click.option(
    "--served",
    "accepted",
    multiple=True,
    metavar="MODEL",
    help="Take its answers, too, though another model answers in this world.",
)
@click.option("--evidence", type=FILE, help="A gate's evidence: whose requirements rest on what differs.")
def refresh_(
    folder: Path,
    rollout: str | None,
    world: str | None,
    patterns: tuple[str, ...],
    budget: float,
    replace: bool,
    accepted: tuple[str, ...],
    evidence: Path | None,
) -> None:
    """Ask the real xAI again, and show what differs before anything is replaced. This costs money.

    FOLDER is where your recordings are or shall be: "recordings", if you do not say. Needs XAI_API_KEY; XAI_BASE_URL names
    another address, SSL_CERT_FILE whom to trust there. Nothing is written until you say so; then the new answers stand where
    the old ones stood, and the files are kept as they were, in "old" beside them.

    \b
    Example:  grokgate cassettes refresh --rule 'plain/*' --rule refused/stop
              grokgate cassettes refresh --replace
    """
    from grokgate.formats.evidence_file import read_evidence
    from grokgate.runs.live_asked import NotAsked, live_of
    from grokgate.runs.refresh import NotRefreshed, Wanted, refresh

    def agreed(question: str) -> bool:
        try:
            return replace or (sys.stdin.isatty() and click.confirm(question))
        except click.Abort:
            return False

    wanted = Wanted(folder=folder, rollout=selected(rollout, world), patterns=patterns, accepted=accepted, evidence=evidence)
    with refusing(), refusing_evidence():
        if evidence:
            read_evidence(evidence)  # before money is spent
        try:
            code = refresh(wanted, live_of(os.environ, budget), click.echo, agreed, lambda: datetime.now(UTC))
        except (NotAsked, NotRefreshed) as refused:
            raise Refused(str(refused)) from None
    sys.exit(code)
