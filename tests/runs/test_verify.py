"""Evidence that was changed and sealed anew: the seal has no key, so each row is held against what the contract asks."""

import json

import pytest

from grokgate.faces.diff import compared
from grokgate.faces.draft import drafted
from grokgate.formats.evidence_file import EvidenceRefused, EvidenceWriter, read_evidence
from grokgate.runs.signoff import SignOff
from grokgate.runs.verify import judged, recomputed, verdict_of


@pytest.fixture(scope="session")
def honest(gate, misbehaving):
    """The evidence of a whole gate in which rows failed."""
    return gate("--provider", misbehaving("Naive")).reports / "evidence.jsonl"


@pytest.fixture
def forged(tmp_path):
    """Seals evidence anew after its events were changed; the footer says what the rows amount to, as a forger would."""

    def seal(path, change):
        events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        footer = {key: value for key, value in events.pop().items() if key not in ("event", "events", "seal")}
        told = change(events) or events
        for name in ("draft.jsonl", "forged.jsonl"):
            writer = EvidenceWriter(tmp_path / name, ())
            for event in told:
                writer.write(event["event"], {key: value for key, value in event.items() if key != "event"})
            writer.seal(footer)
            verdict = verdict_of(read_evidence(tmp_path / name))
            footer["verdict"] = verdict.decision.value
        return tmp_path / "forged.jsonl"

    return seal


def row(events, id):
    return next(event for event in events if event["event"] == "requirement" and event["id"] == id)


def header(events, **more):
    events[0].update(more)


def without(events, id):
    return [event for event in events if event.get("id") != id and event.get("requirement") != id]


def added(events):
    events.insert(1, row(events, "POST-2.4") | {"id": "COM.99"})


def doubled(events):
    events.insert(1, row(events, "P1.1"))


def not_applicable(events):
    row(events, "POST-2.4").update(settled="not_applicable", because="not ours")


def waits(events):
    row(events, "POST-2.2").update(settled="not_run", because="decided by live traffic", blame="configuration")


def should(events):
    row(events, "POST-2.4").update(severity="should")


def reworded(events):
    row(events, "POST-2.4").update(title="stop may leave")


def attestable(events):
    row(events, "POST-2.4").update(attestable=True)


def of_a_row_outside(events):
    case = next(event for event in events if event["event"] == "case")
    events.append(case | {"requirement": "P2.1", "id": "P2.1"})


FORGERIES = {
    "left out": (lambda events: without(events, "POST-2.4"), "row POST-2.4 is missing, which phase 1, predeploy asks for"),
    "the only red row left out": (lambda events: without(events, "P1.7"), "row P1.7 is missing"),
    "added": (added, "row COM.99 stands in it, which phase 1, predeploy does not ask for"),
    "doubled": (doubled, "row P1.1 stands in it 2 times"),
    "settled": (not_applicable, "row POST-2.4: its settled is not_applicable, and the contract says none"),
    "waits": (waits, "row POST-2.2: its settled is not_run, and the contract says none"),
    "severity": (should, "row POST-2.4: its severity is should, and the contract says must"),
    "words": (reworded, "row POST-2.4: its title is stop may leave"),
    "attestable": (attestable, "row POST-2.4: its attestable is True"),
    "case of another row": (of_a_row_outside, "case P2.1 is of the row P2.1, which phase 1, predeploy does not ask for"),
    "outside": (lambda events: header(events, outside=events[0]["outside"][1:]), "the rows outside are not those"),
    "phase": (lambda events: header(events, phase="2"), "which phase 2, predeploy asks for"),
    "scope": (lambda events: header(events, scope="postdeploy"), "which phase 1, postdeploy"),
    "only": (lambda events: header(events, only=["P1.1"]), "which phase 1, predeploy --only P1.1 does not ask for"),
    "live": (lambda events: header(events, mode="live"), "a run in mode live says that tape answered it"),
    "answered by xAI": (
        lambda events: header(events, mode="live", answered_by=[{"who": "xAI", "at": "http://127.0.0.1:1/v1"}]),
        "http://127.0.0.1:1/v1 is no address of xAI",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_was_changed_and_sealed_anew_is_refused_with_the_row(name, honest, forged):
    change, because = FORGERIES[name]
    with pytest.raises(EvidenceRefused) as refused:
        judged(forged(honest, change))
    assert because in str(refused.value)


def test_whoever_reads_evidence_refuses_it(honest, forged):
    path = forged(honest, lambda events: without(events, "POST-2.4"))
    readers = [
        lambda: recomputed(path),
        lambda: compared([honest, path]),
        lambda: drafted("faq", path),
        lambda: SignOff([path], []),
    ]
    for reads in readers:
        with pytest.raises(EvidenceRefused, match=r"row POST-2\.4 is missing"):
            reads()


def test_a_part_that_is_called_whole_is_refused(gate, forged):
    part = gate("--provider", "reference", "--only", "POST-2.2", "--only", "POST-2.4").reports / "evidence.jsonl"
    assert "2 rows" in recomputed(part)[0]
    with pytest.raises(EvidenceRefused, match=r"row P1\.1 is missing, which phase 1, predeploy asks for"):
        judged(forged(part, lambda events: header(events, only=[])))


def test_what_is_intact_says_so_and_that_anybody_can_seal(honest):
    said, code = recomputed(honest)
    assert code == 1
    assert "intact: the seal fits " in said
    assert "it has no key, so anybody can seal" in said
    assert "undamaged" not in said
    assert "each row that phase and scope ask for is there, once\n" in said


def test_of_another_contract_it_says_that_this_could_not_be_checked(honest, forged):
    other = {"digests": json.loads(honest.read_text("utf-8").split("\n", 1)[0])["digests"] | {"contract": "0" * 64}}
    said, _ = recomputed(forged(honest, lambda events: header(without(events, "POST-2.4"), **other)))
    assert "each row that phase and scope ask for is there, once: this could not be checked, since contract or suites" in said


# --- sign-offs


@pytest.fixture
def signed(gate, tmp_path):
    """The sealed file of a sign-off over a replay of some rows."""
    rows = [word for id in ("P2.1", "POST-2.2", "POST-2.4") for word in ("--only", id)]
    run = gate("--provider", "reference", "--phase", "2", *rows).reports / "evidence.jsonl"
    SignOff([run], []).write(tmp_path / "signed")
    judged(tmp_path / "signed" / "signoff.jsonl")
    return tmp_path / "signed" / "signoff.jsonl"


def with_a_live_run_of_other_rows(events):
    """As if some other row had been asked live, so that nobody misses the live half of this one."""
    place, source = next((place, event) for place, event in enumerate(events) if event["event"] == "source")
    xai = [{"who": "xAI", "at": "https://api.x.ai/v1"}]
    live = source["header"] | {"mode": "live", "scope": "postdeploy", "answered_by": xai}
    events.insert(place, source | {"header": live, "seal": "0" * 64})
    header(events, answered_by=[{"who": "tape"}, *xai])
    return without(events, "P2.1[live]")


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (with_a_live_run_of_other_rows, "case P2.1[live] is missing: replay has decided it, and live traffic"),
        (lambda events: without(events, "POST-2.4"), "row POST-2.4 is missing, which phase 2, signoff asks for"),
        (lambda events: without(events, "P2.1[live]"), "case P2.1[live] is missing: replay has decided it"),
        (
            lambda events: header(events, answered_by=[{"who": "tape"}, {"who": "xAI", "at": "https://api.x.ai/v1"}]),
            "it tells of other answerers than its runs do",
        ),
        (lambda events: header(events, scope="predeploy"), "it names runs that it rests on, and is no sign-off"),
        (lambda events: header(events, only=["P2.1"]), "names rows that were asked for alone"),
        (
            lambda events: next(event for event in events if event["event"] == "source")["header"].update(phase="1"),
            "is about another phase than the sign-off",
        ),
    ],
)
def test_a_sign_off_that_was_changed_and_sealed_anew_is_refused(change, because, signed, forged):
    with pytest.raises(EvidenceRefused) as refused:
        judged(forged(signed, change))
    assert because in str(refused.value)
