"""Statements about what a call cost, in tokens and in money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property

from grokgate.judgement.expect.caller import Caller
from grokgate.judgement.expect.tokens import otherwise
from grokgate.judgement.expect.unkept import NOTHING, NotApplicable, NotRun, Unkept
from grokgate.judgement.expect.wire import Wire
from grokgate.upstream.fidelity.counts import Counts, counts_of
from grokgate.upstream.fidelity.reply import Reply, captured
from grokgate.upstream.price import TICKS, dollars, paid_as, ticks_of
from grokgate.values.call import Call
from grokgate.values.chat import Usage
from grokgate.values.evidence import Blame
from grokgate.values.rollout import ModelFacts, Rollout

TELLABLE = ("reasoning_tokens", "cached_tokens")
"""What a provider need not tell; where it tells it, it is xAI's figure."""


@dataclass(frozen=True)
class Item:
    """An answer that xAI counted: its tokens, the model that was asked for and the one that answered, its own price in ticks."""

    counts: Counts
    asked: str
    served: str
    stated: int | None
    provenance: str

    def priced_as(self, rollout: Rollout) -> str:
        """The model that is paid, which has a price."""
        name = paid_as(self.asked, self.served, rollout.prices, rollout.models.values())
        if name not in rollout.prices:
            raise NotRun(f"the rollout names no price of {name}, which answered")
        return name

    def ticks(self, rollout: Rollout) -> int:
        """What it costs by the rollout's prices."""
        return ticks_of(self.counts, rollout.prices[self.priced_as(rollout)])

    def __str__(self) -> str:
        cached = f" ({self.counts.cached:,} cached)" if self.counts.cached else ""
        thought = f" + {self.counts.thought:,} of reasoning" if self.counts.thought else ""
        return f"{self.counts.prompt:,}{cached} + {self.counts.output:,}{thought} tokens"


class Bill:
    """What xAI counted for a call. A provider that asks twice is billed twice, so that all its answers count."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._caller = Caller(call)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The answers that were counted, at least one."""
        if not (items := tuple(_items(self._call))):
            told = self._caller.result  # where the call failed, that is the reason
            if (told.usage and any(asdict(told.usage).values())) or told.cost:
                because = "the caller is told usage or a price where xAI's answer tells none, so that it is made up"
                raise Unkept(because, expected=NOTHING, saw=asdict(told.usage) if told.usage else told.cost, at="usage")
            Wire(self._call).requests  # noqa: B018  where nothing left, that is the reason
            raise NotApplicable("xAI's answer tells no usage: for a stream it is asked for, and this provider does not ask")
        return items

    @property
    def usage(self) -> Usage:
        """The tokens that xAI counted, with the reasoning beside the completion."""
        counts = [item.counts for item in self.items]
        return Usage(
            prompt_tokens=sum(one.prompt for one in counts),
            completion_tokens=sum(one.spoken for one in counts),
            reasoning_tokens=sum(one.reasoning for one in counts),
            total_tokens=sum(one.total for one in counts),
            cached_tokens=sum(one.cached for one in counts),
        )

    def share(self, model: ModelFacts) -> str:
        """For people: the tokens, and how much of the model's window the largest prompt takes."""
        share = max(item.counts.prompt for item in self.items) / model.window
        return f"{model.id}: {' and '.join(map(str, self.items))}, {100 * share:.2f} % of {model.window:,}"

    def is_told(self) -> None:
        """The usage that the caller is told is xAI's, told in either way; what it need not tell may be missing."""
        answered, told = self.usage, self._caller.result.usage
        if told is None:
            self._call.tells.needs("usage")
            because = f"the caller is told no usage where xAI's answer says {' and '.join(map(str, self.items))}"
            raise Unkept(because, expected=asdict(answered), saw=None, at="usage")
        for found in otherwise(told, answered, self._call.tells.reasoning):
            if found.told is not None or found.field not in TELLABLE:
                raise Unkept(f"the caller is told {found}", expected=asdict(answered), saw=asdict(told), at="usage")

    def reckoned(self, rollout: Rollout) -> int:
        """The cost in ticks, from the usage in xAI's answers."""
        return sum(item.ticks(rollout) for item in self.items)

    def price(self, rollout: Rollout) -> str:
        """For people: the tokens of each answer, and what they cost."""
        return f"{' and '.join(f'{item.priced_as(rollout)}: {item}' for item in self.items)}, {dollars(self.reckoned(rollout))}"

    def adds_up(self, rollout: Rollout) -> None:
        """To the tick: xAI's own price where its answer names one, and the provider's where it reports one."""
        for item in self.items:
            _is_charged(item, item.ticks(rollout), item.priced_as(rollout))
        reckoned, told = self.reckoned(rollout), self._caller.result.cost
        if told is None and all(item.stated is None for item in self.items):
            because = f"neither xAI's answer nor the provider names a price; it is {dollars(reckoned)} by the list"
            raise NotApplicable(because)
        if told is not None and not abs(told * TICKS - reckoned) <= 0.5:
            usage = " and ".join(f"{item} of {item.priced_as(rollout)}" for item in self.items)
            because = f"the provider says that the call cost {_said(told)}; {usage} cost {dollars(reckoned)}"
            raise Unkept(because, expected=reckoned / TICKS, saw=told, at="cost")


def _said(told: float) -> str:
    """A provider's figure; what is no price at all, as it is."""
    return dollars(round(told * TICKS)) if 0 <= told < float("inf") else f"${told}"


def _items(call: Call) -> Iterator[Item]:
    for exchange in call.exchanges:
        if exchange.answer is None or exchange.stray:
            continue
        reply = Reply(captured(exchange.request, exchange.answer))
        if counts := counts_of(reply):
            stated = reply.usage.get("cost_in_usd_ticks")
            yield Item(counts, exchange.request.field("model"), reply.served, stated, exchange.answer.provenance)
        elif reply.usage:
            raise NotRun("xAI's answer counts its tokens in a way that is not known here", blame=Blame.CASSETTES)


def _is_charged(item: Item, ticks: int, name: str) -> None:
    """xAI's own price is that of the list."""
    if item.stated not in (None, ticks):
        because = f"xAI's answer says {item.stated:,} ticks; {item} are {ticks:,} at the prices of {name}"
        blame = Blame.XAI if item.provenance in ("recorded", "live") else Blame.CASSETTES
        raise Unkept(because, expected=ticks, saw=item.stated, at="cost_in_usd_ticks", blame=blame)
