"""Where a model is let to speak, and what it is to say is known: the answer with that content.

All but the content is the tape's: what xAI refuses stays refused, and the answer has the shape, the names and the prices of this
world. It is written into the answer to a plain question; a call has the shape of one that is on tape.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from grokgate.upstream.cassette import Recording
from grokgate.upstream.fill import Asked
from grokgate.upstream.instance import instance
from grokgate.upstream.script import chat
from grokgate.upstream.script.said import Call, Said, answer_id, call_id
from grokgate.upstream.semantics import Meaning
from grokgate.upstream.wording import functions_of, turns_of
from grokgate.values.script import Scripted
from grokgate.values.wire import Answer, Miss, WireRequest
from grokgate.values.world import ENDPOINTS

RULE = "scripted"
"""What stands in place of a rule where the script said the answer."""
SOURCE = "what the model says was said by whoever asked; the shape is that of the answer on tape"
SPOKEN = {
    "format": "text",
    "schema": "none",
    "tools": "none",
    "offered": "none",
    "choice": "unset",
    "call": "no",
    "parallel": "yes",
    "turn": "user",
    "parts": "text",
    "prompt": "other",
}
"""What the request of a plain text means: that much of what is asked does not matter where the content is known."""
CALLING = {"offered": "functions", "call": "yes", "stream": "no"}
"""What is otherwise where a function is called, in one piece."""
Play = Callable[[WireRequest, Meaning], Answer | Miss]


def lets_speak(means: Meaning, recording: Recording | None) -> bool:
    """Whether a model answers at all: what xAI refuses no script changes."""
    return means["route"] in ENDPOINTS and (recording is None or recording.status < 400)


def answer(says: Scripted, asked: Asked, play: Play) -> Answer | Miss:
    """The answer with what the model says, as chat completions give it.

    A miss where the tape has none to write it in, or a call names what is not offered.
    """
    offered = [str(function.get("name")) for function in functions_of(asked.content)]
    if stray := next((call.name for call in says.calls if call.name not in offered), None):
        there = f"offers {', '.join(offered)}" if offered else "offers no function"
        return Miss(meaning=asked.means, script=f"the script calls {stray}, and the request {there}")
    means = _plain(asked.means)
    text = play(asked.request, means)
    if isinstance(text, Miss):
        return text
    call = play(asked.request, {**means, "tools": asked.means["tools"], **CALLING}) if says.calls else None
    if isinstance(call, Miss):
        return call
    shape = chat.shape_of_call(call) if call else None
    ids = chat.id_of(shape) if shape else ""
    said = Said(text=says.text, thinking=says.thinking, calls=tuple(_calls(says, asked, ids)))
    write = chat.stream if text.chunks else chat.whole
    made = _with_its_id(write(text, said, shape, asked.model.price), turns_of(asked.content))
    return replace(made, rule=RULE, provenance="derived", recorded_at="", sources=(*text.sources, SOURCE))


def _with_its_id(made: Answer, turns: object) -> Answer:
    """The answer with an id of its own, wherever it stands: items and later requests refer to it."""
    first = made.chunks[0][1].removeprefix(b"data: ") if made.chunks else made.body
    was = str(json.loads(first)["id"])
    old, new = was.encode(), answer_id(was, turns).encode()
    chunks = tuple((at, chunk.replace(old, new)) for at, chunk in made.chunks)
    return replace(made, body=made.body.replace(old, new), chunks=chunks)


def _plain(means: Meaning) -> Meaning:
    limit = "open" if means["limit"] in ("tight", "small") else means["limit"]
    return {**means, **SPOKEN, "limit": limit}


def _calls(says: Scripted, asked: Asked, like: str) -> Iterator[Call]:
    offered = {str(function.get("name")): function for function in functions_of(asked.content)}
    for number, call in enumerate(says.calls):
        given = call.arguments
        if given is None:
            given = instance(offered[call.name].get("parameters") or {"type": "object"})
        arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        yield Call(id=call_id(like, turns_of(asked.content), number), name=call.name, arguments=arguments)
