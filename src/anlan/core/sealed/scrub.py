"""How erased bytes leave the files."""

from __future__ import annotations

from django.db import connection, transaction

from anlan.core import jobs

JOB = "core.scrub"


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
