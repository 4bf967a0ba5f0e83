"""A call of a soak as its worker tells it: what it amounts to, what it cost, and what the plan's monitoring counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grokgate.judgement.expect.unkept import Unkept
from grokgate.judgement.expect.wire import Wire
from grokgate.judgement.trial import Outcome, outcome_of
from grokgate.upstream.fidelity.counts import counts_of
from grokgate.upstream.fidelity.reply import Reply, captured
from grokgate.values.call import Call
from grokgate.values.evidence import Blame
from grokgate.values.line import one_line
from grokgate.values.rollout import ModelFacts
from grokgate.values.wire import Exchange

TOO_MANY = 429
LOST = "lost"
"""In the place of a status where no answer came."""
SERVED = ("200",)
"""The last status of a call that another model answered."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What is told of a call that ended.

    ``ticks`` is what it cost. ``statuses`` are those of its requests in order, ``lost`` where no answer came. Tokens are those of
    all its answers; ``completion`` is what is shown. ``converted`` tells whether the output limit left as the model takes it, and
    is ``None`` where nothing left. ``because`` says what failed or hindered it, ``blame`` who must act on what
    hindered it. ``wait`` is how many seconds xAI asks to wait, 0 where it does not say how many, ``None`` where it did not ask.
    ``observation`` is the whole call, of a few alone.
    """

    number: int
    outcome: Outcome
    ticks: int
    seconds: float
    asked: str
    served: str
    statuses: tuple[str, ...]
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    reasoning: int = 0
    converted: bool | None = None
    because: str = ""
    blame: Blame | None = None
    wait: float | None = None
    egress: tuple[Mapping[str, Any], ...] = ()
    observation: Mapping[str, Any] | None = None

    @property
    def is_hopeless(self) -> bool:
        """Whether the next call would be hindered alike: nothing is paid, xAI denies the key, or another model answers."""
        return self.outcome is Outcome.HINDERED and (self.blame is not Blame.XAI or self.statuses[-1:] == SERVED)

    def to_json(self) -> dict[str, Any]:
        lists = {"statuses": list(self.statuses), "egress": list(self.egress)}
        return asdict(self) | lists | {"outcome": self.outcome.value, "blame": self.blame.value if self.blame else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finished:
        lists = {"statuses": tuple(data["statuses"]), "egress": tuple(data["egress"])}
        blame = Blame(data["blame"]) if data["blame"] else None
        return cls(**{**data, **lists, "outcome": Outcome(data["outcome"]), "blame": blame})


def finished(number: int, call: Call, *, ticks: int, target: ModelFacts, whole: bool) -> Finished:
    """What is told of a call; ``target`` is the model that is rolled out. The ``whole`` call is told where that is asked for."""
    answered = [exchange for exchange in call.exchanges if exchange.request.method == "POST"]
    replies = [Reply(captured(exchange.request, exchange.answer)) for exchange in answered if exchange.answer]
    counted = [counts for reply in replies if (counts := counts_of(reply))]
    failure = one_line(f"{call.failure.kind}: {call.failure.message}") if call.failure else ""
    statuses = tuple(str(exchange.answer.status) if exchange.answer else LOST for exchange in answered)
    outcome, hindrance = outcome_of(call), call.hindrance
    return Finished(
        number=number,
        outcome=outcome,
        ticks=ticks,
        seconds=round(call.seconds, 4),
        asked=next((str(request.field("model")) for request in call.left), ""),
        served=next((reply.served for reply in reversed(replies) if reply.served), ""),
        statuses=statuses,
        prompt=sum(counts.prompt for counts in counted),
        cached=sum(counts.cached for counts in counted),
        completion=sum(counts.output - (counts.reasoning if counts.includes else 0) for counts in counted),
        reasoning=sum(counts.reasoning for counts in counted),
        converted=_converted(call, target),
        because=hindrance[0] if hindrance else failure or ("" if outcome is Outcome.KEPT else "an answer without text"),
        blame=hindrance[1] if hindrance else None,
        wait=next((_wait(exchange) for exchange in reversed(answered) if _is_told_to_wait(exchange)), None),
        egress=tuple(asdict(attempt) for attempt in call.egress),
        observation=call.to_json() if whole else None,
    )


def _converted(call: Call, target: ModelFacts) -> bool | None:
    """Whether the output limit left in the field of the model, and in no other."""
    if not call.left:
        return None
    try:
        Wire(call).limits(target.limit_field, call.asked.limit)
    except Unkept:
        return False
    return True


def _is_told_to_wait(exchange: Exchange) -> bool:
    return exchange.answer is not None and exchange.answer.status == TOO_MANY


def _wait(exchange: Exchange) -> float:
    """The seconds of a Retry-After; a day and hour in its place is as good as none."""
    assert exchange.answer is not None
    said = exchange.answer.headers.get("retry-after", "")
    return float(said) if said.isdigit() else 0.0
