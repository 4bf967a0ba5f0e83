"""What a description names and is not there is told before any row is judged, whatever runs the provider."""

import sys

import pytest

from grokgate.providers.description import described_by
from grokgate.providers.launcher import make_ready
from grokgate.providers.vehicle import NoAdapter

ADAPTERS = {
    "mine.py:Mien": "mine.py has no Mien; it has Mine",
    "mine.py:LIMIT": "LIMIT is a value of type int, and no class of a provider",
    "lost.py:Mine": "there is no file",
    "lost.part:Mine": "there is no module 'lost'",
    "lacks.py:Mine": "there is no module 'nowhere'",
    "raises.py:Mine": "raises.py:Mine cannot be imported: ZeroDivisionError: division by zero",
    "exits.py:Mine": "exits.py:Mine cannot be imported: SystemExit: 3",
    "half.py:Mine": "half.py:Mine cannot be imported: SyntaxError: ",
}
FILES = {
    "mine.py": "import os\nLIMIT = 3\nclass Mine:\n    pass\n",
    "lacks.py": "import nowhere\n",
    "raises.py": "1 / 0\n",
    "exits.py": "import sys\nsys.exit(3)\n",
    "half.py": "class Mine(:\n",
    "ends.py": "import os\nos._exit(0)\n",
    "needs.py": "import os\nopen(os.environ['MINE_LOG'], 'w').write(os.environ['XAI_API_KEY'])\nclass Mine: ...\n",
    "plain.sh": "#!/bin/sh\n",
    "text.sh": "exit 0\n",
    "lost.sh": "#!/no/such/shell\n",
    "good.sh": "#!/bin/sh\n",
}


@pytest.fixture
def ready(tmp_path):
    """Makes a provider ready that is described so."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    for name in ("text.sh", "lost.sh", "good.sh"):
        (tmp_path / name).chmod(0o755)

    def make(**said):
        description = described_by({"name": "mine", **said}, tmp_path / "mine.toml", "mine.toml")
        make_ready(description, "current", lambda _: None)

    return make


@pytest.mark.parametrize(
    "where", [{"vehicle": "in-process"}, {}, {"interpreter": sys.executable}], ids=["here", "host", "interpreter"]
)
@pytest.mark.parametrize(("adapter", "sentence"), ADAPTERS.items(), ids=ADAPTERS)
def test_an_adapter_that_is_not_there(adapter, sentence, where, ready):
    with pytest.raises(NoAdapter) as missing:
        ready(adapter=adapter, **where)
    assert sentence in str(missing.value)


def test_an_adapter_that_ends_its_process(ready):
    with pytest.raises(NoAdapter, match="ended with exit code 0 while that was imported"):
        ready(adapter="ends.py:Mine", vehicle="host")


@pytest.mark.parametrize(("python", "sentence"), [("no/python", "No such file or directory"), ("mine.py", "Permission denied")])
def test_an_interpreter_that_is_none(python, sentence, ready):
    with pytest.raises(NoAdapter, match=f"the interpreter .*{python} cannot be run: {sentence}"):
        ready(adapter="mine.py:Mine", interpreter=python)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["no-such-program"], "the command no-such-program is not there"),
        (["{here}/lost"], "/lost is not there"),
        (["{here}/plain.sh"], "plain.sh must not be executed"),
        (["{here}/text.sh"], "text.sh does not begin with #!"),
        (["{here}/lost.sh"], "lost.sh is run by /no/such/shell, by its first line, and that is not there"),
        (["./good.sh"], "runs in a folder of its own: say {here}/good.sh"),
        ([sys.executable, "{here}/lost.py"], "lost.py, which the description's command names"),
    ],
    ids=["no-program", "no-file", "not-executable", "no-first-line", "no-shell", "relative", "no-script"],
)
def test_a_command_that_cannot_run(command, sentence, ready):
    with pytest.raises(NoAdapter) as missing:
        ready(command=command)
    assert sentence in str(missing.value)


@pytest.mark.parametrize(
    "said",
    [
        {"adapter": "mine.py:Mine", "vehicle": "host"},
        {"adapter": "needs.py:Mine", "vehicle": "host", "environment": {"MINE_LOG": "{workdir}/logs/mine.log"}},
        {"command": ["{here}/good.sh", "an argument"]},
        {"command": [sys.executable, "{here}/mine.py"]},
    ],
    ids=["host", "reads-its-environment", "command", "script"],
)
def test_what_is_there_is_found(said, ready):
    ready(**said)
