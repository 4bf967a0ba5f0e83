"""The money of a live run, from its estimate to its bill, against the recorded xAI in the place of the real one."""

import json
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from grokgate.faces.explain import explained
from grokgate.formats.contract import contract
from grokgate.formats.evidence_file import read_evidence
from grokgate.formats.rollout_file import rollout
from grokgate.intercept.stand_in import StandIn
from grokgate.runs.ledger import Ledger
from grokgate.runs.preflight import CLOCK, Preflight
from grokgate.upstream.budget import DOLLAR, Budget
from grokgate.values.evidence import Blame
from grokgate.values.rollout import ModelFacts

ROLLOUT = rollout()
CONTRACT = contract(ROLLOUT)
PLENTY = ("--budget", "60")


def questions(seen):
    return [request for request in seen if request.path == "/v1/chat/completions"]


def billed(evidence):
    """What was asked and paid for, by row."""
    return {entry["row"]: entry for entry in evidence.footer["bill"]}


def sent(bill):
    return sum(sum(entry["requests"].values()) for entry in bill.values())


# --- what a row declares

RUNS = [("grok-4-0709", "2"), ("grok-4-0709", "3"), ("grok-4.3", "2")]


@pytest.mark.parametrize(("world", "phase"), RUNS)
def test_each_row_asks_for_no_more_than_it_declares_and_for_no_less_than_half(world, phase, live):
    ran, seen = live(*PLENTY, "--long-prompts", "--world", world, world=world, phase=phase)
    assert "not_run" not in ran.rows.values()
    bill = billed(ran.evidence)
    assert sent(bill) == len(questions(seen))
    assert bill[None]["requests"] == {"grok-4": 1}, "the preflight"
    declared = {id: CONTRACT[id].live for id, status in ran.rows.items() if status != "not_applicable"}
    left = {id: bill[id]["requests"] if id in bill else {} for id in declared}
    for id, traffic in declared.items():
        if traffic.trials:
            assert sum(left[id].values()) >= traffic.trials * sum(traffic.requests.values()), id
        else:
            assert left[id].keys() == traffic.requests.keys(), id
            assert all(left[id][model] <= number <= 2 * left[id][model] for model, number in traffic.requests.items()), id


@pytest.mark.parametrize("row", ["POST-2.1", "POST-4.6", "POST-6.1", "MON.3"])
def test_what_is_set_aside_for_a_row_pays_all_that_it_asks_for(row, live):
    """The budget has what the row may cost and, for the first question, four cents."""
    most = Ledger(Budget(), ROLLOUT, CONTRACT, {}).estimate(row).most
    ran, _ = live("--budget", str(most / DOLLAR + 0.04), rows=[row])
    assert ran.rows == {row: "passed"}


# --- before the first row


def test_a_run_says_first_what_it_will_cost(live):
    ran, _ = live(*PLENTY, rows=["P1.4", "POST-2.2"])
    assert "grokgate: 2 rows, about $0.017, at most $0.23; $60.00 is left and pays for all of them" in ran.said


def test_an_estimate_needs_no_key_and_sends_nothing(live):
    ran, seen = live("--estimate", "--budget", "0.10", rows=["P1.1", "POST-2.2", "POST-6.1", "POST-3.3"], key="")
    assert (ran.code, seen) == (0, [])
    lines = [line.split() for line in ran.said.splitlines()]
    assert ["POST-2.2", "2", "grok-4", "$0.007", "$0.091"] in lines
    assert ["P1.1", "nothing", "$0.000", "$0.000"] in lines
    assert ["POST-3.3", "1", "grok-4", "with", "256,001", "tokens", "$0.000", "$2.59", "*"] in lines
    said = " ".join(ran.said.split())
    assert "* left out, unless --long-prompts is said" in said
    assert "3 rows, about $0.061, at most $0.82; $0.10 is likely to pay for 2 of them, and not for POST-6.1: --budget 0.7" in said
    assert max(map(len, ran.said.splitlines())) <= 80


def test_an_estimate_of_a_replay_is_refused(grokgate):
    ran = grokgate("check", "--estimate")
    assert ran.code == 2
    assert "an estimate is one of a live run: grokgate live --estimate" in ran.complained


EXPLAINED = {
    "POST-2.2": "live: answers of the real xAI; 2 grok-4, about $0.007, at most $0.091",
    "POST-3.2": "2 grok-4 with 255,000 tokens, about $3.08, at most $5.15, and only with --long-prompts",
    "SC-2.1": "live: answers of the real xAI; at least 449 times 1 grok-4, about $1.52, at most $20.35",
    "P1.1": "live: answers of the real xAI; it asks for no answer, and costs nothing",
    "P3.2": "attested: a person vouches for it, by grokgate check --accept FILE",
}


@pytest.mark.parametrize("row", EXPLAINED)
def test_explain_says_which_evidence_decides_a_row_and_what_live_mode_costs(row):
    said = " ".join(explained(CONTRACT[row], ROLLOUT).split())
    assert EXPLAINED[row] in said
    replayed = "replay: recorded or derived answers in xAI's place; nothing leaves, and it costs nothing"
    assert (replayed in said) is ("replay" in CONTRACT[row].modes)


# --- rows


def test_with_ten_cents_each_row_is_paid_whole_or_does_not_start(live):
    ran, seen = live("--budget", "0.10", phase="1")
    assert ran.code == 10
    bill = billed(ran.evidence)
    assert sent(bill) == len(questions(seen))
    assert sum(entry["spent_ticks"] for entry in bill.values()) == ran.evidence.footer["spent_ticks"] <= DOLLAR // 10
    unpaid = [row for row in ran.verdict["rows"] if row["because"].startswith("--budget ")]
    assert {"MON.2", "POST-6.1", "SC-1.1"} <= {row["id"] for row in unpaid}
    assert {(row["status"], row["blame"]) for row in unpaid} == {("not_run", "configuration")}
    assert bill.keys().isdisjoint(row["id"] for row in unpaid), "nothing was asked for them"
    dear = {row["id"] for row in ran.verdict["rows"] if row["because"].startswith("--long-prompts")}
    rest = ran.rows.keys() - {row["id"] for row in unpaid} - dear
    assert {ran.rows[id] for id in rest} <= {"passed", "not_applicable"}
    assert {"P1.1", "POST-1.1", "POST-7.3"} <= rest


def test_the_budget_that_a_row_names_pays_it(live):
    ran, _ = live("--budget", "0.10", rows=["POST-4.6"])
    [row] = ran.verdict["rows"]
    ran, _ = live("--budget", row["because"].split()[1], rows=["POST-4.6"])
    assert (row["status"], ran.rows) == ("not_run", {"POST-4.6": "passed"})


def test_a_dear_row_is_asked_only_where_somebody_says_so(live):
    ran, seen = live(*PLENTY, rows=["POST-3.3"])
    [row] = ran.verdict["rows"]
    assert (row["status"], row["blame"], len(questions(seen))) == ("not_run", "configuration", 1)
    assert row["because"].startswith("--long-prompts asks it: ")
    ran, _ = live(*PLENTY, "--long-prompts", rows=["POST-3.3"])
    assert ran.rows == {"POST-3.3": "passed"}


def test_a_run_with_more_money_decides_what_one_with_less_left_open(live, grokgate, gate, tmp_path):
    replayed = gate("--provider", "reference", "--phase", "3", "--only", "POST-4.6").reports / "evidence.jsonl"
    little, much = tmp_path / "little.jsonl", tmp_path / "much.jsonl"
    live("--budget", "0.10", "--evidence", str(little), rows=["POST-4.6"])
    live("--budget", "1", "--evidence", str(much), rows=["POST-4.6"])

    def status(*runs):
        grokgate("signoff", *map(str, runs), "--reports", "signed")
        rows = json.loads((tmp_path / "signed/verdict.json").read_bytes())["rows"]
        return next(row["status"] for row in rows if row["id"] == "POST-4.6")

    assert status(replayed, little) == "not_run"
    assert status(replayed, little, much) == "passed"


# --- preflight


@pytest.fixture
def flown(operators_key):
    """Flies a preflight for a rollout and a budget; gives it, and what the stand-in saw."""

    def fly(about=ROLLOUT, budget=DOLLAR):
        with StandIn(key=operators_key) as xai:
            ledger = Ledger(Budget(budget), about, CONTRACT, {})
            return Preflight(upstream=xai.base_url, rollout=about, ledger=ledger).fly(operators_key, None), xai.requests

    return fly


def said_of(flight, what):
    return [line for line in flight.found if what in line]


def test_the_first_question_is_set_aside_and_settled(flown):
    flight, _ = flown()
    ledger = flight.ledger
    [entry] = ledger.to_json()["bill"]
    assert (flight.hindered, entry["row"], entry["requests"]) == (None, None, {"grok-4": 1})
    assert 0 < ledger.budget.spent == entry["spent_ticks"] < DOLLAR // 100
    assert ledger.budget.reserved == 0


def test_a_budget_that_does_not_reach_for_the_first_question_asks_none(flown):
    flight, seen = flown(budget=DOLLAR // 100)
    assert flight.hindered.because.startswith("the budget does not even reach for the first question: ")
    assert (flight.hindered.blame, questions(seen)) == (Blame.CONFIGURATION, [])


@pytest.mark.parametrize("times", [2, 0.5], ids=["the file is dearer", "xAI is dearer"])
def test_prices_that_differ_are_told_and_the_dearer_hold(times, flown):
    price = ROLLOUT.prices["grok-3"]
    mine = replace(price, completion=int(price.completion * times))
    models = tuple(replace(model, price=mine) if model.id == "grok-3" else model for model in ROLLOUT.facts.models)
    flight, _ = flown(replace(ROLLOUT, facts=replace(ROLLOUT.facts, models=models)))
    said = f"xAI lists grok-3 at $15.00 for a million output tokens, and the world file says ${15 * times:.2f}"
    assert said_of(flight, "xAI lists") == [f"{said}; mend the prices of the world (configuration)"]
    assert flight.ledger.prices["grok-3"].completion == max(price.completion, mine.completion)
    assert flight.hindered is None


def test_equal_prices_are_told_in_one_sentence(flown):
    flight, _ = flown()
    assert said_of(flight, "prices") == ["the prices of 4 models are those of the world"]
    world, held = ROLLOUT.prices, flight.ledger.prices
    assert {id: (price.prompt, price.completion, price.long) for id, price in held.items()} == {
        id: (price.prompt, price.completion, price.long) for id, price in world.items()
    }


def test_a_list_that_is_not_there_is_told_and_hinders_nothing(flown, monkeypatch):
    real = Preflight._prices
    monkeypatch.setattr(Preflight, "_prices", lambda flight, answer: real(flight, type(answer)(404, content=answer.content)))
    flight, _ = flown()
    assert said_of(flight, "prices") == ["xAI lists no prices here (status 404), so those of the world hold"]
    assert (flight.hindered, flight.ledger.prices) == (None, ROLLOUT.prices)


@pytest.mark.parametrize(("seconds", "acts"), [(CLOCK / 2, False), (CLOCK * 2, True)])
def test_clocks_that_differ_too_much_name_who_must_act(seconds, acts):
    flight = Preflight(upstream="", rollout=ROLLOUT, ledger=Ledger(Budget(), ROLLOUT, CONTRACT, {}))
    date = format_datetime(datetime.now(UTC) - timedelta(seconds=seconds))
    flight._lists(httpx.Response(200, headers={"date": date}, json={"data": []}))
    [line] = said_of(flight, "the clocks differ by")
    assert line.endswith("whoever runs this machine sets its clock (configuration)") is acts


def test_a_model_that_is_not_listed_under_any_of_its_names_is_told(flown):
    stray = replace(ROLLOUT.facts.served["grok-3"], id="grok-9", names=frozenset({"grok-9"}))
    facts = replace(ROLLOUT.facts, models=(*ROLLOUT.facts.models, stray))
    flight, _ = flown(replace(ROLLOUT, facts=facts, others=(*ROLLOUT.others, ModelFacts.of("grok-9", (), stray))))
    assert said_of(flight, "not listed") == ["not listed: grok-9; whoever keeps the rollout finds out why (configuration)"], (
        "grok-4 stands there as grok-4-0709, and grok-3-fast as grok-3"
    )


# --- a run that is stopped


@pytest.fixture
def stopped(tmp_path, started, operators_key):
    """Asks a live run to stop, by these signals, with a request of this number; gives its exit code, evidence and requests."""

    def run(number, *words, signals=((os.kill, signal.SIGINT),), **plays):
        seen = []

        def see(request):
            seen.append(request)
            if len(seen) == number:
                for send, one in signals:
                    send(process.pid, one)

        with StandIn(tls=True, key=operators_key, tell=see, **plays) as xai:
            address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file)}
            words = ("live", *PLENTY, "--phase", "3", "--reports", "reports", *words)
            process = started(*words, cwd=tmp_path, **address)
            process.communicate(timeout=120)
        return process.returncode, read_evidence(tmp_path / "reports/evidence.jsonl"), seen

    return run


TWICE = {
    "by a terminal, to all its processes": [(os.killpg, signal.SIGINT)],
    "by hand, then by the system": [(os.kill, signal.SIGINT), (os.kill, signal.SIGTERM)],
}


@pytest.mark.parametrize("signals", TWICE.values(), ids=TWICE)
def test_one_that_is_told_twice_still_seals_its_evidence(signals, stopped):
    code, evidence, seen = stopped(40, signals=signals)
    assert (code, evidence.footer["verdict"], evidence.footer["stopped"]) == (10, "inconclusive", True)
    assert sent(billed(evidence)) == len(questions(seen))


def test_what_is_under_way_is_billed_at_what_was_set_aside(stopped):
    """Of two requests of the row one is answered; the other is not, and is under way when the run is stopped."""
    code, evidence, _ = stopped(5, "--only", "MON.1", changes=["after 4: fault=timeout"])
    bill = billed(evidence)
    assert (code, bill["MON.1"]["requests"]) == (10, {"grok-4": 2})
    answered = bill[None]["spent_ticks"]
    assert bill["MON.1"]["spent_ticks"] - answered > 10 * answered


def test_a_row_that_failed_before_the_stop_is_a_no_go(stopped):
    code, evidence, _ = stopped(12, "--provider", "mutant:forwards-stop", "--only", "POST-2.4", "--only", "POST-6.1")
    assert (code, evidence.footer["verdict"], evidence.footer["stopped"]) == (1, "no-go", True)
