"""Statements about what left for a call."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import dropwhile, product, zip_longest
from typing import Any

from grokgate.judgement.expect.difference import Difference, differences, told
from grokgate.judgement.expect.meaning import conversation, means_the_same
from grokgate.judgement.expect.unkept import NOTHING, NotApplicable, Unkept, quoted
from grokgate.upstream.fill import camel_case, snake_case
from grokgate.upstream.wording import content_of, functions_of
from grokgate.values.call import Call
from grokgate.values.chat import Message
from grokgate.values.line import one_line
from grokgate.values.rollout import REFUSED, ModelFacts, Rollout
from grokgate.values.wire import WireRequest
from grokgate.values.world import EFFORT

LIMITS = ("max_tokens", "max_completion_tokens")
RETRY_COUNT = "x-stainless-retry-count"
_NAMES_AND_MODES = frozenset({"model", "stream", "stream_options"})


class Wire:
    """What left for a call: statements hold for each request, so that no second one hides behind the first."""

    def __init__(self, call: Call) -> None:
        self._call = call

    @property
    def requests(self) -> tuple[WireRequest, ...]:
        """The requests that left, at least one."""
        if not self._call.left:
            raise Unkept(f"nothing left for {self._asked}{self._met}", expected="a request", saw=NOTHING)
        return self._call.left

    @property
    def request(self) -> WireRequest:
        """The first request that left."""
        return self.requests[0]

    @property
    def model(self) -> Any:
        """The model that the request names."""
        return self.request.field("model")

    @property
    def parameters(self) -> dict[str, Any]:
        """What left beside names, messages and what a stream needs."""
        return {key: value for key, value in _conversion(self.request).items() if key != "messages"}

    def reaches(self, model: ModelFacts) -> None:
        """The request names this model, by one of the names that it has on the wire."""
        for request in self.requests:
            if (saw := request.field("model")) not in model.wire:
                raise Unkept(f"{self._asked} left as {saw}, not as {model.id}", expected=model.id, saw=saw, at="model")

    def nothing_left(self) -> None:
        """No request left."""
        if self._call.left:
            raise Unkept(
                f"a request for {self._asked} left, as {quoted(str(self.model))}", expected=NOTHING, saw=self.model, at="model"
            )

    def leaves_at_most(self, most: int, met: str) -> None:
        """At least one request left, and no more than this many, whichever layer sent them."""
        if (saw := len(self.requests)) > most:
            bound = "no second one could help" if most == 1 else f"the bound is {most}"
            because = f"{saw} requests left for one call that met {met}; {bound}{_retried(self.requests)}"
            raise Unkept(because, expected=most, saw=saw, at="requests")

    def resolves_to(self, expect: str, rollout: Rollout) -> None:
        """The request reaches that model, or is refused and nothing leaves where the table says ``refused``."""
        if expect != REFUSED:
            self.reaches(rollout.models[expect])
            return
        self.nothing_left()
        if self._call.failure is None:
            because = f"nothing left for {self._asked}, and the caller got an answer where an error was due"
            raise Unkept(because, expected="an error", saw="an answer", at="error")

    def without(self, key: str) -> None:
        """The key did not leave, neither in the API's spelling nor in camel case."""
        for request, spelling in product(self.requests, dict.fromkeys((key, camel_case(key)))):
            if request.carries(spelling):
                saw = request.field(spelling)
                because = f"{spelling} left for {self._asked}{self._answered}"
                raise Unkept(because, expected=f"no {spelling} on the wire", saw=saw, at=spelling)

    def carries(self, key: str, value: Any) -> None:
        """The key left with this value, or with one that means the same to xAI."""
        for request in self.requests:
            saw = request.field(key)
            if means_the_same(saw, value, key, _conversion(request)):
                continue
            if saw is None:
                raise Unkept(f"{key} never left for {self._asked}", expected=value, saw=NOTHING, at=key)
            because = f"{key} left changed for {self._asked}: {told(list(differences(saw, value, key)))}"
            raise Unkept(because, expected=value, saw=saw, at=key)

    def offers(self, *names: str) -> None:
        """Tools of these names left, however they are defined; POST-4.4 judges that."""
        for request in self.requests:
            saw = [str(tool.get("name")) for tool in functions_of(content_of(request))]
            if missing := [name for name in names if name not in saw]:
                because = f"the tool {missing[0]} never left for {self._asked}"
                raise Unkept(because, expected=list(names), saw=saw or NOTHING, at="tools")

    def limits(self, field: str, limit: int | None, *, dropped_is_fine: bool = False) -> None:
        """The output limit left in this field alone; none left where the caller gave none.

        ``dropped_is_fine`` for a spelling that the provider need not know: then the limit, or the request, may stay behind.
        """
        if dropped_is_fine and not any(request.carries(key) for request in self._call.left for key in LIMITS):
            given = ", ".join(self._call.asked.parameters) or "the limit"
            raise NotApplicable(f"{given} is no parameter of the provider's: no limit left{self._met}")
        for request in self.requests:
            self._limits(request, field, limit)

    def _limits(self, request: WireRequest, field: str, limit: int | None) -> None:
        sent = {key: request.field(key) for key in LIMITS if request.field(key) is not None}
        expected = {} if limit is None else {field: limit}
        if sent != expected:
            as_sent = " and ".join(f"{key}={value}" for key, value in sent.items()) or NOTHING
            asked = "no limit was asked for" if limit is None else f"the limit {limit} belongs in {field}"
            at = next(iter(sent), field)
            raise Unkept(
                f"{asked}, but {as_sent} left for {self._asked}", expected=expected or NOTHING, saw=sent or NOTHING, at=at
            )

    def converts(self, parameter: str, value: Any, model: ModelFacts) -> None:
        """The parameter leaves as given where the model takes it, and not at all where the rollout's table says it refuses it.

        Of one that the face does not have there is nothing to state.
        """
        if parameter in self._call.lacking:
            return
        if parameter == "limit":
            field = next((key for key in LIMITS if self.request.carries(key)), model.limit_field)
            self.limits(field, value)
        elif not model.takes(parameter):
            self.without(parameter)
        elif not model.takes(parameter, value):
            self.never_sends(parameter, value)
        else:
            self.carries(parameter, value)

    def sends_as(self, other: Call, parameter: str) -> bool:
        """Whether a parameter left as for a call of another build, whatever name and value it has there."""
        keys = LIMITS if parameter == "limit" else (parameter,)
        mine, others = (
            [{key: one.field(key) for key in keys if one.carries(key)} for one in call.left] for call in (self._call, other)
        )
        return bool(mine) and not [*differences(mine, others)]

    def never_sends(self, key: str, value: Any) -> None:
        """The key did not leave with this value, which xAI refuses; it may leave with another, or not at all."""
        for request, spelling in product(self.requests, dict.fromkeys((key, camel_case(key)))):
            if request.carries(spelling) and request.field(spelling) == value:
                because = f"{spelling} left as {value!r} for {self._asked}, which does not take that value{self._answered}"
                raise Unkept(because, expected=f"no {spelling} {value!r}", saw=value, at=spelling)

    def removed(self, *keys: str) -> None:
        """The parameters were removed; where one left there is nothing to announce, which other rows judge."""
        if left := [key for key in keys if self.request.carries(key)]:
            raise NotApplicable(f"not removed: {', '.join(left)}; POST-2.2 to POST-2.5 judge that")

    def is_same_as(self, other: Call, which: str, model: ModelFacts) -> None:
        """Two calls of a model left alike, but for its name, what a stream needs, and what means the same to xAI.

        Of two that differ the wrong one is shown.
        """
        mine, others = _conversion(self.request), _conversion(Wire(other).request)
        for key in sorted(mine.keys() | others.keys()):
            one, another = mine.get(key, NOTHING), others.get(key, NOTHING)
            if not means_the_same(mine.get(key), others.get(key), key, mine):
                because = f"{which} leave differently: {key} is {one_line(one, 40)} and {one_line(another, 40)}"
                if self._is_right(key, model) and not Wire(other)._is_right(key, model):
                    raise Unkept(because, expected=one, saw=another, at=key, call=other)
                raise Unkept(because, expected=another, saw=one, at=key)

    def _is_right(self, key: str, model: ModelFacts) -> bool:
        """Whether what left under a key is what the model takes of what was asked."""
        asked = self._call.asked
        given = [value for name, value in asked.parameters.items() if key in (name, camel_case(name), snake_case(name))]
        try:
            if key in LIMITS:
                self.limits(model.limit_field, asked.limit)
            elif key == "messages":
                self.carries_what_was_asked(key)
            elif given:
                self.converts(snake_case(key), given[0], model)
            else:
                self.without(key)
        except Unkept:
            return False
        return True

    def left_as(self, other: Call, before: str, *, mended: ModelFacts | None = None) -> list[str]:
        """The same left as for a call of another build: as many requests, to the same place, with the same keys and values.

        What xAI refuses for the model ``mended`` may have left then and leave no more; gives the names of what did.
        """
        gone: list[str] = []
        mine, others = self._call.left, other.left
        if len(mine) != len(others):
            because = f"{_requests(mine)} left for {self._asked}{self._met}, where {_requests(others)} left {before}"
            raise Unkept(because, expected=len(others), saw=len(mine), at="requests")
        for one, another in zip(mine, others, strict=True):
            if one.path != another.path:
                because = f"a request for {self._asked} leaves for {one.path}, which was {another.path} {before}"
                raise Unkept(because, expected=another.path, saw=one.path, at="path")
            found = list(differences(_body(one), _body(another)))
            refused = [place for place in found if mended and place.mine == NOTHING and not _takes(mended, place)]
            if found := [place for place in found if place not in refused]:
                because = f"a request for {self._asked} leaves otherwise than {before}: {told(found)}"
                raise Unkept(because, expected=_body(another), saw=_body(one), at=found[0].top)
            gone += [place.place for place in refused]
        return list(dict.fromkeys(gone))

    def is_stopped(self, by: str, *, usual: Collection[str] = ()) -> None:
        """Nothing left, neither for xAI nor for another host; ``by`` is the variable that should stop it.

        ``usual`` are targets that the provider reaches for whatever it is asked.
        """
        others = {name: value for name, value in self._call.environment.items() if name != by}
        under = f" with {' and '.join(f'{name}={value}' for name, value in others.items())}" if others else ""
        blocked = f"{_spelt(self._call.asked.model)}{under}, blocked by {by},"
        if escaped := [attempt.target.rpartition(" ")[2] for attempt in self._call.egress if attempt.target not in usual]:
            because = f"{blocked} left for {escaped[0]} instead"
            raise Unkept(because, expected=NOTHING, saw=escaped, at="egress")
        if self._call.left:
            because = f"{blocked} left all the same, as {_spelt(str(self.model))}"
            raise Unkept(because, expected=NOTHING, saw=self.model, at="model")

    def messages(self, expected: Sequence[Mapping[str, Any]]) -> None:
        """These messages left, in this order; a text may be written as a string or as parts."""
        for request in self.requests:
            saw = [conversation(message) for message in request.field("messages") or ()]
            if saw != [dict(message) for message in expected]:
                given = [dict(message) for message in expected]
                because = f"the messages left changed for {self._asked}: {told(list(differences(saw, given, 'messages')))}"
                raise Unkept(because, expected=given, saw=saw, at="messages")

    def carries_what_was_asked(self, name: str) -> None:
        """A parameter, or ``messages``, left as the caller gave it."""
        if name != "messages":
            self.carries(name, self._call.asked.parameters[name])
            return
        given = [{"role": turn.role, "content": turn.content, "name": turn.name} for turn in self._call.asked.messages]
        self.messages([{key: value for key, value in turn.items() if value is not None} for turn in given])

    def carries_the_prompt(self) -> None:
        """The caller's last message left to the last byte."""
        given = self._call.asked.messages[-1].content or ""
        for request in self.requests:
            left = [content for message in request.field("messages") or () if isinstance(content := _text(message), str)]
            if given not in left:
                longest = max(left, key=len, default="")
                because = f"of {len(given):,} characters of the prompt for {self._asked}, {len(longest):,} left"
                because += "" if len(longest) != len(given) else ", and not the same"
                raise Unkept(because, expected=len(given), saw=len(longest), at="messages")

    def cuts_nothing(self) -> None:
        """What left, if anything did, has the whole prompt."""
        if self._call.left:
            self.carries_the_prompt()

    def leaves_once_or_never(self, met: str) -> None:
        """One request left, or none: asking again cannot help."""
        if (saw := len(self._call.left)) > 1:
            because = f"{saw} requests left for one call that met {met}; no second one could help{_retried(self._call.left)}"
            raise Unkept(because, expected="1 request at most", saw=saw, at="requests")

    def shrinks_the_limit(self, limit: int) -> None:
        """A smaller output limit left than the one that was asked for."""
        for request in self.requests:
            left = [request.field(key) for key in LIMITS if request.carries(key)]
            if not left or not all(isinstance(value, int) and value < limit for value in left):
                as_sent = f"{left[0]:,}" if left and isinstance(left[0], int) else NOTHING
                because = (
                    f"an output of {limit:,} tokens for {self._asked} left as {as_sent} beside a long prompt, and has no room"
                )
                raise Unkept(because, expected=f"below {limit:,}", saw=as_sent, at="the output limit")

    def carries_the_turns(self) -> None:
        """Every turn of the conversation left, in order: calls with id, name and arguments, results with the id of their call."""
        given = [_turn(message) for message in self._call.asked.messages]
        for request in self.requests:
            left = [_sent_turn(message) for message in request.field("messages") or ()]
            if given[0]["role"] != "system":  # a system prompt of the provider's own stands outside the conversation
                left = list(dropwhile(lambda turn: turn["role"] == "system", left))
            for number, (expected, saw) in enumerate(zip_longest(given, left), start=1):
                if expected != saw:
                    because = f"turn {number} of the conversation left as {_told_turn(saw)}, and was {_told_turn(expected)}"
                    raise Unkept(because, expected=given, saw=left, at="messages")

    def carries_image(self, url: str) -> None:
        """The image left with the last message."""
        messages = self.request.field("messages") or [{}]
        parts = messages[-1].get("content")
        urls = (
            [part.get("image_url", {}).get("url") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        )
        if url not in urls:
            raise Unkept(f"the image never left for {self._asked}", expected="an image", saw=one_line(parts), at="messages")

    @property
    def _asked(self) -> str:
        return quoted(self._call.asked.model)

    @property
    def _met(self) -> str:
        failure = self._call.failure
        return f"; the caller got {failure.kind}: {one_line(failure.message)}" if failure else ""

    @property
    def _answered(self) -> str:
        status = next((exchange.answer.status for exchange in self._call.exchanges if exchange.answer), None)
        return f", which answers {status}" if status and status >= 400 else ""


def _text(message: Mapping[str, Any]) -> Any:
    """A message's text, written as a string or as parts."""
    return conversation(message).get("content")


def _turn(message: Message) -> dict[str, Any]:
    """A turn as the caller gave it; an empty text beside a call says nothing."""
    calls = [(call.id, call.name, call.arguments) for call in message.tool_calls]
    return {"role": message.role, "text": message.content or "", "calls": calls, "answers": message.tool_call_id}


def _sent_turn(message: Mapping[str, Any]) -> dict[str, Any]:
    """A turn as it left, in the same shape; arguments that are no JSON text stay as they are, marked."""
    made = [(call, call.get("function") or {}) for call in message.get("tool_calls") or ()]
    calls = [(call.get("id"), said.get("name"), _parsed(said.get("arguments"))) for call, said in made]
    if any(call.get("type") != "function" for call, _ in made):
        calls.append(("a call without the type function", None, None))
    text = _text(message)
    return {
        "role": message.get("role"),
        "text": text if isinstance(text, str) else "" if text in (None, []) else text,
        "calls": calls,
        "answers": message.get("tool_call_id"),
    }


def _told_turn(turn: Mapping[str, Any] | None) -> str:
    """A turn for people."""
    if turn is None:
        return NOTHING
    calls = [f"the call {name}({one_line(arguments, 40)}) as {id or 'nothing'}" for id, name, arguments in turn["calls"]]
    answers = [f"in answer to {turn['answers']}"] if turn["answers"] else []
    said = [repr(one_line(turn["text"], 60))] if turn["text"] or not calls else []
    return " ".join([str(turn["role"]), *said, *calls, *answers])


def _parsed(arguments: Any) -> Any:
    try:
        return json.loads(arguments)
    except (TypeError, ValueError):
        return f"no JSON text: {arguments!r}"


def _conversion(request: WireRequest) -> dict[str, Any]:
    """What conversion makes of a request: all but the names and what a stream needs."""
    body = request.json if isinstance(request.json, dict) else {}
    return {key: value for key, value in body.items() if key not in _NAMES_AND_MODES}


def _body(request: WireRequest) -> Any:
    """The body as JSON; as text where it is none."""
    return request.json if isinstance(request.json, dict) else {"body": request.body.decode("utf-8", "replace")}


def _takes(model: ModelFacts, place: Difference) -> bool:
    """Whether xAI takes for the model what stood in this place of another build's request, in either spelling."""
    name = next((name for name in (*model.refuses, EFFORT) if place.place in (name, camel_case(name))), place.place)
    return model.takes(name, place.other)


def _requests(left: Sequence[WireRequest]) -> str:
    return "1 request" if len(left) == 1 else f"{len(left)} requests" if left else NOTHING


def _retried(left: Sequence[WireRequest]) -> str:
    """Which layer asked again, where a request tells: clients that Stainless makes, such as openai's, count their retries."""
    retries = [request.headers.get(RETRY_COUNT, "0") for request in left]
    if not (again := sum(count not in ("", "0") for count in retries)):
        return ""
    return f"; {again} of them {'is a retry' if again == 1 else 'are retries'} of the openai client itself (its max_retries)"


def _spelt(name: str) -> str:
    """A name so that each character of it can be told: a full-width letter looks like any other."""
    return quoted(name) if name.isascii() else ascii(name)
