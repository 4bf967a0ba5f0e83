"""Evidence is what was written from header to footer, without its secrets; whatever was changed since is refused."""

import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grokgate.formats.evidence_file import SCHEMA, EvidenceRefused, EvidenceWriter, read_evidence
from grokgate.formats.home import SCHEMAS
from grokgate.providers.description import bundled, kebab, mutants
from grokgate.values.evidence import Asked, Blame, Case, Status
from grokgate.values.secret import MASK

KEY = "example-key-of-the-run"
DIGEST = "0" * 64
HEADER = {
    "schema": SCHEMA,
    "grokgate": "0.1.0",
    "python": "3.11.7",
    "platform": "linux",
    "started": "2026-11-23T07:13:08+00:00",
    "started_ms": 1795417988201,
    "provider": {
        "name": "reference",
        "spec": "reference",
        "title": "the reference provider",
        "kind": "converting",
        "face": "chat",
        "vehicle": "in-process",
        "build": "current",
        "requirements": [],
        "claims": ["chat"],
    },
    "phase": "1",
    "scope": "predeploy",
    "world": "grok-4-0709",
    "rollout": "grok-4",
    "mode": "replay",
    "strict": False,
    "only": [],
    "outside": [],
    "evidence": "evidence.jsonl",
    "digests": dict.fromkeys(("contract", "provider", "rollout", "suites", "world"), DIGEST),
}
ASKED = (
    Asked(id="POST-1.1", title="the model answers", plan="Post: it answers", section="Post", prefix="POST-1", severity="must"),
    Asked(
        id="RB.2",
        title="the flag goes back",
        plan="Rollback: it goes back",
        section="Rollback",
        prefix="RB",
        severity="should",
        settled=Status.NOT_RUN,
        because="no build was given",
        blame=Blame.CONFIGURATION,
    ),
)
CASES = (
    Case(id="POST-1.1[chat]", requirement="POST-1.1", status=Status.PASSED, node="suites/test_x.py::test_y[chat]", seconds=0.5),
    Case(
        id="POST-1.1[stream]",
        requirement="POST-1.1",
        status=Status.FAILED,
        because="«grok-3» left instead: 日本語 ☕ \u2028 \x85",
        blame=Blame.PROVIDER,
        finding={"expected": "grok-4", "saw": {"model": "grok-3"}, "at": "POST /v1/chat/completions"},
        notes=("twice",),
    ),
)
EGRESS = {
    "target": "telemetry.example:443",
    "stack": f"in send(key={KEY!r})",
    "node": "suites/test_x.py::test_y",
    "declared": False,
}
FOOTER = {"verdict": "no-go", "counts": {"failed": 1, "not_run": 1}, "seconds": 1.25}


def write(path, header=HEADER, cases=CASES):
    writer = EvidenceWriter(path, (KEY,))
    writer.write("header", header)
    for row in ASKED:
        writer.write("requirement", row.to_json())
    for case in cases:
        writer.write("case", case.to_json())
    writer.write("egress", EGRESS)
    return writer


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """The lines of a sealed file, each with its end."""
    path = tmp_path_factory.mktemp("sealed") / "evidence.jsonl"
    write(path).seal(FOOTER)
    return tuple(path.read_bytes().splitlines(keepends=True))


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Reads bytes as evidence."""
    path = tmp_path_factory.mktemp("read") / "evidence.jsonl"

    def from_bytes(raw):
        path.write_bytes(raw)
        return read_evidence(path)

    return from_bytes


def test_what_was_written_and_sealed_is_read_again(sealed, read):
    evidence = read(b"".join(sealed))
    assert evidence.header == {"event": "header", **HEADER}
    assert (evidence.asked, evidence.cases) == (ASKED, CASES)
    assert evidence.violations == ("telemetry.example:443",)
    assert evidence.footer["verdict"] == "no-go"
    assert evidence.footer["events"] == len(sealed) - 1


def test_no_secret_is_written(sealed):
    assert KEY.encode() not in b"".join(sealed)
    assert json.loads(sealed[5])["stack"] == f"in send(key='{MASK}')"


def test_half_a_surrogate_pair_is_written_and_read(tmp_path):
    half = Case(id="POST-1.1", requirement="POST-1.1", status=Status.FAILED, because="a cut \ud83d of ☕")
    write(tmp_path / "evidence.jsonl", cases=(half,)).seal(FOOTER)
    assert read_evidence(tmp_path / "evidence.jsonl").cases == (half,)


def test_a_run_that_was_stopped_leaves_no_evidence(tmp_path):
    write(tmp_path / "evidence.jsonl")
    with pytest.raises(EvidenceRefused, match="the footer is missing; the run was stopped before its end"):
        read_evidence(tmp_path / "evidence.jsonl")


@pytest.mark.parametrize("lines", range(7), ids="{}-whole-lines".format)
@pytest.mark.parametrize("more", [0, 1, 40], ids="and-{}-bytes".format)
def test_a_run_that_was_killed_at_any_moment_leaves_no_evidence(lines, more, sealed, read):
    raw = b"".join(sealed[:lines]) + sealed[lines][:more]
    with pytest.raises(EvidenceRefused, match=r"cut off|header is missing|footer is missing"):
        read(raw)


@pytest.mark.parametrize("line", range(7), ids=["header", "asked", "settled", "passed", "failed", "egress", "footer"])
@pytest.mark.parametrize("place", [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
@pytest.mark.parametrize("flip", [0x01, 0x10, 0x80], ids=hex)
def test_one_changed_byte_is_found_wherever_it_is(line, place, flip, sealed, read):
    changed = bytearray(sealed[line])
    changed[round(place * (len(changed) - 1))] ^= flip
    with pytest.raises(EvidenceRefused, match=r"evidence\.jsonl: "):
        read(b"".join([*sealed[:line], bytes(changed), *sealed[line + 1 :]]))


@given(place=st.floats(0, 1), flip=st.integers(1, 255))
def test_any_changed_byte_is_found(place, flip, sealed, read):
    changed = bytearray(b"".join(sealed))
    changed[round(place * (len(changed) - 1))] ^= flip
    with pytest.raises(EvidenceRefused, match=r"evidence\.jsonl: "):
        read(bytes(changed))


@given(start=st.floats(0, 1), length=st.integers(1, 200), instead=st.binary(max_size=200))
def test_any_other_change_is_found(start, length, instead, sealed, read):
    raw = b"".join(sealed)
    at = round(start * (len(raw) - 1))
    changed = raw[:at] + instead + raw[at + length :]
    assume(changed != raw)
    with pytest.raises(EvidenceRefused, match=r"evidence\.jsonl: "):
        read(changed)


@pytest.mark.parametrize("line", range(7))
def test_a_removed_line_is_found(line, sealed, read):
    with pytest.raises(EvidenceRefused, match=r"seal does not fit|header is missing|footer is missing"):
        read(b"".join(sealed[:line] + sealed[line + 1 :]))


@pytest.mark.parametrize("line", range(6))
def test_a_reordered_line_is_found(line, sealed, read):
    turned = [*sealed[:line], sealed[line + 1], sealed[line], *sealed[line + 2 :]]
    with pytest.raises(EvidenceRefused, match=r"seal does not fit|header is missing|footer is missing"):
        read(b"".join(turned))


@pytest.mark.parametrize("line", range(7))
def test_a_doubled_line_is_found(line, sealed, read):
    with pytest.raises(EvidenceRefused, match="seal does not fit"):
        read(b"".join([*sealed[:line], sealed[line], *sealed[line:]]))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (rb'"event":"footer"', rb'"event": "footer"'),
        (rb'"event":"footer"', rb'"event":"foo\\u0074er"'),
        (rb"1\.25", rb"1.250"),
        (rb'\{(.*),("seal":"\w+")\}', rb"{\2,\1}"),
        (rb'\{"event"', rb'{"event":"footer","event"'),
    ],
    ids=["blank", "escape", "number", "order", "key-twice"],
)
def test_a_footer_that_says_the_same_in_other_bytes_is_refused(right, wrong, sealed, read):
    footer, changes = re.subn(right, wrong, sealed[-1])
    assert changes == 1
    with pytest.raises(EvidenceRefused, match="seal does not fit"):
        read(b"".join([*sealed[:-1], footer]))


@pytest.mark.parametrize("end", [b" ", b"\n", b"\r\n", b"{}\n"])
def test_an_appended_byte_is_found(end, sealed, read):
    with pytest.raises(EvidenceRefused):
        read(b"".join(sealed) + end)


def test_two_runs_in_one_file_are_refused(tmp_path):
    writer = write(tmp_path / "evidence.jsonl")
    writer.write("header", HEADER)
    writer.seal(FOOTER)
    with pytest.raises(EvidenceRefused, match="a header or a footer stands inside"):
        read_evidence(tmp_path / "evidence.jsonl")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (HEADER | {"schema": "grokgate/evidence/9"}, r"\[0\]\.schema: 'grokgate/evidence/1' was expected"),
        (HEADER | {"phase": "4"}, r"\[0\]\.phase: '4' is not one of"),
        ({}, r"\[0\]: '\w+' is a required property"),
    ],
)
def test_another_schema_is_refused(header, reason, tmp_path):
    write(tmp_path / "evidence.jsonl", header=header).seal(FOOTER)
    with pytest.raises(EvidenceRefused, match=reason):
        read_evidence(tmp_path / "evidence.jsonl")


ACCEPTED = {
    "waiver": {"row": "POST-1.1", "provider": "pal", "failure": "0" * 12, "owner": "Ana", "reason": "known", "commit": ""},
    "attestation": {"row": "COM.1", "by": "Ana", "on": "2026-11-20", "link": "https://wiki.example.org", "commit": ""},
}


@pytest.mark.parametrize(
    ("kind", "dates", "reason"),
    [
        ("waiver", {"until": "2026-02-31"}, r"\[1\]\.until: 2026-02-31 is no day"),
        ("attestation", {"until": "2026-00-10"}, r"\[1\]\.until: 2026-00-10 is no day"),
        ("attestation", {"until": "2026-12-31", "on": "0000-01-01"}, r"\[1\]\.on: 0000-01-01 is no day"),
    ],
)
def test_what_is_accepted_for_a_day_that_is_none_is_refused(kind, dates, reason, tmp_path):
    writer = EvidenceWriter(tmp_path / "evidence.jsonl", ())
    writer.write("header", HEADER)
    writer.write(kind, ACCEPTED[kind] | dates)
    writer.seal(FOOTER)
    with pytest.raises(EvidenceRefused, match=reason):
        read_evidence(tmp_path / "evidence.jsonl")


@pytest.mark.parametrize("started", ["yesterday", "", "2026-02-31T00:00:00+00:00", "20261123T071308", "2026-11-23T07:13:99"])
def test_a_start_that_is_no_time_is_refused(started, tmp_path):
    write(tmp_path / "evidence.jsonl", header=HEADER | {"started": started}).seal(FOOTER)
    with pytest.raises(EvidenceRefused, match=rf"\[0\]\.started: {re.escape(started)} is no time"):
        read_evidence(tmp_path / "evidence.jsonl")


def test_a_source_that_started_at_no_time_is_refused(tmp_path):
    writer = write(tmp_path / "evidence.jsonl")
    writer.write("source", {"file": "a.jsonl", "seal": DIGEST, "header": {"event": "header", **HEADER, "started": "yesterday"}})
    writer.seal(FOOTER)
    with pytest.raises(EvidenceRefused, match=r"\[6\]\.header\.started: yesterday is no time"):
        read_evidence(tmp_path / "evidence.jsonl")


def named(name):
    return HEADER | {"provider": HEADER["provider"] | {"name": name}}


@pytest.mark.parametrize("name", ["../../evil", "..", "/evil", "a/b", "", ".hidden", "a\\b", "-o"])
def test_a_name_that_leads_out_of_the_reports_is_refused(name, tmp_path):
    write(tmp_path / "evidence.jsonl", header=named(name)).seal(FOOTER)
    with pytest.raises(EvidenceRefused, match=r"\[0\]\.provider\.name: .* does not match"):
        read_evidence(tmp_path / "evidence.jsonl")


def test_each_name_that_a_provider_can_have_is_read(tmp_path):
    schema = json.loads((SCHEMAS / "provider.schema.json").read_bytes())
    evidence = json.loads((SCHEMAS / "evidence.schema.json").read_bytes())
    pattern = evidence["$defs"]["header"]["properties"]["provider"]["properties"]["name"]["pattern"]
    assert pattern == schema["properties"]["name"]["pattern"]  # TOML files and classes are held against it
    names = [known.name for known in bundled()] + [f"mutant-{kebab(name)}" for name, _ in mutants()]
    for name in [*names, kebab("KeepsStop"), kebab("My_HTTPClient2"), "grok-4.3", "a..b", "9"]:
        assert re.search(pattern, name), name
    write(tmp_path / "evidence.jsonl", header=named("my_client-2.0")).seal(FOOTER)
    assert read_evidence(tmp_path / "evidence.jsonl").header["provider"]["name"] == "my_client-2.0"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "header is missing"),
        (b"\n", r"line 1: not JSON"),
        (b"no evidence\n", r"line 1: not JSON"),
        (b"\xff\xfe\n", r"line 1: not JSON"),
        (b"[" * 99_999 + b"\n", r"line 1: not JSON"),
        (b"[]\n", "line 1: not an event"),
        (b'{"event": "case"}\n', "line 1: the header is missing"),
        (b'{"event": "header"}\n', "footer is missing"),
    ],
    ids=["empty", "blank", "text", "binary", "bottomless", "list", "no-header", "header-only"],
)
def test_what_is_no_evidence_is_refused(raw, reason, read):
    with pytest.raises(EvidenceRefused, match=reason):
        read(raw)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(EvidenceRefused, match="No such file"):
        read_evidence(tmp_path / "evidence.jsonl")
