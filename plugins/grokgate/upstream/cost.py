"""What a request can cost at most, before it is sent; and what it did cost, by its answer.

Money is whole ticks of 1e-10 dollars, the unit of xAI's own ``cost_in_usd_ticks``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from grokgate.upstream.fidelity.counts import counts_of
from grokgate.upstream.fidelity.reply import DONE, Reply, captured, objects
from grokgate.upstream.price import TICKS, paid_as, ticks_of
from grokgate.upstream.spelling.endpoints import SPELLINGS, endpoint_of, spelling_of
from grokgate.upstream.spelling.responses import RESPONSES
from grokgate.values.rollout import ModelFacts
from grokgate.values.wire import Answer, WireRequest
from grokgate.values.world import Price

HIDDEN = 2048
"""Tokens that xAI puts before a prompt, at most. "Hello world!" is 687 tokens on grok-4-0709, 9 on grok-3. In 882 public
recordings without xAI's own tools a prompt has at most 847 tokens more than its request has bytes."""
UNLIMITED = 4096
"""Tokens that are shown where a request states no limit. xAI lists no limit of its own (docs.x.ai models pages)."""
THOUGHT = 2048
"""Tokens of reasoning and of function calls. No limit holds for them: max_completion_tokens "only applies to visible output
tokens" (docs.x.ai, OpenAPI); what xAI says of max_tokens and max_output_tokens contradicts itself. The most in 888 public
recordings of all models are 1,153, of grok-4-0709 603, so this is what was seen, with room, and no promise of xAI's. A model
that does not reason has none of it where no function is offered."""
IMAGE = 1792
"""Tokens of an image, at most: seven tiles of 256 (docs.x.ai image understanding guide)."""
VIOLATION = TICKS // 20
"""What xAI takes for a request to the responses endpoint that it refuses by its usage guidelines (docs.x.ai pricing)."""

_FREE = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
_IMAGES = frozenset({"image_url", "input_image"})
_ELSEWHERE = frozenset({"previous_response_id", "conversation", "file_id", "file_ids", "file_url", "search_parameters"})
"""Keys that bring tokens into a prompt that are not in the request."""
_ENDS = ("response.completed", "response.incomplete", "response.failed")
_EDGE = frozenset({502, 504, *range(520, 530)})
"""Statuses of Cloudflare, behind which xAI may have answered after all."""
_VIOLATES = re.compile(r"usage.guideline", re.IGNORECASE)


class Unbounded(Exception):
    """Nobody can say what a request costs at most; one sentence says why. It must not be sent."""


def ceiling(
    request: WireRequest,
    prices: Mapping[str, Price],
    models: Collection[ModelFacts] = (),
    *,
    unlimited: int = UNLIMITED,
    thought: int = THOUGHT,
) -> int:
    """The most that a request can cost, in ticks. Raises ``Unbounded``.

    A token has a byte or more, so the prompt has no more tokens than the body has bytes, and xAI's hidden prompt and its images
    beside; nor more than the window, since xAI refuses a longer one, and takes nothing for it. The output is the limit that the
    body states in a field that its endpoint has, the larger of two, else ``unlimited``; and ``thought`` comes on top. ``n``
    answers cost ``n`` times as much. The long-context price holds where prompt and output together may reach its threshold. A
    model that does not reason has no ``thought``, unless it may call functions.

    ``models`` tell under which names a model is asked for, and which may answer. A listed model that is none of theirs is there
    because it answers for others (grok-4.3 since 15 May 2026), so it may be paid as well. A name of no model is paid as the
    dearest.
    """
    if request.method in _FREE:
        return 0
    _is_bounded(request)
    many = _count(request.field("n"), 1)
    read = spelling_of(request).limits_read
    limits = [_count(request.field(name), unlimited) for name in read if request.field(name) is not None]
    prompt = len(request.body) + HIDDEN + IMAGE * sum(found.get("type") in _IMAGES for found in _objects(request.json))
    shown, calls = max(limits, default=unlimited), bool(objects(request.field("tools")))
    most = many * most_of(str(request.field("model")), prompt, shown, prices, models, thought=thought, calls=calls)
    return max(most, VIOLATION) if spelling_of(request) is RESPONSES else most


def most_of(
    asked: str,
    prompt: int,
    shown: int,
    prices: Mapping[str, Price],
    models: Collection[ModelFacts] = (),
    *,
    thought: int = THOUGHT,
    calls: bool = False,
) -> int:
    """The most that so many tokens of a model cost, in ticks, with the thinking that comes on top; see ``ceiling``.

    ``calls`` tells whether functions are offered. Raises ``Unbounded`` without a price list.
    """
    return max(
        _most(one.price, min(prompt, one.window or prompt), shown + thought * (one.reasons or calls))
        for one in _payable(asked, prices, models)
    )


@dataclass(frozen=True)
class Cost:
    """What an answer cost, in ticks, and how it is known.

    ``stated`` by xAI in ``cost_in_usd_ticks``; ``reckoned`` from the answer's usage by the price list; ``reserved`` where no
    answer came, or none that tells, so that its reservation is billed; ``free``; or a ``fee`` for a refusal.
    """

    ticks: int
    basis: Literal["stated", "reckoned", "reserved", "free", "fee"]


def cost_of(
    answer: Answer | None,
    request: WireRequest,
    prices: Mapping[str, Price],
    models: Collection[ModelFacts] = (),
    *,
    reserved: int,
) -> Cost:
    """What a request that was sent cost. ``answer`` is ``None`` where none came, ``reserved`` what was set aside for it.

    A stream tells a running total, and its last event the whole (docs.x.ai cost tracking); so one that breaks off tells nothing.
    An error of xAI's costs nothing, but for the fee.
    """
    if request.method in _FREE:
        return Cost(0, "free")
    if answer is None or answer.status in _EDGE:
        return Cost(reserved, "reserved")
    reply = Reply(captured(request, answer))
    refused = not 200 <= answer.status < 300
    stated, counts = reply.usage.get("cost_in_usd_ticks"), counts_of(reply)
    if not refused and not _is_whole(answer, reply):
        return Cost(reserved, "reserved")
    if type(stated) is int and stated >= 0:
        return Cost(stated, "stated")
    if refused:
        fined = spelling_of(request) is RESPONSES and _VIOLATES.search(reply.text)
        return Cost(VIOLATION, "fee") if fined else Cost(0, "free")
    if counts is None or not prices:
        return Cost(reserved, "reserved")
    name = paid_as(str(request.field("model")), reply.served, prices, models)
    listed = [prices[name]] if name in prices else prices.values()
    return Cost(max(ticks_of(counts, price) for price in listed), "reckoned")


def _is_bounded(request: WireRequest) -> None:
    """Whether all that a request costs can be seen in it."""
    coding = request.headers.get("content-encoding", "identity")
    if endpoint_of(request) not in SPELLINGS:
        raise Unbounded(f"nobody here knows what {request.method} {request.path} costs")
    if coding != "identity":
        raise Unbounded(f"the body is encoded as {coding}, so its bytes do not bound its tokens")
    if request.field("service_tier") not in (None, "default"):
        raise Unbounded(f"the service tier {request.field('service_tier')!r} has a price of its own")
    for found in _objects(request.json):
        if elsewhere := next((key for key in sorted(_ELSEWHERE) if found.get(key) is not None), None):
            raise Unbounded(f"{elsewhere} brings in tokens that are not in the request")
    for tool in objects(request.field("tools")):
        if tool.get("type") != "function":
            raise Unbounded(f"xAI runs the tool {tool.get('type')!r} as often as the model likes, and bills each time")


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """All objects in a body, but for the schemas of its functions and of its format, whose keys are names of the user's."""
    level = [value]
    while level:
        found = level.pop()
        if isinstance(found, list):
            level += found
        elif isinstance(found, dict):
            yield found
            level += [inner for key, inner in found.items() if key not in ("parameters", "schema", "metadata")]


def _count(value: Any, otherwise: int) -> int:
    """A number of tokens or answers; what is none is refused or ignored by xAI, and ``otherwise`` then holds."""
    return value if type(value) is int and value > 0 else otherwise


@dataclass(frozen=True)
class _Payable:
    """A price at which a request may be billed; the window of its model is 0 where it is not known."""

    price: Price
    window: int = 0
    reasons: bool = True


def _payable(asked: str, prices: Mapping[str, Price], models: Collection[ModelFacts]) -> list[_Payable]:
    """The prices at which a request for a model may be billed."""
    if not prices:
        raise Unbounded("there is no price list")
    own = [model for model in models if asked in model.wire]
    names = {paid_as(asked, served, prices, models) for model in own for served in model.served}
    if not own or not names <= prices.keys():
        return [_Payable(price) for price in prices.values()]
    owned = {name for model in models for name in (model.id, *model.served)}
    window = max(model.window for model in own)
    reasons = any(model.reasoning for model in own)
    others = [_Payable(price) for name, price in prices.items() if name not in owned]
    return [_Payable(prices[name], window, reasons) for name in names] + others


def _most(price: Price, prompt: int, output: int) -> int:
    """What so many tokens cost at most: none of them cached, by the dearer tier."""
    plain = prompt * price.prompt + output * price.completion
    if not price.long_from or prompt + output < price.long_from:
        return plain
    return max(plain, prompt * price.long.prompt + output * price.long.completion)


def _is_whole(answer: Answer, reply: Reply) -> bool:
    """Whether an answer was read to its end, so that its usage is that of the whole."""
    if answer.ending != "whole":
        return False
    if not reply.is_stream:
        return True
    if reply.endpoint == RESPONSES.name:
        return any(message.get("type") in _ENDS for message in reply.messages)
    return f"data: {DONE}" in reply.text[-64:]
