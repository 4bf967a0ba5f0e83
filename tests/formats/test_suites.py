"""Each test of the suites decides one row of the contract, and each row has at most one test."""

import pytest

from grokgate.formats.contract import requirements
from grokgate.formats.document import BadDocument
from grokgate.formats.home import home
from grokgate.formats.suites import owners, requirement_of

OWNED = """
import pytest

@pytest.mark.parametrize("mode", ["chat", "stream"])
@pytest.mark.requirement("POST-1.1")
def test_one(provider, mode): ...

def helper(): ...
"""
SECOND = """
import pytest

@pytest.mark.requirement("POST-1.1")
def test_another(provider): ...
"""
WITHOUT = "def test_stray(provider): ..."
OTHER_MARK = "import pytest\n\n@pytest.mark.skip('no row')\ndef test_stray(provider): ..."
COMPUTED = "import pytest\nROW = 'POST-1.1'\n\n@pytest.mark.requirement(ROW)\ndef test_stray(provider): ..."


@pytest.fixture
def suites(tmp_path):
    """Writes modules of tests, and gives their folder."""

    def write(**modules):
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(source)
        return tmp_path

    return write


def test_every_test_of_the_suites_has_a_row_of_the_contract():
    assert [row for row in owners() if row not in requirements()] == []


@pytest.mark.parametrize("path", sorted((home() / "suites").glob("test_*.py")), ids=lambda path: path.stem)
def test_every_test_of_a_module_is_an_owner(path):
    written = path.read_text("utf-8").count("def test_")
    assert sum(node.startswith(f"suites/{path.name}::") for node in owners().values()) == written


def test_a_row_finds_its_test_and_a_test_its_row(suites):
    node = owners(suites(test_a=OWNED, not_a_test=WITHOUT))["POST-1.1"]
    assert node == f"{suites().name}/test_a.py::test_one"


@pytest.mark.parametrize("suffix", ["", "[chat]", "[a::b[c]]"])
def test_a_node_with_or_without_parameters_belongs_to_its_row(suffix):
    assert [requirement_of(node + suffix) for node in owners().values()] == list(owners())


def test_a_node_of_other_tests_belongs_to_no_row():
    assert requirement_of("tests/test_other.py::test_x") is None


def test_a_row_with_two_tests_is_refused(suites):
    with pytest.raises(BadDocument, match=r"test_b\.py: line 5: POST-1\.1 has a second test, test_another"):
        owners(suites(test_a=OWNED, test_b=SECOND))


@pytest.mark.parametrize("source", [WITHOUT, OTHER_MARK, COMPUTED], ids=["no-mark", "other-mark", "computed-row"])
def test_a_test_without_a_row_is_refused(source, suites):
    with pytest.raises(BadDocument, match=r"test_a\.py: line \d: test_stray names no requirement"):
        owners(suites(test_a=source))
