"""What the formats have in common: how a message, its headers and its body become a ``Capture``."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture
from grokgate.values.wire import WireRequest

LARGEST_UNPACKED = 64 * 1024 * 1024
"""Bytes that a file, and all its bodies together, may have once they are unpacked: a hundred times a large recording."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_GZIP = b"\x1f\x8b"
_FIRST = 1_700_000_000
"""November 2023: an answer that says it was made before is not xAI's, or its recorder put a number in the place of its time."""
_AS_UTF_8 = ("", "UTF-8", "US-ASCII", "ASCII-8BIT")


def capture(
    entry: Field,
    *,
    method: str,
    url: str,
    sent: tuple[dict[str, str], bytes],
    status: Field,
    got: tuple[dict[str, str], bytes],
    recorded_at: str = "",
    source: str = "",
) -> Capture:
    """One exchange. Where the format tells no time of its own, the answer's ``date`` header does, else its ``created``."""
    if not 100 <= status.number() <= 599:
        raise status.refused("no HTTP status (100 to 599)")
    headers, body = got
    return Capture(
        request=WireRequest(method.upper(), url, *sent),
        status=status.value,
        headers=headers,
        body=body,
        recorded_at=recorded_at or _date(headers.get("date", "")) or _created(body),
        origin=f"{entry.path.name}: {', '.join(part for part in (entry.entry, source) if part)}",
    )


def message(headers: Field, body: Field, content: bytes) -> tuple[dict[str, str], bytes]:
    """Headers, and the body without its content encoding.

    Many recorders undo the encoding and keep its header; so what is UTF-8, or does not begin as gzip does, is left as it is.
    The headers that spoke of the encoded body go with it.
    """
    plain = headers_of(headers)
    encoding = plain.pop("content-encoding", "identity").lower()
    if encoding == "identity":
        return plain, content
    plain.pop("content-length", None)
    if encoding in ("gzip", "x-gzip"):
        return plain, gunzipped(body, content) if content.startswith(_GZIP) else content
    try:
        content.decode()
    except UnicodeDecodeError:
        raise body.refused("encoded, and not with gzip, the one content encoding that is read") from None
    return plain, content


def if_any(headers: Field) -> Field:
    """Headers of a recorder that leaves them out where there are none."""
    return headers if headers.value is not None else Field(path=headers.path, value={}, entry=headers.entry, name=headers.name)


def headers_of(field: Field) -> dict[str, str]:
    """Headers with names in lower case, from an object of texts or lists, or from HAR's list of names and values.

    Several values of one name are joined as RFC 9110 says. Names that begin with a colon are HTTP/2's own, and no headers.
    """
    headers: dict[str, str] = {}
    for name, value in _named(field):
        if name.startswith(":"):
            continue
        if not _NAME.fullmatch(name):
            raise value.refused("not the name of a header")
        text = value.value.decode("latin-1") if isinstance(value.value, bytes) else value.text()
        if any(sign in text for sign in "\r\n\0"):
            raise value.refused("a header's value has a line break")
        key = name.lower()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _named(field: Field) -> list[tuple[str, Field]]:
    if isinstance(field.value, list):
        return [(item["name"].text(), item["value"]) for item in field.items()]
    named = [(name, field[name]) for name in field.mapping()]
    return [(name, each) for name, value in named for each in (value.items() if isinstance(value.value, list) else [value])]


def body_of(field: Field) -> bytes:
    """A body as the family of VCR writes it: nothing, a text, bytes, or ``string`` or ``base64_string`` in an object.

    vcrpy's ``base64: true`` marks a ``string`` that is base64. Ruby names the encoding from which the text was read.
    """
    if not isinstance(field.value, dict):
        return _bare(field)
    if "base64_string" in field.value:
        return field["base64_string"].unpacked()
    if field.get("base64").value is True:
        return field["string"].unpacked()
    if (encoding := field.get("encoding")).value is not None and encoding.text().upper() not in _AS_UTF_8:
        raise encoding.refused("neither UTF-8, US-ASCII nor ASCII-8BIT, the encodings that are read")
    return _bare(field["string"])


def text_or_json(field: Field) -> bytes:
    """A body that is a text, or JSON that its recorder has parsed; nothing where it is null."""
    if field.value is None or isinstance(field.value, str | bytes):
        return _bare(field)
    return field.json()


def _bare(field: Field) -> bytes:
    if field.value is None:
        return b""
    return field.value if isinstance(field.value, bytes) else field.encoded()


def gunzipped(field: Field, raw: bytes) -> bytes:
    """What gzip packed, up to ``LARGEST_UNPACKED`` bytes. Raises ``BadDocument``."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            content = packed.read(LARGEST_UNPACKED + 1)
    except (EOFError, OSError, zlib.error):
        raise field.refused("gzip, but damaged or cut off") from None
    if len(content) > LARGEST_UNPACKED:
        raise field.refused(f"unpacked it has more than {LARGEST_UNPACKED:,} bytes, the most that is read")
    return content


def iso_time(field: Field) -> str:
    """A moment such as ``2026-05-29T22:59:06.123+02:00``, in UTC and whole seconds."""
    try:
        return in_utc(datetime.fromisoformat(field.text()))
    except (ValueError, OverflowError):
        raise field.refused("not a time with its zone, such as 2026-05-29T22:59:06Z") from None


def http_time(field: Field) -> str:
    """A moment such as ``Fri, 29 May 2026 22:59:06 GMT``, in UTC."""
    if moment := _date(field.text()):
        return moment
    raise field.refused("not a date as HTTP writes it, such as Fri, 29 May 2026 22:59:06 GMT")


def _date(text: str) -> str:
    """Empty where the text is no date: a recorder may have replaced it."""
    try:
        return in_utc(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return ""


def _created(body: bytes) -> str:
    """When an answer says that it was made: ``created`` or ``created_at`` of its body, or of the first event of its stream."""
    first = next((line[5:] for line in body.splitlines() if line.startswith(b"data:")), b"")
    for text in (body, first):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(content, dict):
            answer = content["response"] if isinstance(content.get("response"), dict) else content
            second = answer.get("created", answer.get("created_at"))
            if type(second) is int and _FIRST <= second < 2**32:
                return in_utc(datetime.fromtimestamp(second, UTC))
    return ""


def in_utc(moment: datetime) -> str:
    """``2026-05-29T22:59:06Z``. Raises ``ValueError`` for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
