"""The salt of one record, and the commitment to it that the ledger holds."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from functools import cache

SALT_BYTES = 16


def new_salt() -> bytes:
    """Return the salt of one record; it dies with the record, and with it every test of a guess."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, content: Mapping[str, str | bytes | None]) -> str:
    """Return HMAC-SHA256(salt, content): fields in order of name, each with its length, so none can pose as another."""
    parts: list[bytes] = []
    for name in sorted(content):
        value = content[name]
        data = value.encode() if isinstance(value, str) else value
        parts += (_head(name), b"-:", b"") if data is None else (_head(name), b"%d:" % len(data), data)
    return hmac.digest(salt, b"".join(parts), "sha256").hex()


@cache
def _head(name: str) -> bytes:
    return f"{len(name.encode())}:{name}=".encode()
