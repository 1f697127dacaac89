"""The salt of one record, and the commitment to it that the ledger holds."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from functools import cache

from anlan.core.chunks import each_once

SALT_BYTES = 16
Content = str | bytes | None


def new_salt() -> bytes:
    """Return the salt of one record; it dies with the record, and with it every test of a guess."""
    return secrets.token_bytes(SALT_BYTES)


def new_salts(count: int) -> list[bytes]:
    """Return a salt for each of many records, asked of the system at once."""
    drawn = secrets.token_bytes(SALT_BYTES * count)
    return [drawn[start : start + SALT_BYTES] for start in range(0, len(drawn), SALT_BYTES)]


def commitment(salt: bytes, content: Mapping[str, Content]) -> str:
    """Return HMAC-SHA256(salt, content): fields in order of name, each with its length, so none can pose as another."""
    names = sorted(content)
    return _hashed(salt, _form(*names) % tuple(_measured(content[name]) for name in names))


def commitments(salts: Sequence[bytes], columns: Mapping[str, Sequence[Content]]) -> list[str]:
    """Return the `commitment` of each of many records, whose content is told column by column."""
    names = sorted(columns)
    form = _form(*names)
    rows = zip(*(each_once(_measured, columns[name]) for name in names), strict=True)
    return [_hashed(salt, form % row) for salt, row in zip(salts, rows, strict=True)]


def _hashed(salt: bytes, fields: bytes) -> str:
    return hmac.digest(salt, fields, "sha256").hex()


@cache
def _form(*names: str) -> bytes:
    return "".join(f"{len(name.encode())}:{name}=%b" for name in names).encode()


def _measured(value: Content) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return b"-:" if data is None else b"%d:%b" % (len(data), data)
