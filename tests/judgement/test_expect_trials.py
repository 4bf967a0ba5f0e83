"""Many calls are counted: what was hindered is no part of a rate, and what too few show is said to be unproven."""

from dataclasses import dataclass, field, replace

import pytest

from grokgate.judgement.expect import NotRun, Unkept, Unproven, trials
from grokgate.judgement.expect.trials import PATIENCE, TOLD
from grokgate.judgement.expect.unkept import called
from grokgate.judgement.trial import Outcome, outcome_of
from grokgate.values.call import Call
from grokgate.values.chat import ChatRequest, ChatResult, Failure, Message
from grokgate.values.evidence import Blame
from grokgate.values.question import Question

BUSY, UNPAID = ("xAI answered 503", Blame.XAI), ("the request may cost more than is left", Blame.CONFIGURATION)
ANSWERED, LOST = ChatResult(text="Paris."), Failure(kind="LostAnswer", message="lost")
SUMS = [Question(name=str(number), text=f"{number} + 1?", answer=number + 1) for number in range(20)]


def made(outcome=ANSWERED, *, hindrance=None, seconds=0.01, said="Hello."):
    kind = {"failure": outcome} if isinstance(outcome, Failure) else {"result": outcome}
    asked = ChatRequest(model="grok-4", messages=(Message(role="user", content=said),))
    return Call(asked=asked, mode="chat", environment={}, exchanges=(), seconds=seconds, hindrance=hindrance, **kind)


BUSY_CALL, UNPAID_CALL = made(LOST, hindrance=BUSY), made(LOST, hindrance=UNPAID)


@dataclass
class Provider:
    """A provider whose calls are given by their number."""

    calls: object
    shown: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    said: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    name: str = "now"
    counted = property(lambda self: self)

    def call(self, number):
        self.asked.append((self.name, number))
        return self.calls(number)

    def show(self, text):
        self.shown.append(text)

    def note(self, text):
        self.notes.append(text)

    def say(self, text):
        self.said.append(text)


def ask(provider, number):
    return provider.call(number)


def always(call):
    return lambda _: call


def every(share, call=None):
    return lambda number: call or made(LOST) if number % share == 0 else made()


def paired(now, before):
    new, old = Provider(now), Provider(before, name="before")
    new.asked = old.asked
    return new, trials(new, ask, before=old, ask_before=ask)


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (made(), Outcome.KEPT),
        (made(LOST), Outcome.FAILED),
        (made(ChatResult(text="")), Outcome.FAILED),
        (made(ChatResult(text=None)), Outcome.FAILED),
        (BUSY_CALL, Outcome.HINDERED),
        (made(hindrance=BUSY), Outcome.HINDERED),
    ],
)
def test_a_call_is_kept_failed_or_hindered(call, outcome):
    assert outcome_of(call) is outcome


def test_no_more_calls_are_asked_than_it_takes_to_show_a_rate():
    provider = Provider(always(made()))
    trials(provider, ask).fail_below(0.01, most=2000)
    assert len(provider.asked) == 449
    assert provider.shown == ["0 of 449 calls failed: 0 % (0 to 0.818 % at 95 %); that is below 1 %, whenever one looks"]


def test_a_rate_above_is_unkept_as_soon_as_it_shows_and_a_failed_call_shows_it():
    provider = Provider(every(20))
    with pytest.raises(Unkept, match=r"that is above 1 %") as unkept:
        trials(provider, ask).fail_below(0.01, most=2000)
    assert len(provider.asked) < 449
    assert called(unkept.value).failure == LOST


def test_the_most_calls_may_show_too_little():
    provider = Provider(always(made()))
    with pytest.raises(Unproven, match="149 more without a failure would show it below 1 %"):
        trials(provider, ask).fail_below(0.01, most=300)
    assert len(provider.asked) == 300


def test_how_far_it_is_is_told_on_the_way():
    provider = Provider(always(made()))
    trials(provider, ask).fail_below(0.01, most=2000)
    assert provider.said == [f"{number} of at most 2,000 trials made" for number in range(TOLD, 449, TOLD)]


def test_what_is_hindered_is_not_counted_and_told():
    provider = Provider(every(3, BUSY_CALL))
    trials(provider, ask).fail_below(0.01, most=2000)
    assert provider.shown[0].startswith("0 of 449 calls failed")
    assert provider.notes == ["225 calls are not counted: xAI answered 503"]


def test_a_budget_that_ends_it_leaves_what_was_shown_by_then():
    provider = Provider(lambda number: made() if number < 100 else UNPAID_CALL)
    with pytest.raises(Unproven, match="it ended since the request may cost more than is left") as unproven:
        trials(provider, ask).fail_below(0.01, most=2000)
    assert len(provider.asked) == 101
    assert unproven.value.because.startswith("0 of 100 calls failed")
    assert unproven.value.blame is Blame.CONFIGURATION


def test_a_price_that_was_reckoned_wrong_ends_it_at_once_and_is_blamed_on_whom_it_is():
    wrong = made(LOST, hindrance=("an answer cost more than was reckoned", Blame.HARNESS))
    provider = Provider(lambda number: made() if number < 5 else wrong)
    with pytest.raises(Unproven) as unproven:
        trials(provider, ask).fail_below(0.01, most=2000)
    assert (len(provider.asked), unproven.value.blame) == (6, Blame.HARNESS)


def test_an_xai_that_stays_busy_is_not_asked_for_ever():
    provider = Provider(lambda number: made() if number < 5 else BUSY_CALL)
    with pytest.raises(Unproven) as unproven:
        trials(provider, ask).fail_below(0.01, most=2000)
    assert (len(provider.asked), unproven.value.blame) == (5 + PATIENCE, Blame.XAI)


@pytest.mark.parametrize(("call", "blame"), [(BUSY_CALL, Blame.XAI), (UNPAID_CALL, Blame.CONFIGURATION)])
def test_where_nothing_was_answered_nothing_is_run(call, blame):
    with pytest.raises(NotRun, match="no trial was answered") as not_run:
        trials(Provider(always(call)), ask).fail_below(0.01, most=2000)
    assert not isinstance(not_run.value, Unproven)
    assert not_run.value.blame is blame


def test_which_build_is_asked_first_changes_from_pair_to_pair():
    now, pairs = paired(always(made()), always(made()))
    pairs.fail_no_more(0.1, pairs=60)
    assert now.asked[:4] == [("now", 0), ("before", 0), ("now", 1), ("before", 1)]
    assert now.asked[4:8] == [("before", 2), ("now", 2), ("before", 3), ("now", 3)]
    assert len(now.asked) == 120


def test_a_pair_of_which_one_is_hindered_counts_on_neither_side():
    now, pairs = paired(every(2, BUSY_CALL), always(made()))
    pairs.fail_no_more(0.1, pairs=120)
    assert "now 0 of 60 calls failed" in now.shown[0]
    assert "before 0 of 60 calls failed" in now.shown[0]


def test_more_failures_than_before_are_unkept_and_as_many_are_not():
    with pytest.raises(Unkept, match=r"now 20 of 60 calls failed.*before 0 of 60 calls failed"):
        paired(every(3), always(made()))[1].fail_no_more(0.1, pairs=60)
    now, pairs = paired(every(20), every(20))
    pairs.fail_no_more(0.3, pairs=60)
    assert now.shown


def test_too_few_pairs_show_no_increase_and_no_absence_of_one():
    with pytest.raises(Unproven, match="too few to rule out an increase by 10 %"):
        paired(always(made()), always(made()))[1].fail_no_more(0.1, pairs=10)


def test_calls_take_no_longer_than_the_factor():
    now, pairs = paired(always(made(seconds=3.0)), always(made(seconds=1.0)))
    pairs.take_no_longer(5.0, pairs=30)
    assert "3 to 3 times as long (30 and 30 calls)" in now.shown[0]
    with pytest.raises(Unkept, match="at most 2 times is allowed"):
        paired(always(made(seconds=3.0)), always(made(seconds=1.0)))[1].take_no_longer(2.0, pairs=30)


def test_what_failed_at_once_is_not_fast():
    slow = made(seconds=3.0)
    mixed = every(2, made(LOST, seconds=0.0))
    with pytest.raises(Unkept, match=r"30 and 60 calls"):
        paired(lambda number: slow if number % 2 else mixed(number), always(made(seconds=1.0)))[1].take_no_longer(2.0, pairs=60)


def answering(right):
    """Answers the sums, those of which ``right`` says so rightly."""

    def call(number):
        question = SUMS[number % len(SUMS)]
        said = str(question.answer) if right(number) else "7000"
        return made(ChatResult(text=said), said=question.text)

    return call


def test_answers_are_no_worse_where_few_are_lost():
    now, pairs = paired(answering(lambda number: number != 3), answering(lambda _: True))
    pairs.answer_no_worse(SUMS, 0.1, rounds=3)
    assert now.shown[0].startswith("of 60 answers in pairs 1 were right before alone and 0 now alone")
    assert now.notes == ["right now 59 of 60, and before 60 of 60"]


def test_answers_that_are_lost_are_unkept_and_one_of_them_shows_it():
    now, pairs = paired(answering(lambda number: number % 2), answering(lambda _: True))
    with pytest.raises(Unkept, match="30 were right before alone") as unkept:
        pairs.answer_no_worse(SUMS, 0.1, rounds=3)
    assert called(unkept.value).result.text == "7000"
    assert now.shown == []


def test_a_loss_that_shows_is_told_however_many_were_wrong_before():
    with pytest.raises(Unkept, match="21 were right before alone"):
        paired(answering(lambda _: False), answering(lambda number: number % 20 < 7))[1].answer_no_worse(SUMS, 0.1, rounds=3)


def test_of_answers_that_were_wrong_before_none_can_be_lost():
    with pytest.raises(Unproven, match="before, 20 of 60 answers are right: too few to lose any"):
        paired(answering(lambda _: True), answering(lambda number: number % 3 == 0))[1].answer_no_worse(SUMS, 0.1, rounds=3)


def test_a_failed_call_is_no_right_answer():
    right = answering(lambda _: True)
    lost = replace(right(0), result=None, failure=LOST)
    with pytest.raises(Unkept):
        paired(lambda number: replace(lost, asked=right(number).asked), right)[1].answer_no_worse(SUMS, 0.1, rounds=3)
