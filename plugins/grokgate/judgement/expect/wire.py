"""Statements about what left for a call."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import dropwhile, zip_longest
from typing import Any

from grokgate.judgement.expect.anew import Again, made_anew
from grokgate.judgement.expect.difference import Difference, differences, told
from grokgate.judgement.expect.meaning import conversation, means_the_same
from grokgate.judgement.expect.unkept import NOTHING, NotApplicable, Unkept, quoted
from grokgate.upstream.fidelity.reply import objects
from grokgate.upstream.spelling.endpoints import SPELLINGS, endpoint_of, read
from grokgate.upstream.spelling.form import LIMITS, NormalRequest
from grokgate.values.call import Call
from grokgate.values.chat import Message, camel_case, snake_case
from grokgate.values.line import one_line
from grokgate.values.rollout import REFUSED, ModelFacts, Rollout
from grokgate.values.wire import WireRequest
from grokgate.values.world import EFFORT

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
    def said(self) -> tuple[NormalRequest, ...]:
        """What each of the requests says, whichever endpoint it left for."""
        return tuple(map(read, self.requests))

    @property
    def model(self) -> Any:
        """The model that the request names."""
        return self.request.field("model")

    @property
    def limit(self) -> Any:
        """The limit of the output, in whichever field it left; ``None`` where none did."""
        return next(iter(self.said[0].limits.values()), None)

    @property
    def parameters(self) -> dict[str, Any]:
        """What left beside names, messages and what a stream needs, by the contract's names."""
        return {key: value for key, value in _conversion(self.said[0]).items() if key != "messages"}

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
        """The key did not leave, neither in the API's spelling nor in camel case; ``null`` says nothing unless xAI refused it."""
        for place, saw in (found for said in self.said for found in said.standing(key)):
            if saw is None and not self._answered:
                continue
            because = f"{place} left for {self._asked}{self._answered}"
            raise Unkept(because, expected=f"no {place} on the wire", saw=saw, at=place)

    def carries(self, key: str, value: Any) -> None:
        """The key left with this value, or with one that means the same to xAI."""
        for said in self.said:
            saw = said.fields.get(key)
            if means_the_same(saw, value, key, _conversion(said)):
                continue
            if saw is None:
                raise Unkept(self._never_left(said, key), expected=value, saw=NOTHING, at=said.place(key))
            because = f"{said.place(key)} left changed for {self._asked}: {told(list(differences(saw, value, key)), said.place)}"
            raise Unkept(because, expected=value, saw=saw, at=said.place(key))

    def _never_left(self, said: NormalRequest, key: str) -> str:
        """That nothing left at the place of a key, and at which other place something did that looks like it."""
        place, elsewhere = said.place(key), said.elsewhere(key)
        if not elsewhere:
            return f"{place} never left for {self._asked}"
        return f"{place} never left for {self._asked}; {elsewhere[0][0]} did, which /v1/{said.spelling.path} does not know"

    def offers(self, *names: str) -> None:
        """Tools of these names left, however they are defined; POST-4.4 judges that."""
        for said in self.said:
            saw = [str(function.get("name")) for function in said.functions]
            if missing := [name for name in names if name not in saw]:
                misplaced = f" by its name at {said.place('tools[0].function.name')}" if said.functions else ""
                because = f"the tool {missing[0]} never left for {self._asked}{misplaced}"
                raise Unkept(because, expected=list(names), saw=saw or NOTHING, at="tools")

    def limits(self, field: str, limit: int | None, *, dropped_is_fine: bool = False) -> None:
        """The output limit left in this field alone; none left where the caller gave none.

        ``dropped_is_fine`` for a spelling that the provider need not know: then the limit, or the request, may stay behind.
        """
        if dropped_is_fine and not any(key in read(request).everything for request in self._call.left for key in LIMITS):
            given = ", ".join(self._call.asked.parameters) or "the limit"
            raise NotApplicable(f"{given} is no parameter of the provider's: no limit left{self._met}")
        for said in self.said:
            self._limits(said, said.spelling.limit_field(field), limit)

    def _limits(self, said: NormalRequest, field: str, limit: int | None) -> None:
        sent = dict(said.limits)
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
            taken = (key for key in self.said[0].spelling.limits_read if key in self.said[0].limits)
            self.limits(next(taken, model.limit_field), value)
        elif not model.takes(parameter):
            self.without(parameter)
        elif not model.takes(parameter, value):
            self.never_sends(parameter, value)
        else:
            self.carries(parameter, value)

    def sends_as(self, other: Call, parameter: str) -> bool:
        """Whether a parameter left as for a call of another build, whatever name and value it has there."""
        moved = [one.path for one in self._call.left] != [one.path for one in other.left]
        keys = LIMITS if parameter == "limit" and not moved else (parameter,)
        mine, others = (
            [{key: said[key] for key in keys if key in said} for said in map(_anywhere if moved else _everything, call.left)]
            for call in (self._call, other)
        )
        return bool(mine) and not [*differences(mine, others)]

    def never_sends(self, key: str, value: Any) -> None:
        """The key did not leave with this value, which xAI refuses; it may leave with another, or not at all."""
        for place, saw in (found for said in self.said for found in said.standing(key)):
            if saw == value:
                because = f"{place} left as {value!r} for {self._asked}, which does not take that value{self._answered}"
                raise Unkept(because, expected=f"no {place} {value!r}", saw=value, at=place)

    def removed(self, *keys: str) -> None:
        """The parameters were removed; where one left there is nothing to announce, which other rows judge."""
        if left := [key for key in keys if self.said[0].everything.get(key) is not None]:
            raise NotApplicable(f"not removed: {', '.join(left)}; POST-2.2 to POST-2.5 judge that")

    def is_same_as(self, other: Call, which: str, model: ModelFacts, again: Again | None = None) -> None:
        """Two calls of a model left alike, but for its name, what a stream needs, and what means the same to xAI.

        Of two that differ the wrong one is shown. ``again`` asks this one once more: what then differs was made anew.
        """
        said = self.said[0]
        mine, others = _conversion(said), _conversion(Wire(other).said[0])
        differ = [
            key for key in sorted(mine.keys() | others.keys()) if not means_the_same(mine.get(key), others.get(key), key, mine)
        ]
        anew = {place.top for place in made_anew(self._call, again)} if differ else set()
        for key in differ:
            one, another = mine.get(key, NOTHING), others.get(key, NOTHING)
            if key not in anew or NOTHING in (one, another):
                place = said.place_of(key)
                because = f"{which} leave differently: {place} is {one_line(one, 40)} and {one_line(another, 40)}"
                if self._is_right(key, model) and not Wire(other)._is_right(key, model):
                    raise Unkept(because, expected=one, saw=another, at=place, call=other)
                raise Unkept(because, expected=another, saw=one, at=place)

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

    def left_as(self, other: Call, before: str, *, mended: ModelFacts | None = None, again: Again | None = None) -> list[str]:
        """The same left as for a call of another build: as many requests, with the same keys and values.

        They may leave for another endpoint where they mean the same to xAI there. What xAI refuses for the model ``mended`` may
        have left then and leave no more. ``again`` asks this call once more: what then differs is made anew for each request.
        Gives what is to be told of any of these.
        """
        notes: list[str] = []
        mine, others = self._call.left, other.left
        if len(mine) != len(others):
            because = f"{_requests(mine)} left for {self._asked}{self._met}, where {_requests(others)} left {before}"
            raise Unkept(because, expected=len(others), saw=len(mine), at="requests")
        for one, another in zip(mine, others, strict=True):
            moved = "" if one.path == another.path else f"leaves for {one.path}, which was {another.path} {before}"
            if moved and not SPELLINGS.keys() >= {endpoint_of(one), endpoint_of(another)}:
                raise Unkept(f"a request for {self._asked} {moved}", expected=another.path, saw=one.path, at="path")
            said, found = read(one), list(_differences(one, another))
            refused = [place for place in found if mended and place.mine == NOTHING and not _takes(mended, place)]
            found = [place for place in found if place not in refused]
            places = {place.place for place in made_anew(self._call, again)} if found else set()
            anew = [place for place in found if place.place in places and NOTHING not in (place.mine, place.other)]
            if found := [place for place in found if place not in anew]:
                because = (
                    f"a request for {self._asked} {moved or f'leaves otherwise than {before}'}: {told(found, said.place_of)}"
                )
                raise Unkept(because, expected=_body(another), saw=_body(one), at=said.place_of(found[0].top))
            notes += [f"a request for {self._asked} {moved}, and says the same"] if moved else []
            notes += [f"mended: {place.place} leaves no more for {mended.id}, which refuses it" for place in refused if mended]
            notes += [f"{said.place_of(place.place)} is made anew for each request, and was not compared" for place in anew]
        return list(dict.fromkeys(notes))

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
        """These messages left, in this order, be it after instructions of the provider's own; a text may be a string or parts."""
        for said in self._well_spelt():
            left = [conversation(message) for message in said.messages]
            own = max(len(left) - len(expected), 0)
            saw = left[own:] if all(message.get("role") == "system" for message in left[:own]) else left
            if saw != [dict(message) for message in expected]:
                given = [dict(message) for message in expected]
                found = list(differences(saw, given, "messages"))
                because = f"the messages left changed for {self._asked}: {told(found, said.place)}"
                raise Unkept(because, expected=given, saw=saw, at=said.place("messages"))

    def _well_spelt(self) -> Iterator[NormalRequest]:
        """The requests, each of which has its turns as its endpoint takes them."""
        for said in self.said:
            if said.misspelt:
                found = said.misspelt[0]
                raise Unkept(found.because, expected="what the endpoint takes", saw=found.what, at=found.place)
            yield said

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
        for said in self.said:
            left = [content for message in said.messages if isinstance(content := _text(message), str)]
            if given not in left:
                longest = max(left, key=len, default="")
                because = f"of {len(given):,} characters of the prompt for {self._asked}, {len(longest):,} left"
                because += "" if len(longest) != len(given) else ", and not the same"
                raise Unkept(because, expected=len(given), saw=len(longest), at=said.place("messages"))

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
        for said in self.said:
            left = [*said.limits.values()]
            if not left or not all(isinstance(value, int) and value < limit for value in left):
                as_sent = f"{left[0]:,}" if left and isinstance(left[0], int) else NOTHING
                because = (
                    f"an output of {limit:,} tokens for {self._asked} left as {as_sent} beside a long prompt, and has no room"
                )
                raise Unkept(because, expected=f"below {limit:,}", saw=as_sent, at="the output limit")

    def carries_the_turns(self) -> None:
        """Every turn of the conversation left, in order: calls with id, name and arguments, results with the id of their call."""
        given = [_turn(message) for message in self._call.asked.messages]
        for said in self._well_spelt():
            left = [_sent_turn(message) for message in said.messages]
            if given[0]["role"] != "system":  # a system prompt of the provider's own stands outside the conversation
                left = list(dropwhile(lambda turn: turn["role"] == "system", left))
            for number, (expected, saw) in enumerate(zip_longest(given, left), start=1):
                if expected != saw:
                    because = f"turn {number} of the conversation left as {_told_turn(saw)}, and was {_told_turn(expected)}"
                    raise Unkept(because, expected=given, saw=left, at=said.place("messages"))

    def carries_image(self, url: str) -> None:
        """The image left with the last message."""
        said = self.said[0]
        parts = said.messages[-1].get("content") if said.messages else None
        urls = [image.get("url") for part in objects(parts) if isinstance(image := part.get("image_url"), dict)]
        if url not in urls:
            at = said.place("messages")
            raise Unkept(f"the image never left for {self._asked}", expected="an image", saw=one_line(parts), at=at)

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


def _conversion(said: NormalRequest) -> dict[str, Any]:
    """What conversion makes of a request: all but the names and what a stream needs."""
    return {key: value for key, value in said.everything.items() if key not in _NAMES_AND_MODES}


def _everything(request: WireRequest) -> Mapping[str, Any]:
    return read(request).everything


def _anywhere(request: WireRequest) -> Mapping[str, Any]:
    return read(request).anywhere


def _differences(one: WireRequest, other: WireRequest) -> Iterator[Difference]:
    """Where two requests differ, key by key; of two endpoints, where they do not mean the same to xAI."""
    if not isinstance(one.json, dict) or not isinstance(other.json, dict):
        yield from differences(_body(one), _body(other))
    elif one.path == other.path:
        yield from differences(dict(_everything(one)), dict(_everything(other)))
    else:
        mine, others = _anywhere(one), _anywhere(other)
        for key in dict.fromkeys((*mine, *others)):
            if not means_the_same(mine.get(key), others.get(key), key, mine):
                one_side, other_side = ({key: said[key]} if key in said else {} for said in (mine, others))
                yield from differences(one_side, other_side)


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
