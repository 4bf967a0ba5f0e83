"""What changed between two runs: each kind of difference is found, and what is of one run alone is none."""

import json
from dataclasses import replace

import pytest

from grokgate.judgement.verdict import judge
from grokgate.reports import change_text
from grokgate.reports.change import Run, compare, trend
from grokgate.reports.change.rows import Turn
from grokgate.values.evidence import Blame, Status
from grokgate.values.volatile import steady, steady_json

HEADER = {
    "grokgate": "0.1.0",
    "started": "2026-11-25T07:32:07+00:00",
    "provider": {"name": "mine", "title": "mine 1.0", "spec": "mine"},
    "phase": "1",
    "scope": "predeploy",
    "world": "grok-4-0709",
    "digests": {"provider": "a" * 64, "world": "b" * 64},
}
PORT = "http://127.0.0.1:4711/v1/chat/completions"
BAD = {"because": "presence_penalty left", "blame": Blame.PROVIDER}


@pytest.fixture
def run(asked):
    """Makes a run of rows with a case each: ``run({"POST-2.2": [case("passed")]})``."""

    def make(rows=None, *, violations=(), **header):
        named = [(id, case) for id, cases in (rows or {}).items() for case in cases]
        cases = [replace(case, requirement=id, id=case.id.replace("POST-2.2", id)) for id, case in named]
        return Run(header=HEADER | header, verdict=judge([*map(asked, rows or {})], cases, strict=False, violations=violations))

    return make


@pytest.fixture
def sent(case):
    """Makes a passed case whose one call sent these bodies."""

    def make(*bodies, said="chat(model='grok-4')", url=PORT, part="", **exchange):
        facts = {"method": "POST", "url": url, "status": 200, "stray": False, "provenance": "derived", "recorded_at": ""}
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        return case("passed", part, observations=({"said": said, "wire": [facts | exchange | {"body": text} for text in texts]},))

    return make


# --- rows


@pytest.mark.parametrize(
    ("before", "after", "turn", "worse"),
    [
        ("passed", "failed", Turn.FAILING, True),
        ("passed", "not_offered", Turn.FAILING, True),
        ("attested", "harness_error", Turn.FAILING, True),
        ("waived", "failed", Turn.FAILING, True),
        ("not_run", "failed", Turn.FAILING, False),
        ("not_applicable", "failed", Turn.FAILING, False),
        ("passed", "not_run", Turn.OPENED, True),
        ("failed", "unproven", Turn.OPENED, False),
        ("failed", "passed", Turn.PASSING, False),
        ("not_run", "passed", Turn.PASSING, False),
        ("failed", "not_offered", Turn.CAUSE, False),
        ("failed", "waived", Turn.OTHERWISE, False),
        ("passed", "not_applicable", Turn.OTHERWISE, False),
        ("passed", "attested", Turn.OTHERWISE, False),
    ],
)
def test_a_row_that_turned(before, after, turn, worse, run, case):
    found = compare(run({"P1.1": [case(before)]}), run({"P1.1": [case(after)]}))
    [change] = found.rows
    assert (change.turn, found.is_worse, found.differs) == (turn, worse, True)


@pytest.mark.parametrize("status", [status.value for status in Status])
def test_a_row_that_stayed_is_no_change(status, run, case):
    assert not compare(run({"P1.1": [case(status)]}), run({"P1.1": [case(status)]})).differs


@pytest.mark.parametrize("other", [{"because": "stop left"}, {"blame": Blame.CONFIGURATION}], ids=["because", "blame"])
def test_a_row_that_is_red_for_another_cause(other, run, case):
    [change] = compare(run({"P1.1": [case("failed", **BAD)]}), run({"P1.1": [case("failed", **BAD | other)]})).rows
    assert change.turn is Turn.CAUSE


def test_a_red_row_of_which_another_case_is_red(run, case):
    before = [case("failed", "half"), case("passed", "zero")]
    after = [case("passed", "half"), case("failed", "zero")]
    [change] = compare(run({"POST-2.2": before}), run({"POST-2.2": after})).rows
    assert (change.turn, change.began, change.ended) == (Turn.CAUSE, ("POST-2.2[zero]",), ("POST-2.2[half]",))


def test_a_red_row_of_which_a_case_is_red_for_another_cause(run, case):
    before, after = ([case("failed", "half"), case("failed", "zero", because=because)] for because in ("no answer", "no text"))
    [change] = compare(run({"POST-2.2": before}), run({"POST-2.2": after})).rows
    assert (change.turn, change.began, change.recast) == (Turn.CAUSE, (), ("POST-2.2[zero]",))


def test_what_is_said_of_a_case_that_does_not_apply_changes_nothing(run, case):
    before, after = ([case("failed", "half"), case("not_applicable", "zero", because=because)] for because in ("so", "thus"))
    assert not compare(run({"POST-2.2": before}), run({"POST-2.2": after})).differs


def test_rows_that_came_and_went(run, case):
    found = compare(
        run({"P1.1": [case("passed")], "P1.2": [case("failed")]}), run({"P1.1": [case("passed")], "P2.1": [case("failed")]})
    )
    assert [(change.turn, change.row.asked.id) for change in found.rows] == [(Turn.CAME, "P2.1"), (Turn.WENT, "P1.2")]
    assert not found.is_worse


def test_a_host_that_is_newly_tried_is_worse(run, case):
    rows = {"P1.1": [case("passed")]}
    found = compare(run(rows), run(rows, violations=["example.org:443"]))
    assert (found.is_worse, found.new_violations) == (True, ("example.org:443",))
    assert "1 host newly tried" in change_text.conclusion(found)
    assert compare(run(rows, violations=["example.org:443"]), run(rows)).ended_violations == ("example.org:443",)


# --- what left


def changes(found):
    return [(change.place, change.before, change.after) for change in found.wire]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({"a": 1}, {"a": 1, "stop": ["END"]}, ("stop", None, '["END"]')),
        ({"a": 1, "stop": ["END"]}, {"a": 1}, ("stop", '["END"]', None)),
        ({"a": 1}, {"a": 2}, ("a", "1", "2")),
        ({"m": [{"content": "x"}]}, {"m": [{"content": "y"}]}, ("m[0].content", '"x"', '"y"')),
        ("sha256:" + "a" * 64 + " (5,000 bytes)", "sha256:" + "b" * 64 + " (5,001 bytes)",
         ("body", "sha256 aaaaaaaaaaaa (5,000 bytes)", "sha256 bbbbbbbbbbbb (5,001 bytes)")),
        ("sha256:" + "a" * 64 + " (5,000 bytes)", {"a": 1}, ("body", "sha256 aaaaaaaaaaaa (5,000 bytes)", '{"a": 1}')),
    ],
    ids=["added", "removed", "changed", "inside", "large", "large-no-more"],
)  # fmt: skip
def test_a_body_that_differs(before, after, change, run, sent):
    assert changes(compare(run({"P1.1": [sent(before)]}), run({"P1.1": [sent(after)]}))) == [change]


def test_a_long_value_is_shortened(run, sent):
    [(_, _, after)] = changes(compare(run({"P1.1": [sent({})]}), run({"P1.1": [sent({"user": "u" * 4000})]})))
    assert len(after) == 120


def test_another_address_and_another_number_of_requests(run, sent):
    before, after = sent({"a": 1}), sent({"a": 1}, {"a": 1}, url="http://127.0.0.1:1/v1/responses")
    assert changes(compare(run({"P1.1": [before]}), run({"P1.1": [after]}))) == [
        ("requests", "1 for one call", "2 for one call"),
        ("address", "POST /v1/chat/completions", "POST /v1/responses"),
    ]


def test_of_another_endpoint_what_is_said_there_is_held_against_it(run, sent):
    before = sent({"messages": [{"role": "user", "content": "Hi."}], "max_tokens": 9, "stop": "END"})
    after = sent({"input": "Hi.", "max_output_tokens": 8}, url="http://127.0.0.1:1/v1/responses")
    assert changes(compare(run({"P1.1": [before]}), run({"P1.1": [after]}))) == [
        ("address", "POST /v1/chat/completions", "POST /v1/responses"),
        ("limit", "9", "8"),
        ("stop", '"END"', None),
    ]


def test_one_change_in_many_cases_is_told_once_with_all_of_them(run, sent):
    before, after = ([sent(body, part=part) for part in "ab"] for body in ({}, {"stop": []}))
    [change] = compare(run({"P1.1": before, "P1.2": before}), run({"P1.1": after, "P1.2": after})).wire
    assert change.cases == ("P1.1[a]", "P1.1[b]", "P1.2[a]", "P1.2[b]")


def test_a_case_that_one_run_alone_has_is_not_compared(run, sent):
    assert compare(run({"P1.1": [sent({}, part="a")]}), run({"P1.1": [sent({"b": 1}, part="b")]})).wire == ()


def test_a_call_that_one_run_alone_made_is_said(run, sent):
    found = compare(run({"P1.1": [sent({"a": 1})]}), run({"P1.1": [sent({"b": 1}, said="chat(model='grok-3')")]}))
    assert [change.place for change in found.wire] == ["calls"]
    assert "The two runs keep different calls of P1.1" in change_text.text(found)


# --- what is of one run alone


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("POST http://127.0.0.1:4711/v1", "POST http://127.0.0.1:4712/v1"),
        ("id 0d3f7b52-9c3e-4d0a-8b2e-3f1d9f5e6a70", "id 1d3f7b52-9c3e-4d0a-8b2e-3f1d9f5e6a70"),
        ("call_a8Bc9dEf0123", "call_b8Bc9dEf0123"),
        ("at 2026-11-25 07:36:48,709", "at 2026-11-26 08:00:00,001"),
        ("after 0.5 s", "after 12.1 s"),
        ("exit 0 after 120 ms", "exit 0 after 9 ms"),
        ("<Lock at 0x7f354e8b3410>", "<Lock at 0x7f354e8b3999>"),
        ("wrote /tmp/run-1/x.log", "wrote /tmp/run-22/y.log"),
    ],
)
def test_what_differs_from_run_to_run_is_no_difference(one, other, run, case):
    assert steady(one) == steady(other) != one
    assert not compare(run({"P1.1": [case("failed", because=one)]}), run({"P1.1": [case("failed", because=other)]})).differs


@pytest.mark.parametrize("kept", ["limit 1000", "a window of 256000", "waits 600 s", "/v1/models", "grok-4-0709", "400"])
def test_what_says_something_is_kept(kept):
    assert steady(kept) == kept


def test_times_in_a_body_are_of_one_run():
    assert steady_json({"created": 1795591927, "at": [1795591927740]}) == steady_json(
        {"created": 1795591928, "at": [1795591999740]}
    )
    assert steady_json({"max_tokens": 1000, "seed": 7, "stream": True}) == {"max_tokens": 1000, "seed": 7, "stream": True}


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf"), 10**400], ids=["nan", "inf", "-inf", "huge"])
def test_a_number_that_is_no_time_and_no_number_is_the_same_in_both_runs(odd, run, sent):
    assert steady_json({"seed": odd}) == steady_json({"seed": float(str(odd)) if odd != 10**400 else odd})
    one, other = ({"P1.1": [sent({"temperature": odd})]} for _ in range(2))
    assert not compare(run(one), run(other)).differs


def test_port_and_time_of_a_run_are_no_difference(run, sent):
    later = run({"P1.1": [sent({"a": 1}, url="http://127.0.0.1:4712/v1/chat/completions")]}, started="2026-11-26T00:00:00+00:00")
    found = compare(run({"P1.1": [sent({"a": 1})]}), later)
    assert not found.differs
    assert change_text.conclusion(found) == "nothing differs · exit 0"


# --- the question, and what it rests on


def test_what_differs_in_the_question(run):
    digests = {"provider": "c" * 64, "world": "b" * 64}
    found = compare(run(), run(grokgate="0.2.0", digests=digests, world="grok-4.3"))
    assert [(fact.name, fact.before, fact.after) for fact in found.header] == [
        ("grokgate", "0.1.0", "0.2.0"),
        ("world", "grok-4-0709", "grok-4.3"),
        ("provider build", "a" * 12, "c" * 12),
    ]


def test_two_providers_are_said_to_be_two(run):
    found = compare(run(), run(provider={"name": "other", "title": "other 2.0", "spec": "other"}))
    assert "These are two providers" in change_text.text(found)
    assert "These are two providers" not in change_text.text(compare(run(), run(grokgate="0.2.0")))


def test_files_in_the_wrong_order_are_noticed(run):
    found = compare(run(), run(started="2026-11-24T00:00:00+00:00"))
    assert "The second file is the earlier run" in change_text.text(found)


def test_recordings_that_aged_are_told_and_are_no_difference(run, sent):
    recorded = sent({"a": 1}, provenance="recorded", recorded_at="2026-11-01T10:00:00Z")
    found = compare(run({"P1.1": [recorded]}), run({"P1.1": [recorded]}, started="2026-11-30T07:00:00+00:00"))
    [change] = found.answers
    assert (change.before.days, change.after.days, found.differs) == (24, 29, False)
    assert "P1.1      oldest 2026-11-01, 29 days, were 24" in change_text.text(found)


def test_a_row_that_rests_on_derived_answers_instead_of_recorded_ones(run, sent):
    recorded = sent({"a": 1}, provenance="recorded", recorded_at="2026-11-01T10:00:00Z")
    found = compare(run({"P1.1": [recorded]}), run({"P1.1": [sent({"a": 1})]}))
    assert found.differs
    assert "P1.1      recorded → derived" in change_text.text(found)
    assert "1 answers: 0 recorded, 1 derived, which have no age" in change_text.text(found)


# --- many runs


def test_the_trend_shows_the_rows_that_were_not_the_same_in_all_runs(run, case):
    runs = [
        run({"P1.1": [case("passed")], "P1.2": [case(status)]} | ({"P1.3": [case("failed")]} if status == "failed" else {}))
        for status in ("passed", "failed", "not_run")
    ]
    rows = trend(runs)
    assert [row.id for row in rows] == ["P1.2", "P1.3"]
    lines = change_text.trend_text(runs, rows).splitlines()
    assert lines[0] == "Over 3 runs, what was not the same in all of them (2)"
    assert lines[-3:-1] == ["  P1.2       ✔ ✘ ○", "  P1.3       · ✘ ·"]
    assert "✔ passed, ✘ failed, ○ not run, · not asked for" in lines[-1]


def test_no_line_is_wider_than_a_terminal(run, case, sent):
    long = {"because": "a cause that is told at great length " * 9, "blame": Blame.CONFIGURATION}
    before = run({f"POST-2.{n}": [case("passed"), sent({"key": "x" * 200})] for n in range(40)}, grokgate="0" * 99)
    after = run({f"POST-2.{n}": [case("failed", **long), sent({"key": "y" * 200})] for n in range(50)})
    found = compare(before, after)
    text = "\n".join(
        [change_text.text(found), change_text.conclusion(found), change_text.trend_text([before, after], trend([before, after]))]
    )
    assert [line for line in text.splitlines() if len(line) > 80] == []
