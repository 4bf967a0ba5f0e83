"""Right providers that are made differently from the reference, which no gate may blame for it."""

import json
from dataclasses import replace
from typing import ClassVar

from grokgate.formats.home import home
from grokgate.providers.vehicle import load_adapter

Reference = load_adapter("provider.py:Reference", home() / "fixtures" / "reference")
DESCRIPTION = str(home() / "fixtures" / "providers" / "reference.toml")


class NeverHadTheLast(Reference):
    """Never had the last of the models that the rollout names beside target and old one: no build of it knows that model."""

    description: ClassVar = DESCRIPTION

    def of_build(self):
        return tuple(model for model in super().of_build() if model.id != self.plan.others[-1].id)


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


class MendedTheOldModel(Reference):
    """Forwarded to the old model what xAI refuses until the rollout, and has never known its users."""

    description: ClassVar = DESCRIPTION

    def convert(self, model, parameters):
        kept, removed = super().convert(model, parameters)
        if model.id == self.plan.old.id:
            kept = {name: value for name, value in kept.items() if name != "user"}
            kept |= {name: parameters[name] for name in removed if self.build == "before" and name in parameters}
        return kept, removed
