"""A request is read as it left, and a miss explains itself."""

import hashlib

import pytest

from grokgate.values.wire import Answer, Egress, Miss, Near, WireRequest


def request(body=b"", url="https://api.x.ai:8443/v1/models?limit=1"):
    return WireRequest("POST", url, {}, body)


def test_the_address_falls_into_host_and_path():
    assert (request().host, request().path) == ("api.x.ai:8443", "/v1/models")


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        (b'{"model": "grok-4"}', {"model": "grok-4"}),
        (b"[1]", [1]),
        (b"null", None),
        (b"", None),
        (b'{"model": ', None),
        (b"\xff\xfe\xfa", None),
        (b"[" * 100_000, None),
    ],
    ids=["object", "list", "null", "empty", "cut", "binary", "bottomless"],
)
def test_a_body_is_parsed_where_it_is_json(body, parsed):
    assert request(body).json == parsed


@pytest.mark.parametrize(
    ("body", "carried", "value"),
    [
        (b'{"stop": ["END"]}', True, ["END"]),
        (b'{"stop": null}', True, None),
        (b'{"model": "grok-4"}', False, None),
        (b'["stop"]', False, None),
        (b'"stop"', False, None),
        (b"", False, None),
    ],
)
def test_a_key_at_the_top_is_carried_whatever_its_value(body, carried, value):
    assert (request(body).carries("stop"), request(body).field("stop")) == (carried, value)


@pytest.mark.parametrize("make", [request, lambda body: Answer(status=200, headers={}, body=body)], ids=["request", "answer"])
def test_a_large_body_is_told_by_digest_and_length(make):
    body = b"x" * 1001
    assert make(body).text(1001) == "x" * 1001
    assert make(body).text(1000) == f"sha256:{hashlib.sha256(body).hexdigest()} (1,001 bytes)"


ABOUT = {
    "request": (
        b'{"model": "grok-4", "messages": [{}, {}], "stop": []}',
        "model grok-4; messages: 2; keys model, messages, stop",
    ),
    "answer": (b'{"model": "grok-4-0709", "choices": []}', "model grok-4-0709; keys model, choices"),
    "listing": (b'{"data": [], "object": "list"}', "keys data, object"),
    "stream": (
        b'data: {"model": "grok-4"}\n\ndata: {"usage": 7}\n\ndata: [DONE]\n\n',
        '3 events, the last that says something: data: {"usage": 7}',
    ),
}


@pytest.mark.parametrize(("body", "about"), ABOUT.values(), ids=ABOUT)
def test_of_a_large_body_it_is_told_what_it_is_about(body, about):
    assert request(body).text(10) == f"sha256:{hashlib.sha256(body).hexdigest()} ({len(body)} bytes; {about})"


@pytest.mark.parametrize("body", [b" " * 11, b"[1, 2, 3, 4, 5]", b'{"model": "grok-4'], ids=["blank", "list", "cut"])
def test_of_a_large_body_that_tells_nothing_the_length_is_told(body):
    assert request(body).text(10).endswith(f" ({len(body)} bytes)")


def test_bytes_that_are_no_text_are_shown_all_the_same():
    assert request(b"caf\xe9").text(10) == "caf\N{REPLACEMENT CHARACTER}"


def test_a_miss_names_the_nearest_rule_and_what_differs():
    near = Near(rule="plain/none", differences=(("stream", "no or yes", "with-usage"), ("turn", "user", "tool")))
    assert Miss(meaning={}, nearest=(near,)).reason == (
        "no answer on tape; nearest is rule plain/none, but stream is with-usage, the rule wants no or yes; "
        "turn is tool, the rule wants user"
    )


def test_a_miss_where_a_rule_has_no_exchange_names_it():
    assert Miss(meaning={}, nearest=(Near(rule="plain/none", differences=()),)).reason == (
        "no answer on tape; rule plain/none covers the request, but no exchange plays for it"
    )


def test_a_miss_without_rules_says_so():
    assert Miss(meaning={}).reason == "no rule of this world covers the request"


def test_a_miss_of_a_broken_tape_names_the_fault():
    assert Miss(meaning={}, broken="KeyError: 'x'").reason == "the tape failed on the request: KeyError: 'x'"


FRAMES = {
    "suite": '  File "/home/ana/x/suites/test_rollback.py", line 3, in test_x\n    provider.chat("grok-4")\n',
    "vehicle": '  File "/home/ana/x/plugins/grokgate/providers/vehicle.py", line 4, in perform\n    chat(request)\n',
    "adapter": '  File "/home/ana/my_grok.py", line 12, in chat\n    httpx.get(\n',
    "library": '  File "/venv/lib/python3.13/site-packages/httpx/_api.py", line 5, in get\n    return request(\n',
}


@pytest.mark.parametrize(
    ("stack", "origin"),
    [
        ("".join(FRAMES.values()), 'File "/home/ana/my_grok.py", line 12, in chat httpx.get('),
        (FRAMES["library"], 'File "/venv/lib/python3.13/site-packages/httpx/_api.py", line 5, in get return request('),
        ('  File "/usr/lib/python3.13/socket.py", line 962, in getaddrinfo\n    for res in _socket.getaddrinfo(\n', ""),
        ("", ""),
    ],
    ids=["of-the-provider", "of-a-package-alone", "of-a-thread", "unknown"],
)
def test_who_made_an_attempt_to_get_out_is_told_by_one_frame(stack, origin):
    assert Egress(target="example.net:443", stack=stack).origin == origin
