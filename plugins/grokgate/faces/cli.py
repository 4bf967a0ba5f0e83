"""The command line. Each verb is a few lines here; the work is done on the floors below."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from grokgate import __version__

EXIT_CODES = "Exit codes: 0 go, 1 no-go, 10 inconclusive, 2 wrong use, 3 the harness itself failed, 4 evidence refused."
PASSED_ON = {"ignore_unknown_options": True, "allow_extra_args": True}


class Refused(click.ClickException):
    """Wrong use, or input that is refused: one sentence that says what to do."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002  click's signature
        click.echo(f"grokgate: {self.message}", err=True)


class EvidenceIsRefused(Refused):
    """What was handed over as evidence is none."""

    exit_code = 4


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="grokgate")
def main() -> None:
    """Is a provider of Grok models ready for a rollout phase?

    grokgate replays what xAI answers, watches what the provider really sends, and says go, no-go or inconclusive, with the
    evidence. Nothing leaves the machine.

    \b
    Start:  grokgate check                  the reference provider, phase 1
            grokgate check --provider pal   pal-mcp-server from PyPI
            grokgate explain POST-2.2       what a row promises; how to mend it
    """


@main.command(context_settings=PASSED_ON, epilog=EXIT_CODES)
@click.option(
    "--provider",
    default="reference",
    show_default=True,
    help="What is under test: a bundled name (see: grokgate providers), a TOML file, module:Class or file.py:Class.",
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
@click.option("--world", metavar="NAME", help="How xAI behaves: a folder of cassettes. Default: the rollout's.")
@click.option(
    "--mode",
    type=click.Choice(["replay", "live"]),
    default="replay",
    show_default=True,
    help="Replay recorded answers, or ask the real xAI (needs XAI_API_KEY).",
)
@click.option("--strict", is_flag=True, help="Let rows of severity should decide, too.")
@click.option(
    "--only", multiple=True, metavar="ID", help="Judge this requirement alone, and show its failure whole. May be repeated."
)
@click.option("--reports", metavar="DIR", help="Where the reports go. Default: reports/<provider>, with --only its folder only.")
@click.option("--evidence", metavar="FILE", help="Where the evidence goes. Default: <reports>/evidence.jsonl.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def check(provider: str, only: tuple[str, ...], strict: bool, pytest_arguments: tuple[str, ...], **options: str | None) -> None:
    """Judge a provider for a rollout phase. Anything else on the line goes to pytest, such as -n 2.

    \b
    Writes reports/<provider>/:
      evidence.jsonl   what was observed; grokgate verify judges it again
      verdict.json     the decision for machines
      summary.md       the decision for people, with each failure
      junit.xml        for CI servers
      allure-results/  for an Allure report
    """
    from grokgate.faces import check as gate
    from grokgate.faces.listing import NotFound, found

    try:
        name = found(provider).name
    except NotFound as refused:
        raise Refused(str(refused)) from None
    folder = Path(options.pop("reports") or gate.reports_folder(name, only)).absolute()
    evidence = Path(options["evidence"] or folder / "evidence.jsonl").absolute()
    arguments = ["--provider", provider, "--reports", str(folder), "--alluredir", str(folder / "allure-results")]
    arguments += [word for option, value in options.items() if value for word in (f"--{option}", value)]
    arguments += [word for id in only for word in ("--only", id)]
    arguments += ["--strict-rows"] if strict else []
    arguments += ["--tb=short"] if only else []
    sys.exit(gate.run([*arguments, *pytest_arguments], evidence=evidence))


@main.command()
@click.argument("id")
def explain(id: str) -> None:
    """Say what a requirement promises, why, how it looks right and wrong, and how to mend it."""
    from grokgate.faces.explain import explained
    from grokgate.formats.contract import requirements

    known = {name.lower(): requirement for name, requirement in requirements().items()}
    requirement = known.get(id.partition("[")[0].lower())
    if requirement is None:
        near = difflib.get_close_matches(id.upper(), requirements(), n=4)
        raise Refused(
            f"no requirement is called {id!r}. {'Near it: ' + ', '.join(near) if near else 'Try: grokgate explain POST-2.2'}"
        )
    click.echo(explained(requirement))


@main.command()
@click.option("--mutants", is_flag=True, help="List the broken providers too, which prove that each check can fail.")
def providers(mutants: bool) -> None:
    """List the providers that come with grokgate, and say how to name another."""
    from grokgate.faces.listing import broken, bundled

    click.echo(bundled())
    if mutants:
        click.echo(broken())


@main.command(epilog=EXIT_CODES)
@click.argument("file", type=click.Path(path_type=Path))
def verify(file: Path) -> None:
    """Recompute the verdict from an evidence file, offline. Refuses a file that is cut off or was changed."""
    from grokgate.faces.verify import recomputed
    from grokgate.formats.evidence_file import EvidenceRefused

    try:
        text, code = recomputed(file)
    except EvidenceRefused as refused:
        raise EvidenceIsRefused(f"evidence refused: {refused}") from None
    click.echo(text)
    sys.exit(code)


@main.command()
@click.option("--jobs", default=2, show_default=True, help="How many gates run at once.")
def matrix(jobs: int) -> None:
    """Run every mutant through its gate, and print which rows each turns red. Takes a minute or two."""
    from grokgate.faces.grid import table

    sys.exit(table(click.echo, lambda line: click.echo(line, err=True), jobs))
