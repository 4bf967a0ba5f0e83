"""Statements about errors: what the caller is told, beside what xAI had answered."""

from dataclasses import replace

import pytest

from grokgate.judgement.expect import Unkept, Unproven, error, patience
from grokgate.judgement.expect.unkept import NotRun
from grokgate.values.chat import Failure
from grokgate.values.rollout import Trouble

SAID = 'The model "grok-beta" does not exist — or your team\'s key 503503 may not use it.'
REFUSED = {"code": "Some requested entity was not found", "error": SAID}
NOT_FOUND = Trouble(name="404 model", scenario="no-such-model", status=404, leaves="once")
TIMEOUT = Trouble(name="timeout", fault="timeout", says="(?i)time.?d?.?out")


@pytest.fixture
def failed(call):
    """Makes a call that xAI refused: as what the caller met it."""

    def make(kind="XAIError", message=f"xAI answered 404: {SAID}", status=None, *, answer=REFUSED, answered=404):
        made = call(failure=f"{kind}: x", status=answered, answer=answer)
        return error(replace(made, failure=Failure(kind=kind, message=message, status=status)))

    return make


def broken(statement, *arguments) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments)
    return raised.value


def test_an_error_of_the_providers_own_making(failed):
    failed().is_no_crash()


@pytest.mark.parametrize("kind", ["AttributeError", "JSONDecodeError"])
def test_a_crash(kind, failed):
    assert str(broken(failed(kind, "no").is_no_crash)) == f"the provider fell over what it read: {kind}: no"


@pytest.mark.parametrize("statement", ["is_no_crash", "has_xais_sentence"])
def test_an_answer_is_no_error(statement, call):
    assert str(broken(getattr(error(call()), statement))) == "the caller got an answer where an error was due: Paris."


@pytest.mark.parametrize(
    "told",
    [
        {"message": SAID, "status": 404},
        {"message": f"Error code: 404 - {SAID}"},
        {"kind": "NotFoundError", "message": SAID},
        {"message": f"NOT_FOUND {SAID}"},
    ],
)
def test_status_or_kind_is_told(told, failed):
    failed(**told).tells(NOT_FOUND)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "Incorrect API key provided: xa***06.", "AuthenticationError"),
        (403, "Your newly created teams doesn't have any credits yet.", "InsufficientCredits"),
        (403, "Access denied.", "PermissionError"),
        (410, "Live search is deprecated.", "GoneError"),
        (429, "Your team has used all available credits.", "QuotaExceededError"),
    ],
)
def test_a_kind_may_name_what_xais_sentence_is_about(status, said, kind, failed):
    met = {"answer": {"error": said}, "answered": status, "message": said}
    failed(kind, **met).tells(Trouble(name="it", status=status))
    for other in ("XAIError", "TimeoutError"):
        assert "neither status nor kind" in str(broken(failed(other, **met).tells, Trouble(name="it", status=status)))


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ({"message": SAID}, "the error tells neither status nor kind, where xAI answered 404: XAIError: "),
        ({"message": f"{SAID} (request 14041)"}, "the error tells neither status nor kind, where xAI answered 404: "),
        ({"message": SAID, "status": 500}, "the error tells status 500, where xAI answered 404: "),
        ({"message": f"xAI answered 404: {SAID}", "status": 502}, "the error tells status 502, where xAI answered 404: "),
        ({"kind": "NotFoundError", "message": SAID, "status": 500}, "the error tells status 500, where xAI answered 404: "),
        ({"kind": "RateLimitError", "message": SAID}, "the error tells neither status nor kind, where xAI answered 404: "),
    ],
)
def test_status_and_kind_are_not_told(told, because, failed):
    assert str(broken(failed(**told).tells, NOT_FOUND)).startswith(because)


def test_a_number_in_xais_sentence_tells_no_status(failed):
    unavailable = Trouble(name="503", scenario="capacity", status=503)
    sentence = {"error": "503 of your requests were refused"}
    assert broken(failed(message=sentence["error"], answer=sentence, answered=503).tells, unavailable).expected == 503


def test_a_status_that_no_kind_stands_for_is_told_by_its_number(failed):
    teapot = Trouble(name="418", status=418)
    failed(message=f"418 {SAID}", answered=418).tells(teapot)
    assert broken(failed(message=SAID, answered=418).tells, teapot).expected == 418


def test_what_xai_did_not_answer_cannot_be_told(failed):
    with pytest.raises(Unproven, match="1 requests left for grok-4 and met 404, not 410"):
        failed().tells(Trouble(name="410", scenario="live-search", status=410))


def test_where_nothing_left_nothing_was_answered(call):
    nothing = error(call(exchanges=[], failure="XAIError: xAI answered 404"))
    assert "nothing left for grok-4" in str(broken(nothing.tells, NOT_FOUND))


@pytest.mark.parametrize(("kind", "message"), [("ReadTimeout", ""), ("XAIError", "the request timed out"), ("TimeoutError", "")])
def test_a_kind_without_a_status_is_told(kind, message, call):
    error(call(failure=f"{kind}: {message}", exchanges=[])).tells(TIMEOUT)


def test_a_kind_without_a_status_is_not_told(call):
    unkept = broken(error(call(failure="XAIError: Connection error.", exchanges=[])).tells, TIMEOUT)
    assert str(unkept) == "the error does not tell that it was timeout: XAIError: Connection error."


@pytest.mark.parametrize(
    "message",
    [
        f"xAI answered 404: {SAID}",
        f"Error code: 404 - {REFUSED}",
        f"{REFUSED['code']}\nbody: " + SAID.replace('"', '\\"').replace("—", "\\u2014"),
        SAID.replace(" ", "\n  "),
    ],
    ids=["plain", "repr", "JSON", "wrapped"],
)
def test_xais_sentence_stands_there_however_it_is_quoted(message, failed):
    failed(message=message).has_xais_sentence()


@pytest.mark.parametrize("message", ["xAI answered 404", f"xAI answered 404: {SAID[:-20]}", REFUSED["code"]])
def test_xais_sentence_does_not_stand_there(message, failed):
    unkept = broken(failed(message=message).has_xais_sentence)
    assert str(unkept).startswith('xAI\'s sentence is lost (The model "grok-beta" does not exist')
    assert unkept.expected == SAID


def test_of_plain_text_the_whole_is_the_sentence(call):
    plain = "Failed to deserialize the JSON body"
    made = call(failure=f"XAIError: {plain}", status=422)
    left = made.exchanges[0]
    made = replace(made, exchanges=(replace(left, answer=replace(left.answer, body=plain.encode())),))
    error(made).has_xais_sentence()
    assert "xAI's sentence is lost (Failed" in str(
        broken(error(replace(made, failure=Failure(kind="XAIError", message="422"))).has_xais_sentence)
    )


def test_what_is_no_refusal_of_xais_has_no_sentence(call):
    error(call(failure="XAIError: not JSON", exchanges=[])).has_xais_sentence()
    error(call(failure="XAIError: not JSON", answer="<html>")).has_xais_sentence()


@pytest.mark.parametrize("text", ["BadToolArguments: no JSON", "ValueError: the tool GET_WEATHER got no JSON"])
def test_an_error_speaks_of_a_thing(text, call):
    error(call(failure=text)).speaks_of("get_weather", "argument")


def test_an_error_speaks_of_something_else(call):
    unkept = broken(error(call(failure="ValueError: the answer cannot be used")).speaks_of, "get_weather", "argument")
    assert str(unkept) == "the error speaks of none of get_weather, argument: ValueError: the answer cannot be used"


@pytest.mark.parametrize(("seconds", "told"), [(300, "300 s"), (3600.0, "3600 s"), (None, "for ever")])
def test_a_provider_that_waits(seconds, told):
    waits = patience(seconds)
    waits.lasts(300)
    assert waits.told == told


def test_a_provider_that_does_not_wait():
    unkept = broken(patience(60.0).lasts, 300)
    assert str(unkept) == "the provider waits 60 s for an answer; a thought may take 300 s"


def test_how_long_it_waits_may_not_be_told():
    with pytest.raises(NotRun, match=r"the provider offers no read timeout.*its adapter may offer read_timeout\(\)"):
        patience(Failure(kind="NotOffered", message="the provider offers no read timeout")).lasts(300)
