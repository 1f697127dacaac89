"""Many rows at once, past the ORM: the same statement for every row, prepared once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from anlan.core.models.kinds import KindField
from anlan.core.models.rows import Moment, StampField, ticks_in, ticks_of


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
        fields = {str(field.column): field for field in model._meta.local_concrete_fields}
        filled = [_plain(fields[name], [row[name] for row in rows]) for name in columns]
        values = list(zip(ids, *filled, strict=True))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
    return ids


def _plain(field: models.Field[Any, Any], column: list[Any]) -> list[Any]:
    """Return a column's values, all of one type or None, as the database takes them."""
    if isinstance(field, KindField):
        return list(map(field.get_prep_value, column))
    if connection.vendor != "sqlite" or not isinstance(field, models.DateTimeField | StampField):
        return column
    if isinstance(field, StampField):
        return list(map(ticks_in, column))
    if isinstance(field, Moment):
        return [value and ticks_of(value) for value in column]
    # as Django adapts them, without asking its settings each time; +00:00 is cut off
    return [value and value.astimezone(dt.UTC).isoformat(" ")[:-6] for value in column]


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
