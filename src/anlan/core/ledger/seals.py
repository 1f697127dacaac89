"""Seals: a hash over a range of positions and the seal before it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from typing import Any

from django.db import connection

from anlan.core.ledger import head_position
from anlan.core.ledger.writes import write
from anlan.core.models import LedgerSeal
from anlan.core.models.rows import stamp_of
from anlan.core.time.clock import now, stamp

ALGORITHM = "sha256"
KNOWN = frozenset({"sha256", "sm3"})  # what a seal may name: a broken algorithm proves nothing
VERSION = 2  # of what is hashed: since 2 the time of sealing and the marks as well
SEALING_LOCK = 0x414E5345414C
SPAN = 10_000  # entries a seal covers at most
ENTRIES = (
    "SELECT p.position, p.entry_id, e.id, k.name, e.actor, e.at, e.subject, e.cause_id, e.payload"
    " FROM core_ledgerposition p LEFT JOIN core_ledgerentry e ON e.id = p.entry_id"
    " LEFT JOIN core_ledgerkind k ON k.number = e.kind"
)
Row = tuple[Any, ...]


def encode(row: Row) -> str:
    """Write every column of an entry so that no two entries look alike: each text with its length, NULL as itself."""
    position, entry_id, _, kind, actor, ticks, subject, cause, payload = row
    at = stamp_of(ticks)
    return (
        f"{position},{entry_id},{'-' if cause is None else cause},{len(kind)}:{kind}{len(actor)}:{actor}"
        f"{len(at)}:{at}{len(subject)}:{subject}{len(payload)}:{payload}\n"
    )


def mark(text: str) -> bytes:
    """Return four bytes that tell which entry of a broken seal was changed."""
    return zlib.crc32(text.encode()).to_bytes(4, "big")


def seal_hash(row: LedgerSeal, texts: Iterable[str]) -> str:
    """Return the hash over the previous seal and a range of entries; since version 2 over all that the seal says."""
    digest = hashlib.new(row.algorithm, _opening(row))
    digest.update("".join(texts).encode("utf-8", "surrogateescape"))
    if row.version > 1:
        digest.update(row.marks)
    return digest.hexdigest()


def _opening(row: LedgerSeal) -> bytes:
    if row.version == 1:
        return f"anlan-seal-1|{row.algorithm}|{row.previous}|{row.first}|{row.last}\n".encode()
    covered = (row.version, row.algorithm, row.previous, row.first, row.last, row.sealed_at)
    return f"anlan-seal|{'|'.join(map(str, covered))}\n".encode()


def seal() -> int:
    """Seal what has a position and no seal yet; return how many entries that were."""
    if head_position() == _sealed_until():
        return 0
    count = 0
    while done := _seal_next():
        count += done
    return count


def head() -> LedgerSeal | None:
    """Return the last seal."""
    return LedgerSeal.objects.order_by("-last").first()


def _sealed_until() -> int:
    last = head()
    return last.last if last else 0


def _seal_next() -> int:
    with write():
        if not _may_seal():
            return 0
        before = head()
        first = before.last + 1 if before else 1
        last = min(head_position(), first + SPAN - 1)
        if last < first:
            return 0
        _store(before.hash if before else "", first, last)
        return last - first + 1


def _may_seal() -> bool:
    """Let one process seal at a time; on SQLite `write()` sees to that."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALING_LOCK])
        return bool(cursor.fetchone()[0])


def _store(previous: str, first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{ENTRIES} WHERE p.position BETWEEN %s AND %s ORDER BY p.position", [first, last])
        texts = [encode(row) for row in cursor.fetchall()]
    row = LedgerSeal(
        first=first,
        last=last,
        version=VERSION,
        previous=previous,
        algorithm=ALGORITHM,
        sealed_at=stamp(now()),
        marks=b"".join(map(mark, texts)),
    )
    row.hash = seal_hash(row, texts)
    row.save()
