"""What a test's end amounts to: a miss and an undeclared attempt to get out override whatever the test asserted."""

import dataclasses
import json

import pytest

from grokgate.formats.contract import contract
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.cause import shown_call
from grokgate.judgement.expect import NotApplicable, NotOffered, NotRun, Unkept, Unproven, listing, wire
from grokgate.judgement.outcome import NothingAsked, NotOnTape, case_of, crashed, ended_as, is_declared, left_out, undeclared
from grokgate.providers.description import find_provider
from grokgate.providers.subject import DidNotStart, NoListing, Transcript
from grokgate.values.call import Look
from grokgate.values.chat import Failure, ModelCard
from grokgate.values.evidence import Blame, Status
from grokgate.values.wire import Egress

KEY = "xai-a-key-of-this-test"
HOME = Egress(target="GET https://prices.example.net/map.json", stack='File "provider.py", line 3, in chat\n')
UNKEPT = Unkept("stop left for grok-4", expected="no stop", saw=["END"], at="stop")


@pytest.fixture
def decided(call, decide):
    """The case of a test that ended so; the provider declares that it reaches for prices.example.net."""
    reference = dataclasses.replace(find_provider("reference"), egress=("prices.example.net",))

    def decided(error=None, *, egress=(), misses=(), calls=None, ends=(), part="half", description=reference, row=None):
        seen = [call()] if calls is None else calls
        transcript = Transcript(calls=seen, egress=list(egress), misses=list(misses), ends=list(ends))
        return decide(error, transcript, part=part, description=description, row=row)

    return decided


@pytest.fixture
def decide():
    """The case of a test that ended so, with this transcript."""

    def made(error, transcript, *, part="half", description=None, row=None):
        return case_of(
            requirement="POST-2.4",
            part=part,
            node="suites/test_x.py::test_y[half]",
            seconds=0.1234567,
            error=error,
            transcript=transcript,
            description=description or find_provider("reference"),
            secret=KEY,
            row=row,
        )

    return made


def test_half_a_character_in_an_answer_can_be_written(decided, call):
    case = decided(Unkept("the caller got \ud83d as text"), calls=[call(text="\ud83d")])
    assert case.because == "the caller got \ufffd as text"
    assert json.dumps(case.to_json(), ensure_ascii=False).encode()


def test_no_error_is_a_pass(decided):
    case = decided()
    assert (case.id, case.requirement, case.node) == ("POST-2.4[half]", "POST-2.4", "suites/test_x.py::test_y[half]")
    assert (case.status, case.because, case.blame, case.finding, case.seconds) == (Status.PASSED, "", None, None, 0.1235)
    assert decided(part="").id == "POST-2.4"


def test_a_pass_in_which_nothing_was_asked_is_none(decide):
    case = decide(None, Transcript())
    assert (case.status, case.blame) == (Status.HARNESS_ERROR, Blame.HARNESS)
    assert isinstance(ended_as(case, None), NothingAsked)
    assert decide(None, Transcript(looks=[Look(asked="models()", got=())])).status is Status.PASSED


def test_what_is_unkept_fails_and_keeps_its_finding(decided):
    case = decided(UNKEPT)
    assert (case.status, case.because, case.blame) == (Status.FAILED, "stop left for grok-4", Blame.PROVIDER)
    assert case.finding == {"expected": "no stop", "saw": ["END"], "at": "stop"}
    assert case.observations[0]["said"] == "chat(model='grok-4')"


def test_a_finding_names_the_call_that_it_is_about(call, decided):
    """The refused call is told, and not the last one; a case of many calls keeps it."""
    calls = [call(model=f"grok-{number}") for number in range(30)]
    for number, place in {0: 0, 5: 5, 15: 6, 29: None}.items():
        with pytest.raises(Unkept) as unkept:
            wire(calls[number]).without("messages")
        case = decided(unkept.value, calls=calls)
        assert case.finding.get("call") == place
        assert shown_call(case)["said"] == f"chat(model='grok-{number}')"
        assert case.left_out == 30 - len(case.observations)


CARDS = (ModelCard(id="grok-3"),)
FLAG = {"GROK4_DEFAULT": "true"}


@pytest.fixture
def seen(call):
    """A transcript of one healthy call and these looks."""
    return lambda *looks: Transcript(calls=[call()], looks=list(looks))


def test_a_finding_about_the_listing_says_what_was_asked_under_which_variables(seen, decide):
    free, flagged = (Look(asked="models()", got=got, environment=under) for got, under in (((), {}), (CARDS, FLAG)))
    with pytest.raises(Unkept) as unkept:
        listing(CARDS).registers("grok-4")
    for looks in ((free, flagged), (flagged, free)):
        case = decide(unkept.value, seen(*looks))
        assert case.finding["asked"] == "GROK4_DEFAULT='true' models()"
        assert case.because == "with GROK4_DEFAULT=true, the listing does not show grok-4"
        assert shown_call(case) is None


def test_a_sentence_says_under_which_variables_it_holds(decide, call):
    flagged = dataclasses.replace(call({"model": "grok-3"}, model="grok"), environment=FLAG)
    with pytest.raises(Unkept) as unkept:
        wire(flagged).without("model")
    case = decide(unkept.value, Transcript(calls=[flagged, call()]))
    assert case.because == "with GROK4_DEFAULT=true, model left for grok"


def test_where_no_statement_tells_the_newest_of_calls_and_looks_shows_it(seen, decide):
    look = Look(asked="models()", got=CARDS, build="before", after=1)
    assert decide(UNKEPT, seen(look)).finding["asked"] == "models() of the build 'before'"
    assert "asked" not in decide(UNKEPT, seen(dataclasses.replace(look, after=0))).finding


@pytest.mark.parametrize("error", [DidNotStart("boom", " with X='1'"), NoListing("the listing fails")], ids=["start", "listing"])
def test_what_could_not_be_looked_at_shows_no_call(error, seen, decide):
    case = decide(error, seen(Look(asked="a start", got=None, after=1)))
    assert (case.status, case.finding["asked"], shown_call(case)) == (Status.FAILED, "a start", None)


def test_who_must_act_follows_what_is_unkept(decided):
    assert decided(Unkept("no log", blame=Blame.CONFIGURATION)).blame is Blame.CONFIGURATION


def test_a_finding_is_data_whatever_was_seen(decided):
    case = decided(Unkept("so", expected=(1, {2}), saw={"a": object}))
    assert json.loads(json.dumps(case.finding)) == {"expected": [1, [2]], "saw": {"a": "<class 'object'>"}, "at": ""}


ENDS = {"pass": None, "unkept": UNKEPT, "swallowed": KeyError("choices"), "not-applicable": NotApplicable("no such face")}


@pytest.mark.parametrize("error", ENDS.values(), ids=ENDS)
def test_a_miss_overrides_any_end(error, decided):
    case = decided(error, misses=["no answer on tape; nearest is rule plain/grok-4", "a second one"])
    because = "no answer on tape; nearest is rule plain/grok-4"
    assert (case.status, case.because, case.blame) == (Status.HARNESS_ERROR, because, Blame.CASSETTES)
    assert isinstance(ended_as(case, error), NotOnTape)


@pytest.mark.parametrize("misses", [[], ["no answer on tape"]], ids=["", "miss"])
@pytest.mark.parametrize("error", ENDS.values(), ids=ENDS)
def test_an_undeclared_attempt_to_get_out_overrides_even_a_miss(error, misses, decided):
    elsewhere = dataclasses.replace(HOME, target="telemetry.example.net:443")
    case = decided(error, egress=[HOME, elsewhere], misses=misses)
    assert (case.status, case.blame) == (Status.FAILED, Blame.PROVIDER)
    assert case.because == "the provider tried to reach telemetry.example.net:443, which its description does not declare"
    assert case.finding == {"expected": "nothing but xAI", "saw": HOME.origin, "at": "egress"}
    assert isinstance(ended_as(case, error), Unkept)


def test_a_declared_attempt_is_no_failure(decided):
    assert decided(egress=[HOME]).status is Status.PASSED


def test_a_declared_attempt_with_a_secret_is_one(decided):
    assert decided(egress=[dataclasses.replace(HOME, carries_secret=True)]).status is Status.FAILED


def test_undeclared_lists_what_fails_a_run():
    secret = dataclasses.replace(HOME, carries_secret=True)
    assert undeclared([HOME, secret], ["prices.example.net"]) == [secret]
    assert undeclared([HOME, secret], []) == [HOME, secret]


@pytest.mark.parametrize(
    ("target", "declared"),
    [
        ("prices.example.net:443", True),
        ("prices.example.net", True),
        ("PRICES.example.net:443", True),
        ("GET https://prices.example.net/map.json", True),
        ("GET https://prices.example.net:8443/map.json?of=grok", True),
        ("GET https://user@prices.example.net/", True),
        ("evil.example.net:443", False),
        ("GET https://evil.example.net/prices.example.net", False),
        ("GET https://evil.example.net/?u=https://prices.example.net/", False),
        ("GET https://evil.example.net//prices.example.net/", False),
        ("GET https://prices.example.net@evil.example.net/", False),
        ("GET https://prices.example.net.evil.example.net/", False),
        ("", False),
    ],
)
def test_a_target_is_declared_by_its_host_alone(target, declared):
    assert is_declared(target, ["prices.example.net"]) is declared


def test_what_does_not_apply_says_why(decided):
    case = decided(NotApplicable("the provider has no face for astream"))
    assert (case.status, case.because, case.blame) == (Status.NOT_APPLICABLE, "the provider has no face for astream", None)


def test_a_provider_that_does_not_start_has_failed(decided):
    case = decided(DidNotStart("ValueError: bad flag", " with GROK4_DEFAULT='odd'"))
    assert (case.status, case.blame) == (Status.FAILED, Blame.PROVIDER)
    assert case.because == "the provider did not start with GROK4_DEFAULT='odd': ValueError: bad flag"
    assert str(ended_as(case, DidNotStart())) == case.because


DIED = Failure(kind="HostDied", message="the provider's process ended (exit code 3)", end="exit")
LEFT = Failure(kind="SystemExit", message="Error: no", end="uncaught")
LATE = Failure(kind="HostTimedOut", message="the provider said nothing for 120 s", end="silence")
ODD = Failure(kind="HostTalkedNonsense", message="the host broke the protocol: result.text: 5 is not …", end="nonsense")


@pytest.mark.parametrize("error", [*ENDS.values(), Unproven("no answer came")], ids=[*ENDS, "unproven"])
@pytest.mark.parametrize(
    ("end", "status", "blame", "because"),
    [
        (DIED, "failed", "provider", "chat('grok-4'): the provider's process ended (exit code 3)"),
        (LEFT, "failed", "provider", "chat('grok-4') raised SystemExit, which no caller catches as an error: Error: no"),
        (LATE, "failed", "provider", "chat('grok-4'): the provider said nothing for 120 s"),
        (ODD, "harness_error", "host", "chat('grok-4'): the host broke the protocol: result.text: 5 is not …"),
    ],
    ids=["died", "left", "late", "nonsense"],
)
def test_nothing_is_green_in_which_the_provider_died(end, status, blame, because, error, decided):
    case = decided(error, ends=[("chat('grok-4')", end)])
    assert (case.status, case.blame, case.because) == (status, blame, because)
    assert str(ended_as(case, error)) == because


def test_a_case_that_rests_on_another_row_does_so_where_the_provider_died_too(decided):
    case = decided(NotRun("POST-6.1 fails", blame=Blame.PROVIDER), ends=[("stream('grok-4')", DIED)])
    assert (case.status, case.because) == (Status.NOT_RUN, "POST-6.1 fails")


def test_what_rests_on_a_slip_of_the_adapter_is_not_the_providers_either(decided):
    slip = dataclasses.replace(DIED, end="nonsense")
    assert decided(NotRun("POST-6.1 fails", blame=Blame.PROVIDER), ends=[("stream('grok-4')", slip)]).blame is Blame.HOST


def test_the_finding_is_about_the_call_in_which_it_died(decided, call):
    died = dataclasses.replace(call(model="grok-3"), result=None, failure=DIED)
    case = decided(UNKEPT, calls=[died, call(), call()], ends=[("chat('grok-3')", DIED)])
    assert shown_call(case)["said"] == "chat(model='grok-3')"
    assert case.finding["saw"] == "HostDied"


def test_a_host_that_talks_nonsense_at_the_start_is_not_the_provider(decided):
    case = decided(DidNotStart("HostTalkedNonsense: a reply has …", end="nonsense"))
    assert (case.status, case.blame) == (Status.HARNESS_ERROR, Blame.HOST)


def test_what_the_face_does_not_have_is_not_offered_and_no_failure(decided):
    case = decided(NotOffered("its users cannot set stop"))
    assert (case.status, case.because, case.blame) == (Status.NOT_OFFERED, "its users cannot set stop", Blame.PROVIDER)
    assert isinstance(ended_as(case, None), Unkept), "to pytest that is a failure"


RAW = {"kind": "passthrough", "claims": ("chat",)}
STOP = {"parameters": {"stop": ["END"]}}


def row(**more):
    return dataclasses.replace(contract(rollout())["POST-2.4"], **more)


@pytest.mark.parametrize(
    ("left", "changes"),
    [
        ({"stop": ["END"]}, ""),
        ({}, "drops stop without a word"),
        ({"stop_sequences": ["END"]}, "renames stop to stop_sequences"),
        ({"options": {"stop": ["END"]}}, "sends stop as options.stop"),
        ({"stop": "END"}, "sends stop as END"),
        ({"stop": ["END"], "model": "grok-3"}, "sends 'grok-4' as 'grok-3'"),
    ],
)
@pytest.mark.parametrize("error", [None, UNKEPT], ids=["kept", "unkept"])
def test_a_raw_sdk_is_not_judged_by_conversions_and_what_it_changes_is_told(left, changes, error, decided, call):
    raw = dataclasses.replace(find_provider("reference"), **RAW)
    case = decided(error, calls=[call(left, **STOP)], description=raw, row=row())
    duty = "a raw SDK sends what it is told; what its caller must do: leave stop out for grok-4, and cut the text yourself where"
    assert (case.status, case.blame, case.finding) == (Status.NOT_APPLICABLE, None, None)
    assert case.because == f"{duty} you rely on it{f'; all the same it {changes}' if changes else ''}"
    assert isinstance(ended_as(case, error), NotApplicable)


def test_a_provider_is_judged_by_the_parameters_that_it_says_it_converts(decided, call):
    some = dataclasses.replace(find_provider("reference"), **RAW, converts=("stop",))
    assert decided(UNKEPT, calls=[call({"stop": 1}, **STOP)], description=some, row=row()).status is Status.FAILED
    other = decided(UNKEPT, calls=[call({}, parameters={"seed": 7})], description=some, row=row())
    assert other.status is Status.NOT_APPLICABLE
    assert other.because.startswith("the provider does not say that it converts seed; what its caller must do: leave stop out")
    unlimited = decided(calls=[call({"max_tokens": 9})], description=some, row=row())
    assert unlimited.because.startswith("the provider does not say that it converts limit;")


def test_of_names_a_raw_sdk_is_asked_and_not_judged(decided, call):
    raw, names = dataclasses.replace(find_provider("reference"), **RAW), row(judges="converting")
    refused = decided(UNKEPT, calls=[call(None, exchanges=(), failure="Unknown: grok4")], description=raw, row=names)
    assert refused.because.endswith("all the same it sends nothing for 'grok-4' (Unknown: grok4)")
    assert decided(UNKEPT, calls=[call()], row=names).status is Status.FAILED


def test_a_raw_sdk_that_died_or_reached_out_is_not_excused(decided):
    raw = dataclasses.replace(find_provider("reference"), **RAW)
    assert decided(DidNotStart("no"), calls=[], description=raw, row=row()).status is Status.FAILED
    elsewhere = dataclasses.replace(HOME, target="telemetry.example.net:443")
    assert decided(egress=[elsewhere], description=raw, row=row()).status is Status.FAILED
    assert decided(ends=[("chat('grok-4')", DIED)], description=raw, row=row()).status is Status.FAILED


def test_a_listing_that_is_missing_fails_a_converting_provider_alone(decided):
    assert decided(NoListing("the provider offers no model listing")).status is Status.FAILED
    silent = dataclasses.replace(find_provider("reference"), claims=("chat",))
    assert decided(NoListing("no listing"), description=silent).status is Status.NOT_OFFERED
    raw = decided(NoListing("no listing"), description=find_provider("openai"))
    assert (raw.status, raw.because) == (Status.NOT_APPLICABLE, "a raw SDK has no model listing of its own")


@pytest.mark.parametrize("error", [KeyError("choices"), AssertionError("1 == 2"), pytest.skip.Exception("later")], ids=repr)
def test_anything_else_is_the_harness_own_fault(error, decided):
    case = decided(error)
    assert (case.status, case.blame) == (Status.HARNESS_ERROR, Blame.HARNESS)
    assert case.because == f"the test itself failed with {type(error).__name__}: {error}"
    assert ended_as(case, error) is error


def test_the_test_ends_as_its_case_does(decided):
    assert ended_as(decided(), None) is None
    assert ended_as(decided(UNKEPT), UNKEPT) is UNKEPT
    other = ended_as(decided(UNKEPT), AssertionError("what pytest made of it"))
    assert (type(other), str(other)) == (Unkept, "stop left for grok-4")


def test_no_secret_is_kept_wherever_it_stands(decided, call):
    leaky = call(text=f"I was sent {KEY}", log=f"DEBUG Bearer {KEY}")
    case = decided(Unkept(f"{KEY} shows", saw=KEY, expected=[KEY]), calls=[leaky, call(failure=f"XAIError: {KEY}")])
    assert KEY not in json.dumps(case.to_json())
    assert case.because == "[key] shows"
    assert case.observations[0]["log"] == "DEBUG Bearer [key]"


@pytest.mark.parametrize(
    ("node", "id"),
    [("suites/test_x.py::test_y[a[1]]", "POST-2.4[a[1]]"), ("suites/test_x.py::test_y", "POST-2.4")],
)
def test_a_worker_that_died_is_told_with_the_test_that_it_ran(node, id):
    case = crashed(requirement="POST-2.4", node=node)
    assert (case.id, case.status, case.blame) == (id, Status.HARNESS_ERROR, Blame.HARNESS)
    assert case.because.startswith(f"the worker died while {node} ran")


@pytest.mark.parametrize(
    ("missing", "because"),
    [(3, "the run was stopped before it was decided"), (2, "the run was stopped before 2 of its 3 cases were decided")],
)
def test_who_stops_a_run_is_no_fault_of_the_harness(missing, because):
    case = left_out(requirement="POST-2.4", missing=missing, cases=3, stopped=True)
    assert (case.status, case.because, case.blame) == (Status.NOT_RUN, because, Blame.CONFIGURATION)


def test_cases_that_were_left_out_are_told_by_number():
    case = left_out(requirement="POST-2.4", missing=2, cases=3)
    assert (case.status, case.because.partition(":")[0]) == (Status.NOT_RUN, "2 of its 3 cases did not run")
