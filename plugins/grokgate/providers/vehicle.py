"""What every vehicle has in common: how a provider that runs is asked, wherever it runs.

Standard library only: the host that runs a provider in its own interpreter imports this module too.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import traceback
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, cast

from grokgate.providers import given
from grokgate.providers.protocol import Adapter, Provider
from grokgate.values.chat import MODES, ChatRequest, ChatResult, Delta, End, Failure, Mode, ModelCard, joined
from grokgate.values.face import Face

if TYPE_CHECKING:
    import asyncio

FRAMES = 10
"""Frames of a failure's trace; the newest tell most."""
SLIPS = (AttributeError, LookupError, TypeError)
"""What is raised in grokgate's own code, a bundled adapter's too, where it gets what it did not expect."""
FIELDS = ("message", "body", "details")
"""Public fields of client libraries' errors in which the server's own words stand."""


class Running(Protocol):
    """A provider that runs. Suites cannot tell in which vehicle.

    ``modes`` are those of ``chat``, ``stream``, ``achat`` and ``astream`` that the provider has; ``lists`` and ``documents``
    tell whether it has a listing and documentation of its own, and ``face`` what it says that it takes and tells. No call
    raises: what went wrong is a ``Failure``, and what the provider does not have is a ``Failure`` of kind ``NotOffered``.
    """

    @property
    def modes(self) -> frozenset[str]: ...

    @property
    def lists(self) -> bool: ...

    @property
    def documents(self) -> bool: ...

    @property
    def gone(self) -> Failure | None:
        """How its process ended, where it has one of its own and that is no more; whoever asks on starts it anew."""

    @property
    def face(self) -> Face: ...

    def call(self, request: ChatRequest, mode: Mode = "chat") -> ChatResult | Failure: ...

    def models(self) -> tuple[ModelCard, ...] | Failure: ...

    def documentation(self) -> str | Failure: ...

    def read_timeout(self) -> float | Failure | None: ...

    def close(self) -> None: ...


class NotStarted(Exception):
    """The provider did not start; ``failure`` is what it met, as its operator would see it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.kind}: {failure.message}")
        self.failure = failure


class NoAdapter(LookupError):
    """The name of an adapter leads to none: which, why, and what to do."""


def modes_of(provider: Provider) -> frozenset[str]:
    """The modes that the provider has methods for."""
    return frozenset(mode for mode in MODES if callable(getattr(provider, mode, None)))


def said_of_its_face(provider: object) -> dict[str, Any]:
    """The attributes ``takes`` (fields) and ``tells`` (a mapping) of an adapter; ``None`` where it says nothing."""
    said = {name: _attribute(provider, name) for name in ("takes", "tells")}
    return {name: None if callable(value) else value for name, value in said.items()}


def not_offered(what: str) -> Failure:
    """The failure of asking for what the provider does not have."""
    return Failure(kind="NotOffered", message=f"the provider offers no {what}")


def perform(provider: Provider, mode: Mode, request: ChatRequest, runner: asyncio.Runner | None = None) -> ChatResult | Failure:
    """Make one call, in any mode; a stream is read to its end and joined.

    Asynchronous modes run in ``runner`` where one is given: client libraries pool connections per event loop, so the calls
    of one provider share a loop. Raises ``KeyboardInterrupt`` and nothing else; of a library that exits (llm-grok ends with
    ``SystemExit``) the failure says so.
    """
    if mode not in modes_of(provider):
        return not_offered(mode)
    ask: Callable[[ChatRequest], Any] = getattr(provider, mode)
    handed: list[Delta] = []
    try:
        with warnings.catch_warnings():  # so that a warning is given at each call, and not at the first alone
            if mode == "chat":
                return given.answer(ask(request))
            if mode == "stream":
                handed.extend(map(given.delta, ask(request)))
                return joined(handed)
            if mode == "achat":
                return given.answer(_awaited(given.awaited(ask(request)), runner))
            _awaited(_collected(ask(request), handed), runner)
            return joined(handed)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the caller of the library would meet
        return replace(failure_of(error), handed="".join(delta.text for delta in handed))


def failure_of(error: BaseException) -> Failure:
    """The error as data, with all that its catcher can read of it.

    The message is its text, and below it what its public fields say beyond the text (openai 3 keeps xAI's sentence in
    ``body`` alone). The status is the first readable one of the error and of what caused it.
    """
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    try:
        message = str(error)
    except Exception as unprintable:
        message = f"(the error cannot be printed: {type(unprintable).__name__})"
    for field in FIELDS:
        value = _attribute(error, field)
        if isinstance(value, (str, dict)) and value and str(value) not in message:
            message += f"\n{field}: {value}"
    end = _end(error)
    if end == "nonsense" and not isinstance(error, given.Nonsense):
        message = f"the adapter fell over what it got ({type(error).__name__}): {message}"
    trace = "".join(traceback.format_list(frames))
    return Failure(kind=type(error).__name__, message=message, status=_status(error), trace=trace, end=end)


def _end(error: BaseException) -> End:
    """Whether it is an error at all of the library's making, that its caller can catch."""
    if not isinstance(error, Exception):
        return "uncaught"
    *_, (raised_in, _) = traceback.walk_tb(error.__traceback__) if error.__traceback__ else [(None, 0)]
    ours = raised_in is not None and str(raised_in.f_globals.get("__name__")).startswith("grokgate.providers.")
    return "nonsense" if isinstance(error, given.Nonsense) or (ours and isinstance(error, SLIPS)) else ""


def load_adapter(spec: str, here: Path) -> Adapter:
    """The adapter that ``module:Class`` or ``path/to/file.py:Class`` names; a path is relative to ``here``.

    Raises ``NoAdapter``, or whatever the adapter's module raises when it is imported. A module that is not installed is
    also looked for in ``here``, so that an adapter finds what lies beside it.
    """
    source, _, name = spec.rpartition(":")
    if not source or not name.isidentifier():
        raise NoAdapter(f"{spec!r} names no adapter: write module:Class, or path/to/file.py:Class")
    try:
        module = _file_module(here / source) if source.endswith(".py") else _module(source, here)
    except ModuleNotFoundError as error:
        wanted = f"there is no module {error.name!r} in {sys.prefix}"
        raise NoAdapter(f"{spec}: {wanted}. Install it there, or name it in the description's requirements.") from error
    found = getattr(module, name, None)
    if found is not None and not callable(found):
        raise NoAdapter(f"{spec}: {name} is a value of type {type(found).__name__}, and no class of a provider")
    if found is None:
        own = [key for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
        raise NoAdapter(f"{spec}: {module.__file__ or source} has no {name}; it has {', '.join(sorted(own)) or 'nothing'}")
    return cast("Adapter", found)


def _awaited(coroutine: Coroutine[Any, Any, Any], runner: asyncio.Runner | None) -> Any:
    if runner is not None:
        return runner.run(coroutine)
    import asyncio

    return asyncio.run(coroutine)


async def _collected(deltas: AsyncIterator[Delta], handed: list[Delta]) -> None:
    async for delta in deltas:
        handed.append(given.delta(delta))  # not a comprehension: what came before a failure is kept


def _status(error: BaseException | None) -> int | None:
    seen: set[int] = set()  # causes may run in a circle: those of an error that respx raises do
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        for carrier, name in ((error, "status_code"), (error, "status"), (_attribute(error, "response"), "status_code")):
            status = _attribute(carrier, name)
            if isinstance(status, int) and not isinstance(status, bool):
                return status
        error = error.__cause__
    return None


def _attribute(carrier: object, name: str) -> Any:
    try:
        return getattr(carrier, name, None)
    except Exception:  # a property of a library's error may raise when it has nothing to show
        return None


def _module(name: str, here: Path) -> ModuleType:
    return _importing(lambda: importlib.import_module(name), here)


def _file_module(path: Path) -> ModuleType:
    path = path.resolve()
    if not path.is_file():
        raise NoAdapter(f"there is no file {path}")
    # Named by its whole path: two adapters.py of two providers may share a process.
    name = f"grokgate_adapter_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return sys.modules[name]
    return _importing(lambda: _executed(name, path), path.parent)


def _executed(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise NoAdapter(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while it is executed
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _importing(load: Callable[[], ModuleType], here: Path) -> ModuleType:
    """Load; where a module is missing that lies in ``here``, or holds it, put its folder last on the path and load again.

    Last, and only when needed: a ``utils.py`` beside the adapter must not hide the library's own.
    """
    try:
        return load()
    except ModuleNotFoundError as error:
        folder = _holding((error.name or "").partition(".")[0], here)
        if folder is None or str(folder) in sys.path:
            raise
    sys.path.append(str(folder))
    return load()


def _holding(module: str, here: Path) -> Path | None:
    """The folder in which a module lies: ``here``, or the one above a package that ``here`` is a part of."""
    packages = takewhile(lambda folder: (folder / "__init__.py").is_file(), (here, *here.parents))
    places = (here, *(folder.parent for folder in packages))
    found = (place for place in places if (place / f"{module}.py").is_file() or (place / module / "__init__.py").is_file())
    return next(found, None) if module else None
