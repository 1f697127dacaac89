"""The index over whose person entered a report leaves out those that nobody's person did."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Only the index changes."""

    dependencies = [("intake", "0011_verb_keys"), ("core", "0015_moments")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL("DROP INDEX IF EXISTS intake_report_organisation_id_94fa907f", migrations.RunSQL.noop)
            ],
            state_operations=[
                migrations.AlterField(
                    "report",
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="core.organisation",
                    ),
                )
            ],
        ),
        migrations.AddIndex(
            "report",
            models.Index(
                condition=models.Q(("organisation__isnull", False)), fields=["organisation"], name="report_organisation"
            ),
        ),
    ]
