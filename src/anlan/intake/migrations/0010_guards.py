"""The triggers of reports are those of the ledger's kind now: put in place after every migration, and verified."""

from __future__ import annotations

from typing import Any

from django.db import migrations

OLD = ("intake_report_unedited", "intake_report_undeleted")


def drop(apps: Any, schema: Any) -> None:
    """Drop the triggers of before; `post_migrate` puts the new ones in place."""
    is_postgresql = schema.connection.vendor == "postgresql"
    for name in OLD:
        schema.execute(f"DROP TRIGGER IF EXISTS {name}" + (" ON intake_report" if is_postgresql else ""))
    if is_postgresql:
        schema.execute("DROP FUNCTION IF EXISTS intake_report_is_evidence()")


class Migration(migrations.Migration):
    """Drop what the new triggers replace."""

    dependencies = [("intake", "0009_calls")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop, elidable=True)]
