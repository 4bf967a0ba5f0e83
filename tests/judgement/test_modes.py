"""A mode that does not work at all turns the row red that judges it, and no row whose sentence does not speak of it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from grokgate.judgement.expect import NotRun, Unkept, caller, stream, wire
from grokgate.judgement.modes import JUDGED_BY, rested
from grokgate.values.chat import MODES, Failure

CRASH = "TypeError: object is no iterator"


@pytest.fixture
def by(call):
    """A call by a mode."""
    return lambda mode, *body, **more: replace(call(*body, **more), mode=mode)


@pytest.fixture
def where(by):
    """A provider of which a plain question by each further mode meets this."""

    def make(plain_mode="chat", **met):
        def chat(_model, *, mode):
            return by(mode, **met)

        about = {"rollout": SimpleNamespace(model="grok-4"), "transcript": SimpleNamespace(calls=[])}
        made = SimpleNamespace(plain_mode=plain_mode, chat=chat, **about)
        made.anew = made
        return made

    return make


def ended(statement, *arguments) -> Unkept:
    with pytest.raises(Unkept) as raised:
        statement(*arguments)
    return raised.value


@pytest.mark.parametrize("mode", MODES[1:])
def test_where_a_mode_does_not_work_at_all_a_case_rests_on_the_row_that_judges_it(mode, by, where):
    crashed = ended(caller(by(mode, failure=CRASH)).gets_text)
    error = rested(crashed, "POST-3.2", where(failure=CRASH))
    assert isinstance(error, NotRun)
    assert error.because.startswith(f"{JUDGED_BY[mode]} fails: a plain question by {mode} gets {CRASH}, so what else")
    assert error.blame == "provider"


def test_a_case_rests_where_an_answer_comes_without_its_text(by, where):
    silent = ended(caller(by("stream", text="")).gets_text)
    assert "gets nothing as text" in str(rested(silent, "POST-4.1", where(text="")))
    assert "gets Rome. as text" in str(rested(silent, "POST-4.1", where(text="Rome.")))


def test_a_call_that_crashed_before_anything_left_rests_too(by, where):
    unsent = ended(wire(by("stream", exchanges=[], failure=CRASH)).carries, "seed", 7)
    assert isinstance(rested(unsent, "POST-2.7", where(failure=CRASH)), NotRun)


FAILS = {
    "the mode works": lambda by, where: (ended(caller(by("stream", failure=CRASH)).gets_text), "POST-4.1", where()),
    "what left is wrong": lambda by, where: (
        ended(wire(by("stream", {"stop": "END"}, failure=CRASH)).without, "stop"),
        "POST-2.4",
        where(failure=CRASH),
    ),
    "it is plain": lambda by, where: (ended(caller(by("chat", failure=CRASH)).gets_text), "POST-1.2", where(failure=CRASH)),
    "there is no other mode": lambda by, where: (
        ended(caller(by("achat", failure=CRASH)).gets_text),
        "POST-4.1",
        where("achat", failure=CRASH),
    ),
    "the row judges the mode": lambda by, where: (
        ended(caller(by("achat", failure=CRASH)).gets_text),
        "POST-1.2",
        where(failure=CRASH),
    ),
    "it speaks of streams": lambda by, where: (
        ended(stream(by("stream", failure=CRASH)).is_same_as, by("chat"), "text"),
        "POST-6.2",
        where(failure=CRASH),
    ),
    "it is about no call": lambda _, where: (Unkept("no window"), "POST-3.1", where(failure=CRASH)),
}


def test_a_case_in_which_the_provider_died_by_a_mode_rests_though_nothing_was_missed(by, where):
    died = replace(by("stream", failure=CRASH), failure=Failure(kind="ProviderDied", message="exit 1", end="exit"))
    provider = where(failure=CRASH)
    provider.transcript.calls.append(died)
    assert isinstance(rested(None, "POST-1.3", provider), NotRun)
    assert rested(None, "POST-1.3", where()) is None


@pytest.mark.parametrize("case", FAILS.values(), ids=FAILS)
def test_any_other_case_ends_as_it_ended(case, by, where):
    error, row, provider = case(by, where)
    assert rested(error, row, provider) is error
