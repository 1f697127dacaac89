"""Appending to the ledger. Positions are given last, under one lock, gap-free and in the order of commit."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from anlan.core.ledger.inserts import insert_columns
from anlan.core.ledger.kinds import keep
from anlan.core.models import LedgerEntry, LedgerPosition
from anlan.core.people.actors import Actor
from anlan.core.time.clock import stamp

COLUMNS = ("kind", "actor", "at", "subject", "cause_id", "payload")
PLACING_LOCK = 0x414E4C414E  # "ANLAN"
PLACE = (
    "INSERT INTO core_ledgerposition (position, entry_id)"
    " SELECT (SELECT COALESCE(MAX(position), 0) FROM core_ledgerposition) + row_number() OVER (ORDER BY id), id"
    " FROM core_ledgerentry WHERE id {}"
)


class _Pending(threading.local):
    ids: list[int] | None = None
    cause_id: int | None = None  # what this write, or this nested verb, follows from
    since: int = 0  # how many entries there were when it was said from what the next ones follow


_pending = _Pending()


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> str:
    """Write a value as canonical JSON: sorted keys, no spaces, no NaN, UTF-8 as it is."""
    return _encoder.encode(value)


def append(
    kind: str,
    *,
    actor: Actor,
    at: dt.datetime,
    subject: str,
    payload: dict[str, Any],
    cause_id: int | None = None,
) -> int:
    """Append one entry and return its id; only inside `write()`, and never with personal content.

    Without a `cause_id` a nested verb's entry names the entry before it in the verb that called it.
    """
    if _pending.ids is None:
        raise RuntimeError(f"{kind}: a ledger entry outside write()")
    keep([kind])
    entry = LedgerEntry.objects.create(
        kind=kind,
        actor=actor.name,
        at=stamp(at),
        subject=subject,
        cause_id=cause_id or _pending.cause_id,
        payload=canonical(payload),
    )
    _pending.ids.append(entry.pk)
    return entry.pk


def append_many(rows: list[LedgerEntry]) -> None:
    """Append many entries at once, for verbs in bulk; `pk` of the rows is not set."""
    append_rows([{name: getattr(row, name) for name in COLUMNS} for row in rows])


def append_rows(rows: list[dict[str, Any]]) -> None:
    """Append entries told as plain columns, the fastest way in; `row_of` makes one.

    One without a cause follows, as in `append`, from what this nested verb follows from.
    """
    append_columns({name: [row[name] for row in rows] for name in COLUMNS})


def append_columns(columns: dict[str, list[Any]]) -> None:
    """Append entries told column by column, in the form of `row_of`."""
    if _pending.ids is None:
        raise RuntimeError("ledger entries outside write()")
    keep(columns["kind"])
    causes = [cause or _pending.cause_id for cause in columns["cause_id"]]
    _pending.ids.extend(insert_columns(LedgerEntry, columns | {"cause_id": causes}))


def row_of(kind: str, actor: Actor, at: dt.datetime, subject: str, payload: str) -> dict[str, Any]:
    """Return an entry's columns for `append_rows`; the payload is canonical JSON already."""
    return {"kind": kind, "actor": actor.name, "at": stamp(at), "subject": subject, "cause_id": _pending.cause_id,
            "payload": payload}  # fmt: skip


def head_position() -> int:
    """Return the last position given, 0 for an empty ledger."""
    last = LedgerPosition.objects.order_by("-position").values_list("position", flat=True).first()
    return last or 0


@contextmanager
def outermost() -> Iterator[None]:
    """Collect the entries of one transaction and place them as its last act."""
    _pending.ids, _pending.since = [], 0
    try:
        yield
        _place(_pending.ids)
    finally:
        _pending.ids = None


def is_nested() -> bool:
    """Whether what is done here follows from another verb, follower or effect."""
    return _pending.cause_id is not None or bool(_pending.ids)


@contextmanager
def caused_by(entry_id: int | None) -> Iterator[None]:
    """Tie what is appended here to the entry that it follows from."""
    before = _pending.cause_id, _pending.since
    _pending.cause_id, _pending.since = entry_id, len(_pending.ids or ())
    try:
        yield
    finally:
        _pending.cause_id, _pending.since = before


@contextmanager
def savepoint() -> Iterator[None]:
    """Drop the entries of a nested verb that failed."""
    ids = _pending.ids
    assert ids is not None
    mark = len(ids)
    try:
        with caused_by(ids[-1] if mark > _pending.since else _pending.cause_id):
            yield
    except BaseException:
        del ids[mark:]
        raise


def _place(ids: list[int]) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLACING_LOCK])
        if max(ids) - min(ids) < len(ids):
            cursor.execute(PLACE.format("BETWEEN %s AND %s"), [min(ids), max(ids)])
            return
        for start in range(0, len(ids), 5000):
            chunk = ids[start : start + 5000]
            cursor.execute(PLACE.format(f"IN ({','.join(['%s'] * len(chunk))})"), chunk)
