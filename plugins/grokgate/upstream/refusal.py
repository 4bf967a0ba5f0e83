"""What xAI says where it refuses, and in what one refusal differs from another.

Names of models, numbers and ids differ from refusal to refusal and say nothing of its kind: they are what an exchange fills in,
or what stands for one of many. All else of the code and of the sentence does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from grokgate.upstream.fill import PLACE

NO_CODE = "none"
ANY = ".+?"
NAMES = r"[\w./:-]+"
NUMBER = r"\d+(?:[.,]\d+)*"
KINDS = {
    **dict.fromkeys(("asked", "served", "instead"), NAMES),
    **dict.fromkeys(("window", "tokens", "offered", "most_tools"), NUMBER),
    "retired_on": r"[\d-]+",
}
"""What may stand in a place that an exchange fills in; in one that is not here anything may."""
WORDED = frozenset({"complaint"})
"""What is words itself, in which numbers differ."""
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_VARYING = re.compile(rf"{PLACE.pattern}|(?P<id>{_UUID})|(?P<number>{NUMBER})")


@dataclass(frozen=True)
class Refusal:
    """What a refusal says: its ``code`` (``none`` where it has none) and its sentence, with single spaces.

    ``form`` is ``object`` for ``{"code": …, "error": …}``; ``text`` for a JSON text, ``plain`` for what is no JSON, ``other`` for
    JSON of another form; the sentence is the whole body then.
    """

    form: str
    code: str
    sentence: str

    @property
    def kind(self) -> str:
        """The sentence without what varies from one to another: names stay, numbers are ``N``, ids are ``ID``."""
        return _VARYING.sub(lambda found: "ID" if found["id"] else "N" if found["number"] else found.group(), self.sentence)


def refusal(body: str) -> Refusal:
    """What the body of a refusal says."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return Refusal("plain", NO_CODE, _spaced(body))
    if isinstance(content, str):
        return Refusal("text", NO_CODE, _spaced(content))
    if not isinstance(content, dict) or not isinstance(content.get("error"), str):
        return Refusal("other", NO_CODE, _spaced(body))
    return Refusal("object", str(content.get("code", NO_CODE)), _spaced(content["error"]))


def difference(told: str, wanted: str, values: Mapping[str, Collection[str]]) -> str:
    """In what a refusal differs from that of an exchange, in words; empty where it does not.

    ``told`` is its body, ``wanted`` that of the exchange with its places. ``values`` gives what alone may stand in some of them;
    in the others anything of the kind may.
    """
    mine, theirs = refusal(told), refusal(wanted)
    if mine.form != theirs.form:
        return "it is worded in another form"
    if mine.code != theirs.code:
        return f"its code is {theirs.code!r}, this one's {mine.code!r}"
    return "" if re.fullmatch(_pattern(theirs.sentence, values), mine.sentence) else "its sentence is another"


def likeness(told: str, wanted: str) -> tuple[float, bool]:
    """How alike two refusals are: the share of words that both sentences have, and whether the codes are one."""
    mine, theirs = refusal(told), refusal(wanted)
    words, others = set(mine.sentence.split()), set(theirs.sentence.split())
    return len(words & others) / max(1, len(words | others)), mine.code == theirs.code


def _pattern(sentence: str, values: Mapping[str, Collection[str]]) -> str:
    """What a sentence looks like, whatever varies in it."""
    parts, end = [], 0
    for found in _VARYING.finditer(sentence):
        parts += [re.escape(sentence[end : found.start()]), _varying(found, values)]
        end = found.end()
    return "".join([*parts, re.escape(sentence[end:])])


def _varying(found: re.Match[str], values: Mapping[str, Collection[str]]) -> str:
    if found["id"]:
        return _UUID
    if found["number"]:
        return NUMBER
    name = found["name"]
    if name not in values:
        return KINDS.get(name, ANY)
    return f"(?:{'|'.join(_pattern(value, {}) if name in WORDED else re.escape(value) for value in values[name])})"


def _spaced(text: str) -> str:
    return " ".join(text.split())
