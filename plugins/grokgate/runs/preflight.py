"""What is found out of xAI before the first live row: whether the key works, what is listed, at what price, who answers.

Also how far the clocks are apart. Each problem names who must act.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from grokgate.formats.world_file import bundled_worlds
from grokgate.intercept.http_server import ANSWERED_BY
from grokgate.intercept.live import CannotPay
from grokgate.intercept.recorder import trusting
from grokgate.runs.ledger import Ledger
from grokgate.upstream.price_list import NoPrices, dearer, differences, listed_prices
from grokgate.values.evidence import Blame
from grokgate.values.line import one_line
from grokgate.values.rollout import Rollout
from grokgate.values.wire import Answer, WireRequest
from grokgate.values.world import WorldFacts

PATIENCE = 60.0
"""Seconds that the preflight waits for an answer."""
CLOCK = 120.0
"""Seconds by which the clocks may differ."""
QUESTION = "Answer with the one word yes."
LIMIT = 16
"""Output tokens that the question asks for."""


class Hindered(Exception):
    """Why no row can be decided, and who must act."""

    def __init__(self, because: str, blame: Blame) -> None:
        super().__init__(because)
        self.because, self.blame = because, blame


@dataclass(kw_only=True)
class Preflight:
    """A look at xAI. ``found`` are sentences for people; ``hindered`` is why nothing can be decided, where it is so."""

    upstream: str
    rollout: Rollout
    ledger: Ledger
    found: list[str] = field(default_factory=list)
    hindered: Hindered | None = None
    served: str = ""
    """Who answers the model that is rolled out."""
    by_grokgate: bool = False
    """Whether grokgate's own server answers, as it says itself."""

    def fly(self, key: str, trust: str | None) -> Preflight:
        """Ask xAI. Costs one short answer, which the ledger pays."""
        headers = {"authorization": f"Bearer {key}"}
        with httpx.Client(headers=headers, timeout=PATIENCE, verify=trusting(trust)) as client:
            try:
                self._lists(client.get(f"{self.upstream}/models"))
                self._answers(self._asked(client))
                self._prices(client.get(f"{self.upstream}/language-models"))
            except httpx.TransportError as error:
                because = f"{self.upstream} is not reached: {type(error).__name__}; look at the network, and at XAI_BASE_URL"
                self.hindered = Hindered(because, Blame.CONFIGURATION)
            except (ValueError, LookupError, TypeError, AttributeError):
                because = f"what {self.upstream} answers is none of xAI's answers; look who answers there, and at XAI_BASE_URL"
                self.hindered = Hindered(because, Blame.CONFIGURATION)
            except Hindered as hindered:
                self.hindered = hindered
        return self

    def _asked(self, client: httpx.Client) -> httpx.Response:
        """The answer to the question, paid as each request of a run is."""
        said = [{"role": "user", "content": QUESTION}]
        question = {"model": self.rollout.model, "messages": said, "stream": False, self.rollout.target.limit_field: LIMIT}
        body, url = json.dumps(question).encode(), f"{self.upstream}/chat/completions"
        try:
            settle = self.ledger.pay(WireRequest("POST", url, {}, body))
        except CannotPay as refused:
            raise Hindered(f"the budget does not even reach for the first question: {refused}", refused.blame) from None
        came: Answer | None = None
        try:
            answer = client.post(url, content=body, headers={"content-type": "application/json"})
            came = Answer(status=answer.status_code, headers=dict(answer.headers), body=answer.content)
        finally:
            settle(came)
        return answer

    def _lists(self, answer: httpx.Response) -> None:
        self.by_grokgate = ANSWERED_BY in answer.headers
        if answer.status_code != httpx.codes.OK:
            raise _refused(answer, "the list of models")
        listed = answer.json()["data"]
        names = {name for entry in listed for name in (entry["id"], *entry.get("aliases", ()))}
        self.found.append(f"the key works, and {len(listed)} models are listed")
        if missing := [id for id in self.rollout.models if names.isdisjoint(self._names(id))]:
            self.found.append(f"not listed: {', '.join(missing)}; whoever keeps the rollout finds out why (configuration)")
        if sent := answer.headers.get("date"):
            apart = abs((datetime.now(UTC) - parsedate_to_datetime(sent)).total_seconds())
            wrong = f"; more than {CLOCK:.0f} s is too much: whoever runs this machine sets its clock (configuration)"
            self.found.append(f"the clocks differ by {apart:.0f} s{wrong if apart > CLOCK else ''}")

    def _names(self, id: str) -> frozenset[str]:
        """Under which a model may be listed: aliases are not always listed by themselves."""
        model = self.rollout.models[id]
        return model.wire | model.served

    def _prices(self, answer: httpx.Response) -> None:
        """Hold the prices that xAI lists against those of the world; the dearer ones are reckoned with."""
        try:
            listed = listed_prices(Answer(status=answer.status_code, headers=dict(answer.headers), body=answer.content))
        except NoPrices as because:
            self.found.append(f"xAI lists no prices here ({because}), so those of the world hold")
            return
        told = differences(self.rollout.prices, listed)
        self.found += [f"{one}; mend the prices of the world (configuration)" for one in told]
        if not told:
            both = len(self.rollout.prices.keys() & listed.keys())
            self.found.append(f"the prices of {both} models are those of the world")
        mine = self.rollout.prices
        self.ledger.prices = {id: dearer(price, listed[id]) if id in listed else price for id, price in mine.items()}

    def _answers(self, answer: httpx.Response) -> None:
        if answer.status_code != httpx.codes.OK:
            raise _refused(answer, self.rollout.model)
        self.served = served = answer.json()["model"]
        self.found.append(f"{self.rollout.model} is answered by {served}")
        if served != self.rollout.target.answered_by:
            raise Hindered(self._substituted(served), Blame.XAI)

    def _substituted(self, served: str) -> str:
        target, world = self.rollout.target, self.rollout.world
        fitting = next((facts.name for facts in bundled_worlds() if _answers_so(facts, target.id, served)), None)
        known = f"that is world {fitting}: say --world {fitting}" if fitting else "no bundled world has that"
        return (
            f"xAI answers {target.id} by {served}, and the rollout is judged in world {world}, where {target.answered_by} does; "
            f"{known}; docs/your-own-rollout.md says how to describe a world"
        )


def _refused(answer: httpx.Response, what: str) -> Hindered:
    """xAI refused the preflight: the key, the credits, or xAI itself."""
    said = one_line(answer.text, 120)
    blame = Blame.XAI if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR else Blame.CONFIGURATION
    return Hindered(f"xAI answers {answer.status_code} for {what}: {said}", blame)


def _answers_so(facts: WorldFacts, name: str, served: str) -> bool:
    """Whether in this world the name is answered by that model."""
    return name in facts.served and facts.served[name].named(None) == served
