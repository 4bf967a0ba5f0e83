"""Each mutant turns red the rows that it says and no others, and each row that has a test has a mutant.

Every case runs a gate in a process of its own. That a mutant turns nothing else red takes a whole gate, so a quarter of them is
in turn here, another one for each state of the sources; ``grokgate matrix`` holds all of them to it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from grokgate.formats.suites import owners
from grokgate.runs import mutants
from grokgate.runs.gates import red_rows, red_rows_of, verdict_of
from grokgate.runs.matrix import COMMAND, as_json, page, replayed
from grokgate.runs.mutants import Mutant

ROOT = Path(__file__).parent.parent
MUTANTS = mutants.replayed()
QUARTERS = 4


def in_turn() -> list[Mutant]:
    """A quarter of the mutants, chosen by the sources; and those that break a row which sums up others."""
    files = sorted(path for folder in ("plugins", "suites", "fixtures") for path in (ROOT / folder).rglob("*.[pt][yo]*"))
    digest = sha256(b"".join(path.read_bytes() for path in files if path.suffix in (".py", ".toml")))
    turn = digest.digest()[0] % QUARTERS
    return [mutant for number, mutant in enumerate(MUTANTS) if number % QUARTERS == turn or mutant.breaks - owners().keys()]


@pytest.fixture(scope="session")
def reference() -> Callable[[str], set[str]]:
    """The rows that are red for the reference provider in a phase, which no mutant is to blame for."""
    return cache(lambda phase: red_rows("reference", phase))


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_mutant_turns_red_what_it_breaks(mutant: Mutant) -> None:
    tested = {row for row in mutant.breaks if row in owners()}
    assert red_rows(mutant.provider, mutant.phase, only=tested) == tested, mutant.doc


@pytest.mark.parametrize("mutant", in_turn(), ids=[mutant.name for mutant in in_turn()])
def test_a_mutant_turns_nothing_else_red(mutant: Mutant, reference: Callable[[str], set[str]]) -> None:
    assert red_rows_of(mutant) - reference(mutant.phase) == mutant.breaks, mutant.doc


@pytest.mark.parametrize("row", replayed())
def test_each_row_that_replay_decides_has_a_mutant(row: str) -> None:
    assert any(row in mutant.breaks for mutant in MUTANTS), f"{row} is unproven by mutants: its check may never fail"


def test_the_committed_kill_matrix_is_that_of_today() -> None:
    named = {mutant.name: set(mutant.breaks) for mutant in MUTANTS}  # which the tests above hold against what is measured
    assert (ROOT / "docs/kill-matrix.json").read_text("utf-8") == as_json(MUTANTS, named), f"make it again: {COMMAND}"
    assert (ROOT / "docs/kill-matrix.md").read_text("utf-8") == page(MUTANTS, named), f"make it again: {COMMAND}"


def test_a_miss_is_never_passed_however_good_the_answer() -> None:
    verdict = verdict_of("mutant:swallows-the-miss", "1")
    status = {row["id"]: row["status"] for row in verdict["rows"]}
    assert {status[row] for row in ("POST-4.1", "POST-4.2", "POST-4.8")} == {"harness_error"}


def test_calling_another_host_fails_the_run() -> None:
    verdict = verdict_of("mutant:calls-home", "1")
    assert verdict["verdict"] == "no-go"
    assert verdict["violations"]
    assert all("telemetry.example.net" in target for target in verdict["violations"])
