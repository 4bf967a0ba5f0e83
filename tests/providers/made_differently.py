"""Right providers that are made differently from the reference, which no gate may blame for it."""

import asyncio
import json
import logging
import time
import tomllib
import uuid
import warnings
from dataclasses import replace
from typing import ClassVar

import aiohttp

from grokgate.formats.home import home
from grokgate.formats.rollout_file import rollout
from grokgate.providers.vehicle import load_adapter
from grokgate.values.chat import ChatResult

Reference = load_adapter("provider.py:Reference", home() / "fixtures" / "reference")
DESCRIPTION = str(home() / "fixtures" / "providers" / "reference.toml")


def described(**more):
    """The reference's description with these keys in place of its own; what lies beside it is named by its whole path."""
    text = (home() / "fixtures" / "providers" / "reference.toml").read_text("utf-8")
    said = tomllib.loads(text.replace("../reference/", f"{home()}/fixtures/reference/"))
    return {key: value for key, value in {**said, **more}.items() if key != "adapter"}


class NeverHadTheLast(Reference):
    """Never had the last of the models that the rollout names beside target and old one: no build of it knows that model."""

    description: ClassVar = DESCRIPTION

    def of_build(self):
        return tuple(model for model in super().of_build() if model.id != self.plan.others[-1].id)


class AsynchronousAlone(Reference):
    """Has asynchronous faces alone."""

    description: ClassVar = DESCRIPTION
    chat = stream = None


class WithoutStreaming(Reference):
    """Does not stream, and does not claim to."""

    description: ClassVar = described(
        claims=["chat", "models", "flag", "restrictions", "json", "tools", "thinking", "logs", "docs", "own-tests"]
    )
    stream = astream = None

    def models(self):
        return [
            replace(card, capabilities=tuple(what for what in card.capabilities if what != "streaming"))
            for card in super().models()
        ]


class WithoutTopP(Reference):
    """Its callers cannot give ``top_p``: there is no such parameter."""

    description: ClassVar = DESCRIPTION
    takes: ClassVar = (
        *("model", "system", "conversation", "name", "limit", "response_format", "tools", "tool_choice", "images"),
        *("temperature", "seed", "user", "stop", "logprobs"),
        *("presence_penalty", "frequency_penalty", "reasoning_effort"),
    )

    def prepare(self, request, **more):
        assert "top_p" not in request.parameters, "no caller can write this"
        return super().prepare(request, **more)


VENDOR = "x-ai/"


class WithWordsOfItsOwn(Reference):
    """Calls ``stop`` ``stop_sequences``, and lists models by vendor and name."""

    models_of_both: ClassVar = {id: VENDOR + id for name in ("grok-4", "grok-4.7") for id in rollout(name).models}
    description: ClassVar = described(names={"parameters": {"stop": "stop_sequences"}, "models": models_of_both})

    def convert(self, model, parameters):
        known = {name: value for name, value in parameters.items() if name != "stop"}  # of that name it knows nothing
        if "stop_sequences" in known:
            known["stop"] = known.pop("stop_sequences")
        return super().convert(model, known)

    def models(self):
        return [replace(card, id=VENDOR + card.id) for card in super().models()]

    def names(self):
        known = super().names()
        return known | {VENDOR + model.id.lower(): model for model in known.values()}


class UnderstandsNoStop(Reference):
    """The same without the words in its description: it takes no notice of a ``stop``, and its callers' own word leaves."""

    description: ClassVar = DESCRIPTION

    known: ClassVar = (*WithoutTopP.takes, "top_p", "stop_sequences")

    def convert(self, model, parameters):
        known = {name: value for name, value in parameters.items() if self.snake_case(name) in self.known and name != "stop"}
        kept, removed = super().convert(model, known)
        if "stop_sequences" in kept:
            kept["stop"] = kept.pop("stop_sequences")
        return kept, removed


class DeclaredByItsListing(Reference):
    """Claims JSON and tools by its listing alone."""

    description: ClassVar = described(claims=["chat", "models", "thinking", "streaming"])


class DeclaresWhatItsFaceHasNot(DeclaredByItsListing):
    """Lists streaming as a capability, and cannot be asked for it."""

    stream = astream = None


class DeclaresNothing(DeclaredByItsListing):
    """Claims neither, by description or listing."""

    def models(self):
        return [replace(card, capabilities=("thinking",)) for card in super().models()]


class PassesOnAndLists(Reference):
    """A raw SDK that lists the models of xAI, and does not promise that as a listing of its own."""

    description: ClassVar = {"kind": "passthrough", "claims": ["chat", "thinking"]}

    def models(self):
        return [replace(card, capabilities=()) for card in super().models()]


class RestrictsAndListsNothing(Reference):
    """Has an allow-list, and promises no listing."""

    description: ClassVar = described(claims=["chat", "flag", "restrictions"])
    models = None


class ConvertsStopAlone(Reference):
    """A library between the kinds: it says that it converts ``stop``; penalties it drops in silence, and effort it renames."""

    description: ClassVar = {"converts": ["stop"], "claims": ["chat", "json", "tools", "thinking", "streaming"]}

    def convert(self, model, parameters):
        spelt = {self.snake_case(name): value for name, value in parameters.items()}
        kept, removed = super().convert(model, {name: value for name, value in spelt.items() if name in ("stop", "temperature")})
        if "reasoning_effort" in spelt:
            kept["effort"] = spelt["reasoning_effort"]
        return kept, removed


class ToolOfAServer(Reference):
    """A tool with a prompt limit of its own that tells text and nothing else; the adapter says so, and it runs in a host."""

    description: ClassVar = {"claims": ["chat", "thinking"], "vehicle": "host", "max_prompt_chars": 60_000}
    takes: ClassVar = ("model", "temperature")
    tells: ClassVar = {
        **dict.fromkeys(("model", "usage", "finish_reason", "calls", "thinking", "cost", "notices"), False),
        "reasoning": False,
    }
    stream = achat = astream = None

    def chat(self, request):
        return ChatResult(text=super().chat(request).text)


class WithoutAsync(Reference):
    """Has no asynchronous faces."""

    description: ClassVar = DESCRIPTION
    achat = astream = None


class InOtherTerms(Reference):
    """Streams from asynchronous code alone, tells the reasoning within the output too, and says the same in other words."""

    description: ClassVar = DESCRIPTION
    stream = None

    def limit(self, request, model, parameters):  # noqa: ARG002
        """Knows the limit by one name of its own, and no field of the wire."""
        return super().limit(request, model, {})

    def body(self, request, model, parameters, *, stream):
        body = super().body(request, model, parameters, stream=stream)
        if len(body.get("stop") or ()) == 1:
            body["stop"] = body["stop"][0] if isinstance(body["stop"], list) else body["stop"]
        if body.get("tool_choice") == "auto":
            del body["tool_choice"]
        elif isinstance(body.get("tool_choice"), dict) and len(request.tools) == 1:
            body["tool_choice"] = "required"
        floats = {name: float(body[name]) for name in ("temperature", "top_p") if name in body}
        return {"n": 1, "seed": None, **dict(reversed(body.items())), **floats}

    def message(self, message):
        made = super().message(message)
        if message.role == "user":
            made["content"] = [{"type": "text", "text": message.content}]
        return made

    def called(self, call):
        made = super().called(call)
        made["function"]["arguments"] = json.dumps(call.arguments, indent=1, sort_keys=True)
        return made

    def usage(self, answer):
        counted = super().usage(answer)
        return counted and replace(counted, completion_tokens=counted.completion_tokens + counted.reasoning_tokens)


class WritesMoreThanItMust(Reference):
    """Writes ``null`` for what it has not, and with each request an id, its time, and the day into a system prompt of its own."""

    description: ClassVar = DESCRIPTION
    unset = dict.fromkeys(("stop", "temperature", "presence_penalty", "frequency_penalty", "reasoning_effort", "max_tokens"))

    def body(self, request, model, parameters, *, stream):
        body = super().body(request, model, parameters, stream=stream)
        return {**self.unset, "tools": [], "metadata": {"request": str(uuid.uuid4()), "at": time.time()}, **body}

    def messages(self, request):
        return [{"role": "system", "content": f"It is {time.time()}."}, *super().messages(request)]


class TellsByWarnings(Reference):
    """Has no log, and warns of each removal as Python does, or by a logger without a handler."""

    description: ClassVar = {key: value for key, value in described().items() if key not in ("log", "vehicle")}

    def announce_removed(self, model, removed):
        for name in removed:
            warnings.warn(f"{model.id} does not support {name}, which is dropped", stacklevel=2)
        return ()


class TellsByALogger(TellsByWarnings):
    """The same by a logger for which nobody has made a handler."""

    def announce_removed(self, model, removed):
        for name in removed:
            logging.getLogger(__name__).warning("%s does not support %s, which is dropped", model.id, name)
        return ()


class TellsNothing(TellsByWarnings):
    """Drops in silence what it knows; what it does not know leaves."""

    def announce_removed(self, model, removed):  # noqa: ARG002
        return ()


class MendedTheOldModel(Reference):
    """Forwarded to the old model what xAI refuses until the rollout, and has never known its users."""

    description: ClassVar = DESCRIPTION

    def convert(self, model, parameters):
        kept, removed = super().convert(model, parameters)
        if model.id == self.plan.old.id:
            kept = {name: value for name, value in kept.items() if name != "user"}
            kept |= {name: parameters[name] for name in removed if self.build == "before" and name in parameters}
        return kept, removed


class NeverWaits(Reference):
    """Has faces for asynchronous callers alone."""

    description: ClassVar = DESCRIPTION
    chat: ClassVar = None
    stream: ClassVar = None


class StreamsByAiohttp(Reference):
    """Streams by aiohttp, which drops what it has not handed on when a connection breaks, and takes its time for each line."""

    description: ClassVar = described(vehicle="host")
    stream = None

    async def astream(self, request):
        call, arrival = self.prepare(request, stream=True), self.endpoint.arrival()
        asked = {"json": self.endpoint.body(call.body), "headers": self.headers()}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.setting.base_url}/{self.endpoint.path}", **asked) as answer,
        ):
            async for line in answer.content:
                await asyncio.sleep(0.002 if line.strip() else 0)
                for delta in self.deltas(arrival, line):
                    yield delta
        yield self.last_delta(arrival, request, call.notices)


class StreamsAndNothingElse(Reference):
    """Has one way to be asked: a stream."""

    description: ClassVar = DESCRIPTION
    chat = achat = astream = None


class MovedWithTheRollout(Reference):
    """Has talked to chat completions before the rollout, and talks to responses since."""

    description: ClassVar = DESCRIPTION

    def __init__(self, setting):
        api = "chat" if setting.options.get("build") == "before" else "responses"
        super().__init__(replace(setting, options={**setting.options, "api": api}))
