"""A kind is a number in the row, and a name in a table of its own.

What an entry says stays as it is, and so does every seal: they cover the name. On SQLite the table of entries is
written anew, which needs as much room on the disk as it has; PostgreSQL does the same by itself.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from anlan.core.models.kinds import KindField, number_of
from anlan.core.models.rows import RowNumber

NUMBER = "(('x' || substr(encode(sha256(convert_to(kind, 'UTF8')), 'hex'), 1, 8))::bit(32)::int & 2147483647)"
TABLE, NEW = "core_ledgerentry", "new__core_ledgerentry"


def write_numbers(apps: Any, schema: Any) -> None:
    """Store the kinds there are, then put their numbers in place of their names."""
    with schema.connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT kind FROM {TABLE}")
        names = [name for (name,) in cursor.fetchall()]
    kind = apps.get_model("core", "LedgerKind")
    kind.objects.bulk_create([kind(number=number_of(name), name=name) for name in names])
    if schema.connection.vendor == "postgresql":
        schema.execute(f"ALTER TABLE {TABLE} ALTER COLUMN kind TYPE integer USING {NUMBER}")
    else:
        _remake(apps.get_model("core", "LedgerEntry"), schema)


def _remake(entry: Any, schema: Any) -> None:
    """Copy the table, row by row in the order of its keys: SQLite changes no column in place."""
    schema.connection.connection.create_function("kind_number", 1, number_of, deterministic=True)
    columns = [field.column for field in entry._meta.local_concrete_fields]
    copied = ["kind_number(kind)" if column == "kind" else column for column in columns]
    definition, _params = schema.table_sql(entry)
    schema.execute(definition.replace(TABLE, NEW, 1))
    schema.execute(f"INSERT INTO {NEW} ({', '.join(columns)}) SELECT {', '.join(copied)} FROM {TABLE} ORDER BY id")
    schema.execute(f"DROP TABLE {TABLE}")
    schema.execute(f"ALTER TABLE {NEW} RENAME TO {TABLE}")
    for index in entry._meta.indexes:
        schema.add_index(entry, index)


class Migration(migrations.Migration):
    """Make the table of kinds, and let entries bear numbers."""

    dependencies = [("core", "0010_lighter_rows")]
    operations = [
        migrations.CreateModel(
            name="LedgerKind",
            fields=[
                ("number", RowNumber(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=64, unique=True)),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterField("ledgerentry", "kind", KindField())]
        ),
        migrations.RunPython(write_numbers, elidable=True),
    ]
