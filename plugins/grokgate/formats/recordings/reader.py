"""Other people's recordings, whichever tool made them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from grokgate.formats.document import BadDocument, parse, read
from grokgate.formats.recordings import (
    betamax,
    exchange,
    go_vcr,
    half,
    har,
    httpmock,
    json_lines,
    models,
    nock,
    ruby_vcr,
    vcrpy,
    wiremock,
)
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

XAI = "api.x.ai"
"""The host of xAI; a region's is ``us.api.x.ai``."""
FORMATS = (go_vcr, vcrpy, betamax, ruby_vcr, har, models, json_lines, httpmock, nock, wiremock)
UNKNOWN = "no recording in a format that is known"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class Recordings:
    """The exchanges with xAI in a file, in its order; the file's format; and how many went to which other hosts."""

    format: str
    captures: tuple[Capture, ...]
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        return sum(self.elsewhere.values())


def read_recordings(path: Path, hosts: Collection[str] = ()) -> Recordings:
    """The exchanges in a file that somebody recorded, plain or packed with gzip. Raises ``BadDocument``.

    ``hosts`` names hosts (``proxy.test``, or with a port ``localhost:8080``) that stand for xAI. What went to any other is
    left out, and not looked at.
    """
    return recordings(path, read(path), hosts)


def recordings(path: Path, raw: bytes, hosts: Collection[str] = ()) -> Recordings:
    """The exchanges in the bytes of a file."""
    content = _content(path, exchange.gunzipped(Field(path=path, value=None), raw) if raw[:2] == b"\x1f\x8b" else raw)
    form = next((form for form in FORMATS if form.fits(content)), None)
    if form is None:
        raise BadDocument(path, "", f"{half.of(content) or UNKNOWN}: {'; '.join(form.NAME for form in FORMATS)}")
    captures, size = list[Capture](), 0
    elsewhere = Counter[str]()
    for entry in form.entries(Field(path=path, value=content)):
        if other := _other_host(form.url(entry), hosts, entry):
            elsewhere[other] += 1
            continue
        captures.append(form.capture(entry))
        size += len(captures[-1].request.body) + len(captures[-1].body)
        if size > exchange.LARGEST_UNPACKED:
            raise entry.refused(f"with it the bodies have more than {exchange.LARGEST_UNPACKED:,} bytes, the most that is read")
    return Recordings(format=form.NAME, captures=tuple(captures), elsewhere=elsewhere)


def _content(path: Path, raw: bytes) -> Any:
    """The document: JSON where it begins with a bracket, and YAML otherwise."""
    raw = raw.removeprefix(_BOM)
    if half.is_stream(raw):
        raise BadDocument(path, "", f"{half.ANSWER}: {'; '.join(form.NAME for form in FORMATS)}")
    if not raw.lstrip().startswith((b"{", b"[")):
        documents = parse(path, raw, suffix=".yaml", binary=True, several=True)
        return httpmock.Documents(documents) if len(documents) > 1 else next(iter(documents), None)
    return _lines(path, raw) if _has_lines(raw) else parse(path, raw, suffix=".json")


def _has_lines(raw: bytes) -> bool:
    """Whether the first line is whole, and the file goes on after it or could not."""
    first, _, rest = raw.strip().partition(b"\n")
    if not first.rstrip().endswith(b"}"):
        return False
    try:
        return json_lines.is_line(json.loads(first)) or bool(rest)
    except (ValueError, RecursionError):
        return False


def _lines(path: Path, raw: bytes) -> json_lines.Lines:
    lines = json_lines.Lines()
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line.strip():
            try:
                lines[number] = parse(path, line, suffix=".json")
            except BadDocument as refused:
                place = refused.place.removeprefix("line 1").removeprefix(", ")
                raise BadDocument(path, f"line {number}, {place}".removesuffix(", "), refused.reason) from None
    return lines


def _other_host(url: str, hosts: Collection[str], entry: Field) -> str:
    """Where an exchange went, if not to xAI: its host, and its port where it has one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise entry.refused("its address is none") from None
    place = f"{host}:{port}" if port else host
    return "" if host == XAI or host.endswith(f".{XAI}") or {host, place} & {*hosts} else place or "no host"
