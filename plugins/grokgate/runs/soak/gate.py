"""The gate of a soak: the one row that it decides, from its question to its sealed evidence and its verdict."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from grokgate.formats.document import BadDocument
from grokgate.providers.host.environment import EnvironmentNotMade
from grokgate.providers.launcher import make_ready
from grokgate.providers.vehicle import NoAdapter
from grokgate.reports import terminal
from grokgate.runs.check import WRONG_USE, as_typed, reports_folder, shown
from grokgate.runs.listing import NotFound
from grokgate.runs.live_asked import NotAsked
from grokgate.runs.run import GateRun
from grokgate.runs.soak.asked import ROW, SoakAsked, asked_run
from grokgate.runs.soak.master import Master
from grokgate.runs.soak.progress import Progress
from grokgate.runs.soak.purse import Purse


def judged(asked: SoakAsked) -> int:
    """Soak, seal what it amounts to, and say it; gives the exit code, as that of a gate. A refusal writes over nothing."""
    try:
        folder = Path(asked.reports or ".")
        run = asked_run(*(asked.provider, asked.phase, asked.rollout, asked.world, folder, asked.budget), named=asked.named)
        run.folder = Path(asked.reports or reports_folder(run.description.name, ()) / "soak")
        run.evidence = run.folder / "evidence.jsonl"
        make_ready(run.description, run.build, _line)
        master = _master(asked, run) if run.asked[ROW].settled is None else None
    except (NotFound, BadDocument, EnvironmentNotMade, NoAdapter, NotAsked) as refused:
        click.echo(f"grokgate: {refused}", err=True)
        return WRONG_USE
    for left in run.folder.glob("journal-*.jsonl"):  # of a run from before
        left.unlink()
    writer = run.open()
    if master:
        case = master.soak()
        for note in case.notes:
            Progress(_line).say(note)
        run.cases.append(case)
        writer.write("case", case.to_json())
        for event in run.egress:
            writer.write("egress", event)
    verdict = run.close(writer, stopped=bool(master and master.stops))
    terminal.write(_line, run.header, verdict, seconds=time.time() - run.started, folder=shown(run.folder), command=as_typed())
    return verdict.exit_code


def _master(asked: SoakAsked, run: GateRun) -> Master:
    """Who asks, with the purse that pays. Raises ``NotAsked``."""
    assert run.live is not None
    run.ledger = purse = Purse(run.live.budget, run.rollout, run.contract, run.answering, row=ROW)
    return Master(asked, run, purse, Progress(_line))


def _line(text: str, colour: str | None = None) -> None:
    click.secho(text, fg=colour)
    sys.stdout.flush()
