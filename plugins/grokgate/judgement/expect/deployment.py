"""Statements about how the provider is started, before it is asked anything."""

from __future__ import annotations

from grokgate.judgement.expect.unkept import NOTHING, Unkept
from grokgate.providers.subject import Subject
from grokgate.values.evidence import Blame


class Deployment:
    """The variables of a provider that runs, as its description has them."""

    def __init__(self, subject: Subject) -> None:
        description = subject.launcher.description
        build = description.builds.get(subject.build)
        self._described = {**description.environment, **(build.environment if build else {})}

    def leaves_unset(self, *variables: str) -> None:
        """The description sets none of these; else what the code does by itself is not seen."""
        if found := [variable for variable in variables if variable in self._described]:
            because = f"the description sets {found[0]}={self._described[found[0]]}, so what the code does by itself is not seen"
            raise Unkept(because, expected=NOTHING, saw=found, at="description", blame=Blame.CONFIGURATION)
