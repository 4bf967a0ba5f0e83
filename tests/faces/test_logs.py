"""``grokgate logs``: what it tells people and machines of a server's log, and what it never quotes."""

import gzip
import json
import os
import pty
import subprocess
import sys

import pytest

from grokgate.formats.rollout_file import rollout
from grokgate.runs import logs
from grokgate.runs.logs import Report, shown

KEY = "xai-Zq81LmN4vB7cX2sD9fG6hJ3kP5wR0tY8"
LOG = f"""\
2026-11-24 00:07:31,123 - grok - INFO - _resolve_model_name: 'grok4' -> 'grok-4'
2026-11-24 00:07:32,123 - grok - WARNING - Removing unsupported parameter 'stop' for model grok-4
2026-11-24 00:07:33,123 - grok - ERROR - call of grok-4 failed: XAIError 403 after 1.5 s with {KEY}
2026-11-24 00:07:34,123 - grok - INFO - _resolve_model_name: 'grok-4' -> 'grok-4'
2026-11-24 00:07:35,123 - grok - INFO - _resolve_model_name: 'grok' -> 'grok-3'
2026-11-24 00:07:36,123 - grok - INFO - _resolve_model_name: 'grok-4' -> 'grok-4'
2026-11-24 00:07:37,123 - grok - ERROR - call of grok-4 failed: XAIError 403 after 0.5 s with {KEY}
a line of another program that was started with {KEY} and \x1b]0;steers the terminal\x07
2026-11-24 00:07:38,123 - grok - INFO - _resolve_model_name: 'grok-4' -> 'grok-4'
"""
TOLD = """\
server.log · 9 lines
2026-11-24 00:07:31,123 to 2026-11-24 00:07:38,123

Errors of grok-4
  grep "grok-4" | grep "ERROR"
  2 lines
  first  2026-11-24 00:07:33,123, line 3
  last   2026-11-24 00:07:37,123, line 7
            2  call of grok-4 failed: XAIError 403 after # s with [xAI key]
  error rate 50 % (6.76 to 93.2 % at 95 %): 2 error lines of 4 calls, counted by
  the lines that resolve a name to grok-4

Removed parameters
  grep "Removing unsupported parameter"
            1  stop for grok-4

Resolutions
  grep "_resolve_model_name.*grok"
            3  grok-4 -> grok-4
            1  grok4 -> grok-4
            1  grok -> grok-3

Not parsed
  1 line without time stamp or level
    line 8: a line of another program that was started with [xAI key] and ?]0;s…
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "server.log"
    path.write_text(LOG)
    return path


@pytest.mark.usefixtures("log")
def test_what_people_are_told(grokgate):
    ran = grokgate("logs", "server.log")
    assert (ran.code, ran.complained) == (0, "")
    assert ran.said == TOLD
    assert all(len(line) <= 80 for line in ran.said.splitlines())


@pytest.mark.usefixtures("log")
def test_what_machines_are_told(grokgate):
    ran = grokgate("logs", "server.log", "--json")
    told = json.loads(ran.said)
    assert KEY[4:12] not in ran.said
    assert (told["lines"], told["calls"], told["error_rate"]) == (9, 4, 0.5)
    assert told["error_rate_interval"] == pytest.approx([0.0676, 0.9324], abs=1e-4)
    assert told["period"] == {"first": "2026-11-24 00:07:31,123", "last": "2026-11-24 00:07:38,123"}
    assert told["errors"]["causes"] == [{"text": "call of grok-4 failed: XAIError 403 after # s with [xAI key]", "count": 2}]
    assert told["removed_parameters"] == [{"model": "grok-4", "parameter": "stop", "count": 1}]
    assert told["resolutions"][0] == {"asked": "grok-4", "resolved": "grok-4", "count": 3}
    assert told["not_parsed"]["without_time_stamp_or_level"]["count"] == 1


def test_another_model_and_a_packed_file(grokgate, log, tmp_path):
    (tmp_path / "server.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    told = json.loads(grokgate("logs", "server.log.1.gz", "--json", "--model", "grok-3").said)
    assert (told["errors"]["patterns"], told["errors"]["count"], told["calls"]) == (["grok-3", "ERROR"], 0, 1)
    assert told["error_rate"] == 0


@pytest.mark.parametrize(("name", "why"), [("none.log", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_wrong_use(grokgate, name, why):
    ran = grokgate("logs", name)
    assert (ran.code, ran.said, ran.complained) == (2, "", f"grokgate: {name} cannot be read: {why}\n")


def test_an_empty_log_says_little(grokgate, tmp_path):
    (tmp_path / "empty.log").write_text("")
    assert grokgate("logs", "empty.log").said.startswith("empty.log · 0 lines\nno line has a time stamp and a level\n")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("ERROR",), "calls are counted by the lines that resolve a name to grok-4, and there are none"),
        (
            ("ERROR", "ERROR", "grok4 -> grok-4"),
            "2 error lines, but calls are counted by the lines that resolve a name to grok-4: 1",
        ),
    ],
)
def test_a_rate_that_the_log_does_not_tell_is_never_invented(tmp_path, lines, said):
    path = tmp_path / "server.log"
    path.write_text("".join(f"2026-11-24 00:07:31 {line} _resolve_model_name: {line} for grok-4\n" for line in lines))
    report = Report(str(path), None, rollout())
    assert report.error_rate is None
    assert report.counted == f"the error rate cannot be told: {said}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"with {KEY}, twice {KEY}", "with [xAI key], twice [xAI key]"),
        (f"Authorization: Bearer {KEY}", "Authorization: Bearer [bearer credential]"),
        (f'{{"header": "\\nx-key {KEY}"}}', "(withheld: it holds a xAI key)"),
        ("colour \x1b[31mred\x1b[0m", "colour ?[31mred?[0m"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_and_what_steers_terminals_are_never_shown(text, told):
    assert shown(text) == told


def test_how_far_it_is_shows_where_somebody_looks(log, tmp_path):
    """Standard error is a terminal, and the file is taken for a large one."""
    imports = "from grokgate.formats.rollout_file import rollout\nfrom grokgate.runs import logs\n"
    script = f"{imports}logs.LARGE = 1\nlogs.Report({str(log)!r}, None, rollout())\n"
    terminal, end = pty.openpty()
    subprocess.run([sys.executable, "-c", script], stderr=end, check=True, cwd=tmp_path)
    os.close(end)
    assert "reading 0 MB" in os.read(terminal, 4096).decode()
    os.close(terminal)


def test_how_far_it_is_does_not_show_elsewhere(log, capsys, monkeypatch):
    monkeypatch.setattr(logs, "LARGE", 1)
    Report(str(log), None, rollout())
    assert capsys.readouterr().err == ""
