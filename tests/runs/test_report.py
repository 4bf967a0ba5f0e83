"""The page for people who sign: what Allure is given says what the verdict says, and its configuration knows every label."""

import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grokgate.judgement.verdict import EFFECT
from grokgate.reports.allure import labels
from grokgate.reports.words import OPEN, RED, name_of
from grokgate.runs import report as page
from grokgate.runs.verify import verdict_of
from grokgate.values.evidence import Blame, Case, Decision, Status

FOLDER = page.SCRIPTS
CONFIGURATION = (FOLDER / "allurerc.mjs").read_text("utf-8")
NODE = Path(sys.prefix) / "bin" / "node"


@pytest.fixture(scope="session")
def ran(gate, misbehaving):
    """A gate in which rows failed, passed, were not offered, did not apply, and were a harness_error."""
    return gate("--provider", misbehaving("Naive"))


@pytest.fixture(scope="session")
def kept(gate):
    """A gate of some rows, all kept."""
    return gate("--provider", "reference", "--only", "POST-2.2", "--only", "POST-2.4")


@pytest.fixture
def run(ran):
    return page.read(ran.reports)


@pytest.fixture
def stage(run, tmp_path):
    """The results that Allure is given."""
    page.put_down(run, tmp_path / "stage")
    return tmp_path / "stage"


def results(stage):
    return [json.loads(path.read_bytes()) for path in sorted(stage.glob("*-result.json"))]


def label(result, name):
    return next((entry["value"] for entry in result["labels"] if entry["name"] == name), None)


# --- allurerc.mjs beside allure.py


def in_quotes(pattern):
    """The quoted words of each place in the configuration that fits."""
    return [set(re.findall(r'"([^"]+)"', found)) for found in re.findall(pattern, CONFIGURATION, re.S)]


def words(*statuses):
    return {name_of(status) for status in statuses}


def test_the_configuration_asks_for_labels_that_results_carry(ran):
    [asked, *_] = ran.evidence.asked
    case = Case(id=asked.id, requirement=asked.id, status=Status.FAILED, blame=Blame.PROVIDER)
    carried = {*labels(ran.evidence.header, asked, case), "promise"}
    used = set(re.findall(r'label\(\w+, "(\w+)"\)|label: "(\w+)"', CONFIGURATION))
    [hidden], [grouped] = in_quotes(r"hideLabels: \[.*?\]"), in_quotes(r"\bgroupBy: \[\".*?\]")
    assert {"outcome", "acts", "provider", "phase"} <= {name for pair in used for name in pair if name} <= carried
    assert hidden <= carried
    assert grouped == {"feature", "promise"}


def test_there_is_a_category_for_each_who_must_act():
    [block] = re.findall(r"const ACTS = \{(.*?)\};", CONFIGURATION, re.S)
    assert re.findall(r"^  (\w+): ", block, re.M) == [blame.value for blame in Blame]


def test_the_rules_are_the_published_table():
    rules = re.findall(r'rule\("([^"]+)", "([A-Z-]+)", none\(([^)]*)\)\)', CONFIGURATION)
    asked = {makes: set() for _, makes, _ in rules}
    for _, makes, outcomes in rules:
        asked[makes] |= set(re.findall(r'"([^"]+)"', outcomes))
    [good] = in_quotes(r"const good = .*?includes")
    for decision, found in (
        (Decision.NO_GO, asked["NO-GO"]),
        (Decision.INCONCLUSIVE, asked["INCONCLUSIVE"]),
        (Decision.GO, good),
    ):
        assert found == words(*(status for status in Status if EFFECT[status] is decision))
    every = [makes for _, makes in re.findall(r'rule\("([^"]+)", "([A-Z-]+)"', CONFIGURATION)]
    assert every == sorted(every, reverse=True), "the worst stand first"


def test_the_lock_file_names_no_registry():
    lock = json.loads((FOLDER / "package-lock.json").read_bytes())
    wanted = json.loads((FOLDER / "package.json").read_bytes())["dependencies"]
    assert lock["packages"][""]["dependencies"] == wanted
    for name, package in lock["packages"].items():
        assert package.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/")
        assert not name or package["integrity"]


# --- what Allure is given


def test_the_verdict_comes_first_and_then_the_rows_in_the_order_of_the_plan(stage, run):
    first, *others = results(stage)
    assert first["name"] == "NO-GO: a provider written in ten minutes, phase 1, predeploy"
    assert (first["status"], label(first, "feature")) == ("failed", "The verdict")
    told = [row.asked.id for row in run.verdict.rows for _ in row.cases or [row]]
    assert [label(result, "requirement") for result in others] == told
    assert [result["start"] for result in others] == sorted(result["start"] for result in others)


def test_the_front_tells_what_a_reader_must_know(stage, run):
    front = results(stage)[0]["description"]
    digests = run.header["digests"]
    assert front.startswith("A required promise is broken.")
    for fact in (
        "| verdict | NO-GO |",
        "| phase | phase 1, grok-4 beside grok-3 |",
        "| provider | a provider written in ten minutes |",
        f"| provider build | {digests['provider'][:12]} (",
        "| xAI | xAI as it answered from 9 July 2025 to 15 May 2026 (world grok-4-0709; a newer world is bundled: grok-4.7",
        "| evidence | 0% recorded, 100% derived (",
        "| waivers | 0 |",
        "| attestations | 0 |",
    ):
        assert fact in front
    for row in run.verdict.rows:
        assert (f"**{page.plain(f'{row.asked.id} {row.asked.title}')}**" in front) is (row.status in (*RED, *OPEN))


def test_the_front_tells_waivers_attestations_and_what_is_stale(run):
    waiver = {"row": "POST-2.4", "owner": "Ana", "until": "2026-12-31", "reason": "nobody sends <stop> | *yet*"}
    attestation = {"row": "COM.1", "by": "Ben", "on": "2026-11-20", "until": "2026-12-31", "link": "https://example.org/x"}
    more = {"waivers": [waiver], "attestations": [attestation], "findings": ["the waiver of Ana ended"]}
    front = page.front(replace(run, told={**run.told, **more}))["description"]
    assert "| waivers | 1 |" in front
    assert r"- **POST-2.4**: Ana accepts it until 2026-12-31: nobody sends &lt;stop> \| \*yet\*" in front
    assert "- **COM.1**: Ben vouches for it from 2026-11-20 until 2026-12-31: https://example.org/x" in front
    assert "- the waiver of Ana ended" in front
    without = {key: value for key, value in run.told.items() if key not in more}
    assert "waivers | 0" in page.front(replace(run, told=without))["description"]


def test_each_result_is_shown_with_what_it_needs_and_no_name_of_a_module(stage):
    for result in results(stage)[1:]:
        told = json.dumps({key: value for key, value in result.items() if key not in ("steps", "attachments")})
        assert "test_" not in result["fullName"] + result["titlePath"][0] + told.replace("test_case", "")
        assert "file://" not in told
        assert result["description"].startswith("**The plan says:** ")
        for attached in result.get("attachments", []):
            assert (stage / attached["source"]).exists()


def test_a_case_is_the_same_in_each_provider_and_its_history_is_not(run):
    other = replace(
        run, evidence=replace(run.evidence, header={**run.header, "provider": {**run.header["provider"], "name": "b"}})
    )
    mine, theirs = page.identity(run, "POST-2.2[half]"), page.identity(other, "POST-2.2[half]")
    assert mine["testCaseId"] == theirs["testCaseId"]
    assert mine["parameters"] != theirs["parameters"]
    assert not any(entry.get("excluded") for entry in mine["parameters"])


def test_a_failure_that_was_accepted_is_no_failure_on_the_page(run):
    row = next(row for row in run.verdict.rows if row.asked.id == "POST-2.2")
    case = next(case for case in row.cases if case.status is Status.FAILED)
    waived = replace(row, status=Status.WAIVED, because="Ana accepts it until 2026-12-31")
    shown = page.shown(run, waived, case, {"uuid": "u", "name": "n"})
    assert (shown["status"], label(shown, "outcome"), label(shown, "acts")) == ("passed", "waived", None)
    assert shown["statusDetails"] == {"message": "Ana accepts it until 2026-12-31"}
    shown = page.shown(run, row, case, {"uuid": "u", "name": "n"})
    assert (shown["status"], label(shown, "outcome"), label(shown, "acts")) == ("failed", "failed", "provider")


def test_a_sign_off_is_told_from_its_evidence_alone(run, tmp_path):
    run = replace(run, file=run.folder / page.CAPSULE, folder=tmp_path)
    page.put_down(run, tmp_path / "stage")
    found = {result["fullName"]: result for result in results(tmp_path / "stage")}
    [attached] = found["POST-2.2[half]"]["attachments"]
    assert "who acts   provider" in (tmp_path / "stage" / attached["source"]).read_text("utf-8")


@pytest.mark.parametrize("missing", ["evidence.jsonl", "verdict.json", "allure-results"])
def test_a_folder_that_is_not_whole_is_refused(ran, tmp_path, missing):
    shutil.copytree(ran.reports, tmp_path / "copy")
    gone = tmp_path / "copy" / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    with pytest.raises(page.NotMade, match=f"has no {missing}"):
        page.read(tmp_path / "copy")


def test_a_verdict_that_is_not_that_of_the_evidence_is_refused(ran, tmp_path):
    shutil.copytree(ran.reports, tmp_path / "copy")
    (tmp_path / "copy" / "verdict.json").write_text(json.dumps({**ran.verdict, "verdict": "go"}), "utf-8")
    with pytest.raises(page.NotMade, match="do not say the same"):
        page.read(tmp_path / "copy")


def test_rules_that_say_another_thing_than_the_verdict_are_refused(run):
    page.hold_against({run.id: "NO-GO"}, [run])
    with pytest.raises(page.NotMade, match=r"say GO for .*, and the verdict is NO-GO"):
        page.hold_against({run.id: "GO"}, [run])


def test_the_same_provider_and_phase_twice_is_refused(ran, tmp_path):
    with pytest.raises(page.NotMade, match="hold the same provider and phase"):
        page.make([ran.reports, ran.reports], tmp_path)


def test_two_providers_of_one_name_are_refused(ran, tmp_path, monkeypatch):
    first = page.read(ran.reports)
    header = {**first.header, "provider": {**first.header["provider"], "name": "other"}}
    runs = iter([first, replace(first, evidence=replace(first.evidence, header=header))])
    monkeypatch.setattr(page, "read", lambda _: next(runs))
    with pytest.raises(page.NotMade, match="are both called a provider written in ten minutes, phase 1"):
        page.make([ran.reports, ran.reports], tmp_path)


def test_folders_of_rows_alone_are_not_taken_unless_they_are_named(tmp_path):
    for folder in ("b", "a", "a/only"):
        (tmp_path / folder / "allure-results").mkdir(parents=True)
    assert page.found(tmp_path) == [tmp_path / "a", tmp_path / "b"]
    with pytest.raises(page.NotMade, match="no results below"):
        page.found(tmp_path / "a" / "only" / "allure-results")


def test_a_page_that_calls_home_in_an_unknown_way_is_refused():
    known = '<body><script async src="https://www.googletagmanager.com/gtag/js?id=G"></script>\n<script>gtag()</script></body>'
    assert page.without_analytics(known) == "<body></body>"
    with pytest.raises(page.NotMade, match="calls home in another way"):
        page.without_analytics("<body></body>")


def test_a_case_that_several_runs_of_a_sign_off_have_is_no_retry(run, tmp_path):
    twice = replace(run.evidence, cases=(*run.evidence.cases, *run.evidence.cases))
    run = replace(run, file=run.folder / page.CAPSULE, evidence=twice)
    page.put_down(run, tmp_path / "stage")
    names = [result["fullName"] for result in results(tmp_path / "stage")]
    assert {"POST-2.2[half]", "POST-2.2[half] (2)"} <= set(names)
    assert len(names) == len(set(names)) == len({result["uuid"] for result in results(tmp_path / "stage")})


# --- the page itself


@pytest.mark.skipif(not NODE.exists(), reason="Allure needs Node, which tox -e report-tests brings")
def test_the_page_is_made_of_two_gates_and_its_rules_agree(ran, kept, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(NODE.parent), prepend=":")
    alone = kept.reports / "only"
    folders = [ran.reports, alone if alone.exists() else kept.reports]
    page.make(folders, tmp_path)
    made = page.make(folders, tmp_path)
    assert verdict_of(page.read(folders[1]).evidence).decision is Decision.INCONCLUSIVE
    text = made.read_text("utf-8")
    assert "googletagmanager.com/gtag" not in text
    assert "Rollout of grok-4: naive NO-GO, reference INCONCLUSIVE" in text
    assert len((tmp_path / "allure-history.jsonl").read_text("utf-8").splitlines()) == 2


def test_what_tests_report_stands_on_the_front_and_with_its_case(kept, tmp_path):
    run = page.read(kept.reports)
    [noted, *others] = run.evidence.cases
    cases = (replace(noted, notes=("switched in .env, in 0.1 s",)), *others)
    run = replace(run, evidence=replace(run.evidence, cases=cases))
    assert f"### Reported\n\n- {noted.requirement}: switched in .env, in 0.1 s\n" in page.front(run)["description"]
    page.put_down(run, tmp_path / "stage")
    told = [result["description"] for result in results(tmp_path / "stage") if result["name"].startswith(noted.id)]
    assert [text.rpartition("\n\n")[2] for text in told] == ["**Reported:** switched in .env, in 0.1 s"]
