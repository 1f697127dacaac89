"""Many rows at once, past the ORM: some rows a statement, the same for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from anlan.core.chunks import each_once
from anlan.core.models.kinds import KindField
from anlan.core.models.rows import Moment, StampField, ticks_in, ticks_of

# Rows a statement, as many as there are. On SQLite each statement begins the triggers anew, and hands the other threads
# over to each other; few lengths are few texts to prepare.
ROWS: Final = {"sqlite": (250, 16), "postgresql": (250,)}
Columns = Mapping[str, Sequence[Any]]


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows of plain values, all with the same columns, and return their ids; only inside `write()`.

    Several times as fast as `bulk_create`, which prepares each value by itself; constraints and triggers hold as ever.
    """
    return insert_columns(model, _columns(rows)) if rows else []


def insert_columns(model: type[models.Model], columns: Columns) -> list[int]:
    """Insert rows told column by column, as `insert` does: for whoever has them so, it spares a dictionary a row."""
    count = len(next(iter(columns.values())))
    with connection.cursor() as cursor:
        ids = _next_ids(cursor, model._meta.db_table, count) if count else []
        _insert(cursor, model, {"id": ids, **columns})
    return ids


def insert_keyed(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that bring their own key, as `insert` does."""
    if rows:
        with connection.cursor() as cursor:
            _insert(cursor, model, _columns(rows))


def _insert(cursor: CursorWrapper, model: type[models.Model], columns: Columns) -> None:
    fields = {str(field.column): field for field in model._meta.local_concrete_fields}
    filled = {name: _plain(fields[name], column) for name, column in columns.items() if not _is_null(column)}
    values = list(filled.values())
    for start, stop in _parts(len(values[0]), ROWS[connection.vendor]):
        statement = _statement(connection.vendor, model._meta.db_table, tuple(filled), stop - start)
        given = list(chain.from_iterable(zip(*(column[start:stop] for column in values), strict=True)))
        if connection.vendor == "sqlite":  # past Django's cursor, which searches each statement for its marks
            with connection.wrap_database_errors:
                connection.connection.execute(statement, given)
        else:
            cursor.execute(statement, given)


def _parts(count: int, lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    while left := count - start:
        stop = start + next((each for each in lengths if each <= left), left)
        yield start, stop
        start = stop


@lru_cache(1024)
def _statement(vendor: str, table: str, names: tuple[str, ...], count: int) -> str:
    mark = "?" if vendor == "sqlite" else "%s"
    row = f"({', '.join([mark] * len(names))})"
    quoted = ", ".join(map(connection.ops.quote_name, names))
    return f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES {', '.join([row] * count)}"


def _columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _is_null(column: Sequence[Any]) -> bool:
    """Whether a column holds nothing at all: the database writes NULL where it is told of none."""
    return bool(column) and column[0] is None and column.count(None) == len(column)


def _plain(field: models.Field[Any, Any], column: Sequence[Any]) -> Sequence[Any]:
    """Return a column's values, all of one type or None, as the database takes them."""
    if isinstance(field, KindField):
        return each_once(field.get_prep_value, column)
    if connection.vendor != "sqlite" or not isinstance(field, models.DateTimeField | StampField):
        return column
    if isinstance(field, StampField):
        return each_once(ticks_in, column)
    if isinstance(field, Moment):
        return [value and ticks_of(value) for value in column]
    return each_once(_written, column)


def _written(moment: dt.datetime | None) -> str | None:
    """Write a moment as Django adapts it, without asking its settings each time; +00:00 is cut off."""
    if moment is None:
        return None
    return (moment if moment.tzinfo is dt.UTC else moment.astimezone(dt.UTC)).isoformat(" ")[:-6]


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
