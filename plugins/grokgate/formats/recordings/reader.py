"""Other people's recordings, whichever tool made them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from grokgate.formats.document import BadDocument, parse, read
from grokgate.formats.recordings import exchange, go_vcr, har, json_lines, models, ruby_vcr, vcrpy
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

XAI = "api.x.ai"
"""The host of xAI; a region's is ``us.api.x.ai``."""
FORMATS = (go_vcr, vcrpy, ruby_vcr, har, models, json_lines)
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class Recordings:
    """The exchanges with xAI in a file, in its order; the file's format; and how many went to other hosts."""

    format: str
    captures: tuple[Capture, ...]
    left_out: int = 0


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
        raise BadDocument(path, "", f"no recording in a format that is known: {'; '.join(form.NAME for form in FORMATS)}")
    captures, left_out, size = [], 0, 0
    for entry in form.entries(Field(path=path, value=content)):
        if not _is_xai(form.url(entry), hosts, entry):
            left_out += 1
            continue
        captures.append(form.capture(entry))
        size += len(captures[-1].request.body) + len(captures[-1].body)
        if size > exchange.LARGEST_UNPACKED:
            raise entry.refused(f"with it the bodies have more than {exchange.LARGEST_UNPACKED:,} bytes, the most that is read")
    return Recordings(format=form.NAME, captures=tuple(captures), left_out=left_out)


def _content(path: Path, raw: bytes) -> Any:
    """The document: JSON where it begins with a bracket, and YAML otherwise."""
    raw = raw.removeprefix(_BOM)
    if not raw.lstrip().startswith((b"{", b"[")):
        return parse(path, raw, suffix=".yaml", binary=True)
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


def _is_xai(url: str, hosts: Collection[str], entry: Field) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise entry.refused("its address is none") from None
    return host == XAI or host.endswith(f".{XAI}") or host in hosts or f"{host}:{port}" in hosts
