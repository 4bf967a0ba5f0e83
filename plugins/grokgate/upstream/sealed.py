"""What stands for encrypted thinking: bytes that nobody can read, and that tell whether they are as they were sent."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha256

_ROUNDS = 6
_MARK = 32


def sealed(of: str) -> str:
    """The encrypted thinking of the answer with this identifier."""
    body = b"".join(sha256(f"{of} {number}".encode()).digest() for number in range(_ROUNDS))
    return b64encode(body + sha256(body).digest()).decode()


def is_sealed(text: str) -> bool:
    """Whether it is encrypted thinking from here, unchanged."""
    try:
        content = b64decode(text, validate=True)
    except (Error, ValueError):
        return False
    return len(content) > _MARK and sha256(content[:-_MARK]).digest() == content[-_MARK:]
