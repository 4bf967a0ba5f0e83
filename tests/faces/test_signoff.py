"""``grokgate waive`` and ``grokgate signoff``: from runs and what people add to one sealed verdict."""

import json
import random
import shutil
import tomllib
from datetime import date

import pytest

from grokgate.faces.waive import entry
from grokgate.formats.document import check
from grokgate.formats.evidence_file import EvidenceRefused, EvidenceWriter, read_evidence
from grokgate.formats.home import SCHEMAS

ROWS = [word for id in ("P2.1", "POST-2.2", "POST-2.4") for word in ("--only", id)]
PHASE = "2"


@pytest.fixture
def good(gate):
    """Evidence of the reference provider, of three rows."""
    return gate("--provider", "reference", "--phase", PHASE, *ROWS).reports / "evidence.jsonl"


@pytest.fixture
def bad(gate):
    """Evidence of a provider that forwards stop, of the same rows."""
    return gate("--provider", "mutant:forwards-stop", "--phase", PHASE, *ROWS).reports / "evidence.jsonl"


@pytest.fixture
def reports(tmp_path):
    return tmp_path / "reports"


def test_open_rows_are_named_and_attestations_close_theirs(good, attested, grokgate, reports):
    path, rows = attested
    before = grokgate("signoff", good, "--reports", reports)
    assert before.code == 10
    assert {before.rows[row] for row in rows} == {"not_run"}
    after = grokgate("signoff", good, "--accept", path, "--reports", reports)
    assert {after.rows[row] for row in rows} == {"attested"}
    assert after.rows["SC-2.1"] == "not_run"
    assert after.verdict["scope"] == "signoff"
    assert len(after.verdict["attestations"]) == len(rows)


def test_the_verdict_fits_its_schema_and_verifies_offline(good, attested, grokgate, reports):
    grokgate("signoff", good, "--accept", attested[0], "--reports", reports)
    check(json.loads((reports / "verdict.json").read_bytes()), json.loads((SCHEMAS / "verdict.schema.json").read_bytes()), "it")
    verified = grokgate("verify", reports / "signoff.jsonl")
    assert verified.code == 10
    assert "✎ 6 attested" in verified.said


def test_one_changed_byte_anywhere_is_refused(good, attested, grokgate, reports):
    grokgate("signoff", good, "--accept", attested[0], "--reports", reports)
    whole = (reports / "signoff.jsonl").read_bytes()
    changed = reports / "changed.jsonl"
    for place in {0, len(whole) - 1, *random.Random(7).sample(range(len(whole)), 150)}:
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(EvidenceRefused):
            read_evidence(changed)


def test_a_failure_that_is_waived_excuses_no_other_failure_of_its_row(bad, grokgate, tmp_path):
    entry = grokgate("waive", bad, "post-2.4").said
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(entry.replace('owner = ""', 'owner = "Ana"').replace('reason = ""', 'reason = "known"'))
    again = ("check", "--provider", "mutant:forwards-stop", "--phase", PHASE, *ROWS, "--accept", waivers, "--reports", "reports")
    excused = grokgate(*again)
    assert (excused.rows["POST-2.4"], excused.verdict["findings"]) == ("waived", [])
    waivers.write_text(waivers.read_text().replace(excused.verdict["waivers"][0]["failure"], "0123456789ab"))
    other = grokgate(*again)
    assert (other.code, other.rows["POST-2.4"]) == (1, "failed")
    assert "covers another failure (0123456789ab); now it is" in other.said.replace("\n  ", " ")


def test_a_row_that_live_traffic_decides_too_stays_open_without_it(good, grokgate, reports):
    rows = grokgate("signoff", good, "--reports", reports).rows
    assert (rows["P2.1"], rows["POST-2.4"]) == ("not_run", "not_run")


@pytest.mark.parametrize(
    ("row", "because"),
    [
        ("POST-2.2", "POST-2.2 is passed; only what failed or is not offered is waived"),
        ("P1.1", "was not asked for a row 'P1.1'"),
    ],
)
def test_there_is_nothing_to_waive(row, because, bad, grokgate):
    ran = grokgate("waive", bad, row)
    assert (ran.code, ran.said) == (2, "")
    assert because in ran.complained


def test_a_waiver_of_a_cause_with_control_characters_is_toml(bad, tmp_path):
    odd, kept = tmp_path / "odd.jsonl", read_evidence(bad)
    writer = EvidenceWriter(odd, ())
    for event in (json.loads(line) for line in bad.read_text("utf-8").splitlines()[:-1]):
        if event["event"] == "case":
            event["because"] = event["because"] and "a \x1b[31m\x00red\x7f\u2028\ud83d cause"
        writer.write(event.pop("event"), event)
    writer.seal({key: value for key, value in kept.footer.items() if key not in ("event", "events", "seal")})
    printed = entry(odd, "POST-2.4", date(2026, 11, 25))
    assert tomllib.loads(printed)["waiver"][0]["row"] == "POST-2.4"
    assert "# a [31mred cause" in printed


def test_a_name_in_evidence_chooses_no_folder(good, grokgate, tmp_path):
    evil, kept = tmp_path / "evil.jsonl", read_evidence(good)
    writer = EvidenceWriter(evil, ())
    for event in (json.loads(line) for line in good.read_text("utf-8").splitlines()[:-1]):
        if event["event"] == "header":
            event["provider"]["name"] = "../evil"
        writer.write(event.pop("event"), event)
    writer.seal({key: value for key, value in kept.footer.items() if key not in ("event", "events", "seal")})
    ran = grokgate("signoff", evil)
    assert (ran.code, "provider.name: '../evil' does not match" in ran.complained) == (4, True)
    assert [path.name for path in tmp_path.iterdir()] == ["evil.jsonl"]


def test_runs_of_two_builds_are_refused(good, bad, grokgate, reports):
    ran = grokgate("signoff", good, bad, "--reports", reports)
    assert ran.code == 4
    assert f"{bad} is about another provider than {good}: mutant-forwards-stop, and not reference" in ran.complained
    assert not (reports / "verdict.json").exists()


def test_a_sign_off_is_no_run(good, grokgate, reports):
    grokgate("signoff", good, "--reports", reports)
    again = grokgate("signoff", reports / "signoff.jsonl", "--reports", reports / "again")
    assert (again.code, "it is a sign-off itself" in again.complained) == (4, True)


def test_a_run_is_not_written_over(good, grokgate, reports):
    reports.mkdir()
    shutil.copy(good, reports / "signoff.jsonl")
    ran = grokgate("signoff", reports / "signoff.jsonl", "--reports", reports)
    assert (ran.code, "it is one of the runs, and would be written over" in ran.complained) == (4, True)
    assert (reports / "signoff.jsonl").read_bytes() == good.read_bytes()


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(good, grokgate, tmp_path):
    (tmp_path / "file").write_text("")
    ran = grokgate("signoff", good, "--reports", tmp_path / "file" / "reports")
    assert (ran.code, "cannot be written: Not a directory" in ran.complained) == (2, True)


def test_an_earlier_page_does_not_outlive_its_run(good, grokgate, reports):
    reports.mkdir()
    (reports / "signoff.html").write_text("an earlier one")
    grokgate("signoff", good, "--reports", reports)
    assert "INCONCLUSIVE" in (reports / "signoff.html").read_text()
    names = ["junit.xml", "signoff.html", "signoff.jsonl", "summary.md", "verdict.json"]
    assert sorted(path.name for path in reports.iterdir()) == names


def test_a_run_that_was_strict_is_signed_off_strictly(gate, grokgate, reports):
    ran = gate("--provider", "reference", "--phase", PHASE, *ROWS, "--strict")
    grokgate("signoff", ran.reports / "evidence.jsonl", "--reports", reports)
    assert read_evidence(reports / "signoff.jsonl").header["strict"]


def test_a_run_that_is_given_twice_counts_once(good, grokgate, reports):
    shutil.copy(good, reports.parent / "copy.jsonl")
    grokgate("signoff", good, reports.parent / "copy.jsonl", "--reports", reports)
    evidence = read_evidence(reports / "signoff.jsonl")
    assert len(evidence.sources) == 1
    assert len({case.id for case in evidence.cases}) == len(evidence.cases)


def test_bad_acceptances_are_wrong_use_and_nothing_is_written(good, grokgate, reports, tmp_path):
    (tmp_path / "bad.toml").write_text("[[waiver]]\n")
    ran = grokgate("signoff", good, "--accept", tmp_path / "bad.toml", "--reports", reports)
    assert (ran.code, "bad.toml: waiver[0]: " in ran.complained) == (2, True)
    assert not reports.exists()
