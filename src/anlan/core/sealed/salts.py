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
    for name, head in _heads(tuple(content)):
        value = content[name]
        data = value.encode() if isinstance(value, str) else value
        parts.append(head + b"-:" if data is None else b"%b%d:%b" % (head, len(data), data))
    return hmac.digest(salt, b"".join(parts), "sha256").hex()


@cache
def _heads(names: tuple[str, ...]) -> list[tuple[str, bytes]]:
    return [(name, f"{len(name.encode())}:{name}=".encode()) for name in sorted(names)]
