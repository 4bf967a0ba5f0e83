"""What a provider under test is, as its TOML file says, and how it is named: a language of its own."""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal

from grokgate.formats.document import BadDocument, check, load
from grokgate.formats.home import SCHEMAS, home
from grokgate.providers.vehicle import NoAdapter, load_adapter
from grokgate.values.face import Tells
from grokgate.values.names import Names
from grokgate.values.world import ENDPOINTS

PLACES = ("workdir", "fixtures", "base_url", "key", "here", "rollout", "world")
"""What a value of the environment may name in braces."""
GROUP = "grokgate.providers"
"""The entry points under which installed packages offer providers."""
_MODULE_CLASS = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class UnknownProvider(LookupError):
    """Nothing is known by the name that was given: which, and what a name can be."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """How the deployment's variables are switched: in which file (relative to the workdir), and whether a restart is needed."""

    file: str | None = None
    restart: bool = False


@dataclass(frozen=True, kw_only=True)
class Build:
    """A build of the provider, as it differs from the description: other requirements, and options and variables more."""

    requirements: tuple[str, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Description:
    """A provider under test.

    ``adapter`` is ``module:Class`` or ``file.py:Class`` relative to ``path``'s folder; ``None`` where ``command`` runs a host
    of the provider's own. ``requirements`` or ``interpreter`` say in what environment the host runs. ``log`` is relative to
    the workdir. ``environment`` values may name ``PLACES`` in braces. ``egress`` are hosts that it is known to reach for.
    ``fallbacks`` are variables that configure other providers beside xAI. ``documentation`` is a file, where the adapter gives
    none. ``models`` are the ids that it had before the rollout; ``None`` where it does not say. ``rollouts`` are what differs of
    all this in a rollout, by its id.
    ``converts`` are the parameters that it says it converts; ``None`` is all where its ``kind`` is converting, else none.
    ``face`` names what is driven (class, MCP tool, gateway), since a status belongs to it; ``takes`` are the fields
    that its requests may have (``None`` is all), ``max_prompt_chars`` the longest prompt, ``tells`` what it gives back, and
    ``names`` what its library calls parameters and models.
    ``path`` is the file that says all this: the TOML, or the module that holds the class.
    """

    name: str
    title: str
    kind: Literal["converting", "passthrough"]
    adapter: str | None
    path: Path
    vehicle: Literal["in-process", "host"]
    face: str = "class"
    claims: tuple[str, ...] = ("chat",)
    command: tuple[str, ...] | None = None
    requirements: tuple[str, ...] = ()
    interpreter: Path | None = None
    log: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    egress: tuple[str, ...] = ()
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    documentation: Path | None = None
    own_tests: str | None = None
    switch: Switch = field(default_factory=Switch)
    options: Mapping[str, Any] = field(default_factory=dict)
    builds: Mapping[str, Build] = field(default_factory=dict)
    models: tuple[str, ...] | None = None
    rollouts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    converts: tuple[str, ...] | None = None
    takes: tuple[str, ...] | None = None
    tells: Tells = field(default_factory=Tells)
    max_prompt_chars: int | None = None
    names: Names = field(default_factory=Names)

    def promises(self, option: str) -> bool:
        """Whether it says that it converts an option: the limit, or a parameter."""
        return self.kind == "converting" if self.converts is None else option in self.converts

    @property
    def sends_as_told(self) -> bool:
        """Whether it says that it converts nothing."""
        return self.kind == "passthrough" if self.converts is None else not self.converts

    def in_rollout(self, id: str) -> Description:
        """The provider as it is in this rollout: tables key by key, all else in place of what stands outside."""
        said = self.rollouts.get(id, {})
        changed: dict[str, Any] = {key: {**getattr(self, key), **said[key]} for key in _TABLES if key in said}
        changed |= {key: tuple(said[key]) for key in ("claims", "egress", "models") if key in said}
        changed["builds"] = {**self.builds, **{name: _build(build) for name, build in said.get("builds", {}).items()}}
        if "documentation" in said:
            changed["documentation"] = self.path.parent / said["documentation"]
        return replace(self, **changed)


_TABLES = ("environment", "fallbacks", "options")


def find_provider(spec: str) -> Description:
    """The provider that ``spec`` names. Raises ``UnknownProvider``, and ``BadDocument`` where its description is refused.

    ``spec`` is a bundled name; ``mutant:NAME``; the path of a TOML file; ``path/to/file.py:Class`` or ``module:Class``, whose
    attribute ``description`` may be a mapping with a TOML's keys or the path of a TOML beside it; or the name of an entry
    point of the group ``grokgate.providers``, which leads to a class or to a callable that gives a TOML's path. ``@responses``
    or ``@chat`` behind it chooses the endpoint of one whose description says its ``api``.
    """
    named, at, api = spec.rpartition("@")
    if at and api in ENDPOINTS:
        return _at(find_provider(named), api)
    shipped = home() / "fixtures" / "providers" / f"{spec}.toml"
    if re.fullmatch(r"[\w.-]+", spec) and shipped.is_file():
        return load_description(shipped)
    kind, colon, name = spec.rpartition(":")
    if kind == "mutant":
        return _mutant(name)
    if spec.endswith(".toml"):
        return _file(Path(spec).expanduser())
    if colon and (kind.endswith(".py") or _MODULE_CLASS.fullmatch(spec)):
        return _class(spec)
    for entry in entry_points(group=GROUP, name=spec):
        return _entry_point(entry)
    raise _unknown(f"no provider {spec!r}")


def _at(described: Description, api: str) -> Description:
    """The provider at this endpoint, where that is its description's to choose."""
    if "api" not in described.options:
        raise _unknown(f"{described.name} does not say by `api` at which endpoint it asks, so @{api} chooses none")
    if described.options["api"] == api:
        return described
    options = {**described.options, "api": api}
    return replace(described, name=f"{described.name}-{api}", title=f"{described.title} on {api}", options=options)


def mutants() -> Iterator[tuple[str, Path]]:
    """The bundled broken providers: the name of each class, and its file."""
    for path in sorted((home() / "fixtures" / "mutants").glob("*.py")):
        for name in re.findall(r"^class ([A-Za-z]\w*)\(", path.read_text("utf-8"), re.MULTILINE):
            yield name, path


def kebab(name: str) -> str:
    """A class' name as people type it: ``KeepsStop`` is ``keeps-stop``."""
    return _WORD_STARTS.sub("-", name).lower()


def load_description(path: Path) -> Description:
    """The provider that a TOML file describes. Raises ``BadDocument``."""
    path = path.resolve()
    return _description(load(path, "provider"), path)


def described_by(data: Mapping[str, Any], path: Path, place: str) -> Description:
    """The provider that a mapping with a TOML's keys describes; ``place`` names it in a refusal. Raises ``BadDocument``."""
    plain = json.loads(json.dumps(dict(data)))  # a class may say it with tuples
    check(plain, json.loads((SCHEMAS / "provider.schema.json").read_bytes()), place)
    return _description(plain, path)


def bundled() -> list[Description]:
    """The providers that come with grokgate, by name. Raises ``BadDocument``."""
    return [load_description(path) for path in sorted((home() / "fixtures" / "providers").glob("*.toml"))]


def _description(data: dict[str, Any], path: Path) -> Description:
    _settle(data, path)
    return Description(
        name=data["name"],
        title=data.get("title", data["name"]),
        kind=data.get("kind", "passthrough" if "converts" in data else "converting"),
        adapter=data.get("adapter"),
        path=path,
        vehicle=data.get("vehicle", "host"),
        face=data.get("face", "class"),
        claims=tuple(data.get("claims", ("chat",))),
        command=tuple(_placed(word, path) for word in data["command"]) if "command" in data else None,
        requirements=tuple(data.get("requirements", ())),
        # Not resolved: a virtual environment's python is a link that leads out of it.
        interpreter=path.parent / Path(data["interpreter"]).expanduser() if "interpreter" in data else None,
        log=data.get("log"),
        environment=data.get("environment", {}),
        egress=tuple(data.get("egress", ())),
        fallbacks=data.get("fallbacks", {}),
        documentation=path.parent / data["documentation"] if "documentation" in data else None,
        own_tests=data.get("own_tests"),
        switch=Switch(**data.get("switch", {})),
        options={**({"api": data["api"]} if "api" in data else {}), **data.get("options", {})},
        builds={name: _build(build) for name, build in data.get("builds", {}).items()},
        models=tuple(data["models"]) if "models" in data else None,
        rollouts=data.get("rollout", {}),
        converts=tuple(data["converts"]) if "converts" in data else None,
        takes=tuple(data["takes"]) if "takes" in data else None,
        tells=Tells.of(data.get("tells", {})),
        max_prompt_chars=data.get("max_prompt_chars"),
        names=Names(**data.get("names", {})),
    )


def _build(data: list[str] | dict[str, Any]) -> Build:
    if isinstance(data, list):
        return Build(requirements=tuple(data))
    requirements = data.get("requirements")
    return Build(
        requirements=None if requirements is None else tuple(requirements),
        options=data.get("options", {}),
        environment=data.get("environment", {}),
    )


def _settle(data: dict[str, Any], path: Path) -> None:
    """Refuse what the schema cannot: keys that contradict each other, and braces that name no place."""
    if ("adapter" in data) == ("command" in data):
        raise BadDocument(path, "adapter", "give either an adapter, or the command of a host that speaks the protocol itself")
    if len({"requirements", "interpreter", "command"} & data.keys()) > 1:
        raise BadDocument(path, "requirements", "give one of requirements, interpreter and command: each says what runs the host")
    if "command" in data and data.get("vehicle") == "in-process":
        raise BadDocument(path, "vehicle", "a command runs a host; only an adapter runs in process")
    tables = {**_tables("", data)}
    for id, said in data.get("rollout", {}).items():
        tables |= _tables(f"rollout.{id}.", said)
    for place, table in tables.items():
        for name, value in table.items():
            try:
                value.format(**dict.fromkeys(PLACES, ""))
            except (LookupError, ValueError, AttributeError):
                named = ", ".join(f"{{{known}}}" for known in PLACES)
                raise BadDocument(path, f"{place}.{name}", f"braces may name {named}; {{{{ stands for one brace") from None


def _tables(place: str, data: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """The tables of a description whose values may name places in braces."""
    builds = {name: build for name, build in data.get("builds", {}).items() if isinstance(build, dict)}
    return {
        f"{place}environment": data.get("environment", {}),
        f"{place}fallbacks": data.get("fallbacks", {}),
        **{f"{place}builds.{name}.environment": build.get("environment", {}) for name, build in builds.items()},
    }


def _placed(word: str, path: Path) -> str:
    """A word of the command with ``{here}`` and ``{fixtures}`` filled in; other braces stay, they belong to the command."""
    places = {"here": str(path.parent), "fixtures": str(home() / "fixtures")}
    return re.sub(r"\{(here|fixtures)\}", lambda found: places[found[1]], word)


def _mutant(name: str) -> Description:
    known = dict(mutants())
    chosen = next((mutant for mutant in known if name in (mutant, kebab(mutant))), None)
    if chosen is None:
        near = difflib.get_close_matches(kebab(name), map(kebab, known), n=3)
        raise _unknown(f"no mutant {name!r}{'; near it: ' + ', '.join(near) if near else ''}")
    reference = load_description(home() / "fixtures" / "providers" / "reference.toml")
    title = f"{reference.title}, broken: {chosen}"
    adapter = f"{known[chosen]}:{chosen}"
    described = getattr(load_adapter(adapter, known[chosen].parent), "described", {})
    return replace(reference, name=f"mutant-{kebab(chosen)}", title=title, adapter=adapter, **described)


def _file(path: Path) -> Description:
    if not path.is_file():
        raise _unknown(f"no file {path}")
    return load_description(path)


def _entry_point(entry: EntryPoint) -> Description:
    if isinstance(offered := entry.load(), type):
        return _class(entry.value)
    return load_description(Path(offered() if callable(offered) else offered))


def _class(spec: str) -> Description:
    """A class that is the adapter, and says of itself what a TOML would."""
    source, _, name = spec.rpartition(":")
    if source.endswith(".py"):
        source = str(Path(source).expanduser().resolve())
        spec = f"{source}:{name}"
    try:
        adapter: Any = load_adapter(spec, Path.cwd())
    except NoAdapter as error:
        raise _unknown(str(error)) from error
    path = Path(sys.modules[adapter.__module__].__file__ or source).resolve()
    described = getattr(adapter, "description", {})
    if isinstance(described, Mapping):
        defaults = {"name": kebab(name), "claims": ["chat"], "adapter": spec}
        return described_by({**defaults, **described}, path, f"{spec}.description")
    return replace(load_description(path.parent / described), adapter=spec)


def _unknown(reason: str) -> UnknownProvider:
    names = ", ".join(path.stem for path in sorted((home() / "fixtures" / "providers").glob("*.toml")))
    return UnknownProvider(
        f"{reason}. Bundled are: {names}. A provider is named by a bundled name, by the TOML file that describes it "
        "(my-provider.toml), by module:Class, by path/to/file.py:Class, by an entry point of the group grokgate.providers, "
        "or by mutant:NAME; @responses behind it chooses that endpoint, where its description says `api`. "
        "URLs and MCP commands are not supported yet."
    )
