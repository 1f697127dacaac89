"""The ledger's rows say nothing twice: positions are row numbers on SQLite, and what follows from nothing has no index.

What an entry says stays as it is, and so does every seal.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from anlan.core.models.rows import RowIndex, RowNumber

SUBJECT, KIND = "core_ledger_subject_4648b6_idx", "core_ledger_kind_240288_idx"
INDEXES = [RowIndex(fields=["subject", "id"], name=SUBJECT), RowIndex(fields=["kind", "id"], name=KIND)]


def drop_doubled(apps: Any, schema: Any) -> None:
    """On SQLite make the two indexes anew, without the row's number in them twice; on PostgreSQL they stay."""
    if schema.connection.vendor == "sqlite":
        entry = apps.get_model("core", "LedgerEntry")
        for index in INDEXES:
            schema.execute(f"DROP INDEX IF EXISTS {index.name}")
            schema.add_index(entry, index)


class Migration(migrations.Migration):
    """Positions, then the indexes of entries; the entries themselves are not written anew."""

    dependencies = [("core", "0009_seal_version")]
    operations = [
        migrations.AlterField("ledgerposition", "position", RowNumber(primary_key=True, serialize=False)),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL("DROP INDEX IF EXISTS core_ledgerentry_cause_id_b6ed54dd", migrations.RunSQL.noop)
            ],
            state_operations=[
                migrations.AlterField(
                    "ledgerentry",
                    "cause",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="effects",
                        to="core.ledgerentry",
                    ),
                ),
                migrations.RemoveIndex("ledgerentry", SUBJECT),
                migrations.RemoveIndex("ledgerentry", KIND),
                *(migrations.AddIndex("ledgerentry", index) for index in INDEXES),
            ],
        ),
        migrations.RunPython(drop_doubled, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            "ledgerentry",
            models.Index(condition=models.Q(("cause__isnull", False)), fields=["cause"], name="ledger_cause"),
        ),
    ]
