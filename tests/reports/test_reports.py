"""Each report says what the evidence says: one gate of a provider that breaks much, and what every writer made of it."""

import html
import json
import re
import shlex
import subprocess
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from grokgate.formats.home import SCHEMAS
from grokgate.judgement.cause import by_cause
from grokgate.judgement.verdict import Verdict, judge
from grokgate.reports import terminal
from grokgate.reports.basis import of_xai, which_xai, who_answered
from grokgate.reports.failure import curl, difference, failure_text, serve
from grokgate.reports.junit import write as write_junit
from grokgate.reports.markdown import write as write_markdown
from grokgate.reports.verdict_json import as_json
from grokgate.reports.words import COLOURS, DECISION_COLOURS, RED, SIGNS
from grokgate.values.evidence import Decision, Status

WIDTH = 80


@pytest.fixture(scope="session")
def ran(gate, misbehaving):
    """A gate in which rows failed, passed, were not offered, did not apply, and were a harness_error."""
    return gate("--provider", misbehaving("Naive"))


@pytest.fixture(scope="session")
def header(ran):
    return ran.evidence.header


@pytest.fixture(scope="session")
def verdict(ran):
    """The verdict, judged again from the evidence."""
    evidence = ran.evidence
    return judge(evidence.asked, evidence.cases, strict=False, violations=evidence.violations)


@pytest.fixture(scope="session")
def red_cases(verdict):
    return [(row.asked, case) for row in verdict.rows for case in row.cases if case.status in RED]


def test_the_gate_shows_what_there_is_to_report(verdict):
    assert {"failed", "passed", "not_offered", "not_applicable", "harness_error"} <= set(verdict.counts)


def test_no_report_holds_the_key_though_the_provider_quotes_it(ran):
    files = [path for path in ran.reports.rglob("*") if path.is_file()]
    assert len(files) > 100
    assert [path.name for path in files if b"xai-grokgate-" in path.read_bytes()] == []
    assert "xai-grokgate-" not in ran.said + ran.complained


# --- verdict.json


def test_verdict_json_is_the_verdict_and_keeps_its_schema(ran, header, verdict):
    jsonschema.validate(ran.verdict, json.loads((SCHEMAS / "verdict.schema.json").read_bytes()))
    assert ran.verdict == as_json(header, verdict)
    assert Counter(row["status"] for row in ran.verdict["rows"]) == +Counter(ran.verdict["counts"])


def test_each_case_in_verdict_json_stands_in_the_evidence(ran):
    known = {case.id for case in ran.evidence.cases}
    assert {id for row in ran.verdict["rows"] for id in row["evidence"]} == known


# --- junit.xml


@pytest.fixture(scope="session")
def junit(ran):
    [suite] = ET.parse(ran.reports / "junit.xml").getroot()
    return suite


@pytest.fixture(scope="session")
def entries(junit):
    return junit.findall("testcase")


def test_junit_says_of_the_whole_who_answered(junit, header):
    told = {entry.get("name"): entry.get("value") for entry in junit[0]}
    assert (junit[0].tag, told["verdict"], told["answers"]) == ("properties", "no-go", who_answered(header))


def test_junit_has_an_entry_for_each_case_and_each_row_without_one(entries, verdict):
    expected = [case.id for row in verdict.rows for case in row.cases] + [row.asked.id for row in verdict.rows if not row.cases]
    assert Counter(entry.get("name").split(" ")[0] for entry in entries) == Counter(id.split(" ")[0] for id in expected)


def test_the_counts_in_junit_agree_with_its_entries_and_with_the_verdict(junit, entries, verdict):
    said = {name: int(junit.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    told = {name: len(junit.findall(f"testcase/{tag}")) for name, tag in [("failures", "failure"), ("errors", "error")]}
    assert said == {"tests": len(entries), **told, "skipped": len(junit.findall("testcase/skipped"))}
    found = Counter(case.status for row in verdict.rows for case in row.cases or [row])
    assert (said["failures"], said["errors"]) == (found["failed"] + found["not_offered"], found["harness_error"])
    assert said["skipped"] == found["not_run"] + found["not_applicable"]


def test_junit_survives_what_xml_cannot_hold(tmp_path, header, asked, case):
    odd = judge([asked()], [case("failed", because="a \x00 and \x1b[31m and <&]]> and \ufffe")], strict=False)
    write_junit(tmp_path / "junit.xml", header, odd)
    [told] = ET.parse(tmp_path / "junit.xml").getroot().iter("failure")
    assert told.get("message") == "a \ufffd and \ufffd[31m and <&]]> and \ufffd"


@pytest.fixture
def waived(asked, case):
    """A verdict in which somebody accepts a row with a red, an open and a good case."""
    cases = [case("failed", "half", because="it left"), case("not_run", "none"), case("passed", "zero")]
    row = judge([asked()], cases, strict=False).rows[0]
    accepted = replace(row, status=Status.WAIVED, because="Ana accepts it until 2026-12-31: known (it left)", cases=tuple(cases))
    vouched = replace(row, asked=asked("COM.1"), status=Status.ATTESTED, because="Ana vouches for it", blame=None, cases=())
    return Verdict(decision=Decision.GO, rows=(accepted, vouched))


def test_what_people_accept_passes_in_junit_and_its_text_is_kept(tmp_path, header, waived):
    write_junit(tmp_path / "junit.xml", header, waived)
    [suite] = ET.parse(tmp_path / "junit.xml").getroot()
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "0", "0", "0"]
    red, missing, good, vouched = suite.findall("testcase")
    assert "waived: Ana accepts it until 2026-12-31: known (it left)\n" in red.findtext("system-out")
    assert failure_text(waived.rows[0].asked, waived.rows[0].cases[0], header) in red.findtext("system-out")
    assert missing.findtext("system-out").endswith("\nit is not_run")
    assert good.find("system-out") is None
    assert vouched.findtext("system-out") == "attested: Ana vouches for it"


# --- summary.md


@pytest.fixture(scope="session")
def summary(ran):
    return (ran.reports / "summary.md").read_text("utf-8")


def test_the_summary_names_each_row_once_with_its_status(summary, verdict):
    cells = [[cell.strip() for cell in line.split(" | ")] for line in summary.splitlines() if line.startswith("| ")]
    listed = {cells[0].strip("| "): cells[3] for cells in cells if len(cells) == 6 and cells[1] in ("must", "should")}
    assert listed == {row.asked.id: f"{SIGNS[row.status]} {row.status.value.replace('_', ' ')}" for row in verdict.rows}


def test_the_summary_tells_each_red_case_whole(summary, red_cases, header):
    assert red_cases
    for asked, case in red_cases:
        assert f"### {case.id}\n\n````text\n{failure_text(asked, case, header)}\n````\n" in summary


def test_the_summary_begins_with_the_verdict_on_one_line(summary):
    assert summary.splitlines()[0] == "# NO-GO: a provider written in ten minutes, phase 1, predeploy"


def test_a_bar_in_a_text_does_not_break_the_table(tmp_path, header, asked, case):
    row = judge([asked(title="a | b")], [case("failed", because="x | y\nz")], strict=False)
    write_markdown(tmp_path / "summary.md", header, row)
    assert "| POST-2.2 | must | a &#124; b | ✘ failed | x &#124; y z |" in (tmp_path / "summary.md").read_text("utf-8")


@pytest.mark.parametrize("text", ["![x](//y)", "<img src=x>", "[x](//y)", "**x**", "`x`", "@all", "a\n\n# b", "a | b"])
def test_nothing_that_a_provider_wrote_is_markup_in_the_summary(text, tmp_path, header, asked, case):
    verdict = judge([asked(title=text)], [case("unproven", because=text)], strict=False, violations=[text])
    provider = {**header["provider"], "title": text, "face": text, "requirements": [text]}
    write_markdown(tmp_path / "summary.md", {**header, "provider": provider}, replace(verdict, findings=(text,)))
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert text not in summary
    shown = html.unescape(summary)
    assert shown.count(" ".join(text.split())) == 7


def test_no_text_of_a_provider_ends_its_block_in_the_summary(tmp_path, header, asked, case):
    write_markdown(tmp_path / "summary.md", header, judge([asked()], [case("failed", because="`````\n# b")], strict=False))
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert summary.count("\n``````text\n") == summary.count("\n``````\n") == 1


# --- the terminal


def lines_of(header, verdict, folder="reports/naive"):
    said = []
    terminal.write(lambda line, colour: said.append((line, colour)), header, verdict, seconds=1.94, folder=folder)
    return said


def too_wide(lines):
    """Lines of more than 80 columns, but for commands, which are there to be copied, and paths."""
    return [line for line in lines if len(line) > WIDTH and "grokgate check --provider" not in line and "evidence /" not in line]


def test_the_terminal_of_a_run_has_80_columns(ran):
    assert too_wide(ran.said.splitlines()) == []


def test_every_line_fits_whatever_the_texts_are(header, verdict, asked, case):
    provider = {**header["provider"], "title": "a provider with a title of many words, longer than a line may ever be " * 2}
    long = {**header, "provider": provider, "only": ["POST-2.2"] * 30}
    rows = [*verdict.rows, *judge([asked(section="s" * 99)], [case("unproven", because="b" * 99)], strict=False).rows]
    every = [replace(row, status=status) for row in verdict.rows[:1] for status in Status]
    loud = Verdict(decision=verdict.decision, rows=(*rows, *every), violations=("GET http://elsewhere/" + "x" * 99,))
    assert too_wide([line for line, _ in lines_of(long, loud)]) == []


def test_the_terminal_ends_with_the_verdict_and_what_to_do_next(header, verdict):
    *_, decision, more, explain, again = [line for line, colour in lines_of(header, verdict)]
    assert decision.startswith(f"NO-GO  {len(verdict.rows)} rows: ")
    assert more.endswith(" · 1.9 s · exit 1")
    worst = next(row.asked.id for row in verdict.rows if row.status is Status.FAILED)
    assert explain == f"next: grokgate explain {worst}"
    assert again.split() == shlex.split(f"grokgate check --provider {header['provider']['spec']} --phase 1 --only {worst}")


def test_the_verdict_has_its_colour(header, verdict):
    for decision in Decision:
        said = lines_of(header, replace(verdict, decision=decision))
        assert (
            next(colour for line, colour in said if line.startswith(f"{decision.value.upper()}  ")) == DECISION_COLOURS[decision]
        )


def test_red_rows_are_told_worst_first_and_the_rest_is_counted(header, verdict):
    red = by_cause(sorted((row for row in verdict.rows if row.status in RED), key=lambda row: RED.index(row.status)))
    said = [line for line, _ in lines_of(header, verdict)]
    told = [line for line in said if line[:2] in [f"{SIGNS[status]} " for status in RED]]
    assert len(told) == terminal.MOST_RED < len(red)
    assert [line[0] for line in told] == sorted((line[0] for line in told), key=[SIGNS[status] for status in RED].index)
    assert f"  … {sum(len(rows) for _, rows in red[terminal.MOST_RED :])} more: reports/naive/summary.md" in said


UNKNOWN = "UnknownModel: unknown model 'grok-4'; known are grok-3"


@pytest.fixture
def unknown(asked, case, call):
    """A verdict in which one unknown name turns three rows red, and something else a fourth."""
    met = call(exchanges=[], failure=UNKNOWN).to_json()
    finding = {"expected": "a request", "saw": "nothing", "at": ""}
    rows = {
        "P1.4": ("must", f"nothing left for grok-4; the caller got {UNKNOWN}"),
        "P1.6": ("should", f"with GROK4_DEFAULT=true, nothing left for GROK-4; the caller got {UNKNOWN}"),
        "POST-1.2": ("must", f"the caller got {UNKNOWN}"),
        "POST-2.4": ("must", "stop left for grok-4"),
    }
    cases = [
        replace(case("failed", because=said, blame="provider", observations=(met,), finding=finding), id=id, requirement=id)
        for id, (_, said) in rows.items()
    ]
    return judge([asked(id, severity=severity) for id, (severity, _) in rows.items()], cases, strict=False)


def test_reds_of_one_cause_are_told_once_with_their_rows(header, unknown, tmp_path):
    said = [line for line, _ in lines_of(header, unknown)]
    start = next(number for number, line in enumerate(said) if line.startswith(f"✘ {UNKNOWN}"))
    assert [line.split() for line in said[start + 1 : start + 3]] == [
        ["3", "rows:", "P1.4", "P1.6", "(should)", "POST-1.2"],
        ["✘", "POST-2.4", "stop", "left", "for", "grok-4", "provider"],
    ]
    write_markdown(tmp_path / "summary.md", header, unknown)
    summary = html.unescape((tmp_path / "summary.md").read_text("utf-8"))
    assert f"## What several rows have in common\n\n- ✘ {UNKNOWN} (provider): P1.4, P1.6, POST-1.2\n\n" in summary


def test_open_rows_are_told_by_cause(header, asked):
    ids = [f"POST-{number}.{number}" for number in range(40)]
    rows = [asked(id, settled=Status.NOT_RUN, because=f"because of {number % 2}") for number, id in enumerate(ids)]
    said = [line.strip() for line, _ in lines_of(header, judge(rows, [], strict=False))]
    even, odd = said.index("○ not run: because of 0"), said.index("○ not run: because of 1")
    assert " ".join(said[even + 1 : odd]).split() == ids[::2]
    assert " ".join(said[odd + 1 : said.index("", odd)]).split() == ids[1::2]


def test_every_status_has_a_sign_of_its_own_and_a_colour():
    assert len(set(SIGNS.values())) == len(SIGNS) == len(COLOURS) == len(Status)


# --- one failure


@pytest.fixture
def failing(red_cases):
    return next((asked, case) for asked, case in red_cases if case.id == "POST-2.2[half]")


def test_a_failure_shows_the_request_with_an_arrow_at_the_key(failing):
    text = failure_text(*failing).splitlines()
    assert text[0] == "POST-2.2[half]  presence_penalty does not leave for grok-4, not even as 0  (must, failed)"
    assert [line for line in text if "<- here" in line] == ['           + "presence_penalty": 0.5   <- here']
    assert "asked      chat(model='grok-4', presence_penalty=0.5)" in text
    assert "left       POST https://api.x.ai/v1/chat/completions" in text
    assert any(line.startswith("answered   400 ") and line.endswith("(derived)") for line in text)
    assert "expected   no presence_penalty on the wire" in text
    assert "who acts   provider" in text


def test_a_camel_case_key_has_the_arrow_too(call, case, asked):
    observed = (call({"presencePenalty": 0}).to_json(),)
    told = case("failed", observations=observed, finding={"expected": "", "saw": 0, "at": "presencePenalty"})
    assert '+ "presencePenalty": 0   <- here' in failure_text(asked(), told)


RESPONSES_URL = "https://api.x.ai/v1/responses"


@pytest.mark.parametrize(
    ("body", "at", "line"),
    [
        ({"reasoning": {"effort": "low"}}, "reasoning.effort", '+ "reasoning.effort": "low"   <- here'),
        ({"reasoning": {"reasoning_effort": "low"}}, "reasoning.effort", '+ "reasoning": {"reasoning_effort": "low"}   <- here'),
        ({"input": [{"role": "user"}, {"type": "reasoning"}]}, "input[1]", '+ "input[1]": {"type": "reasoning"}   <- here'),
    ],
    ids=["there", "beside it", "an item"],
)
def test_on_responses_the_arrow_is_at_the_place_there(body, at, line, call, case, asked):
    observed = call({"model": "grok-4", **body}).to_json()
    observed["wire"][0] |= {
        "url": RESPONSES_URL,
        "answer": json.dumps({"id": "r", "tools": [1], "output": [], "status": "completed"}),
    }
    told = case("failed", observations=(observed,), finding={"expected": "", "saw": 0, "at": at})
    text = failure_text(asked(), told).splitlines()
    assert [said.strip() for said in text if "<- here" in said] == [line]
    assert '           answered   200 {"status": "completed", "output": []}  (derived)'.strip() in text
    assert 'v1}"/responses' in curl(told)


def test_curl_is_the_request_as_a_shell_reads_it_without_a_key(failing):
    _, case = failing
    words = shlex.split(curl(case))
    assert words[:3] == ["curl", "-s", "${XAI_BASE_URL:-http://127.0.0.1:8080/v1}/chat/completions"]
    assert "Authorization: Bearer ${XAI_API_KEY:-any}" in words
    assert json.loads(words[words.index("-d") + 1]) == json.loads(case.observations[-1]["wire"][0]["body"])


@pytest.mark.parametrize("text", ['it\'s `id` $(id) "quoted" \\ \n 日本', "'; rm -rf /; '"])
def test_what_the_provider_sends_does_not_reach_the_shell(text, call, case):
    told = case("failed", observations=(call({"user": text}).to_json(),))
    line = curl(told).replace("curl ", "printf '%s\\n' ", 1)
    done = subprocess.run(["bash", "-c", line], env={"XAI_API_KEY": "example"}, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["user"] == text
    assert "http://127.0.0.1:8080/v1/chat/completions" in done.stdout


def test_a_failure_says_how_to_see_it_and_how_to_ask_again(failing, header):
    lines = failure_text(*failing, header).splitlines()
    assert lines[-1] == "more       grokgate explain POST-2.2"
    assert lines[-2] == f"again      grokgate check --provider {header['provider']['spec']} --phase 1 --only POST-2.2"
    assert any(line.startswith("try it     grokgate serve --world grok-4-0709 &") for line in lines)


def test_the_server_is_started_with_what_the_test_asked_of_xai(call, case, header):
    asked = replace(call({}), scenario="no-credits", fault="reset")
    words = serve(case("failed", observations=(asked.to_json(),)), header)
    assert words == "grokgate serve --world grok-4-0709 --scenario no-credits --fault reset"


def test_of_a_body_the_difference_alone_is_shown(call, case, asked):
    observed = (call({"stop": ["END"], "user": "u", "seed": 7}).to_json(),)
    text = failure_text(asked(), case("failed", observations=observed, finding={"expected": "", "saw": ["END"], "at": "stop"}))
    assert '           + "stop": ["END"]   <- here' in text
    assert "             and messages, user, seed" in text


def test_of_several_requests_the_one_at_fault_is_shown(call, case, asked, exchange):
    both = [exchange({"model": "grok-4"}), exchange({"model": "grok-4", "stop": []})]
    observed = (call(exchanges=both).to_json(),)
    text = failure_text(asked(), case("failed", observations=observed, finding={"expected": "", "saw": [], "at": "stop"}))
    assert "(one of 2 requests)" in text
    assert '+ "stop": []   <- here' in text


def test_every_curl_line_of_the_run_is_valid_shell(red_cases):
    lines = [line for _, case in red_cases if (line := curl(case))]
    assert len(lines) > 20
    subprocess.run(["bash", "-n"], input="\n".join(lines), text=True, check=True)


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        (
            {"exchanges": [], "failure": "ValueError: unknown model"},
            ["left       nothing", "caller     ValueError: unknown model"],
        ),
        ({"body": [1, 2]}, ["             [1, 2]"]),
        ({"body": b"not json"}, ["             not json"]),
        ({"body": b""}, ["             "]),
        ({"body": b"x" * 5000}, ["(5,000 bytes)"]),
    ],
    ids=["nothing", "list", "text", "empty", "large"],
)
def test_a_failure_is_told_whatever_left(more, shown, call, case, asked):
    text = failure_text(asked(), case("failed", observations=(call(**more).to_json(),)))
    assert all(any(part in line for line in text.splitlines()) for part in shown)
    assert "bytes)" not in curl(case("failed", observations=(call(**more).to_json(),)))


def test_a_broken_connection_is_told_as_one(call, case, asked, exchange):
    broken = replace(exchange(), answer=None, fault="disconnect")
    text = failure_text(asked(), case("failed", observations=(call(exchanges=[broken]).to_json(),)))
    assert "answered   nothing: disconnect, as the test asked" in text


def test_what_is_no_call_is_told_by_what_was_asked_and_shows_no_request(call, case, asked):
    finding = {"expected": "grok", "saw": [], "at": "aliases", "asked": "GROK4_DEFAULT='true' models()"}
    listed = case("failed", observations=(call().to_json(),), finding=finding)
    lines = failure_text(asked(), listed).splitlines()
    assert "asked      GROK4_DEFAULT='true' models()" in lines
    assert {line.split(" ")[0] for line in lines if line[0] != " "}.isdisjoint({"left", "answered", "caller", "try"})
    assert curl(listed) == ""


def test_what_xai_said_is_told_whole(call, case, asked):
    sentence = f"The model does not exist. {'It is said at length. ' * 20}Ask your team."
    refused = call(status=404, answer={"code": "not-found", "error": sentence}, failure=f"XAIError: {sentence}")
    finding = {"expected": sentence, "saw": sentence, "at": "error"}
    text = failure_text(asked(), case("failed", observations=(refused.to_json(),), finding=finding))
    assert text.count("Ask your team.") == 4


def test_of_an_answer_that_is_no_refusal_the_model_is_told_and_not_its_number(call, case, asked):
    answer = {"id": "a" * 99, "object": "chat.completion", "created": 1752019200, "model": "grok-4-0709", "choices": []}
    [told] = [
        line
        for line in failure_text(asked(), case("failed", observations=(call(answer=answer).to_json(),))).splitlines()
        if line.startswith("answered")
    ]
    assert told.startswith('answered   200 {"model": "grok-4-0709", "choices": []}')


def test_of_a_large_body_model_and_keys_are_told(call, case, asked):
    long = {"messages": [{"role": "user", "content": "x" * 5000}]}
    text = failure_text(asked(), case("failed", observations=(call(long).to_json(),)))
    assert re.search(r"\n +sha256:\w{12}… \(5,\d\d\d bytes; model grok-4; messages: 1; keys model, messages\)\n", text)


def test_a_stray_request_is_not_taken_for_the_calls_own(call, case, asked, exchange):
    both = [exchange({"model": "stray"}, stray=True), exchange({"model": "own"})]
    assert '"own"' in failure_text(asked(), case("failed", observations=(call(exchanges=both).to_json(),)))


def test_the_difference_has_a_line_for_each_side(failing, case):
    assert difference(failing[1]).splitlines() == ["- no presence_penalty on the wire", "+ 0.5"]
    assert difference(case("harness_error")) == ""


# --- Allure


@pytest.fixture(scope="session")
def allure(ran):
    """Allure's results by the identifier of their case or row."""
    results = [json.loads(path.read_bytes()) for path in (ran.reports / "allure-results").glob("*-result.json")]
    assert len({result["historyId"] for result in results}) == len(results)
    return {result["name"].rpartition(f" {label(result, 'story').partition(' ')[2]}")[0]: result for result in results}


def label(result, name):
    [value] = [entry["value"] for entry in result["labels"] if entry["name"] == name]
    return value


STATUSES = {"passed": "passed", "failed": "failed", "not_offered": "failed", "harness_error": "broken"}


def test_allure_has_a_result_for_each_case_and_each_row_without_one(allure, verdict):
    entries = {case.id: case.status for row in verdict.rows for case in row.cases}
    entries |= {row.asked.id: row.status for row in verdict.rows if not row.cases}
    assert {id: result["status"] for id, result in allure.items()} == {
        id: STATUSES.get(status, "skipped") for id, status in entries.items()
    }


def test_each_allure_result_carries_its_labels_and_a_link_to_its_requirement(allure, verdict, header):
    rows = {row.asked.id: row.asked for row in verdict.rows}
    entries = {case.id: case for row in verdict.rows for case in row.cases}
    entries |= {row.asked.id: row for row in verdict.rows if not row.cases}
    for id, result in allure.items():
        asked = rows[label(result, "requirement")]
        assert label(result, "outcome") == entries[id].status.value.replace("_", " ")
        acts = [entry["value"] for entry in result["labels"] if entry["name"] == "acts"]
        assert acts == ([entries[id].blame] if entries[id].blame else [])
        assert (label(result, "parentSuite"), label(result, "suite")) == (asked.section, f"{asked.id} {asked.title}")
        assert id.partition("[")[0] == asked.id
        assert {name: label(result, name) for name in ("epic", "feature", "story", "phase", "section", "provider", "world")} == {
            "epic": f"{which_xai(header)}, rollout grok-4, phase 1: predeploy",
            "feature": asked.section,
            "story": f"{asked.id} {asked.title}",
            "phase": "1",
            "section": asked.prefix,
            "provider": "naive",
            "world": "grok-4-0709",
        }
        assert label(result, "severity") == {"must": "critical", "should": "normal"}[asked.severity]
        [link] = [link for link in result["links"] if link["type"] == "requirement"]
        assert (link["name"], link["url"].rpartition("#")[2]) == (asked.id, asked.id.lower())


def test_each_call_is_a_step_with_what_left_and_what_came_back(allure, ran):
    [step] = allure["POST-2.2[half]"]["steps"]
    assert step["name"] == "1. chat(model='grok-4', presence_penalty=0.5)"
    [attachment] = step["attachments"]
    told = (ran.reports / "allure-results" / attachment["source"]).read_text("utf-8")
    parts = {part.partition("\n")[0]: part.partition("\n")[2] for part in told.removeprefix("# ").split("\n\n# ")}
    assert list(parts) == ["request POST https://api.x.ai/v1/chat/completions", "answer 400 (derived)", "what the caller got"]
    assert json.loads(parts["request POST https://api.x.ai/v1/chat/completions"])["presence_penalty"] == 0.5


def test_a_red_result_has_the_failure_the_difference_and_a_curl_line_attached(allure, ran, failing):
    told = {attachment["name"]: attachment["source"] for attachment in allure["POST-2.2[half]"]["attachments"]}
    read = {name: (ran.reports / "allure-results" / source).read_text("utf-8") for name, source in told.items()}
    told = {"what to know": failure_text(*failing, ran.evidence.header), "difference": difference(failing[1])}
    assert read == {**told, "curl": curl(failing[1])}


def test_a_result_that_is_no_pass_says_why(allure, ran):
    because = {row["id"]: row["because"] for row in ran.verdict["rows"]}
    for id, result in allure.items():
        if result["status"] != "passed" and "[" not in id:
            assert because[id] in result["statusDetails"]["message"]


def test_allures_first_page_says_the_verdict(ran, header):
    facts = (ran.reports / "allure-results" / "environment.properties").read_text("utf-8").splitlines()
    assert {"verdict=no-go", "provider=a provider written in ten minutes", "phase=1", f"xAI={of_xai(header)}"} <= set(facts)
