"""Mappings of WireMock (Java), as its recorder writes them: one, or a list under ``mappings``.

A mapping names no host, so ``--host wiremock`` says that it stood for xAI. It is a recording where it says what was sent and not
a pattern of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grokgate.formats.recordings import exchange
from grokgate.formats.recordings.field import Field
from grokgate.values.capture import Capture

NAME = "WireMock (JSON)"
HOST = "wiremock"
"""What stands for the host, which is not named."""
_ADDRESSES = ("url", "urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate")
_SAME = ("equalToJson", "equalTo")


def fits(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    request = content.get("request")
    return isinstance(content.get("mappings"), list) or (
        "response" in content and isinstance(request, dict) and not request.keys().isdisjoint(_ADDRESSES)
    )


def entries(root: Field) -> Iterator[Field]:
    if "mappings" in root.mapping():
        return root["mappings"].entries()
    return iter([Field(path=root.path, value=root.value, entry="entry 1")])


def url(entry: Field) -> str:
    request = entry["request"]
    given = next((request[name] for name in _ADDRESSES if name in request.mapping()), request.get("url"))
    if given.name.endswith(("Pattern", "Template")):
        raise given.refused("a pattern, which does not tell what was asked")
    address = given.text()
    return address if "://" in address else f"https://{HOST}{address}"


def capture(entry: Field) -> Capture:
    request, response = entry["request"], entry["response"]
    headers = response.get("headers")
    return exchange.capture(
        entry,
        method=request["method"].text(),
        url=url(entry),
        sent=exchange.message(_sent_headers(request.get("headers")), request, _sent(request)),
        status=response["status"],
        got=exchange.message(exchange.if_any(headers), response, _got(response)),
    )


def _sent(request: Field) -> bytes:
    if (patterns := request.get("bodyPatterns")).value is None:
        if request["method"].text() == "GET" or "body" in request.mapping():
            return exchange.text_or_json(request.get("body"))
        raise patterns.refused("missing, so that nothing tells what was sent")
    for pattern in patterns.items():
        if name := next((name for name in _SAME if name in pattern.mapping()), ""):
            return exchange.text_or_json(pattern[name])
        if "binaryEqualTo" in pattern.mapping():
            return pattern["binaryEqualTo"].unpacked()
    raise patterns.refused("patterns, none of which tells what was sent")


def _got(response: Field) -> bytes:
    if (elsewhere := response.get("bodyFileName")).value is not None:
        raise elsewhere.refused("the body is in a file of its own; put it in its place, as body")
    if response.get("base64Body").value is not None:
        return response["base64Body"].unpacked()
    return exchange.text_or_json(response.get("jsonBody" if "jsonBody" in response.mapping() else "body"))


def _sent_headers(headers: Field) -> Field:
    """Those of which the value is told."""
    given = exchange.if_any(headers).mapping()
    told = {name: value["equalTo"] if isinstance(value, dict) else value for name, value in given.items() if _is_told(value)}
    return Field(path=headers.path, value=told, entry=headers.entry, name=headers.name)


def _is_told(value: Any) -> bool:
    return "equalTo" in value if isinstance(value, dict) else True
