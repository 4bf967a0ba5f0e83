"""What is damaged, hostile or wrong is refused with file, place and reason, and the reason quotes no secret."""

import gzip
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grokgate.formats.document import DEEPEST, LARGEST, BadDocument
from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.reader import FORMATS, read_recordings, recordings

DATA = Path(__file__).parent / "data"
FILES = {path.name: path.read_bytes() for path in sorted(DATA.iterdir())}
HOSTS = ["httpmock", "wiremock"]
"""What stands for the host in files that name none."""
WHOLE = {name: recordings(Path(name), raw, HOSTS).captures for name, raw in FILES.items()}
KEY = "xa" + "i-" + "aB3dE5" * 6
NESTED = "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)


def text(name):
    return FILES[name].decode()


def changed(name, old, new):
    assert old in text(name)
    return text(name).replace(old, new)


def gone(name, line):
    """The file without the last line that is this one."""
    before, _, after = text(name).rpartition(f"{line}\n")
    return before + after


DAMAGED = {
    "empty": ("", "", "no recording in a format that is known"),
    "other-yaml": ("a: 1\n", "", "no recording in a format that is known"),
    "other-json": ('{"a": 1}', "", "no recording in a format that is known"),
    "other-json-lines": ('{"a": 1}\n{"a": 2}\n', "", "no recording in a format that is known"),
    "json-list": ("[]", "", "no recording in a format that is known"),
    "not-utf-8": (text("ruby.yml").encode("latin-1"), "line 45", "not UTF-8"),
    "not-utf-8-in-lines": (text("lines.jsonl").encode("latin-1"), "line 2", "not UTF-8"),
    "yaml-cut": (text("vcrpy.yaml")[:100], "line 3, column 76", "found unexpected end of stream"),
    "yaml-cut-between-lines": (gone("vcrpy.yaml", "version: 1"), "version", "missing"),
    "ruby-cut-between-lines": (gone("ruby.yml", "recorded_with: VCR 6.3.1"), "recorded_with", "missing"),
    "go-cut-between-lines": (text("go-1.yaml").rpartition("    status")[0], "entry 2, response.code", "missing"),
    "json-cut": (text("browser.har")[:100], "line 5, column 5", "Unterminated string"),
    "json-lines-cut": (text("lines.jsonl")[:-3], "line 2, column 552", "Expecting"),
    "json-line-no-object": (text("lines.jsonl") + "[1]\n", "line 3", "not an object"),
    "json-lines-twice": (
        changed("lines.jsonl", '"index":1,', '"index":1,"index":2,'),
        "line 2, object with the keys source, index",
        "'index' stands twice",
    ),
    "har-twice": (
        changed("browser.har", '"time": 5,', '"time": 5, "time": 6,'),
        "object with the keys startedDateTime, time",
        "'time' stands twice",
    ),
    "yaml-twice": (changed("go-2.yaml", "    - id: 1\n", "    - id: 1\n      id: 2\n"), "line 22, column 7", "'id' stands twice"),
    "yaml-tag": (
        changed("vcrpy.yaml", "body: null", "body: !!python/name:os.system ''"),
        "line 26, column 11",
        "tags are not allowed",
    ),
    "yaml-io": (
        changed("vcrpy.yaml", "body: null", "body: !!python/object/new:_io.BytesIO {}"),
        "line 26, column 11",
        "tags are not allowed",
    ),
    "yaml-alias": (
        changed("vcrpy.yaml", "headers: {}", "headers: &a {}").replace("body: null", "body: *a"),
        "line 26, column 11",
        "aliases are not allowed",
    ),
    "yaml-bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "line 2, column 8", "aliases are not allowed"),
    "yaml-key": (changed("ruby.yml", "headers: {}", "headers: {1: a}"), "line 9, column 15", "the key is no text"),
    "yaml-deep": ("[" * 99_999, "", f"nested more than {DEEPEST} levels deep"),
    "yaml-deep-mapping": (f"a: {NESTED}", f"line 1, column {DEEPEST + 3}", f"nested more than {DEEPEST} levels deep"),
    "json-deep": (f'{{"log": {NESTED}}}', "", f"nested more than {DEEPEST} levels deep"),
    "json-line-deep": (text("lines.jsonl") + f'{{"url": {NESTED}}}\n', "line 3", f"nested more than {DEEPEST} levels deep"),
    "binary-no-base64": (
        changed("vcrpy.yaml", 'string: \'{"model"', 'string: !!binary \'{"model"'),
        "line 13, column 15",
        "not base64",
    ),
    "binary-in-a-list": (
        changed("vcrpy.yaml", "body: null", "body: !!binary []"),
        "line 26, column 11",
        "expected a scalar node",
    ),
    "vcrpy-version": (changed("vcrpy.yaml", "version: 1", "version: 2"), "version", "not 1, the one version"),
    "go-version": (changed("go-2.yaml", "version: 2", "version: 3"), "version", "neither 1 nor 2"),
    "r-vcr": (changed("ruby.yml", "VCR 6.3.1", "vcr/1.7.0, webmockr/2.0.0"), "recorded_with", "not VCR for Ruby"),
    "no-list": ("version: 1\ninteractions: {}\n", "interactions", "not a list"),
    "no-entries": ('{"log": {"entries": null}}', "log.entries", "not a list"),
    "entry-no-object": ("version: 1\ninteractions: [a]\n", "entry 1", "not an object"),
    "request-missing": ("version: 1\ninteractions: [{response: {}}]\n", "entry 1, request", "missing"),
    "uri-missing": (gone("vcrpy.yaml", "    uri: https://prices.test/models"), "entry 2, request.uri", "missing"),
    "url-is-no-text": (changed("lines.jsonl", '"https://prices.test/models"', "7"), "line 1, url", "not a text"),
    "url-is-none": (changed("vcrpy.json", "https://prices.test/models", "http://[/"), "entry 1", "its address is none"),
    "port-is-none": (changed("vcrpy.json", "https://prices.test/models", "http://a:b/"), "entry 1", "its address is none"),
    "body-missing": (text("vcrpy.yaml").replace("    body: '{", "    parsed_body: '{", 1), "entry 1, request.body", "missing"),
    "string-missing": (
        text("vcrpy.yaml").replace("      string:", "      parsed:", 1),
        "entry 1, response.body.string",
        "missing",
    ),
    "body-is-a-number": (
        text("vcrpy.yaml").replace("string: '{", "string: 1 #'{", 1),
        "entry 1, response.body.string",
        "not a text",
    ),
    "status-is-a-text": (
        text("vcrpy.yaml").replace("code: 200", "code: '200'", 1),
        "entry 1, response.status.code",
        "not a whole number",
    ),
    "status-is-a-truth": (changed("lines.jsonl", '"status":200', '"status":true'), "line 2, status", "not a whole number"),
    "status-is-a-fraction": (changed("lines.jsonl", '"status":200', '"status":200.0'), "line 2, status", "not a whole number"),
    "status-is-none": (changed("go-1.yaml", "code: 200", "code: 20"), "entry 2, response.code", "no HTTP status"),
    "status-0-of-har": (changed("browser.har", '"status": 200', '"status": 0'), "entry 2, response.status", "no HTTP status"),
    "headers-are-a-text": (
        changed("lines.jsonl", '"request_headers":{"auth', '"request_headers":"","x":{"auth'),
        "line 2, request_headers",
        "not an object",
    ),
    "header-is-a-number": (changed("go-2.yaml", "- origin", "- 7"), "entry 2, response.headers.Vary[0]", "not a text"),
    "header-is-an-object": (changed("vcrpy.yaml", "- origin", "- {}"), "entry 1, response.headers.Vary[0]", "not a text"),
    "header-has-a-line-break": (
        changed("vcrpy.json", '["application/json"],\n', '["a\\r\\nset-cookie: b"],\n'),
        "entry 2, response.headers.Content-Type[0]",
        "a header's value has a line break",
    ),
    "header-has-no-name": (
        changed("vcrpy.yaml", "Vary:", "'Va ry':"),
        "entry 1, response.headers.Va ry[0]",
        "not the name of a header",
    ),
    "har-header-has-no-value": (
        changed("browser.har", '{"name": "vary", "value": "origin"}', '{"name": "vary"}'),
        "entry 2, response.headers[2].value",
        "missing",
    ),
    "har-has-no-time": (
        changed("browser.har", "2025-12-02T11:00:00.412+01:00", "2025-12-02"),
        "entry 2, startedDateTime",
        "not a time with its zone",
    ),
    "har-has-no-body": (
        changed("browser.har", '"text": "{\\"model\\":\\"grok-4-', '"x": "{'),
        "entry 2, response.content",
        "the body was not saved",
    ),
    "har-encoding": (
        changed("browser.har", '"size": 72', '"size": 72, "encoding": "hex"'),
        "entry 2, response.content.encoding",
        "not base64, the one encoding",
    ),
    "har-base64": (
        changed("browser.har", '"size": 72', '"size": 72, "encoding": "base64"'),
        "entry 2, response.content.text",
        "not base64",
    ),
    "ruby-encoding": (
        text("ruby.yml").replace("encoding: UTF-8", "encoding: Shift_JIS"),
        "entry 2, request.body.encoding",
        "neither UTF-8",
    ),
    "ruby-base64": (
        changed("ruby.yml", '      string: \'{"model":"grok-4"', '      base64_string: \'{"model":"grok-4"'),
        "entry 2, request.body.base64_string",
        "not base64",
    ),
    "ruby-time": (
        text("ruby.yml").replace("recorded_at: Tue, 02 Dec 2025 10:00:00 GMT", "recorded_at: yesterday"),
        "entry 2, recorded_at",
        "not a date as HTTP writes it",
    ),
    "ruby-time-missing": (gone("ruby.yml", "  recorded_at: Tue, 02 Dec 2025 10:00:00 GMT"), "entry 2, recorded_at", "missing"),
    "line-time": (
        text("lines.jsonl").replace('}","recorded_at":null', '}","recorded_at":"today"'),
        "line 2, recorded_at",
        "not a time with its zone",
    ),
    "line-surrogate": (changed("lines.jsonl", "Miño", "\\ud800"), "line 2, response_body", "half of a surrogate pair"),
    "grpc-no-request": (changed("grpc.jsonl", '"request_sample"', '"asked"'), "line 1, exchange.request_sample", "missing"),
    "grpc-no-object": (
        changed("grpc.jsonl", '{"request_sample":{"json":{"model":"grok-4"}}', '{"request_sample":{"json":7}'),
        "line 1, exchange.request_sample.json",
        "not an object",
    ),
    "grpc-no-json": (
        changed("grpc.jsonl", '"id":"b"', '"id":NaN'),
        "line 2, exchange.response_stream.chunks_json[1].chunk",
        "this is no JSON",
    ),
    "grpc-no-chunks": (
        changed("grpc.jsonl", '[{"chunk":{"created":"2025-12-02T10:00:01Z","id":"a"}},{"chunk":{"id":"b"}}]', "[]"),
        "line 2, exchange.response_stream.chunks_json",
        "empty",
    ),
    "models-no-object": (
        changed("models-by-date.json", '{"object": "list", "data": []}', "[]"),
        "2025-12-04_two.json",
        "not an object",
    ),
    "models-no-day": (
        changed("models-by-date.json", "2025-12-04", "2025-13-04"),
        "2025-13-04_two.json",
        "not a time with its zone",
    ),
    "httpmock-no-path": (changed("httpmock.yaml", "path: /v1", "path_matches: /v1"), "document 2, when.path", "missing"),
    "httpmock-cut": (gone("httpmock.yaml", "  status: 200"), "document 2, then.status", "missing"),
    "nock-path-is-a-pattern": (
        changed("nock.json", '"/v1/chat/completions"', '{"regex": ".*"}'),
        "entry 2, path",
        "not a text",
    ),
    "nock-no-hexadecimal": (changed("nock.json", '"1f8b', '"xyz'), "entry 2, response", "not hexadecimal"),
    "nock-odd-headers": (changed("nock.json", '"Date",', '"x", "Date",'), "entry 2, rawHeaders", "a name without a value"),
    "wiremock-pattern": (
        changed("wiremock.json", '"url": "/v1', '"urlPattern": "/v1'),
        "entry 2, request.urlPattern",
        "a pattern, which does not tell what was asked",
    ),
    "wiremock-nothing-sent": (
        changed("wiremock.json", '"bodyPatterns"', '"x"'),
        "entry 2, request.bodyPatterns",
        "missing, so that nothing tells what was sent",
    ),
    "wiremock-only-patterns": (
        changed("wiremock.json", '"equalToJson"', '"matchesJsonPath"'),
        "entry 2, request.bodyPatterns",
        "none of which tells what was sent",
    ),
    "wiremock-body-elsewhere": (
        text("wiremock.json").replace('"body": "{', '"bodyFileName": "{'),
        "entry 2, response.bodyFileName",
        "the body is in a file of its own",
    ),
    "betamax-time": (
        changed("betamax.json", '"2025-12-02T10:00:00"', '"today"'),
        "entry 2, recorded_at",
        "not a time such as",
    ),
    "answer-alone": ('{"object":"chat.completion","choices":[]}', "", "an answer without its request"),
    "answer-alone-in-a-fixture": ('{"status":200,"body":{"choices":[]}}', "", "an answer without its request"),
    "refusal-alone": ('{"code":"not-found","error":"no"}', "", "an answer without its request"),
    "chunks-alone": ('[{"object":"chat.completion.chunk"}]', "", "an answer without its request"),
    "stream-alone": ('data: {"choices":[]}\n\ndata: [DONE]\n\n', "", "an answer without its request"),
    "stream-alone-after-comments": (": keepalive\n" * 7 + '\nevent: a\ndata: {"a":1}\n\n', "", "an answer without its request"),
    "responses-of-python": (
        "responses:\n- response:\n    url: https://api.x.ai/v1/models\n    body: '{}'\n    method: GET\n    status: 200\n",
        "",
        "an answer without its request",
    ),
    "request-alone": ('{"model":"grok-4","messages":[]}', "", "a request without its answer"),
    "several-documents": ("a: 1\n---\nb: 2\n", "", "no recording in a format that is known"),
    "gzip-cut": (gzip.compress(FILES["ruby.yml"])[:-9], "", "gzip, but damaged or cut off"),
    "gzip-damaged": (gzip.compress(FILES["ruby.yml"])[:-8] + bytes(8), "", "gzip, but damaged or cut off"),
    "gzip-and-more": (gzip.compress(FILES["ruby.yml"]) + b"more", "", "gzip, but damaged or cut off"),
}


def raw(content):
    return content if isinstance(content, bytes) else content.encode("utf-8")


@pytest.mark.parametrize(("content", "place", "reason"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_with_file_place_and_reason(content, place, reason, tmp_path):
    path = tmp_path / "recording"
    path.write_bytes(raw(content))
    with pytest.raises(BadDocument) as refused:
        read_recordings(path, HOSTS)
    assert (refused.value.path, refused.value.place) == (str(path), place)
    assert reason in refused.value.reason


def test_an_unknown_file_is_told_which_formats_are_known():
    with pytest.raises(BadDocument) as refused:
        recordings(Path("x.txt"), b"hello")
    assert all(form.NAME in refused.value.reason for form in FORMATS)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "x.har"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(BadDocument, match="the most that is read is 16,777,216"):
        read_recordings(path)


def test_a_packed_file_is_unpacked_up_to_a_limit():
    bomb = gzip.compress(bytes(exchange.LARGEST_UNPACKED + 1), compresslevel=1)
    with pytest.raises(BadDocument, match="unpacked it has more than 67,108,864 bytes, the most that is read"):
        recordings(Path("x.gz"), bomb)


def packed(*sizes):
    """A cassette whose answers are packed with gzip, and have so many bytes when they are unpacked."""
    row = yaml.safe_load(text("vcrpy.yaml"))["interactions"][0]
    answer = row["response"] | {"headers": {"content-encoding": ["gzip"]}}
    rows = [row | {"response": answer | {"body": {"string": gzip.compress(bytes(size))}}} for size in sizes]
    return yaml.dump({"version": 1, "interactions": rows}, Dumper=WithoutAliases).encode()


class WithoutAliases(yaml.SafeDumper):
    """As vcrpy's, which writes everything anew."""

    def ignore_aliases(self, data):  # noqa: ARG002  PyYAML's signature
        return True


def test_a_packed_body_is_unpacked_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(exchange, "LARGEST_UNPACKED", 1000)
    assert len(recordings(Path("x"), packed(900)).captures[0].body) == 900
    with pytest.raises(BadDocument, match=r"entry 1, response\.body: unpacked it has more than 1,000 bytes"):
        recordings(Path("x"), packed(1001))


def test_no_more_is_unpacked_than_is_read(monkeypatch):
    """What is cut off far behind the limit is too large first."""
    monkeypatch.setattr(exchange, "LARGEST_UNPACKED", 1000)
    with pytest.raises(BadDocument, match="unpacked it has more than 1,000 bytes"):
        recordings(Path("x.gz"), gzip.compress(bytes(10_000_000))[:-9])


@pytest.mark.parametrize("wrong", ["QUJD!", "QUJ", "Q===", "QUJDñ", "QU-_"])
def test_base64_that_is_none_is_refused(wrong):
    with pytest.raises(BadDocument, match=r"entry 2, response\.body\.base64_string: not base64"):
        recordings(Path("x"), changed("vcrpy.json", '{"string": "{', f'{{"base64_string": "{wrong}", "x": "{{').encode())
    with pytest.raises(BadDocument, match=r"line 13, column 15: not base64"):
        recordings(Path("x"), changed("vcrpy.yaml", 'string: \'{"model"', f"string: !!binary '{wrong}' #").encode())


def test_all_bodies_together_have_a_limit(monkeypatch):
    monkeypatch.setattr(exchange, "LARGEST_UNPACKED", 1000)
    with pytest.raises(BadDocument, match="entry 3: with it the bodies have more than 1,000 bytes"):
        recordings(Path("x"), packed(300, 300, 300))


def test_a_packed_body_that_is_damaged_is_refused():
    body = gzip.compress(b"a body")
    for damaged in (body[:-1], body[:-8] + bytes(8), body[:12]):
        cassette = yaml.safe_load(packed(1))
        cassette["interactions"][0]["response"]["body"]["string"] = damaged
        with pytest.raises(BadDocument, match=r"entry 1, response\.body: gzip, but damaged or cut off"):
            recordings(Path("x"), yaml.safe_dump(cassette).encode())


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, br"])
def test_a_body_in_another_encoding_is_refused(encoding):
    content = packed(900).replace(b"- gzip", f"- '{encoding}'".encode())
    with pytest.raises(BadDocument, match=r"entry 1, response\.body: encoded, and not with gzip"):
        recordings(Path("x"), content)


@pytest.mark.parametrize(
    "wrong", [KEY, [KEY], {KEY: KEY}, [{"name": KEY, "value": [KEY]}]], ids=["text", "list", "object", "named"]
)
@pytest.mark.parametrize("name", ["vcrpy.json", "browser.har"])
def test_a_refusal_quotes_no_value(name, wrong):
    refusals = []
    for place in places(json.loads(FILES[name])):
        content = json.loads(FILES[name])
        holder = content
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = wrong
        try:
            recordings(Path("x"), json.dumps(content).encode())
        except BadDocument as refused:
            refusals.append(refused.reason)
    assert refusals
    assert not [reason for reason in refusals if KEY in reason]


def places(content, above=()):
    """Where in a document of JSON a value stands, as the steps to it."""
    steps = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for step, value in steps:
        yield (*above, step)
        yield from places(value, (*above, step))


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_a_cut_file_is_refused_or_gives_its_beginning(name, data):
    at = data.draw(st.integers(0, len(FILES[name])))
    try:
        read = recordings(Path(name), FILES[name][:at]).captures
    except BadDocument:
        return
    assert read == WHOLE[name][: len(read)]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith("jsonl")])
def test_a_cut_inside_a_line_is_refused(name):
    lines = FILES[name].splitlines(keepends=True)
    for at in range(len(lines[0]) + 1, len(FILES[name]) - 1):
        with pytest.raises(BadDocument, match="line 2"):
            recordings(Path(name), FILES[name][:at])


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_a_packed_file_that_is_cut_is_refused(name, data):
    packed_file = gzip.compress(FILES[name])
    at = data.draw(st.integers(0, len(packed_file) - 1))
    with pytest.raises(BadDocument):
        recordings(Path(name), packed_file[:at])


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_any_other_byte_is_read_or_refused_and_nothing_else(name, data):
    damaged = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        recordings(Path(name), bytes(damaged))
    except BadDocument as refused:
        assert refused.reason  # noqa: PT017  what is not refused is fine as well


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_at_all_is_read_or_refused(content):
    try:
        recordings(Path("x"), content)
    except BadDocument as refused:
        assert refused.reason  # noqa: PT017  what is not refused is fine as well


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "version",
                        "interactions",
                        "http_interactions",
                        "recorded_with",
                        "log",
                        "entries",
                        "request",
                        "response",
                        "uri",
                        "url",
                        "exchange",
                        "request_body",
                        "headers",
                        "body",
                        "string",
                        "status",
                        "code",
                        "2025-01-01",
                        "when",
                        "then",
                        "scope",
                        "path",
                        "mappings",
                        "method",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(json.dumps)
)
def test_any_json_is_read_or_refused(content):
    try:
        recordings(Path("x"), content.encode())
    except BadDocument as refused:
        assert refused.reason  # noqa: PT017  what is not refused is fine as well
