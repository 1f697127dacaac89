"""Moments of entries and clocks are numbers in the rows of SQLite.

What an entry says stays as it is, and so does every seal: they cover the text. Both tables are written anew, which
needs as much room on the disk as they have. PostgreSQL's columns stay as they are.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from anlan.core.migrations._moments import as_numbers, remade
from anlan.core.models.rows import Moment, StampField, ticks_in

TABLE, NEW = "core_ledgerentry", "new__core_ledgerentry"
RUN = ("started_at", "due_at", "paused_at", "stopped_at", "missing_at", "expired_at")


def write_numbers(apps: Any, schema: Any) -> None:
    """Copy the table, row by row in the order of its keys, with the number of each moment in place of its text."""
    if schema.connection.vendor != "sqlite":
        return
    entry = apps.get_model("core", "LedgerEntry")
    schema.connection.connection.create_function("ticks", 1, ticks_in, deterministic=True)
    columns = [field.column for field in entry._meta.local_concrete_fields]
    copied = ["ticks(at)" if column == "at" else column for column in columns]
    definition, _params = schema.table_sql(entry)
    schema.execute(definition.replace(TABLE, NEW, 1))
    schema.execute(f"INSERT INTO {NEW} ({', '.join(columns)}) SELECT {', '.join(copied)} FROM {TABLE} ORDER BY id")
    schema.execute(f"DROP TABLE {TABLE}")
    schema.execute(f"ALTER TABLE {NEW} RENAME TO {TABLE}")
    for index in entry._meta.indexes:
        schema.add_index(entry, index)


class Migration(migrations.Migration):
    """Entries, then clocks; nobody asks which clocks run for an organisation but among those that run."""

    dependencies = [("core", "0014_verb_keys_of_sealed")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterField("ledgerentry", "at", StampField(max_length=32))]
        ),
        migrations.RunPython(write_numbers, elidable=True),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL("DROP INDEX IF EXISTS core_clockrun_organisation_id_c50dbcc9", migrations.RunSQL.noop)
            ],
            state_operations=[
                *(migrations.AlterField("clockrun", name, Moment(null=name not in RUN[:2])) for name in RUN),
                migrations.AlterField(
                    "clockrun",
                    "organisation",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=models.deletion.PROTECT, to="core.organisation"
                    ),
                ),
            ],
        ),
        migrations.RunPython(remade("core", "ClockRun"), elidable=True),
        migrations.RunPython(as_numbers("core_clockrun", RUN), elidable=True),
    ]
