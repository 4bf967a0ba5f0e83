"""What is found out of xAI before the first live row: whether the key works, what is listed, who answers, and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from grokgate.formats.home import home, worlds
from grokgate.intercept.recorder import trusting
from grokgate.upstream.world import load_world
from grokgate.values.evidence import Blame
from grokgate.values.line import one_line
from grokgate.values.rollout import Rollout

PATIENCE = 60.0
"""Seconds that the preflight waits for an answer."""
CLOCK = 120.0
"""Seconds by which the clocks may differ."""
QUESTION = "Answer with the one word yes."


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
    found: list[str] = field(default_factory=list)
    hindered: Hindered | None = None
    served: str = ""
    """Who answers the model that is rolled out."""

    def fly(self, key: str, trust: str | None) -> Preflight:
        """Ask xAI. Costs one short answer."""
        headers = {"authorization": f"Bearer {key}"}
        with httpx.Client(headers=headers, timeout=PATIENCE, verify=trusting(trust)) as client:
            try:
                self._lists(client.get(f"{self.upstream}/models"))
                self._answers(client.post(f"{self.upstream}/chat/completions", json=self._question))
            except httpx.TransportError as error:
                because = f"{self.upstream} is not reached: {type(error).__name__}; look at the network, and at XAI_BASE_URL"
                self.hindered = Hindered(because, Blame.CONFIGURATION)
            except Hindered as hindered:
                self.hindered = hindered
        return self

    @property
    def _question(self) -> Mapping[str, Any]:
        return {"model": self.rollout.model, "messages": [{"role": "user", "content": QUESTION}], "stream": False}

    def _lists(self, answer: httpx.Response) -> None:
        if answer.status_code != httpx.codes.OK:
            raise _refused(answer, "the list of models")
        ids = [entry["id"] for entry in answer.json()["data"]]
        self.found.append(f"the key works, and {len(ids)} models are listed")
        if missing := [id for id in (self.rollout.model, *self.rollout.baseline) if id not in ids]:
            self.found.append(f"not listed: {', '.join(missing)}")
        if sent := answer.headers.get("date"):
            apart = abs((datetime.now(UTC) - parsedate_to_datetime(sent)).total_seconds())
            self.found.append(f"the clocks differ by {apart:.0f} s" + ("; set this machine's" if apart > CLOCK else ""))

    def _answers(self, answer: httpx.Response) -> None:
        if answer.status_code != httpx.codes.OK:
            raise _refused(answer, self.rollout.model)
        self.served = served = answer.json()["model"]
        self.found.append(f"{self.rollout.model} is answered by {served}")
        if (world := _world_of(served, self.rollout.model)) != self.rollout.world:
            raise Hindered(self._substituted(served, world), Blame.XAI)

    def _substituted(self, served: str, world: str | None) -> str:
        known = f"that is world {world}: say --world {world}" if world else "no world that grokgate knows"
        return (
            f"xAI answers {self.rollout.model} by {served}, and the rollout is judged in world {self.rollout.world}; {known}, "
            f'or a rollout file whose entry of {self.rollout.model} says served = ["{served}"]'
        )


def _refused(answer: httpx.Response, what: str) -> Hindered:
    """xAI refused the preflight: the key, the credits, or xAI itself."""
    said = one_line(answer.text, 120)
    blame = Blame.XAI if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR else Blame.CONFIGURATION
    return Hindered(f"xAI answers {answer.status_code} for {what}: {said}", blame)


def _world_of(served: str, model: str) -> str | None:
    """The world in which a name is answered by that model."""
    for name in worlds():
        for known in load_world(home() / "cassettes" / name).models:
            if model in known.names and known.named(None) == served:
                return name
    return None
