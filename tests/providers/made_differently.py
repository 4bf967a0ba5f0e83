"""Right providers that are made differently from the reference, which no gate may blame for it."""

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
    """Streams from asynchronous code alone, and tells the reasoning twice: in a field of its own and within the output."""

    description: ClassVar = DESCRIPTION
    stream = None

    def usage(self, answer):
        counted = super().usage(answer)
        return counted and replace(counted, completion_tokens=counted.completion_tokens + counted.reasoning_tokens)
