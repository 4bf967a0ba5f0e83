"""A journal outlives its worker: what it had begun and ended is read to the last line that was whole."""

import pytest

from grokgate.formats.document import BadDocument
from grokgate.formats.journal import Journal, read_journal

CALL = {
    "number": 1,
    "outcome": "kept",
    "ticks": 5,
    "seconds": 0.1,
    "asked": "grok-4",
    "served": "grok-4-0709",
    "statuses": ["200"],
    "prompt": 1,
    "cached": 0,
    "completion": 1,
    "reasoning": 0,
    "converted": True,
    "because": "",
    "blame": None,
    "wait": None,
    "egress": [],
    "observation": None,
}


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal-1.jsonl", ("a-secret-of-somebody",))


def test_what_was_begun_and_what_ended_is_read_back(journal):
    journal.begun(1)
    journal.ended(CALL)
    journal.begun(2)
    kept = read_journal(journal.path)
    assert (kept.begun, [call["number"] for call in kept.ended]) == ({1, 2}, [1])


def test_what_is_known_is_left_out(journal):
    journal.begun(1)
    journal.ended(CALL)
    assert read_journal(journal.path, {1}) == read_journal(journal.path, frozenset({1, 2}))
    assert read_journal(journal.path, {1}).ended == ()


def test_a_last_line_that_is_cut_off_was_not_written(journal):
    journal.begun(1)
    whole = journal.path.read_bytes()
    journal.ended(CALL)
    journal.path.write_bytes(journal.path.read_bytes()[:-3])
    assert read_journal(journal.path).ended == ()
    journal.path.write_bytes(whole[:-1])
    assert read_journal(journal.path).begun == frozenset()


@pytest.mark.parametrize("line", [b"{", b'{"begun": "one"}', b'{"ended": {"number": 7}}', b"[]"])
def test_a_line_that_is_none_is_refused_with_its_place(line, journal):
    journal.begun(1)
    journal.path.write_bytes(journal.path.read_bytes() + line + b"\n")
    with pytest.raises(BadDocument, match=r"journal-1\.jsonl"):
        read_journal(journal.path)


def test_what_was_tried_beside_any_call_is_kept(journal):
    journal.left([{"target": "example.net:443", "stack": "", "carries_secret": False}])
    assert [attempt["target"] for attempt in read_journal(journal.path, {1}).left] == ["example.net:443"]


def test_a_secret_is_masked(journal):
    written = journal.ended(CALL | {"because": "the key a-secret-of-somebody was refused"})
    assert written["because"] == "the key [key] was refused"
    assert b"a-secret-of-somebody" not in journal.path.read_bytes()
