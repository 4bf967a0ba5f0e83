"""What a gate costs above what cannot be avoided: start to verdict of ``grokgate check``, its collection, and each row.

Peer: pytest over an empty test file, with the same interpreter, plugins and settings; respx, one of these plugins, imports httpx
as the reference provider does, so the client's import is in both. Runs take turns. Wall time is what a user waits; processor
time (of all processes of a run) is what the run itself does, whatever else the machine is busy with.

Two rows run other programs: the provider's own unit tests, and the integration script from a clean copy of the checkout, which is
a gate within the gate. They are in the first figure, and in no other.

Of a row, the provider's own time is that of its calls, as the evidence has it, and that of its starts, one per environment
that the calls name. What pytest and Allure do for any test is measured by as many empty tests with as many fixtures.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import Times, bar, say

from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.providers.description import find_provider
from grokgate.providers.launcher import Launcher
from grokgate.runs.check import child_environment, pytest_command
from grokgate.runs.gates import BESIDE, but_for
from grokgate.upstream.world import load_world

ENDED = (0, 1, 5, 10)
"""Exit codes of a run that ended as it should; 5: pytest found no test."""
GATE_MOST, COLLECTION_MOST, ROW_MOST = 3.0, 0.5, 10.0
EMPTY, CHECK, NOTHING, MANY = "peer: pytest, empty file", "grokgate check", "grokgate check, no test", "peer: as many empty tests"
OWN = f"grokgate check but for {' and '.join(BESIDE)}"
EMPTY_COLLECTED, COLLECTED = "peer: empty file, --collect-only", "suites, --collect-only"
A_TEST = """import pytest

@pytest.fixture
def one(): return 1

@pytest.fixture
def two(): return 2

@pytest.mark.parametrize("number", range({count}))
def test_nothing(number, one, two): pass
"""


@dataclass(frozen=True)
class Cost:
    """Wall and processor time of a kind of run, round by round."""

    wall: Times
    processor: Times

    def above(self, peer: Cost) -> float:
        """Seconds of wall time above the peer's: the median over the rounds."""
        return _above(self.wall, peer.wall)

    def processor_above(self, peer: Cost) -> float:
        return _above(self.processor, peer.processor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="grokgate-bench-") as name:
        folder = Path(name)
        check(folder, *but_for(BESIDE))  # what is compiled and cached once is not counted
        evidence = read_evidence(folder)
        runs = prepared(folder, cases=len(evidence))
        costs = taking_turns(runs, rounds)
        whole_gate(costs)
        collection(costs)
        rows(costs, read_evidence(folder))


def prepared(folder: Path, *, cases: int) -> dict[str, Callable[[], None]]:
    """The runs, by name."""
    nothing, many = folder / "test_empty.py", folder / "test_many.py"
    nothing.write_text("")
    many.write_text(A_TEST.format(count=cases))
    return {
        EMPTY: lambda: run(pytest_over(nothing, folder)),
        CHECK: lambda: check(folder / "whole"),
        OWN: lambda: check(folder, *but_for(BESIDE)),
        NOTHING: lambda: check(folder / "nothing", "-k", "no_such_test", ended=(2,)),  # nothing was judged
        MANY: lambda: run(pytest_over(many, folder)),
        EMPTY_COLLECTED: lambda: run(pytest_over(nothing, folder, "--collect-only")),
        COLLECTED: lambda: run(pytest_command(["--collect-only", *allure(folder)])),
    }


def check(folder: Path, *arguments: str, ended: Sequence[int] = ENDED) -> None:
    run([sys.executable, "-m", "grokgate", "check", "--reports", str(folder), "--", *arguments], ended)


def pytest_over(file: Path, folder: Path, *arguments: str) -> list[str]:
    """The gate's own command line, over another file and for no provider."""
    *command, _ = pytest_command([*arguments, *allure(folder)])
    return [*(word for word in command if word != "--grokgate"), str(file)]


def allure(folder: Path) -> list[str]:
    return ["--alluredir", str(folder / "peers-allure"), "--clean-alluredir"]


def run(command: Sequence[str], ended: Sequence[int] = ENDED) -> None:
    """Run to the end; a verdict other than go is not a failure here."""
    environment = child_environment(
        {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GITHUB_"))}
    )
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  our own
    if done.returncode not in ended:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")


def taking_turns(runs: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, Cost]:
    """Each run in each round, after one round that does not count."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, start in runs.items():
            before, begun = _processor(), time.perf_counter()
            start()
            taken[name].append((time.perf_counter() - begun, _processor() - before))
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    return {name: Cost(*(Times(times[1:]) for times in zip(*pairs, strict=True))) for name, pairs in taken.items()}


def whole_gate(costs: Mapping[str, Cost]) -> None:
    _say_costs("start to verdict", costs, (EMPTY, CHECK, OWN, NOTHING, MANY), EMPTY)
    bar("seconds of the gate above an empty run, wall", costs[CHECK].above(costs[EMPTY]), GATE_MOST)
    bar("the same but for the rows that run other programs", costs[OWN].above(costs[EMPTY]), GATE_MOST)
    bar("the same in processor time", costs[OWN].processor_above(costs[EMPTY]), GATE_MOST)


def collection(costs: Mapping[str, Cost]) -> None:
    _say_costs("collection", costs, (EMPTY_COLLECTED, COLLECTED), EMPTY_COLLECTED)
    bar("seconds of collection above an empty one, wall", costs[COLLECTED].above(costs[EMPTY_COLLECTED]), COLLECTION_MOST)
    bar("the same in processor time", costs[COLLECTED].processor_above(costs[EMPTY_COLLECTED]), COLLECTION_MOST)


def rows(costs: Mapping[str, Cost], evidence: Sequence[Mapping[str, Any]]) -> None:
    """What the harness adds to each row: by the clock around whole runs, and by the evidence inside the tests."""
    number, cases = len({case["requirement"] for case in evidence}), len(evidence)
    calls = [call for case in evidence for call in case["observations"]]
    starts = len({json.dumps(call["environment"], sort_keys=True) for call in calls})
    shares = {
        "all tests": costs[OWN].processor_above(costs[NOTHING]),
        "  calls of the provider": sum(call["seconds"] for call in calls),
        f"  starts of the provider, {starts}": starts * start_of_the_provider(),
        "  pytest and Allure, for any tests": costs[MANY].processor_above(costs[EMPTY]),
    }
    whole, *parts = shares.values()
    shares["  the harness"] = harness = whole - sum(parts)
    table = [(name, f"{s:.2f} s", f"{s / number * 1e3:.1f} ms", f"{s / cases * 1e3:.1f} ms") for name, s in shares.items()]
    say(f"{number} rows, {cases} cases, in processor time", table, columns=("", "in all", "per row", "per case"))
    # The reports' own work for a case with calls (its steps and attachments in Allure, its evidence) is the harness' here.
    bar("ms per row beyond calls, starts, pytest and Allure", harness / number * 1e3, ROW_MOST)
    inside = sum(case["seconds"] for case in evidence) - sum(parts[:2])
    bar("ms per row inside its tests, beyond calls and starts", inside / number * 1e3, ROW_MOST)


def start_of_the_provider() -> float:
    """Seconds that one start of the reference provider takes, the first one aside."""
    description = find_provider("reference")
    launcher = Launcher(description, load_world(home() / "cassettes" / "grok-4-0709"), prompts(), key="bench", say=print)
    taken = []
    for number in range(11):
        begun = time.process_time()
        launcher.start("current", {"NUMBER": str(number)}, None)
        taken.append(time.process_time() - begun)
    launcher.close()
    return statistics.median(taken[1:])


def read_evidence(folder: Path) -> list[Mapping[str, Any]]:
    """The cases of the last gate."""
    events = [json.loads(line) for line in (folder / "evidence.jsonl").read_text("utf-8").splitlines()]
    return [event for event in events if event["event"] == "case"]


def _say_costs(title: str, costs: Mapping[str, Cost], names: Sequence[str], peer: str) -> None:
    table = [(name, costs[name].wall, costs[name].wall.beside(costs[peer].wall), costs[name].processor) for name in names]
    say(title, table, columns=("", "wall", "beside the peer", "processor"))


def _above(times: Times, peer: Times) -> float:
    return statistics.median(mine - other for mine, other in zip(times.seconds, peer.seconds, strict=True))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
