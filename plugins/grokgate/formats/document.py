"""Reading a file that a person or a machine wrote: TOML, YAML or JSON, held against its JSON Schema.

A refusal names the file, the place in it and the reason. What was read before is remembered by digest, in
``$XDG_CACHE_HOME/grokgate``, so that a file costs its parsing and checking once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Collection, Hashable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from grokgate.formats.home import SCHEMAS

LARGEST = 16 * 1024 * 1024
"""Bytes of the largest file that is read; a library of recordings is many files, not one."""
DEEPEST = 64
"""Levels of nesting; more than any format needs, and less than what overflows a parser."""
TOO_DEEP = f"nested more than {DEEPEST} levels deep"
BINARY = ("tag:yaml.org,2002:binary", "!binary")
"""The tags of bytes: ``!!binary``, and ``!binary``, which is how Ruby writes it."""
LONGEST = 300
"""Characters of the schema's complaint that are quoted; it quotes what it complains of, which may be the whole file."""


class BadDocument(ValueError):
    """A file is refused: which, where in it, and why."""

    def __init__(self, path: Path | str, place: str, reason: str) -> None:
        super().__init__(f"{path}: {place}: {reason}" if place else f"{path}: {reason}")
        self.path, self.place, self.reason = str(path), place, reason


def cache_folder() -> Path:
    """Where what can be made again is kept; ``GROKGATE_CACHE`` moves it."""
    if moved := os.environ.get("GROKGATE_CACHE"):
        return Path(moved)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "grokgate"


def digest(*parts: bytes) -> str:
    """The SHA-256 of the parts, as 64 hexadecimal digits."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()


def load(path: Path, schema: str) -> Any:
    """The content of ``path``, checked against ``schemas/<schema>.schema.json``.

    Raises ``BadDocument``. The format follows the file's ending: ``.toml``, ``.yaml``/``.yml``, or JSON.
    """
    raw = read(path)
    schema_raw = (SCHEMAS / f"{schema}.schema.json").read_bytes()
    kept = cache_folder() / "documents" / f"{digest(path.suffix.encode(), schema_raw, raw)}.json"
    try:
        return json.loads(kept.read_bytes())
    except (OSError, ValueError):
        pass
    content = parse(path, raw)
    check(content, json.loads(schema_raw), path)
    _keep(kept, content)
    return content


def read(path: Path, largest: int = LARGEST) -> bytes:
    """The bytes of a file that may be read: there, a file, and not huge."""
    try:
        size = path.stat().st_size
        if size > largest:
            raise BadDocument(path, "", f"it has {size:,} bytes; the most that is read is {largest:,}")
        return path.read_bytes()
    except OSError as error:
        raise BadDocument(path, "", error.strerror or str(error)) from None


def parse(path: Path, raw: bytes, *, suffix: str | None = None, binary: bool = False, several: bool = False) -> Any:
    """The bytes as data. Raises ``BadDocument`` with line and column where the format gives them.

    ``suffix`` takes the place of the path's. With ``binary``, YAML may hold bytes as base64, tagged ``!!binary``; with
    ``several`` it may have several documents, and what is given is the list of them.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadDocument(path, f"line {line}", f"not UTF-8 (byte {error.start})") from None
    yaml = partial(_yaml, binary=binary, several=several)
    parsers: dict[str, Callable[[Path, str], Any]] = {".toml": _toml, ".yaml": yaml, ".yml": yaml}
    parser = parsers.get(path.suffix if suffix is None else suffix, _json)
    try:
        content = parser(path, text)
    except RecursionError:
        raise BadDocument(path, "", TOO_DEEP) from None
    if _is_deep(content):
        raise BadDocument(path, "", TOO_DEEP)
    return content


def check(content: Any, schema: Any, path: Path | str) -> None:
    """Hold data against a JSON Schema; the first fault, by depth, is the one that is named."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema)
    faults = sorted(validator.iter_errors(content), key=lambda fault: list(map(str, fault.absolute_path)))
    if faults:
        fault = jsonschema.exceptions.best_match(faults)
        if isinstance(fault.instance, date) and fault.validator == "type":
            raise BadDocument(path, _place(content, fault.absolute_path), f'a day is written in quotes: "{fault.instance}"')
        reason = fault.message if len(fault.message) <= LONGEST else f"{fault.message[:LONGEST]} …"
        raise BadDocument(path, _place(content, fault.absolute_path), reason)


def _place(content: Any, path: Any) -> str:
    """``requirement[3] (POST-2.2).severity``: indices, with the identifier of the entry where it has one."""
    place = ""
    for step in path:
        content = content[step]
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else str(step)
        if isinstance(step, int) and isinstance(content, dict) and isinstance(content.get("id"), str):
            place += f" ({content['id']})"
    return place or "top level"


def _is_deep(content: Any) -> bool:
    level = [content]
    for _ in range(DEEPEST):
        level = [child for item in level if isinstance(item, dict | list) for child in _children(item)]
    return bool(level)


def _children(item: dict[Any, Any] | list[Any]) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else item


def _toml(path: Path, text: str) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        raise BadDocument(path, place.rstrip(")"), reason or str(error)) from None
    except ValueError as error:  # a number of thousands of digits
        raise BadDocument(path, "", str(error)) from None


def _json(path: Path, text: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                raise BadDocument(path, f"object with the keys {', '.join(seen)}", f"the key {key!r} stands twice")
            seen[key] = value
        return seen

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise BadDocument(path, f"line {error.lineno}, column {error.colno}", error.msg) from None
    except BadDocument:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise BadDocument(path, "", str(error)) from None


def _yaml(path: Path, text: str, *, binary: bool = False, several: bool = False) -> Any:
    import yaml

    safe: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

    class Loader(safe):  # type: ignore[misc]
        """Of plain data, plain JSON: each key is a text, and stands once."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
            seen = set()
            for key, _ in node.value:
                if key.tag != "tag:yaml.org,2002:str":
                    raise BadDocument(path, _mark(key.start_mark), "the key is no text; put it in quotes")
                if key.value in seen:
                    raise BadDocument(path, _mark(key.start_mark), f"the key {key.value!r} stands twice")
                seen.add(key.value)
            made: dict[Hashable, Any] = super().construct_mapping(node, deep)
            return made

        def construct_object(self, node: Any, deep: bool = False) -> Any:
            try:
                return super().construct_object(node, deep)
            except BadDocument:
                raise
            except ValueError as error:  # a date or a number that is none
                raise BadDocument(path, _mark(node.start_mark), str(error)) from None

        def construct_bytes(self, node: Any) -> bytes:
            try:
                return base64.b64decode("".join(self.construct_scalar(node).split()), validate=True)
            except ValueError:
                raise BadDocument(path, _mark(node.start_mark), "not base64") from None

    for tag in BINARY:
        Loader.add_constructor(tag, Loader.construct_bytes)
    try:
        _plain(path, yaml.parse(text, safe), BINARY if binary else ())
        if several:
            return list(yaml.load_all(text, Loader))
        return yaml.load(text, Loader)  # noqa: S506  the same
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = TOO_DEEP if "nesting depth" in (error.problem or "") else error.problem or str(error)  # libyaml's own limit
        raise BadDocument(path, _mark(mark) if mark else "", reason) from None
    except yaml.YAMLError as error:
        raise BadDocument(path, "", str(error).splitlines()[0]) from None


def _plain(path: Path, events: Iterable[Any], tags: Collection[str]) -> None:
    """Refuse other tags, aliases (an anchor bomb is made of them) and deep nesting, before anything is built.

    libyaml builds in C: it asks no method of a loader about aliases, and deep nesting overflows its stack.
    """
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BadDocument(path, _mark(event.start_mark), TOO_DEEP)
        if isinstance(event, yaml.AliasEvent):
            raise BadDocument(path, _mark(event.start_mark), "aliases are not allowed")
        if getattr(event, "tag", None) not in (None, *tags):
            raise BadDocument(path, _mark(event.start_mark), f"tags are not allowed ({event.tag})")


def _mark(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _keep(kept: Path, content: Any) -> None:
    """Remember parsed data; a folder that cannot be written is no reason to fail."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(content))
        draft.replace(kept)
    except (OSError, TypeError):
        return
