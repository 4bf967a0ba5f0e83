"""``grokgate diff``: two runs of one build do not differ, and what a mutant breaks is found."""

import json

import jsonschema
import pytest

from grokgate.formats.home import SCHEMAS

ROWS = [word for id in ("POST-2.4", "POST-2.7", "P1.4", "POST-7.3") for word in ("--only", id)]
STOP, TEMPERATURE = ("--provider", "mutant:forwards-stop"), ("--provider", "mutant:drops-temperature")


@pytest.fixture
def evidence(gate):
    """The evidence of a gate over some rows; ``again`` tells runs of the same gate apart."""
    return lambda *provider, again="0": str(gate(*ROWS, *provider, "--pace", again).reports / "evidence.jsonl")


@pytest.fixture
def diff(grokgate, evidence):
    """Compares the reference with another provider, or providers."""
    return lambda *others, words=(): grokgate("diff", *words, evidence(), *(evidence(*other) for other in others))


def test_two_runs_of_the_same_build_do_not_differ(gate, grokgate):
    one, other = (str(gate("--", "-p", f"no:run{number}").reports / "evidence.jsonl") for number in (1, 2))
    ran = grokgate("diff", one, other)
    assert (ran.code, ran.complained) == (0, "")
    assert ran.said.endswith("\n\nnothing differs · exit 0\n")
    assert len(ran.said.splitlines()) == 10
    assert not json.loads(grokgate("diff", "--json", one, other).said)["differs"]


def test_what_a_build_breaks_is_told(diff):
    ran = diff(STOP)
    assert ran.code == 1
    assert "✔ → ✘ POST-2.4   stop left for grok-4, which answers 400                provider" in ran.said
    assert '+ stop: ["END"]\n        in 4 cases of 1 row: POST-2.4\n' in ran.said
    assert "provider build" in ran.said
    assert "These are two providers" in ran.said
    assert ran.said.endswith("WORSE  1 row that was kept is red or open · 1 newly failing · exit 1\n")
    assert all(len(line) <= 80 for line in ran.said.splitlines())


def test_what_a_build_mends_is_told(grokgate, evidence):
    ran = grokgate("diff", evidence(*STOP), evidence())
    assert ran.code == 0
    assert "✘ → ✔ POST-2.4   was: stop left for grok-4, which answers 400" in ran.said
    assert '- stop: ["END"]' in ran.said
    assert ran.said.endswith("nothing got worse · 1 newly passing · exit 0\n")


def test_a_trend_over_three_runs(diff):
    ran = diff(STOP, TEMPERATURE)
    assert ran.code == 1, "POST-2.7 fails from the second to the third"
    assert "Over 3 runs, what was not the same in all of them (2)" in ran.said
    assert "  POST-2.4   ✔ ✘ ✔\n  POST-2.7   ✔ ✔ ✘\n" in ran.said
    assert "P1.4  " not in ran.said


def test_machines_get_the_same_by_schema(diff):
    found = json.loads(diff(STOP, TEMPERATURE, words=["--json"]).said)
    jsonschema.validate(found, json.loads((SCHEMAS / "diff.schema.json").read_bytes()))
    assert found["schema"] == "grokgate/diff/1"
    assert found["worse"] == ["POST-2.7"]
    assert [row["id"] for row in found["rows"]["newly_passing"]] == ["POST-2.4"]
    assert found["trend"]["rows"][0] == {"id": "POST-2.4", "statuses": ["passed", "failed", "passed"]}
    assert {change["place"] for change in found["wire"]} == {"stop", "temperature"}


@pytest.mark.parametrize("place", [0, 1])
def test_damaged_evidence_is_refused(place, grokgate, evidence, tmp_path):
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text((tmp_path / evidence()).read_text().replace('"passed"', '"failed"', 1))
    files = [evidence(), evidence()]
    files[place] = str(damaged)
    ran = grokgate("diff", *files)
    assert (ran.code, ran.said) == (4, "")
    assert "something was changed after the run" in ran.complained


def test_unfinished_evidence_is_refused(grokgate, evidence, tmp_path):
    unfinished = tmp_path / "unfinished.jsonl"
    unfinished.write_text("".join((tmp_path / evidence()).read_text().splitlines(keepends=True)[:-1]))
    ran = grokgate("diff", evidence(), str(unfinished))
    assert (ran.code, "the run was stopped before its end" in ran.complained) == (4, True)


def test_one_file_is_wrong_use(grokgate, evidence):
    ran = grokgate("diff", evidence())
    assert (ran.code, ran.complained) == (
        2,
        "grokgate: two evidence files are compared, the earlier first: grokgate diff EARLIER LATER\n",
    )


def test_the_help_teaches(grokgate):
    ran = grokgate("diff", "--help")
    assert "grokgate diff before.jsonl reports/pal/evidence.jsonl" in ran.said
    assert all(len(line) <= 80 for line in ran.said.splitlines())
