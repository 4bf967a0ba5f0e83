"""Waivers and attestations are read with the commit that carries them, and bad ones are refused with their place."""

import subprocess
from datetime import date

import pytest

from grokgate.formats.acceptances import commit_of, read_acceptances
from grokgate.formats.contract import requirements
from grokgate.formats.document import BadDocument

WAIVER = """[[waiver]]
row = "POST-2.4"
provider = "pal"
failure = "bee6a24a6a34"
owner = "Ana Example"
reason = "no user of ours sends stop"
until = 2026-12-31
"""
ATTESTATION = """[[attestation]]
row = "COM.1"
by = "Ana Example"
on = 2026-11-20
link = "https://wiki.example.org/schedule"
until = 2026-12-31
"""


@pytest.fixture
def file(tmp_path):
    def write(text, name="accepted.toml"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def test_what_people_add_is_read(file):
    read = read_acceptances([file(WAIVER), file(ATTESTATION, "attested.toml")], requirements())
    [waiver], [attestation] = read.waivers, read.attestations
    assert (waiver.row, waiver.provider, waiver.failure, waiver.until) == ("POST-2.4", "pal", "bee6a24a6a34", date(2026, 12, 31))
    assert (attestation.row, attestation.by, attestation.on) == ("COM.1", "Ana Example", date(2026, 11, 20))
    assert waiver.commit == attestation.commit == ""


def test_the_commit_that_carries_it_is_named_and_none_once_it_was_changed(file, tmp_path):
    path = file(ATTESTATION)
    identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "attested"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert read_acceptances([path], requirements()).attestations[0].commit == head[:12]
    path.write_text(ATTESTATION.replace("Ana", "Bob"))
    assert read_acceptances([path], requirements()).attestations[0].commit == ""


@pytest.fixture
def committed(tmp_path):
    """Commits files by their names, and gives the commit's first twelve digits."""

    def commit(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.toml").write_text(text)
        identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
        for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "more"]):
            subprocess.run(["git", *words], cwd=tmp_path, check=True)
        head = ["git", "rev-parse", "HEAD"]
        return subprocess.run(head, cwd=tmp_path, check=True, capture_output=True, text=True).stdout[:12]

    return commit


def test_of_a_link_the_file_that_it_leads_to_is_held_against_the_commit(committed, tmp_path):
    (tmp_path / "link.toml").symlink_to("real.toml")
    first = committed(real=ATTESTATION)
    committed(other=WAIVER)
    assert commit_of(tmp_path / "link.toml") == commit_of(tmp_path / "real.toml") == first
    (tmp_path / "real.toml").write_text(ATTESTATION.replace("Ana", "Bob"))
    assert commit_of(tmp_path / "link.toml") == ""


def test_a_link_from_outside_has_the_commit_of_what_it_leads_to(committed, tmp_path, tmp_path_factory):
    link = tmp_path_factory.mktemp("outside") / "mine.toml"
    link.symlink_to(tmp_path / "real.toml")
    first = committed(real=WAIVER)
    assert commit_of(link) == first


def test_a_change_that_git_was_told_not_to_see_is_in_no_commit(committed, tmp_path):
    committed(real=WAIVER)
    subprocess.run(["git", "update-index", "--assume-unchanged", "real.toml"], cwd=tmp_path, check=True)
    (tmp_path / "real.toml").write_text(WAIVER.replace("Ana", "Bob"))
    assert commit_of(tmp_path / "real.toml") == ""


REFUSED = {
    "no-such-row": (WAIVER.replace("POST-2.4", "POST-9.9"), "waiver[0] (POST-9.9): no requirement is called POST-9.9"),
    "twice": (WAIVER + WAIVER, "waiver[1] (POST-2.4): it stands twice"),
    "attested-twice": (ATTESTATION + ATTESTATION, "attestation[1] (COM.1): it stands twice"),
    "tested": (ATTESTATION.replace("COM.1", "POST-2.4"), "attestation[0] (POST-2.4): POST-2.4 is decided by replay and live"),
    "half-tested": (ATTESTATION.replace("COM.1", "P3.2"), "attestation[0] (P3.2): P3.2 is decided by replay, by nobody's word"),
    "sum": (WAIVER.replace("POST-2.4", "SC-3.2"), "waiver[0] (SC-3.2): SC-3.2 rests on other rows"),
    "no-owner": (WAIVER.replace("Ana Example", ""), "waiver[0].owner: '' should be non-empty"),
    "no-end": (WAIVER.replace("until = 2026-12-31\n", ""), "waiver[0]: 'until' is a required property"),
    "no-day": (WAIVER.replace("2026-12-31", '"soon"'), "waiver[0].until: 'soon' does not match"),
    "no-day-of-the-calendar": (WAIVER.replace("2026-12-31", '"2026-02-31"'), "waiver[0].until: 2026-02-31 is no day"),
    "attested-on-no-day": (ATTESTATION.replace("2026-11-20", '"2026-13-01"'), "attestation[0].on: 2026-13-01 is no day"),
    "other-key": (WAIVER + "rows = 3\n", "waiver[0]: Additional properties are not allowed ('rows' was unexpected)"),
    "secret": (WAIVER.replace("no user", "xai-" + "Zq81LmN4vB7cX2sD9fG6hJ3kP5wR0tY8aB1cD2eF3"), "it holds a xAI key"),
    "no-toml": ("[[waiver]\n", "line 1"),
}


@pytest.mark.parametrize(("text", "because"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_good_is_refused_with_its_place(text, because, file):
    with pytest.raises(BadDocument) as refused:
        read_acceptances([file(text)], requirements())
    assert because in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadDocument, match=r"none\.toml: No such file"):
        read_acceptances([tmp_path / "none.toml"], requirements())
