"""Each mutant turns red the rows that it says and no others, and each row that has a test has a mutant.

Every case runs a gate in a process of its own, so half of them are judged here by the rows that they break, by turns with the
state of the sources. That a mutant turns nothing else red takes a whole gate: a twelfth of them is in turn, and in each further
rollout a sample; at responses a sample is judged by the rows that it breaks. ``grokgate matrix`` holds all of them to it in every
rollout at both endpoints.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from grokgate.formats.rollout_file import DEFAULT
from grokgate.formats.suites import owners
from grokgate.runs import mutants
from grokgate.runs.gates import red_rows, red_rows_of, verdict_of
from grokgate.runs.kill_matrix import COMMAND, as_json, page
from grokgate.runs.kills import api_of, as_named, grounds, rollouts
from grokgate.runs.matrix import unbroken
from grokgate.runs.mutants import Mutant, at
from grokgate.values.world import CHAT, RESPONSES

ROOT = Path(__file__).parent.parent
MUTANTS = mutants.replayed()
OTHERS = [name for name in rollouts() if name != DEFAULT]
AT_RESPONSES = at(RESPONSES, DEFAULT)
TWELFTHS = 12
SAMPLES = 24
"""Of so many mutants one is judged in a further rollout, by whole gates of seconds each."""


@cache
def turn() -> int:
    """A number that is another one for each state of the sources."""
    files = sorted(path for folder in ("plugins", "suites", "fixtures") for path in (ROOT / folder).rglob("*.[pt][yo]*"))
    return sha256(b"".join(path.read_bytes() for path in files if path.suffix in (".py", ".toml"))).digest()[0]


@cache
def committed(ground: str) -> frozenset[str]:
    """The rows that do not apply on a ground, by the committed kill matrix."""
    figures = json.loads((ROOT / "docs/kill-matrix.json").read_bytes())["grounds"]
    return frozenset(figures[ground]["not applicable"]) if ground in figures else frozenset()


def one_half() -> list[Mutant]:
    """Every other mutant, the other half for the next state of the sources."""
    return MUTANTS[turn() % 2 :: 2]


def in_turn() -> list[Mutant]:
    """A twelfth of the mutants, chosen by the sources; and those that break a row which sums up others."""
    twelfth = turn() % TWELFTHS
    return [mutant for number, mutant in enumerate(MUTANTS) if number % TWELFTHS == twelfth or mutant.breaks - owners().keys()]


def sampled() -> list[tuple[str, Mutant]]:
    """Some of the mutants in each further rollout, chosen by the sources."""
    sample = turn() % SAMPLES
    return [(name, mutant) for name in OTHERS for number, mutant in enumerate(MUTANTS) if number % SAMPLES == sample]


def at_responses() -> list[Mutant]:
    """Some of the mutants whose fault is one at responses, chosen by the sources; and those that have no other."""
    faulty = [mutant for mutant in MUTANTS if mutant.breaks_on(AT_RESPONSES, committed(AT_RESPONSES))]
    sample = turn() % SAMPLES
    return [mutant for number, mutant in enumerate(faulty) if number % SAMPLES == sample or CHAT not in mutant.apis]


@pytest.fixture(scope="session")
def reference() -> Callable[[str], set[str]]:
    """The rows that are red for the reference provider in a phase, which no mutant is to blame for."""
    return cache(lambda phase: red_rows("reference", phase))


@pytest.mark.parametrize("mutant", one_half(), ids=[mutant.name for mutant in one_half()])
def test_a_mutant_turns_red_what_it_breaks(mutant: Mutant) -> None:
    breaks = mutant.breaks_on(DEFAULT)
    if not breaks:
        assert any(mutant.breaks_on(one, committed(one)) for one in grounds()), f"{mutant.name} is no fault on any ground"
        return
    tested = breaks & owners().keys()
    assert red_rows(mutant.provider, mutant.phase, only=tested) == tested, mutant.doc


@pytest.mark.parametrize("mutant", at_responses(), ids=[mutant.name for mutant in at_responses()])
def test_a_mutant_turns_red_what_it_breaks_at_responses(mutant: Mutant) -> None:
    tested = mutant.breaks_on(AT_RESPONSES, committed(AT_RESPONSES)) & owners().keys()
    assert red_rows(at(RESPONSES, mutant.provider), mutant.phase, only=tested) == tested, mutant.doc


@pytest.mark.parametrize("mutant", in_turn(), ids=[mutant.name for mutant in in_turn()])
def test_a_mutant_turns_nothing_else_red(mutant: Mutant, reference: Callable[[str], set[str]]) -> None:
    assert red_rows_of(mutant) - reference(mutant.phase) == mutant.breaks_on(DEFAULT), mutant.doc


@pytest.mark.parametrize(("name", "mutant"), sampled(), ids=[f"{name} {mutant.name}" for name, mutant in sampled()])
def test_a_mutant_turns_the_same_rows_red_in_another_rollout(name: str, mutant: Mutant) -> None:
    assert red_rows_of(mutant, name) == mutant.breaks_on(name, committed(name)), mutant.doc


@pytest.mark.parametrize("here", [one for one in grounds() if one != DEFAULT])
def test_the_rows_that_do_not_apply_on_a_ground_are_those_of_the_matrix(here: str) -> None:
    red, lacks = unbroken(here.partition("@")[0], api_of(here))
    assert not any(red.values()), "the reference is to blame for no row"
    assert lacks == committed(here), f"make it again: {COMMAND}"


@pytest.mark.parametrize("here", grounds())
def test_each_row_that_replay_decides_has_a_mutant(here: str) -> None:
    unproven = as_named(here, committed(here)).unproven
    assert not unproven, f"{', '.join(unproven)}: unproven by mutants in {here}; the check may never fail"


def test_the_committed_kill_matrix_is_that_of_today() -> None:
    named = [as_named(here, committed(here)) for here in grounds()]  # which the tests above hold against what is measured
    assert (ROOT / "docs/kill-matrix.json").read_text("utf-8") == as_json(named), f"make it again: {COMMAND}"
    assert (ROOT / "docs/kill-matrix.md").read_text("utf-8") == page(named), f"make it again: {COMMAND}"


def test_a_miss_is_never_passed_however_good_the_answer() -> None:
    verdict = verdict_of("mutant:swallows-the-miss", "1")
    status = {row["id"]: row["status"] for row in verdict["rows"]}
    assert {status[row] for row in ("POST-4.1", "POST-4.2", "POST-4.8")} == {"harness_error"}


def test_calling_another_host_fails_the_run() -> None:
    verdict = verdict_of("mutant:calls-home", "1")
    assert verdict["verdict"] == "no-go"
    assert verdict["violations"]
    assert all("telemetry.example.net" in target for target in verdict["violations"])
