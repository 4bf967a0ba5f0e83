"""The same exchange, recorded by any tool, is the same capture; what went elsewhere is left out and counted."""

import base64
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from grokgate.formats.document import BadDocument
from grokgate.formats.home import home
from grokgate.formats.recordings.reader import read_recordings, recordings
from grokgate.values.capture import Capture
from grokgate.values.wire import WireRequest

DATA = Path(__file__).parent / "data"
RIVER = Capture(
    request=WireRequest(
        "POST",
        "https://api.x.ai/v1/chat/completions",
        {"authorization": "Bearer example-key", "content-type": "application/json"},
        b'{"model":"grok-4","messages":[{"role":"user","content":"Name a river in Spain."}]}',
    ),
    status=200,
    headers={
        "content-type": "application/json",
        "date": "Tue, 02 Dec 2025 10:00:00 GMT",
        "vary": "origin, accept-encoding",
    },
    body='{"model":"grok-4-0709","choices":[{"message":{"content":"The Miño."}}]}'.encode(),
    recorded_at="2025-12-02T10:00:00Z",
)
ORIGINS = {
    "vcrpy.yaml": "entry 1",
    "vcrpy.json": "entry 2",
    "ruby.yml": "entry 2",
    "go-1.yaml": "entry 2",
    "go-2.yaml": "entry 2",
    "browser.har": "entry 2",
    "lines.jsonl": "line 2, rivers 1",
    "betamax.json": "entry 2",
    "nock.json": "entry 2",
    "polly.har": "entry 2",
    "httpmock.yaml": "document 2",
    "wiremock.json": "entry 2",
}
HOSTLESS = {"httpmock.yaml": "httpmock", "wiremock.json": "wiremock"}
"""Files that name no host, and what stands for it."""
BODY = base64.b64encode(RIVER.body).decode()
PACKED = base64.b64encode(gzip.compress(RIVER.body)).decode()
MOON = {"status": {"code": 200, "message": "OK"}, "headers": {}}


def vcrpy_of(*answers, request=None):
    """The bytes of a cassette of vcrpy, in which xAI gave these answers."""
    asked = {"method": "GET", "uri": "https://api.x.ai/v1/models", "body": None, "headers": {}} | (request or {})
    return json.dumps({"version": 1, "interactions": [{"request": asked, "response": MOON | a} for a in answers]}).encode()


def read_one(raw, name="x.yaml", **options):
    (capture,) = recordings(Path(name), raw, **options).captures
    return capture


@pytest.mark.parametrize("name", ORIGINS)
def test_the_same_exchange_in_every_format_is_the_same_capture(name):
    host = HOSTLESS.get(name, "api.x.ai")
    read = read_recordings(DATA / name, [host])
    request = replace(RIVER.request, url=f"https://{host}/v1/chat/completions")
    [capture] = read.captures
    lengths = {key: value for key, value in capture.request.headers.items() if key != "content-length"}  # nock keeps it
    capture = replace(capture, request=replace(capture.request, url=capture.request.url.replace(":443", ""), headers=lengths))
    assert capture == replace(RIVER, request=request, origin=f"{name}: {ORIGINS[name]}")
    assert read.left_out == 1


@pytest.mark.parametrize("name", ORIGINS)
def test_a_file_may_be_packed_with_gzip_and_have_any_name(name):
    raw, hosts = (DATA / name).read_bytes(), [*HOSTLESS.values()]
    plain, packed = recordings(Path("x"), raw, hosts), recordings(Path("x"), gzip.compress(raw), hosts)
    assert plain == packed
    assert plain.captures == read_recordings_as(name, "x")


def read_recordings_as(name, other):
    captures = read_recordings(DATA / name, [*HOSTLESS.values()]).captures
    return tuple(replace(c, origin=c.origin.replace(name, other)) for c in captures)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("vcrpy.yaml", "vcrpy (YAML or JSON)"),
        ("vcrpy.json", "vcrpy (YAML or JSON)"),
        ("ruby.yml", "VCR for Ruby (YAML)"),
        ("go-1.yaml", "go-vcr (YAML)"),
        ("go-2.yaml", "go-vcr (YAML)"),
        ("browser.har", "HAR (JSON)"),
        ("lines.jsonl", "JSON lines (HTTP, or gRPC as JSON)"),
        ("grpc.jsonl", "JSON lines (HTTP, or gRPC as JSON)"),
        ("models-by-date.json", "bodies of GET /v1/models by date (JSON)"),
        ("betamax.json", "Betamax (JSON)"),
        ("nock.json", "nock (JSON)"),
        ("polly.har", "HAR (JSON)"),
        ("httpmock.yaml", "httpmock (YAML)"),
        ("wiremock.json", "WireMock (JSON)"),
    ],
)
def test_the_content_tells_the_format(name, form):
    assert recordings(Path("x"), (DATA / name).read_bytes()).format == form


def test_windows_writes_a_byte_order_mark_and_other_line_ends():
    raw = (DATA / "lines.jsonl").read_bytes()
    assert (
        read_one(b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"), "lines.jsonl")
        == read_recordings(DATA / "lines.jsonl").captures[0]
    )


def test_one_line_is_a_file_of_json_lines():
    line = (DATA / "lines.jsonl").read_bytes().splitlines()[1]
    assert replace(read_one(line), origin="") == RIVER


@pytest.mark.parametrize(
    "body",
    [
        RIVER.body.decode(),
        {"string": RIVER.body.decode()},
        {"string": BODY, "base64": True},
        {"base64_string": f"{BODY[:60]}\n{BODY[60:]}\n", "encoding": "ASCII-8BIT"},
        {"encoding": "UTF-8", "string": RIVER.body.decode()},
    ],
    ids=["text", "string", "base64", "base64-string-in-lines", "ruby"],
)
def test_a_body_is_read_however_it_is_written(body):
    assert read_one(vcrpy_of({"body": body})).body == RIVER.body


@pytest.mark.parametrize("body", [None, {"string": None}, "", {"string": ""}])
def test_a_body_may_be_none(body):
    assert read_one(vcrpy_of({"body": body})).body == b""


@pytest.mark.parametrize("tag", ["!!binary", "!binary"])
def test_bytes_of_yaml_are_a_body(tag):
    raw = (DATA / "ruby.yml").read_text().split('      string: \'{"model":"grok-4-0709"')
    ending = "  recorded_at: Tue, 02 Dec 2025 10:00:00 GMT\nrecorded_with: VCR 6.3.1\n"
    assert read_one(f"{raw[0]}      string: {tag} |-\n        {BODY}\n{ending}".encode()).body == RIVER.body


def test_a_body_in_gzip_is_unpacked_and_the_headers_that_spoke_of_it_go():
    cassette = yaml.safe_load((DATA / "vcrpy.yaml").read_text())
    answer = cassette["interactions"][0]["response"]
    answer["headers"] |= {"Content-Encoding": ["gzip"], "Content-Length": ["999"]}
    answer["body"] = {"string": gzip.compress(RIVER.body)}
    assert replace(read_one(yaml.safe_dump(cassette).encode()), origin="") == RIVER


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity"])
def test_a_body_that_the_recorder_has_decoded_is_left_as_it_is(encoding):
    headers = {"content-encoding": encoding}
    capture = read_one(vcrpy_of({"headers": headers, "body": RIVER.body.decode()}))
    assert (capture.body, dict(capture.headers)) == (RIVER.body, {})


def test_a_stream_is_kept_as_it_was_sent():
    stream = 'data: {"a":1}\n\ndata: [DONE]\n\n'
    assert read_one(vcrpy_of({"body": {"string": stream}})).body == stream.encode()


def test_har_writes_a_binary_body_as_base64():
    har = json.loads((DATA / "browser.har").read_text())
    har["log"]["entries"][1]["response"]["content"] |= {"text": BODY, "encoding": "base64"}
    assert replace(read_one(json.dumps(har).encode()), origin="") == RIVER


def test_lines_may_stand_in_a_list_and_bodies_may_be_parsed():
    line = json.loads((DATA / "lines.jsonl").read_bytes().splitlines()[1])
    line |= {"request_body": json.loads(line["request_body"]), "response_body": json.loads(line["response_body"])}
    assert replace(read_one(json.dumps([line]).encode()), origin="") == RIVER


def test_a_body_that_a_serializer_keeps_parsed_is_json():
    cassette = json.loads((DATA / "vcrpy.json").read_text())
    entry = cassette["interactions"][1]
    entry["request"] |= {"parsed_body": json.loads(entry["request"].pop("body"))}
    entry["response"] |= {"parsed_body": json.loads(entry["response"].pop("body")["string"])}
    assert replace(read_one(json.dumps(cassette).encode()), origin="") == RIVER


@pytest.mark.parametrize(
    ("body", "recorded_at"),
    [
        ('{"created":1764669600}', "2025-12-02T10:00:00Z"),
        ('{"created_at":1764669600}', "2025-12-02T10:00:00Z"),
        ('data: {"created":1764669600}\n\ndata: [DONE]\n\n', "2025-12-02T10:00:00Z"),
        (': keepalive\n\nevent: response.created\ndata: {"response":{"created_at":1764669600}}\n\n', "2025-12-02T10:00:00Z"),
        ('{"data":[{"created":1764669600}]}', ""),
        ('{"created":0}', ""),
        ('{"created":1234567890}', ""),
        ('{"created":"<TIME>"}', ""),
        ('{"created":1e9999}', ""),
        ('{"error":"no"}', ""),
    ],
)
def test_an_answer_tells_when_it_was_made(body, recorded_at):
    """The day of a model is in lists of models, and no day of an answer."""
    assert read_one(vcrpy_of({"body": body})).recorded_at == recorded_at


def test_a_call_of_grpc_is_a_post_of_json():
    unary, stream = read_recordings(DATA / "grpc.jsonl").captures
    assert unary == Capture(
        request=WireRequest(
            "POST",
            "https://api.x.ai/xai_api.Chat/GetCompletion",
            {"content-type": "application/grpc+json"},
            b'{"model":"grok-4"}',
        ),
        status=200,
        headers={"content-type": "application/grpc+json"},
        body=b'{"created":"2025-12-02T10:00:00.123456789Z","model":"grok-4-0709"}',
        recorded_at="2025-12-02T10:00:00Z",
        origin="grpc.jsonl: line 1, rivers 0",
    )
    assert stream.request.path == "/xai_api.Chat/GetCompletionChunk"
    assert json.loads(stream.body) == [{"created": "2025-12-02T10:00:01Z", "id": "a"}, {"id": "b"}]
    assert stream.recorded_at == "2025-12-02T10:00:01Z"


def test_a_dated_list_of_models_is_the_answer_of_that_day():
    first, second = read_recordings(DATA / "models-by-date.json").captures
    assert first == Capture(
        request=WireRequest("GET", "https://api.x.ai/v1/models", {}),
        status=200,
        headers={},
        body=b'{"object":"list","data":[{"id":"grok-4-0709"}]}',
        recorded_at="2025-11-18T00:00:00Z",
        origin="models-by-date.json: 2025-11-18_one.json",
    )
    assert second.recorded_at == "2025-12-04T00:00:00Z"


@pytest.mark.parametrize(
    ("address", "hosts", "ours"),
    [
        ("https://api.x.ai/v1/models", (), True),
        ("https://API.X.AI:443/v1/models", (), True),
        ("https://us-east-1.api.x.ai/v1/models", (), True),
        ("https://console.x.ai/v1/models", (), False),
        ("https://api.x.ai.evil.test/v1/models", (), False),
        ("https://evilapi.x.ai/v1/models", (), False),
        ("https://api.x.ai@evil.test/v1/models", (), False),
        ("https://evil.test/api.x.ai", (), False),
        ("data:text/plain,hello", (), False),
        ("/v1/models", (), False),
        ("http://localhost:8080/v1/models", (), False),
        ("http://localhost:8080/v1/models", ("localhost",), True),
        ("http://localhost:8080/v1/models", ("localhost:8080",), True),
        ("http://localhost:8081/v1/models", ("localhost:8080",), False),
    ],
)
def test_only_what_went_to_xai_is_taken(address, hosts, ours):
    read = recordings(Path("x"), vcrpy_of({"body": ""}, request={"uri": address}), hosts)
    assert (len(read.captures), read.left_out) == (int(ours), int(not ours))


def test_what_went_elsewhere_is_not_looked_at():
    raw = b'{"version": 1, "interactions": [{"request": {"uri": "https://prices.test/"}, "response": "none of it"}]}'
    assert recordings(Path("x"), raw).left_out == 1


@pytest.mark.parametrize(
    ("date", "recorded_at"),
    [
        ("Tue, 02 Dec 2025 10:00:00 GMT", "2025-12-02T10:00:00Z"),
        ("Tue, 02 Dec 2025 11:00:00 +0100", "2025-12-02T10:00:00Z"),
        ("<DATE>", ""),
        ("Tue, 02 Dec 2025 10:00:00 -0000", ""),
        ("Tue, 32 Dec 2025 10:00:00 GMT", ""),
    ],
)
def test_the_date_header_tells_the_time_where_the_format_does_not(date, recorded_at):
    assert read_one(vcrpy_of({"headers": {"Date": [date]}, "body": ""})).recorded_at == recorded_at


def test_without_a_date_the_time_is_unknown():
    assert read_one(vcrpy_of({"body": ""})).recorded_at == ""


def test_the_order_of_the_file_is_kept():
    read = recordings(Path("x"), vcrpy_of(*({"body": str(number)} for number in range(5))))
    assert [capture.body for capture in read.captures] == [b"0", b"1", b"2", b"3", b"4"]


def test_a_cassette_of_grokgate_is_no_recording():
    path = home() / "cassettes" / "grok-4-0709" / "chat.yaml"
    with pytest.raises(BadDocument, match=r"chat\.yaml: entry 1: a cassette of grokgate's own, which is no recording"):
        read_recordings(path)
