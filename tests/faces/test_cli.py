"""The command line as people meet it, in child processes: what it refuses, what it explains, and its exit codes."""

import json
import re
import socket
from dataclasses import replace

import pytest

from grokgate.formats.contract import contract
from grokgate.formats.evidence_file import EvidenceWriter
from grokgate.formats.rollout_file import rollout
from grokgate.values.evidence import Blame, Status

RED = ("--only", "POST-2.2", "--provider", "mutant:forwards-presence-penalty")
OPEN = ("--only", "POST-2.2")


@pytest.mark.parametrize("words", [(), ("check",), ("explain",), ("providers",), ("verify",), ("matrix",)], ids=" ".join)
def test_help(words, grokgate):
    ran = grokgate(*words, "--help")
    assert ran.code == 0
    assert ran.said.startswith("Usage: python -m grokgate")
    assert all(len(line) <= 80 for line in ran.said.splitlines())


def test_help_tells_the_verbs_and_the_exit_codes(grokgate):
    said = grokgate("--help").said
    assert all(f"\n  {verb} " in said for verb in ("check", "explain", "providers", "verify", "matrix"))
    assert "0 go, 1 no-go, 10 inconclusive, 2 wrong use, 3 the harness itself failed" in " ".join(said.split())


# --- wrong use


@pytest.fixture
def files(tmp_path):
    """Descriptions and adapters with one fault each."""
    texts = {
        "bad.toml": 'name = "bad"\nadapter = "a:B"\nvehicle = "rocket"\n',
        "cut.toml": 'name = "cut\n',
        "lost.toml": 'name = "lost"\nadapter = "lost.py:Lost"\n',
        "raises.toml": 'name = "raises"\nadapter = "raises.py:Raises"\n',
        "raises.py": "1 / 0\n",
        "exits.py": "import sys\nsys.exit(0)\n",
        "ends.py": "import os\nos._exit(0)\n",
        "empty.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)


REFUSED = {
    "provider": (("--provider", "nope"), "no provider 'nope'. Bundled are: openai, pal, reference."),
    "mutant": (("--provider", "mutant:keeps-stop"), "no mutant 'keeps-stop'"),
    "no-file": (("--provider", "nope.toml"), "no file nope.toml"),
    "description": (("--provider", "bad.toml"), "bad.toml: vehicle: 'rocket' is not one of ['in-process', 'host']"),
    "toml": (("--provider", "cut.toml"), "cut.toml: line 1, column "),
    "no-adapter": (("--provider", "lost.toml"), "lost.py"),
    "no-class": (("--provider", "empty.py:Empty"), "empty.py has no Empty"),
    "raises": (("--provider", "raises.py:X"), "raises.py:X cannot be imported: ZeroDivisionError: division by zero"),
    "described-raises": (("--provider", "raises.toml"), "raises.py:Raises cannot be imported: ZeroDivisionError"),
    "exits": (("--provider", "exits.py:X"), "exits.py:X cannot be imported: SystemExit: 0"),
    "ends": (("--provider", "ends.py:X"), "ends.py:X ended the process that imported it"),
    "only": (("--only", "POST-2.2", "--only", "NOPE-1"), "no requirement is called NOPE-1; docs/requirements.md lists them"),
    "world": (("--world", "nope"), "no world is called 'nope'; bundled are grok-4-0709"),
    "live-without-key": (("--mode", "live"), "this asks xAI, and needs XAI_API_KEY in the environment; nothing was sent."),
}


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("words", "sentence"), REFUSED.values(), ids=REFUSED)
def test_wrong_use_gets_one_sentence_and_nothing_is_written_over(words, sentence, grokgate, reports, held):
    before = held(reports)
    ran = grokgate("check", *words, "--reports", "reports", XAI_API_KEY="")
    assert ran.code == 2
    [line] = [line for line in (ran.said + ran.complained).splitlines() if line]
    assert sentence in line
    assert held(reports) == before


def test_an_option_that_takes_no_such_value_is_wrong_use(grokgate):
    ran = grokgate("check", "--phase", "4")
    assert (ran.code, "'4' is not one of '1', '2', '3', 'rollback'" in ran.complained) == (2, True)


@pytest.mark.parametrize("verb", ["check", "rehearse"])
def test_a_provider_that_looks_while_it_is_imported_sees_no_key_of_the_operators(verb, tmp_path, grokgate):
    looks = "import os\nprint('SEES', sorted(name for name in os.environ if name.startswith('XAI_')))\nclass Looks:\n"
    (tmp_path / "nosy.py").write_text(f"{looks}    claims = ('chat',)\n")
    ran = grokgate(verb, "--provider", "nosy.py:Looks", XAI_BASE_URL="http://127.0.0.1:9/v1")
    seen = [line for line in (ran.said + ran.complained).splitlines() if "SEES" in line]
    assert seen
    assert {line.partition("SEES ")[2] for line in seen} == {"[]"}


def test_live_mode_without_a_key_sends_nothing(grokgate):
    with socket.create_server(("127.0.0.1", 0)) as xai:
        xai.settimeout(0)
        address = f"http://127.0.0.1:{xai.getsockname()[1]}/v1"
        ran = grokgate("check", "--mode", "live", XAI_API_KEY="", XAI_BASE_URL=address, HTTPS_PROXY=address)
        with pytest.raises(BlockingIOError):
            xai.accept()
    assert ran.code == 2
    assert "nothing was sent" in ran.complained


def test_of_many_cases_of_a_row_three_are_told_at_length(grokgate):
    ran = grokgate("check", "--provider", "mutant:keeps-the-old-default", "--phase", "3", "--only", "PRE.3")
    assert ran.said.count("\nbecause ") == ran.said.count("\nwho acts   provider") == 3
    assert re.search(r"\nPRE\.3\[.*\]  with \S+, a request for \S+ left, as grok-3\n", ran.said), "of the others one line each"


# --- explain and providers


@pytest.mark.parametrize("id", ["POST-2.2", "post-2.2", "POST-2.2[zero]"])
def test_explain(id, grokgate):
    row = contract(rollout())["POST-2.2"]
    ran = grokgate("explain", id)
    said = " ".join(ran.said.split())
    assert ran.code == 0
    for text in (f"POST-2.2 {row.title}", row.promise, row.plan, row.why, row.right, row.wrong, *row.sources, *row.seen):
        assert " ".join(text.split()) in said
    assert "def " in ran.said or "body = " in ran.said, "how to mend it"
    assert "suites/test_parameters.py::test_presence_penalty_does_not_leave" in said
    assert "forwards-presence-penalty: " in said


def test_explain_speaks_of_the_rollout_that_is_chosen(grokgate, zork):
    ran = grokgate("explain", "P2.1", "--rollout", str(zork))
    assert (ran.code, ran.said) == (0, grokgate("explain", "P2.1", GROKGATE_ROLLOUT=str(zork)).said)
    assert ran.said.startswith("P2.1  with ZORK_DEFAULT=zork-9, zork reaches the wire as zork-9\n")
    assert "rollout zork-9 · world zorld, since 1 October 2026" in ran.said
    assert "1 zork-9, about" in ran.said


def test_explain_speaks_of_the_world_that_is_chosen(grokgate):
    said = grokgate("explain", "POST-3.1", "--world", "grok-4.3").said
    assert said.startswith("POST-3.1  grok-4 declares 1,000,000 tokens (not 1,048,576), grok-3 1,000,000\n")


@pytest.mark.parametrize(("option", "value"), [("--rollout", "grok-9"), ("--world", "nowhere")])
def test_explain_of_a_rollout_or_world_that_is_not_there_is_refused(option, value, grokgate):
    ran = grokgate("explain", "P2.1", option, value)
    assert (ran.code, ran.said) == (2, "")
    assert value in ran.complained


@pytest.mark.parametrize(
    ("id", "advice"),
    [("POST2.2", "Near it: POST-2.2"), ("p4.1", "Near it: P"), ("zzz", "Try: grokgate explain POST-2.2")],
)
def test_explain_unknown(id, advice, grokgate):
    ran = grokgate("explain", id)
    assert (ran.code, ran.said) == (2, "")
    assert ran.complained.startswith(f"grokgate: no requirement is called '{id}'. {advice}")
    assert len(ran.complained) < 120


def test_providers(grokgate):
    ran = grokgate("providers", "--mutants")
    assert ran.code == 0
    assert all(f"\n{name} " in ran.said for name in ("openai", "pal", "reference"))
    assert "mutant:forwards-presence-penalty" in ran.said
    assert "mutant:" not in grokgate("providers").said


# --- verify


@pytest.fixture
def sealed(gate, tmp_path):
    """Writes evidence of a gate that passed ``POST-2.2``, with changes to its header and its case, and seals it."""

    def write(verdict, *, case=None, **header):
        evidence = gate(*OPEN).evidence
        path = tmp_path / "evidence.jsonl"
        writer = EvidenceWriter(path, ())
        writer.write("header", {**evidence.header, **header})
        for row in evidence.asked:
            writer.write("requirement", row.to_json())
        for entry in evidence.cases:
            writer.write("case", replace(entry, **(case or {})).to_json())
        writer.seal({"verdict": verdict, "counts": {}, "seconds": 1.0})
        return path

    return write


FAILED = {"status": Status.FAILED, "because": "so", "blame": Blame.PROVIDER}


@pytest.mark.parametrize(
    ("verdict", "case", "code"),
    [
        ("no-go", FAILED, 1),
        ("inconclusive", {"status": Status.UNPROVEN}, 10),
        ("inconclusive", {}, 10),
    ],
    ids=["no-go", "inconclusive", "partial"],
)
def test_verify_recomputes_the_verdict(verdict, case, code, grokgate, sealed):
    ran = grokgate("verify", str(sealed(verdict, case=case)))
    assert (ran.code, ran.complained) == (code, "")
    assert ran.said.startswith(f"{verdict.upper()}  grokgate's reference provider, phase 1, predeploy, ")
    assert "the contract of this grokgate" in ran.said


def test_verify_tells_another_contract(grokgate, sealed, gate):
    digests = {**gate(*OPEN).evidence.header["digests"], "contract": "0" * 64}
    assert (
        "another version of the contract (000000000000)" in grokgate("verify", str(sealed("inconclusive", digests=digests))).said
    )


def test_verify_refuses_a_verdict_that_its_cases_do_not_give(grokgate, sealed):
    ran = grokgate("verify", str(sealed("go", case=FAILED)))
    assert (ran.code, ran.said) == (4, "")
    assert ran.complained.endswith("evidence.jsonl: says go, but its cases amount to no-go\n")


def test_verify_refuses_what_was_changed(grokgate, sealed):
    path = sealed("no-go", case=FAILED)
    path.write_text(path.read_text().replace('"failed"', '"passed"', 1))
    ran = grokgate("verify", str(path))
    assert (ran.code, "something was changed after the run" in ran.complained) == (4, True)


def test_verify_refuses_what_is_not_there(grokgate):
    ran = grokgate("verify", "nothing.jsonl")
    assert (ran.code, ran.complained) == (4, "grokgate: evidence refused: nothing.jsonl: No such file or directory\n")


# --- whole runs


@pytest.mark.parametrize(("arguments", "code"), [(RED, 1), (OPEN, 10)], ids=["no-go", "inconclusive"])
def test_a_run_and_its_verification_have_one_exit_code(arguments, code, gate, grokgate):
    ran = gate(*arguments)
    assert ran.code == code
    assert grokgate("verify", str(ran.reports / "evidence.jsonl")).code == code
    assert json.loads((ran.reports / "evidence.jsonl").read_text().splitlines()[-1])["verdict"] == ran.verdict["verdict"]


def test_only_shows_the_failure_whole_and_is_never_a_go(gate):
    said = gate(*RED).said
    assert '+ "presence_penalty": 0.5   <- here' in said
    assert "some rows alone are never a go (--only POST-2.2)" in said
    assert gate(*OPEN).rows == {"POST-2.2": "passed"}


def test_a_row_of_which_cases_were_left_out_is_not_run(gate):
    ran = gate(*OPEN, "--", "-k", "half")
    assert (ran.code, ran.rows) == (10, {"POST-2.2": "not_run"})
    assert ran.verdict["rows"][0]["because"].startswith("4 of its 8 cases did not run: they were left out")


@pytest.mark.parametrize("name", ["EndsTheProcess", "IsKilled"])
def test_a_run_that_was_ended_in_the_middle_has_no_verdict_and_leaves_no_evidence(name, gate, grokgate, misbehaving):
    ran = gate("--provider", misbehaving(name), "--only", "POST-2.1", "--only", "POST-2.2")
    assert ran.code == 3, "whatever code the provider chose"
    assert [path.name for path in ran.reports.iterdir() if path.is_file()] == ["evidence.jsonl"]
    assert '"event":"case"' in (ran.reports / "evidence.jsonl").read_text()
    refused = grokgate("verify", str(ran.reports / "evidence.jsonl"))
    assert (refused.code, refused.said) == (4, "")
    assert "the run was stopped before its end, and decides nothing" in refused.complained


def test_an_ended_run_does_not_live_on_the_evidence_of_the_last_one(gate, grokgate, misbehaving, tmp_path):
    former = gate(*OPEN).reports / "evidence.jsonl"
    (tmp_path / "evidence.jsonl").write_bytes(former.read_bytes())
    ended = ("--provider", misbehaving("EndsTheProcess"), "--only", "POST-2.2", "--evidence", "evidence.jsonl")
    ran = grokgate("check", *ended, "--reports", "reports")
    assert ran.code == 3
    assert "without a verdict" in ran.complained
