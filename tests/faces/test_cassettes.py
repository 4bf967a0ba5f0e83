"""Bringing and keeping recordings: import, run on them alone, check, age, drift and record, in child processes."""

import json
import sys
from pathlib import Path

import pytest

from grokgate.formats.fixtures import prompts
from grokgate.formats.home import home
from grokgate.intercept.http_server import LoopbackServer
from grokgate.intercept.replay import Replay
from grokgate.upstream.cassette import load_cassette
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world

DATA = Path(__file__).parents[1] / "formats" / "recordings" / "data"
KEY = "xai-" + "Qk7" * 12
ANSWER = {
    "id": "7d1c7f0a-3b0c-4a57-9c57-0d4b1a1f2e10",
    "object": "chat.completion",
    "created": 1764583300,
    "model": "grok-4-0709",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Paris.", "refusal": None}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 690,
        "completion_tokens": 3,
        "total_tokens": 800,
        "prompt_tokens_details": {"text_tokens": 690, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 680},
        "completion_tokens_details": {
            "reasoning_tokens": 107,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
        "num_sources_used": 0,
    },
    "system_fingerprint": "fp_0123456789",
}
ASK = """
import os, httpx
asked = {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}
for more in ({}, {"stream": True}):
    answer = httpx.post(os.environ["XAI_BASE_URL"] + "/chat/completions", json=asked | more,
        headers={"authorization": "Bearer " + os.environ["KEY"], "cookie": "session=abc123def456"})
    print(answer.status_code, answer.text.count("data: "))
"""


def line(answer=ANSWER, **more):
    """An exchange as one line of JSON."""
    return json.dumps(
        {
            "source": "mine",
            "index": 0,
            "method": "POST",
            "url": "https://api.x.ai/v1/chat/completions",
            "request_headers": {"content-type": "application/json"},
            "request_body": json.dumps({"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}),
            "status": 200,
            "response_headers": {"content-type": "application/json"},
            "response_body": json.dumps(answer),
            "recorded_at": "2025-12-02T10:00:00Z",
        }
        | more
    )


@pytest.fixture
def mine(tmp_path):
    """A recording with these lines."""

    def write(*lines):
        path = tmp_path / "mine.jsonl"
        path.write_text("\n".join(lines))
        return path

    return write


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))
def test_a_recording_of_any_format_becomes_cassettes_that_can_be_played(name, grokgate, tmp_path):
    hosts = ("--host", "httpmock", "--host", "wiremock")
    ran = grokgate("cassettes", "import", str(DATA / name), "--into", "in", "--recorded-at", "2025-12-02", *hosts)
    assert ran.code == 0, ran.complained
    written = list((tmp_path / "in").rglob("*.yaml"))
    recordings = [recording for path in written for recording in load_cassette(path)]
    assert {recording.provenance for recording in recordings} == {"recorded"}
    assert all(recording.recorded_at for recording in recordings)


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (line()[:-40], "line 1, column", "Expecting"),
        (line() + "\n" + line(status="200"), "line 2, status", "not a whole number"),
        (line()[:-1] + ', "status": 200}', "line 1", "stands twice"),
        ("http_interactions: &a\n- *a\nrecorded_with: VCR 6\n", "line 2", "alias"),
        ("interactions: !!python/object/apply:os.system [ls]\nversion: 1\n", "line 1", "tags are not allowed"),
        ("interactions: []\ninteractions: []\nversion: 1\n", "line 2", "stands twice"),
        ("just: words\n", "", "no recording in a format that is known"),
        (line(request_headers={"authorization": f"Bearer {KEY}"}), "line 1", "looks like a secret"),
        (line(ANSWER | {"note": f"the key is {KEY}"}), "line 1", "looks like a secret"),
        (line(recorded_at="2024-01-01T00:00:00Z"), "line 1", "no world of 2024-01-01"),
        (line(), "", "name the world"),
    ],
    ids=[
        "cut",
        "wrong-type",
        "key-twice-in-json",
        "alias",
        "tag",
        "key-twice-in-yaml",
        "no-recording",
        "secret-in-header",
        "secret-in-body",
        "before-any-world",
        "known-world-only",
    ],
)
def test_what_is_damaged_hostile_or_holds_a_secret_is_refused_and_nothing_is_written(
    content, place, reason, grokgate, tmp_path, request
):
    path = tmp_path / ("mine.yaml" if content.startswith(("http_", "inter", "just")) else "mine.jsonl")
    path.write_text(content)
    words = ("--world", "grok-9") if request.node.callspec.id == "known-world-only" else ()
    ran = grokgate("cassettes", "import", str(path), "--into", "in", *words)
    assert ran.code == 2
    if words:
        assert "no world is called 'grok-9'" in ran.complained
    else:
        assert "mine." in ran.complained
        assert place in ran.complained
        assert reason in ran.complained
    assert KEY not in ran.said + ran.complained
    assert not (tmp_path / "in").exists()


UNDATED = {key: value for key, value in ANSWER.items() if key != "created"}


def test_what_has_no_date_is_told_so_and_not_that_it_is_no_exchange_with_xai(mine, grokgate, tmp_path):
    words = ("cassettes", "import", str(mine(line(UNDATED, recorded_at=None))), "--into", "in")
    ran = grokgate(*words)
    assert (ran.code, (tmp_path / "in").exists()) == (2, False)
    assert "none of its exchanges with xAI can be kept" in ran.complained
    assert "1 left out, the first of them line 1, mine 0: nothing tells when it was recorded; name the day" in ran.complained
    assert grokgate(*words, "--recorded-at", "2025-12-02").code == 0


def test_of_several_what_has_a_date_is_kept_and_the_rest_is_told_with_its_place(mine, grokgate, tmp_path):
    """The first says in its answer when it was made, though nobody wrote down when it was recorded."""
    lines = line(recorded_at=None), line(UNDATED, recorded_at=None, index=7)
    ran = grokgate("cassettes", "import", str(mine(*lines)), "--into", "in")
    assert (ran.code, "1 left out, the first of them line 2, mine 7: nothing tells when" in ran.said) == (0, True)
    [kept] = load_cassette(tmp_path / "in" / "grok-4-0709" / "mine.yaml")
    assert kept.recorded_at == "2025-12-01T10:01:40Z"


def test_where_all_went_elsewhere_it_is_told_where_and_how_to_say_that_it_was_xai(mine, grokgate, tmp_path):
    path = mine(line(url="http://localhost:4000/v1/chat/completions"), line(url="https://prices.test/models"))
    ran = grokgate("cassettes", "import", str(path), "--into", "in")
    assert (ran.code, (tmp_path / "in").exists()) == (2, False)
    assert "no exchange with api.x.ai in it, but 1 with localhost:4000, 1 with prices.test" in ran.complained
    assert "--host NAME" in ran.complained
    assert grokgate("cassettes", "import", str(path), "--into", "in", "--host", "localhost:4000").code == 0


def test_a_file_that_names_no_host_says_what_stands_for_it(grokgate, tmp_path):
    alone = tmp_path / "alone.yaml"
    alone.write_text((DATA / "httpmock.yaml").read_text().partition("---\n")[2])
    ran = grokgate("cassettes", "import", str(alone), "--into", "in")
    assert (ran.code, "1 with httpmock (which stands for the host that the file does not name)" in ran.complained) == (2, True)


def test_what_is_no_text_is_left_out_and_told(mine, grokgate):
    sound = line(response_body={"base64_string": "/+MYxAAAAANIAAAA"}, url="https://api.x.ai/v1/tts")
    ran = grokgate("cassettes", "import", str(mine(line(), sound)), "--into", "in")
    assert (ran.code, "1 left out, the first of them line 2, mine 0: its body is no text" in ran.said) == (0, True)


def test_any_method_is_kept_and_can_be_read_again(mine, grokgate):
    asked = line(method="DELETE", url="https://api.x.ai/v1/responses/a", request_body="")
    assert grokgate("cassettes", "import", str(mine(line(), asked)), "--into", "in").code == 0
    assert grokgate("cassettes", "list", "in").code == 0


def test_redaction_lets_a_recording_with_a_key_in(mine, grokgate, tmp_path):
    path = mine(line(request_headers={"authorization": f"Bearer {KEY}", "cookie": "a=b12345678"}))
    assert grokgate("cassettes", "import", str(path), "--into", "in", "--redact").code == 0
    [written] = (tmp_path / "in").rglob("*.yaml")
    assert KEY not in written.read_text()
    assert "b12345678" not in written.read_text()


def test_redaction_masks_who_somebody_is_in_every_place_and_what_is_left_still_plays(mine, grokgate, tmp_path):
    team, mail, phone = "59fbe5f2-040b-46d5-8325-868bb8f23eb2", "jane.doe@corp.org", "+49 30 901820"
    said = f"I am {mail}, call {phone}; my key is {KEY}."
    asked = {"model": "grok-4", "user": mail, "messages": [{"role": "user", "content": said}]}
    error = (
        f"Your team {team} has either used all available credits or reached its monthly spending limit. To continue making API"
    )
    error += " requests, please purchase more credits or raise your spending limit."
    refusal = {"code": "Some resource has been exhausted", "error": error}
    wrong = {
        "code": OVERFLOW["code"],
        "error": f"Incorrect API key provided: {KEY}. You can obtain an API key from https://console.x.ai.",
    }
    path = mine(
        line(request_body=json.dumps(asked), request_headers={"x-trace": f"for {mail}", "authorization": f"Bearer {KEY}"}),
        line(refusal, status=429, request_body=json.dumps(asked), response_headers={"x-owner": f"team {team}"}),
        line(wrong, status=400, request_body=json.dumps(asked | {"n": 1})),
    )
    without = grokgate("cassettes", "import", str(path), "--into", "in")
    assert (without.code, "say --redact" in without.complained) == (2, True)
    ran = grokgate("cassettes", "import", str(path), "--into", "in", "--redact")
    assert ran.code == 0, ran.complained
    [file] = (tmp_path / "in").rglob("*.yaml")
    for secret in (team, mail, phone, KEY):
        assert secret not in file.read_text()
    recordings = load_cassette(file)
    assert [one.rule for one in recordings] == ["plain/hidden", "credits-spent", "wrong-key"]
    assert recordings[0].request.json["user"] == "somebody@example.com"
    assert grokgate("cassettes", "check", "in").code == 0


def test_an_import_writes_over_nothing_unless_it_is_told_to(mine, grokgate, tmp_path):
    words = ("cassettes", "import", str(mine(line())), "--into", "in")
    assert grokgate(*words).code == 0
    before = (tmp_path / "in" / "grok-4-0709" / "mine.yaml").read_bytes()
    mine(line(recorded_at="2025-12-03T10:00:00Z"))
    ran = grokgate(*words)
    assert (ran.code, (tmp_path / "in" / "grok-4-0709" / "mine.yaml").read_bytes()) == (2, before)
    assert "say --replace" in ran.complained
    assert grokgate(*words, "--replace").code == 0
    assert (tmp_path / "in" / "grok-4-0709" / "mine.yaml").read_bytes() != before


def test_a_provider_runs_on_imported_recordings_alone_and_the_report_says_so(mine, grokgate):
    grokgate("cassettes", "import", str(mine(line())), "--into", "in")
    bundled = grokgate("check", "--reports", "bundled", "--only", "POST-2.2")
    assert "0 recorded" in bundled.said
    ran = grokgate("check", "--reports", "reports", "--only", "POST-2.2", "--cassettes", "in")
    [row] = [row for row in ran.verdict["rows"] if row["id"] == "POST-2.2"]
    answers = [
        exchange
        for case in ran.evidence.cases
        for call in case.observations
        for exchange in call["wire"]
        if exchange["status"] == 200
    ]
    assert {answer["provenance"] for answer in answers} == {"recorded"}
    assert {answer["recorded_at"] for answer in answers} == {"2025-12-02T10:00:00Z"}
    assert row["status"] in ("passed", "harness_error")


def test_what_the_recordings_lack_is_blamed_on_them_and_bundled_fills_it(mine, grokgate):
    grokgate("cassettes", "import", str(mine(line())), "--into", "in")
    alone = grokgate("check", "--reports", "reports", "--only", "POST-4.1", "--cassettes", "in")
    assert alone.rows["POST-4.1"] == "harness_error"
    assert "but no exchange plays for it" in alone.said + json.dumps(alone.verdict)
    assert (
        grokgate("check", "--reports", "reports", "--only", "POST-4.1", "--cassettes", "in", "--cassettes", "bundled").rows[
            "POST-4.1"
        ]
        == "passed"
    )


def test_a_folder_without_cassettes_is_refused(grokgate, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = grokgate("check", "--cassettes", "empty")
    assert ran.code == 2
    assert "grokgate cassettes import" in ran.complained + ran.said


def test_age_tells_of_each_requirement_how_old_its_evidence_is_and_a_limit_ends_with_10(mine, grokgate):
    grokgate("cassettes", "import", str(mine(line())), "--into", "in")
    grokgate("check", "--reports", "reports", "--only", "POST-2.2", "--cassettes", "in")
    told = grokgate("cassettes", "age", "--evidence", "reports/evidence.jsonl")
    assert told.code == 0
    assert "POST-2.2" in told.said
    assert "0 derived   oldest 2025-12-02" in told.said
    assert grokgate("cassettes", "age", "--evidence", "reports/evidence.jsonl", "--limit", "100000").code == 0
    late = grokgate("cassettes", "age", "--evidence", "reports/evidence.jsonl", "--limit", "1")
    assert (late.code, late.said.startswith("! POST-2.2")) == (10, True)


def test_what_was_never_recorded_is_beyond_every_limit(grokgate):
    grokgate("check", "--reports", "reports", "--only", "POST-2.2")
    late = grokgate("cassettes", "age", "--evidence", "reports/evidence.jsonl", "--limit", "100000")
    assert (late.code, "never recorded" in late.said) == (10, True)


def test_drift_tells_what_differs_from_the_bundled_library(mine, grokgate):
    changed = ANSWER | {"novelty": 1, "choices": [ANSWER["choices"][0] | {"finish_reason": "stop"}]}
    del changed["system_fingerprint"]
    grokgate("cassettes", "import", str(mine(line(changed))), "--into", "in")
    ran = grokgate("cassettes", "drift", "in")
    assert ran.code == 10
    assert "plain of grok-4: key novelty is new: absent → int" in ran.said
    assert "plain of grok-4: key system_fingerprint is gone: str → absent" in ran.said


def test_drift_of_a_true_recording_is_none(mine, grokgate):
    grokgate("cassettes", "import", str(mine(line())), "--into", "in")
    ran = grokgate("cassettes", "drift", "in")
    assert (ran.code, ran.said.splitlines()[0].endswith("1 kinds of request in both, 0 differences")) == (0, True)


@pytest.mark.parametrize("words", [("record",), ("cassettes", "import"), ("cassettes", "drift")], ids=" ".join)
def test_an_exchange_belongs_to_its_day_as_the_help_says(words, grokgate):
    said = " ".join(grokgate(*words, "--help").said.split())
    assert "Default: grok-4" not in said
    assert said.count("Default: each exchange's own, by its day.") == 2


def test_the_environment_puts_no_exchange_into_another_world(mine, grokgate, tmp_path):
    ran = grokgate(
        "cassettes", "import", str(mine(line())), "--into", "in", GROKGATE_ROLLOUT="grok-4.7", GROKGATE_WORLD="nowhere"
    )
    assert (ran.code, [folder.name for folder in (tmp_path / "in").iterdir()]) == (0, ["grok-4-0709"])


def test_check_names_what_is_of_another_shape_and_what_does_not_add_up(mine, grokgate):
    wrong = json.loads(json.dumps(ANSWER).replace('"total_tokens": 800', '"total_tokens": 693'))
    grokgate("cassettes", "import", str(mine(line(wrong | {"novelty": 1}))), "--into", "in")
    ran = grokgate("cassettes", "check", "in")
    assert ran.code == 4
    assert "novelty" in ran.said
    assert "total" in ran.said


def test_drift_names_an_invariant_that_is_broken_now(mine, grokgate):
    grokgate("cassettes", "import", str(mine(line())), "--into", "before")
    wrong = json.loads(json.dumps(ANSWER).replace('"total_tokens": 800', '"total_tokens": 693'))
    grokgate("cassettes", "import", str(mine(line(wrong))), "--into", "after")
    assert "plain of grok-4: invariants broken: absent" in grokgate("cassettes", "drift", "before", "after").said


def test_drift_between_two_sets_compares_status_type_and_value(mine, grokgate):
    grokgate("cassettes", "import", str(mine(line())), "--into", "before")
    other = json.loads(json.dumps(ANSWER).replace('"created": 1764583300', '"created": "now"'))
    grokgate("cassettes", "import", str(mine(line(other))), "--into", "after")
    assert "plain of grok-4: type of created: int → str" in grokgate("cassettes", "drift", "before", "after").said


def test_drift_tells_that_xai_takes_what_it_refused(mine, grokgate):
    asked = json.dumps({"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}], "stop": ["."]})
    refusal = {"code": "Client specified an invalid argument", "error": "Argument not supported on this model: stop"}
    grokgate("cassettes", "import", str(mine(line(refusal, status=400, request_body=asked))), "--into", "before")
    grokgate("cassettes", "import", str(mine(line(request_body=asked))), "--into", "after")
    told = "refused/stop of grok-4: status: 400 → 200"
    assert told in grokgate("cassettes", "drift", "before", "after").said
    assert told in grokgate("cassettes", "drift", "after").said


OVERFLOW = {
    "code": "Client specified an invalid argument",
    "error": "This model's maximum prompt length is 131072 but the request contains 625077 tokens.",
}
WHY = "the answer is 400; rule plain/hidden answers 200; it says what rule too-long says, but length is fits, the rule wants over"


def test_a_refusal_that_no_rule_gives_plays_nothing_and_import_file_and_check_say_why(mine, grokgate, tmp_path):
    ran = grokgate("cassettes", "import", str(mine(line(), line(OVERFLOW, status=400))), "--into", "in")
    assert (ran.code, WHY in ran.said) == (0, True)
    played, kept = load_cassette(tmp_path / "in" / "grok-4-0709" / "mine.yaml")
    assert [(one.rule, one.reason) for one in (played, kept)] == [("plain/hidden", ""), ("", WHY)]
    told = grokgate("cassettes", "check", "in")
    assert (told.code, f"1 play nothing, because\n       1  {WHY}" in told.said) == (0, True)
    assert "plain of grok-4: status: 200 → 200, 400" in grokgate("cassettes", "drift", "in").said


def test_what_was_imported_wrongly_is_found_and_judges_nobody(mine, grokgate, tmp_path):
    """As it was written when the most alike refusal was taken for the same."""
    grokgate("cassettes", "import", str(mine(line(OVERFLOW, status=400))), "--into", "in")
    file = tmp_path / "in" / "grok-4-0709" / "mine.yaml"
    wrong = file.read_text().replace(f"    reason: '{WHY}'\n".replace("model's", "model''s"), "    rule: grammar-too-complex\n")
    wrong = wrong.replace(f"    reason: {WHY}\n", "    rule: grammar-too-complex\n")
    assert "rule: grammar-too-complex" in wrong
    file.write_text(wrong)
    told = grokgate("cassettes", "check", "in")
    assert (told.code, f"it plays for rule grammar-too-complex, but {WHY}; import it again" in told.said) == (4, True)
    ran = grokgate("check", "--reports", "reports", "--only", "POST-7.2", "--cassettes", "in", "--cassettes", "bundled")
    assert (ran.code, "it plays for rule grammar-too-complex, but the answer is 400" in ran.said + ran.complained) == (2, True)


def test_what_is_refused_to_one_name_and_plays_for_others_is_found(mine, grokgate, tmp_path):
    asked = json.dumps({"model": "grok-3", "messages": [{"role": "user", "content": "Hi"}], "reasoning_effort": "low"})
    said = {"code": OVERFLOW["code"], "error": "Model grok-3 does not support parameter reasoningEffort."}
    grokgate("cassettes", "import", str(mine(line(said, status=400, request_body=asked))), "--into", "in")
    file = tmp_path / "in" / "grok-4-0709" / "mine.yaml"
    [one] = load_cassette(file)
    assert (one.rule, one.when) == ("refused/reasoning-effort", {"asked": ("grok-3",)})
    assert grokgate("cassettes", "check", "in").code == 0
    file.write_text(file.read_text().replace("    when:\n      asked:\n      - grok-3\n", ""))
    told = grokgate("cassettes", "check", "in")
    assert (told.code, "it was recorded of asked grok-3, and plays for others; import it again" in told.said) == (4, True)


def test_drift_refuses_evidence_that_is_none(mine, grokgate, tmp_path):
    grokgate("cassettes", "import", str(mine(line(ANSWER | {"novelty": 1}))), "--into", "in")
    (tmp_path / "evidence.jsonl").write_text("{}\n")
    ran = grokgate("cassettes", "drift", "in", "--evidence", "evidence.jsonl")
    assert (ran.code, "evidence refused: evidence.jsonl" in ran.complained) == (4, True)


@pytest.fixture
def standing_in():
    """xAI as it is today, on loopback in place of the real one."""
    replay = Replay(Tape(load_world(home() / "cassettes" / "grok-4.3"), prompts(), key=KEY))
    server = LoopbackServer(replay)
    yield server
    server.close()


def test_a_run_is_recorded_without_its_key_and_plays_again(standing_in, grokgate, tmp_path):
    (tmp_path / "ask.py").write_text(ASK)
    words = ("record", "--into", "in", "--upstream", standing_in.base_url, "--name", "run")
    ran = grokgate(*words, "--", sys.executable, "ask.py", KEY=KEY)
    assert ran.code == 0, ran.complained
    [path] = (tmp_path / "in").rglob("*.yaml")
    assert KEY not in path.read_text()
    assert "abc123def456" not in path.read_text()
    one_piece, stream = load_cassette(path)
    assert (one_piece.provenance, one_piece.rule, stream.rule) == ("recorded", "plain/shown", "plain-stream/shown")
    assert len(stream.at) == stream.body.count("data: ") > 10
    assert grokgate("cassettes", "check", "in").code == 0
    again = grokgate(*words, "--", sys.executable, "ask.py", KEY=KEY)
    assert (again.code, "say --replace" in again.complained) == (2, True)


def test_a_command_that_asks_nobody_is_told_why_nothing_was_kept(grokgate, tmp_path):
    ran = grokgate("record", "--into", "in", "--", sys.executable, "-c", "pass")
    assert (ran.code, "does the command read XAI_BASE_URL?" in ran.said) == (2, True)
    assert not (tmp_path / "in").exists()
