"""The verbs that list what there is: providers, rollouts, worlds, and which mutant turns which row red."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grokgate.faces.refusal import Refused
from grokgate.faces.selection import selected
from grokgate.values.world import ENDPOINTS


@click.command()
@click.option("--mutants", is_flag=True, help="List the broken providers too, which prove that each check can fail.")
def providers(mutants: bool) -> None:
    """List the providers that come with grokgate, and say how to name another."""
    from grokgate.runs.listing import broken, bundled

    click.echo(bundled())
    if mutants:
        click.echo(broken())


@click.command()
def rollouts() -> None:
    """List the rollouts that come with grokgate, and say how to name another."""
    from grokgate.runs.bundled import rollouts as listed

    click.echo(listed())


@click.command()
def worlds() -> None:
    """List the worlds that come with grokgate: how xAI behaved, and from when to when."""
    from grokgate.runs.bundled import worlds as listed

    click.echo(listed())


@click.command()
@click.option("--jobs", default=3, show_default=True, help="How many gates run at once.")
@click.option(
    "--write",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Write kill-matrix.json and .md there.",
)
@click.option("--rollout", metavar="NAME", help="One rollout. Default: all that are bundled, one after the other.")
@click.option("--api", type=click.Choice(ENDPOINTS), help="One endpoint of xAI. Default: both.")
def matrix(jobs: int, write: Path | None, rollout: str | None, api: str | None) -> None:
    """Run every mutant through its gate in each bundled rollout, at both endpoints, and print which rows each turns red.

    Takes the better part of an hour.
    """
    from grokgate.runs.matrix import table

    if (rollout or api) and write:
        raise Refused("the committed kill matrix has all rollouts at both endpoints; leave --rollout and --api out, or --write")
    if rollout:
        selected(rollout, None)  # refuses one that there is not
    asked = str(Path(rollout).resolve()) if rollout and rollout.endswith(".toml") else rollout
    sys.exit(table(click.echo, lambda line: click.echo(line, err=True), jobs, asked=asked, api=api, write=write))
