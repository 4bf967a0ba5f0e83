"""What an exchange becomes for a model that does otherwise with its thinking than the one of which it was written.

A rule may cover several kinds of thinking, so that one exchange plays for all: for a model that hides its thinking what shows of
it is left out, and for one that does not think its tokens, too. Nothing is put in: a model that shows its thinking may be
answered without any.
"""

from __future__ import annotations

import re
from dataclasses import replace

from grokgate.upstream.cassette import Recording, events_of

_TEXT = r'"reasoning_content":"(?:[^"\\]|\\.)*"'
_SHOWN = re.compile(rf"{_TEXT},|,?{_TEXT}")
_SILENT = '"delta":{}}]'
"""What an event holds that says nothing, and does not end the answer."""
_THOUGHT = re.compile(r'"reasoning_tokens":(\d+)')
_TOTAL = re.compile(r'("total_tokens":(?:\$\{\w+\+)?)(\d+)')
_SOURCE = {
    "none": "not seen of a model that does not think: made of what one says that thinks, without its thinking",
    "hidden": "not seen of a model that hides its thinking: made of what one says that shows it, without what shows",
    "shown": "not seen of a model that shows its thinking: made of what one says that hides it",
}


def as_it_thinks(recording: Recording, kind: str) -> Recording:
    """The exchange for a model whose thinking is of this kind; itself where nothing differs, or where it was recorded."""
    if recording.provenance == "recorded" or recording.endpoint == "responses":  # it plays as it stands there
        return recording
    body, at, repeat = recording.body, recording.at, recording.repeat
    if recording.is_stream:
        events = [event.decode() for event in events_of(body)]
        kept = [(place, made) for place, event in enumerate(events) if (made := _event(event, kind))]
        if [event for _, event in kept] != events:
            body = "".join(event for _, event in kept)
        at = tuple(at[place] for place, _ in kept) if at else ()
        repeat = repeat if kind == "hidden" else None
    elif kind != "shown":
        body = _SHOWN.sub("", body)
    if kind == "none":
        body = _without_tokens(body)
    if body == recording.body:
        return recording
    sources = (*recording.sources, _SOURCE[kind])
    return replace(recording, body=body, at=at, repeat=repeat, provenance="derived", sources=sources)


def _event(event: str, kind: str) -> str:
    """An event of a stream; nothing where it has nothing to say."""
    if kind != "hidden" and _SILENT in event:  # it keeps the line while a model thinks in silence
        return ""
    if kind == "shown":
        return event
    said = _SHOWN.sub("", event)
    return "" if said != event and _SILENT in said else said


def _without_tokens(body: str) -> str:
    """The body with no tokens of thinking, and a total without them; on chat, where they stand beside the output."""
    thought = int(found[1]) if (found := _THOUGHT.search(body)) else 0
    body = _TOTAL.sub(lambda total: f"{total[1]}{int(total[2]) - thought}", body)
    return _THOUGHT.sub('"reasoning_tokens":0', body)
