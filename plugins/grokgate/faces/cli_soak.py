"""The verb ``soak``: many calls on many workers."""

from __future__ import annotations

import os
from pathlib import Path

import click

from grokgate.faces.refusal import EXIT_CODES, Refused
from grokgate.faces.selection import chosen, selected


@click.command(epilog=EXIT_CODES)
@click.option("--provider", metavar="NAME", help="What is under test; named as for check. Without it grokgate's own reference.")
@click.option("--phase", type=click.Choice(["2"]), default="2", show_default=True, help="The phase that asks for a rate.")
@chosen
@click.option(
    "--calls", type=click.IntRange(1, 10_000_000), default=2000, show_default=True, help="The most calls that are asked."
)
@click.option(
    "--until-decided/--all-calls",
    default=True,
    show_default=True,
    help="Stop as soon as the rate shows, or ask all, and judge by the exact interval.",
)
@click.option("--workers", type=click.IntRange(0, 1000), default=2, show_default=True, help="Processes here; 0 waits for others.")
@click.option("--users", type=click.IntRange(1, 10_000), default=4, show_default=True, help="Calls at once, over all workers.")
@click.option("--rate", type=click.FloatRange(0.001, 100_000), default=10.0, show_default=True, help="The most calls a second.")
@click.option(
    "--budget",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    default=1.0,
    show_default=True,
    metavar="DOLLARS",
    help="The most that it may cost.",
)
@click.option("--reports", metavar="DIR", help="Where the evidence goes. Default: reports/<provider>/soak.")
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve metrics for Prometheus at this port; 0 is a free one.")
@click.option("--linger", type=click.FloatRange(0, 3600), default=0.0, help="Seconds that the metrics stay after the last call.")
@click.option("--bind", default="127.0.0.1", show_default=True, help="Where workers and Prometheus are heard.")
@click.option("--port", type=click.IntRange(0, 65535), help="Where workers are heard. Default: a free one; without workers 5557.")
@click.option("--master-host", metavar="HOST", help="Be a worker of the master at this host, at --port.")
def soak(
    master_host: str | None,
    port: int | None,
    reports: str | None,
    workers: int,
    rollout: str | None,
    world: str | None,
    provider: str | None,
    **asked: object,
) -> None:
    """Ask the same thing many times, on the workers of Locust, for a rate that takes many calls (SC-2.1).

    Each call is counted once, also where a worker dies. What it amounts to is evidence, which grokgate signoff takes beside that
    of a gate. Needs XAI_API_KEY, and: pip install 'grokgate[soak]'. docs/soak.md tells more.

    \b
    Example:  grokgate soak --provider my-grok.toml --budget 10 --rate 5 --metrics-port 9464
              grokgate soak --provider my-grok.toml --master-host 10.0.0.5 --port 5557
    """
    from grokgate.reports.basis import NOT_YOURS
    from grokgate.runs.listing import REFERENCE
    from grokgate.runs.live_asked import NotAsked, live_of
    from grokgate.runs.soak.asked import PORT, SoakAsked, WorkerAsked, become, ready

    try:
        ready()
        live_of(os.environ, float(str(asked["budget"])))
    except NotAsked as refused:
        raise Refused(str(refused)) from None
    if master_host:
        folder = Path(reports or "reports/soak-worker").absolute()
        folder.mkdir(parents=True, exist_ok=True)
        journal = str(folder / f"journal-{os.getpid()}.jsonl")
        worker = WorkerAsked(provider=provider or REFERENCE, host=master_host, port=port or PORT, journal=journal)
        become("worker", worker.to_word())
    port = (0 if workers else PORT) if port is None else port
    selected(rollout, world)
    if provider is None:
        click.echo(f"grokgate: {NOT_YOURS}")
    given = {"reports": reports, "workers": workers, "port": port, "rollout": rollout, "world": world, **asked}
    whole = SoakAsked(provider=provider or REFERENCE, named=provider is not None, **given)  # type: ignore[arg-type]
    become("master", whole.to_word())
