"""Many rows changed at once, past the ORM: the same statement for every row, prepared once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection, models


def update(model: type[models.Model], records: Sequence[models.Model], names: Collection[str]) -> None:
    """Write fields of records that are held under lock, as they stand in memory; only inside `write()`.

    Django's own `bulk_update` builds a case for each value of each row, which costs many times the write.
    """
    if not records or not names:
        return
    fields = [model._meta.get_field(name) for name in names]
    key = model._meta.pk
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)  # type: ignore[union-attr]
    rows = [
        [field.get_db_prep_save(getattr(record, field.attname), connection) for field in [*fields, key]]  # type: ignore[union-attr]
        for record in records
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {quote(str(key.column))} = %s", rows
        )
