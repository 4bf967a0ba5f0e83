"""A value in somebody's document, with its place there."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grokgate.formats.document import BadDocument


@dataclass(frozen=True, kw_only=True)
class Field:
    """A value, the entry that it belongs to (``entry 3``, ``line 7``), and its name there (``response.status.code``)."""

    path: Path
    value: Any
    entry: str = ""
    name: str = ""

    def refused(self, reason: str) -> BadDocument:
        """The error to raise; the reason quotes nothing of the value."""
        return BadDocument(self.path, ", ".join(part for part in (self.entry, self.name) if part), reason)

    def __getitem__(self, key: str) -> Field:
        """What must be there. Raises ``BadDocument``."""
        found = self.get(key)
        if key not in self.value:
            raise found.refused("missing")
        return found

    def get(self, key: str) -> Field:
        """What may be absent; its value is ``None`` then. Raises ``BadDocument`` where this holds no fields."""
        return Field(
            path=self.path,
            value=self.mapping().get(key),
            entry=self.entry,
            name=f"{self.name}.{key}" if self.name else key,
        )

    def mapping(self) -> Mapping[str, Any]:
        return self._of_type(dict, "an object")  # type: ignore[no-any-return]

    def text(self) -> str:
        return self._of_type(str, "a text")  # type: ignore[no-any-return]

    def number(self) -> int:
        return self._of_type(int, "a whole number")  # type: ignore[no-any-return]

    def items(self) -> Iterator[Field]:
        """The members of a list, from ``[0]`` on."""
        for index, value in enumerate(self._of_type(list, "a list")):
            yield Field(path=self.path, value=value, entry=self.entry, name=f"{self.name}[{index}]")

    def entries(self) -> Iterator[Field]:
        """The members of a list, each an entry of its own: ``entry 1`` is the first."""
        for number, item in enumerate(self.items(), start=1):
            yield Field(path=self.path, value=item.value, entry=f"entry {number}")

    def encoded(self) -> bytes:
        """A text as UTF-8; JSON can write halves of surrogate pairs, which are no text."""
        try:
            return self.text().encode()
        except UnicodeEncodeError:
            raise self.refused("half of a surrogate pair, which is no text") from None

    def unpacked(self) -> bytes:
        """The bytes that a text gives as base64, in one line or several."""
        try:
            return base64.b64decode("".join(self.text().split()), validate=True)
        except ValueError:
            raise self.refused("not base64") from None

    def json(self) -> bytes:
        """The value as JSON in UTF-8."""
        try:
            return json.dumps(self.value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except ValueError:
            raise self.refused("not a number, or half of a surrogate pair: this is no JSON") from None

    def _of_type(self, wanted: type, words: str) -> Any:
        if not isinstance(self.value, wanted) or (isinstance(self.value, bool) and wanted is int):
            raise self.refused(f"not {words}")
        return self.value
