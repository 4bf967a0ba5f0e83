"""The action and the workflow for GitHub: they parse, their shell is shell, and their steps do by hand what they say."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from grokgate.formats.home import home

CHECKOUT = home()
EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")


def read(name):
    return yaml.safe_load((CHECKOUT / name).read_text("utf-8"))


@pytest.fixture(scope="module")
def action():
    return read("action.yml")


@pytest.fixture(scope="module")
def workflow():
    found = read(".github/workflows/gate.yml")
    return {**found, "on": found.pop(True)}  # YAML 1.1 takes the word on for a truth


def steps(action):
    return {step["name"]: step for step in action["runs"]["steps"]}


# --- the files


def test_each_step_of_the_action_is_shell_and_takes_no_text_of_others_into_its_script(action):
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert len(scripts) == 2
    for script in scripts:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        assert "${{" not in script


def test_each_expression_of_the_action_names_what_there_is(action):
    used = {name for text in EXPRESSION.findall(json.dumps(action)) for name in re.findall(r"inputs\.([\w-]+)", text)}
    assert used == set(action["inputs"])
    written = set(re.findall(r"(?:^|\\n|')([\w-]+)=%s", steps(action)["Judge"]["run"]))
    read = {
        name for text in EXPRESSION.findall(json.dumps(action)) for name in re.findall(r"steps\.gate\.outputs\.([\w-]+)", text)
    }
    assert read == written == set(action["outputs"])


def test_the_reports_are_kept_whatever_the_verdict(action):
    keep = steps(action)["Keep the reports"]
    assert keep["if"] == "always()"
    assert keep["uses"] == "actions/upload-artifact@v4"


def test_the_workflow_has_the_inputs_of_the_action_and_hands_each_over(action, workflow):
    called = workflow["on"]["workflow_call"]
    for name, told in action["inputs"].items():
        assert {**told, "type": "string"} == called["inputs"][name], name
    [*_, last] = workflow["jobs"]["gate"]["steps"]
    assert last["with"] == {name: f"${{{{ inputs.{name} }}}}" for name in action["inputs"]}
    assert set(called["outputs"]) == set(action["outputs"]) == set(workflow["jobs"]["gate"]["outputs"])


def test_the_workflow_may_read_and_nothing_else(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    checkouts = [step for step in workflow["jobs"]["gate"]["steps"] if step.get("uses", "").startswith("actions/checkout")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False, False]


def test_the_workflow_uses_the_action_where_it_checks_it_out(workflow):
    [_, ours, _, gate] = workflow["jobs"]["gate"]["steps"]
    assert gate["uses"] == f"./{ours['with']['path']}"


def test_the_hook_is_the_check_before_a_push_without_file_names():
    [hook] = read(".pre-commit-hooks.yaml")
    assert (hook["id"], hook["entry"], hook["language"]) == ("grokgate", "grokgate check --needs-provider", "python")
    assert (hook["stages"], hook["pass_filenames"]) == (["pre-push"], False)


# --- the page


@pytest.fixture(scope="module")
def page():
    return (CHECKOUT / "docs/ci.md").read_text("utf-8")


def test_the_page_tells_each_input_with_its_default_and_each_output(page, action):
    told = dict(re.findall(r"^\| `([\w-]+)` \| (?:`([^`]*)` )?\| [^|]+ \|$", page, re.MULTILINE))
    assert told == {name: input.get("default", "") for name, input in action["inputs"].items()}
    assert re.findall(r"^\| `([\w-]+)` \| [^|]+ \|$", page, re.MULTILINE) == list(action["outputs"])


def test_the_examples_of_the_page_are_yaml_and_use_what_there_is(page, action, workflow):
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    by_action, by_workflow, named, *_ = blocks
    assert len(blocks) == 6
    [_, ours, last] = by_action["jobs"]["gate"]["steps"]
    assert set(ours["with"]) <= set(action["inputs"])
    assert {name for name in action["outputs"] if f"outputs.{name} " in json.dumps(last)} == {"verdict"}
    inputs = set(workflow["on"]["workflow_call"]["inputs"])
    assert set(by_workflow["jobs"]["gate"]["with"]) | set(named["with"]) <= inputs
    assert {f"`{name}`" for name in inputs - set(action["inputs"])} <= set(re.findall(r"`[\w-]+`", page))


@pytest.mark.parametrize("file", ["action", "workflow"])
def test_a_provider_has_to_be_named(file, action, workflow):
    inputs = action["inputs"] if file == "action" else workflow["on"]["workflow_call"]["inputs"]
    assert (inputs["provider"]["required"], "default" in inputs["provider"]) == (True, False)


def test_the_hook_judges_no_reference_that_nobody_asked_for(grokgate):
    [hook] = read(".pre-commit-hooks.yaml")
    ran = grokgate(*hook["entry"].split()[1:])
    assert (ran.code, ran.said) == (2, "")
    assert "name what is under test: --provider my-grok.toml" in ran.complained


# --- its steps, by hand


@pytest.fixture
def by_hand(action, tmp_path):
    """Runs the shell steps as a runner would, in an empty folder, with these inputs; gives codes, outputs and what was said."""

    def run(**inputs):
        given = {name: str(told.get("default", "")) for name, told in action["inputs"].items()} | inputs
        outputs, output = {}, tmp_path / "output"
        codes, said = [], ""
        for step in (steps(action)[name] for name in ("Judge", "Decide")):
            output.write_text("")
            known = {f"inputs.{name}": value for name, value in given.items()}
            known |= {f"steps.gate.outputs.{name}": value for name, value in outputs.items()}
            told = {name: EXPRESSION.sub(lambda found, known=known: known[found[1]], text) for name, text in step["env"].items()}
            kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "XAI_", "GITHUB_"))}
            ours = {"GITHUB_ACTION_PATH": str(CHECKOUT), "GITHUB_OUTPUT": str(output), "GITHUB_ACTIONS": "true"}
            ran = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=tmp_path,
                env={**kept, **ours, **told, "GROKGATE_ENVIRONMENT": sys.prefix},
                capture_output=True,
                text=True,
                check=False,
            )
            codes.append(ran.returncode)
            said += ran.stdout
            outputs |= dict(line.split("=", 1) for line in output.read_text().splitlines())
            if ran.returncode:
                break
        return codes, outputs, said

    return run


def test_the_steps_judge_the_reference_and_set_the_outputs(by_hand, tmp_path):
    codes, outputs, said = by_hand(provider="reference", arguments="--only P1.1 -- -p no:randomly")
    assert outputs == {"verdict": "inconclusive", "exit-code": "10"}
    assert codes == [0, 10]
    assert "::notice title=grokgate::INCONCLUSIVE: " in said
    assert json.loads((tmp_path / "reports/grokgate/verdict.json").read_bytes())["verdict"] == "inconclusive"


def test_inconclusive_does_not_fail_where_only_a_no_go_should(by_hand):
    assert by_hand(provider="reference", arguments="--only P1.1", **{"fail-on": "no-go"})[0] == [0, 0]


def test_a_no_go_fails_either_way(by_hand):
    codes, outputs, said = by_hand(
        provider="mutant:forwards-presence-penalty", arguments="--only POST-2.2", **{"fail-on": "no-go"}
    )
    assert outputs == {"verdict": "no-go", "exit-code": "1"}
    assert codes == [0, 1]
    assert "::error title=POST-2.2::failed: presence_penalty left for grok-4" in said


def test_a_refusal_has_no_verdict_though_a_former_run_left_one(by_hand, tmp_path):
    (tmp_path / "reports/grokgate").mkdir(parents=True)
    (tmp_path / "reports/grokgate/verdict.json").write_text('{"verdict": "go"}')
    codes, outputs, said = by_hand(provider="no-such-provider")
    assert outputs == {"verdict": "", "exit-code": "2"}
    assert codes == [0, 2]
    assert "no verdict (exit code 2)" in said


@pytest.mark.parametrize("provider", ["", " "])
def test_without_a_provider_nothing_runs(provider, by_hand):
    codes, outputs, said = by_hand(provider=provider)
    assert (codes, outputs) == ([2], {})
    assert "::error title=grokgate::provider is empty" in said


def test_a_misspelt_fail_on_is_refused_before_anything_runs(by_hand):
    codes, outputs, said = by_hand(provider="reference", **{"fail-on": "nogo"})
    assert (codes, outputs) == ([2], {})
    assert "fail-on is no-go or inconclusive" in said


def test_an_argument_is_no_pattern_of_file_names(by_hand, tmp_path):
    (tmp_path / "P1.1").touch()
    assert by_hand(provider="reference", arguments="--only P1.*")[1]["exit-code"] == "2"


@pytest.mark.parametrize("hostile", ["$(touch made)", "; touch made", "`touch made`", "* && touch made"])
def test_an_input_is_a_word_and_no_shell(hostile, by_hand, tmp_path):
    codes, outputs, _ = by_hand(provider=hostile, arguments=hostile)
    assert (codes, outputs["exit-code"]) == ([0, 2], "2")
    assert not (tmp_path / "made").exists()
