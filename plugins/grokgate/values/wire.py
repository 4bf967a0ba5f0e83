"""What left a provider towards xAI, and what came back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit

_LIBRARIES = ("site-packages", "/lib/python", "<frozen ", "plugins/grokgate/")
"""What the file of a frame has in it that is not of the provider."""
LAST, MOST_KEYS = 300, 30
"""Characters of a long stream's last event, and keys of a large body, that are told beside its digest."""


@dataclass(frozen=True)
class WireRequest:
    """One HTTP request as it left. Header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @cached_property
    def json(self) -> Any:
        """The parsed body; ``None`` where it is empty or not JSON."""
        try:
            return json.loads(self.body) if self.body else None
        except (ValueError, RecursionError):
            return None

    def text(self, most: int) -> str:
        """The body as text; where it has more than ``most`` bytes a digest, the length, and what the body is about."""
        return _text(self.body, most)

    def carries(self, key: str) -> bool:
        """Whether the body is a JSON object with that key at its top, whatever the value."""
        return isinstance(self.json, dict) and key in self.json

    def field(self, key: str) -> Any:
        """The value of a key at the top of the JSON body, ``None`` where it is absent."""
        return self.json.get(key) if isinstance(self.json, dict) else None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: by which rule, from which exchange, and how it is known (``recorded`` or ``derived``).

    ``chunks`` are the pieces of a stream with the second at which each was sent; empty for an answer in one piece.
    ``ending`` is ``whole``; or ``cut``, where the connection breaks after the last chunk; or ``stalled``, where nothing more
    comes and the connection stays open. ``recorded_at`` is there for recorded answers alone. ``pace`` is a factor on the
    chunks' times; where it is ``None``, that of the run holds.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    chunks: tuple[tuple[float, bytes], ...] = ()
    rule: str = ""
    exchange: str = ""
    provenance: str = ""
    sources: tuple[str, ...] = ()
    recorded_at: str = ""
    ending: Literal["whole", "cut", "stalled"] = "whole"
    pace: float | None = None

    def text(self, most: int) -> str:
        """The body as text; where it has more than ``most`` bytes a digest, the length, and what the body is about."""
        return _text(self.body, most)


def _text(body: bytes, most: int) -> str:
    text = body.decode("utf-8", "replace")
    if len(body) <= most:
        return text
    return f"sha256:{hashlib.sha256(body).hexdigest()} ({'; '.join([f'{len(body):,} bytes', *_about(text)])})"


def _about(text: str) -> Iterator[str]:
    """What a large body is about: model, number of turns and keys; of a stream the number of events, and the last of them."""
    events = [event.strip() for event in text.split("\n\n") if event.strip()]
    if events and events[0].startswith(("data:", ":", "event:")):
        last = next((event for event in reversed(events) if not event.endswith("[DONE]")), "")
        yield f"{len(events)} events, the last that says something: {last[-LAST:]}"
        return
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(content, dict):
        turns = {key: content[key] for key in ("messages", "input") if isinstance(content.get(key), list)}
        yield from [f"model {content['model']}"] if "model" in content else []
        yield from (f"{key}: {len(listed)}" for key, listed in turns.items())
        yield f"keys {', '.join(list(content)[:MOST_KEYS])}"


@dataclass(frozen=True, kw_only=True)
class Near:
    """A rule that almost fitted: what each differing dimension would have to be, and what it was."""

    rule: str
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Miss:
    """No rule fitted the request: its meaning, and the nearest rules. ``broken`` tells where the tape itself failed.

    ``lacks`` is what the tape has none of, where that is known. ``script`` tells where rules would fit, but what the model is to
    say cannot be said here.
    """

    meaning: Mapping[str, str]
    nearest: tuple[Near, ...] = ()
    lacks: str = ""
    broken: str = ""
    script: str = ""

    @property
    def reason(self) -> str:
        """One sentence for people."""
        if self.broken:
            return f"the tape failed on the request: {self.broken}"
        if self.script:
            return self.script
        if not self.nearest:
            return "no rule of this world covers the request"
        near = self.nearest[0]
        if not near.differences:
            return f"no answer on tape; rule {near.rule} covers the request, but no exchange plays for it"
        differs = "; ".join(f"{name} is {got}, the rule wants {wanted}" for name, wanted, got in near.differences)
        lacks = f": {self.lacks}" if self.lacks else ""
        return f"no answer on tape{lacks}; nearest is rule {near.rule}, but {differs}"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request that left, with the answer it got, or the miss.

    ``fault`` names the fault that struck it: a broken connection is there without an answer, any other with the answer as it
    arrived. ``stray`` marks what arrived while no call was open.
    """

    request: WireRequest
    answer: Answer | None = None
    miss: Miss | None = None
    fault: str | None = None
    stray: bool = False


@dataclass(frozen=True, kw_only=True)
class Egress:
    """An attempt to reach anything but the replayed xAI. It was blocked; ``stack`` tells who made it."""

    target: str
    stack: str
    carries_secret: bool = False

    @property
    def origin(self) -> str:
        """Of the stack's frames the newest that is of no library, else the newest of a package: file, line and code.

        Empty where there is neither, as in a thread that looks up names for others.
        """
        frames = [" ".join(frame.split()) for frame in re.split(r"^(?=  File \")", self.stack, flags=re.MULTILINE)]
        own = [frame for frame in frames if frame and not any(part in frame for part in _LIBRARIES)]
        installed = [frame for frame in frames if "site-packages" in frame]
        return (own or installed or [""])[-1]
