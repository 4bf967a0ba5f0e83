"""What a build consists of: another version of a library, another file of code, is another build, and nothing else is."""

import json
import os
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grokgate.formats.home import home
from grokgate.providers import parts
from grokgate.providers.description import Build, Description, find_provider, load_description
from grokgate.providers.launcher import build_digest
from grokgate.values.build import Parts

ADAPTER = "import shelf\nfrom helper import mend\n\nclass Mine:\n    def chat(self, request):\n        import attic\n"
TOML = 'name = "mine"\nadapter = "mine.py:Mine"\n'


def install(site: Path, name: str, version: str, *, requires=(), editable=None) -> Path:
    """A distribution as an installer leaves it, with one module; its record is written last."""
    package, info = site / name, site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "\n".join([f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in requires)]) + "\n"
    )
    if editable:
        (info / "direct_url.json").write_text(json.dumps({"url": editable.as_uri(), "dir_info": {"editable": True}}))
        (info / "top_level.txt").write_text(f"{name}\n")
    else:
        package.mkdir()
        (package / "__init__.py").write_text("x = 1\n")
    digest = "nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q"  # of "x = 1"
    (info / "RECORD").write_text("" if editable else f"{name}/__init__.py,sha256={digest},6\n{info.name}/RECORD,,\n")
    return package / "__init__.py"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of packages that this process imports from."""
    folder = tmp_path / "lib" / "site-packages"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def mine(tmp_path) -> Description:
    """A provider in a folder of its own, whose code imports ``shelf`` at its head and ``attic`` in a method."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.toml").write_text(TOML)
    (folder / "mine.py").write_text(ADAPTER)
    (folder / "helper.py").write_text("import json\n\ndef mend(): ...\n")
    return load_description(folder / "mine.toml")


def parts_of(description, interpreter=None):
    return parts.parts_of(description, Build(), interpreter)


def digest_of(description):
    return build_digest(description, "current", parts_of(description))


def test_the_packages_that_its_code_imports_are_named_with_what_they_require(site, mine):
    install(site, "shelf", "1.0", requires=["plank (>=2)", "varnish; extra == 'shine'", "absent"])
    for name in ("plank", "varnish", "attic", "unrelated"):
        install(site, name, "3.1")
    assert parts_of(mine).distributions == {"shelf": "1.0", "plank": "3.1", "attic": "3.1"}


def test_the_harness_is_no_part_of_a_provider():
    found = parts_of(find_provider("reference"))
    assert {"httpx", "httpcore", "anyio"} <= set(found.distributions)
    assert {"pytest", "vcrpy", "respx", "click"}.isdisjoint(found.distributions)
    assert [*found.code] == ["adapter"]


def test_a_file_of_a_package_that_was_changed_since_its_installation_is_told(site, mine):
    module = install(site, "shelf", "1.0")
    for content, is_told in (("x = 1\n", False), ("x = 2\n", True)):
        module.write_text(content)
        os.utime(module, (time.time() + 60, time.time() + 60))
        assert ("shelf" in parts_of(mine).code) is is_told


def test_the_source_of_an_editable_install_counts(site, mine, tmp_path, monkeypatch):
    source = tmp_path / "source"
    (source / "shelf").mkdir(parents=True)
    (source / "shelf" / "__init__.py").write_text("x = 1\n")
    install(site, "shelf", "1.0", editable=source)
    monkeypatch.syspath_prepend(source)
    before = parts_of(mine)
    assert before.distributions == {"shelf": "1.0"}
    (source / "shelf" / "__init__.py").write_text("x = 2\n")
    after = parts_of(mine)
    assert before.code.keys() == after.code.keys() == {"adapter", "shelf"}
    assert before.code["shelf"] != after.code["shelf"]


@pytest.mark.parametrize("changed", ["mine.py", "helper.py"])
def test_the_adapter_and_what_lies_beside_it_count(changed, mine):
    before = digest_of(mine)
    path = mine.path.parent / changed
    path.write_text(path.read_text() + "# another\n")
    assert digest_of(mine) != before


def test_an_environment_or_a_report_beside_the_adapter_is_no_part_of_it(mine):
    before = digest_of(mine)
    (mine.path.parent / "venv" / "lib").mkdir(parents=True)
    (mine.path.parent / "venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (mine.path.parent / "venv" / "lib" / "other.py").write_text("x = 1\n")
    (mine.path.parent / "reports").mkdir()
    (mine.path.parent / "reports" / "verdict.json").write_text("{}")
    assert digest_of(mine) == before


def test_a_module_on_the_path_counts(mine, tmp_path, monkeypatch):
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "attic.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path / "path")
    assert parts_of(mine).code.keys() == {"adapter", "attic"}


def test_one_build_in_two_checkouts_is_one(mine, tmp_path):
    other = shutil.copytree(mine.path.parent, tmp_path / "elsewhere")
    words = "{here}/run.js"
    (other / "mine.toml").write_text(TOML)
    assert digest_of(load_description(other / "mine.toml")) == digest_of(mine)
    described = [
        replace(one, command=("node", words.format(here=one.path.parent)), adapter=None)
        for one in (mine, load_description(other / "mine.toml"))
    ]
    assert len({digest_of(one) for one in described}) == 1


def test_the_files_to_which_its_variables_lead_and_its_documentation_count(mine):
    registry, pages = mine.path.parent / "models.json", mine.path.parent / "README.md"
    described = replace(
        mine, environment={"REGISTRY": "{here}/models.json", "LOG": "{workdir}/log", "LONG": "x" * 5000}, documentation=pages
    )
    for path in (registry, pages):
        path.write_text("1\n")
        before = digest_of(described)
        path.write_text("2\n")
        assert digest_of(described) != before
    assert parts_of(described).code.keys() == {"adapter", "REGISTRY", "documentation"}


# --- hosts


def test_all_that_is_installed_behind_an_interpreter_is_named(mine):
    found = parts_of(mine, Path(sys.executable))
    assert {"httpx", "pytest", "python"} <= set(found.distributions)
    assert "adapter" in found.code


@pytest.mark.parametrize("answer", ['{"distributions": {"openai": "1.2"}, "code": {}}', "no answer", "", "[]"])
def test_an_interpreter_is_asked_and_one_that_does_not_answer_has_nothing(answer, mine, tmp_path):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho '{answer}'\n")
    python.chmod(0o755)
    assert parts_of(mine, python).distributions == ({"openai": "1.2"} if "openai" in answer else {})


def test_of_a_command_the_files_that_it_names_and_their_like_count(tmp_path):
    (tmp_path / "server").mkdir()
    for name in ("server/main.js", "server/wire.js", "server/readme.txt", "other.js"):
        (tmp_path / name).write_text("1\n")
    described = {"name": "js", "title": "js", "kind": "converting", "vehicle": "host", "adapter": None}
    js = Description(**described, path=tmp_path / "js.toml", command=("node", str(tmp_path / "server/main.js"), "--port"))
    before = parts_of(js)
    assert before == Parts(code={"server/main.js": before.code["server/main.js"]})
    for name, is_part in (("server/readme.txt", False), ("other.js", False), ("server/wire.js", True), ("server/main.js", True)):
        before = digest_of(js)
        (tmp_path / name).write_text("another\n")
        assert (digest_of(js) != before) is is_part, name


# --- what a difference does


PROVIDER = """\
import sys
sys.path.insert(0, {reference!r})
import shelf
from provider import Reference

class Mine(Reference):
    pass
"""


def test_two_versions_of_a_library_behind_an_adapter_are_told_and_are_two_builds(grokgate, tmp_path):
    folder = tmp_path / "provider"
    folder.mkdir()
    (folder / "mine.toml").write_text(f'{TOML}claims = ["chat"]\n')
    (folder / "mine.py").write_text(PROVIDER.format(reference=str(home() / "fixtures" / "reference")))
    files = []
    for version in ("0.27.0", "0.28.1"):
        site = tmp_path / version / "site-packages"
        install(site, "shelf", version)
        paths = {"PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}
        ran = grokgate("check", "--provider", folder / "mine.toml", "--only", "P1.4", "--reports", tmp_path / version, **paths)
        assert ran.code == 10, ran.complained
        files.append(tmp_path / version / "evidence.jsonl")
    said = grokgate("diff", *files).said
    assert "shelf               0.27.0 → 0.28.1" in said
    assert "provider build" in said
    refused = grokgate("signoff", *files)
    assert refused.code == 4
    assert "is about another build of the provider than" in refused.complained
    assert "shelf 0.28.1, and not 0.27.0" in refused.complained
