"""What must not be kept: keys, credentials, cookies, and what tells whose account it was.

Yelp's detect-secrets was tried as the engine (1.5.0): of 17 kinds of text that must be found here its detectors knew 7,
and neither xAI's keys nor bearer credentials, cookies or accounts; its entropy detectors, which would find some of the rest,
took encrypted reasoning for keys; and it gives no offsets. So the rules are a table of our own.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

MASK = "[key]"
"""What stands for a key after redaction."""
NO_ID = "00000000-0000-0000-0000-000000000000"
"""What stands for any account after redaction; it is none."""

_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_START, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_TEAM, _ACCOUNT, _EMAIL, _PHONE = "team id", "account id", "e-mail address", "phone number"
_PRIVATE = "private key"
_BEARER, _BASIC = "bearer credential", "basic credential"

_RULES = {
    "xAI key": rf"{_START}xai-(?=[\w-]{{0,48}}\w{{16}})[\w-]{{20,256}}",
    "OpenAI key": rf"{_START}sk-(?!ant-)(?:(?:proj|svcacct|admin|or-v1|None)-[\w-]{{20,256}}|[A-Za-z0-9]{{32,256}}){_END}",
    "Anthropic key": rf"{_START}sk-ant-[\w-]{{20,256}}",
    "GitHub token": rf"{_START}(?:gh[oprsu]_[A-Za-z0-9]{{30,255}}|github_pat_\w{{22,255}})",
    "AWS key": rf"{_START}(?:AKIA|ASIA)[A-Z0-9]{{16}}{_END}",
    "AWS secret": r"(?i:aws_secret_access_key|secretaccesskey)[\"'\s:=]{1,8}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
    "Google key": rf"{_START}(?:AIza[\w-]{{35}}{_END}|ya29\.[\w-]{{20,512}})",
    "Slack token": rf"{_START}(?:xox[a-z]-[\w-]{{10,256}}|xapp-[\w-]{{10,256}}|hooks\.slack\.com/services/[\w/]{{20,128}})",
    "JWT": rf"{_START}eyJ[\w-]{{8,4096}}\.eyJ[\w-]{{2,8192}}\.[\w-]{{0,1024}}",
    _PRIVATE: r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
    _BEARER: rf"{_START}(?i:bearer)[\s+]{{1,8}}([\w.~+/=-]{{8,512}})",
    _BASIC: rf"{_START}(?i:basic)[\s+]{{1,8}}([A-Za-z0-9+/]{{4,512}}={{0,2}})",
    "cookie": (
        rf"{_START}(?:(?i:set-)?(?i:cookie)[\"']?\s{{0,4}}[:=][\s\"'\[]{{0,8}}[\w.-]{{1,64}}=([^\s;,\"'&]{{8,4096}})"
        r"|(?:__cf_bm|_cfuvid|__cfduid|cf_clearance|__(?:Secure|Host)-[\w.-]{1,64})=([^\s;,\"'&]{8,4096}))"
    ),
    "password in a URL": r"://[^\s/:@\"'<>]{0,128}:([^\s/@\"'<>]{1,128})@",
    "named credential": (
        rf"{_START}(?i:api[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret|authorization)[\s:=\"']{{1,6}}"
        rf"((?=[\w.~+/=-]{{0,64}}[0-9])(?=[\w.~+/=-]{{0,64}}[A-Za-z])[\w.~+/=-]{{16,512}})"
    ),
    _TEAM: rf"{_START}(?i:teams?(?:[ _-]?id)?)[\s:=/{{\"']{{1,6}}(?:(?i:id)[\s:=\"']{{1,6}})?({_UUID})",
    _ACCOUNT: (
        rf"{_START}(?i:(?:user|api[_-]?key|organization|org|project|account)[_-]?id|modified[_-]?by)[\s:=\"']{{1,6}}({_UUID})"
    ),
    "organization": (
        rf"{_START}(?:(?i:openai-(?:organization|project))[\s:=\"'\[]{{1,8}}([\w-]{{8,128}})"
        rf"|(?:org-|proj_)[A-Za-z0-9]{{20,64}}{_END})"
    ),
    _EMAIL: r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-]|\.\w)",
    _PHONE: (
        r"(?<![\w.+/-])(?:\+[1-9]\d{0,2}(?:[ .-]\(?\d{2,8}\)?){2,5}|\+[1-9]\d{9,14}"
        r"|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\w/+=-])"
    ),
}
_STAND_INS = {_TEAM: NO_ID, _ACCOUNT: NO_ID, _EMAIL: "somebody@example.com", _PHONE: "+1-555-0100"}
"""What takes the place of a secret after redaction, by its kind; that of any other kind is ``MASK``."""
PERSONAL = frozenset(_STAND_INS)
"""The kinds that tell who somebody is, and open nothing."""
_SHORTEST = 8
"""Characters of a secret that is replaced wherever it stands; a shorter one may be a word of any text."""

_ESCAPE = re.compile(r"\\(?:([nrtbf\"/\\])|u([0-9a-fA-F]{4}))")
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_NESTED = 4
"""How often JSON may stand in a text of JSON, as arguments of tools do, until its escapes are not undone any more."""

_NOBODY = re.compile(r"^git@|[@.](?:example\.(?:com|net|org)|example|test|invalid|localhost|x\.ai)$", re.IGNORECASE)
_MARKED = re.compile(
    r"<.*>|\[.*\]|\{.*\}|%.*%|(?-i:\$\{?[A-Z][A-Z0-9_]*\}?)|.*(?:\*{3}|\.{3}|…|(.)\1{5}|example|redacted|placeholder|dummy).*",
    re.DOTALL | re.IGNORECASE,
)
_STAND_IN = re.compile(
    r"a|add|api|access|auth|bad|bar|change|changeme|demo|empty|fake|filtered|foo|goes|good|grok|here|hidden|id|incorrect"
    r"|insert|invalid|key|masked|me|mock|my|none|not|null|openai|org|pass|password|project|real|removed|sample|secret|sk|tests?|testing|the"
    r"|token|user|value|wrong|xai|your|\d{1,4}"
)
"""The words and short numbers that a made-up value is made of."""


@dataclass(frozen=True, kw_only=True)
class Secret:
    """Something that must not be kept: its kind, and where it stands.

    ``start`` and ``end`` count characters of the text with its JSON escapes undone. ``preview`` are its first characters, four
    at most and never more than a quarter of it.
    """

    kind: str
    start: int
    end: int
    preview: str

    @classmethod
    def of(cls, kind: str, value: str, start: int) -> Secret:
        """What is known to be one, whatever it looks like."""
        return cls(kind=kind, start=start, end=start + len(value), preview=value[: min(4, len(value) // 4)])

    def __str__(self) -> str:
        return f"{self.kind} at character {self.start} ({self.preview}…)"


def secrets_in(text: str) -> tuple[Secret, ...]:
    """What in a text looks like a secret, in its order. Placeholders are none."""
    found = (Secret.of(kind, value, start) for kind, start, value in _found(text))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.kind)))


def stand_ins(text: str) -> dict[str, str]:
    """What takes the place of each secret in a text that can be replaced wherever it stands; what stands for it is no secret.

    Of a private key only the beginning is known, so that nothing replaces it.
    """
    return {
        value: _STAND_INS.get(kind, MASK)
        for kind, _, value in _found(text)
        if kind != _PRIVATE and (len(value) >= _SHORTEST or kind in _STAND_INS)
    }


def is_placeholder(value: str) -> bool:
    """Whether a value only stands for a secret: ``[key]``, ``<TOKEN>``, ``***``, ``example-key``, ``test``, zeros, nothing."""
    words = filter(None, re.split(r"[^a-z0-9]+", value.lower()))
    return bool(_MARKED.fullmatch(value)) or all(_STAND_IN.fullmatch(word) for word in words)


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    """The rules, made ready when they are first needed: a gate that only replays never does."""
    return {kind: re.compile(rule, re.ASCII) for kind, rule in _RULES.items()}


def _found(text: str) -> Iterator[tuple[str, int, str]]:
    text = _unescaped(text)
    for kind, rule in _compiled().items():
        for match in rule.finditer(text):
            group = match.lastindex or 0
            value = match[group]
            if not value.endswith(".."):
                value = value.removesuffix(".")  # that of the sentence
            if (kind == _PHONE or not is_placeholder(value)) and _is_credible(kind, value):
                yield kind, match.start(group), value


def _unescaped(text: str) -> str:
    """The text as it was before JSON escaped it: ``\\nxai-…`` hides the beginning of a word."""
    for _ in range(_NESTED):
        if "\\" not in text:
            break
        text = _ESCAPE.sub(lambda found: chr(int(found[2], 16)) if found[2] else _CONTROL.get(found[1], found[1]), text)
    return text


def _is_credible(kind: str, value: str) -> bool:
    """Prose speaks of bearer authentication, basic questions and git@github.com."""
    if kind == _BEARER:
        return len(value) >= 20 or any(sign.isdigit() for sign in value)
    if kind == _BASIC:
        return _is_basic(value)
    if kind == _EMAIL:
        return not _NOBODY.search(value)
    if kind == _PHONE:
        return not _is_nobodys("".join(sign for sign in value if sign.isdigit()))
    return True


def _is_nobodys(digits: str) -> bool:
    """Whether a number is kept free for stories (555-0100 to 555-0199), or is a count: 1 000 000 000."""
    return digits[-7:-2] == "55501" or len(set(digits)) < 4


def _is_basic(value: str) -> bool:
    """Whether base64 gives a name, a colon and a password."""
    try:
        name, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return False
    return bool(colon) and not is_placeholder(password) and (name + password).isprintable()
