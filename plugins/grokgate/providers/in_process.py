"""The fast vehicle: the provider runs in this process, and vcrpy or respx stands in front of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar, cast

from grokgate.providers import given
from grokgate.providers.protocol import Adapter, Documents, Lists, Provider, Setting, Waits
from grokgate.providers.vehicle import NotStarted, failure_of, modes_of, not_offered, perform, said_of_its_face
from grokgate.values.chat import MODES, ChatRequest, ChatResult, Failure, Mode, ModelCard
from grokgate.values.face import Face

T = TypeVar("T")


class InProcess:
    """A provider in this process; see ``grokgate.providers.vehicle.Running``. Raises ``NotStarted``."""

    def __init__(self, adapter: Adapter, setting: Setting) -> None:
        try:
            self._provider: Provider = adapter(setting)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a library that exits has not started either
            raise NotStarted(failure_of(error)) from error
        if not self.modes:
            raise _slip(f"has none of {', '.join(MODES)}")
        try:
            self.face = Face.of(**said_of_its_face(self._provider))
        except (TypeError, ValueError) as error:
            raise _slip(f"says what it takes or tells in a way that is not known here ({error})") from None
        self._runner = asyncio.Runner()

    @property
    def modes(self) -> frozenset[str]:
        return modes_of(self._provider)

    @property
    def lists(self) -> bool:
        return isinstance(self._provider, Lists)

    @property
    def documents(self) -> bool:
        return isinstance(self._provider, Documents)

    @property
    def gone(self) -> None:
        """It is gone with this process alone."""

    def call(self, request: ChatRequest, mode: Mode = "chat") -> ChatResult | Failure:
        return perform(self._provider, mode, request, self._runner)

    def models(self) -> tuple[ModelCard, ...] | Failure:
        if not self.lists:
            return not_offered("listing")
        return _outcome(lambda: given.cards(cast("Lists", self._provider).models()))

    def documentation(self) -> str | Failure:
        if not self.documents:
            return not_offered("documentation")
        return _outcome(lambda: given.text(cast("Documents", self._provider).documentation()))

    def read_timeout(self) -> float | Failure | None:
        if not isinstance(self._provider, Waits):
            return not_offered("read timeout to look at")
        return _outcome(lambda: given.seconds(cast("Waits", self._provider).read_timeout()))

    def close(self) -> None:
        """Close the provider and its event loop. A provider that fails here has answered all that it was asked."""
        with contextlib.suppress(Exception, SystemExit):
            self._provider.close()
        with contextlib.suppress(Exception):
            self._runner.close()


def _outcome(ask: Callable[[], T]) -> T | Failure:
    """What is given back, or what the asking caller meets."""
    try:
        return ask()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # as in a call
        return failure_of(error)


def _slip(what: str) -> NotStarted:
    """The adapter itself is wrong, so that nothing is known of the provider."""
    return NotStarted(Failure(kind="Nonsense", message=f"the adapter {what}: mend the adapter", end="nonsense"))
