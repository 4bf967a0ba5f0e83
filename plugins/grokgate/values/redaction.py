"""Keeping secrets out of everything that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from grokgate.values.capture import Capture
from grokgate.values.secret import NO_ID, Secret, account_ids, is_placeholder, secrets_in

MASK = "[key]"
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
    """The exchange without its credentials, its cookies and what tells whose account it was.

    Headers of credentials are masked, those of cookies and accounts dropped; an id that is a team's, a user's or a key's
    anywhere in the exchange is ``NO_ID`` wherever it stands. ``content-length`` goes, since bodies may change. A secret
    elsewhere stays: ``secrets_of`` finds it, and the exchange must be refused.
    """
    ids = frozenset[str]().union(*(account_ids(text) for text in _texts(capture).values()))
    request = capture.request
    return replace(
        capture,
        request=replace(
            request,
            url=_nobody(request.url, ids),
            headers=_bare(request.headers, ids),
            body=_nobody_in(request.body, ids),
        ),
        headers=_bare(capture.headers, ids),
        body=_nobody_in(capture.body, ids),
    )


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
    }


def _secrets_at(place: str, text: str) -> tuple[Secret, ...]:
    """A header of credentials, cookies or accounts is one as a whole, whatever it looks like."""
    kind = _KINDS.get(place.rpartition("headers.")[2]) if "headers." in place else None
    if kind is None:
        return secrets_in(text)
    scheme, _, value = text.partition(" ")
    held = value if scheme.lower() in _SCHEMES else text
    return () if is_placeholder(held) else (Secret.of(kind, held, len(text) - len(held)),)


def _bare(headers: Mapping[str, str], ids: Iterable[str]) -> dict[str, str]:
    gone = _COOKIES | _ACCOUNTS | {"content-length"}
    kept = {name: value for name, value in headers.items() if name.lower() not in gone}
    return {name: _nobody(value, ids) for name, value in mask_headers(kept, ()).items()}


def _nobody(text: str, ids: Iterable[str]) -> str:
    for one in ids:
        text = text.replace(one, NO_ID)
    return text


def _nobody_in(body: bytes, ids: Iterable[str]) -> bytes:
    for one in ids:
        body = body.replace(one.encode(), NO_ID.encode())
    return body
