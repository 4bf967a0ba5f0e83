"""A line of a server's log: its head, its message, and the names in it."""

import json

import pytest

from grokgate.formats.log_line import HEADED, UNHEADED, masked_figures, message_of, removal, resolution, stamp_of, to_the_end

RESOLVED, REMOVED = "_resolve_model_name.*grok", "Removing unsupported parameter"
HEADS = {
    "python": ("2026-11-24 00:07:34,123 - grok - ERROR - it failed", "2026-11-24 00:07:34,123"),
    "python-name-in-capitals": ("2026-11-24 00:07:34,123 - XAIProvider - ERROR - it failed", "2026-11-24 00:07:34,123"),
    "iso": ("2026-11-24T00:07:34Z ERROR it failed", "2026-11-24T00:07:34Z"),
    "iso-zone": ("2026-11-24T00:07:34.123456+01:00 | ERROR | it failed", "2026-11-24T00:07:34.123456+01:00"),
    "zone-behind-a-blank": ("2026-11-24 00:07:34 +0100 [grok] ERROR: it failed", "2026-11-24 00:07:34 +0100"),
    "brackets": ("[2026-11-24 00:07:34] [ERROR] it failed", "2026-11-24 00:07:34"),
    "level-first": ("ERROR 2026-11-24 00:07:34,123 it failed", "2026-11-24 00:07:34,123"),
    "level-first-in-brackets": ("[ERROR] 2026-11-24 00:07:34 it failed", "2026-11-24 00:07:34"),
    "colours": ("\x1b[2m2026-11-24 00:07:34\x1b[0m [\x1b[31mERROR\x1b[0m] it failed", "2026-11-24 00:07:34"),
    "json": (json.dumps({"level": "error", "time": "2026-11-24T00:07:34Z", "msg": "it failed"}), "2026-11-24T00:07:34Z"),
    "json-of-python": (
        json.dumps({"asctime": "2026-11-24 00:07:34,123", "levelname": "ERROR", "message": "it failed"}),
        "2026-11-24 00:07:34,123",
    ),
    "json-in-seconds": (json.dumps({"timestamp": 1795478854.5, "severity": "ERROR", "message": "it failed"}), "1795478854.5"),
}


@pytest.mark.parametrize(("line", "stamp"), HEADS.values(), ids=HEADS)
def test_a_line_has_a_time_stamp_and_a_level(line, stamp):
    text = b"\n" + line.encode()
    assert HEADED.match(text)
    assert not UNHEADED.search(text)
    assert stamp_of(line.encode()) == stamp


@pytest.mark.parametrize("line", [line for line, _ in HEADS.values()], ids=HEADS)
def test_what_a_line_says_stands_behind_its_level(line):
    assert message_of(line).removeprefix("2026-11-24 00:07:34,123 ").removeprefix("2026-11-24 00:07:34 ") == "it failed"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Traceback (most recent call last):",
        '  File "xai.py", line 7, in chat',
        "2026-11-24 00:07:34,123 it failed",
        "ERROR it failed",
        "xai.XAIError: 503",
        json.dumps({"level": "error", "msg": "no time"}),
        json.dumps({"time": "2026-11-24T00:07:34Z", "msg": "no level"}),
        "2026-11-24 00:07:34,123 INFORMATION is no level",
        "24/11/2026 00:07:34 ERROR another way to write a day",
    ],
)
def test_a_line_lacks_one_of_both(line):
    assert UNHEADED.fullmatch(b"\n" + line.encode())
    assert not HEADED.match(b"\n" + line.encode())


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("_resolve_model_name: 'grok' -> 'grok-4'", ("grok", "grok-4")),
        ("_resolve_model_name: grok -> grok-4 (flag on)", ("grok", "grok-4")),
        ('_resolve_model_name: " GROK " => "grok-3"', (" GROK ", "grok-3")),
        ("_resolve_model_name('grok4') → grok-4-0709", ("grok4", "grok-4-0709")),
        ("_resolve_model_name resolved grok to grok-3", ("grok", "grok-3")),
        ("_resolve_model_name: asked=grok resolved=grok-4", ("grok", "grok-4")),
        ("_resolve_model_name: xai/grok4 -> xai/grok-4", ("xai/grok4", "xai/grok-4")),
        (json.dumps({"message": '_resolve_model_name: "best" → "grok-4"'})[13:], ("best", "grok-4")),
        ("_resolve_model_name: grok", ("", "")),
        ("_resolve_model_name: grok -> o3", ("", "")),
        ("_resolve_model_name: o3 -> o3-mini", None),
    ],
)
def test_the_names_of_a_resolution(said, names):
    assert resolution(said.encode(), RESOLVED) == names


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Removing unsupported parameter 'stop' for model grok-4", ("grok-4", "stop")),
        ("Removing unsupported parameter: presence_penalty (grok-4-0709)", ("grok-4-0709", "presence_penalty")),
        ('Removing unsupported parameter \\"stop\\" for grok-4", "level": "INFO"}', ("grok-4", "stop")),
        ("Removing unsupported parameter stop", ("", "stop")),
        ("Removing unsupported parameter", ("", "")),
    ],
)
def test_the_names_of_a_removal(said, names):
    assert removal(said.encode(), REMOVED) == names


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "call of grok-4 failed: XAIError 403 after 2 attempts in 12.5 s",
            "call of grok-4 failed: XAIError 403 after # attempts in # s",
        ),
        ("xai/grok-4-0709 answered 200 with 1,234 bytes", "xai/grok-4-0709 answered 200 with # bytes"),
        ("request 00-da5976cd3aaa05b44d5fade7d1eadae6-01 and fe1a73fa-a3d3-538d-94c6-f4de69b4ce25", "request #-# and #"),
        ("the deadbeef of a facade", "the deadbeef of a facade"),
    ],
)
def test_figures_are_masked_and_statuses_and_names_are_not(text, masked):
    assert masked_figures(text) == masked


def test_a_line_that_begins_often_is_one_line():
    assert to_the_end(RESOLVED).findall(b"\nx _resolve_model_name _resolve_model_name: grok\ny") == [
        b"_resolve_model_name _resolve_model_name: grok"
    ]
