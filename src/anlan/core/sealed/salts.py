"""The salt of one record, the commitment to it that the ledger holds, and how erased bytes leave the files."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from django.db import connection, transaction

from anlan.core import jobs

SALT_BYTES = 16
JOB = "core.scrub"


def new_salt() -> bytes:
    """Return the salt of one record; it dies with the record, and with it every test of a guess."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, content: Mapping[str, str | bytes | None]) -> str:
    """Return HMAC-SHA256(salt, content): fields in order of name, each with its length, so none can pose as another."""
    digest = hmac.new(salt, digestmod=hashlib.sha256)
    for name in sorted(content):
        value = content[name]
        data = value.encode() if isinstance(value, str) else value
        digest.update(f"{len(name.encode())}:{name}={'-' if data is None else len(data)}:".encode())
        digest.update(data or b"")
    return digest.hexdigest()


def scrub_when_committed() -> None:
    """Make erased bytes leave the files: as soon as the transaction is committed, or else by the worker's job."""
    transaction.on_commit(scrub, robust=True)
    if connection.vendor == "sqlite":
        jobs.enqueue(JOB, {})


def scrub() -> bool:
    """Empty SQLite's write-ahead log; return whether it is. Deleted rows were overwritten already (`secure_delete`).

    It waits for nobody: who still reads an older state keeps the log, and a wait would hold up every writer. On
    PostgreSQL the bytes leave with VACUUM, and with its log and the backups, whose retention the operator sets.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        wait_ms = int(cursor.fetchone()[0])
        try:
            cursor.execute("PRAGMA busy_timeout = 0")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = bool(cursor.fetchone()[0])
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {wait_ms}")
    return not is_busy
