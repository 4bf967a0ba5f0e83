"""``docs/your-own-rollout.md``: its files and commands as a reader takes them, and what is said of files that hold a mistake."""

import re
import shlex

import pytest

from grokgate.formats.home import home

PAGE = (home() / "docs" / "your-own-rollout.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
WORLD, ROLLOUT = [text for kind, text in BLOCKS if kind == "toml" and text.startswith(("name =", "id ="))]
FIRST = next(line for kind, text in BLOCKS if kind == "bash" for line in text.splitlines() if "--provider reference" in line)
REFUSALS = BLOCKS[-1][1].splitlines()
"""Each refusal that the page shows."""


@pytest.fixture
def folder(tmp_path):
    """The page's two files, where the page says that they lie."""
    (tmp_path / "next").mkdir()
    (tmp_path / "next" / "world.toml").write_text(WORLD, "utf-8")
    (tmp_path / "next.toml").write_text(ROLLOUT, "utf-8")
    return tmp_path


def words(command):
    """The words of a command of the page after ``grokgate``."""
    first, *others = shlex.split(command)
    assert first == "grokgate"
    return others


def test_its_example_is_a_go_with_the_command_that_it_gives(folder, grokgate):
    ran = grokgate(*words(FIRST), "--reports", str(folder / "reports"))
    assert (ran.code, ran.verdict["verdict"]) == (0, "go"), ran.said + ran.complained


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("explain --rollout next.toml POST-2.2", "grok-5"),
        ("rollouts", "grok-4.3 -> grok-4.7, flag GROK_DEFAULT_MODEL, world grok-4.7"),
        ("worlds", "grok-4-0709"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_it_says_beside_that_works_too(command, shows, grokgate):
    ran = grokgate(*shlex.split(command))
    assert (ran.code, shows in ran.said) == (0, True), ran.complained


MISTAKES = [
    ("next.toml", 'keeps = ["grok-4.7", "grok-4.3"]', 'keeps = ["grok-4.7", "grok-5"]'),
    ("next.toml", 'world = "next"', 'world = "grok-4.7"'),
    ("next/world.toml", 'efforts = ["low", "medium", "high"]', "efforts = []"),
]
"""What was written otherwise where the page shows these refusals."""


@pytest.mark.parametrize(("mistake", "told"), [*zip(MISTAKES, REFUSALS, strict=True)])
def test_a_file_with_a_mistake_is_refused_as_it_says_and_nothing_is_written(mistake, told, folder, grokgate):
    place, right, wrong = mistake
    text = (folder / place).read_text("utf-8")
    (folder / place).write_text(text.replace(right, wrong), "utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    ran = grokgate(*words(FIRST))
    assert (ran.code, told in ran.complained.replace(f"{folder}/", "")) == (2, True), ran.complained
    assert [path.name for path in folder.iterdir() if path.name not in ("next", "next.toml")] == []
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
