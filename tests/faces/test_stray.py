"""Words that a gate does not take are refused with what they may have meant; pytest's own stand behind ``--``."""

import pytest
from click.testing import CliRunner

from grokgate.faces.cli import main
from grokgate.formats.suites import owners

MEANT = {
    "my_grok.py": "--provider my_grok.py:MyGrok",
    "my_grok": "--provider my_grok.py:MyGrok",
    "my_grok.py:MyGrok": "--provider my_grok.py:MyGrok",
    "nowhere.py": "--provider nowhere.py:Class",
    "package.module:Class": "--provider package.module:Class",
    "my-grok.toml": "--provider my-grok.toml",
    "my-grok": "--provider my-grok.toml",
    "next.toml": "--rollout next.toml",
    "accepted.toml": "--accept accepted.toml",
    "pal": "--provider pal",
    "refrence": "--provider reference",
    "mutant:forwards-stop": "--provider mutant:forwards-stop",
    "phase 2": "--phase 2",
    "phase=2": "--phase=2",
    "phase2": "--phase 2",
    "2": "--phase 2",
    "rollback": "--phase rollback",
    "postdeploy": "--scope postdeploy",
    "strict": "--strict",
    "grok-4.7": "--rollout grok-4.7",
    "grok-4.3": "--world grok-4.3",
    "world": "--world",
    "POST-2.2": "--only POST-2.2",
    "post-2.2[half]": "--only POST-2.2",
    f"{owners()['POST-2.4']}[END]": "--only POST-2.4",
    "theirs/": "--provider theirs/grok.toml",
    "ours": "--world ours",
    "recordings/": "--cassettes recordings/",
    "reports/mine": "--reports reports/mine",
    "reports/mine/evidence.jsonl": "grokgate verify reports/mine/evidence.jsonl",
    "explain": "grokgate explain",
    "nosuchdir/": "the provider is named by --provider; pytest's own arguments go behind --",
    "xyzzy": "the provider is named by --provider; pytest's own arguments go behind --",
    "": "an empty word is there",
}
FILES = {
    "my_grok.py": "import httpx\nclass MyGrok:\n    pass\n",
    "my-grok.toml": 'name = "my-grok"\nadapter = "my_grok.py:MyGrok"\n',
    "next.toml": 'id = "next"\nbased_on = "grok-4"\n',
    "accepted.toml": '[[waiver]]\nrow = "P1.1"\n',
    "theirs/grok.toml": 'name = "grok"\n',
    "ours/world.toml": "",
    "recordings/grok-4.3/one.yaml": "",
    "reports/mine/evidence.jsonl": "",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)


def refused(*words):
    """The one sentence of a refusal."""
    ran = CliRunner().invoke(main, words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    [line] = ran.stderr.splitlines()
    return line


@pytest.mark.parametrize("verb", ["check", "live"])
@pytest.mark.parametrize(("words", "meant"), MEANT.items())
def test_a_word_is_refused_with_what_it_may_mean(verb, words, meant):
    said = refused(verb, *(words.split() or [""]))
    assert meant in said
    assert "judges nothing" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--provder", "pal"], "there is no option --provder: say --provider"),
        (["--pahse=2"], "there is no option --pahse=2: say --phase=2"),
        (["-provider", "pal"], "there is no option -provider: say --provider"),
        (["--provider", "pal", "-n", "2"], "there is no option -n; pytest's own arguments go behind --, as in: -- -n 2"),
        (["--collect-only"], "there is no option --collect-only; pytest's own arguments go behind --"),
        (["--provider", "--phase", "2"], "--provider has no value; the word behind it is --phase"),
        (["--provider", ""], "--provider names nothing; is the variable that should name it set?"),
        (["--", "--provider", "pal"], "--provider is an option of grokgate's: say it before --"),
        (["--provider", "pal", "--", "--reports=here"], "--reports=here is an option of grokgate's: say it before --"),
        (["--needs-provider"], "name what is under test: --provider my-grok.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_option_that_there_is_not_is_refused_with_the_near_one(words, sentence):
    assert sentence in refused("check", *words)
    assert sentence in refused("live", *words)


@pytest.mark.parametrize("verb", ["check", "live"])
def test_what_stands_behind_two_dashes_goes_to_pytest(verb, monkeypatch):
    handed = []
    monkeypatch.setattr("grokgate.runs.check.run", lambda arguments, **_: handed.extend(arguments) or 0)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    ran = CliRunner().invoke(main, [verb, "--provider", "pal", "--phase", "2", "--", "-n", "2", "-k", "my_grok.py"])
    assert ran.exit_code == 0, ran.output
    assert handed[-4:] == ["-n", "2", "-k", "my_grok.py"]
    assert ("--unnamed" in handed, handed[handed.index("--mode") + 1]) == (False, "live" if verb == "live" else "replay")
