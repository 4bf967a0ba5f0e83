"""``grokgate draft``: what a run of the reference announces, a run of a broken provider does not."""

import pytest

from grokgate.faces.draft import NotDrafted, drafted
from grokgate.formats.evidence_file import EvidenceWriter
from grokgate.formats.rollout_file import rollout

KINDS = ["release-notes", "limitations", "migration", "faq"]
ROWS = [word for id in ("POST-2.2", "POST-2.4", "POST-5.2", "POST-5.4", "P1.5", "MON.5") for word in ("--only", id)]
BROKEN = ("--provider", "mutant:forwards-stop")
CLAIM = "`stop` is left out for grok-4, so cut the text at your sequences yourself. [POST-2.4]"


@pytest.fixture
def draft(gate, grokgate):
    return lambda kind, *provider: grokgate("draft", kind, str(gate(*ROWS, *provider).reports / "evidence.jsonl"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_begins_with_what_it_rests_on(kind, draft):
    ran = draft(kind)
    assert (ran.code, ran.complained) == (0, "")
    head = ran.said.split("\n\n")[1]
    assert "provider: grokgate's reference provider, build `" in head
    assert "only these rows were judged: POST-2.2, POST-2.4, POST-5.2, POST-5.4, P1.5, MON.5" in head
    assert "0 recorded" in head


def test_the_reference_announces_that_stop_is_left_out(draft):
    assert f"- {CLAIM}" in draft("release-notes").said
    assert CLAIM in draft("migration").said


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_that_forwards_stop_does_not(kind, draft):
    ran = draft(kind, *BROKEN)
    assert ran.code == 0
    assert "`stop` is left out" not in ran.said
    if kind != "release-notes":
        assert "`stop` is not left out for grok-4: take it out" in ran.said
        assert "Seen: stop left for grok-4, which answers 400. [POST-2.4]" in ran.said


def test_the_prices_are_those_of_who_answered(draft):
    said = draft("migration").said
    assert "- `grok-4`, answered by `grok-4-0709`: $3 for a million tokens of prompt ($0.75 where cached)" in said
    assert "- `grok-3`: $3 for a million tokens of prompt" in said
    assert "grok-4.3" not in said, "the row also plays a substitution, which is no price of grok-4"


def test_a_failure_raises_a_question_of_its_own(draft):
    assert "### Why does a call with `stop` fail?" in draft("faq", *BROKEN).said
    assert "No row failed that raises a question of its own." in draft("faq").said


@pytest.fixture
def seal(gate, tmp_path):
    """Writes the evidence of a run with another header, and gives its path."""

    def write(digest, **header):
        evidence = gate(*ROWS).evidence
        path = tmp_path / "evidence.jsonl"
        writer = EvidenceWriter(path, ())
        digests = {**evidence.header["digests"], "rollout": digest}
        writer.write("header", {**evidence.header, **header, "digests": digests})
        for row in evidence.asked:
            writer.write("requirement", row.to_json())
        for entry in evidence.cases:
            writer.write("case", entry.to_json())
        writer.seal({"verdict": evidence.footer["verdict"], "counts": {}, "seconds": 1.0})
        return str(path)

    return write


@pytest.fixture
def resealed(seal):
    """Evidence whose header says that it was judged by another rollout file."""
    return seal("0" * 64)


def test_a_rollout_file_that_was_moved_has_to_be_named(grokgate, seal, zork):
    evidence = seal(rollout(str(zork)).digest, rollout="zork-9", world="zorld")
    lost = grokgate("draft", "faq", evidence)
    assert (lost.code, lost.said) == (2, "")
    assert "the run was judged by the rollout 'zork-9', which is not there: --rollout FILE says where it is" in lost.complained
    found = grokgate("draft", "migration", evidence, "--rollout", str(zork))
    assert (found.code, found.said.splitlines()[0][:25]) == (0, "# From zork-8 to zork-9: ")


def test_of_another_rollout_file_no_guide_is_made(grokgate, resealed):
    ran = grokgate("draft", "migration", resealed)
    assert (ran.code, ran.said) == (2, "")
    assert "the run was judged by another rollout file" in ran.complained
    assert "xAI refuses" not in grokgate("draft", "limitations", resealed).said


@pytest.mark.parametrize("kind", KINDS)
def test_a_rollout_that_is_named_and_was_not_the_runs_is_refused(kind, gate, zork):
    with pytest.raises(NotDrafted, match=f"the run was judged by another rollout than {zork}; name the file"):
        drafted(kind, gate(*ROWS).reports / "evidence.jsonl", str(zork))


def test_damaged_evidence_is_refused(grokgate, resealed, tmp_path):
    (tmp_path / "evidence.jsonl").write_text((tmp_path / "evidence.jsonl").read_text().replace('"passed"', '"failed"', 1))
    ran = grokgate("draft", "faq", resealed)
    assert (ran.code, ran.said) == (4, "")
    assert "evidence refused" in ran.complained


def test_an_unknown_draft_is_wrong_use(grokgate, resealed):
    ran = grokgate("draft", "poem", resealed)
    assert (ran.code, "'poem' is not one of" in ran.complained) == (2, True)


def test_the_help_teaches(grokgate):
    ran = grokgate("draft", "--help")
    assert all(f"\n  {kind} " in ran.said for kind in KINDS)
    assert all(len(line) <= 80 for line in ran.said.splitlines())
