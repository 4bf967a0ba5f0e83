"""Recordings of httpmock (Rust): a YAML document per exchange, with ``when`` and ``then``.

It names a host only where it was told to; where it was not, ``--host httpmock`` says that it stood for xAI.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "httpmock (YAML)"
HOST = "httpmock"
"""What stands for the host where none is named."""


class Documents(list[Any]):
    """The documents of a file that has several."""


def fits(content: Any) -> bool:
    first = content[0] if isinstance(content, Documents) else content
    return isinstance(first, dict) and {"when", "then"} <= first.keys()


def entries(root: Field) -> Iterator[Field]:
    documents = root.value if isinstance(root.value, Documents) else [root.value]
    for number, document in enumerate(documents, start=1):
        yield Field(path=root.path, value=document, entry=f"document {number}")


def url(entry: Field) -> str:
    when = entry["when"]
    host, port = when.get("host"), when.get("port")
    place = HOST if host.value is None else host.text()
    place += "" if port.value is None else f":{port.number()}"
    scheme = when.get("scheme")
    return f"{'https' if scheme.value is None else scheme.text().lower()}://{place}{when['path'].text()}"


def capture(entry: Field) -> Capture:
    when, then = entry["when"], entry["then"]
    return exchange.capture(
        entry,
        method=when["method"].text(),
        url=url(entry),
        sent=_message(when),
        status=then["status"],
        got=_message(then),
    )


def _message(field: Field) -> tuple[dict[str, str], bytes]:
    return exchange.message(exchange.if_any(field.get("header")), field, _body(field))


def _body(field: Field) -> bytes:
    if field.get("body_base64").value is not None:
        return field["body_base64"].unpacked()
    if field.get("json_body").value is not None:
        return exchange.text_or_json(field["json_body"])
    return exchange.body_of(field.get("body"))
