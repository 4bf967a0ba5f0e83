"""What a statement rests on: where a plain call by the same name and mode fails already, the case is not decided."""

from types import SimpleNamespace

import pytest

from grokgate.judgement.expect import NotRun, Unkept, Unproven, answering, gets_xais_text, leaving
from grokgate.values.evidence import Blame

CRASHED = "TypeError: an unexpected keyword argument 'stream'"


@pytest.fixture
def provider(rollout):
    """Makes a provider that gives this call to whatever is asked, and counts."""

    def make(plain):
        asked = []

        def chat(name, mode="chat"):
            asked.append((name, mode))
            return plain[mode]

        made = SimpleNamespace(rollout=rollout, chat=chat, asked=asked, by=None, plain_mode="chat")
        made.anew = made
        return made

    return make


def failing(basics, provider, name, model, mode, error=None):
    with basics(provider, name, model, mode):
        raise error or Unkept("temperature never left")


@pytest.mark.parametrize("basics", [leaving, answering])
def test_a_statement_that_holds_asks_nothing_more(basics, provider, rollout):
    silent = provider({})
    with basics(silent, rollout.model, rollout.target, "stream"):
        pass
    assert silent.asked == []


@pytest.mark.parametrize("basics", [leaving, answering])
def test_where_plain_calls_are_right_the_statement_is_unkept(basics, provider, rollout, call):
    with pytest.raises(Unkept, match="temperature never left"):
        failing(basics, provider({"chat": call(), "stream": call()}), rollout.model, rollout.target, "stream")


@pytest.mark.parametrize("by", [None, "stream"])
@pytest.mark.parametrize("basics", [leaving, answering])
def test_without_a_mode_it_rests_on_the_one_by_which_the_case_is_asked(basics, by, provider, rollout, call):
    asked = provider({"chat": call(), "stream": call()})
    asked.by = by
    with pytest.raises(Unkept, match="temperature never left"):
        failing(basics, asked, rollout.model, rollout.target, None)
    assert asked.asked[-1] == (rollout.model, by or "chat")


@pytest.mark.parametrize(
    ("name", "role", "row"),
    [
        ("grok-4", "target", "P1.4"),
        ("grok4", "target", "P1.5"),
        ("grok", "target", "P2.1"),
        ("grok", "old", "P1.2"),
        ("grok-3", "old", "P1.1"),
    ],
)
@pytest.mark.parametrize("basics", [leaving, answering])
def test_it_rests_on_the_name(basics, name, role, row, provider, rollout, call):
    unknown = provider({"chat": call(model=name, exchanges=[], failure="ValueError: unknown model")})
    with pytest.raises(NotRun, match=rf"^{row} fails: nothing left for {name}") as raised:
        failing(basics, unknown, name, getattr(rollout, role), "chat")
    assert raised.value.blame is Blame.PROVIDER


@pytest.mark.parametrize(("mode", "row"), [("stream", "POST-6.1"), ("astream", "POST-6.1"), ("achat", "POST-1.2")])
def test_what_leaves_rests_on_a_mode_in_which_something_leaves(mode, row, provider, rollout, call):
    crashes = provider({"chat": call(), mode: call(exchanges=[], failure=CRASHED)})
    with pytest.raises(NotRun, match=f"^{row} fails: nothing left"):
        failing(leaving, crashes, rollout.model, rollout.target, mode)


def test_what_is_unproven_rests_on_the_mode_too(provider, rollout, call):
    crashes = provider({"chat": call(), "achat": call(exchanges=[], failure=CRASHED)})
    with pytest.raises(NotRun, match=r"^POST-1\.2 fails"):
        failing(answering, crashes, rollout.model, rollout.target, "achat", Unproven("xAI's answer was not cut"))


def test_what_left_is_judged_though_the_caller_got_nothing(provider, rollout, call):
    crashed_late = provider({"chat": call(), "stream": call(failure="KeyError: content")})
    with pytest.raises(Unkept):
        failing(leaving, crashed_late, rollout.model, rollout.target, "stream")
    with pytest.raises(NotRun, match=r"^POST-6\.1 fails: the caller of a plain question by chat got KeyError: content"):
        failing(answering, crashed_late, rollout.model, rollout.target, "stream")


@pytest.mark.parametrize("text", ["", None, "Par is."])
def test_a_text_that_is_not_xais(text, call):
    with pytest.raises(Unkept, match="xAI answered Paris"):
        gets_xais_text(call(text=text))


def test_a_text_that_is(call):
    gets_xais_text(call())
