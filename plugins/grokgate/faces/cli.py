"""The command line. Each verb is a few lines here; the work is done on the floors below."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path

import click

from grokgate import __version__
from grokgate.faces.cli_cassettes import cassettes, record
from grokgate.faces.cli_evidence import diff, draft, report, signoff, verify, waive
from grokgate.faces.cli_listings import matrix, providers, rollouts, worlds
from grokgate.faces.cli_soak import soak
from grokgate.faces.refusal import EXIT_CODES, Refused
from grokgate.faces.selection import chosen, selected
from grokgate.faces.stray import Gated, PassedOn


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="grokgate")
def main() -> None:
    """Is a provider of Grok models ready for a rollout phase?

    grokgate replays what xAI answers, watches what the provider really sends, and says go, no-go or inconclusive, with the
    evidence. Nothing leaves the machine.

    \b
    Start:  grokgate check --provider my-grok.toml   a provider of yours
            grokgate check --provider pal            pal-mcp-server of PyPI
            grokgate explain POST-2.2                what a row promises
    """


@main.command(cls=Gated, options_metavar="[OPTIONS] [-- PYTEST_ARGUMENTS]", epilog=EXIT_CODES)
@click.option(
    "--provider",
    metavar="NAME",
    help="What is under test: a bundled name (see: grokgate providers), a TOML file, module:Class or file.py:Class. "
    "Without it grokgate's own reference, which proves grokgate and no provider of yours.",
)
@click.option(
    "--needs-provider", is_flag=True, help="Refuse to judge the reference where no provider is named; for hooks and jobs."
)
@click.option(
    "--phase",
    type=click.Choice(["1", "2", "3", "rollback"]),
    default="1",
    show_default=True,
    help="The rollout phase that is asked for.",
)
@click.option(
    "--scope",
    type=click.Choice(["predeploy", "postdeploy", "signoff"]),
    default="predeploy",
    show_default=True,
    help="Which evidence counts: replay, live traffic, or both and what people attest.",
)
@chosen
@click.option(
    "--cassettes",
    multiple=True,
    metavar="DIR",
    help="Replay these recordings alone (see: grokgate cassettes import). May be repeated; 'bundled' adds grokgate's own behind.",
)
@click.option(
    "--pace", metavar="FACTOR", help="Play streams in time: 1 as recorded, 0.1 ten times as fast. Default 0, all at once."
)
@click.option(
    "--mode",
    type=click.Choice(["replay", "live"]),
    default="replay",
    show_default=True,
    help="Replay recorded answers, or ask the real xAI (needs XAI_API_KEY).",
)
@click.option("--budget", metavar="DOLLARS", help="The most that a live run may cost. Default: 1.")
@click.option(
    "--long-prompts", is_flag=True, help="Let a live run ask the rows with prompts as long as the window, too, which are dear."
)
@click.option("--estimate", is_flag=True, help="Say what a live run would cost, row by row, and send nothing.")
@click.option("--strict", is_flag=True, help="Let rows of severity should decide, too.")
@click.option(
    "--only", multiple=True, metavar="ID", help="Judge this requirement alone, and show its failure whole. May be repeated."
)
@click.option("--accept", multiple=True, metavar="FILE", help="Waivers and attestations, in TOML. May be repeated.")
@click.option(
    "--reports", metavar="DIR", help="Where the reports go. Default: reports/<provider>; live and only are folders in it."
)
@click.option("--evidence", metavar="FILE", help="Where the evidence goes. Default: <reports>/evidence.jsonl.")
def check(
    provider: str | None,
    needs_provider: bool,
    only: tuple[str, ...],
    cassettes: tuple[str, ...],
    accept: tuple[str, ...],
    strict: bool,
    long_prompts: bool,
    estimate: bool,
    pytest_arguments: tuple[str, ...],
    **options: str | None,
) -> None:
    """Judge a provider for a rollout phase. What stands behind -- goes to pytest, such as -- -n 2.

    \b
    Writes reports/<provider>/:
      evidence.jsonl   what was observed; grokgate verify judges it again
      verdict.json     the decision for machines
      summary.md       the decision for people, with each failure
      junit.xml        for CI servers
      allure-results/  for an Allure report
    """
    from grokgate.runs import check as gate
    from grokgate.runs.listing import REFERENCE, NotFound

    if needs_provider and not provider:
        raise Refused("name what is under test: --provider my-grok.toml; the reference proves grokgate, and no provider of yours")
    if provider is not None and not provider.strip():
        raise Refused("--provider names nothing; is the variable that should name it set?")
    if gate.begins_step(os.environ):
        sys.exit(gate.step(sys.argv[1:]))
    unnamed, provider = provider is None, provider or REFERENCE
    try:
        name = gate.name_of(provider)
    except NotFound as refused:
        raise Refused(str(refused)) from None
    folder = Path(options.pop("reports") or gate.reports_folder(name, only, options["mode"] or "replay")).absolute()
    evidence = Path(options.pop("evidence") or folder / "evidence.jsonl").absolute()
    arguments = ["--provider", provider, "--reports", str(folder), "--evidence", str(evidence)]
    arguments += ["--alluredir", str(folder / "allure-results")]
    arguments += [word for option, value in options.items() if value for word in (f"--{option}", value)]
    arguments += [word for id in only for word in ("--only", id)]
    arguments += [word for place in cassettes for word in ("--cassettes", place)]
    arguments += [word for file in accept for word in ("--accept", file)]
    arguments += ["--strict-rows"] if strict else []
    arguments += ["--long-prompts"] if long_prompts else []
    arguments += ["--unnamed"] if unnamed else []
    arguments += ["--tb=short"] if only else []
    if estimate:
        sys.exit(gate.tell([*arguments, "--estimate", *pytest_arguments]))
    sys.exit(gate.run([*arguments, *pytest_arguments], evidence=evidence))


@main.command(cls=PassedOn, options_metavar="[OPTIONS OF CHECK]", epilog=EXIT_CODES)
def live(arguments: tuple[str, ...]) -> None:
    """Judge a provider against the real xAI: grokgate check --mode live --scope postdeploy, and whatever else is said.

    \b
    Needs XAI_API_KEY; XAI_BASE_URL names another address. Costs at most --budget, a dollar if nothing is said.
    Example:  grokgate live --provider my-grok.toml --phase 3 --estimate
              grokgate live --provider my-grok.toml --phase 3 --budget 2
    """
    main(["check", "--mode", "live", "--scope", "postdeploy", *arguments])


@main.command()
@click.argument("id")
@chosen
def explain(id: str, rollout: str | None, world: str | None) -> None:
    """Say what a requirement promises, why, how it looks right and wrong, and how to mend it.

    \b
    Example:  grokgate explain POST-2.2 --rollout grok-4.7
    """
    from grokgate.faces.explain import explained
    from grokgate.formats.contract import contract

    about = selected(rollout, world)
    known = {name.lower(): requirement for name, requirement in contract(about).items()}
    requirement = known.get(id.partition("[")[0].lower())
    if requirement is None:
        near = difflib.get_close_matches(id.upper(), [row.id for row in known.values()], n=4)
        raise Refused(
            f"no requirement is called {id!r}. {'Near it: ' + ', '.join(near) if near else 'Try: grokgate explain POST-2.2'}"
        )
    click.echo(explained(requirement, about))


@main.command(epilog="Exit codes: 0 every rollback works, 1 one does not, 10 one could not be tried, 2 wrong use.")
@click.option("--provider", metavar="NAME", help="Whose rollbacks; named as for check. Without it grokgate's own reference.")
@chosen
def rehearse(provider: str | None, rollout: str | None, world: str | None) -> None:
    """Walk the plan's four rollbacks in order, there and back, and time each switch.

    \b
    1. the flag          from on to off
    2. Option A          a build whose entry of the new model is disabled
    3. Option B          a build without the rollout's commit
    4. the allow-list    without the new model
    """
    from grokgate.providers.host.environment import EnvironmentNotMade
    from grokgate.providers.vehicle import NoAdapter
    from grokgate.reports.basis import NOT_YOURS
    from grokgate.runs.check import OPERATORS, forget
    from grokgate.runs.listing import REFERENCE, NotFound, found
    from grokgate.runs.rehearsal import rehearse as rehearsed

    forget(*OPERATORS)
    if provider is None:
        click.echo(NOT_YOURS)
    try:
        code = rehearsed(found(provider or REFERENCE), selected(rollout, world, "rollback"), click.echo)
    except (NotFound, NoAdapter, EnvironmentNotMade) as refused:
        raise Refused(str(refused)) from None
    if provider is None:
        click.echo(NOT_YOURS)
    sys.exit(code)


@main.command()
@chosen
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Where it listens; 0 is a free one.")
@click.option("--scenario", default="plain", show_default=True, help="What every request is answered with, such as no-credits.")
@click.option("--fault", help="What is done to connections or answers, such as reset or stream-cut.")
@click.option("--pace", type=float, default=0.0, show_default=True, help="Play streams in time: 1 as recorded, 0 at once.")
@click.option(
    "--after",
    multiple=True,
    metavar="N:WHAT=NAME",
    help="After N requests: world=, scenario= or fault= from then on. Repeatable.",
)
@click.option("--every", multiple=True, metavar="N:WHAT=NAME", help="The same for every Nth request alone. Repeatable.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="TEXT|tool:NAME={…}|FILE",
    help="What the model answers: a text, a call of a tool, or a file (.yaml, .json) with a list of answers. Repeatable: "
    "one after another, then the last again. What xAI refuses stays refused.",
)
@click.option("--tls", is_flag=True, help="HTTPS, by a certificate made for the run; the first line names the file to trust.")
@click.option("--cert", type=click.Path(path_type=Path), metavar="FILE", help="HTTPS by this certificate (PEM) ...")
@click.option("--key-file", type=click.Path(path_type=Path), metavar="FILE", help="... and its private key (PEM).")
@click.option("--api-key-env", metavar="NAME", help="Only the key in this environment variable is good. Default: any key.")
@click.option("--quiet", is_flag=True, help="Tell no request; the address at the start and the counts at the end alone.")
def serve(
    rollout: str | None,
    world: str | None,
    port: int,
    scenario: str,
    fault: str | None,
    pace: float,
    after: tuple[str, ...],
    every: tuple[str, ...],
    answers: tuple[str, ...],
    tls: bool,
    cert: Path | None,
    key_file: Path | None,
    api_key_env: str | None,
    quiet: bool,
) -> None:
    """Serve the recorded xAI on loopback, for any client that takes a base URL. docs/serve.md tells more.

    \b
    Example:  grokgate serve &
              curl -s http://127.0.0.1:8080/v1/chat/completions \\
                -H "Authorization: Bearer any" -H "Content-Type: application/json" \\
                -d '{"model": "grok-4", "messages": [{"role": "user", "content": "Hello"}], "stop": ["END"]}'

    \b
    In the middle of a run:
              grokgate serve --after 3:world=grok-4.3 --every 5:fault=rate-limit

    \b
    With answers of yours:
              grokgate serve --answer 'tool:get_weather={"city": "Oslo"}' --answer "It is mild in Oslo."
    """
    import signal
    import threading

    from grokgate.faces.serve import serve as served
    from grokgate.intercept.stand_in import NotServed

    until = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: until.set())  # a server in the background is ended so
    try:
        served(
            selected(rollout, world).facts.folders[0],
            port,
            scenario=scenario,
            fault=fault,
            pace=pace,
            tls=tls,
            certificate=cert,
            key_file=key_file,
            key=_key_in(api_key_env),
            changes=[*(f"after {change}" for change in after), *(f"every {change}" for change in every)],
            answers=answers,
            quiet=quiet,
            say=lambda line: click.echo(line, err=True),
            until=until,
        )
    except NotServed as refused:
        raise Refused(str(refused)) from None


def _key_in(variable: str | None) -> str:
    """The key in an environment variable; any is good where none is named. What was typed is not repeated: it may be a key."""
    if variable is None:
        return ""
    if key := os.environ.get(variable, "").strip():
        return key
    raise Refused("--api-key-env takes the name of an environment variable that holds a key; there is none of that name")


@main.command()
@click.argument("file", metavar="FILE")
@chosen
@click.option("--model", metavar="ID", help="Whose errors are counted. Default: the model that is rolled out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
def logs(file: str, rollout: str | None, world: str | None, model: str | None, as_json: bool) -> None:
    """The plan's log monitoring, on any server's log: errors, removed parameters, resolutions.

    FILE may be of any size, and packed with gzip; - is standard input.
    """
    import json

    from grokgate.formats.log_file import Unreadable
    from grokgate.runs.logs import Report

    try:
        report = Report(file, model, selected(rollout, world))
    except Unreadable as refused:
        raise Refused(str(refused)) from None
    click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2) if as_json else str(report))


for verb in (verify, signoff, waive, diff, draft, report, record, soak, cassettes, providers, rollouts, worlds, matrix):
    main.add_command(verb)
