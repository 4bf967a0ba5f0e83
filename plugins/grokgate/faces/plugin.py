"""What pytest loads: the options, and the two fixtures of the suites. Inert until ``--provider`` names what is under test."""

from __future__ import annotations

import os
import shlex
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grokgate.formats.home import home
from grokgate.values.chat import MODES, Mode

if TYPE_CHECKING:
    from grokgate.faces.gate import Gate
    from grokgate.providers.subject import Subject
    from grokgate.runs.live_asked import LiveAsked
    from grokgate.runs.run import GateRun
    from grokgate.values.rollout import Rollout

_GATE: pytest.StashKey[Gate] = pytest.StashKey()
_JUDGE_NOTHING = {
    "--help": "help",
    "--version": "version",
    "--markers": "markers",
    "--fixtures": "showfixtures",
    "--fixtures-per-test": "show_fixtures_per_test",
    "--collect-only": "collectonly",
    "--setup-only": "setuponly",
    "--setup-plan": "setupplan",
    "--looponfail": "looponfail",
    "--trace": "trace",
}
"""Options of pytest with which no test runs to its end, and where it keeps them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grokgate", "grokgate: is a provider of Grok models ready for a rollout phase?")
    group.addoption("--provider", metavar="NAME", help="what is under test: a bundled name, a TOML file, module:Class")
    group.addoption(
        "--phase", default="1", choices=("1", "2", "3", "rollback"), help="the rollout phase that is asked for (default 1)"
    )
    group.addoption(
        "--scope",
        default="predeploy",
        choices=("predeploy", "postdeploy", "signoff"),
        help="which evidence counts (default predeploy)",
    )
    group.addoption(
        "--rollout",
        metavar="NAME",
        default=os.environ.get("GROKGATE_ROLLOUT") or None,
        help="what is rolled out: a bundled rollout, or a TOML file (default: grok-4; see: grokgate rollouts)",
    )
    group.addoption(
        "--world",
        metavar="NAME",
        default=os.environ.get("GROKGATE_WORLD") or None,
        help="how xAI behaves: a bundled world, one beside the rollout's file, or a folder (default: the rollout's)",
    )
    group.addoption(
        "--cassettes",
        action="append",
        default=[],
        metavar="DIR",
        help="replay these recordings alone; may be repeated; bundled adds grokgate's own behind them",
    )
    group.addoption(
        "--pace",
        type=float,
        default=0.0,
        metavar="FACTOR",
        help="play streams in time: 1 as recorded, 0.1 ten times as fast (default 0)",
    )
    group.addoption(
        "--mode", default="replay", choices=("replay", "live"), help="replay recorded answers (default), or ask the real xAI"
    )
    group.addoption(
        "--budget", type=float, default=1.0, metavar="DOLLARS", help="the most that a live run may cost (default 1 dollar)"
    )
    group.addoption(
        "--long-prompts",
        action="store_true",
        help="let a live run ask the rows with prompts of 256,000 tokens, too, which are dear",
    )
    group.addoption("--estimate", action="store_true", help="say what a live run would cost, row by row, and send nothing")
    group.addoption(
        "--strict-rows", action="store_true", help="let rows of severity should decide, too (grokgate check --strict)"
    )
    group.addoption("--only", action="append", default=[], metavar="ID", help="judge this requirement alone; may be repeated")
    group.addoption(
        "--accept", action="append", default=[], metavar="FILE", help="waivers and attestations, in TOML; may be repeated"
    )
    group.addoption("--reports", metavar="DIR", help="where the reports go (default reports/<provider>)")
    group.addoption("--evidence", metavar="FILE", help="where the evidence goes (default <reports>/evidence.jsonl)")
    group.addoption("--gate-key", help="(internal) the key that this run's providers use")
    group.addoption("--unnamed", action="store_true", help="(internal) nobody named the provider, so it is the reference")


@pytest.hookimpl(tryfirst=True)  # what is refused is refused before other plugins write anything
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requirement(id): the row of the contract that this test decides")
    config.addinivalue_line("markers", "each(names, of): a case for each that of(rollout) gives, as parametrize takes them")
    config.addinivalue_line("markers", "modes(also, of): its cases, or those whose id of(id) takes, by each further mode, too")
    config.addinivalue_line("markers", "replay: a case that no live run asks")
    if config.getoption("--provider") and not config.option.help:
        from grokgate.faces.gate import Gate
        from grokgate.reports.github import is_step

        gate = Gate(config, _asked_run(config))
        config.stash[_GATE] = gate
        config.pluginmanager.register(gate, "grokgate-gate")
        if is_step(os.environ) and not gate.is_worker:
            from grokgate.faces.github import Step

            config.pluginmanager.register(Step(config, gate, os.environ), "grokgate-github")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Refuse what is no gate, before any plugin begins; say what a run would cost, in the place of the run."""
    if not hasattr(config, "workerinput"):
        _refuse_what_judges_nothing(config)
    if not config.getoption("--estimate"):
        return None
    from grokgate.reports.basis import NOT_YOURS
    from grokgate.runs.estimate import estimated

    run = _asked_run(config)
    if run.ledger is None:
        raise pytest.UsageError("an estimate is one of a live run: grokgate live --estimate")
    not_yours = [] if run.named else [NOT_YOURS]
    for line in (*not_yours, *estimated(run, run.ledger), *not_yours):
        print(line)
    return 0


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Generator[None, None, None]:
    """Make the cases that depend on the rollout, once it is known; and last those by further modes."""
    if marks := list(metafunc.definition.iter_markers("each")):
        _make_each(metafunc, marks)
    yield
    if mark := metafunc.definition.get_closest_marker("modes"):
        also = mark.kwargs.get("also", MODES[1:])
        further = [pytest.param(mode, id=f"by {mode}", marks=pytest.mark.replay) for mode in also]
        metafunc.parametrize("by_mode", [pytest.param(None, id=pytest.HIDDEN_PARAM), *further])


def _make_each(metafunc: pytest.Metafunc, marks: Sequence[pytest.Mark]) -> None:
    from grokgate.formats.rollout_file import rollout

    gate = metafunc.config.stash.get(_GATE, None)
    chosen = gate.run.rollout if gate else rollout()
    for mark in marks:
        names, of = mark.args
        cases = of(chosen)
        if isinstance(cases, Mapping):
            metafunc.parametrize(names, list(cases.values()), ids=list(cases))
        else:
            metafunc.parametrize(names, list(cases))


@pytest.fixture
def by_mode() -> Mode | None:
    """The mode by which a case is asked that names none; ``None`` is the plain one."""
    return None


@pytest.fixture
def provider(request: pytest.FixtureRequest, by_mode: Mode | None) -> Subject:
    """The provider under test, in the deployment's plain environment."""
    return _gate(request.config).subject(request.node, by_mode)


@pytest.fixture
def rollout(request: pytest.FixtureRequest) -> Rollout:
    """The rollout that is judged, in the world that is replayed."""
    return _gate(request.config).run.rollout


def _refuse_what_judges_nothing(config: pytest.Config) -> None:
    """Raises ``pytest.UsageError`` where ``--provider`` stands beside what runs no test of a suite, or is missing itself."""
    provider = config.getoption("--provider")
    told = [word for word, option in _JUDGE_NOTHING.items() if getattr(config.option, option, False)]
    if not provider:
        if getattr(config.option, "grokgate", False) and not told:
            raise pytest.UsageError("--grokgate judges a provider, and none is named: grokgate check --provider NAME")
        return
    config.option.clean_alluredir = False  # a gate that begins clears them itself, and one that is refused leaves them
    if told:
        raise pytest.UsageError(f"{told[0]} judges nothing, and ends as a go does; leave it out, or leave --provider out")
    suites, here = home() / "suites", config.invocation_params.dir
    others = [word for word in config.args if not (here / word.partition("::")[0]).resolve().is_relative_to(suites.resolve())]
    if config.rootpath.resolve() != home().resolve():
        raise pytest.UsageError(
            f"a provider is judged by grokgate's own suites and settings, and this pytest has those of {config.rootpath}; "
            f"from any folder: grokgate check --provider {shlex.quote(provider)}"
        )
    if others:
        raise pytest.UsageError(f"{' '.join(others)} is none of grokgate's suites, by which a provider is judged: leave it out")


def _gate(config: pytest.Config) -> Gate:
    if _GATE not in config.stash:
        raise pytest.UsageError("name what is under test: --provider reference (see: grokgate providers)")
    return config.stash[_GATE]


def _asked_run(config: pytest.Config) -> GateRun:
    """The run that the options ask for. Raises ``pytest.UsageError`` in one sentence."""
    from grokgate.formats.contract import requirements
    from grokgate.formats.document import BadDocument
    from grokgate.judgement.scope import unknown
    from grokgate.runs.check import OPERATORS, forget, reports_folder
    from grokgate.runs.listing import NotFound, found
    from grokgate.runs.run import BUNDLED, GateRun

    spec = config.getoption("--provider")
    try:
        live = _asked_live(config) if config.getoption("--mode") == "live" else None
        forget(*OPERATORS)
        description = found(spec)
        if stray := unknown(config.getoption("--only"), requirements()):
            raise pytest.UsageError(f"no requirement is called {', '.join(stray)}; docs/requirements.md lists them")
        usual = reports_folder(description.name, config.getoption("--only"), config.getoption("--mode"))
        folder = Path(config.getoption("--reports") or usual)
        evidence = Path(config.getoption("--evidence") or folder / "evidence.jsonl")
        _refuse_what_cannot_be_written(folder, evidence)
        run = GateRun(
            description=description,
            spec=spec,
            named=not config.getoption("--unnamed"),
            phase=config.getoption("--phase"),
            scope=config.getoption("--scope"),
            rollout_name=config.getoption("--rollout"),
            world_name=config.getoption("--world"),
            strict=config.getoption("--strict-rows"),
            only=tuple(config.getoption("--only")),
            folder=folder,
            evidence=evidence,
            cassettes=tuple(config.getoption("--cassettes")),
            pace=config.getoption("--pace"),
            accept=tuple(map(Path, config.getoption("--accept"))),
            live=live,
        )
        if key := config.getoption("--gate-key"):
            run.key = key
        for place in run.cassettes:
            if place != BUNDLED and not (Path(place) / run.rollout.world).is_dir():
                raise pytest.UsageError(
                    f"{place} holds no folder of the world {run.rollout.world}; see: grokgate cassettes import"
                )
        _ = run.world, run.acceptances
        if not run.asked:
            raise pytest.UsageError(f"phase {run.phase} in scope {run.scope} asks for none of these: {_asked_by(run)}")
        return run
    except (NotFound, BadDocument) as refused:
        raise pytest.UsageError(str(refused)) from None


def _refuse_what_cannot_be_written(folder: Path, evidence: Path) -> None:
    """Raises ``pytest.UsageError`` where the reports have no place."""
    if evidence.is_dir():
        from grokgate.runs.check import shown

        raise pytest.UsageError(f"--evidence {shown(evidence)} is a folder; it names a file")
    for place in (folder, evidence.parent):
        there = next(each for each in (place.absolute(), *place.absolute().parents) if each.exists())
        if not there.is_dir():
            raise pytest.UsageError(f"the reports cannot go to {place}: {there} is a file")
        if not os.access(there, os.W_OK):
            raise pytest.UsageError(f"the reports cannot go to {place}: {there} must not be written to")


def _asked_by(run: GateRun) -> str:
    """Which phases ask for the rows that are asked for alone, and what decides them."""
    rows = [run.contract[id] for id in run.only]
    return "; ".join(f"{row.id} is of phase {' '.join(row.phases)}, and decided by {', '.join(row.modes)}" for row in rows)


def _asked_live(config: pytest.Config) -> LiveAsked:
    """How the real xAI is asked. Raises ``pytest.UsageError``; nothing was sent by then."""
    from grokgate.runs.live_asked import NotAsked, live_of

    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("a live run has one budget, so it runs in one process; nothing was sent. Leave -n out")
    long, needs_key = config.getoption("--long-prompts"), not config.getoption("--estimate")
    try:
        return live_of(os.environ, config.getoption("--budget"), long=long, needs_key=needs_key)
    except NotAsked as refused:
        raise pytest.UsageError(str(refused)) from None
