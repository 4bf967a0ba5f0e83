"""What many live calls show: of one build, or of the build before and the build now, one after the other in pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from grokgate.judgement.expect.unkept import NotRun, Unkept, Unproven
from grokgate.judgement.statistics.looks import Looks
from grokgate.judgement.statistics.rate import Rate
from grokgate.judgement.statistics.rule import Ruled, below_so_far, no_increase, no_slower, no_worse
from grokgate.judgement.trial import Outcome, outcome_of
from grokgate.providers.subject import Subject
from grokgate.values.call import Call
from grokgate.values.evidence import Blame, Status
from grokgate.values.question import Question

Ask = Callable[[Subject, int], Call]
"""One trial of a build; trials are numbered from 0."""
PATIENCE = 10
"""Hindered trials in a row after which no more are asked."""
TOLD = 50
"""Trials after which it is told how far they are."""
FEWEST_RIGHT = 0.5
"""Share of the answers of before that must be right, since of wrong ones nothing can be lost."""


class Trials:
    """Calls of ``now`` that are counted, beside calls of ``before`` where there is such a build; see ``judgement.trial``.

    What the rule says of them ends the test: nothing, ``Unkept`` or ``Unproven``; where none was answered, ``NotRun``.
    """

    def __init__(self, now: Subject, ask: Ask, *, before: Subject | None = None, ask_before: Ask | None = None) -> None:
        self._asks = [(now.counted, ask), *([(before.counted, ask_before or ask)] if before else [])]
        self._subject, self._made = now, list[tuple[Call, ...]]()
        self._hindered: list[Call] = []
        self._call: Call | None = None
        self._ended = ""

    def fail_below(self, limit: float, *, most: int) -> None:
        """The error rate is below the limit; no more calls are asked than it takes to tell, nor more than ``most``."""
        looks, failed = Looks(limit=limit), 0
        ruled: Ruled = Status.UNPROVEN, "no call"
        for number, (call,) in enumerate(self._asked(most), start=1):
            failed += _failed(call)
            ruled = below_so_far(Rate(failed=failed, calls=number), looks)
            if ruled[0] is not Status.UNPROVEN:
                break
        self._decide(ruled, expected=f"fewer than {100 * limit:.3g} of 100 calls fail", at="error")

    def fail_no_more(self, margin: float, *, pairs: int) -> None:
        """Calls fail no more often than before; an increase by the margin would show."""
        made = list(self._asked(pairs))
        now, before = (Rate(failed=sum(map(_failed, side)), calls=len(made)) for side in _sides(made))
        self._decide(no_increase(now, before, margin), expected="no more failed calls than before", at="error")

    def take_no_longer(self, factor: float, *, pairs: int) -> None:
        """The calls that were answered take no more than ``factor`` times as long as before, in the middle."""
        made = list(self._asked(pairs))
        now, before = ([call.seconds for call in side if not _failed(call)] for side in _sides(made))
        self._decide(no_slower(now, before, factor), expected=f"at most {factor:g} times as long as before", at="seconds")

    def answer_no_worse(self, questions: Sequence[Question], margin: float, *, rounds: int) -> None:
        """No more than the margin of right answers is lost. ``ask`` must ask the question of its number, round by round."""
        made = list(self._asked(rounds * len(questions)))
        asked = [_question(questions, now) for now, _ in made]
        now, before = ([_right(question, call) for question, call in zip(asked, side, strict=True)] for side in _sides(made))
        lost, won = _alone(before, now), _alone(now, before)
        ruled = no_worse(len(lost), len(won), len(made), margin)
        if ruled[0] is Status.PASSED and sum(before) < FEWEST_RIGHT * len(before):
            ruled = Status.UNPROVEN, f"before, {sum(before)} of {len(before)} answers are right: too few to lose any"
        self._call = made[lost[0]][0] if lost else None
        self._subject.note(f"right now {sum(now)} of {len(now)}, and before {sum(before)} of {len(before)}")
        self._decide(ruled, expected=f"at most {100 * margin:.3g} points fewer right answers than before", at="text")

    def _asked(self, most: int) -> Iterator[tuple[Call, ...]]:
        """The trials that nothing hindered, as they are made; which build is asked first changes from trial to trial."""
        in_a_row = 0
        for number in range(most):
            turned = number // 2 % 2 == 1  # every two pairs, so that what is asked in turn is first as often as last
            calls = [ask(subject, number) for subject, ask in (self._asks[::-1] if turned else self._asks)]
            calls = calls[::-1] if turned else calls
            hindered = [call for call in calls if outcome_of(call) is Outcome.HINDERED]
            self._hindered += hindered
            in_a_row = in_a_row + 1 if hindered else 0
            if not hindered:
                self._call = next((call for call in calls[:1] if _failed(call)), self._call)
                self._made.append(tuple(calls))
                yield tuple(calls)
            if any(_blamed(call) is not Blame.XAI for call in hindered) or in_a_row == PATIENCE:
                self._ended = _why(hindered[-1])
                return
            if (number + 1) % TOLD == 0 and number + 1 < most:
                self._subject.say(f"{number + 1:,} of at most {most:,} trials made")

    def _decide(self, ruled: Ruled, *, expected: str, at: str) -> None:
        """End the test as the rule says, with what was counted beside it."""
        status, because = ruled
        if self._hindered:
            kinds = ", ".join(dict.fromkeys(map(_why, islice(self._hindered, 3))))
            self._subject.note(f"{len(self._hindered)} calls are not counted: {kinds}")
        blame = _blamed(self._hindered[-1]) if self._ended else Blame.CONFIGURATION
        if not self._made:
            raise NotRun(f"no trial was answered: {self._ended or 'all were hindered'}", blame=blame)
        if status is Status.FAILED:
            raise Unkept(because, expected=expected, saw=because.partition(";")[0], at=at)
        if status is Status.UNPROVEN:
            ended = f"; it ended since {self._ended}" if self._ended else ""
            raise Unproven(because + ended, blame=blame)
        self._subject.show(because)


def _failed(call: Call) -> bool:
    return outcome_of(call) is Outcome.FAILED


def _blamed(call: Call) -> Blame:
    """Who must act on what hindered a call."""
    return call.hindrance[1] if call.hindrance else Blame.HARNESS


def _why(call: Call) -> str:
    return call.hindrance[0] if call.hindrance else ""


def _sides(made: Sequence[tuple[Call, ...]]) -> tuple[list[Call], list[Call]]:
    """The calls now, and those before."""
    return [now for now, _ in made], [before for _, before in made]


def _question(questions: Sequence[Question], call: Call) -> Question:
    """The question that a call asks."""
    said = call.asked.messages[-1].content or ""
    return next(question for question in questions if question.text == said)


def _right(question: Question, call: Call) -> bool:
    return call.result is not None and question.graded(call.result.text or "")


def _alone(these: Sequence[bool], others: Sequence[bool]) -> list[int]:
    """The places at which one side is right alone."""
    return [place for place, (this, other) in enumerate(zip(these, others, strict=True)) if this and not other]
