"""Keeping secrets out of everything that is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote, quote_plus, unquote

from grokgate.values.capture import Capture
from grokgate.values.secret import MASK, Secret, is_placeholder, secrets_in, stand_ins

_COOKIES = frozenset({"cookie", "set-cookie"})
_CREDENTIALS = frozenset({"authorization", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token", "proxy-authorization"})
_ACCOUNTS = frozenset(
    {
        "openai-organization",
        "openai-project",
        "x-account-id",
        "x-organization-id",
        "x-project-id",
        "x-team-id",
        "x-user-id",
    }
)
_SECRET_HEADERS = _CREDENTIALS | _COOKIES
_KINDS = {
    **dict.fromkeys(_CREDENTIALS, "credential"),
    **dict.fromkeys(_COOKIES, "cookie"),
    **dict.fromkeys(_ACCOUNTS, "organization"),
}
_PASSES = 4
"""How often an exchange is looked through: what stands for one secret may show another."""
_SCHEMES = ("bearer", "basic", "token")


def mask(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret in it replaced."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    return text


def mask_headers(headers: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """Headers with their secrets masked: those that carry credentials whole, the others where a secret stands in them."""
    secrets = tuple(secrets)
    return {name: MASK if name.lower() in _SECRET_HEADERS else mask(value, secrets) for name, value in headers.items()}


def redacted(capture: Capture) -> Capture:
    """The exchange without its credentials, its cookies, and what tells who somebody is.

    Headers of credentials are masked, those of cookies and accounts dropped. A key, an e-mail address, a phone number and the id
    of a team, a user or a key are replaced wherever they stand, in request and answer alike, so that the one still answers the
    other. ``content-length`` goes, since bodies may change. What is too short to be replaced everywhere stays: ``secrets_of``
    finds it, and the exchange must be refused.
    """
    for _ in range(_PASSES):
        before, capture = capture, _replaced(capture)
        if capture == before:
            break
    return capture


def _replaced(capture: Capture) -> Capture:
    found: dict[str, str] = {}
    for text in _texts(capture).values():
        found |= stand_ins(text)
    values = {form: found[value] for value in sorted(found, key=len, reverse=True) for form in _forms(value)}
    request = capture.request
    return replace(
        capture,
        request=replace(
            request,
            url=_without(request.url, values),
            headers=_bare(request.headers, values),
            body=_without_in(request.body, values),
        ),
        headers=_bare(capture.headers, values),
        body=_without_in(capture.body, values),
        origin=_without(capture.origin, values),
    )


def _forms(value: str) -> tuple[str, ...]:
    """A value as it is, and as JSON and addresses may spell it."""
    spelt = value, json.dumps(value)[1:-1], value.replace("/", "\\/"), quote(value, safe=""), quote_plus(value)
    return tuple(dict.fromkeys(spelt))


def secrets_of(capture: Capture) -> tuple[tuple[str, Secret], ...]:
    """What in an exchange looks like a secret, with the place: ``request.url``, ``headers.set-cookie``, ``body``."""
    return tuple((place, found) for place, text in _texts(capture).items() for found in _secrets_at(place, text))


def _texts(capture: Capture) -> dict[str, str]:
    """All that an exchange says, by place."""
    request = capture.request
    return {
        "request.url": unquote(request.url),
        **{f"request.headers.{name}": value for name, value in request.headers.items()},
        "request.body": request.body.decode("utf-8", "replace"),
        **{f"headers.{name}": value for name, value in capture.headers.items()},
        "body": capture.body.decode("utf-8", "replace"),
        "origin": capture.origin,
    }


def _secrets_at(place: str, text: str) -> tuple[Secret, ...]:
    """A header of credentials, cookies or accounts is one as a whole, whatever it looks like."""
    kind = _KINDS.get(place.rpartition("headers.")[2]) if "headers." in place else None
    if kind is None:
        return secrets_in(text)
    scheme, _, value = text.partition(" ")
    held = value if scheme.lower() in _SCHEMES else text
    return () if is_placeholder(held) else (Secret.of(kind, held, len(text) - len(held)),)


def _bare(headers: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    gone = _COOKIES | _ACCOUNTS | {"content-length"}
    kept = {name: value for name, value in headers.items() if name.lower() not in gone}
    return {name: _without(value, values) for name, value in mask_headers(kept, ()).items()}


def _without(text: str, values: Mapping[str, str]) -> str:
    for value, stand_in in values.items():
        text = text.replace(value, stand_in)
    return text


def _without_in(body: bytes, values: Mapping[str, str]) -> bytes:
    for value, stand_in in values.items():
        body = body.replace(value.encode(), stand_in.encode())
    return body
