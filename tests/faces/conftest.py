"""What several faces are tested with: live gates against a stand-in, since no test of ours calls api.x.ai."""

import pytest

from grokgate.formats.contract import requirements
from grokgate.formats.home import home
from grokgate.intercept.stand_in import StandIn

UNLUCKY = """
name = "unlucky"
title = "loses {share:%} of the answers"
kind = "converting"
adapter = "{home}/fixtures/mutants/success_criteria.py:LosesThreeInAHundred"
claims = ["chat", "models", "flag"]
[options]
share = {share}
[builds.before]
options = {{ build = "before" }}
[builds.current]
options = {{ build = "current" }}
"""


@pytest.fixture
def live(grokgate, operators_key):
    """Judges a provider live, against a stand-in that plays what is asked; gives what ran, and what the stand-in saw."""

    def run(*words, rows=(), phase="3", key=operators_key, **plays):
        with StandIn(tls=True, key=operators_key, **plays) as xai:
            address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file), "XAI_API_KEY": key}
            only = [word for row in rows for word in ("--only", row)]
            ran = grokgate("live", "--phase", phase, "--reports", "reports", *only, *words, **address)
            return ran, xai.requests

    return run


@pytest.fixture
def unlucky(tmp_path):
    """Names a provider that loses a share of the answers."""

    def write(share):
        path = tmp_path / "unlucky.toml"
        path.write_text(UNLUCKY.format(share=share, home=home()))
        return str(path)

    return write


@pytest.fixture
def attested(tmp_path):
    """A file in which a person vouches for all that a person can vouch for in phase 2, and the rows."""
    rows = [row.id for row in requirements().values() if row.modes == ("attested",) and "2" in row.phases]
    entry = '[[attestation]]\nrow = "{}"\nby = "Ana"\non = 2026-01-01\nlink = "https://wiki.example.org"\nuntil = 2099-01-01\n'
    path = tmp_path / "attested.toml"
    path.write_text("".join(entry.format(row) for row in rows))
    return path, rows


@pytest.fixture
def reports(tmp_path):
    """The reports of a former run, which a refusal must leave as they are."""
    (tmp_path / "reports" / "allure-results").mkdir(parents=True)
    for name in ("evidence.jsonl", "verdict.json", "summary.md", "junit.xml", "allure-results/1-result.json"):
        (tmp_path / "reports" / name).write_text(f"the {name} of a former run")
    return tmp_path / "reports"


@pytest.fixture
def held():
    """Gives what a folder holds, byte for byte."""
    return lambda folder: {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
