"""How erased bytes leave the files: the worker clears them, and until it has, pages say that they are being erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import connection

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.writes import is_in_memory
from anlan.core.models import Residue
from anlan.core.people.actors import Actor
from anlan.core.sealed.models import Sealed

HOLD_MS = 50  # how long a write may wait for us while somebody reads
# Who reads another database of the server sees none of our rows; a replica has no database of its own.
HOLDERS = """
SELECT count(*) FROM (
    SELECT backend_xmin AS held FROM pg_stat_activity WHERE coalesce(datname, current_database()) = current_database()
    UNION ALL SELECT backend_xid FROM pg_stat_activity WHERE coalesce(datname, current_database()) = current_database()
    UNION ALL SELECT xmin FROM pg_replication_slots
    UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()
) AS holders WHERE held IS NOT NULL AND age(held) >= age(%s::xid)
"""


def note_residue(at: dt.datetime) -> None:
    """Note, in the transaction that erases, that its bytes still have to leave the files."""
    Residue.objects.create(at=at, mark=_transaction())


def is_leaving(erased_at: dt.datetime) -> bool:
    """Whether bytes of what was erased at this moment may still lie in the files."""
    return Residue.objects.filter(at=erased_at).exists()


def cleared() -> list[int]:
    """Clear the files of erased bytes, and return which erasings have left them; who still reads keeps them there."""
    waiting = list(Residue.objects.order_by("pk"))
    if not waiting:
        return []
    if connection.vendor == "postgresql":
        return _vacuumed(waiting)
    return [residue.pk for residue in waiting] if is_in_memory() or _is_log_empty() else []


@verb("core.sealed.note_cleared")
def note_cleared(*, residues: Sequence[int], actor: Actor, at: dt.datetime) -> int:
    """Note that the bytes of these erasings have left the files; return of how many."""
    count, _ = Residue.objects.filter(pk__in=list(residues)).delete()
    if count:
        ledger.append("core.erased_cleared", actor=actor, at=at, subject="erasings", payload={"count": count})
    return count


def _is_log_empty() -> bool:
    """Copy SQLite's write-ahead log into the file and cut it off, unless somebody reads an older state of it.

    Deleted rows were overwritten by `secure_delete`. The long part is passive and holds up nobody; only the cut keeps
    writers waiting, and gives up in a moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        wait_ms = int(cursor.fetchone()[0])
        try:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.execute(f"PRAGMA busy_timeout = {HOLD_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = bool(cursor.fetchone()[0])
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {wait_ms}")
    return not is_busy


def _vacuumed(waiting: Iterable[Residue]) -> list[int]:
    """Let PostgreSQL remove the erased rows that no transaction can see any more."""
    with connection.cursor() as cursor:
        free = [residue.pk for residue in waiting if not _is_held(cursor, residue.mark)]
        for table in _tables() if free else []:
            cursor.execute(f"VACUUM {connection.ops.quote_name(table)}")
    return free


def _is_held(cursor: Any, mark: str) -> bool:
    """Whether a transaction, a replica or a replication slot can still see what this one erased.

    A number that is still to come is another server's, from which this database was copied: its files held nothing.
    """
    cursor.execute("SELECT age(%s::xid) > 0", [mark])
    if not cursor.fetchone()[0]:
        return False
    cursor.execute(HOLDERS, [mark])
    return bool(cursor.fetchone()[0])


def _tables() -> list[str]:
    """Return the tables of sealed content, and of the columns (`FORGETS`) that go with it."""
    emptied = [model for model in apps.get_models() if issubclass(model, Sealed) or hasattr(model, "FORGETS")]
    return sorted(model._meta.db_table for model in emptied)


def _transaction() -> str:
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::xid::text")
        return str(cursor.fetchone()[0])
