"""Which recorded answer a request gets.

Rules are grouped by the dimensions that they name; each group is a dictionary. So an answer costs one look-up per group,
however many exchanges the library has, and the earliest rule that fits wins (tuple space search, Srinivasan 1999).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import product

from grokgate.upstream.cassette import Recording
from grokgate.upstream.fill import FILLS, Asked, filled
from grokgate.upstream.kinds import as_it_thinks
from grokgate.upstream.response import Manner, as_response, identity
from grokgate.upstream.script import written
from grokgate.upstream.semantics import Meaning, answering, meaning
from grokgate.upstream.spelling.endpoints import read
from grokgate.upstream.stored import PREVIOUS, Stored
from grokgate.upstream.world import Rule, World
from grokgate.values.script import Scripted
from grokgate.values.wire import Answer, Miss, Near, WireRequest
from grokgate.values.world import ENDPOINTS, PRIORITY, Model

NEAREST = 3
"""How many rules an explained miss names."""
LACKS = {
    "server": "it has none with tools that xAI itself runs (web_search, x_search, mcp and the like)",
    PREVIOUS: f"{PREVIOUS} names no response of this run, or one that was not to be stored",
}
"""What is known to be missing, by the value of ``offered`` or ``extras`` that shows it."""
_ENCRYPTED = re.compile(r'"encrypted_content"\s*:\s*"([^"]+)"')
MOST_ANSWERS = 64
"""How many answers of one exchange are kept ready."""


class Tape:
    """A world, made ready to answer requests that carry ``key``.

    To a ``foreign`` one thinking may be sent back that others encrypted: it is held beside what they recorded.
    """

    def __init__(self, world: World, prompts: Mapping[str, str], *, key: str, foreign: bool = False) -> None:
        self.world = world
        self.key = key
        self.prompts = prompts
        self._recordings = [recording for rule in world.rules for recording in world.playing[rule.id]]
        self._earlier: dict[tuple[tuple[str, ...], tuple[Model, ...]], Tape] = {}
        self._stored = Stored()
        self._given = (
            None if foreign else frozenset(_ENCRYPTED.findall("".join(r.body for r in world.recordings if r.recorded_at)))
        )
        self._kinds: dict[tuple[str, str], Recording] = {}
        self._groups: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
        self._rules = {rule.id: rule.when for rule in world.rules}
        self._covers = {rule: len(when.get("thinking", ())) for rule, when in self._rules.items()}
        for order, recording in enumerate(self._recordings):
            when = self.when(recording)
            names = tuple(sorted(when))
            group = self._groups.setdefault(names, {})
            for values in product(*(when[name] for name in names)):
                group.setdefault(values, order)

    def answer(self, request: WireRequest, scenario: str = "plain", says: Scripted | None = None) -> Answer | Miss:
        """What xAI would answer, or why nothing on tape does. ``says`` is what the model says where it is let to speak."""
        means = self.meaning(request, scenario)
        recording = self.found(means)
        if says and written.lets_speak(means, recording):
            said = written.answer(says, Asked(self._stored.whole(request), means, self.world), self._on_chat)
            return said if isinstance(said, Miss) else self._as_asked(request, means, said, "chat")
        if recording is None:
            return self._missed(means)
        return self.played(request, means, recording)

    def played(self, request: WireRequest, means: Meaning, recording: Recording) -> Answer:
        """What a request gets that means this, and for which this exchange plays."""
        answer = self._answered(self._stored.whole(request), means, self._of_the_kind(recording, means["thinking"]))
        return self._as_asked(request, means, answer, recording.endpoint)

    def _as_asked(self, request: WireRequest, means: Meaning, answer: Answer, written_on: str) -> Answer:
        """The answer as the endpoint gives it that was asked; what responses store is kept."""
        if means["route"] != "responses" or answer.status != 200:
            return answer
        if written_on == "chat":
            answer = as_response(answer, self._manner(request, means, answer.exchange))
        self._stored.keep(self._stored.whole(request), answer)
        return answer

    def _on_chat(self, request: WireRequest, means: Meaning) -> Answer | Miss:
        """What chat completions would answer to a request that means this."""
        if means["route"] == "responses":
            means = {**means, "route": "chat", "stream": "with-usage" if means["stream"] == "yes" else means["stream"]}
        recording = self.found(means)
        if recording is None:
            return self._missed(means)
        return self._answered(request, means, self._of_the_kind(recording, means["thinking"]))

    def on(self, day: str) -> Tape:
        """The tape as on a day (``YYYY-MM-DD``): what xAI changed later was not so yet. A run plays the end of the era."""
        fields = {name: since for name, since in self.world.retired_fields.items() if since <= day}
        models = tuple(model.on(day) for model in self.world.models)
        if not day or (fields == self.world.retired_fields and models == self.world.models):
            return self
        if (then := self._earlier.get((tuple(fields), models))) is None:
            then = Tape(
                replace(self.world, retired_fields=fields, models=models), self.prompts, key=self.key, foreign=self._given is None
            )
            self._earlier[tuple(fields), models] = then
        return then

    def _missed(self, means: Meaning) -> Miss:
        lacks = next((told for value, told in LACKS.items() if value in (means["offered"], *means["extras"].split())), "")
        return Miss(meaning=means, nearest=self._nearest(means), lacks=lacks)

    def meaning(self, request: WireRequest, scenario: str = "plain", given: Collection[str] | None = None) -> Meaning:
        """The dimensions of a request in this world; one that goes on with a stored response means the whole conversation.

        ``given`` is encrypted thinking that may go back, where it is another than this tape's.
        """
        given = self._given if given is None else given
        whole = self._stored.whole(request)
        return meaning(whole, self.world, self.prompts, key=self.key, scenario=scenario, given=given)

    def when(self, recording: Recording) -> Mapping[str, tuple[str, ...]]:
        """What a request must mean to get this exchange: what its rule wants, and what it wants itself."""
        return _both(self._rules[recording.rule], _where(recording))

    def found(self, means: Meaning) -> Recording | None:
        """The recording that plays for a meaning."""
        orders = [
            order for names, group in self._groups.items() if (order := group.get(tuple([means[n] for n in names]))) is not None
        ]
        return self._recordings[min(orders)] if orders else None

    def _of_the_kind(self, recording: Recording, kind: str) -> Recording:
        """The recording as a model says it that thinks like this, where its rule covers several kinds of thinking."""
        if self._covers[recording.rule] < 2:
            return recording
        if (recording.id, kind) not in self._kinds:
            self._kinds[recording.id, kind] = as_it_thinks(recording, kind)
        return self._kinds[recording.id, kind]

    def _manner(self, request: WireRequest, means: Meaning, exchange: str) -> Manner:
        """How this request is answered on responses."""
        content = read(request).known
        model = answering(str(content.get("model")), self.world, means["scenario"])
        assert model is not None, "what is answered with 200 is answered by a model"
        encrypted = model.encrypts or means["include"] == "encrypted-reasoning"
        return Manner(identity=identity(exchange, request.body), content=content, model=model, encrypted=encrypted)

    def _answered(self, request: WireRequest, means: Meaning, recording: Recording) -> Answer:
        values: dict[str, str] = {}
        price = None
        if recording.fill:
            asked = Asked(request, means, self.world)
            values = {name: FILLS[name](asked) for name in recording.fill if name != "cost"}
            price = asked.model.price if "cost" in recording.fill or values.get("billed") else None
            price = price.priority if price and values.get("tier") == PRIORITY else price
        usage = means["stream"] != "yes" or means["route"] == "responses"
        made = (usage, price, *values.values())
        if (answer := recording.answers.get(made)) is None:
            answer = recording.with_body(filled(recording.body, values, price) if recording.fill else recording.body, usage=usage)
            if len(recording.answers) >= MOST_ANSWERS:
                recording.answers.clear()
            recording.answers[made] = answer
        return answer

    def _nearest(self, means: Meaning) -> tuple[Near, ...]:
        """The rules with the fewest differing dimensions, of these the ones that agree in most; looked for only after a miss."""
        near = [
            min((_near(rule.id, when, means) for when in self._whens(rule)), key=lambda entry: len(entry.differences))
            for rule in self.world.rules
        ]
        named = {rule.id: len(rule.when) for rule in self.world.rules}
        return tuple(sorted(near, key=lambda entry: (len(entry.differences), -named[entry.rule]))[:NEAREST])

    def _whens(self, rule: Rule) -> list[Mapping[str, tuple[str, ...]]]:
        """What each exchange of a rule wants; what the rule does, where it has none."""
        return [self.when(recording) for recording in self.world.playing[rule.id]] or [rule.when]


def _near(rule: str, when: Mapping[str, tuple[str, ...]], means: Meaning) -> Near:
    """The differences in the order in which a request is looked at, so that the first is the cause of what follows from it."""
    differing = ((name, when[name]) for name in means if name in when and means[name] not in when[name])
    return Near(rule=rule, differences=tuple((name, " or ".join(wanted), means[name]) for name, wanted in differing))


def _where(recording: Recording) -> Mapping[str, tuple[str, ...]]:
    """What a recording wants beside its rule: what was recorded, and what is written for responses, plays where it came from."""
    place = recording.endpoint
    if recording.status != 200 or place not in ENDPOINTS or (place == "chat" and recording.provenance != "recorded"):
        return recording.when
    return {"route": (place,), **recording.when}


def _both(rule: Mapping[str, tuple[str, ...]], narrower: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What a rule wants and what its exchange wants beside that."""
    both = dict(rule)
    for name, values in narrower.items():
        both[name] = tuple(value for value in both.get(name, values) if value in values)
    return both
