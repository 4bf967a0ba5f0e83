"""The hooks of a run that judges a provider.

A worker (or the only process) makes a case of each test and lets it travel on the test's report. The controller (or the only
process) writes the evidence from the reports, judges, and says the verdict.
"""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grokgate.formats.suites import part_of
from grokgate.reports.basis import NOT_YOURS
from grokgate.runs.check import OPERATORS, STOPS, as_typed, forget, shown
from grokgate.runs.run import GateRun
from grokgate.values.build import Parts

if TYPE_CHECKING:
    from grokgate.formats.evidence_file import EvidenceWriter
    from grokgate.judgement.verdict import Verdict
    from grokgate.providers.launcher import Launcher
    from grokgate.providers.subject import Subject, Transcript
    from grokgate.values.chat import Mode
    from grokgate.values.evidence import Case, Row
    from grokgate.values.wire import Egress

_TRANSCRIPT: pytest.StashKey[Transcript] = pytest.StashKey()
_CASE: pytest.StashKey[Case] = pytest.StashKey()


TOLD = 3
"""Red cases of a row that are told at length; of the others one sentence each, and all of them in the reports."""
_SAYS_NOTHING = ("not_applicable", "not_run", "unproven")
"""Statuses of a case that decide neither way; pytest calls them skipped, with the reason."""
_UNENDED = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)
_NOT_BEGUN = "no test was run, so nothing was judged, and what an earlier run wrote stands; look at the options behind --"
_NOT_ENDED = "the run did not end; there is no verdict, and the evidence file is not evidence"


class Gate:
    """The hooks of a run that judges a provider."""

    def __init__(self, config: pytest.Config, run: GateRun) -> None:
        self.config = config
        self.is_worker = hasattr(config, "workerinput")
        self.run = run
        if self.is_worker:
            run.parts = Parts()
        config.option.gate_key = self.run.key
        # A provider in this process has the variables of the deployment, and never the operator's.
        forget(*OPERATORS, run.rollout.flag.variable, run.rollout.allow_list.variable)
        self.verdict: Verdict | None = None
        self._launcher: Launcher | None = None
        self._writer: EvidenceWriter | None = None
        self._collected: Counter[str | None] = Counter()
        self._expected: dict[str, int] = {}
        self._untold: list[Case] = []
        self._red: Counter[str] = Counter()
        self._stopped = False
        self._row: str | None = None

    def subject(self, item: pytest.Item, by: Mode | None = None) -> Subject:
        """The provider for one test, with a transcript of its own, asked by a mode where the test names none."""
        if self._launcher is None:
            self._launcher = self.run.launcher(self._say)
        return replace(self.run.subject(self._launcher, _transcript(item)), by=by)

    # --- which tests run

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        """Count the cases of each row before -k and the like leave some out; then leave out what the gate does not ask for."""
        items[:] = [item for item in items if self._is_a_case(item)]
        self._collected = Counter(map(_requirement, items))
        result = yield
        left_out = [item for item in items if _requirement(item) not in self.run.to_test]
        items[:] = [item for item in items if _requirement(item) in self.run.to_test]
        if self.run.ledger:  # money is set aside row by row
            items.sort(key=lambda item: self.run.in_order.index(_requirement(item) or ""))
        if left_out:
            self.config.hook.pytest_deselected(items=left_out)
        return result

    def _is_a_case(self, item: pytest.Item) -> bool:
        """Whether it is asked: not by a mode in which its row does not ask this case, and live not what replay alone asks."""
        if self.run.live and item.get_closest_marker("replay"):
            return False
        mark = item.get_closest_marker("modes")
        if mark is None or "of" not in mark.kwargs or not isinstance(item, pytest.Function):
            return True
        by = item.callspec.params["by_mode"]
        return by is None or bool(mark.kwargs["of"](part_of(item.nodeid).removesuffix(f" by {by}")))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
        """What a row may cost is set aside from its first case to its last."""
        ledger, row = self.run.ledger, _requirement(item)
        if ledger and row and row != self._row:
            ledger.begin(row)
            self._row = row
        try:
            return (yield)
        finally:
            if ledger and (nextitem is None or _requirement(nextitem) != row):
                ledger.end()
                self._row = None

    # --- when the gate has something to say

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """All is collected: refuse what cannot work, and begin, unless nothing is left to run."""
        broken = session.testsfailed and not self.config.option.continue_on_collection_errors
        by_workers = self.config.pluginmanager.hasplugin("dsession")
        if self.is_worker or broken or (self.run.to_test and not session.items and not by_workers):
            return
        self._make_ready()
        if not self.run.to_test:  # what hinders a live run has settled all of them
            session.items.clear()
        if session.items:
            self._begin()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """A worker of xdist has collected, and waits for its first test; it writes Allure's results by itself."""
        if ids:
            self._begin()

    def _begin(self) -> None:
        """From here on the gate has something to say, and what an earlier run wrote gives way."""
        if self._writer is not None:
            return
        try:
            self._writer = self.run.open()
            if folder := self.config.getoption("allure_report_dir", None):
                from grokgate.reports import allure

                allure.clear(Path(folder))
        except OSError as error:
            raise pytest.UsageError(f"{error.filename} cannot be written: {error.strerror}") from None

    # --- what each test found

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Make the case of a test, and let the test end as its case does, so that every report agrees with it."""
        from grokgate.judgement.expect.claimed import is_claimed
        from grokgate.judgement.outcome import NotStarted, ended_as

        begun, error, result = time.perf_counter(), None, None
        try:
            if why := self.run.ledger and self.run.ledger.refuses():
                raise NotStarted(why.because, blame=why.blame, cases=self._collected[_requirement(pyfuncitem)])
            is_claimed(self.subject(pyfuncitem), self.run.contract[_requirement(pyfuncitem) or ""])
            result = yield
        except Exception as raised:
            error = raised
        error = self._rested(pyfuncitem, error)
        case = self._case(pyfuncitem, error, time.perf_counter() - begun)
        pyfuncitem.stash[_CASE] = case
        if self.config.getoption("allure_report_dir", None):
            from grokgate.reports import allure

            allure.enrich(self.run.header, self.run.asked[case.requirement], case)
        if end := ended_as(case, error):
            raise pytest.skip.Exception(case.because) if case.status in _SAYS_NOTHING else end
        return result

    def _rested(self, item: pytest.Function, error: Exception | None) -> Exception | None:
        """What the case ends with where the mode by which it was asked does not work at all, which another row judges."""
        from grokgate.judgement.modes import rested
        from grokgate.providers.subject import Subject

        requirement, provider = _requirement(item), item.funcargs.get("provider")
        return rested(error, requirement, provider) if requirement and isinstance(provider, Subject) else error

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the case travel on the report, and tell a failure as grokgate does."""
        from grokgate.reports.failure import failure_text

        report = yield
        if call.when == "setup" and call.excinfo is not None and _requirement(item) in self.run.asked:
            item.stash[_CASE] = self._case(item, call.excinfo.value, call.duration)
        elif call.when != "call":
            return report
        case = item.stash.get(_CASE, None)
        if case is not None:
            report.grokgate = self._travelling(case, item)  # type: ignore[attr-defined]
            if case.status == "not_offered":
                report.longrepr = f"{case.id}  {case.because}"
            elif case.status == "failed" or case.blame in ("cassettes", "host"):
                self._red[case.requirement] += 1
                told = self._red[case.requirement] <= TOLD
                asked = self.run.asked[case.requirement]
                report.longrepr = failure_text(asked, case, self.run.header) if told else f"{case.id}  {case.because}"
        return report

    def _case(self, item: pytest.Item, error: BaseException | None, seconds: float) -> Case:
        from grokgate.judgement.outcome import case_of

        requirement = _requirement(item)
        assert requirement is not None, "a test without a row was not left out"
        return case_of(
            requirement=requirement,
            part=part_of(item.nodeid),
            node=item.nodeid,
            seconds=seconds,
            error=error,
            transcript=_transcript(item),
            description=self.run.description,
            secret=self.run.key,
            row=self.run.contract[requirement],
        )

    def _travelling(self, case: Case, item: pytest.Item) -> str:
        """The case and the blocked attempts of a test as text, since what xdist sends is narrower than JSON."""
        events = self._events(_transcript(item).egress, item.nodeid)
        return json.dumps({"case": case.to_json(), "egress": events, "cases": self._collected[case.requirement]})

    # --- the evidence, in the controller

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        travelled = getattr(report, "grokgate", None)
        if self.is_worker or travelled is None:
            return
        found = json.loads(travelled)
        from grokgate.values.evidence import Case

        case = Case.from_json(found["case"])
        self._expected[case.requirement] = found["cases"]
        self._keep(case)
        self._keep_egress(found["egress"])

    def _keep(self, case: Case) -> None:
        self.run.cases.append(case)
        self._evidence.write("case", case.to_json())

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str) -> None:
        """A worker of xdist died while it ran a test, and its report died with it."""
        from grokgate.formats.suites import requirement_of
        from grokgate.judgement.outcome import crashed

        if requirement := requirement_of(crashitem):
            self._untold.append(crashed(requirement=requirement, node=crashitem))
            self._keep(self._untold[-1])

    def _stop(self) -> None:
        """Stop the providers. What they leave running in this process gets out no more, and what it tried is kept."""
        from grokgate.intercept.egress import EgressGuard, stand

        if self._launcher:
            late = self._events(self._launcher.close(), node="after the last test")
            stand(EgressGuard((), lambda _: None))
            if self.is_worker:
                self.config.workeroutput["grokgate"] = json.dumps(late)  # type: ignore[attr-defined]
            else:
                self._keep_egress(late)
        if self.run.ledger:
            self.run.ledger.close()
            self._say(self.run.ledger.bill)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of xdist ended; one that died left nothing."""
        self._keep_egress(json.loads(getattr(node, "workeroutput", {}).get("grokgate", "[]")))

    def _keep_egress(self, events: list[dict[str, Any]]) -> None:
        self.run.egress.extend(events)
        for event in events:
            self._evidence.write("egress", event)

    def _events(self, egress: Sequence[Egress], node: str) -> list[dict[str, Any]]:
        """Blocked attempts as evidence keeps them."""
        from grokgate.judgement.outcome import undeclared

        failing = undeclared(egress, self.run.description.egress)
        return [{"target": e.target, "stack": e.stack, "node": node, "declared": e not in failing} for e in egress]

    def _keep_missing(self) -> None:
        """A row of which some cases ran and some did not is not decided by those that did."""
        from grokgate.judgement.outcome import left_out

        told = Counter(requirement for _, requirement in {(case.id, case.requirement) for case in self.run.cases})
        expected = {row: self._collected[row] for row in self.run.in_order} if self._stopped else self._expected
        for requirement, cases in expected.items():
            if (missing := cases - told[requirement]) > 0:
                self._untold.append(left_out(requirement=requirement, missing=missing, cases=cases, stopped=self._stopped))
                self._keep(self._untold[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if not self.is_worker:
            self._stop_when_asked()
            if not self.run.named:
                self._say(NOT_YOURS)

    def _stop_when_asked(self) -> None:
        """A run that is asked to stop ends by itself; a live one seals what it has."""

        def stop(*_: object) -> None:
            _ask_once()
            raise KeyboardInterrupt

        for number in STOPS:
            signal.signal(number, stop)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.run.live:
            _ask_once()  # what is being sealed is not stopped
        self._stop()
        self._stopped = bool(self.run.live and self._writer) and exitstatus == pytest.ExitCode.INTERRUPTED
        if self.is_worker or (exitstatus in _UNENDED and not self._stopped):
            return
        if self._writer is None and self.run.to_test:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
            return
        self._begin()
        self._keep_missing()
        self.verdict = self.run.close(self._evidence, stopped=self._stopped)
        if self._stopped:
            self._say("the run was stopped; what it found by then is sealed, and is never a go")
        if folder := self.config.getoption("allure_report_dir", None):
            from grokgate.reports import allure

            untold: list[Row | Case] = [*(row for row in self.verdict.rows if not row.cases), *self._untold]
            allure.write_untested(Path(folder), self.run.header, self.run.asked, untold)
            allure.write_environment(Path(folder), self.run.header, self.verdict.decision.value)
        session.exitstatus = self.verdict.exit_code

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        if self.is_worker:
            return
        if self.verdict is None:
            if exitstatus != pytest.ExitCode.USAGE_ERROR:  # that pytest tells itself
                terminalreporter.write_line(f"grokgate: {_NOT_BEGUN if self._writer is None else _NOT_ENDED}", red=True)
            return
        from grokgate.reports import terminal

        def say(line: str, colour: str | None) -> None:
            terminalreporter.write_line(line, **({colour: True} if colour else {}))

        terminal.write(
            say,
            self.run.header,
            self.verdict,
            seconds=time.time() - self.run.started,
            folder=shown(self.run.folder),
            command=as_typed(),
        )

    # --- before the run

    def _make_ready(self) -> None:
        """Refuse what cannot work, make the provider's environment, and ask what a live run must know."""
        from grokgate.providers.host.environment import EnvironmentNotMade
        from grokgate.providers.launcher import make_ready
        from grokgate.providers.vehicle import NoAdapter

        try:
            make_ready(self.run.description, self.run.build, self._say)
        except (EnvironmentNotMade, NoAdapter) as hindered:
            raise pytest.UsageError(str(hindered)) from None
        self.run.look(self._say)

    def _say(self, text: str) -> None:
        """Progress of long work, at once and on a line of its own, also while a test's output is captured."""
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        capture = self.config.pluginmanager.get_plugin("capturemanager")
        if reporter is not None:
            with capture.global_and_fixture_disabled() if capture else nullcontext():
                reporter.ensure_newline()
                reporter.write_line(f"grokgate: {text}", yellow=True)
                reporter.flush()

    @property
    def _evidence(self) -> EvidenceWriter:
        assert self._writer is not None, "a report came before the first test"
        return self._writer


def _ask_once() -> None:
    """From now on this process is not asked to stop: it ends already. One press of a key may reach it twice."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


def _transcript(item: pytest.Item) -> Transcript:
    """All that was observed for a test."""
    from grokgate.providers.subject import Transcript

    return item.stash.setdefault(_TRANSCRIPT, Transcript())


def _requirement(item: pytest.Item) -> str | None:
    marker = item.get_closest_marker("requirement")
    return str(marker.args[0]) if marker else None
