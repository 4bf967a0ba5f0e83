"""What GitHub Actions is told, read as its runner reads it: annotations, a summary, and no command of a provider's."""

import re
from dataclasses import replace

import pytest

from grokgate.judgement.verdict import judge
from grokgate.reports.basis import who_answered
from grokgate.reports.github import MOST_ANNOTATIONS, MOST_ROWS, annotated, append_summary, is_step, kept
from grokgate.runs.check import pytest_command
from grokgate.values.evidence import Blame, Status

KNOWN = {"stop-commands", "add-mask", "set-output", "save-state", "debug", "warning", "error", "notice", "group", "endgroup"}
HOSTILE = "no\n::add-mask::grok\r\n  ::set-output name=verdict::go ##[add-mask]grok 100%0A::error::"


def command_in(line, known=KNOWN):
    """The command that the runner sees in a line, with its properties and its data (``ActionCommand.cs`` in actions/runner)."""
    if (new := re.match(r"\s*::([^ :]+)(?: (.*?))?::(.*)", line)) and new[1].lower() in known:
        told = dict(pair.split("=", 1) for pair in (new[2] or "").split(",") if pair)
        return new[1], {name: unescaped(value, "\r\n:,%") for name, value in told.items()}, unescaped(new[3], "\r\n%")
    if (old := re.search(r"##\[([^ \]]+)[^\]]*\](.*)", line)) and old[1].lower() in known:
        return old[1], {}, old[2]
    return None


def unescaped(text, signs):
    for sign in signs:
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def obeyed(lines):
    """The commands that the runner obeys, in their order; between stop-commands and its token it obeys none."""
    found, token = [], ""
    for line in lines:
        command = command_in(line, {token} if token else KNOWN)
        if command is None:
            continue
        found.append(command)
        token = "" if token else command[2] if command[0] == "stop-commands" else ""
    return found


@pytest.fixture
def header():
    provider = {"name": "mine", "title": "a client of ours"}
    return {"provider": provider, "phase": "1", "scope": "predeploy", "world": "w", "only": [], "strict": False}


@pytest.fixture
def red(asked, case):
    """Makes a verdict over rows that failed for this reason, and rows that are open."""

    def make(because="it leaves", *, rows=1, open_rows=0, severity="must", violations=()):
        ids = [f"POST-2.{number}" for number in range(rows)]
        failed = [replace(case("failed", because=because, blame=Blame.PROVIDER), requirement=id) for id in ids]
        missing = [asked(f"MON.{number}", settled=Status.NOT_RUN, because="needs live traffic") for number in range(open_rows)]
        return judge([*(asked(id, severity) for id in ids), *missing], failed, strict=False, violations=violations)

    return make


def told(header, verdict):
    return [command_in(line) for line in annotated(header, verdict, "reports/mine")]


# --- annotations


def test_the_reference_that_nobody_named_is_told_with_the_verdict(header, red):
    unnamed = {**header, "provider": {**header["provider"], "named": False}}
    [*_, (kind, _, text)] = told(unnamed, red())
    assert (kind, text.splitlines()[-1]) == ("notice", "this proves grokgate, and no provider of yours; --provider names yours")


def test_a_red_must_is_an_error_that_names_row_cause_and_who_acts(header, red):
    [error, _] = told(header, red())
    assert error == ("error", {"title": "POST-2.0"}, "failed: it leaves\nwho acts: provider")


def test_a_red_should_is_a_warning_unless_the_gate_is_strict(header, red):
    verdict = red(severity="should")
    assert [kind for kind, _, _ in told(header, verdict)] == ["warning", "notice"]
    assert [kind for kind, _, _ in told({**header, "strict": True}, verdict)] == ["error", "notice"]


def test_an_open_row_is_a_warning(header, red):
    [warning, _] = told(header, red(rows=0, open_rows=1))
    assert warning == ("warning", {"title": "MON.0"}, "not run: needs live traffic")


def test_an_undeclared_attempt_is_the_first_error(header, red):
    [first, second, _] = told(header, red(violations=["elsewhere:443", "elsewhere:443"]))
    assert first == ("error", {"title": "egress"}, "undeclared attempt to reach elsewhere:443")
    assert second[1] == {"title": "POST-2.0"}


def test_what_is_stale_of_waivers_is_a_warning_and_stands_in_the_summary(header, red, tmp_path):
    stale = replace(red(), findings=("the waiver of Ana for POST-2.2 is past its day",))
    assert ("warning", {"title": "acceptances"}, stale.findings[0]) in told(header, stale)
    append_summary(tmp_path / "summary", header, stale, "reports/mine")
    assert f"- {stale.findings[0]}\n" in (tmp_path / "summary").read_text("utf-8")


def test_the_verdict_is_a_notice(header, red):
    *_, notice = told(header, red(rows=3, open_rows=1))
    said = ("NO-GO: a client of ours, phase 1, predeploy", "4 rows: 3 failed, 1 not run", who_answered(header))
    assert notice == ("notice", {"title": "grokgate"}, "\n".join(said))


@pytest.mark.parametrize(("rows", "shown", "more"), [(10, 10, None), (11, 9, "2 more"), (40, 9, "31 more")])
def test_there_are_at_most_ten_of_a_kind_and_the_last_counts_the_others(rows, shown, more, header, red):
    for kind, verdict in [("error", red(rows=rows)), ("warning", red(rows=0, open_rows=rows))]:
        found = [(title["title"], text) for command, title, text in told(header, verdict) if command == kind]
        assert len(found) <= MOST_ANNOTATIONS
        assert sum(title != "grokgate" for title, _ in found) == shown
        assert found[shown:] == ([("grokgate", f"{more}: reports/mine/summary.md")] if more else [])


def test_the_signs_of_an_escape_come_back_as_they_were(header, red):
    strange = {**header, "provider": {"title": "100%0A, 5%: x%25"}}
    *_, notice = annotated(strange, red(), "reports/mine")
    assert "100%250A, 5%25: x%2525" in notice
    assert command_in(notice)[2].startswith("NO-GO: 100%0A, 5%: x%25, phase 1")


def test_a_title_ends_neither_the_property_nor_the_command(header, asked, case):
    odd = replace(case("failed"), requirement="A:B,file=x::y%")
    [error, _] = told(header, judge([asked("A:B,file=x::y%")], [odd], strict=False))
    assert error[1] == {"title": "A:B,file=x::y%"}


def test_no_cause_can_be_a_command_of_its_own(header, red):
    lines = "\n".join(annotated(header, red(HOSTILE), "reports/mine")).splitlines()
    assert [command for command, _, _ in obeyed(lines)] == ["error", "notice"]
    assert command_in("a ##[add-mask]grok") == ("add-mask", {}, "grok")  # it would be one, on a line of its own
    assert [command_in(line) for line in HOSTILE.splitlines()][1] == ("add-mask", {}, "grok")


# --- the summary of the step


@pytest.fixture
def summarized(tmp_path, header):
    def make(verdict, **more):
        append_summary(tmp_path / "summary", {**header, **more}, verdict, "reports/mine")
        return (tmp_path / "summary").read_text("utf-8")

    return make


def cells(summary):
    return [line.strip("| ").split(" | ") for line in summary.splitlines() if line.startswith("| ") and "because" not in line]


def test_the_summary_has_decision_counts_red_rows_and_what_is_open(summarized, red):
    lines = summarized(red(rows=2, open_rows=2, violations=["elsewhere:443"])).splitlines()
    assert lines[1] == "## NO-GO: a client of ours, phase 1, predeploy"
    assert (
        "4 rows: 2 failed, 2 not run. 0 answers: 0 recorded, 0 derived; answered by the tape; the real xAI was not asked."
        in lines
    )
    assert "Undeclared attempts to reach other hosts: elsewhere:443" in lines
    assert "| ✘ POST-2.1 | it leaves | provider |" in lines
    assert "- ○ not run: needs live traffic (MON.0, MON.1)" in lines
    assert lines[-1] == "All rows, and each failure with its request: reports/mine/summary.md, beside the evidence."


def test_the_summary_is_appended_to_what_the_step_has_said(tmp_path, summarized, red):
    (tmp_path / "summary").write_text("said before, without an end of line")
    twice = summarized(red()), summarized(red())
    assert twice[0].startswith("said before, without an end of line\n## NO-GO")
    assert twice[1].startswith(twice[0])
    assert twice[1].count("## NO-GO") == 2


def test_the_summary_has_twenty_red_rows_and_counts_the_others(summarized, red):
    summary = summarized(red(rows=MOST_ROWS + 5))
    assert len(cells(summary)) == MOST_ROWS
    assert "\n5 more: reports/mine/summary.md\n" in summary


def test_a_should_says_so_and_rows_alone_do(summarized, red):
    summary = summarized(red(severity="should"), only=["POST-2.0"])
    assert "| ✘ POST-2.0 | (should) it leaves | provider |" in summary
    assert "phase 1, predeploy, POST-2.0 alone" in summary


def test_a_go_has_no_table_and_nothing_open(summarized, asked, case):
    summary = summarized(judge([asked()], [case("passed")], strict=False))
    assert "## GO: " in summary
    assert "|" not in summary
    assert "Open" not in summary


@pytest.mark.parametrize(
    "text", ["a | b", "<img src=x>", "![x](//y)", "[x](//y)", "`x`", "**x**", "@all", "$x$", "a\n## x", "\\|"]
)
def test_a_cause_stays_one_cell_and_is_no_markup(text, summarized, red):
    [[_, because, _]] = cells(summarized(red(text)))
    assert not set(because.replace("&#", "").replace(";", "")) & set("|<>![]()`*@$\\")
    assert re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), because) == " ".join(text.split())


# --- a run in a step, and one outside

ADAPTER = """
class Loud:
    def __init__(self, setting):
        pass

    def chat(self, request):
        print("::add-mask::printed")
        raise ValueError("no\\n::add-mask::raised\\n##[add-mask]raised")

    def close(self):
        pass
"""
LOUD_MODULE = """
import atexit
import sys

print("::add-mask::imported", flush=True)
print("::add-mask::complained", file=sys.stderr, flush=True)
atexit.register(lambda: print("::add-mask::exiting\\n::add-mask::half a line", end=""))
"""


@pytest.fixture
def step(tmp_path, grokgate):
    """Runs a gate as in a step of GitHub Actions; other keywords are its variables."""

    def run(*words, **variables):
        told = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "step.md"), **variables}
        return grokgate("check", "--reports", "reports", *words, **told)

    return run


def test_without_github_nothing_is_told(tmp_path, step):
    for actions in ("", "false", "True"):
        assert not is_step({"GITHUB_ACTIONS": actions})
    ran = step("--only", "P1.1", GITHUB_ACTIONS="false")
    assert "::" not in ran.said
    assert not (tmp_path / "step.md").exists()


def test_whatever_a_provider_prints_or_raises_commands_nothing(tmp_path, step):
    (tmp_path / "loud.py").write_text(ADAPTER)
    ran = step("--provider", "loud.py:Loud", "--only", "POST-1.1")
    lines = ran.said.splitlines()
    assert "add-mask" in {found[0] for line in lines if (found := command_in(line))}  # it is there to be obeyed
    stop, resume, *rest = obeyed(lines)
    assert (stop[0], resume[0]) == ("stop-commands", stop[2])
    assert {command for command, _, _ in rest} <= {"error", "warning", "notice"}
    assert "POST-1.1" in {title["title"] for _, title, _ in rest}


@pytest.mark.parametrize("workers", [(), ("--", "-n", "2")], ids=["one-process", "workers"])
def test_what_a_module_prints_when_it_is_imported_or_its_process_ends_commands_nothing(workers, tmp_path, step):
    (tmp_path / "loud.py").write_text(LOUD_MODULE + ADAPTER)
    ran = step("--provider", "loud.py:Loud", "--only", "POST-1.1", *workers)
    lines = (ran.said + ran.complained).splitlines()
    printed = {found[2] for line in lines if (found := command_in(line))}
    assert {"imported", "complained", "exiting", "half a line"} <= printed  # in the parent and in pytest's process
    stop, resume, *rest = obeyed(lines)
    assert (stop[0], resume[0], ran.complained) == ("stop-commands", stop[2], "")
    assert {command for command, _, _ in rest} == {"error", "notice"}


def test_the_token_is_nowhere_that_a_provider_can_look_it_up(tmp_path, step):
    (tmp_path / "nosy.py").write_text("import os\nprint('SEES', dict(os.environ))\n" + ADAPTER)
    ran = step("--provider", "nosy.py:Loud", "--only", "POST-1.1")
    token = obeyed(ran.said.splitlines())[0][2]
    seen = [line for line in ran.said.splitlines() if line.startswith("SEES")]
    assert seen
    assert [line for line in seen if token in line] == []


def test_a_file_of_annotations_holds_no_other_command(tmp_path):
    path = tmp_path / "annotations"
    assert kept(path) == []
    good = ["::error title=a::b", "::warning title=a::b", "::notice title=a::b"]
    bad = ["::add-mask::x", "::error::a\r::add-mask::x", " ::add-mask::y", "##[add-mask]z", ""]
    path.write_bytes("\n".join([*bad, *good]).encode() + b"\n::error \xff")
    assert kept(path) == [*good, "::error \ufffd"]


def test_the_gate_within_the_gate_tells_the_step_nothing(tmp_path, step):
    ran = step("--only", "PRE.2")
    assert ran.rows == {"PRE.2": "passed"}
    assert (tmp_path / "step.md").read_text("utf-8").count("## ") == 1
    assert [command for command, _, _ in obeyed(ran.said.splitlines())][2:] == ["notice"]


def test_workers_tell_the_step_nothing_of_their_own(tmp_path, step):
    ran = step("--only", "P1.1", "--only", "P1.4", "--", "-n", "2")
    assert [command for command, _, _ in obeyed(ran.said.splitlines())][2:] == ["notice"]
    assert (tmp_path / "step.md").read_text("utf-8").count("## ") == 1


def test_a_plain_pytest_stops_and_resumes_commands_itself(once):
    words = pytest_command(["--provider", "reference", "--only", "P1.1", "--reports", "{folder}/reports"])
    stop, resume, *rest = obeyed(once("env", "GITHUB_ACTIONS=true", *words).said.splitlines())
    assert (stop[0], resume[0]) == ("stop-commands", stop[2])
    assert [command for command, _, _ in rest] == ["notice"]


def test_wrong_use_keeps_its_exit_code(step):
    ran = step("--provider", "nobody")
    assert (ran.code, "grokgate: no provider 'nobody'" in ran.said) == (2, True)


def test_a_module_that_ends_the_process_while_it_is_imported_is_refused(tmp_path, step):
    (tmp_path / "ends.py").write_text("import os\nprint('::add-mask::half', end='', flush=True)\nos._exit(0)\n" + ADAPTER)
    ran = step("--provider", "ends.py:Loud")
    assert (ran.code, "ends.py:Loud ended the process that imported it" in ran.said) == (2, True)
    stop, resume = obeyed(ran.said.splitlines())
    assert (stop[0], resume[0]) == ("stop-commands", stop[2])


def test_a_summary_that_cannot_be_written_is_told_and_changes_no_verdict(step):
    ran = step("--only", "P1.1", GITHUB_STEP_SUMMARY="no/such/folder/step.md")
    assert ran.code == 10
    assert "GITHUB_STEP_SUMMARY cannot be written" in ran.said


def test_a_refusal_says_why_before_commands_are_resumed(tmp_path, step):
    (tmp_path / "raises.py").write_text("raise ValueError('no\\n::add-mask::raised')")
    (tmp_path / "raises.toml").write_text('name = "raises"\nadapter = "raises.py:Raises"\n')
    ran = step("--provider", "raises.toml")
    assert (ran.code, ran.complained) == (2, "")
    assert "\n::add-mask::raised" in ran.said
    stop, resume = obeyed(ran.said.splitlines())
    assert (stop[0], resume[0]) == ("stop-commands", stop[2])
    assert not (tmp_path / "step.md").exists()
