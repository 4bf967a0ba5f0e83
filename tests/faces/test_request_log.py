"""What a stand-in was asked, as a person reads it at a terminal."""

from datetime import datetime

import click
import pytest

from grokgate.faces.request_log import WIDTH, RequestLog, lines
from grokgate.intercept.schedule import Change
from grokgate.intercept.standing import Seen

AT = datetime(2026, 11, 25, 8, 30, 5)


def seen(**more):
    plain = {"number": 1, "at": AT, "method": "POST", "path": "/v1/chat/completions", "model": "grok-4", "status": 200}
    return Seen(**plain | more)


def plain(**more):
    return [click.unstyle(line) for line in lines(seen(**more))]


def test_a_request_is_one_line():
    assert plain(rule="plain/hidden") == ["08:30:05 200    POST /v1/chat/completions grok-4  plain/hidden"]


def test_what_xai_says_stands_under_it():
    assert plain(status=400, refusal="Argument not supported on this model: stop")[1:] == [
        "         xAI: Argument not supported on this model: stop"
    ]


def test_a_miss_tells_how_the_nearest_rule_differs():
    assert plain(status=599, miss="no answer on tape; nearest is rule a/b, but n is 2, the rule wants 1")[1:] == [
        "         no answer on tape; nearest is rule a/b, but n is 2, the rule wants 1"
    ]


def test_a_fault_and_a_change_are_told():
    changes = (Change.of("every 3: fault=reset"), Change.of("after 2: world=grok-4.3"))
    assert plain(status=None, fault="reset", changes=changes) == [
        "08:30:05 reset  POST /v1/chat/completions grok-4",
        "         after 2: world=grok-4.3",
        "         fault reset (every 3): The connection is reset once the request was",
        "         read.",
    ]


@pytest.mark.parametrize(
    ("status", "fault", "shown", "colour"),
    [
        (200, "", "200   ", "green"),
        (429, "", "429   ", "red"),
        (599, "", "599   ", "yellow"),
        (None, "reset", "reset ", "magenta"),
    ],
)
def test_the_status_has_a_colour(status, fault, shown, colour):
    assert click.style(shown, fg=colour, bold=True) in next(lines(seen(status=status, fault=fault)))


def test_no_line_is_wider_than_a_terminal():
    wide = {"path": "/v1/" + "p" * 76, "model": "m" * 80, "rule": "r" * 40, "refusal": "word " * 90 + "x" * 200}
    assert max(map(len, plain(status=404, **wide))) <= WIDTH


def test_the_sums_count_requests_refusals_misses_and_faults():
    log = RequestLog(lambda _: None)
    for more in [{"provenance": "derived"}, {"status": 400}, {"status": 599}, {"status": 429, "fault": "rate-limit"}]:
        log(seen(**more))
    assert log.sums() == "4 requests: 2 refused, 1 missed, 1 struck by a fault\nanswers: 0 recorded, 1 derived"


def test_a_quiet_one_counts_and_says_nothing():
    said = []
    log = RequestLog(said.append, quiet=True)
    log(seen())
    assert said == []
    assert log.sums().startswith("1 request: 0 refused")
