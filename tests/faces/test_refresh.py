"""``grokgate cassettes refresh``, against the recorded xAI in the place of the real one."""

from pathlib import Path

import pytest

from grokgate.formats.home import home
from grokgate.intercept.stand_in import StandIn
from grokgate.upstream.library import recordings_in

WORLD = "grok-4-0709"
PLAIN = ("--rule", "plain/*")


@pytest.fixture
def refreshed(grokgate, operators_key):
    """Asks a stand-in again; gives what ran, and what the stand-in saw."""

    def run(*words, key=operators_key, **plays):
        with StandIn(tls=True, key=operators_key, **plays) as xai:
            address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file), "XAI_API_KEY": key}
            return grokgate("cassettes", "refresh", "recordings", *words, **address), xai.requests

    return run


@pytest.fixture
def recordings(tmp_path):
    """The folder that is refreshed, in the world of the rollout; it is not there yet."""
    return tmp_path / "recordings" / WORLD


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*")} if folder.is_dir() else {}


def apart(recordings: Path) -> Path:
    return recordings.parent.with_name("recordings.fresh") / WORLD


def test_bundled_examples_are_asked_and_become_recordings_that_play(refreshed, recordings, grokgate):
    ran, seen = refreshed(*PLAIN, "--replace")
    assert ran.code == 0
    assert {kept.provenance for _, kept in recordings_in(recordings)} == {"recorded"}
    assert {kept.rule for _, kept in recordings_in(recordings)} == {"plain/none", "plain/hidden", "plain/shown"}
    assert len(seen) == 3
    assert "3 kinds of request in both, 0 differences" in ran.said
    judged = grokgate("check", "--cassettes", "recordings", "--cassettes", "bundled", "--only", "P1.4", "--reports", "reports")
    assert "3 recorded" in judged.said
    assert judged.rows == {"P1.4": "passed"}


def test_what_was_recorded_is_asked_again_and_the_old_stays(refreshed, recordings):
    refreshed(*PLAIN, "--replace")
    before = files_of(recordings)
    ran, seen = refreshed("--replace")
    after = files_of(recordings)
    assert (ran.code, len(seen)) == (0, 3)
    assert before.items() < after.items()
    assert len(after) == len(before) + 1


def test_nothing_is_put_in_place_that_nobody_said(refreshed, recordings):
    ran, _ = refreshed(*PLAIN)
    assert ran.code == 0, "nothing differs"
    assert files_of(recordings) == {}
    [file] = apart(recordings).glob("*.yaml")
    assert f"put it in place: mv recordings.fresh/{WORLD}/{file.name} recordings/{WORLD}/" in ran.said


def test_a_substitution_is_drift_that_is_told_and_not_put_in_place(refreshed, recordings):
    refreshed(*PLAIN, "--replace")
    before = files_of(recordings)
    ran, _ = refreshed("--replace", world="grok-4.3")
    assert ran.code == 10
    assert "plain of grok-4: value of model: grok-4-0709 → grok-4.3" in ran.said
    assert "xAI answered by grok-4.3, which is not world grok-4-0709: nothing is put in place; who acts: xAI" in ran.said
    assert files_of(recordings) == before
    assert len(files_of(apart(recordings))) == 1


def test_what_differs_names_the_requirements_that_rest_on_it(refreshed, gate):
    evidence = gate("--provider", "reference", "--phase", "3", "--only", "P1.4").reports / "evidence.jsonl"
    ran, _ = refreshed(*PLAIN, "--evidence", evidence, world="grok-4.3")
    assert "requirements whose evidence rests on these answers: P1.4" in ran.said


def test_the_budget_is_not_crossed_and_what_is_not_paid_is_told(refreshed, recordings):
    ran, seen = refreshed(*PLAIN, "--budget", "0.01", "--replace")
    assert (ran.code, seen) == (10, [])
    assert "a larger --budget pays it" in ran.said
    assert files_of(recordings) == {}


def test_a_part_that_was_paid_is_kept_apart(refreshed, recordings):
    ran, seen = refreshed(*PLAIN, "--budget", "0.08", "--replace")
    assert ran.code == 10
    assert 0 < len(seen) < 3
    assert len(files_of(apart(recordings))) == 1
    assert files_of(recordings) == {}


def test_what_cannot_be_asked_is_left_out_with_the_reason(refreshed):
    ran, seen = refreshed("--rule", "capacity", "--rule", "wrong-key", "--rule", "too-long", "--rule", "plain/hidden")
    assert "left out, since xAI cannot be asked to play it: " in ran.said
    assert "left out, since it is about another key than yours: " in ran.said
    assert "left out, since its prompt is long; record it by hand: grokgate record: " in ran.said
    assert len(seen) == 1


def test_a_wrong_key_is_asked_once(refreshed, recordings):
    ran, seen = refreshed(*PLAIN, "--replace", key="xai-" + "0" * 80)
    assert (ran.code, len(seen)) == (10, 1)
    assert "look at XAI_API_KEY and the credits; nothing more is asked" in ran.said
    assert files_of(recordings) == {}


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("--rule", "nonesuch"), "has a rule that fits nonesuch"),
        (("--world", "nonesuch"), "no world is called 'nonesuch'"),
        (("--budget", "0"), "0"),
        (("--budget", "nan"), "nan"),
    ],
)
def test_wrong_use_sends_nothing(words, because, refreshed):
    ran, seen = refreshed(*words)
    assert (ran.code, seen) == (2, [])
    assert because in ran.complained


def test_without_a_key_nothing_is_sent(grokgate):
    ran = grokgate("cassettes", "refresh", "recordings", XAI_API_KEY="")
    assert ran.code == 2
    assert "needs XAI_API_KEY in the environment; nothing was sent" in ran.complained


def test_an_address_where_nobody_listens_writes_nothing(grokgate, recordings):
    ran = grokgate("cassettes", "refresh", "recordings", *PLAIN, "--replace", XAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ran.code == 10
    assert "no answer; look at the network" in ran.said
    assert files_of(recordings) == files_of(apart(recordings)) == {}


def test_the_bundled_library_is_never_touched(refreshed):
    before = files_of(home() / "cassettes" / WORLD)
    refreshed(*PLAIN, "--replace")
    assert files_of(home() / "cassettes" / WORLD) == before
