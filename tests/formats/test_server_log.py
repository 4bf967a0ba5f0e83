"""What a log says: counted alike however it is cut into blocks, and as grep counts it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.formats import server_log
from grokgate.formats.rollout_file import rollout
from grokgate.formats.server_log import OTHERS, Survey

T = "2026-11-24 00:07:{:02},000 - grok - "
LOG = [
    T.format(1) + "INFO - _resolve_model_name: 'grok4' -> 'grok-4'",
    T.format(2) + "ERROR - call of grok-4 failed: XAIError 503 after 7 s",
    "Traceback (most recent call last):",
    '  File "xai.py", line 7, in chat',
    "    raise XAIError(said)",
    "",
    "xai.XAIError: 503",
    T.format(3) + "WARNING - Removing unsupported parameter 'stop' for model grok-4",
    T.format(4) + "INFO - _resolve_model_name: 'grok' -> 'grok-3'",
    T.format(5) + "ERROR - call of grok-3 failed: XAIError 503 after 9 s",
    "a line of another program",
    "",
    T.format(6) + "INFO - _resolve_model_name: 'grok-4' -> 'grok-4'",
    T.format(7) + "ERROR - call of grok-4 failed: XAIError 503 after 12 s",
    T.format(8) + "INFO - _resolve_model_name: grok",
    "{ no JSON",
]


def surveyed(lines, model="grok-4", size=None) -> Survey:
    plan = rollout()
    survey = Survey.of(plan.logs, plan.model, model)
    size = size or len(lines)
    for start in range(0, len(lines), size):
        survey.add(b"".join(b"\n" + (line if isinstance(line, bytes) else line.encode()) for line in lines[start : start + size]))
    return survey


def test_the_period_and_the_lines():
    found = surveyed(LOG)
    assert (found.lines, found.first_stamp, found.last_stamp) == (16, "2026-11-24 00:07:01,000", "2026-11-24 00:07:08,000")


def test_errors_are_counted_with_the_first_and_the_last_and_by_cause():
    found = surveyed(LOG)
    assert (found.failed.count, found.failed.first.number, found.failed.last.number) == (2, 2, 14)
    assert found.failed.last.stamp == "2026-11-24 00:07:07,000"
    assert {cause: seen.count for cause, seen in found.causes.items()} == {"call of grok-4 failed: XAIError 503 after # s": 2}


def test_errors_of_another_model():
    assert surveyed(LOG, "grok-3").failed.count == 1
    assert surveyed(LOG, "grok.4").failed.count == 0


def test_names_are_counted():
    found = surveyed(LOG)
    assert found.resolutions == {("grok4", "grok-4"): 1, ("grok", "grok-3"): 1, ("grok-4", "grok-4"): 1}
    assert found.removed == {("grok-4", "stop"): 1}
    assert (found.nameless.count, found.nameless.first.number) == (1, 15)


def test_what_cannot_be_parsed_is_told_apart():
    found = surveyed(LOG)
    assert (found.traceback_lines, found.blank_lines, found.unheaded.count) == (5, 1, 2)
    assert (found.unheaded.first.text, found.unheaded.first.number) == ("a line of another program", 11)
    assert (found.unheaded.last.text, found.unheaded.last.number) == ("{ no JSON", 16)


@given(size=st.integers(1, 16), order=st.permutations(LOG))
def test_how_a_log_is_cut_into_blocks_changes_nothing(size, order):
    whole, cut = vars(surveyed(order)), vars(surveyed(order, size=size))
    assert whole | {"_in_block": 0} == cut | {"_in_block": 0}


WORDS = st.lists(st.sampled_from(["grok-4", "ERROR", "grok-3", "INFO", " ", "grok-", "4 ", "ERR"]), max_size=6).map("".join)


@given(lines=st.lists(WORDS, min_size=1, max_size=30))
def test_a_line_is_an_error_where_grep_says_so(lines):
    assert surveyed(lines).failed.count == sum("grok-4" in line and "ERROR" in line for line in lines)


@pytest.mark.parametrize(("line", "count"), [(b"a\xff\xfeb", 2), ("é \ufffd".encode(), 0), (b"a\xc3", 1), (b"plain", 0)])
def test_bytes_that_are_no_text_are_counted(line, count):
    assert surveyed([line]).undecodable == count


def test_lines_of_json_are_read_by_their_keys():
    said = [
        "_resolve_model_name: 'grok4' -> 'grok-4'",
        "call of grok-4 failed: 503",
        "Removing unsupported parameter stop for grok-4",
    ]
    lines = [json.dumps({"time": "2026-11-24T00:07:34Z", "level": "ERROR", "msg": text, "pid": 7}) for text in said]
    found = surveyed(lines)
    assert "call of grok-4 failed: 503" in found.causes
    assert (found.failed.first.stamp, found.unheaded.count) == ("2026-11-24T00:07:34Z", 0)
    assert (found.resolutions, found.removed) == ({("grok4", "grok-4"): 1}, {("grok-4", "stop"): 1})


def test_more_kinds_than_are_told_apart_are_counted_together(monkeypatch):
    monkeypatch.setattr(server_log, "MOST", 2)
    words = ["one", "two", "three", "four"]
    lines = [T.format(1) + f"ERROR - grok-4 {word}" for word in words]
    lines += [T.format(1) + f"INFO - _resolve_model_name: {word} -> grok-4" for word in words]
    found = surveyed(lines)
    assert {cause: seen.count for cause, seen in found.causes.items()} == {"grok-4 one": 1, "grok-4 two": 1, OTHERS: 2}
    assert found.resolutions == {("one", "grok-4"): 1, ("two", "grok-4"): 1, (OTHERS, OTHERS): 2}
